//! Where exactly the print of a region stands: its height and its middle.
//!
//! The finder sees a frame at low resolution and gives both to about a third of
//! the print's height; the recognisers want them to a tenth.

use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// Rows of the strip that is searched, and how many heights of the region it shows.
const ROWS: usize = 48;
const SHOWN_HEIGHTS: f32 = 2.4;

/// Columns per print height: strokes are told from paper, no more is needed.
const COLUMNS_PER_HEIGHT: f32 = 14.0;
const MAX_COLUMNS: usize = 600;

/// A row belongs to the print while its strokes are at least this share as strong
/// as those of the middle rows. Rows through the top and bottom of digits hold
/// about half the strokes that the middle ones do; blurred gaps hold a fifth.
const STROKE_SHARE: f32 = 0.32;

/// Refined heights outside this range of the finder's are not believed.
const PLAUSIBLE: std::ops::RangeInclusive<f32> = 0.35..=1.5;

/// Rows of the strip in which joined lines are told apart; those between them have less
/// than this share of the strongest row's strokes. A line is some rows high.
const SPLIT_ROWS: usize = 128;
const SPLIT_LEVEL: f32 = 0.25;
const LEAST_ROWS: usize = 6;

/// The area with height and middle fitted to its print. Unchanged when no band of
/// print stands out.
pub(super) fn fit_print(luma: &Plane, area: &OrientedBox) -> OrientedBox {
    let shown = OrientedBox {
        height: area.height * SHOWN_HEIGHTS,
        ..*area
    };
    let columns = (area.length / area.height * COLUMNS_PER_HEIGHT) as usize;
    let strip = rectify(luma, &shown, columns.clamp(16, MAX_COLUMNS), ROWS);
    let Some((top, bottom)) = print_rows(&strip) else {
        return *area;
    };
    let row = shown.height / ROWS as f32;
    let height = (bottom - top) * row;
    if !PLAUSIBLE.contains(&(height / area.height)) {
        return *area;
    }
    OrientedBox {
        centre: shown.point(0.0, ((top + bottom) / 2.0 - ROWS as f32 / 2.0) * row),
        height,
        ..*area
    }
}

/// The lines of print in a region in which the finder saw several as one, from top to
/// bottom, all as long as the region. None where no gap parts them.
///
/// `along` is the direction of the print: that of a joined region is not.
pub fn lines_within(luma: &Plane, area: &OrientedBox, along: f32) -> Vec<OrientedBox> {
    let shown = upright_about(area, along);
    let columns = (shown.length / shown.height * SPLIT_ROWS as f32) as usize;
    let strip = rectify(luma, &shown, columns.clamp(16, MAX_COLUMNS), SPLIT_ROWS);
    let strokes = stroke_profile(&strip);
    let level = SPLIT_LEVEL * strokes.iter().copied().fold(0.0, f32::max);
    let row = shown.height / SPLIT_ROWS as f32;
    (strokes.chunk_by(|a, b| (*a < level) == (*b < level)))
        .scan(0, |end, rows| {
            *end += rows.len();
            Some((*end - rows.len(), rows))
        })
        .filter(|(_, rows)| rows[0] >= level && rows.len() >= LEAST_ROWS)
        .map(|(top, rows)| OrientedBox {
            centre: shown.point(
                0.0,
                (top as f32 + rows.len() as f32 / 2.0 - SPLIT_ROWS as f32 / 2.0) * row,
            ),
            height: rows.len() as f32 * row,
            ..shown
        })
        .collect()
}

/// The box of another direction that just holds this one.
fn upright_about(area: &OrientedBox, along: f32) -> OrientedBox {
    let (s, c) = (area.angle - along).sin_cos();
    let (s, c) = (s.abs(), c.abs());
    OrientedBox {
        centre: area.centre,
        angle: along,
        length: area.length * c + area.height * s,
        height: area.length * s + area.height * c,
    }
}

/// First and last row of the print, sub-row.
fn print_rows(strip: &Strip) -> Option<(f32, f32)> {
    let strokes = stroke_profile(strip);
    let middle = strongest_near_middle(&strokes);
    let level = STROKE_SHARE * strokes[middle];
    let above = (0..middle).rev().find(|y| strokes[*y] < level)?;
    let below = (middle + 1..ROWS).find(|y| strokes[*y] < level)?;
    let crossing = |outside: usize, inside: usize| {
        (level - strokes[outside]) / (strokes[inside] - strokes[outside]).max(f32::EPSILON)
    };
    Some((
        above as f32 + 0.5 + crossing(above, above + 1),
        below as f32 + 0.5 - crossing(below, below - 1),
    ))
}

/// Strength of upright strokes in each row: horizontal ruled lines and shadows
/// along the line have none.
fn stroke_profile(strip: &Strip) -> Vec<f32> {
    let raw: Vec<f32> = (0..strip.height)
        .map(|y| {
            (strip.row(y).windows(3))
                .map(|w| (w[2] - w[0]).abs())
                .sum::<f32>()
        })
        .collect();
    let quietest = raw.iter().copied().fold(f32::MAX, f32::min);
    (0..raw.len())
        .map(|y| {
            let (a, b) = (raw[y.saturating_sub(1)], raw[(y + 1).min(raw.len() - 1)]);
            (a + 2.0 * raw[y] + b) / 4.0 - quietest
        })
        .collect()
}

fn strongest_near_middle(strokes: &[f32]) -> usize {
    let near = ROWS / 2 - ROWS / 8..ROWS / 2 + ROWS / 8;
    near.max_by(|a, b| strokes[*a].total_cmp(&strokes[*b]))
        .unwrap_or(ROWS / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;
    use image::{GrayImage, Luma};

    #[test]
    fn a_region_twice_too_high_and_off_the_middle_is_fitted_to_its_strokes() {
        let page = GrayImage::from_fn(400, 120, |x, y| {
            let stroke = (50..74).contains(&y) && x % 12 < 4;
            let bar = y < 26 && x % 6 < 3;
            Luma([if stroke || bar { 30 } else { 220 }])
        });
        let rough = OrientedBox {
            centre: Point::new(200.0, 65.0),
            angle: 0.0,
            length: 360.0,
            height: 44.0,
        };
        let fitted = fit_print(&page.into(), &rough);
        assert!((fitted.height - 24.0).abs() < 4.0, "{}", fitted.height);
        assert!((fitted.centre.y - 62.0).abs() < 1.5, "{}", fitted.centre.y);
    }

    #[test]
    fn two_lines_seen_as_one_are_told_apart() {
        let page = GrayImage::from_fn(400, 120, |x, y| {
            let line = (20..44).contains(&y) || (60..84).contains(&y);
            Luma([if line && x % 12 < 4 { 30 } else { 220 }])
        });
        let both = OrientedBox {
            centre: Point::new(200.0, 52.0),
            angle: 0.15,
            length: 300.0,
            height: 90.0,
        };
        let middles: Vec<f32> = (lines_within(&page.into(), &both, 0.0).iter())
            .map(|line| line.centre.y)
            .collect();
        assert_eq!(middles.len(), 2, "{middles:?}");
        assert!((middles[0] - 32.0).abs() < 2.0 && (middles[1] - 72.0).abs() < 2.0);
    }

    #[test]
    fn a_blank_region_stays_as_it_is() {
        let page = GrayImage::from_pixel(200, 100, Luma([200]));
        let rough = OrientedBox {
            centre: Point::new(100.0, 50.0),
            angle: 0.2,
            length: 100.0,
            height: 20.0,
        };
        assert_eq!(fit_print(&page.into(), &rough), rough);
    }
}
