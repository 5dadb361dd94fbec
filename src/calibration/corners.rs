//! Corners of a checkerboard: found on a reduced plane, placed on the whole one.

use image::GrayImage;

use crate::optics::Point;

/// Radius of the ring that is looked at, in pixels of the reduced plane.
const RING: i32 = 5;

/// The ring's samples, clockwise from above.
const OFFSETS: [(i32, i32); 16] = [
    (0, -5),
    (2, -5),
    (4, -4),
    (5, -2),
    (5, 0),
    (5, 2),
    (4, 4),
    (2, 5),
    (0, 5),
    (-2, 5),
    (-4, 4),
    (-5, 2),
    (-5, 0),
    (-5, -2),
    (-4, -4),
    (-2, -5),
];

/// Least response: a corner between squares that differ by 25 of luma gives about so much, noise
/// of a reduced and smoothed plane a tenth.
const LEAST_RESPONSE: f32 = 80.0;

/// Most corners: the whole board has 1,444.
const MOST_CORNERS: usize = 3_000;

/// Steps of the placement; each adds about a digit.
const STEPS: usize = 8;
/// It has settled when a step is shorter, in pixels.
const SETTLED: f64 = 0.005;

/// Corners on a plane that shows the frame `scale` times smaller, in frame pixels, surest first.
///
/// The response is ChESS (S. Bennett, J. Lasenby, "ChESS – quick and robust detection of
/// chess-board features", Computer Vision and Image Understanding 118, 2014): round a corner
/// opposite samples are alike, those a quarter turn apart differ, and the middle is as bright as
/// the ring.
pub(super) fn find_corners(plane: &GrayImage, scale: f32) -> Vec<Point> {
    let (w, h) = (plane.width() as usize, plane.height() as usize);
    let margin = RING as usize + 1;
    if w <= 2 * margin + 2 || h <= 2 * margin + 2 {
        return Vec::new();
    }
    let smooth = smoothed(plane);
    let mut response = vec![0.0_f32; w * h];
    for y in margin..h - margin {
        for x in margin..w - margin {
            response[y * w + x] = response_at(&smooth, w, x, y);
        }
    }
    let mut peaks = Vec::new();
    for y in margin..h - margin {
        for x in margin..w - margin {
            let here = response[y * w + x];
            if here > LEAST_RESPONSE && is_peak(&response, w, h, x, y) {
                peaks.push((here, peak_place(&response, w, x, y)));
            }
        }
    }
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    peaks.truncate(MOST_CORNERS);
    let place = |p: Point| Point::new(p.x * scale, p.y * scale);
    peaks.into_iter().map(|(_, p)| place(p)).collect()
}

/// Means of 3 × 3 pixels; the outermost stay 0, nobody looks there.
fn smoothed(plane: &GrayImage) -> Vec<f32> {
    let (w, h) = (plane.width() as usize, plane.height() as usize);
    let data = plane.as_raw();
    let mut smooth = vec![0.0; w * h];
    for y in 1..h - 1 {
        for x in 1..w - 1 {
            let sum: u32 = (y - 1..=y + 1)
                .flat_map(|row| &data[row * w + x - 1..=row * w + x + 1])
                .map(|pixel| u32::from(*pixel))
                .sum();
            smooth[y * w + x] = sum as f32 / 9.0;
        }
    }
    smooth
}

fn response_at(smooth: &[f32], w: usize, x: usize, y: usize) -> f32 {
    let centre = y * w + x;
    let at = |(dx, dy): (i32, i32)| {
        smooth[centre.wrapping_add_signed(dy as isize * w.cast_signed() + dx as isize)]
    };
    let ring = OFFSETS.map(at);
    let sum: f32 = (0..4)
        .map(|i| (ring[i] + ring[i + 8] - ring[i + 4] - ring[i + 12]).abs())
        .sum();
    let difference: f32 = (0..8).map(|i| (ring[i] - ring[i + 8]).abs()).sum();
    let around = ring.iter().sum::<f32>() / 16.0;
    let cross = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)].map(at);
    let middle = cross.iter().sum::<f32>() / 5.0;
    sum - difference - 16.0 * (around - middle).abs()
}

/// Whether nothing within the ring responds more; of equal ones the first counts.
fn is_peak(response: &[f32], w: usize, h: usize, x: usize, y: usize) -> bool {
    let here = response[y * w + x];
    let reach = RING as usize;
    (y.saturating_sub(reach)..=(y + reach).min(h - 1)).all(|row| {
        (x.saturating_sub(reach)..=(x + reach).min(w - 1)).all(|column| {
            let there = response[row * w + column];
            there < here || (there == here && (row, column) >= (y, x))
        })
    })
}

