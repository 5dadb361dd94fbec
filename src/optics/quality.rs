//! How good a frame is, measured where the voucher lies.

use image::GrayImage;

use super::geometry::{OrientedBox, Point};

/// Luma from which a pixel counts as saturated.
const SATURATED: u8 = 250;

/// Steepest slope of a printed edge on a sharp picture, as a share of its
/// contrast per pixel: a step seen through a lens and a pixel grid of good
/// sharpness (σ ≈ 0.9 px) rises by 1/(σ√2π) ≈ 0.44 of its height per pixel.
const SHARP_SLOPE: f32 = 0.44;

/// Contrast below which there is nothing to judge sharpness by (share of full scale).
const LEAST_CONTRAST: f32 = 0.04;

/// One row of so many is measured: print is many rows high.
const EVERY_ROW: usize = 4;

/// Measured picture quality.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// 0–1; 1 is as sharp as a good lens on this pixel grid can be.
    pub focus: f32,
    /// Share of the area that is saturated, 0–1.
    pub glare: f32,
    /// Mean luma, 0–1.
    pub exposure: f32,
    /// Pixels per millimetre of paper, where something of known size was seen.
    pub px_per_mm: Option<f32>,
}

/// Measures focus, glare and exposure inside `area`, or over the whole frame.
pub fn measure_quality(luma: &GrayImage, area: Option<&OrientedBox>) -> Quality {
    let samples = Samples::collect(luma, area);
    let contrast = samples.contrast();
    let focus = if contrast < LEAST_CONTRAST {
        0.0
    } else {
        (samples.steepest_slope() / contrast / SHARP_SLOPE).min(1.0)
    };
    Quality {
        focus,
        glare: samples.glare(),
        exposure: samples.mean(),
        px_per_mm: None,
    }
}

/// The middle of what is saturated inside `area`, or in the whole frame, in frame pixels;
/// `None` when nothing is.
pub fn glare_centre(luma: &GrayImage, area: Option<&OrientedBox>) -> Option<Point> {
    let (w, h) = (luma.width() as usize, luma.height() as usize);
    let (x0, y0, x1, y1) = bounds(area, w, h);
    let (mut count, mut across, mut down) = (0_u64, 0_u64, 0_u64);
    for y in (y0..y1).step_by(2) {
        for x in x0..x1 {
            if luma.as_raw()[y * w + x] >= SATURATED {
                count += 1;
                across += x as u64;
                down += y as u64;
            }
        }
    }
    let mean = |sum: u64| sum as f32 / count as f32;
    (count > 0).then(|| Point::new(mean(across), mean(down)))
}

/// Luma of the paper inside `area`, 0–1: nine tenths of a label are darker, its print and its
/// shaded parts. `None` where it is saturated.
pub fn paper_luma(luma: &GrayImage, area: &OrientedBox) -> Option<f32> {
    let samples = Samples::collect(luma, Some(area));
    let paper = samples.quantile(&samples.luma, 0.9);
    (samples.count > 0 && paper < f32::from(SATURATED) / 255.0).then_some(paper)
}

/// Histograms over the area: enough for every figure, in one pass.
struct Samples {
    luma: [u32; 256],
    slope: [u32; 256],
    count: u32,
}

impl Samples {
    fn collect(luma: &GrayImage, area: Option<&OrientedBox>) -> Self {
        let (w, h) = (luma.width() as usize, luma.height() as usize);
        let (x0, y0, x1, y1) = bounds(area, w, h);
        let data = luma.as_raw();
        let mut samples = Self {
            luma: [0; 256],
            slope: [0; 256],
            count: 0,
        };
        for y in (y0..y1).step_by(EVERY_ROW) {
            for x in x0..x1 {
                let here = data[y * w + x];
                let across = data[y * w + x + 1].abs_diff(data[y * w + x - 1]) / 2;
                let down = data[(y + 1) * w + x].abs_diff(data[(y - 1) * w + x]) / 2;
                samples.luma[here as usize] += 1;
                samples.slope[across.max(down) as usize] += 1;
                samples.count += 1;
            }
        }
        samples
    }

