//! What calibration needs of a camera.

use std::error::Error;

use crate::optics::{CameraFormat, ExposureSetting, FocusPosition, FocusRange, Frame};

/// Why a camera gave no frame, in its own words.
pub type LookError = Box<dyn Error + Send + Sync>;

/// A camera whose lens can be sent to a position, or cannot be moved at all.
pub trait TargetCamera {
    /// Its name, and the format and size of its pictures.
    fn format(&self) -> CameraFormat;

    /// The lens' positions; `None` when it cannot be moved.
    fn focus_range(&self) -> Option<FocusRange>;

    /// What it is exposed with at every look; `None` when that is automatic or not known.
    fn exposure(&self) -> Option<ExposureSetting>;

    /// One frame, taken after the lens has come to rest at `position`, if one is told.
    ///
    /// # Errors
    /// When there is no frame; calibration asks again.
    fn look(&mut self, position: Option<FocusPosition>) -> Result<Frame, LookError>;
}
