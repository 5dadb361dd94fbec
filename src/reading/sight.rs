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

/// Difference from the view at the beginning of its rest from which it is another one: a sheet
/// that is pushed slowly moves little from frame to frame. It is a shift of about 2 mm.
const STRAYED: f32 = 0.02;

/// Whether a view is at rest, frame by frame.
#[derive(Clone, Debug, Default)]
pub struct Stillness {
    before: Option<Thumbnail>,
    /// The view when it came to rest.
    rest: Option<Thumbnail>,
    /// Whether it moved since somebody asked.
    moved: bool,
}

impl Stillness {
    /// Takes in the next frame.
    pub fn see(&mut self, thumbnail: Thumbnail) {
        let strayed = |rest: &Thumbnail| thumbnail.difference(rest) >= STRAYED;
        let moves = thumbnail.motion_since(self.before.as_ref()) == Motion::Moving;
        if moves || self.rest.as_ref().is_some_and(strayed) {
            self.moved = true;
            self.rest = None;
        } else if self.rest.is_none() {
            self.rest = Some(thumbnail.clone());
        }
        self.before = Some(thumbnail);
    }

    /// Whether the view moved in any frame since this was asked last: a frame that could not be
    /// read may have been the one that moved.
    pub fn take(&mut self) -> Motion {
        match std::mem::take(&mut self.moved) {
            true => Motion::Moving,
            false => Motion::Still,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn sheet(offset: u32) -> Thumbnail {
        let edge = |x: u32| if x > 200 + offset { 220 } else { 90 };
        Thumbnail::of(&GrayImage::from_fn(640, 360, |x, _| Luma([edge(x)])))
    }

    #[test]
    fn a_sheet_that_is_pushed_slowly_does_not_rest() {
        let mut stillness = Stillness::default();
        let mut motions = Vec::new();
        for frame in 0..40 {
            let pushed = sheet(frame * 4);
            assert!(frame == 0 || pushed.difference(&sheet((frame - 1) * 4)) < MOVING);
            stillness.see(pushed);
            motions.push(stillness.take());
        }
        let moving = motions.iter().filter(|motion| **motion == Motion::Moving);
        assert!(moving.count() >= 5, "{motions:?}");
    }

    #[test]
    fn motion_in_a_frame_that_could_not_be_read_is_told_with_the_next_one() {
        let mut stillness = Stillness::default();
        stillness.see(sheet(0));
        stillness.take();
        stillness.see(sheet(60));
        stillness.see(sheet(60));
        assert_eq!(stillness.take(), Motion::Moving);
        stillness.see(sheet(60));
        assert_eq!(stillness.take(), Motion::Still);
    }

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