/// The top of parabolas through the peak and its neighbours, in pixels of the plane.
fn peak_place(response: &[f32], w: usize, x: usize, y: usize) -> Point {
    let at = y * w + x;
    let top = |before: f32, here: f32, after: f32| {
        let bend = before - 2.0 * here + after;
        if bend < 0.0 {
            (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        } else {
            0.0
        }
    };
    Point::new(
        x as f32 + 0.5 + top(response[at - 1], response[at], response[at + 1]),
        y as f32 + 0.5 + top(response[at - w], response[at], response[at + w]),
    )
}

/// The corner's place on the whole plane, near `start`, from the pixels within `reach`; `None`
/// where it does not settle nearby.
///
/// Every slope near a corner belongs to an edge through it, so that it is where the slopes'
/// directions are crossed at right angles by the lines to it, in the sense of least squares (W.
/// Förstner, E. Gülch, "A fast operator for detection and precise location of distinct points,
/// corners and centres of circular features", 1987).
pub(super) fn place_corner(luma: &GrayImage, start: Point, reach: f32) -> Option<Point> {
    let (mut x, mut y) = (f64::from(start.x), f64::from(start.y));
    for _ in 0..STEPS {
        let (nx, ny) = crossing(luma, x, y, f64::from(reach))?;
        let step = (nx - x).hypot(ny - y);
        (x, y) = (nx, ny);
        if step < SETTLED {
            break;
        }
    }
    let place = Point::new(x as f32, y as f32);
    (place.distance(start) < reach).then_some(place)
}

/// The point that the edges about (x, y) go through best.
fn crossing(luma: &GrayImage, x: f64, y: f64, reach: f64) -> Option<(f64, f64)> {
    let (w, h) = (f64::from(luma.width()), f64::from(luma.height()));
    if x - reach < 2.0 || y - reach < 2.0 || x + reach > w - 2.0 || y + reach > h - 2.0 {
        return None;
    }
    let width = luma.width() as usize;
    let data = luma.as_raw();
    let spread = 2.0 * (reach / 2.0).powi(2);
    let (mut xx, mut xy, mut yy, mut bx, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for row in (y - reach) as usize..=(y + reach) as usize {
        for column in (x - reach) as usize..=(x + reach) as usize {
            let (dx, dy) = (column as f64 + 0.5 - x, row as f64 + 0.5 - y);
            let weight = (-(dx * dx + dy * dy) / spread).exp();
            let at = row * width + column;
            let gx = f64::from(data[at + 1]) - f64::from(data[at - 1]);
            let gy = f64::from(data[at + width]) - f64::from(data[at - width]);
            let (wxx, wxy, wyy) = (weight * gx * gx, weight * gx * gy, weight * gy * gy);
            xx += wxx;
            xy += wxy;
            yy += wyy;
            bx += wxx * dx + wxy * dy;
            by += wxy * dx + wyy * dy;
        }
    }
    let det = xx * yy - xy * xy;
    // One edge alone leaves the place along it open.
    if det <= 0.01 * (xx + yy) * (xx + yy) / 4.0 {
        return None;
    }
    Some((x + (yy * bx - xy * by) / det, y + (xx * by - xy * bx) / det))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Two edges that cross at `(x, y)`, turned by `angle`, softened.
    fn crossing_edges(x: f32, y: f32, angle: f32) -> GrayImage {
        GrayImage::from_fn(120, 100, |px, py| {
            let (dx, dy) = (px as f32 + 0.5 - x, py as f32 + 0.5 - y);
            let u = dx * angle.cos() + dy * angle.sin();
            let v = dy * angle.cos() - dx * angle.sin();
            let soft = |d: f32| (d / 1.5).tanh();
            Luma([(128.0 + 90.0 * soft(u) * soft(v)) as u8])
        })
    }

    #[test]
    fn a_corner_is_found_and_placed_to_a_twentieth_of_a_pixel_at_any_angle() {
        for step in 0..12 {
            let (x, y) = (60.3 + 0.07 * step as f32, 48.6 - 0.05 * step as f32);
            let picture = crossing_edges(x, y, 0.26 * step as f32);
            let found = find_corners(&picture, 1.0);
            let [start] = found[..] else {
                panic!("{found:?}")
            };
            let place = place_corner(&picture, start, 8.0).unwrap();
            assert!(place.distance(Point::new(x, y)) < 0.05, "{place:?} {x} {y}");
        }
    }

    #[test]
    fn an_edge_a_dot_and_a_blank_have_no_corner() {
        let edge = GrayImage::from_fn(80, 80, |x, _| Luma([if x < 40 { 30 } else { 220 }]));
        let dot = GrayImage::from_fn(80, 80, |x, y| {
            let near = (x as f32 - 40.0).hypot(y as f32 - 40.0) < 6.0;
            Luma([if near { 30 } else { 220 }])
        });
        for picture in [edge, dot, GrayImage::new(80, 80), GrayImage::new(3, 3)] {
            assert!(find_corners(&picture, 1.0).is_empty());
        }
    }
}
