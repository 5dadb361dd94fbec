//! Pictures of number and marks, for a person who checks a record by eye. Never of the name.

use std::collections::VecDeque;
use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use crate::layout::{Layout, Region};
use crate::optics::{Frame, OrientedBox, Plane, rectify};
use crate::reading::FrameId;
use crate::store::{Crop, CropPart};

/// Widest cut-out, in pixels: a line of 18 digits at twice the size that is read.
const WIDEST: f32 = 900.0;

/// Frames whose cut-outs are kept until their voucher is recorded: one voucher lies on the table,
/// one waits, and each may have been seen in some frames that differ.
const FRAMES: usize = 8;

/// Cuts out the longest run of digits, the barcode and the QR.
pub(super) fn cut_out(frame: &Frame, layout: &Layout) -> Vec<Crop> {
    let plane = &frame.luma;
    let of = |part, regions: &[Region]| {
        let region = regions.first()?;
        let png = png(plane, &region.area)?;
        Some(Crop { part, png })
    };
    let parts = [
        of(CropPart::Line, &layout.digits),
        of(CropPart::Nw7, &layout.bars),
        of(CropPart::Qr, &layout.qrs),
    ];
    parts.into_iter().flatten().collect()
}

fn png(plane: &Plane, area: &OrientedBox) -> Option<Vec<u8>> {
    let scale = (WIDEST / area.length).min(1.0);
    let side = |pixels: f32| (pixels * scale).round().max(1.0);
    let (width, height) = (side(area.length), side(area.height).min(WIDEST));
    let strip = rectify(plane, area, width as usize, height as usize);
    let pixel = |x: u32, y: u32| {
        let luma = strip.row(y as usize)[x as usize];
        Luma([(luma * 255.0).round().clamp(0.0, 255.0) as u8])
    };
    let picture = GrayImage::from_fn(width as u32, height as u32, pixel);
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

/// The cut-outs of the last frames that mattered.
#[derive(Debug, Default)]
pub(super) struct Cutouts(VecDeque<(FrameId, Vec<Crop>)>);

impl Cutouts {
    pub(super) fn keep(&mut self, frame: FrameId, crops: Vec<Crop>) {
        self.0.push_back((frame, crops));
        while self.0.len() > FRAMES {
            self.0.pop_front();
        }
    }

    /// Those of a frame; none when it is too long ago.
    pub(super) fn of(&self, frame: Option<FrameId>) -> &[Crop] {
        let kept = self.0.iter().rev().find(|(id, _)| Some(*id) == frame);
        kept.map_or(&[], |(_, crops)| crops)
    }

    /// Frames are counted anew.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}
