//! Whether what looks like a digit 1 at the end of a line is a piece of a frame or of a
//! dashed cutting line: an upright stroke with others above and below it.

use super::ctc::{Glyph, Symbol};
use super::line::usual_pitch;
use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// What is looked at: so wide, and so far up and down from the middle, in heights of the
/// print; and the columns and rows of a height. Dashes of cutting lines are as long as
/// digits are high, or half as long, and as far from one another.
const WIDTH: f32 = 0.7;
const REACH: f32 = 3.2;
const COLUMNS: usize = 14;
const ROWS: usize = 96;

/// Rows nearer to the middle than this (heights of the print) may be the digit's own:
/// print ends at 0.5, blur and a misfit of the height come on top.
const BEYOND: f32 = 0.8;

/// Rows that are the stroke's own for certain.
const WITHIN: f32 = 0.35;

/// A row is dark below this share of the way from the stroke's ink to the paper.
const DARK: f32 = 0.5;

/// Columns by which the strokes above and below may be out of line: a frame and the line
/// in it are a few degrees out of square at most.
const OUT_OF_LINE: usize = 3;

/// So many of the rows above are dark in line with the stroke, and of those below.
const GOES_ON: f32 = 0.25;

/// Ink paler than this, as a share of the paper's luma, cannot be told from paper.
const LEAST_INK: f32 = 0.15;

/// From so many times the usual distance on, a first or last digit stands apart from the next.
const APART: f32 = 1.25;

/// Heights of the print by which a stroke's upper or lower end is another than a digit's.
const UNLIKE_PRINT: f32 = 0.15;

/// The glyphs of a strip of `line` without a first or last digit 1 that is a rule or a dash
/// beside the print.
pub(super) fn without_rules(
    luma: &Plane,
    line: &OrientedBox,
    strip: &Strip,
    mut glyphs: Vec<Glyph>,
) -> Vec<Glyph> {
    let pitch = usual_pitch(&glyphs);
    let is_rule = |glyph: &Glyph, next: &Glyph| {
        let u = (glyph.x / strip.width as f32 - 0.5) * strip.shows.length;
        let distance = (glyph.x - next.x).abs() / pitch;
        glyph.symbol == Symbol::Digit(1)
            && Stroke::at(luma, line, u).is_some_and(|stroke| stroke.is_rule(distance >= APART))
    };
    if let [first, next, ..] = glyphs.as_slice()
        && is_rule(first, next)
    {
        glyphs.remove(0);
    }
    if let [.., next, last] = glyphs.as_slice()
        && is_rule(last, next)
    {
        glyphs.pop();
    }
    glyphs
}

/// An upright stroke in a line of print, and what is above and below it.
struct Stroke {
    /// On how many sides, above and below the line of print, a lone stroke goes on in line
    /// with it. Bars and letters are not alone.
    sides_in_line: usize,
    /// Whether it ends where the line's print does.
    ends_like_print: bool,
}

impl Stroke {
    /// The one `u` pixels along the line from the middle of `line`, which is as high as the
    /// print; `None` where it is too pale to be judged.
    fn at(plane: &Plane, line: &OrientedBox, u: f32) -> Option<Self> {
        let shown = OrientedBox {
            centre: line.point(u, 0.0),
            length: WIDTH * line.height,
            height: 2.0 * REACH * line.height,
            ..*line
        };
        let strip = rectify(plane, &shown, COLUMNS, ROWS);
        let within = ROWS / 2 - rows(WITHIN)..ROWS / 2 + rows(WITHIN);
        let stroke: Vec<_> = within.map(|y| darkest_of(strip.row(y))).collect();
        let (column, ink) = middle_of(stroke);
        let paper = strip.luma.iter().copied().fold(f32::MIN, f32::max);
        if paper - ink < LEAST_INK * paper {
            return None;
        }
        let dark = ink + DARK * (paper - ink);
        let beyond = rows(REACH - BEYOND);
        let goes_on = |side: &std::ops::Range<usize>| {
            let lone = (side.clone()).filter(|y| is_lone_stroke(strip.row(*y), column, dark));
            lone.count() as f32 >= GOES_ON * side.len() as f32
        };
        let is_dark = |y: &usize| is_near(strip.row(*y), column, dark);
        let lengths = [
            (0..ROWS / 2).rev().take_while(is_dark).count(),
            (ROWS / 2..ROWS).take_while(is_dark).count(),
        ];
        Some(Self {
            sides_in_line: [0..beyond, ROWS - beyond..ROWS]
                .iter()
                .filter(|side| goes_on(side))
                .count(),
            ends_like_print: lengths
                .iter()
                .all(|length| length.abs_diff(rows(0.5)) <= rows(UNLIKE_PRINT)),
        })
    }

