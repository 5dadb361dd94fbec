//! Which part of the board a grid of corners is: by the bits of the squares between them.

use std::collections::HashMap;

use image::GrayImage;

use super::lattice::Node;
use super::target::{CELLS, Corner, Square};
use crate::optics::Point;

/// Least difference of luma between a square and its neighbours to be read.
const LEAST_CONTRAST: f32 = 18.0;

/// A disc is there when the middle is nearer than this share to the neighbours' shade, and not
/// there when it is nearer than this to the square's own; between, nobody knows.
const SURE: f32 = 0.4;

/// How far the agreement of bits has to be above chance, in standard deviations: 6 has a
/// probability of 10⁻⁹, and there are about 11,000 ways to lie.
const LEAST_SIGMAS: f32 = 6.0;

/// Least share of bits that agree.
const LEAST_AGREEMENT: f32 = 0.85;

/// Luma of a square: its own shade near its corners and that of its neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shades {
    pub(super) own: f32,
    pub(super) neighbours: f32,
}

/// A square between four corners of the grid, read.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ReadSquare {
    node: Node,
    black: bool,
    bit: Option<bool>,
}

/// Whether the board is seen as printed or in a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handedness {
    AsPrinted,
    Mirrored,
}

/// How nodes of a grid become corners of the board: a turn by quarters, perhaps mirrored, and a
/// shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placing {
    axes: [[i32; 2]; 2],
    shift: [i32; 2],
    pub(super) handedness: Handedness,
}

impl Placing {
    /// The corner of the board at a node.
    pub(super) fn corner(&self, (i, j): Node) -> Corner {
        let [[a, b], [c, d]] = self.axes;
        Corner {
            column: a * i + b * j + self.shift[0],
            row: c * i + d * j + self.shift[1],
        }
    }

    /// The square whose first corner in the grid is at a node.
    pub(super) fn square(&self, node: Node) -> Square {
        let (i, j) = node;
        let ends = [(i, j), (i + 1, j + 1)].map(|node| self.corner(node));
        Square {
            column: ends[0].column.min(ends[1].column),
            row: ends[0].row.min(ends[1].row),
        }
    }
}

/// Finds the part of the board; `None` when it is not this board.
pub(super) fn place(luma: &GrayImage, nodes: &HashMap<Node, Point>) -> Option<Placing> {
    let squares: Vec<ReadSquare> = (nodes.keys())
        .filter_map(|node| read_square(luma, nodes, *node))
        .collect();
    let min = |f: fn(&ReadSquare) -> i32| squares.iter().map(f).min();
    let max = |f: fn(&ReadSquare) -> i32| squares.iter().map(f).max();
    let low = [min(|s| s.node.0)?, min(|s| s.node.1)?];
    let high = [max(|s| s.node.0)? + 1, max(|s| s.node.1)? + 1];
    let mut best: Option<(f32, Placing)> = None;
    for turned in turns() {
        for shift in shifts(&turned, low, high) {
            let placing = Placing { shift, ..turned };
            let sigmas = agreement(&placing, &squares);
            if sigmas > best.map_or(LEAST_SIGMAS, |(sigmas, _)| sigmas) {
                best = Some((sigmas, placing));
            }
        }
    }
    best.map(|(_, placing)| placing)
}

/// The eight ways to turn and mirror, not shifted yet.
fn turns() -> impl Iterator<Item = Placing> {
    let quarter = |n: i32| match n {
        0 => [[1, 0], [0, 1]],
        1 => [[0, -1], [1, 0]],
        2 => [[-1, 0], [0, -1]],
        _ => [[0, 1], [-1, 0]],
    };
    (0..8).map(move |n| {
        let [[a, b], [c, d]] = quarter(n % 4);
        let (axes, handedness) = match n < 4 {
            true => ([[a, b], [c, d]], Handedness::AsPrinted),
            false => ([[-a, -b], [c, d]], Handedness::Mirrored),
        };
        Placing {
            axes,
            shift: [0, 0],
            handedness,
        }
    })
}

/// Shifts that put the whole grid, from node `low` to node `high`, on the board.
fn shifts(turned: &Placing, low: [i32; 2], high: [i32; 2]) -> Vec<[i32; 2]> {
    let ends = [(low[0], low[1]), (high[0], high[1])].map(|node| turned.corner(node));
    let range = |a: i32, b: i32| -a.min(b)..=CELLS - a.max(b);
    let columns = range(ends[0].column, ends[1].column);
    let rows = range(ends[0].row, ends[1].row);
    columns
        .flat_map(|column| rows.clone().map(move |row| [column, row]))
        .collect()
}

/// How far above chance the squares agree with the board, in standard deviations; 0 when too
/// many do not.
fn agreement(placing: &Placing, squares: &[ReadSquare]) -> f32 {
    let (mut known, mut agree) = (0_u32, 0_u32);
    for read in squares {
        let square = placing.square(read.node);
        if square.is_black() != read.black {
            // Shades alternate: one that is wrong means that all are, but for misreadings.
            known += 1;
            continue;
        }
        let Some(bit) = read.bit.filter(|_| !square.is_grey()) else {
            continue;
        };
        known += 1;
        agree += u32::from(bit == square.bit());
    }
    let (known, agree) = (known as f32, agree as f32);
    if agree < LEAST_AGREEMENT * known {
        return 0.0;
    }
    (agree - known / 2.0) / (known.sqrt() / 2.0).max(0.5)
}

