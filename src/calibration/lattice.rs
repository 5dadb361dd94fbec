//! Which corners are neighbours: the board's grid, up to where it begins and how it is turned.

use std::collections::{HashMap, VecDeque};

use crate::optics::Point;

/// How far a neighbour may lie from where it is expected, as a share of the distance: lens and
/// tilt change the distance from one square to the next by a few per cent.
const NEAR: f32 = 0.2;

/// Corners that growing is begun from, at most.
const MOST_SEEDS: usize = 40;

/// A grid that has this share of all corners is the one; no other is looked for.
const ENOUGH: f32 = 0.7;

/// A corner of the grid: steps to the one side and to the other.
pub(super) type Node = (i32, i32);

/// The largest grid among corners: each corner's place by its node.
pub(super) fn largest_lattice(corners: &[Point]) -> HashMap<Node, Point> {
    let mut largest = HashMap::new();
    for seed in 0..corners.len().min(MOST_SEEDS) {
        let Some((a, b)) = basis(corners, seed) else {
            continue;
        };
        let grown = grow(corners, seed, a, b);
        if grown.len() > largest.len() {
            largest = grown;
        }
        if largest.len() as f32 > ENOUGH * corners.len() as f32 {
            break;
        }
    }
    largest
}

/// Steps to two neighbours about a right angle apart that have counterparts on the other side;
/// the second one a quarter turn clockwise on screen from the first.
fn basis(corners: &[Point], seed: usize) -> Option<(Point, Point)> {
    let here = corners[seed];
    let mut steps: Vec<Point> = (corners.iter().enumerate())
        .filter(|(i, _)| *i != seed)
        .map(|(_, p)| minus(*p, here))
        .collect();
    steps.sort_by(|p, q| length(*p).total_cmp(&length(*q)));
    steps.truncate(8);
    let has_counterpart = |step: &Point| {
        let reach = NEAR * length(*step);
        steps
            .iter()
            .any(|other| length(plus(*other, *step)) < reach)
    };
    let a = *steps.iter().find(|step| has_counterpart(step))?;
    let b = *steps.iter().find(|step| {
        let cosine = (a.x * step.x + a.y * step.y) / length(a) / length(**step);
        cosine.abs() < 0.35 && length(**step) < 1.35 * length(a) && has_counterpart(step)
    })?;
    let clockwise = a.x * b.y - a.y * b.x > 0.0;
    Some((a, if clockwise { b } else { Point::new(-b.x, -b.y) }))
}

/// Follows the grid from one corner to all that can be reached.
fn grow(corners: &[Point], seed: usize, a: Point, b: Point) -> HashMap<Node, Point> {
    let mut nodes = HashMap::from([((0, 0), corners[seed])]);
    let mut taken = vec![false; corners.len()];
    taken[seed] = true;
    let mut open = VecDeque::from([((0, 0), a, b)]);
    while let Some((node, a, b)) = open.pop_front() {
        let Some(&here) = nodes.get(&node) else {
            continue;
        };
        for (di, dj) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
            let next = (node.0 + di, node.1 + dj);
            if nodes.contains_key(&next) {
                continue;
            }
            let (di, dj) = (di as f32, dj as f32);
            let step = Point::new(di * a.x + dj * b.x, di * a.y + dj * b.y);
            let Some(found) = nearest(corners, &taken, plus(here, step), NEAR * length(step))
            else {
                continue;
            };
            taken[found] = true;
            nodes.insert(next, corners[found]);
            let went = minus(corners[found], here);
            let along = Point::new(went.x * (di + dj), went.y * (di + dj));
            let (a, b) = if dj == 0.0 { (along, b) } else { (a, along) };
            open.push_back((next, a, b));
        }
    }
    nodes
}

fn nearest(corners: &[Point], taken: &[bool], to: Point, within: f32) -> Option<usize> {
    (corners.iter().enumerate())
        .filter(|(i, p)| !taken[*i] && p.distance(to) < within)
        .min_by(|(_, p), (_, q)| p.distance(to).total_cmp(&q.distance(to)))
        .map(|(i, _)| i)
}

fn plus(p: Point, q: Point) -> Point {
    Point::new(p.x + q.x, p.y + q.y)
}

fn minus(p: Point, q: Point) -> Point {
    Point::new(p.x - q.x, p.y - q.y)
}

fn length(p: Point) -> f32 {
    p.x.hypot(p.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turned grid of 9 × 6 with some corners missing, and clutter.
    fn corners(angle: f32) -> Vec<Point> {
        let (s, c) = angle.sin_cos();
        let grid = (0..54)
            .map(|n| ((n % 9) as f32 * 40.0, (n / 9) as f32 * 40.0))
            .enumerate()
            .filter(|(n, _)| n % 11 != 7)
            .map(|(_, (u, v))| Point::new(500.0 + u * c - v * s, 400.0 + u * s + v * c));
        grid.chain([Point::new(0.0, 0.0), Point::new(515.0, 409.0)])
            .collect()
    }

    #[test]
    fn a_turned_grid_with_holes_and_clutter_is_followed() {
        for step in 0..24 {
            let corners = corners(0.3 * step as f32);
            let nodes = largest_lattice(&corners);
            assert_eq!(nodes.len(), 49, "{step}");
            for ((i, j), p) in &nodes {
                let right = nodes.get(&(i + 1, *j)).map(|q| minus(*q, *p));
                assert!(right.is_none_or(|step| (length(step) - 40.0).abs() < 0.1));
            }
        }
    }

    #[test]
    fn no_corners_and_one_corner_have_no_grid() {
        assert!(largest_lattice(&[]).is_empty());
        assert!(largest_lattice(&[Point::new(1.0, 1.0)]).is_empty());
        let line: Vec<_> = (0..9).map(|i| Point::new(i as f32 * 10.0, 5.0)).collect();
        assert!(largest_lattice(&line).is_empty());
    }
}
