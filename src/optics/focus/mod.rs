//! Finding the best focus: what sharpness is, and where to look next.

mod sharpness;
mod sweep;

pub use sharpness::{Sharpness, measure_sharpness};
pub use sweep::{FocusPosition, FocusRange, FocusRangeError, FocusSweep, Plan};