fn read_square(luma: &GrayImage, nodes: &HashMap<Node, Point>, node: Node) -> Option<ReadSquare> {
    let corners = square_corners(nodes, node)?;
    let shades = shades(luma, &corners);
    let contrast = shades.neighbours - shades.own;
    if contrast.abs() < LEAST_CONTRAST {
        return None;
    }
    const MIDDLE: [(f64, f64); 5] = [
        (0.5, 0.5),
        (0.44, 0.5),
        (0.56, 0.5),
        (0.5, 0.44),
        (0.5, 0.56),
    ];
    let middle = mean_at(luma, &corners, &MIDDLE);
    let share = (middle - shades.own) / contrast;
    Some(ReadSquare {
        node,
        black: contrast > 0.0,
        bit: match share {
            share if share > 1.0 - SURE => Some(true),
            share if share < SURE => Some(false),
            _ => None,
        },
    })
}

/// The four corners of a square in the grid's order: (0, 0), (1, 0), (1, 1), (0, 1).
pub(super) fn square_corners(nodes: &HashMap<Node, Point>, (i, j): Node) -> Option<[Point; 4]> {
    Some([
        *nodes.get(&(i, j))?,
        *nodes.get(&(i + 1, j))?,
        *nodes.get(&(i + 1, j + 1))?,
        *nodes.get(&(i, j + 1))?,
    ])
}

/// Shades of a square and of its neighbours, between rings and edges: there 0.5 mm are free all
/// round, so that blur does not reach.
pub(super) fn shades(luma: &GrayImage, corners: &[Point; 4]) -> Shades {
    const IN: f64 = 0.15;
    const FAR: f64 = 1.0 - IN;
    const OWN: [(f64, f64); 4] = [(IN, IN), (FAR, IN), (FAR, FAR), (IN, FAR)];
    const NEXT: [(f64, f64); 8] = [
        (-IN, IN),
        (-IN, FAR),
        (1.0 + IN, IN),
        (1.0 + IN, FAR),
        (IN, -IN),
        (FAR, -IN),
        (IN, 1.0 + IN),
        (FAR, 1.0 + IN),
    ];
    Shades {
        own: mean_at(luma, corners, &OWN),
        neighbours: mean_at(luma, corners, &NEXT),
    }
}

/// Mean luma at places within a square, given as shares along its sides.
fn mean_at(luma: &GrayImage, corners: &[Point; 4], places: &[(f64, f64)]) -> f32 {
    let sum: f32 = (places.iter())
        .map(|(u, v)| luma_at(luma, place_in(corners, *u, *v)))
        .sum();
    sum / places.len() as f32
}

/// The frame point at shares `u` and `v` along a square's sides.
pub(super) fn place_in([a, b, c, d]: &[Point; 4], u: f64, v: f64) -> Point {
    let (u, v) = (u as f32, v as f32);
    let mix = |a: f32, b: f32, c: f32, d: f32| {
        (a * (1.0 - u) + b * u) * (1.0 - v) + (d * (1.0 - u) + c * u) * v
    };
    Point::new(mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y))
}

/// Luma at a frame point, the mean of the 3 × 3 pixels about it; the nearest that there are
/// beyond the frame.
pub(super) fn luma_at(luma: &GrayImage, p: Point) -> f32 {
    let inside = |v: f32, end: u32| (v.max(0.0) as u32).min(end.saturating_sub(1));
    let mut sum = 0_u32;
    for dy in [-1.0, 0.0, 1.0] {
        for dx in [-1.0, 0.0, 1.0] {
            let x = inside(p.x + dx, luma.width());
            let y = inside(p.y + dy, luma.height());
            sum += u32::from(luma.get_pixel(x, y)[0]);
        }
    }
    sum as f32 / 9.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares of a part of the board as a placing shows them, every `wrong`-th bit false.
    fn seen(placing: &Placing, size: i32, wrong: usize) -> Vec<ReadSquare> {
        let nodes = (0..size).flat_map(|i| (0..size).map(move |j| (i, j)));
        nodes
            .enumerate()
            .map(|(n, node)| {
                let square = placing.square(node);
                ReadSquare {
                    node,
                    black: square.is_black(),
                    bit: Some(square.bit() != (n % wrong == 0)),
                }
            })
            .collect()
    }

    fn best(squares: &[ReadSquare], size: i32) -> Option<Placing> {
        let mut found = None;
        let mut most = LEAST_SIGMAS;
        for turned in turns() {
            for shift in shifts(&turned, [0, 0], [size, size]) {
                let placing = Placing { shift, ..turned };
                let sigmas = agreement(&placing, squares);
                if sigmas > most {
                    (most, found) = (sigmas, Some(placing));
                }
            }
        }
        found
    }

    #[test]
    fn any_part_in_any_direction_is_told_from_all_others_in_spite_of_misreadings() {
        for (n, turned) in turns().enumerate() {
            let shift = shifts(&turned, [0, 0], [9, 9])[40 * n + 7];
            let placing = Placing { shift, ..turned };
            assert_eq!(best(&seen(&placing, 9, 15), 9), Some(placing));
        }
    }

    #[test]
    fn a_plain_checkerboard_and_a_scrap_are_placed_nowhere() {
        let turned = turns().next().unwrap();
        let mut plain = seen(&turned, 12, 1_000);
        for square in &mut plain {
            square.bit = Some(false);
        }
        assert_eq!(best(&plain, 12), None);
        assert_eq!(best(&seen(&turned, 4, 1_000), 4), None);
    }
}
