//! Cheap looks at a whole frame: has the view changed?

use image::GrayImage;

/// Cells of a thumbnail, across and down.
const COLUMNS: u32 = 32;
const ROWS: u32 = 18;

/// Mean difference of cells (full scale 1) from which a view is moving: sensor
/// noise and flicker stay below 0.005, a sheet shifted by 2 mm is above 0.02.
const MOVING: f32 = 0.012;

/// The frame in 32 × 18 cells of mean luma.
#[derive(Clone, Debug, PartialEq)]
pub struct Thumbnail(Vec<u8>);

/// Whether the view is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// As the frame before.
    Still,
    /// Something moves.
    Moving,
}

impl Thumbnail {
    /// The thumbnail of a frame.
    pub fn of(luma: &GrayImage) -> Self {
        Self(image::imageops::thumbnail(luma, COLUMNS, ROWS).into_raw())
    }

    /// Mean absolute difference of cells, 0–1.
    pub fn difference(&self, other: &Self) -> f32 {
        let sum: u32 = (self.0.iter().zip(&other.0))
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        sum as f32 / 255.0 / (COLUMNS * ROWS) as f32
    }

    /// Whether the view moved since `before`; the first frame of all counts as moving.
    pub fn motion_since(&self, before: Option<&Self>) -> Motion {
        match before {
            Some(before) if self.difference(before) < MOVING => Motion::Still,
            _ => Motion::Moving,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_shifted_sheet_is_motion_and_noise_is_not() {
        let sheet = |offset: u32| {
            GrayImage::from_fn(640, 360, |x, _| {
                Luma([if x > 200 + offset { 220 } else { 90 }])
            })
        };
        let noisy = GrayImage::from_fn(640, 360, |x, y| {
            let base = if x > 200 { 220 } else { 90 };
            Luma([base + ((x * 7 + y * 13) % 5) as u8])
        });
        let first = Thumbnail::of(&sheet(0));
        assert_eq!(
            Thumbnail::of(&noisy).motion_since(Some(&first)),
            Motion::Still
        );
        assert_eq!(
            Thumbnail::of(&sheet(60)).motion_since(Some(&first)),
            Motion::Moving
        );
        assert_eq!(first.motion_since(None), Motion::Moving);
    }
}
