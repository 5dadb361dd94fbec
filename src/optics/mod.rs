//! What a camera delivers and how good it is: frames, geometry in frame pixels,
//! rectified strips, measured quality, the mount that it stands on and where its
//! lens is sharpest. Pure: no devices, no files.
//!
//! Coordinates are in frame pixels, x to the right, y down; the centre of the
//! top left pixel is (0.5, 0.5). Angles are in radians, clockwise on screen
//! from the x axis, because y points down.

mod contained;
mod decode;
mod focus;
mod frame;
mod geometry;
mod mount;
mod plane;
mod quality;
mod strip;

pub use contained::contained;
pub use decode::{DecodeError, decode_camera_jpeg, decode_still};
pub use focus::{
    FocusPosition, FocusRange, FocusRangeError, FocusSweep, Plan, Sharpness, measure_sharpness,
};
pub use frame::{Frame, FrameId};
pub use geometry::{OrientedBox, Point, Quad};
pub use mount::{
    CameraFormat, ExposureSetting, FocusSetting, Made, Mount, MountGeometry, MountWatch, Moved,
    Profile, ProfileError, Region, ScaleSign, TablePoint, TileMap, VoucherSigns,
};
pub use plane::Plane;
pub use quality::{Quality, glare_centre, measure_quality, paper_luma};
pub use strip::{Strip, rectify};
