//! The luma plane of a frame, and the same at half and at quarter size.

use std::ops::Deref;

use image::GrayImage;

/// Levels: whole, half, quarter.
const LEVELS: usize = 3;

/// A luma plane with its reductions: a strip that shows the frame smaller is sampled
/// from the level nearest to its size, instead of averaging many pixels of the whole
/// for each of its own.
///
/// It stands for the whole plane wherever a [`GrayImage`] is asked for.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Each half as wide and high as the one before, odd rests left out.
    levels: [GrayImage; LEVELS],
}

impl Plane {
    /// The level whose pixels are 2ⁿ wide, for the largest n up to 2 at which they are
    /// no wider than `step` frame pixels; and that width.
    pub fn level_for(&self, step: f32) -> (&GrayImage, f32) {
        let n = match step {
            s if s >= 4.0 => 2,
            s if s >= 2.0 => 1,
            _ => 0,
        };
        (&self.levels[n], (1 << n) as f32)
    }
}

impl From<GrayImage> for Plane {
    fn from(whole: GrayImage) -> Self {
        let half = halved(&whole);
        let quarter = halved(&half);
        Self {
            levels: [whole, half, quarter],
        }
    }
}

impl Deref for Plane {
    type Target = GrayImage;

    fn deref(&self) -> &GrayImage {
        &self.levels[0]
    }
}

/// Means of 2 × 2 pixels; a plane one pixel wide or high keeps it.
fn halved(plane: &GrayImage) -> GrayImage {
    let (w, h) = (plane.width() as usize, plane.height() as usize);
    if w < 2 || h < 2 {
        return plane.clone();
    }
    let mut half = GrayImage::new((w / 2) as u32, (h / 2) as u32);
    let rows = plane.as_raw().chunks_exact(2 * w);
    for (pair, out) in rows.zip(half.chunks_exact_mut(w / 2)) {
        let (top, bottom) = pair.split_at(w);
        let columns = top.chunks_exact(2).zip(bottom.chunks_exact(2));
        for ((a, b), mean) in columns.zip(out) {
            let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
            *mean = ((sum + 2) / 4) as u8;
        }
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn each_level_holds_the_means_of_four_pixels_of_the_one_before() {
        let plane = Plane::from(GrayImage::from_fn(5, 4, |x, y| Luma([(10 * x + y) as u8])));
        let (half, width) = plane.level_for(2.5);
        assert_eq!((half.dimensions(), width), ((2, 2), 2.0));
        assert_eq!(half.get_pixel(1, 0)[0], 26);
        assert_eq!(plane.level_for(9.0).0.dimensions(), (1, 1));
        assert_eq!(plane.level_for(1.9).0.dimensions(), (5, 4));
    }

    #[test]
    fn a_plane_of_one_pixel_has_levels_too() {
        let plane = Plane::from(GrayImage::from_pixel(1, 1, Luma([7])));
        assert_eq!(plane.level_for(4.0).0.get_pixel(0, 0)[0], 7);
    }
}
