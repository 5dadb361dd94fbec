//! Where a point of the table is in the picture, and the other way round.
//!
//! The camera is a pinhole with square pixels above a plane table. Its optical axis goes through
//! the picture's middle and meets the table at the origin, `height_mm` away. Table millimetres:
//! x to the picture's right, y down in the picture. The lens moves points along their radius.

use super::super::geometry::Point;

/// A point on the table, in millimetres from where the optical axis meets it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct TablePoint {
    /// To the right in the picture.
    pub x: f64,
    /// Down in the picture.
    pub y: f64,
}

impl TablePoint {
    /// A point from its coordinates.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// How the camera stands over the table and what its lens does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MountGeometry {
    /// Size of the picture in pixels: width, height.
    pub size: (u32, u32),
    /// Pixels per millimetre of table in the picture's middle.
    pub px_per_mm: f64,
    /// Radial distortion at the picture's corners, as a share of the radius: a point at radius r
    /// (1 at the corners) is seen at r·(1 + k₁·r² + k₂·r⁴). Below 0: barrel.
    pub distortion: [f64; 2],
    /// How much farther away the table is to the right, as an angle in radians.
    pub tilt_right: f64,
    /// How much farther away the table is downwards in the picture, as an angle in radians.
    pub tilt_down: f64,
    /// From the lens to the table along the optical axis, in millimetres.
    pub height_mm: f64,
}

/// Newton steps that undo the lens: distortions up to 20 % need four to reach 10⁻⁹ px.
const NEWTON_STEPS: usize = 8;

impl MountGeometry {
    /// The frame point (pixels) of a point on the table; `None` behind the camera, or so far
    /// outside the picture that the lens' formula turns back.
    pub fn to_frame(&self, p: TablePoint) -> Option<Point> {
        let (x, y) = self.to_frame_exact(p)?;
        Some(Point::new(x as f32, y as f32))
    }

    /// The same in double precision, for fitting.
    pub fn to_frame_exact(&self, p: TablePoint) -> Option<(f64, f64)> {
        let [e1, e2] = self.table_axes();
        let along = |i: usize| p.x * e1[i] + p.y * e2[i];
        let depth = self.height_mm + along(2);
        if depth <= 0.0 {
            return None;
        }
        let focal = self.focal_px();
        let (u, v) = (focal * along(0) / depth, focal * along(1) / depth);
        let r2 = (u * u + v * v) / self.corner_radius_squared();
        let stretch = self.stretch(r2);
        let (cx, cy) = self.middle();
        (!self.turns_back(r2)).then_some((cx + u * stretch, cy + v * stretch))
    }

    /// The point on the table that a frame point (pixels) shows; `None` beyond the horizon, or
    /// farther out than the lens' formula moves any point.
    pub fn to_table(&self, p: Point) -> Option<TablePoint> {
        let (u, v) = self.undistorted(p)?;
        let [e1, e2] = self.table_axes();
        let focal = self.focal_px();
        // From u = f·(x·e1x + y·e2x)/(D + x·e1z + y·e2z), and v alike.
        let (a, b) = (focal * e1[0] - u * e1[2], focal * e2[0] - u * e2[2]);
        let (c, d) = (focal * e1[1] - v * e1[2], focal * e2[1] - v * e2[2]);
        let det = a * d - b * c;
        if det <= 0.0 {
            return None;
        }
        let (u, v) = (u * self.height_mm, v * self.height_mm);
        Some(TablePoint::new(
            (u * d - v * b) / det,
            (v * a - u * c) / det,
        ))
    }

    /// Pixels per millimetre of table about a frame point: the square root of how many square
    /// pixels a square millimetre has there.
    pub fn px_per_mm_at(&self, p: Point) -> Option<f64> {
        /// Half a millimetre to each side: print is about as large.
        const REACH: f64 = 0.5;
        let at = self.to_table(p)?;
        let seen = |dx: f64, dy: f64| self.to_frame_exact(TablePoint::new(at.x + dx, at.y + dy));
        let (right, left) = (seen(REACH, 0.0)?, seen(-REACH, 0.0)?);
        let (below, above) = (seen(0.0, REACH)?, seen(0.0, -REACH)?);
        let across = (right.0 - left.0, right.1 - left.1);
        let down = (below.0 - above.0, below.1 - above.1);
        Some((across.0 * down.1 - across.1 * down.0).abs().sqrt())
    }

    /// The tilt of the table against the picture, all in one, in radians.
    pub fn tilt(&self) -> f64 {
        (self.tilt_right.cos() * self.tilt_down.cos()).acos()
    }

    /// The picture's middle in pixels.
    fn middle(&self) -> (f64, f64) {
        (f64::from(self.size.0) / 2.0, f64::from(self.size.1) / 2.0)
    }

    fn corner_radius_squared(&self) -> f64 {
        let (x, y) = self.middle();
        x * x + y * y
    }

