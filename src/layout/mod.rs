//! Where in a frame to read: digit runs, bars, QR, other print, label bodies.
//!
//! A small segmentation net (the *finder*, `models/finder.onnx`) looks at the
//! whole frame at low resolution, whatever its rotation; connected components of
//! its maps become oriented boxes.

mod finder;
mod regions;

pub use finder::Finder;
pub use regions::{Kind, Layout, Region};
