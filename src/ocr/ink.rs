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

/// The darkest digit against the third darkest (a pen stroke may touch two), and
/// the densest blot against the second densest, from which ink is uneven. On the
/// development renderings 0.3 % of nominal and 3 % of hard lines reach either, and
/// 8 of the 11 altered ones that both recognisers had read through.
const UNEVEN_DARKNESS: f32 = 1.06;
const UNEVEN_BLOT: f32 = 1.18;

/// Paper of neighbouring digits that differs more than this lies in a shadow's edge.
const EVEN_LIGHT: f32 = 1.12;

/// Print paler than this, as a share of the paper's luma, drowns in noise.
const STRONG_INK: f32 = 0.25;

/// Whether the ink of one of `digits` digits stands out.
pub(super) fn is_uneven(luma: &Plane, line: &OrientedBox, digits: usize) -> bool {
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
    let darkest = Outlier::among(&cells, |cell| cell.darkness);
    let densest = Outlier::among(&cells, |cell| cell.blot);
    (darkest.against_third > UNEVEN_DARKNESS && is_evenly_lit(&cells, darkest.index))
        || (densest.against_second > UNEVEN_BLOT && is_evenly_lit(&cells, densest.index))
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

/// The largest of some values, and how far it is above the next.
struct Outlier {
    index: usize,
    against_second: f32,
    against_third: f32,
}

impl Outlier {
    fn among(cells: &[Cell], value: impl Fn(&Cell) -> f32) -> Self {
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by(|a, b| value(&cells[*b]).total_cmp(&value(&cells[*a])));
        let ratio = |rank: usize| value(&cells[order[0]]) / value(&cells[order[rank]]).max(0.01);
        Self {
            index: order[0],
            against_second: ratio(1),
            against_third: ratio(2),
        }
    }
}

/// Luma of the columns between two positions, rising.
fn sorted(strip: &Strip, from: f32, to: f32) -> Vec<f32> {
    let (from, to) = (from as usize, (to as usize).min(strip.width));
    let mut values: Vec<f32> = (0..strip.height)
        .flat_map(|y| &strip.row(y)[from..to])
        .copied()
        .collect();
    values.sort_by(f32::total_cmp);
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

    fn line_of_strokes(pen: bool) -> (GrayImage, OrientedBox) {
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
        (page, line)
    }

    #[test]
    fn a_pen_stroke_over_one_digit_stands_out_and_even_print_does_not() {
        let (page, line) = line_of_strokes(true);
        assert!(is_uneven(&page, &line, 18));
        let (page, line) = line_of_strokes(false);
        assert!(!is_uneven(&page, &line, 18));
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
            18
        ));
        assert!(!is_uneven(&page, &line, 2));
    }
}
