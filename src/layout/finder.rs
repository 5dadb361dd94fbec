//! Runs the finder net over a frame.

use image::GrayImage;
use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::regions::{Layout, regions_of};
use crate::optics::Frame;

/// The longer side of the picture that the finder sees, in pixels.
const FINDER_SIDE: u32 = 512;

/// Both sides are padded to a multiple of this: the net halves four times.
const FINDER_MULTIPLE: u32 = 16;

/// Why the finder could not be used. Both mean a damaged build, not a bad frame.
#[derive(Debug, thiserror::Error)]
pub enum FinderError {
    /// The embedded model does not load.
    #[error(
        "識別モデルを読み込めません。再インストールしてください / the finder model does not load: reinstall"
    )]
    Load(#[from] rten::LoadError),
    /// The embedded model does not run.
    #[error(
        "識別モデルを実行できません。再インストールしてください / the finder model does not run: reinstall"
    )]
    Run(#[from] rten::RunError),
    /// The model's output has another shape than `[1, 5, H/2, W/2]`.
    #[error(
        "識別モデルの出力が違います。再インストールしてください / the finder model gives another output: reinstall"
    )]
    Shape,
}

/// The finder net, loaded once and shared.
pub struct Finder {
    model: Model,
}

impl Finder {
    /// Loads the embedded model.
    ///
    /// # Errors
    /// [`FinderError::Load`] when the build is damaged.
    pub fn new() -> Result<Self, FinderError> {
        let model = Model::load_static_slice(include_bytes!("../../models/finder.onnx"))?;
        Ok(Self { model })
    }

    /// Finds the regions of a frame, largest first within each kind.
    ///
    /// # Errors
    /// [`FinderError`] when the model does not run.
    pub fn find(&self, frame: &Frame, options: &RunOptions) -> Result<Layout, FinderError> {
        let view = FinderView::of(&frame.luma);
        let input = NdTensorView::from_data(
            [1, 1, view.height as usize, view.width as usize],
            view.luma.as_slice(),
        );
        let output = (self.model).run_one(input.into(), Some(options.clone()))?;
        let maps: NdTensor<f32, 4> = output.try_into().map_err(|_| FinderError::Shape)?;
        Ok(regions_of(maps.view(), view.scale))
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
