//! QR Code Model 2, by `rqrr` on the region that the finder gives.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Mark, MarkKind};
use crate::optics::{OrientedBox, Plane, Quad, Strip, rectify};

/// Views that `rqrr` is given until it reads one: side of the square in pixels,
/// and how far it is turned against the region, in radians. Its sampling grid
/// depends on size and angle so much that a symbol which one view spoils by a
/// module is whole in the next. About 10 px a module first; smaller views smooth
/// rough ink and noise.
const VIEWS: [(usize, f32); 5] = [(320, 0.0), (400, 0.5), (240, 0.0), (320, 0.8), (160, 0.0)];

/// Side of the view in sides of the region: room for the quiet zone.
const MARGIN: f32 = 1.35;

/// Longest text that is kept, in characters: nothing a voucher carries is longer,
/// and what a stranger prints must not fill memory or screens.
const MAX_TEXT: usize = 512;

/// Reads the QR in a region, whichever way it lies.
///
/// A panic inside the decoder counts as not read.
pub fn read_qr(luma: &Plane, area: &OrientedBox) -> Option<Mark> {
    let side = area.length.max(area.height);
    VIEWS.iter().find_map(|(pixels, turn)| {
        let square = OrientedBox {
            angle: area.angle + turn,
            length: side * MARGIN,
            height: side * MARGIN,
            ..*area
        };
        let strip = rectify(luma, &square, *pixels, *pixels);
        catch_unwind(AssertUnwindSafe(|| decode(&strip)))
            .ok()
            .flatten()
    })
}

fn decode(strip: &Strip) -> Option<Mark> {
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(strip.width, strip.height, |x, y| {
            (strip.luma[y * strip.width + x] * 255.0) as u8
        });
    let grids = prepared.detect_grids();
    grids.iter().find_map(|grid| {
        let (_, text) = grid.decode().ok()?;
        Some(Mark {
            kind: MarkKind::Qr,
            text: text.chars().take(MAX_TEXT).collect(),
            corners: Quad(grid.bounds.map(|p| strip.to_frame(p.x as f32, p.y as f32))),
        })
    })
}
