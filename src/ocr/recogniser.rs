//! A line recogniser: a strip in, glyphs out.

use super::ctc::{CLASSES, Glyph, decode};
use crate::nets::{Map, Net, NetError, Room};
use crate::optics::Strip;

/// Rows of the strips that the recognisers were trained on.
pub(super) const STRIP_ROWS: usize = 32;

/// Why a recogniser could not be used: a damaged build, not a bad line.
#[derive(Debug, thiserror::Error)]
pub enum OcrError {
    /// An embedded model does not load.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A model's output has not 12 classes.
    #[error(
        "文字認識モデルの出力が違います。再インストールしてください / a recogniser gives another output: reinstall"
    )]
    Shape,
    /// The calibration table does not load.
    #[error(transparent)]
    Calibration(#[from] super::CalibrationError),
}

/// One of the two recognisers.
pub struct Recogniser {
    net: Net,
}

impl Recogniser {
    /// Recogniser A: fully convolutional, whole-strip whitening.
    ///
    /// # Errors
    /// [`OcrError::Net`] when the build is damaged.
    pub fn a() -> Result<Self, OcrError> {
        Self::load(include_bytes!("../../models/digits-a.onnx"))
    }

    /// Recogniser B: another architecture, local contrast normalisation.
    ///
    /// # Errors
    /// [`OcrError::Net`] when the build is damaged.
    pub fn b() -> Result<Self, OcrError> {
        Self::load(include_bytes!("../../models/digits-b.onnx"))
    }

    fn load(onnx: &[u8]) -> Result<Self, OcrError> {
        Ok(Self {
            net: Net::load(onnx)?,
        })
    }

    /// Reads a strip of [`STRIP_ROWS`] rows. Normalisation is part of the model.
    ///
    /// # Errors
    /// [`OcrError::Shape`] when the build is damaged.
    pub fn read(&self, strip: &Strip, room: &Room) -> Result<Vec<Glyph>, OcrError> {
        let input = Map::plane(strip.height, strip.width, strip.luma.clone());
        let scores = self.net.run(input, room);
        if scores.channels != CLASSES || scores.columns == 0 {
            return Err(OcrError::Shape);
        }
        let stride = strip.width as f32 / scores.columns as f32;
        Ok(decode(&scores, stride))
    }
}
