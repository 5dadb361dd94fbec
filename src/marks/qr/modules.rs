//! The modules of a grid as light or dark.

use super::grid::Grid;
use super::shades::Shade;
use crate::optics::Strip;

/// Where in a module it is looked at, across and down: away from its rims.
const WITHIN: [f32; 3] = [0.3, 0.5, 0.7];

/// Rounds of telling light from dark.
const ROUNDS: usize = 3;

/// Luma of the modules, row by row.
#[derive(Clone, Debug)]
pub(super) struct Modules {
    luma: Vec<f32>,
    size: usize,
}

impl Modules {
    /// Looks at each module of a grid.
    pub(super) fn seen(strip: &Strip, grid: &Grid) -> Self {
        let (place, size) = (grid.place(), grid.size);
        let look = |column: f32, row: f32| strip.between(place(column, row));
        let mean = |column: f32, row: f32| {
            let down = WITHIN.iter().map(|v| row + v);
            let looks = down.flat_map(|v| WITHIN.map(|u| look(column + u, v)));
            looks.sum::<f32>() / (WITHIN.len() * WITHIN.len()) as f32
        };
        let luma = (0..size * size).map(|i| mean((i % size) as f32, (i / size) as f32));
        Self {
            luma: luma.collect(),
            size,
        }
    }

    /// With the blur between neighbours undone: each module moves away from the mean of its neighbours by a
    /// share of its difference from it.
    pub(super) fn sharpened(&self, share: f32) -> Self {
        let sharp = |i: usize| {
            let around = self.around(i, 1);
            let mean = around.iter().sum::<f32>() / around.len() as f32;
            self.luma[i] + share * (self.luma[i] - mean)
        };
        Self {
            luma: (0..self.luma.len()).map(sharp).collect(),
            size: self.size,
        }
    }

    /// Which modules are dark, each judged among those up to `reach` away: first against their mean, then
    /// against what lies halfway between the means of the lighter and the darker ones, so that a shadow, a
    /// stamp or uneven print takes its own threshold.
    pub(super) fn dark(&self, reach: usize) -> Vec<bool> {
        (0..self.luma.len())
            .map(|i| self.luma[i] < threshold(&self.around(i, reach)))
            .collect()
    }

    /// The modules up to `reach` columns and rows from one.
    fn around(&self, i: usize, reach: usize) -> Vec<f32> {
        let span = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(self.size);
        let rows =
            span(i / self.size).map(|row| &self.luma[row * self.size..][span(i % self.size)]);
        rows.flatten().copied().collect()
    }
}

/// Halfway between the means of what is lighter and what is darker than itself (Ridler and Calvard 1978).
fn threshold(luma: &[f32]) -> f32 {
    let mean = luma.iter().sum::<f32>() / luma.len() as f32;
    (0..ROUNDS).fold(mean, |threshold, _| {
        let [light, dark] = [false, true].map(|dark| {
            let side = luma.iter().copied().filter(|v| (*v < threshold) == dark);
            side.collect::<Shade>().mean()
        });
        let middle = (light + dark) / 2.0;
        if middle.is_nan() { threshold } else { middle }
    })
}