    /// Whether it is a rule or a dash; one that stands apart may be the last dash before a
    /// corner.
    fn is_rule(&self, apart: bool) -> bool {
        match apart {
            true => self.sides_in_line >= 1 || !self.ends_like_print,
            false => self.sides_in_line == 2,
        }
    }
}

/// Rows of the strip that so many heights of the print take.
fn rows(heights: f32) -> usize {
    (heights / (2.0 * REACH) * ROWS as f32) as usize
}

/// Whether a row is dark near a column and nowhere else.
fn is_lone_stroke(row: &[f32], column: usize, dark: f32) -> bool {
    let far = (0..row.len()).filter(|at| at.abs_diff(column) > OUT_OF_LINE);
    is_near(row, column, dark) && !far.into_iter().any(|at| row[at] < dark)
}

/// Whether a row is dark near a column.
fn is_near(row: &[f32], column: usize, dark: f32) -> bool {
    (column.saturating_sub(OUT_OF_LINE)..(column + OUT_OF_LINE + 1).min(row.len()))
        .any(|at| row[at] < dark)
}

/// Where a row is darkest, and how dark.
fn darkest_of(row: &[f32]) -> (usize, f32) {
    (row.iter().copied().enumerate())
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, 1.0))
}

/// Median column and luma of the darker half of a stroke's rows: a dash beside the line may
/// end within its height.
fn middle_of(mut rows: Vec<(usize, f32)>) -> (usize, f32) {
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    rows.truncate(rows.len().div_ceil(2));
    let ink = rows[rows.len() / 2].1;
    rows.sort_unstable_by_key(|row| row.0);
    (rows[rows.len() / 2].0, ink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;
    use image::{GrayImage, Luma};

    const LINE: OrientedBox = OrientedBox {
        centre: Point { x: 150.0, y: 100.0 },
        angle: 0.0,
        length: 200.0,
        height: 24.0,
    };

    fn page(dark: impl Fn(u32, u32) -> bool) -> Plane {
        GrayImage::from_fn(300, 200, |x, y| Luma([if dark(x, y) { 40 } else { 220 }])).into()
    }

    /// How many digits are left of four, 18 columns apart, whose first is a 1 that stands
    /// so many columns before the second, at x 100 of a page that is dark where told.
    fn left_of_four(distance: f32, dark: impl Fn(u32, u32) -> bool) -> usize {
        let luma = page(dark);
        let strip = rectify(&luma, &LINE, 200, 32);
        let places = [50.0, 50.0 + distance, 68.0 + distance, 86.0 + distance];
        let digits = places.map(|x| Glyph {
            symbol: Symbol::Digit(1),
            digits: [0.0; 10],
            peak: 1.0,
            x,
        });
        without_rules(&luma, &LINE, &strip, digits.to_vec()).len()
    }

    fn upright(x: u32) -> bool {
        (98..102).contains(&x)
    }

    #[test]
    fn a_frame_and_a_dashed_line_are_rules_and_a_digit_is_none() {
        assert_eq!(left_of_four(27.0, |x, _| upright(x)), 3);
        assert_eq!(
            left_of_four(27.0, |x, y| upright(x) && (y + 32) % 40 < 24),
            3
        );
        let alone = |x: u32, y: u32| upright(x) && (88..112).contains(&y);
        assert_eq!(left_of_four(27.0, alone), 4);
    }

    #[test]
    fn the_last_dash_before_a_corner_is_a_rule() {
        let dashes = |x: u32, y: u32| upright(x) && y >= 88 && (y + 32) % 40 < 24;
        assert_eq!(left_of_four(27.0, dashes), 3);
        assert_eq!(left_of_four(12.0, dashes), 4);
    }

    #[test]
    fn a_lone_stroke_that_stands_apart_and_does_not_end_like_print_is_a_rule() {
        for ends in [92..124, 76..102] {
            let dash = |x: u32, y: u32| upright(x) && ends.contains(&y);
            assert_eq!(left_of_four(27.0, dash), 3);
            assert_eq!(left_of_four(18.0, dash), 4);
        }
    }

    #[test]
    fn a_digit_under_bars_is_no_rule() {
        let page = |x: u32, y: u32| {
            let digit = upright(x) && (88..112).contains(&y);
            digit || !(80..120).contains(&y) && x % 8 < 4
        };
        assert_eq!(left_of_four(18.0, page), 4);
        assert_eq!(left_of_four(27.0, page), 4);
    }
}
