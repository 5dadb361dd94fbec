//! QR Code Model 2, read from grey values in the region that the finder gives.
//!
//! Modules are named after the stages: [`eyes`] finds the three corner patterns, [`grid`] lays the symbol's
//! grid on them and fits it to what is [`known`] of every symbol, [`modules`] tells light from dark, and
//! `rqrr` corrects and decodes the bits. Nothing before the last stage says what the text is, and that one
//! takes no more errors than the symbol's Reed-Solomon code corrects.

mod card;
mod eyes;
mod grid;
mod known;
mod modules;
mod perspective;
mod shades;

pub use card::read_card_qr;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::eyes::find_eyes;
use self::grid::{Grid, fitted, guess_grids};
use self::modules::Modules;
use super::{Mark, MarkKind};
use crate::optics::{OrientedBox, Plane, Quad, Strip, rectify};

/// Square views that are looked at until one is read: side in pixels, and in sides of the region. The
/// smaller ones smooth rough ink, a printer's dots and noise; the last is for a region that shows a part.
const VIEWS: [(usize, f32); 4] = [(192, 1.6), (128, 1.6), (96, 1.6), (192, 2.4)];

/// Most grids of a view that are fitted.
const MOST_GRIDS: usize = 4;

/// Least fit of a grid whose modules are read, of 2.
const LEAST_FIT: f32 = 1.3;

/// How the modules are read until they decode: sharpened by so much and judged among modules up to so far
/// away.
const READINGS: [(f32, usize); 9] = [
    (0.0, 3),
    (0.0, 2),
    (0.0, 5),
    (0.5, 3),
    (0.5, 2),
    (0.5, 5),
    (1.0, 3),
    (1.0, 2),
    (1.0, 5),
];

/// Longest text that is kept, in characters: nothing a voucher carries is longer,
/// and what a stranger prints must not fill memory or screens.
const MAX_TEXT: usize = 512;

/// Reads the QR in a region, whichever way it lies.
///
/// A panic inside the decoder counts as not read.
pub fn read_qr(luma: &Plane, area: &OrientedBox) -> Option<Mark> {
    VIEWS.iter().find_map(|(pixels, sides)| {
        let side = area.length.max(area.height) * sides;
        let square = OrientedBox {
            length: side,
            height: side,
            ..*area
        };
        read(&rectify(luma, &square, *pixels, *pixels))
    })
}

fn read(strip: &Strip) -> Option<Mark> {
    let guesses = guess_grids(strip, &find_eyes(strip))
        .into_iter()
        .take(MOST_GRIDS);
    guesses
        .map(|grid| fitted(strip, grid))
        .filter(|grid| grid.fit > LEAST_FIT)
        .find_map(|grid| {
            Some(Mark {
                kind: MarkKind::Qr,
                text: text(strip, &grid)?,
                corners: Quad(grid.corners.map(|p| strip.to_frame(p.x, p.y))),
            })
        })
}

fn text(strip: &Strip, grid: &Grid) -> Option<String> {
    let modules = Modules::seen(strip, grid);
    READINGS.iter().find_map(|(share, reach)| {
        let dark = modules.sharpened(*share).dark(*reach);
        let bits =
            rqrr::SimpleGrid::from_func(grid.size, |column, row| dark[row * grid.size + column]);
        catch_unwind(AssertUnwindSafe(|| decode(bits)))
            .ok()
            .flatten()
    })
}

fn decode(bits: rqrr::SimpleGrid) -> Option<String> {
    let (_, text) = rqrr::Grid::new(bits).decode().ok()?;
    Some(text.chars().take(MAX_TEXT).collect())
}

#[cfg(test)]
mod tests;
