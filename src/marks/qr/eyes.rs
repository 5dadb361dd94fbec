//! Where a symbol's three *eyes* may lie, its position detection patterns.
//!
//! An eye is a dark square of 3 × 3 modules in a light ring in a dark ring. However it is turned, a circle
//! of radius 1 module lies in its square, one of 2.3 in its light ring and one of 3.4 in its dark ring: so
//! circles find it in grey, without a threshold, under a stamp and in noise.

use std::f32::consts::TAU;

use super::shades::{Shade, correlation};
use crate::optics::{Point, Strip};

/// Radius in modules and samples of the circles in the square, the light ring and the dark ring.
const CIRCLES: [(f32, usize); 3] = [(1.0, 10), (2.3, 20), (3.4, 20)];

/// Modules that are looked for, in widths of the strip: each a fifth above the one before.
const MODULES: [f32; 7] = [0.0115, 0.0135, 0.016, 0.019, 0.023, 0.0275, 0.033];

/// Centres are tried so many of them to the width of a strip.
const CENTRES: usize = 96;

/// Least correlation of an eye with light and dark on its circles.
const LEAST: f32 = 0.55;

/// Most candidates that are kept, best first.
const MOST: usize = 8;

/// A place that looks like an eye.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eye {
    pub(super) centre: Point,
    /// Pixels a module.
    pub(super) module: f32,
    likeness: f32,
}

/// The places most like an eye, best first, none upon another.
pub(super) fn find_eyes(strip: &Strip) -> Vec<Eye> {
    let mut found: Vec<Eye> = MODULES
        .iter()
        .flat_map(|module| eyes_of_size(strip, module * strip.width as f32))
        .collect();
    found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let mut kept: Vec<Eye> = Vec::new();
    for eye in found {
        if kept.len() < MOST && kept.iter().all(|other| apart(&eye, other)) {
            kept.push(eye);
        }
    }
    kept
}

fn apart(a: &Eye, b: &Eye) -> bool {
    a.centre.distance(b.centre) > 3.5 * a.module.max(b.module)
}

fn eyes_of_size(strip: &Strip, module: f32) -> Vec<Eye> {
    let circles = circles(module, strip.width);
    let reach = (CIRCLES[2].0 * module).ceil() as usize;
    let step = (strip.width / CENTRES).max(1);
    let centres = |length: usize| (reach..length.saturating_sub(reach)).step_by(step);
    let mut eyes = Vec::new();
    for y in centres(strip.height) {
        for x in centres(strip.width) {
            let likeness = likeness(&strip.luma, y * strip.width + x, &circles);
            if likeness > LEAST {
                let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5);
                eyes.push(Eye {
                    centre,
                    module,
                    likeness,
                });
            }
        }
    }
    eyes
}

/// For each circle how far in the strip's luma its samples lie from that of the centre.
fn circles(module: f32, width: usize) -> [Vec<isize>; 3] {
    CIRCLES.map(|(radius, n)| {
        let offset = |i: usize| {
            let (sin, cos) = (i as f32 / n as f32 * TAU).sin_cos();
            let whole = |v: f32| (v * radius * module).round() as isize;
            whole(sin) * width.cast_signed() + whole(cos)
        };
        (0..n).map(offset).collect()
    })
}

fn likeness(luma: &[f32], centre: usize, [square, light, ring]: &[Vec<isize>; 3]) -> f32 {
    let at = |offset: &isize| luma[centre.wrapping_add_signed(*offset)];
    let light: Shade = light.iter().map(at).collect();
    let mut dark: Shade = square.iter().map(at).collect();
    if dark.mean() >= light.mean() {
        return 0.0;
    }
    dark.extend(ring.iter().map(at));
    correlation(&light, &dark)
}
