//! Points, quadrilaterals and oriented boxes in frame pixels.

/// A point in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// A point from its coordinates.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Euclidean distance in pixels.
    pub fn distance(self, other: Point) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// Four corners in reading order: top left, top right, bottom right, bottom
/// left of the thing itself, however it lies in the frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quad(pub [Point; 4]);

/// A rectangle of any direction: `along` its reading direction and `across` it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrientedBox {
    /// Centre.
    pub centre: Point,
    /// Reading direction.
    pub angle: f32,
    /// Extent along the reading direction, in pixels.
    pub length: f32,
    /// Extent across the reading direction, in pixels.
    pub height: f32,
}

impl OrientedBox {
    /// Unit vector of the reading direction.
    pub fn direction(&self) -> (f32, f32) {
        (self.angle.cos(), self.angle.sin())
    }

    /// Frame point of a point given in the box's own frame: `u` along the
    /// reading direction and `v` across it (down the page), both from the centre.
    pub fn point(&self, u: f32, v: f32) -> Point {
        let (c, s) = self.direction();
        Point::new(self.centre.x + u * c - v * s, self.centre.y + u * s + v * c)
    }

    /// The inverse of [`OrientedBox::point`].
    pub fn local(&self, p: Point) -> (f32, f32) {
        let (c, s) = self.direction();
        let (dx, dy) = (p.x - self.centre.x, p.y - self.centre.y);
        (dx * c + dy * s, dy * c - dx * s)
    }

    /// Corners in reading order.
    pub fn corners(&self) -> Quad {
        let (u, v) = (self.length / 2.0, self.height / 2.0);
        Quad([
            self.point(-u, -v),
            self.point(u, -v),
            self.point(u, v),
            self.point(-u, v),
        ])
    }

    /// The part of this box between `from` and `to` along its length, both in
    /// pixels from the centre.
    pub fn section(&self, from: f32, to: f32) -> Self {
        Self {
            centre: self.point((from + to) / 2.0, 0.0),
            length: to - from,
            ..*self
        }
    }

    /// The same box read from the other end.
    pub fn turned(&self) -> Self {
        Self {
            angle: self.angle + std::f32::consts::PI,
            ..*self
        }
    }

    /// Whether the point lies inside.
    pub fn contains(&self, p: Point) -> bool {
        let (u, v) = self.local(p);
        u.abs() <= self.length / 2.0 && v.abs() <= self.height / 2.0
    }

    /// Whether any corner lies outside a frame of this size.
    pub fn leaves(&self, width: u32, height: u32) -> bool {
        self.corners()
            .0
            .iter()
            .any(|p| p.x < 0.0 || p.y < 0.0 || p.x > width as f32 || p.y > height as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_a_tilted_box_comes_back_from_its_own_frame() {
        let tilted = OrientedBox {
            centre: Point::new(100.0, 50.0),
            angle: 0.7,
            length: 80.0,
            height: 10.0,
        };
        let (u, v) = tilted.local(tilted.point(31.0, -4.0));
        assert!((u - 31.0).abs() < 1e-3 && (v + 4.0).abs() < 1e-3);
    }

    #[test]
    fn corners_of_a_box_turned_upside_down_start_at_the_other_end() {
        let upright = OrientedBox {
            centre: Point::new(0.0, 0.0),
            angle: 0.0,
            length: 4.0,
            height: 2.0,
        };
        assert_eq!(upright.corners().0[0], Point::new(-2.0, -1.0));
        let first = upright.turned().corners().0[0];
        assert!(first.distance(Point::new(2.0, 1.0)) < 1e-4);
    }
}
