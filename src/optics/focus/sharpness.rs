//! How sharp a picture of one and the same scene is, for comparing lens positions.

use image::GrayImage;

/// Distance of the pixels that are compared (Brenner et al. 1976). Two, not one: at the
/// finest detail there is more noise than lens.
const LAG: usize = 2;

/// One row of so many is measured: the target has detail in every row.
const EVERY_ROW: usize = 2;

/// Sharpness on a scale of its own: only pictures of one scene under one light compare.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Sharpness(pub f64);

/// Brenner's gradient, across and down, over the mean luma squared.
///
/// J. F. Brenner et al., "An automated microscope for cytologic research", J. Histochem.
/// Cytochem. 24 (1976): the mean of (I(x + 2) − I(x))². Among the 36 measures that Pertuz,
/// Puig and García compare ("Analysis of focus measure operators", Pattern Recognition 46,
/// 2013) it is one of the cheapest, with a single peak; here it is taken in both directions,
/// so that a shift in only one does not look like focus. Dividing by the mean squared makes
/// lamps that flicker harmless.
pub fn measure_sharpness(luma: &GrayImage) -> Sharpness {
    let (w, h) = (luma.width() as usize, luma.height() as usize);
    if w <= LAG || h <= LAG {
        return Sharpness(0.0);
    }
    let data = luma.as_raw();
    let (mut slopes, mut sum, mut count) = (0_u64, 0_u64, 0_u64);
    for y in (0..h - LAG).step_by(EVERY_ROW) {
        let row = &data[y * w..(y + 1) * w];
        let below = &data[(y + LAG) * w..(y + LAG + 1) * w];
        for x in 0..w - LAG {
            let across = u64::from(row[x].abs_diff(row[x + LAG]));
            let down = u64::from(row[x].abs_diff(below[x]));
            slopes += across * across + down * down;
            sum += u64::from(row[x]);
        }
        count += (w - LAG) as u64;
    }
    let mean = (sum as f64 / count as f64).max(1.0);
    Sharpness(slopes as f64 / count as f64 / (mean * mean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn the_softer_a_picture_the_less_sharp_it_is_whatever_the_light() {
        let sharp = GrayImage::from_fn(200, 100, |x, y| {
            Luma([if (x / 7 + y / 7) % 2 == 0 { 40 } else { 210 }])
        });
        let dim = GrayImage::from_fn(200, 100, |x, y| Luma([sharp.get_pixel(x, y)[0] / 2]));
        let of = |sigma| measure_sharpness(&image::imageops::blur(&sharp, sigma)).0;
        assert!(measure_sharpness(&sharp).0 > of(1.0) && of(1.0) > of(2.0) && of(2.0) > of(4.0));
        let ratio = measure_sharpness(&dim).0 / measure_sharpness(&sharp).0;
        assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    }

    #[test]
    fn a_blank_or_tiny_picture_has_no_sharpness() {
        assert_eq!(measure_sharpness(&GrayImage::new(50, 50)), Sharpness(0.0));
        assert_eq!(measure_sharpness(&GrayImage::new(2, 1)), Sharpness(0.0));
    }
}
