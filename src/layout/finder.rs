//! Runs the finder net over a frame.

use super::regions::{Layout, regions_of};
use crate::nets::{Map, Net, NetError, Room};
use crate::optics::{Frame, OrientedBox, Plane, Point, rectify};

/// The longer side of the picture that the finder sees, in pixels.
const FINDER_SIDE: u32 = 512;

/// Both sides are padded to a multiple of this: the net halves four times.
const FINDER_MULTIPLE: usize = 16;

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
        let maps = (self.net).run(Map::plane(view.height, view.width, view.luma), room);
        regions_of(&maps, view.scale)
    }
}

/// The frame as the finder sees it.
struct FinderView {
    /// Luma 0..1, row-major.
    luma: Vec<f32>,
    width: usize,
    height: usize,
    /// Frame pixels per finder pixel.
    scale: f32,
}

impl FinderView {
    fn of(luma: &Plane) -> Self {
        let (w, h) = luma.dimensions();
        let scale = w.max(h) as f32 / FINDER_SIDE as f32;
        let fit =
            |side: u32| ((side as f32 / scale).round() as usize).clamp(1, FINDER_SIDE as usize);
        let whole = OrientedBox {
            centre: Point::new(w as f32 / 2.0, h as f32 / 2.0),
            angle: 0.0,
            length: w as f32,
            height: h as f32,
        };
        let small = rectify(luma, &whole, fit(w), fit(h));
        let (width, height) = (
            small.width.next_multiple_of(FINDER_MULTIPLE),
            small.height.next_multiple_of(FINDER_MULTIPLE),
        );
        let mut padded = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = small.row(y.min(small.height - 1));
            let last = row.last().copied().unwrap_or_default();
            padded.extend_from_slice(row);
            padded.resize((y + 1) * width, last);
        }
        Self {
            luma: padded,
            width,
            height,
            scale,
        }
    }
}
