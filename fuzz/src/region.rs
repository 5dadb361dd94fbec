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

/// A grey picture and a region of it.
///
/// As bytes: width (two, little endian), how often each row is repeated, the region's centre
/// (two), direction, length and height, then the pixels of each row. Bytes that fill no row are
/// left out.
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
        let width = usize::from(u16::from_le_bytes([low, high]) % MOST_COLUMNS + 1);
        let repeats = usize::from(repeats % MOST_REPEATS + 1);
        let rows = pixels.chunks_exact(width);
        let rows: Vec<&[u8]> = rows
            .flat_map(|row| std::iter::repeat_n(row, repeats))
            .collect();
        let picture = GrayImage::from_raw(width as u32, rows.len() as u32, rows.concat())?;
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
        let [low, high] = (picture.width() as u16 - 1).to_le_bytes();
        let middle = 127;
        let mut bytes = vec![low, high, repeats - 1, middle, middle, 0, middle, middle];
        bytes.extend_from_slice(picture.as_raw());
        bytes
    }
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
    fn bytes_that_hold_no_row_are_no_region() {
        assert!(Region::from_bytes(&[]).is_none());
        assert!(Region::from_bytes(&[9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).is_none());
    }
}
