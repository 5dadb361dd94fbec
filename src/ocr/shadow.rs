//! A hard shadow's edge across a line: a slanted stroke to a recogniser, which then takes a 1
//! for a 4. The paper's own light is estimated and the strip divided by it.

use crate::optics::Strip;

/// Side of the square, in the strip's pixels, that no print fills: its strokes are at most
/// a quarter of its height wide, which is 26 rows at most. What is dark over a whole
/// square is dark paper.
const BROADER_THAN_STROKES: usize = 11;

/// A step of the paper's light by this factor within so many columns is an edge; a lamp's
/// fall-off is far gentler.
const STEP: f32 = 1.3;
const STEP_COLUMNS: usize = 8;

/// Paper darker than this, of 0–1, cannot be told from ink.
const LEAST_PAPER: f32 = 0.02;

/// On so many rows of the strip.
const CROSSED: usize = 8;

/// A shadow is never darker than this, as a share of the lit paper: ink is.
const DARKEST: f32 = 0.25;

/// What is darker than the shadow by this factor is something that lies or was drawn on the paper,
/// and stays as it is.
const SHADOW_VARIES: f32 = 0.8;

/// A hard shadow that covers a line from one of its ends on. What covers a part in the middle may
/// be a pen's blot, which is not to be lifted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shadow {
    /// Light of the paper in it, 0–1.
    level: f32,
}

impl Shadow {
    /// The one whose edge crosses the strip.
    pub(super) fn across(strip: &Strip) -> Option<Self> {
        let paper = Paper::of(strip);
        let (left, right) = (paper.end(0), paper.end(strip.width.checked_sub(END)?));
        let (lit, level) = (left.max(right), left.min(right));
        let is_shadow = level > DARKEST * lit && lit > STEP * level && level > LEAST_PAPER;
        (is_shadow && paper.rows_with_a_step() >= CROSSED).then_some(Self { level })
    }

    /// The strip as if its paper were lit evenly.
    pub(super) fn lifted_off(&self, mut strip: Strip) -> Strip {
        let paper = Paper::of(&strip).luma;
        let usual = paper.iter().sum::<f32>() / paper.len() as f32;
        for (value, paper) in strip.luma.iter_mut().zip(&paper) {
            *value = (*value / paper.max(SHADOW_VARIES * self.level) * usual).min(1.0);
        }
        strip
    }
}

/// Columns of a strip that are its end; print begins behind them.
const END: usize = 6;

/// The light of the paper at every pixel of a strip.
struct Paper {
    luma: Vec<f32>,
    width: usize,
}

impl Paper {
    /// A grey-scale closing, which fills what is narrower than its square and leaves the edges of
    /// what is broader where they are (J. Serra, Image Analysis and Mathematical Morphology, 1982).
    fn of(strip: &Strip) -> Self {
        let size = (strip.width, strip.height);
        let brightest = slid(&strip.luma, size, f32::max);
        Self {
            luma: slid(&brightest, size, f32::min),
            width: strip.width,
        }
    }

    /// Mean of the columns from `x` on that are an end.
    fn end(&self, x: usize) -> f32 {
        let rows = self.luma.chunks_exact(self.width);
        let count = (rows.len() * END) as f32;
        rows.flat_map(|row| &row[x..x + END]).sum::<f32>() / count
    }

    fn rows_with_a_step(&self) -> usize {
        let is_step = |(one, other): (&f32, &f32)| one.max(*other) > STEP * one.min(*other);
        (self.luma.chunks_exact(self.width))
            .filter(|row| row.iter().zip(&row[STEP_COLUMNS..]).any(is_step))
            .count()
    }
}

/// The extreme of every pixel's square.
fn slid(pixels: &[f32], (width, height): (usize, usize), extreme: fn(f32, f32) -> f32) -> Vec<f32> {
    let half = BROADER_THAN_STROKES / 2;
    let mut along = pixels.to_vec();
    for (out, row) in along
        .chunks_exact_mut(width)
        .zip(pixels.chunks_exact(width))
    {
        for shift in 1..=half.min(width - 1) {
            for x in shift..width {
                out[x] = extreme(out[x], row[x - shift]);
                out[x - shift] = extreme(out[x - shift], row[x]);
            }
        }
    }
    let mut across = along.clone();
    for y in 0..height {
        for other in y.saturating_sub(half)..(y + half + 1).min(height) {
            let (out, row) = (y * width, other * width);
            for x in 0..width {
                across[out + x] = extreme(across[out + x], along[row + x]);
            }
        }
    }
    across
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::{OrientedBox, Point};

    /// A strip of strokes four columns wide and twenty rows high, with the light told.
    fn strip(light: impl Fn(usize, usize) -> f32) -> Strip {
        let (width, height) = (200, 32);
        let is_ink = |x: usize, y: usize| x % 16 < 4 && (6..26).contains(&y);
        let luma = (0..width * height)
            .map(|i| (i % width, i / width))
            .map(|(x, y)| light(x, y) * if is_ink(x, y) { 0.2 } else { 0.8 })
            .collect();
        Strip {
            luma,
            width,
            height,
            shows: OrientedBox {
                centre: Point { x: 0.0, y: 0.0 },
                angle: 0.0,
                length: 200.0,
                height: 32.0,
            },
        }
    }

    fn shadow(x: usize, y: usize) -> f32 {
        if x + y > 110 { 0.4 } else { 1.0 }
    }

    #[test]
    fn a_hard_shadow_is_noticed_and_even_or_sloping_light_is_none() {
        assert!(Shadow::across(&strip(shadow)).is_some());
        assert!(Shadow::across(&strip(|_, _| 1.0)).is_none());
        assert!(Shadow::across(&strip(|x, _| 1.0 - x as f32 / 400.0)).is_none());
    }

    #[test]
    fn a_blot_is_no_shadow_and_stays_in_one() {
        let is_blot = |x: usize| (140..160).contains(&x);
        assert!(Shadow::across(&strip(|x, _| if is_blot(x) { 0.1 } else { 1.0 })).is_none());
        let both = strip(|x, y| shadow(x, y) * if is_blot(x) { 0.2 } else { 1.0 });
        let lit = Shadow::across(&both).unwrap().lifted_off(both);
        let at = |x: usize| lit.luma[16 * lit.width + x];
        assert!(at(150) < 0.35 * at(186), "{} {}", at(150), at(186));
    }

    #[test]
    fn a_shadow_is_lifted_and_print_stays_print() {
        let strip = strip(shadow);
        let lit = Shadow::across(&strip).unwrap().lifted_off(strip);
        let at = |x: usize, y: usize| lit.luma[y * lit.width + x];
        for y in [8, 16, 24] {
            for (paper, ink) in [(10, 18), (186, 178), (90, 98)] {
                let contrast = at(ink, y) / at(paper, y);
                assert!((contrast - 0.25).abs() < 0.02, "{ink} {y}: {contrast}");
            }
        }
        assert!((at(10, 16) - at(186, 16)).abs() < 0.02);
    }
}