    /// Smallest value below which the given share of the histogram lies, 0–1.
    fn quantile(&self, histogram: &[u32; 256], share: f64) -> f32 {
        let target = (f64::from(self.count) * share) as u32;
        let mut seen = 0;
        for (value, n) in histogram.iter().enumerate() {
            seen += n;
            if seen > target {
                return value as f32 / 255.0;
            }
        }
        0.0
    }

    /// Print against paper: between the darkest and the middle.
    fn contrast(&self) -> f32 {
        self.quantile(&self.luma, 0.95) - self.quantile(&self.luma, 0.01)
    }

    fn steepest_slope(&self) -> f32 {
        self.quantile(&self.slope, 0.998)
    }

    fn glare(&self) -> f32 {
        let saturated: u32 = self.luma[SATURATED as usize..].iter().sum();
        saturated as f32 / self.count.max(1) as f32
    }

    fn mean(&self) -> f32 {
        let sum: f64 = (self.luma.iter().enumerate())
            .map(|(value, n)| value as f64 * f64::from(*n))
            .sum();
        (sum / 255.0 / f64::from(self.count.max(1))) as f32
    }
}

/// The upright rectangle round the area, one pixel inside the frame.
fn bounds(area: Option<&OrientedBox>, w: usize, h: usize) -> (usize, usize, usize, usize) {
    let inner = |v: f32, end: usize| (v.max(1.0) as usize).min(end.saturating_sub(1).max(1));
    let Some(area) = area else {
        return (1, 1, inner(w as f32, w), inner(h as f32, h));
    };
    let corners = area.corners().0;
    let fold = |f: fn(f32, f32) -> f32, pick: fn(&Point) -> f32, start: f32| {
        corners.iter().map(pick).fold(start, f)
    };
    (
        inner(fold(f32::min, |p| p.x, f32::MAX), w),
        inner(fold(f32::min, |p| p.y, f32::MAX), h),
        inner(fold(f32::max, |p| p.x, 0.0), w),
        inner(fold(f32::max, |p| p.y, 0.0), h),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn stripes(soft: bool) -> GrayImage {
        let sharp = GrayImage::from_fn(200, 100, |x, _| {
            Luma([if x / 10 % 2 == 0 { 40 } else { 210 }])
        });
        if soft {
            image::imageops::blur(&sharp, 4.0)
        } else {
            sharp
        }
    }

    #[test]
    fn a_blurred_picture_has_less_focus_than_a_sharp_one() {
        let sharp = measure_quality(&stripes(false), None).focus;
        let soft = measure_quality(&stripes(true), None).focus;
        assert!(sharp > 0.9 && soft < 0.5, "{sharp} {soft}");
    }

    #[test]
    fn a_blank_or_tiny_frame_has_no_focus_and_does_not_panic() {
        assert_eq!(measure_quality(&GrayImage::new(100, 100), None).focus, 0.0);
        assert_eq!(measure_quality(&GrayImage::new(1, 1), None).focus, 0.0);
        assert_eq!(measure_quality(&GrayImage::new(2, 3), None).focus, 0.0);
    }

    #[test]
    fn glare_is_told_where_it_is() {
        let mut page = GrayImage::from_pixel(100, 80, Luma([120]));
        for (x, y) in (20..30).flat_map(|x| (40..50).map(move |y| (x, y))) {
            page.put_pixel(x, y, Luma([255]));
        }
        let centre = glare_centre(&page, None).unwrap();
        assert!((centre.x - 24.5).abs() < 1.0 && (centre.y - 44.5).abs() < 1.0);
        assert!(glare_centre(&GrayImage::new(100, 80), None).is_none());
    }

    #[test]
    fn paper_is_told_among_print_and_not_where_it_is_saturated() {
        let area = OrientedBox {
            centre: Point::new(100.0, 50.0),
            angle: 0.0,
            length: 200.0,
            height: 100.0,
        };
        let paper = paper_luma(&stripes(false), &area).unwrap();
        assert!((paper - 210.0 / 255.0).abs() < 0.01, "{paper}");
        let white = GrayImage::from_pixel(200, 100, Luma([255]));
        assert_eq!(paper_luma(&white, &area), None);
    }

    #[test]
    fn a_white_frame_is_all_glare() {
        let white = GrayImage::from_pixel(50, 50, Luma([255]));
        let quality = measure_quality(&white, None);
        assert!(quality.glare > 0.99 && quality.exposure > 0.99);
    }
}
