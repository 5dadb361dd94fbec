//! Where a label may lie: where focus and light suffice.

use image::GrayImage;

use crate::optics::{OrientedBox, Point, Region, TileMap, measure_quality};

/// A tile may be so much less sharp than the sharpest one, as a share of it: digits at the worst
/// 12 px/mm still have strokes of more than three pixels.
const LEAST_FOCUS: f32 = 0.6;

/// Paper may be so much darker than where it is brightest.
const LEAST_LIGHT: f32 = 0.45;

/// Paper brighter than this is nearly saturated: print would lose its edges (luma 0–1).
const MOST_WHITE: f32 = 0.97;

/// Focus of the target in each tile, 0–1, as [`measure_quality`] tells it.
pub(super) fn focus_map(luma: &GrayImage) -> TileMap {
    let (width, height) = (
        luma.width() as f32 / TileMap::COLUMNS as f32,
        luma.height() as f32 / TileMap::ROWS as f32,
    );
    let focus = |column: usize, row: usize| {
        let tile = OrientedBox {
            centre: Point::new((column as f32 + 0.5) * width, (row as f32 + 0.5) * height),
            angle: 0.0,
            length: width,
            height,
        };
        measure_quality(luma, Some(&tile)).focus
    };
    TileMap::new(std::array::from_fn(|row| {
        std::array::from_fn(|column| focus(column, row))
    }))
}

/// The largest rectangle of tiles that are sharp and lit well enough, in a picture of `size`;
/// `None` when there is no such tile. `white` is the luma of paper where `light` is 1.
pub(super) fn usable_region(
    focus: &TileMap,
    light: &TileMap,
    white: f32,
    size: (u32, u32),
) -> Option<Region> {
    let sharpest = focus.highest();
    let is_good = |column: usize, row: usize| {
        let light = light.at(column, row);
        focus.at(column, row) >= LEAST_FOCUS * sharpest
            && (LEAST_LIGHT..=1.0).contains(&light)
            && light * white <= MOST_WHITE
    };
    let (left, top, right, bottom) = largest_rectangle(is_good)?;
    let (width, height) = (
        size.0 as f32 / TileMap::COLUMNS as f32,
        size.1 as f32 / TileMap::ROWS as f32,
    );
    Some(Region {
        left: left as f32 * width,
        top: top as f32 * height,
        right: right as f32 * width,
        bottom: bottom as f32 * height,
    })
}

/// The largest rectangle of good tiles: its first and, exclusively, last column and row.
fn largest_rectangle(
    is_good: impl Fn(usize, usize) -> bool,
) -> Option<(usize, usize, usize, usize)> {
    let mut largest = None;
    let mut most = 0;
    for top in 0..TileMap::ROWS {
        let mut open = [true; TileMap::COLUMNS];
        for bottom in top..TileMap::ROWS {
            let mut left = 0;
            for (column, open) in open.iter_mut().enumerate() {
                *open &= is_good(column, bottom);
                if !*open {
                    left = column + 1;
                    continue;
                }
                let area = (column + 1 - left) * (bottom + 1 - top);
                if area > most {
                    most = area;
                    largest = Some((left, top, column + 1, bottom + 1));
                }
            }
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: impl Fn(usize, usize) -> f32) -> TileMap {
        TileMap::new(std::array::from_fn(|row| {
            std::array::from_fn(|column| value(column, row))
        }))
    }

    #[test]
    fn a_dark_corner_and_a_soft_edge_are_left_out() {
        let focus = map(|column, _| if column == 11 { 0.2 } else { 0.8 });
        let light = map(|column, row| if column == 0 && row == 0 { 0.1 } else { 0.9 });
        let region = usable_region(&focus, &light, 0.8, (1_200, 700)).unwrap();
        let wanted = Region {
            left: 100.0,
            top: 0.0,
            right: 1_100.0,
            bottom: 700.0,
        };
        assert_eq!(region, wanted);
    }

    #[test]
    fn a_dark_or_saturated_picture_has_no_region() {
        let (good, dark) = (map(|_, _| 0.9), map(|_, _| 0.1));
        assert_eq!(usable_region(&good, &dark, 0.8, (1_200, 700)), None);
        let bright = map(|_, _| 1.0);
        assert_eq!(usable_region(&good, &bright, 0.99, (1_200, 700)), None);
    }
}
