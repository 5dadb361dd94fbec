//! How evenly the table is lit, and whether the exposure keeps all tones apart.

use image::GrayImage;

use super::detect::{Detection, SeenSquare};
use super::fit::Fit;
use super::placing::luma_at;
use super::target::{CELL_MM, GREY_OFFSET, GREYS, Square};
use crate::optics::{Point, TablePoint, TileMap};

/// White paper and grey steps as the camera shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Light {
    /// Luma of white paper where it is brightest, 0–1.
    pub white: f32,
    /// Luma of white paper in each tile, relative to that, 0–1.
    pub map: TileMap,
    /// Luma of the steps from white over four greys to black, relative to white about them; 0–1.
    pub tones: [f32; 6],
}

/// Measures the light at the squares of a detected target.
pub(super) fn measure_light(luma: &GrayImage, detection: &Detection, fit: &Fit) -> Light {
    let squares = detection.squares(luma);
    let white = |seen: &SeenSquare| match seen.square.is_black() {
        true => seen.shades.neighbours,
        false => seen.shades.own,
    };
    let samples = squares
        .iter()
        .map(|seen| (seen.middle, white(seen) / 255.0));
    let map = tiles(samples, (luma.width(), luma.height()));
    let brightest = map.highest().max(f32::MIN_POSITIVE);
    let mut tones = [0.0; 6];
    let mut count = 0.0;
    for seen in &squares {
        let white = white(seen).max(1.0);
        if let Some(greys) = grey_steps(luma, seen.square, fit) {
            let steps = [
                white,
                greys[0],
                greys[1],
                greys[2],
                greys[3],
                seen.shades.own,
            ];
            for (sum, step) in tones.iter_mut().zip(steps) {
                *sum += step / white;
            }
            count += 1.0;
        }
    }
    Light {
        white: brightest,
        map: map.map(|value| value / brightest),
        tones: tones.map(|sum| sum / f32::max(count, 1.0)),
    }
}

/// Luma of the grey steps of a square; `None` where it has none.
fn grey_steps(luma: &GrayImage, square: Square, fit: &Fit) -> Option<[f32; GREYS.len()]> {
    if !square.is_grey() {
        return None;
    }
    let mut steps = [0.0; GREYS.len()];
    let sides = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    for (step, (u, v)) in steps.iter_mut().zip(sides) {
        let place = TablePoint::new(
            (f64::from(square.column) + 0.5 + u * GREY_OFFSET) * CELL_MM,
            (f64::from(square.row) + 0.5 + v * GREY_OFFSET) * CELL_MM,
        );
        *step = luma_at(luma, fit.geometry.to_frame(fit.page.on_table(place))?);
    }
    Some(steps)
}

/// Medians of the samples in each tile; a tile without any is as the nearest one with some.
fn tiles(samples: impl Iterator<Item = (Point, f32)>, size: (u32, u32)) -> TileMap {
    let mut values = vec![Vec::new(); TileMap::COLUMNS * TileMap::ROWS];
    for (at, value) in samples {
        let (column, row) = TileMap::tile_at(at.x / size.0 as f32, at.y / size.1 as f32);
        values[row * TileMap::COLUMNS + column].push(value);
    }
    let medians: Vec<Option<f32>> = values
        .into_iter()
        .map(|mut values| {
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied()
        })
        .collect();
    let known = |column: usize, row: usize| medians[row * TileMap::COLUMNS + column];
    let nearest = |column: usize, row: usize| {
        let distance = |(c, r): (usize, usize)| c.abs_diff(column).pow(2) + r.abs_diff(row).pow(2);
        (0..TileMap::ROWS)
            .flat_map(|r| (0..TileMap::COLUMNS).map(move |c| (c, r)))
            .filter(|(c, r)| known(*c, *r).is_some())
            .min_by_key(|tile| distance(*tile))
            .and_then(|(c, r)| known(c, r))
    };
    let value = |column, row| nearest(column, row).unwrap_or(0.0);
    TileMap::new(std::array::from_fn(|row| {
        std::array::from_fn(|column| value(column, row))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_without_a_sample_are_as_the_nearest_with_one() {
        let samples = [
            (Point::new(10.0, 10.0), 0.4),
            (Point::new(1_900.0, 1_070.0), 0.8),
        ];
        let map = tiles(samples.into_iter(), (1_920, 1_080));
        assert_eq!((map.at(0, 0), map.at(11, 6)), (0.4, 0.8));
        assert_eq!((map.at(1, 1), map.at(10, 6)), (0.4, 0.8));
        assert_eq!(tiles([].into_iter(), (10, 10)).highest(), 0.0);
    }
}
