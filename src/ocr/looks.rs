//! What several looks at one run of digits in one frame say together. Pure.
//!
//! A look is a strip of its own scale: what falls unluckily on the rows of one is clear in
//! another. Looking again makes a reading surer where it was in doubt; it never overrules
//! a look that saw something else.

use super::calibration::Curve;
use super::ctc::Glyph;
use super::line::{DigitRun, LEAST_PEAK, RunReading};

/// The run of which, digit by digit, both recognisers were sure in some look while in no
/// look either of them saw another digit. `None` when a digit stays in doubt; `curves` are
/// those of A and of B.
///
/// The first look tells how many digits there are; looks in which a recogniser counts
/// otherwise say nothing for it.
pub(super) fn fuse_looks(looks: &[DigitRun], curves: [&Curve; 2]) -> Option<DigitRun> {
    let first = looks.first()?;
    let length = first.a.glyphs.len();
    let readings: Vec<[Option<&RunReading>; 2]> = (looks.iter())
        .map(|look| [&look.a, &look.b].map(|r| (r.glyphs.len() == length).then_some(r)))
        .collect();
    let places: Option<Vec<[Glyph; 2]>> =
        (0..length).map(|place| sure_of(&readings, place)).collect();
    let (a, b) = places?.into_iter().map(|[a, b]| (a, b)).unzip();
    Some(DigitRun {
        area: first.area,
        a: RunReading::new(a, curves[0]),
        b: RunReading::new(b, curves[1]),
        // Ink that looked uneven while the line was in doubt still does.
        uneven_ink: looks.iter().any(|look| look.uneven_ink),
    })
}

/// The glyphs of a look in which both recognisers are sure of the digit at a place, unless
/// some reading that is no guess says otherwise.
fn sure_of(looks: &[[Option<&RunReading>; 2]], place: usize) -> Option<[Glyph; 2]> {
    let sure = looks.iter().find_map(|look| {
        let [a, b] = [look[0]?, look[1]?];
        let glyphs = [a.glyphs[place], b.glyphs[place]];
        let alike = glyphs[0].symbol == glyphs[1].symbol;
        (alike && glyphs[0].peak >= a.threshold && glyphs[1].peak >= b.threshold).then_some(glyphs)
    })?;
    let denied = (looks.iter().flatten().flatten())
        .map(|reading| reading.glyphs[place])
        .any(|glyph| glyph.symbol != sure[0].symbol && glyph.peak >= LEAST_PEAK);
    (!denied).then_some(sure)
}
