//! Rectification: a tilted box of the frame as an upright picture.

use image::GrayImage;

use super::geometry::{OrientedBox, Point};

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

    /// One row of luma.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.luma[y * self.width..(y + 1) * self.width]
    }
}

/// Resamples `area` of the frame to `width × height`.
///
/// Bilinear, with as many taps a side as the reduction needs (a box filter), so
/// that close-ups do not alias. Beyond the frame the nearest edge pixel repeats.
pub fn rectify(luma: &GrayImage, area: &OrientedBox, width: usize, height: usize) -> Strip {
    let (c, s) = area.direction();
    let (step_u, step_v) = (area.length / width as f32, area.height / height as f32);
    let (taps_u, taps_v) = (taps(step_u), taps(step_v));
    let weight = 1.0 / (255.0 * (taps_u * taps_v) as f32);
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let mut sum = 0.0;
            for j in 0..taps_v {
                let v = (y as f32 + (j as f32 + 0.5) / taps_v as f32) * step_v - area.height / 2.0;
                for i in 0..taps_u {
                    let u =
                        (x as f32 + (i as f32 + 0.5) / taps_u as f32) * step_u - area.length / 2.0;
                    sum += bilinear(
                        luma,
                        area.centre.x + u * c - v * s,
                        area.centre.y + u * s + v * c,
                    );
                }
            }
            out.push(sum * weight);
        }
    }
    Strip {
        luma: out,
        width,
        height,
        shows: *area,
    }
}

/// Samples per strip pixel along one axis, for a step of so many frame pixels.
fn taps(step: f32) -> usize {
    (step.round() as usize).clamp(1, 4)
}

/// Luma 0..255 at a frame point, between pixel centres.
fn bilinear(luma: &GrayImage, x: f32, y: f32) -> f32 {
    let (w, h) = (luma.width() as usize, luma.height() as usize);
    let fx = (x - 0.5).clamp(0.0, (w - 1) as f32);
    let fy = (y - 0.5).clamp(0.0, (h - 1) as f32);
    let (x0, y0) = (fx as usize, fy as usize);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let (tx, ty) = (fx - x0 as f32, fy - y0 as f32);
    let data = luma.as_raw();
    let at = |x: usize, y: usize| f32::from(data[y * w + x]);
    let top = at(x0, y0) * (1.0 - tx) + at(x1, y0) * tx;
    let bottom = at(x0, y1) * (1.0 - tx) + at(x1, y1) * tx;
    top * (1.0 - ty) + bottom * ty
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
        let strip = rectify(&luma, &area, 6, 4);
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
        let strip = rectify(&luma, &area, 6, 4);
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
        let strip = rectify(&luma, &area, 100, 16);
        assert!(strip.to_frame(50.0, 8.0).distance(area.centre) < 1e-4);
        assert!(strip.to_frame(0.0, 0.0).distance(area.corners().0[0]) < 1e-4);
    }
}
