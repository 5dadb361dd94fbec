//! A region of a grey picture, written as bytes that a fuzzer can change one at a time.

use std::f32::consts::TAU;

use image::GrayImage;
use uketsuke::optics::{OrientedBox, Plane, Point};

/// Bytes before the pixels.
const HEADER: usize = 8;

/// Widest picture. Wider ones take time and lead to no other code.
const MOST_COLUMNS: u16 = 1_024;

/// Most pixel rows that one row of the input stands for: bars say the same in every row, and a
/// short input is changed in more telling places than a long one.
const MOST_REPEATS: u8 = 16;

/// Set in the byte of the repeats: what follows are not pixels but the widths of spaces and bars
/// in turn, one row of them. A changed byte is then a narrow bar made wide, and so another
/// character; in pixels that takes many changes at once.
const BARS: u8 = 0x80;

/// Widest space or bar, in pixels: room for a quiet zone.
const WIDEST: u8 = 64;

/// Luma of spaces and bars.
const PAPER_AND_INK: [u8; 2] = [225, 45];

/// A grey picture and a region of it.
///
/// As bytes: width (two, little endian), how often each row is repeated, the region's centre
/// (two), direction, length and height, then the pixels of each row, or bars. Bytes that fill no
/// row are left out.
#[derive(Clone, Debug)]
pub struct Region {
    /// The picture.
    pub plane: Plane,
    /// Where in it the mark is said to be; may leave the picture.
    pub area: OrientedBox,
}

impl Region {
    /// The region that `bytes` describe; `None` if they hold not even one row of pixels.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, pixels) = bytes.split_first_chunk::<HEADER>()?;
        let [low, high, repeats, x, y, angle, length, height] = *header;
        let rows = match repeats & BARS {
            0 => rows_of(pixels, u16::from_le_bytes([low, high])),
            _ => vec![row_of_bars(pixels)],
        };
        let picture = repeated(&rows, usize::from(repeats % MOST_REPEATS) + 1)?;
        if picture.is_empty() {
            return None;
        }
        let (w, h) = (picture.width() as f32, picture.height() as f32);
        let area = OrientedBox {
            centre: Point::new(w * share(x), h * share(y)),
            angle: f32::from(angle) / 256.0 * TAU,
            length: w * 2.0 * share(length),
            height: h * 2.0 * share(height),
        };
        Some(Self {
            plane: picture.into(),
            area,
        })
    }

    /// Bytes of a region that fills an upright picture, each row of which is repeated.
    pub fn whole_picture(picture: &GrayImage, repeats: u8) -> Vec<u8> {
        let width = picture.width() as u16 - 1;
        [&header(width, repeats - 1), picture.as_raw().as_slice()].concat()
    }

    /// Bytes of a region that is filled with what is dark and light along a row, drawn as bars.
    pub fn bars(row: &[u8]) -> Vec<u8> {
        let [paper, ink] = PAPER_AND_INK;
        let is_ink = |pixel: &u8| *pixel < paper / 2 + ink / 2;
        let runs = row.chunk_by(|a, b| is_ink(a) == is_ink(b));
        let widths = runs.map(|run| run.len().min(usize::from(WIDEST)) as u8 - 1);
        let first_is_a_space = row.first().is_some_and(|pixel| !is_ink(pixel));
        let start = if first_is_a_space { vec![] } else { vec![0] };
        let header = header(0, BARS | (MOST_REPEATS - 1));
        header.into_iter().chain(start).chain(widths).collect()
    }
}

/// The header of a region as large as its picture.
fn header(width: u16, repeats: u8) -> [u8; HEADER] {
    let [low, high] = width.to_le_bytes();
    let middle = 127;
    [low, high, repeats, middle, middle, 0, middle, middle]
}

fn rows_of(pixels: &[u8], width: u16) -> Vec<Vec<u8>> {
    let width = usize::from(width % MOST_COLUMNS) + 1;
    pixels.chunks_exact(width).map(<[u8]>::to_vec).collect()
}

fn row_of_bars(widths: &[u8]) -> Vec<u8> {
    let inks = PAPER_AND_INK.into_iter().cycle();
    let runs = widths
        .iter()
        .zip(inks)
        .map(|(width, ink)| std::iter::repeat_n(ink, usize::from(width % WIDEST) + 1));
    runs.flatten().take(usize::from(MOST_COLUMNS)).collect()
}

/// A picture of rows, each repeated; `None` where there are none.
fn repeated(rows: &[Vec<u8>], repeats: usize) -> Option<GrayImage> {
    let width = rows.first()?.len() as u32;
    let rows: Vec<&[u8]> = rows
        .iter()
        .flat_map(|row| std::iter::repeat_n(row.as_slice(), repeats))
        .collect();
    GrayImage::from_raw(width, rows.len() as u32, rows.concat())
}

/// A byte as a share, above 0 and up to 1; 127 is a half.
fn share(byte: u8) -> f32 {
    (f32::from(byte) + 1.0) / 256.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_whole_picture_comes_back_with_its_rows_repeated_and_the_region_around_it() {
        let picture = GrayImage::from_fn(5, 2, |x, y| Luma([(10 * y + x) as u8]));
        let region = Region::from_bytes(&Region::whole_picture(&picture, 3)).expect("a region");
        assert_eq!(region.plane.dimensions(), (5, 6));
        assert_eq!(region.plane.get_pixel(4, 5), picture.get_pixel(4, 1));
        assert_eq!(region.area.centre, Point::new(2.5, 3.0));
        assert_eq!((region.area.length, region.area.height), (5.0, 6.0));
    }

    #[test]
    fn bars_begin_with_paper_and_are_as_wide_as_they_were() {
        let [paper, ink] = PAPER_AND_INK;
        let row = [ink, paper, paper, ink, ink, ink];
        let region = Region::from_bytes(&Region::bars(&row)).expect("a region");
        let width = region.plane.width() as usize;
        assert_eq!(
            region.plane.as_raw()[..width],
            [paper, ink, paper, paper, ink, ink, ink]
        );
        assert_eq!(region.plane.height(), u32::from(MOST_REPEATS));
    }

    #[test]
    fn bytes_that_hold_no_row_are_no_region() {
        assert!(Region::from_bytes(&[]).is_none());
        assert!(Region::from_bytes(&[9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).is_none());
    }
}
