//! Whether what looks like a digit 1 at the end of a line is a piece of a frame or of a
//! dashed cutting line: an upright stroke with others above and below it.

use crate::optics::{OrientedBox, Plane, rectify};

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

/// Whether a rule or dashed line passes through a place of a line of print, `u` pixels
/// along the line from the middle of `line`, which is as high as the print.
pub(super) fn is_rule(plane: &Plane, line: &OrientedBox, u: f32) -> bool {
    let shown = OrientedBox {
        centre: line.point(u, 0.0),
        length: WIDTH * line.height,
        height: 2.0 * REACH * line.height,
        ..*line
    };
    let strip = rectify(plane, &shown, COLUMNS, ROWS);
    let darkest: Vec<(usize, f32)> = (0..ROWS).map(|y| darkest_of(strip.row(y))).collect();
    let rows = |heights: f32| (heights / (2.0 * REACH) * ROWS as f32) as usize;
    let stroke = &darkest[ROWS / 2 - rows(WITHIN)..ROWS / 2 + rows(WITHIN)];
    let (column, ink) = middle_of(stroke);
    let paper = strip.luma.iter().copied().fold(f32::MIN, f32::max);
    if paper - ink < LEAST_INK * paper {
        return false;
    }
    let beyond = rows(REACH - BEYOND);
    [&darkest[..beyond], &darkest[ROWS - beyond..]]
        .into_iter()
        .all(|side| {
            let in_line = |(at, luma): &&(usize, f32)| {
                at.abs_diff(column) <= OUT_OF_LINE && *luma < ink + DARK * (paper - ink)
            };
            side.iter().filter(in_line).count() as f32 >= GOES_ON * side.len() as f32
        })
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

    /// Whether there is a rule at x 100 of a page that is dark where told, on a line of
    /// print 24 px high about y 100.
    fn is_rule_where(dark: impl Fn(u32, u32) -> bool) -> bool {
        let page = GrayImage::from_fn(300, 200, |x, y| Luma([if dark(x, y) { 40 } else { 220 }]));
        let line = OrientedBox {
            centre: Point::new(150.0, 100.0),
            angle: 0.0,
            length: 200.0,
            height: 24.0,
        };
        is_rule(&page.into(), &line, -50.0)
    }

    #[test]
    fn a_frame_and_a_dashed_line_are_rules_and_a_digit_is_none() {
        let upright = |x: u32| (98..102).contains(&x);
        assert!(is_rule_where(|x, _| upright(x)));
        assert!(is_rule_where(|x, y| upright(x) && (y + 32) % 40 < 24));
        assert!(!is_rule_where(|x, y| upright(x) && (88..112).contains(&y)));
    }

    #[test]
    fn a_digit_under_bars_is_no_rule() {
        let digit = |x: u32, y: u32| (98..102).contains(&x) && (88..112).contains(&y);
        assert!(!is_rule_where(|x, y| digit(x, y) || y < 80 && x % 8 < 4));
    }
}
