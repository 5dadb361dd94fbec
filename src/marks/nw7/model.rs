//! Decoding by comparison: every character is drawn as it would be seen, and compared
//! with what is seen.
//!
//! Where single edges cannot be measured any more, the whole shape of a character still
//! tells it from the others.

use super::alphabet::is_guard;
use super::fit::{Fit, fit, settle};
use super::profile::{sample, trimmed_mean};
use super::search::{Found, search};
use super::widths::Symbol;

/// Disjoint parts of the bars' height that are compared each for itself.
const PARTS: usize = 4;

/// Parts that must read the same text as the whole.
const LEAST_PARTS: usize = 3;

/// Most that a symbol may leave unexplained, as a share of its variance, and most that a
/// character may. These and the bounds below were set on development renderings of the
/// hard conditions, on which no barcode was read wrong.
const MOST_UNEXPLAINED: f32 = 0.12;
const MOST_OF_CELL: f32 = 0.2;

/// Every other character leaves so many times more unexplained than the one that is read.
const LEAST_MARGIN: f32 = 2.5;

/// Every other length of the symbol leaves so many times more unexplained.
const LEAST_AHEAD: f32 = 3.5;

/// Most that a character is out of the line of its neighbours, in narrow elements.
const MOST_ROUGH: f32 = 0.15;

/// What is unexplained below this share is what the model leaves out, not noise.
const FLOOR: f32 = 1e-3;

/// The symbol that bands of rows show together, if no other comes near it and parts of
/// the height for themselves say the same.
pub(super) fn decode_by_model(bands: &[Vec<f32>]) -> Option<Symbol> {
    let profile = trimmed_mean(bands);
    let found = search(&profile)?;
    let rough = found.fit.place.roughest(&found.templates.look) > MOST_ROUGH;
    let rivalled = found.ahead < LEAST_AHEAD || !is_clear(&found.fit);
    if rough || rivalled || !has_quiet_zones(&profile, &found) {
        return None;
    }
    let agreeing = (bands.chunks(bands.len() / PARTS))
        .filter(|part| agrees(part, &found))
        .count();
    let (from, to) = found.fit.place.ends();
    let text = found.fit.text();
    (agreeing >= LEAST_PARTS).then_some(Symbol { text, from, to })
}

/// Whether every character is a digit between two letters, explains what is seen and has
/// no near rival.
fn is_clear(fit: &Fit) -> bool {
    let digits = &fit.cells[1..fit.cells.len() - 1];
    fit.unexplained <= MOST_UNEXPLAINED
        && digits.iter().all(|cell| cell.character.is_ascii_digit())
        && [fit.cells.first(), fit.cells.last()]
            .iter()
            .flatten()
            .all(|cell| is_guard(cell.character))
        && (fit.cells.iter()).all(|cell| {
            cell.unexplained <= MOST_OF_CELL
                && cell.next >= LEAST_MARGIN * cell.unexplained.max(FLOOR)
        })
}

/// Whether a part of the height for itself shows the same text.
fn agrees(part: &[Vec<f32>], found: &Found) -> bool {
    let profile = trimmed_mean(part);
    let mut place = found.fit.place;
    for reach in [1.0, 0.5] {
        place = settle(&profile, &place, &found.templates, reach);
    }
    fit(&profile, place, &found.templates).text() == found.fit.text()
}

/// Narrow elements of paper that must be seen beyond either end.
const QUIET_ZONE: f32 = 4.5;

/// What is darker than this share of the way from ink to paper is no quiet zone.
const PAPER: f32 = 0.7;

/// Whether there is paper beyond both ends, from where the blur of the last bar is over.
fn has_quiet_zones(profile: &[f32], found: &Found) -> bool {
    let (from, to) = found.fit.place.ends();
    let look = &found.templates.look;
    let element = (to - from) / found.fit.place.total(look);
    let blur = (look.length / 2.0 + 2.0 * look.sigma + look.ink / 2.0).clamp(0.5, 3.0);
    [(from, -element), (to, element)].iter().all(|(end, out)| {
        let along = |a: f32, b: f32| {
            let steps = ((b - a) * 4.0) as usize;
            (0..=steps).map(move |k| sample(profile, end + out * (a + k as f32 / 4.0)))
        };
        let ink = along(-2.0 * look.guard(), 0.0).fold(f32::MAX, f32::min);
        let paper = along(blur, QUIET_ZONE).fold(f32::MIN, f32::max);
        along(blur, QUIET_ZONE).all(|value| value >= ink + PAPER * (paper - ink))
    })
}
