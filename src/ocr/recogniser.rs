//! A line recogniser: a strip in, glyphs out.

use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::ctc::{CLASSES, Glyph, decode};
use crate::optics::Strip;

/// Rows of the strips that the recognisers were trained on.
pub(super) const STRIP_ROWS: usize = 32;

/// Why a recogniser could not be used: a damaged build, not a bad line.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// An embedded model does not load.
    #[error(
        "文字認識モデルを読み込めません。再インストールしてください / a recogniser does not load: reinstall"
    )]
    Load(#[from] rten::LoadError),
    /// An embedded model does not run.
    #[error(
        "文字認識モデルを実行できません。再インストールしてください / a recogniser does not run: reinstall"
    )]
    Run(#[from] rten::RunError),
    /// A model's output is not `[columns, 1, 12]`.
    #[error(
        "文字認識モデルの出力が違います。再インストールしてください / a recogniser gives another output: reinstall"
    )]
    Shape,
    /// The calibration table does not load.
    #[error(transparent)]
    Calibration(#[from] super::CalibrationError),
    /// The heading reader does not work.
    #[error(
        "見出しの読み取りができません。再インストールしてください / the heading reader does not work: reinstall ({0})"
    )]
    Headings(String),
}

/// One of the two recognisers.
pub struct Recogniser {
    model: Model,
}

impl Recogniser {
    /// Recogniser A: fully convolutional, whole-strip whitening.
    ///
    /// # Errors
    /// [`OcrError::Load`] when the build is damaged.
    pub fn a() -> Result<Self, OcrError> {
        Self::load(include_bytes!("../../models/digits-a.onnx"))
    }

    /// Recogniser B: another architecture, local contrast normalisation.
    ///
    /// # Errors
    /// [`OcrError::Load`] when the build is damaged.
    pub fn b() -> Result<Self, OcrError> {
        Self::load(include_bytes!("../../models/digits-b.onnx"))
    }

    fn load(onnx: &'static [u8]) -> Result<Self, OcrError> {
        Ok(Self {
            model: Model::load_static_slice(onnx)?,
        })
    }

    /// Reads a strip of [`STRIP_ROWS`] rows. Normalisation is part of the model.
    ///
    /// # Errors
    /// [`OcrError`] when the model does not run.
    pub fn read(&self, strip: &Strip, options: &RunOptions) -> Result<Vec<Glyph>, OcrError> {
        let input =
            NdTensorView::from_data([1, 1, strip.height, strip.width], strip.luma.as_slice());
        let output = (self.model).run_one(input.into(), Some(options.clone()))?;
        let output: NdTensor<f32, 3> = output.try_into().map_err(|_| OcrError::Shape)?;
        let [columns, batch, classes] = output.shape();
        if batch != 1 || classes != CLASSES || columns == 0 {
            return Err(OcrError::Shape);
        }
        let stride = strip.width as f32 / columns as f32;
        Ok(decode(output.slice((.., 0)), stride))
    }
}
