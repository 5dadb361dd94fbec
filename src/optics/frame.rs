//! One picture from the camera or a file.

use std::time::Duration;

use image::GrayImage;

use super::plane::Plane;

/// Number of a frame within its source, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub u64);

/// A frame: its luma plane, and when it was taken.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Luma, 8 bit, 0 black to 255 white, row-major.
    pub luma: Plane,
    /// Which frame of its source this is.
    pub id: FrameId,
    /// Monotonic time since the source was opened.
    pub at: Duration,
}

impl Frame {
    /// A frame that stands alone: number 0 at time 0.
    pub fn still(luma: GrayImage) -> Self {
        Self {
            luma: luma.into(),
            id: FrameId(0),
            at: Duration::ZERO,
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.luma.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.luma.height()
    }
}