    fn focal_px(&self) -> f64 {
        self.px_per_mm * self.height_mm
    }

    /// Unit vectors of the table's x and y in the camera's frame (x right, y down, z away).
    fn table_axes(&self) -> [[f64; 3]; 2] {
        let (sa, ca) = self.tilt_right.sin_cos();
        let (sb, cb) = self.tilt_down.sin_cos();
        [[ca, 0.0, sa], [-sa * sb, cb, ca * sb]]
    }

    /// By how much the lens moves a point out, for its radius squared before.
    fn stretch(&self, r2: f64) -> f64 {
        1.0 + r2 * (self.distortion[0] + r2 * self.distortion[1])
    }

    /// How fast a point moves out with its radius, for its radius squared before.
    fn slope(&self, r2: f64) -> f64 {
        1.0 + r2 * (3.0 * self.distortion[0] + r2 * 5.0 * self.distortion[1])
    }

    /// Whether points before this radius squared move inwards again: no lens does that.
    fn turns_back(&self, r2: f64) -> bool {
        let [k1, k2] = self.distortion;
        let lowest = if k2 > 0.0 { -0.3 * k1 / k2 } else { r2 };
        self.slope(r2) <= 0.0 || ((0.0..r2).contains(&lowest) && self.slope(lowest) <= 0.0)
    }

    /// A frame point from the middle, as a lens without distortion would show it; `None` where this
    /// lens shows nothing.
    fn undistorted(&self, p: Point) -> Option<(f64, f64)> {
        let (cx, cy) = self.middle();
        let (u, v) = (f64::from(p.x) - cx, f64::from(p.y) - cy);
        let seen = ((u * u + v * v) / self.corner_radius_squared()).sqrt();
        let mut r = seen;
        for _ in 0..NEWTON_STEPS {
            let r2 = r * r;
            r -= (r * self.stretch(r2) - seen) / self.slope(r2).max(0.1);
        }
        let back = if seen > 0.0 { r / seen } else { 1.0 };
        (!self.turns_back(r * r)).then_some((u * back, v * back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn straight() -> MountGeometry {
        MountGeometry {
            size: (1_920, 1_080),
            px_per_mm: 18.0,
            distortion: [0.0, 0.0],
            tilt_right: 0.0,
            tilt_down: 0.0,
            height_mm: 75.0,
        }
    }

    proptest! {
        #[test]
        fn a_frame_point_comes_back_from_the_table(
            x in 0.0..1_920.0_f32, y in 0.0..1_080.0_f32,
            right in -0.12..0.12_f64, down in -0.12..0.12_f64,
            // Stronger barrels show nothing in the picture's corners.
            k1 in -0.08..0.15_f64, k2 in -0.03..0.03_f64, px_per_mm in 10.0..28.0_f64
        ) {
            let mount = MountGeometry {
                px_per_mm, distortion: [k1, k2], tilt_right: right, tilt_down: down, ..straight()
            };
            let there = mount.to_table(Point::new(x, y)).unwrap();
            let back = mount.to_frame(there).unwrap();
            prop_assert!(back.distance(Point::new(x, y)) < 0.01, "{back:?}");
        }
    }

    #[test]
    fn where_a_lens_shows_nothing_is_no_point_of_the_table() {
        let strong = MountGeometry {
            distortion: [-0.15, 0.0],
            ..straight()
        };
        assert_eq!(strong.to_table(Point::new(0.0, 0.0)), None);
        assert!(strong.to_table(Point::new(100.0, 60.0)).is_some());
    }

    #[test]
    fn the_middle_of_the_picture_is_the_origin_and_right_and_down_are_positive() {
        let mount = straight();
        assert_eq!(
            mount.to_table(Point::new(960.0, 540.0)),
            Some(TablePoint::new(0.0, 0.0))
        );
        let there = mount
            .to_table(Point::new(960.0 + 36.0, 540.0 + 18.0))
            .unwrap();
        assert!((there.x - 2.0).abs() < 1e-6 && (there.y - 1.0).abs() < 1e-6);
        let scale = mount.px_per_mm_at(Point::new(100.0, 900.0)).unwrap();
        assert!((scale - 18.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_far_outside_does_not_come_back_into_the_picture() {
        let barrel = MountGeometry {
            distortion: [-0.1, -0.02],
            ..straight()
        };
        let seen = |x| barrel.to_frame(TablePoint::new(x, 0.0));
        assert!(seen(50.0).is_some() && seen(120.0).is_none() && seen(300.0).is_none());
    }

    #[test]
    fn what_is_farther_away_is_seen_smaller() {
        let tilted = MountGeometry {
            tilt_right: 0.08,
            ..straight()
        };
        let scale = |x| tilted.px_per_mm_at(Point::new(x, 540.0)).unwrap();
        assert!(scale(1_800.0) < scale(960.0) && scale(960.0) < scale(100.0));
        assert!((tilted.tilt() - 0.08).abs() < 1e-9);
    }
}
