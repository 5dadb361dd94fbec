//! Whether one digit of a line carries other ink than its neighbours.
//!
//! Print is even: all digits of a line come from one ribbon or drum. A pen that
//! changes a digit goes over print, so that place is darker than print alone can
//! be, or its strokes are thicker than any other digit's.

use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// Rows of the strip that is measured, and how many print heights it shows.
const ROWS: usize = 36;
const SHOWN_HEIGHTS: f32 = 1.15;

/// Side of the square in which the ink is densest, in rows: about twice the stroke
/// of OCR-B, so that a single stroke does not fill it and a blot does.
const BLOT: usize = 7;

/// Share of a digit's cell that is its darkest ink.
const DARKEST: usize = 25;

/// From where on a digit stands out: its value against the third largest (a pen stroke
/// may touch two digits), and that difference against the one between the third and the
/// median, which is what the print's own ink varies by.
#[derive(Clone, Copy)]
struct Outstanding {
    ratio: f32,
    spreads: f32,
}

impl Outstanding {
    const fn new(ratio: f32, spreads: f32) -> Self {
        Self { ratio, spreads }
    }
}

/// Darkness and blot from which the ink of a line that was surely read is uneven, and
/// that of a line that the recognisers did not agree on: there two weak signs meet. Of the
/// development renderings that nothing else held back, 77 of 81 altered lines reach one of
/// them, 0 of 685 nominal ones and 2 of 554 hard ones (7 with thresholds on the ratio
/// alone).
const SURE: [Outstanding; 2] = [Outstanding::new(1.03, 4.0), Outstanding::new(1.2, 0.0)];
const UNSURE: [Outstanding; 2] = [Outstanding::new(1.01, 3.0), Outstanding::new(1.09, 0.0)];

/// Differences of ink, as shares of the paper's luma, that are noise.
const LEAST_SPREAD: f32 = 0.004;

/// Paper of neighbouring digits that differs more than this lies in a shadow's edge.
const EVEN_LIGHT: f32 = 1.12;

/// Print paler than this, as a share of the paper's luma, drowns in noise.
const STRONG_INK: f32 = 0.25;

/// Whether the ink of one of `digits` digits stands out; `sure` tells whether both
/// recognisers read them alike.
pub(super) fn is_uneven(luma: &Plane, line: &OrientedBox, digits: usize, sure: bool) -> bool {
    let shown = OrientedBox {
        height: line.height * SHOWN_HEIGHTS,
        ..*line
    };
    let columns = (shown.length / shown.height * ROWS as f32) as usize;
    if digits < 3 || columns < digits * BLOT {
        return false;
    }
    let strip = rectify(luma, &shown, columns, ROWS);
    let cells: Vec<Cell> = (0..digits)
        .map(|i| Cell::measure(&strip, i, digits))
        .collect();
    let [darker, denser] = if sure { SURE } else { UNSURE };
    let stands_out = |value: fn(&Cell) -> f32, least: Outstanding| {
        let outlier = Outlier::among(&cells, value);
        outlier.reaches(least) && is_evenly_lit(&cells, outlier.index)
    };
    stands_out(|cell| cell.darkness, darker) || stands_out(|cell| cell.blot, denser)
}

/// Whether the paper about a digit is of one light and its ink strong enough to
/// judge: a shadow's edge makes print look darker on one of its sides.
fn is_evenly_lit(cells: &[Cell], index: usize) -> bool {
    let about = &cells[index.saturating_sub(1)..(index + 2).min(cells.len())];
    let papers = about.iter().map(|cell| cell.paper);
    let brightest = papers.clone().fold(f32::MIN, f32::max);
    let darkest = papers.fold(f32::MAX, f32::min);
    let weakest = cells
        .iter()
        .map(|cell| cell.darkness)
        .fold(f32::MAX, f32::min);
    brightest < EVEN_LIGHT * darkest && weakest > STRONG_INK
}

/// What one digit's place looks like, inks as shares of the paper's luma.
struct Cell {
    darkness: f32,
    blot: f32,
    paper: f32,
}

