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
        // One that stands apart may be the last dash before a corner.
        let sides = if distance >= APART { 1 } else { 2 };
        glyph.symbol == Symbol::Digit(1) && sides_in_line(luma, line, u) >= sides
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

/// On how many sides, above and below a line of print, a lone stroke goes on in line with
/// the one `u` pixels along the line from the middle of `line`, which is as high as the
/// print. Bars and letters are not alone.
fn sides_in_line(plane: &Plane, line: &OrientedBox, u: f32) -> usize {
    let shown = OrientedBox {
        centre: line.point(u, 0.0),
        length: WIDTH * line.height,
        height: 2.0 * REACH * line.height,
        ..*line
    };
    let strip = rectify(plane, &shown, COLUMNS, ROWS);
    let rows = |heights: f32| (heights / (2.0 * REACH) * ROWS as f32) as usize;
    let within = ROWS / 2 - rows(WITHIN)..ROWS / 2 + rows(WITHIN);
    let stroke: Vec<(usize, f32)> = within.map(|y| darkest_of(strip.row(y))).collect();
    let (column, ink) = middle_of(&stroke);
    let paper = strip.luma.iter().copied().fold(f32::MIN, f32::max);
    if paper - ink < LEAST_INK * paper {
        return 0;
    }
    let dark = ink + DARK * (paper - ink);
    let beyond = rows(REACH - BEYOND);
    [0..beyond, ROWS - beyond..ROWS]
        .into_iter()
        .filter(|side| {
            let lone = (side.clone()).filter(|y| is_lone_stroke(strip.row(*y), column, dark));
            lone.count() as f32 >= GOES_ON * side.len() as f32
        })
        .count()
}

/// Whether a row is dark near a column and nowhere else.
fn is_lone_stroke(row: &[f32], column: usize, dark: f32) -> bool {
    let is_dark = |at: &usize| row[*at] < dark;
    let (near, far): (Vec<usize>, Vec<usize>) =
        (0..row.len()).partition(|at| at.abs_diff(column) <= OUT_OF_LINE);
    near.iter().any(is_dark) && !far.iter().any(is_dark)
}

/// Where a row is darkest, and how dark.
fn darkest_of(row: &[f32]) -> (usize, f32) {
    (row.iter().copied().enumerate())
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((0, 1.0))
}

/// Median column and luma of a stroke's rows.
fn middle_of(rows: &[(usize, f32)]) -> (usize, f32) {
    let mut columns: Vec<usize> = rows.iter().map(|row| row.0).collect();
    let mut luma: Vec<f32> = rows.iter().map(|row| row.1).collect();
    columns.sort_unstable();
    luma.sort_by(f32::total_cmp);
    let middle = rows.len() / 2;
    (columns[middle], luma[middle])
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
    fn a_digit_under_bars_is_no_rule() {
        let page = |x: u32, y: u32| {
            let digit = upright(x) && (88..112).contains(&y);
            digit || !(80..120).contains(&y) && x % 8 < 4
        };
        assert_eq!(left_of_four(18.0, page), 4);
        assert_eq!(left_of_four(27.0, page), 4);
    }
}
