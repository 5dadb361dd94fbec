//! The grid of modules over a strip: guessed from three eyes, then fitted.

use super::eyes::Eye;
use super::known::known_modules;
use super::perspective::Perspective;
use super::shades::{Shade, correlation};
use crate::optics::{Point, Strip};

/// Modules a side of the versions 1 to 6, which hold more than a voucher carries.
const SIZES: [usize; 6] = [21, 25, 29, 33, 37, 41];

/// Modules a side of an eye.
const EYE: f32 = 7.0;

/// By so many modules a side may differ from what the size of its eyes says.
const SIZE_ERROR: f32 = 5.0;

/// By so much the two sides at the middle eye may differ, as a share of the longer one, …
const SIDE_ERROR: f32 = 0.3;

/// … and the cosine of the angle between them from a right angle's.
const SKEW: f32 = 0.35;

/// The eyes of a symbol differ in size by no more than this factor.
const EYE_RATIO: f32 = 1.5;

/// Steps of the fit, in modules, and most rounds at each.
const STEPS: [f32; 5] = [1.0, 0.5, 0.25, 0.12, 0.06];
const ROUNDS: usize = 4;

/// What a fit loses when the fourth corner lies a module off the parallelogram on the others, growing with
/// the square: a camera bends a symbol by a fraction of that.
const BEND: f32 = 0.1;

/// A grid of `size` × `size` modules with its corners in a strip.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) size: usize,
    pub(super) corners: [Point; 4],
    /// How well it fits the strip, up to 2.
    pub(super) fit: f32,
}

impl Grid {
    /// Where points of the grid lie, given as (column, row) in modules from its top left corner.
    pub(super) fn place(&self) -> impl Fn(f32, f32) -> Point {
        let (view, size) = (Perspective::onto(&self.corners), self.size as f32);
        move |column, row| view.map(column / size, row / size)
    }

    /// The same with its fit: how the modules known beforehand correlate with the strip, how clear the others
    /// are, and how little it is bent.
    fn measured(self, strip: &Strip, known: &[Option<bool>]) -> Self {
        let place = self.place();
        let middle = |i: usize| place((i % self.size) as f32 + 0.5, (i / self.size) as f32 + 0.5);
        let luma: Vec<f32> = (0..known.len()).map(|i| strip.between(middle(i))).collect();
        let shade = |of: bool| -> Shade {
            let alike = luma
                .iter()
                .zip(known)
                .filter(|(_, dark)| **dark == Some(of));
            alike.map(|(luma, _)| *luma).collect()
        };
        let (light, dark) = (shade(false), shade(true));
        let fit = correlation(&light, &dark) + clearness(&luma, known, light.mean(), dark.mean())
            - BEND * self.bend().powi(2);
        Self { fit, ..self }
    }

    /// How far the fourth corner lies off the parallelogram on the others, in modules.
    fn bend(&self) -> f32 {
        let [a, b, c, d] = self.corners;
        (a.x - b.x + c.x - d.x).hypot(a.y - b.y + c.y - d.y) / self.module()
    }

    fn module(&self) -> f32 {
        self.corners[0].distance(self.corners[1]) / self.size as f32
    }
}

/// Grids that three of the eyes may belong to, those that fit best first.
pub(super) fn guess_grids(strip: &Strip, eyes: &[Eye]) -> Vec<Grid> {
    let mut grids = Vec::new();
    for size in SIZES {
        let known = known_modules(size);
        grids.extend(corners_from(eyes, size).map(|corners| {
            let grid = Grid {
                size,
                corners,
                fit: 0.0,
            };
            grid.measured(strip, &known)
        }));
    }
    grids.sort_by(|a: &Grid, b| b.fit.total_cmp(&a.fit));
    grids
}

/// The corners of each grid of this size that three of the eyes may belong to.
fn corners_from(eyes: &[Eye], size: usize) -> impl Iterator<Item = [Point; 4]> {
    let n = eyes.len();
    (0..n * n * n)
        .map(move |i| [i / n / n, i / n % n, i % n])
        .filter(|[a, b, c]| a != b && b != c && a != c)
        .map(|triple| triple.map(|i| eyes[i]))
        .filter(move |triple| may_be_one(triple, size))
        .map(move |triple| corners(triple.map(|eye| eye.centre), size))
}

/// Whether these may be the eyes of a symbol of this size: top left, top right, bottom left.
fn may_be_one(eyes: &[Eye; 3], size: usize) -> bool {
    let [middle, right, below] = eyes.map(|eye| eye.centre);
    let (u, v) = (
        (right.x - middle.x, right.y - middle.y),
        (below.x - middle.x, below.y - middle.y),
    );
    let (across, down) = (u.0.hypot(u.1), v.0.hypot(v.1));
    let mut modules = eyes.map(|eye| eye.module);
    modules.sort_by(f32::total_cmp);
    let side = (across + down) / 2.0 / modules[1] + EYE;
    u.0 * v.1 > u.1 * v.0
        && (u.0 * v.0 + u.1 * v.1).abs() < SKEW * across * down
        && (across - down).abs() < SIDE_ERROR * across.max(down)
        && modules[2] < EYE_RATIO * modules[0]
        && (side - size as f32).abs() < SIZE_ERROR
}

/// Corners of the parallelogram on the centres of three eyes, which lie half an eye inside it.
fn corners([middle, right, below]: [Point; 3], size: usize) -> [Point; 4] {
    let between = size as f32 - EYE;
    let (near, far) = (-EYE / 2.0 / between, 1.0 + EYE / 2.0 / between);
    [(near, near), (far, near), (far, far), (near, far)].map(|(u, v)| {
        Point::new(
            middle.x + u * (right.x - middle.x) + v * (below.x - middle.x),
            middle.y + u * (right.y - middle.y) + v * (below.y - middle.y),
        )
    })
}

/// The grid with its corners moved, one at a time, for as long as it fits better.
pub(super) fn fitted(strip: &Strip, mut grid: Grid) -> Grid {
    let known = known_modules(grid.size);
    for step in STEPS.map(|step| step * grid.module()) {
        for _ in 0..ROUNDS {
            let moved = nudged(strip, &known, &grid, step);
            if moved.fit <= grid.fit {
                break;
            }
            grid = moved;
        }
    }
    grid
}

/// The grid with each corner moved by a step along the strip's axes, where that fits better.
fn nudged(strip: &Strip, known: &[Option<bool>], grid: &Grid, step: f32) -> Grid {
    let mut best = grid.clone();
    for corner in 0..4 {
        for (x, y) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
            let mut moved = best.clone();
            moved.corners[corner].x += x;
            moved.corners[corner].y += y;
            let moved = moved.measured(strip, known);
            if moved.fit > best.fit {
                best = moved;
            }
        }
    }
    best
}

/// How clearly the other modules are light or dark, on average, given the shades of those known: 1 is as
/// clearly as these.
fn clearness(luma: &[f32], known: &[Option<bool>], light: f32, dark: f32) -> f32 {
    let (middle, half) = ((light + dark) / 2.0, ((light - dark) / 2.0).max(1e-3));
    let unknown = luma.iter().zip(known).filter(|(_, known)| known.is_none());
    let clear: Shade = unknown
        .map(|(luma, _)| ((luma - middle).abs() / half).min(1.0))
        .collect();
    clear.mean()
}
