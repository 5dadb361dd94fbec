//! Rectification: a tilted box of the frame as an upright picture.

use image::GrayImage;

use super::geometry::{OrientedBox, Point};
use super::plane::Plane;

/// An upright, resampled picture of an [`OrientedBox`] of a frame.
///
/// Column `x`, row `y` of the strip (pixel centres at +0.5) shows the frame at
/// [`Strip::to_frame`]`(x, y)`.
#[derive(Clone, Debug)]
pub struct Strip {
    /// Luma 0..1, row-major, `width × height`.
    pub luma: Vec<f32>,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// What of the frame it shows.
    pub shows: OrientedBox,
}

impl Strip {
    /// The frame point shown at strip coordinates.
    pub fn to_frame(&self, x: f32, y: f32) -> Point {
        self.shows.point(
            (x / self.width as f32 - 0.5) * self.shows.length,
            (y / self.height as f32 - 0.5) * self.shows.height,
        )
    }

    /// Luma at a point of the strip, between the four pixels about it; beyond the strip the nearest edge pixel
    /// repeats.
    pub fn between(&self, p: Point) -> f32 {
        let x = (p.x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (p.y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (right, below) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (u, v) = (x - x0 as f32, y - y0 as f32);
        let row = |y: usize| self.row(y)[x0] * (1.0 - u) + self.row(y)[right] * u;
        row(y0) * (1.0 - v) + row(below) * v
    }

    /// One row of luma.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.luma[y * self.width..(y + 1) * self.width]
    }
}

/// Resamples `area` of the frame to `width × height`.
///
/// Bilinear on the level of the plane whose pixels are nearest to the strip's in size,
/// with so many taps a side as are still lacking (a box filter), so that close-ups do
/// not alias. Beyond the frame the nearest edge pixel repeats.
pub fn rectify(plane: &Plane, area: &OrientedBox, width: usize, height: usize) -> Strip {
    let (step_u, step_v) = (area.length / width as f32, area.height / height as f32);
    let (level, pixel) = plane.level_for(step_u.min(step_v));
    let sampler = Sampler::new(level);
    let (taps_u, taps_v) = (taps(step_u / pixel), taps(step_v / pixel));
    let (c, s) = area.direction();
    let across = Point::new(c * step_u / pixel, s * step_u / pixel);
    let weight = 1.0 / (Sampler::WHITE * (taps_u * taps_v) as f32);
    let mut sums = vec![0u32; width];
    let mut luma = Vec::with_capacity(width * height);
    for y in 0..height {
        sums.fill(0);
        for j in 0..taps_v {
            let v = (y as f32 + (j as f32 + 0.5) / taps_v as f32) * step_v - area.height / 2.0;
            for i in 0..taps_u {
                let u = (i as f32 + 0.5) / taps_u as f32 * step_u - area.length / 2.0;
                let start = area.point(u, v);
                let start = Point::new(start.x / pixel, start.y / pixel);
                sampler.add_row(start, across, &mut sums);
            }
        }
        luma.extend(sums.iter().map(|sum| *sum as f32 * weight));
    }
    Strip {
        luma,
        width,
        height,
        shows: *area,
    }
}

/// Samples per strip pixel along one axis, for a step of so many pixels.
fn taps(step: f32) -> usize {
    (step.round() as usize).clamp(1, 4)
}

/// Bilinear sampling of a picture along straight rows, in fixed-point numbers.
struct Sampler<'a> {
    data: &'a [u8],
    width: usize,
    height: usize,
}

impl<'a> Sampler<'a> {
    /// Bits behind the point of positions; of weights the upper eight are used.
    const BITS: u32 = 16;
    /// What a sample of white is: 255, weighted by 256 across and 256 down.
    const WHITE: f32 = 255.0 * 65_536.0;

    fn new(picture: &'a GrayImage) -> Self {
        Self {
            data: picture.as_raw(),
            width: picture.width() as usize,
            height: picture.height() as usize,
        }
    }

