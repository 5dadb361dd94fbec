//! The part of a picture that shows the voucher, small enough for a report.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};

use crate::optics::{OrientedBox, decode_still};
use crate::reading::Observation;

/// Pixels across at most: the digits stay legible, and a hundred pictures stay a few megabytes.
const WIDTH: u32 = 640;
/// Paper left around the label, as a share of its size.
const MARGIN: f32 = 0.06;
/// Good enough for eyes.
const JPEG_QUALITY: u8 = 78;

/// The voucher's surroundings in the picture `bytes` as a JPEG in grey, as the reader saw it: the
/// label where one was found, else everything that was found, else the whole picture.
///
/// `None` for a file that is no picture.
pub fn crop(bytes: &[u8], seen: &Observation) -> Option<Vec<u8>> {
    let luma = decode_still(bytes).ok()?.luma;
    let found = &seen.layout;
    let areas: Vec<OrientedBox> = match found.labels.first() {
        Some(label) => vec![label.area],
        None => [&found.digits, &found.bars, &found.qrs]
            .into_iter()
            .flatten()
            .map(|region| region.area)
            .collect(),
    };
    let (x, y, width, height) = bounds(&areas, luma.width(), luma.height());
    let part = imageops::crop_imm(&*luma, x, y, width, height).to_image();
    let small = if width > WIDTH {
        let height = (height * WIDTH / width).max(1);
        imageops::resize(&part, WIDTH, height, FilterType::Triangle)
    } else {
        part
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(&small)
        .ok()?;
    Some(jpeg)
}

/// The upright rectangle round `areas` with a margin, inside a picture of `width` × `height`:
/// x, y, width, height. The whole picture when nothing is found.
fn bounds(areas: &[OrientedBox], width: u32, height: u32) -> (u32, u32, u32, u32) {
    let corners = || areas.iter().flat_map(|area| area.corners().0);
    let range = |values: &mut dyn Iterator<Item = f32>, end: u32| {
        let (low, high) = values.fold((f32::MAX, f32::MIN), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        let margin = MARGIN * (high - low);
        let low = (low - margin).max(0.0) as u32;
        let high = ((high + margin).ceil() as u32).min(end);
        (high > low).then(|| (low, high - low))
    };
    let across = range(&mut corners().map(|p| p.x), width);
    let down = range(&mut corners().map(|p| p.y), height);
    match (across, down) {
        (Some((x, w)), Some((y, h))) => (x, y, w, h),
        _ => (0, 0, width, height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;

    fn area(x: f32, y: f32) -> OrientedBox {
        OrientedBox {
            centre: Point::new(x, y),
            angle: 0.0,
            length: 200.0,
            height: 100.0,
        }
    }

    #[test]
    fn the_crop_holds_what_was_found_with_a_margin() {
        assert_eq!(
            bounds(&[area(300.0, 200.0)], 1000, 800),
            (188, 144, 224, 112)
        );
    }

    #[test]
    fn a_crop_ends_at_the_pictures_edge() {
        assert_eq!(bounds(&[area(950.0, 0.0)], 1000, 800), (838, 0, 162, 56));
    }

    #[test]
    fn without_a_find_the_whole_picture_is_shown() {
        assert_eq!(bounds(&[], 1000, 800), (0, 0, 1000, 800));
        assert_eq!(bounds(&[area(5000.0, 200.0)], 1000, 800), (0, 0, 1000, 800));
    }
}