impl Cell {
    fn measure(strip: &Strip, index: usize, digits: usize) -> Self {
        let cell = strip.width as f32 / digits as f32;
        let (from, to) = (index as f32 * cell, (index + 1) as f32 * cell);
        let wide = sorted(strip, (from - 0.6 * cell).max(0.0), to + 0.6 * cell);
        let paper = wide[(wide.len() - 1) * 85 / 100].max(f32::EPSILON);
        let own = sorted(strip, from, to);
        let darkest = &own[..(own.len() / DARKEST).max(1)];
        let ink = darkest.iter().sum::<f32>() / darkest.len() as f32;
        let blot = darkest_square(strip, from as usize, (to as usize).min(strip.width));
        Self {
            darkness: (paper - ink) / paper,
            blot: (paper - blot) / paper,
            paper: own[(own.len() - 1) * 85 / 100],
        }
    }
}

/// The digit with the largest of some values, and how far it is above the others.
struct Outlier {
    index: usize,
    ratio: f32,
    spreads: f32,
}

impl Outlier {
    fn among(cells: &[Cell], value: fn(&Cell) -> f32) -> Self {
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by(|a, b| value(&cells[*b]).total_cmp(&value(&cells[*a])));
        let at = |rank: usize| value(&cells[order[rank]]);
        let (first, third, median) = (at(0), at(2), at(cells.len() / 2));
        Self {
            index: order[0],
            ratio: first / third.max(0.01),
            spreads: (first - third) / (third - median).max(LEAST_SPREAD),
        }
    }

    fn reaches(&self, least: Outstanding) -> bool {
        self.ratio > least.ratio && self.spreads >= least.spreads
    }
}

/// Luma of the columns between two positions, rising.
fn sorted(strip: &Strip, from: f32, to: f32) -> Vec<f32> {
    let (from, to) = (from as usize, (to as usize).min(strip.width));
    let mut values: Vec<f32> = (0..strip.height)
        .flat_map(|y| &strip.row(y)[from..to])
        .copied()
        .collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// Mean luma of the darkest square of the blot's size that begins in these columns.
fn darkest_square(strip: &Strip, from: usize, to: usize) -> f32 {
    let last = to.min(strip.width - BLOT);
    let mut darkest = 1.0f32;
    for x in from..last {
        let mut sums: Vec<f32> = Vec::with_capacity(strip.height);
        for y in 0..strip.height {
            sums.push(strip.row(y)[x..x + BLOT].iter().sum());
        }
        for square in sums.windows(BLOT) {
            darkest = darkest.min(square.iter().sum::<f32>() / (BLOT * BLOT) as f32);
        }
    }
    darkest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;
    use image::{GrayImage, Luma};

    fn line_of_strokes(pen: bool) -> (Plane, OrientedBox) {
        let page = GrayImage::from_fn(420, 80, |x, y| {
            let in_print = (28..52).contains(&y) && (30..390).contains(&x);
            let stroke = in_print && (x - 30) % 20 < 5;
            let pen_stroke = pen && (130..142).contains(&x) && (34..46).contains(&y);
            Luma([match (stroke, pen_stroke) {
                (true, true) => 15,
                (_, true) => 45,
                (true, _) => 70,
                _ => 210,
            }])
        });
        let line = OrientedBox {
            centre: Point::new(210.0, 40.0),
            angle: 0.0,
            length: 360.0,
            height: 24.0,
        };
        (page.into(), line)
    }

    #[test]
    fn a_pen_stroke_over_one_digit_stands_out_and_even_print_does_not() {
        let (page, line) = line_of_strokes(true);
        assert!(is_uneven(&page, &line, 18, true));
        let (page, line) = line_of_strokes(false);
        assert!(!is_uneven(&page, &line, 18, true));
        assert!(!is_uneven(&page, &line, 18, false));
    }

    #[test]
    fn one_dark_digit_stands_out_of_even_print_and_not_of_patchy_print() {
        let outlier = |darkness: [f32; 6]| {
            let cells = darkness.map(|darkness| Cell {
                darkness,
                blot: 0.0,
                paper: 0.8,
            });
            Outlier::among(&cells, |cell| cell.darkness)
        };
        assert!(outlier([0.8, 0.7, 0.7, 0.71, 0.7, 0.7]).reaches(SURE[0]));
        assert!(!outlier([0.8, 0.76, 0.74, 0.7, 0.66, 0.6]).reaches(SURE[0]));
    }

    #[test]
    fn a_line_too_small_to_judge_is_left_alone() {
        let (page, line) = line_of_strokes(true);
        assert!(!is_uneven(
            &page,
            &OrientedBox {
                length: 20.0,
                ..line
            },
            18,
            true
        ));
        assert!(!is_uneven(&page, &line, 2, true));
    }
}
