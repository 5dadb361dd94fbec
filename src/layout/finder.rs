//! Runs the finder net over a frame.

use image::GrayImage;

use super::regions::{Layout, regions_of};
use crate::nets::{Map, Net, NetError, Room};
use crate::optics::Frame;

/// The longer side of the picture that the finder sees, in pixels.
const FINDER_SIDE: u32 = 512;

/// Both sides are padded to a multiple of this: the net halves four times.
const FINDER_MULTIPLE: u32 = 16;

/// The finder net, loaded once and shared.
pub struct Finder {
    net: Net,
}

impl Finder {
    /// Loads the embedded model.
    ///
    /// # Errors
    /// [`NetError`] when the build is damaged.
    pub fn new() -> Result<Self, NetError> {
        let net = Net::load(include_bytes!("../../models/finder.onnx"))?;
        Ok(Self { net })
    }

    /// Finds the regions of a frame, largest first within each kind; `room` is memory
    /// that nets share.
    pub fn find(&self, frame: &Frame, room: &Room) -> Layout {
        let view = FinderView::of(&frame.luma);
        let (rows, columns) = (view.height as usize, view.width as usize);
        let maps = (self.net).run(Map::plane(rows, columns, view.luma), room);
        regions_of(&maps, view.scale)
    }
}

/// The frame as the finder sees it.
struct FinderView {
    /// Luma 0..1, row-major.
    luma: Vec<f32>,
    width: u32,
    height: u32,
    /// Frame pixels per finder pixel.
    scale: f32,
}

impl FinderView {
    fn of(luma: &GrayImage) -> Self {
        let (w, h) = luma.dimensions();
        let scale = w.max(h) as f32 / FINDER_SIDE as f32;
        let fit = |side: u32| ((side as f32 / scale).round() as u32).clamp(1, FINDER_SIDE);
        let small = image::imageops::thumbnail(luma, fit(w), fit(h));
        let (width, height) = (
            small.width().next_multiple_of(FINDER_MULTIPLE),
            small.height().next_multiple_of(FINDER_MULTIPLE),
        );
        let mut padded = Vec::with_capacity((width * height) as usize);
        for y in 0..height {
            for x in 0..width {
                let pixel = small.get_pixel(x.min(small.width() - 1), y.min(small.height() - 1));
                padded.push(f32::from(pixel[0]) / 255.0);
            }
        }
        Self {
            luma: padded,
            width,
            height,
            scale,
        }
    }
}
