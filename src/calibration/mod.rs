//! Calibration: a printed target under the camera becomes a mount [`Profile`].
//!
//! ```text
//!  camera ──▶ FocusSweep ──▶ sharpest frame ──▶ corners ──▶ lattice ──▶ placing ──▶ fit ──┐
//!     (TargetCamera)                              (found, placed, numbered)   (geometry)   ├──▶ Profile
//!                                                      └──▶ light, focus ──▶ region ───────┘    report
//! ```
//!
//! Pure but for the camera, which is behind [`TargetCamera`]. What the target looks like is told
//! in `calibration/README.md`; what is assumed of camera and table in [`MountGeometry`].
//!
//! [`Profile`]: crate::optics::Profile
//! [`MountGeometry`]: crate::optics::MountGeometry

mod camera;
mod corners;
mod detect;
mod error;
mod exposure;
mod finding;
mod fit;
mod lattice;
mod light;
mod measure;
mod placing;
mod region;
mod report;
mod target;

pub use camera::{LookError, TargetCamera};
pub use detect::{Detection, detect};
pub use error::CalibrationError;
pub use exposure::{ExposedCamera, fix_exposure};
pub use finding::Finding;
pub use fit::{Fit, PagePlace, SeenCorner, fit};
pub use light::Light;
pub use measure::{Calibration, Settings, calibrate};
pub use report::render;
pub use target::{CELL_MM, CELLS, Corner, GREY_OFFSET, GREYS, RULER_MM, Square};