    /// Adds to each of `sums` the picture at `start`, `start + step`, `start + 2 step`, …
    /// (pixels, centres at +0.5).
    fn add_row(&self, start: Point, step: Point, sums: &mut [u32]) {
        let at = |i: usize| Point::new(start.x + i as f32 * step.x, start.y + i as f32 * step.y);
        // A straight line enters a rectangle once.
        let from = (0..sums.len()).find(|i| self.surrounds(at(*i)));
        let end = (from.unwrap_or(0)..sums.len()).rfind(|i| self.surrounds(at(*i)));
        let inside = from.unwrap_or(0)..end.map_or(0, |last| last + 1);
        for i in (0..inside.start).chain(inside.end..sums.len()) {
            sums[i] += self.clamped(at(i));
        }
        self.add_row_inside(at(inside.start), step, &mut sums[inside]);
    }

    /// Whether there are four pixels about a point, and it is not so near to being
    /// without that rounding matters.
    fn surrounds(&self, p: Point) -> bool {
        const LEAST: f32 = 0.5 + 1.0 / 16.0;
        p.x >= LEAST
            && p.y >= LEAST
            && p.x <= self.width as f32 - LEAST
            && p.y <= self.height as f32 - LEAST
    }

    /// The same where every sample has four pixels about it.
    fn add_row_inside(&self, start: Point, step: Point, sums: &mut [u32]) {
        let fixed = |v: f32| (v * (1u32 << Self::BITS) as f32) as i32;
        let (mut x, mut y) = (fixed(start.x - 0.5), fixed(start.y - 0.5));
        let (dx, dy) = (fixed(step.x), fixed(step.y));
        for sum in sums {
            let at = (y >> Self::BITS) as usize * self.width + (x >> Self::BITS) as usize;
            *sum += self.between(at, x as u32 >> 8 & 0xff, y as u32 >> 8 & 0xff);
            x += dx;
            y += dy;
        }
    }

    /// The mean of the pixel at index `at`, its right and lower neighbours and the one
    /// between these, weighted by how far (of 256) to the right and down.
    fn between(&self, at: usize, right: u32, down: u32) -> u32 {
        let row = |at: usize| match self.data.get(at..at + 2) {
            Some([a, b]) => u32::from(*a) * (256 - right) + u32::from(*b) * right,
            _ => 0,
        };
        row(at) * (256 - down) + row(at + self.width) * down
    }

    /// A sample anywhere; beyond the picture the nearest edge pixel repeats.
    fn clamped(&self, p: Point) -> u32 {
        let fx = (p.x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let fy = (p.y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (fx as usize, fy as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (right, down) = ((fx.fract() * 256.0) as u32, (fy.fract() * 256.0) as u32);
        let row = |y: usize| {
            let at = |x: usize| u32::from(self.data[y * self.width + x]);
            at(x0) * (256 - right) + at(x1) * right
        };
        row(y0) * (256 - down) + row(y1) * down
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn an_upright_strip_of_the_whole_frame_is_the_frame() {
        let luma = GrayImage::from_fn(6, 4, |x, y| Luma([(x * 20 + y * 3) as u8]));
        let area = OrientedBox {
            centre: Point::new(3.0, 2.0),
            angle: 0.0,
            length: 6.0,
            height: 4.0,
        };
        let strip = rectify(&luma.clone().into(), &area, 6, 4);
        for (got, want) in strip.luma.iter().zip(luma.as_raw()) {
            assert!((got * 255.0 - f32::from(*want)).abs() < 1e-3);
        }
    }

    #[test]
    fn a_strip_turned_upside_down_begins_with_the_last_pixel() {
        let luma = GrayImage::from_fn(6, 4, |x, y| Luma([(x * 20 + y * 3) as u8]));
        let area = OrientedBox {
            centre: Point::new(3.0, 2.0),
            angle: std::f32::consts::PI,
            length: 6.0,
            height: 4.0,
        };
        let strip = rectify(&luma.clone().into(), &area, 6, 4);
        let last = f32::from(luma.get_pixel(5, 3)[0]);
        assert!((strip.luma[0] * 255.0 - last).abs() < 0.1);
    }

    #[test]
    fn strip_coordinates_lead_back_to_the_frame() {
        let luma = GrayImage::new(40, 40);
        let area = OrientedBox {
            centre: Point::new(20.0, 20.0),
            angle: 0.5,
            length: 20.0,
            height: 4.0,
        };
        let strip = rectify(&luma.into(), &area, 100, 16);
        assert!(strip.to_frame(50.0, 8.0).distance(area.centre) < 1e-4);
        assert!(strip.to_frame(0.0, 0.0).distance(area.corners().0[0]) < 1e-4);
    }
}
