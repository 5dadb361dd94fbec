//! QR Code Model 2, by `rqrr` on the region that the finder gives.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;

use super::{Mark, MarkKind};
use crate::optics::{OrientedBox, Quad, Strip, rectify};

/// Sides of the square that `rqrr` is given, in pixels. The first suits print of
/// good quality (about 8 px a module); the second smooths rough ink and noise.
const SIDES: [usize; 2] = [240, 150];

/// Longest text that is kept, in characters: nothing a voucher carries is longer,
/// and what a stranger prints must not fill memory or screens.
const MAX_TEXT: usize = 512;

/// Reads the QR in a region, whichever way it lies.
///
/// A panic inside the decoder counts as not read.
pub fn read_qr(luma: &GrayImage, area: &OrientedBox) -> Option<Mark> {
    let side = area.length.max(area.height);
    let square = OrientedBox {
        length: side * 1.4,
        height: side * 1.4,
        ..*area
    };
    SIDES.iter().find_map(|pixels| {
        let strip = rectify(luma, &square, *pixels, *pixels);
        catch_unwind(AssertUnwindSafe(|| decode(&strip))).ok().flatten()
    })
}

fn decode(strip: &Strip) -> Option<Mark> {
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(strip.width, strip.height, |x, y| {
        (strip.luma[y * strip.width + x] * 255.0) as u8
    });
    let grids = prepared.detect_grids();
    grids.iter().find_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        (text.chars().count() <= MAX_TEXT).then(|| Mark {
            kind: MarkKind::Qr,
            text,
            corners: Quad(grid.bounds.map(|p| strip.to_frame(p.x as f32, p.y as f32))),
        })
    })
}
