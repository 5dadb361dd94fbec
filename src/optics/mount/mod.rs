//! The mount: where the camera stands, what its lens does, how sharp and how bright it is, as
//! measured once by `uketsuke calibrate` and kept in a [`Profile`].
//!
//! At work [`Mount`] turns pixels into millimetres and judges focus against what this mount can
//! do; [`MountWatch`] notices when it no longer stands as it was measured.

mod geometry;
mod profile;
mod tiles;
mod watch;

pub use geometry::{MountGeometry, TablePoint};
pub use profile::{
    CameraFormat, ExposureSetting, FocusSetting, Made, Profile, ProfileError, Region,
};
pub use tiles::TileMap;
pub use watch::{MountWatch, Moved, ScaleSign, VoucherSigns};

use super::geometry::Point;

/// A calibrated mount at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    profile: Profile,
}

impl Mount {
    /// The mount that a profile describes.
    pub fn new(profile: Profile) -> Self {
        Self { profile }
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The point on the table (mm) that a frame point (px) shows.
    pub fn to_table(&self, p: Point) -> Option<TablePoint> {
        self.profile.geometry.to_table(p)
    }

    /// The frame point (px) of a point on the table (mm).
    pub fn to_frame(&self, p: TablePoint) -> Option<Point> {
        self.profile.geometry.to_frame(p)
    }

    /// Pixels per millimetre about a frame point; in the middle where it shows no table.
    pub fn px_per_mm_at(&self, p: Point) -> f32 {
        let geometry = &self.profile.geometry;
        geometry.px_per_mm_at(p).unwrap_or(geometry.px_per_mm) as f32
    }

    /// Focus as measured on a picture, 0–1, relative to this mount at its best: 1 is as sharp as
    /// it can be.
    pub fn relative_focus(&self, measured: f32) -> f32 {
        (measured / self.profile.sharpness as f32).clamp(0.0, 1.0)
    }

    /// How bright paper is at a frame point, relative to where it is brightest, 0–1.
    pub fn light_at(&self, p: Point) -> f32 {
        let (width, height) = self.profile.geometry.size;
        self.profile
            .light
            .between(p.x / width as f32, p.y / height as f32)
    }

    /// Whether a picture of this size (width, height) can be from this mount.
    pub fn fits(&self, size: (u32, u32)) -> bool {
        self.profile.geometry.size == size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn focus_is_relative_to_the_best_that_the_mount_can_do() {
        let mount = Mount::new(Profile {
            sharpness: 0.6,
            ..Profile::example()
        });
        assert_eq!(mount.relative_focus(0.3), 0.5);
        assert_eq!(mount.relative_focus(0.9), 1.0);
        assert_eq!(mount.relative_focus(0.0), 0.0);
    }

    #[test]
    fn pictures_of_another_size_are_of_another_mount() {
        let mount = Mount::new(Profile::example());
        assert!(mount.fits((1_920, 1_080)) && !mount.fits((1_280, 720)));
    }

    #[test]
    fn scale_is_told_where_a_label_lies() {
        let mount = Mount::new(Profile::example());
        assert!((mount.px_per_mm_at(at_middle()) - 19.8).abs() < 0.2);
        let there = mount.to_table(at_middle()).unwrap();
        assert!(mount.to_frame(there).unwrap().distance(at_middle()) < 0.01);
        assert!(mount.light_at(at_middle()) > 0.9);
    }

    fn at_middle() -> Point {
        Point::new(960.0, 540.0)
    }
}
