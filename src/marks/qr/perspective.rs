//! The view of a flat square: from its own coordinates to those of a strip.

use crate::optics::Point;

/// A projective map that takes the unit square's corners to four points.
///
/// In closed form after Heckbert, *Fundamentals of Texture Mapping and Image Warping* (1989), 2.2.3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Perspective {
    x: [f32; 3],
    y: [f32; 3],
    w: [f32; 2],
}

impl Perspective {
    /// The map that takes (0, 0), (1, 0), (1, 1), (0, 1) to `corners`.
    pub(super) fn onto([a, b, c, d]: &[Point; 4]) -> Self {
        let (sx, sy) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let (x1, y1) = (b.x - c.x, b.y - c.y);
        let (x2, y2) = (d.x - c.x, d.y - c.y);
        let area = x1 * y2 - x2 * y1;
        let (g, h) = ((sx * y2 - x2 * sy) / area, (x1 * sy - sx * y1) / area);
        Self {
            x: [b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x],
            y: [b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y],
            w: [g, h],
        }
    }

    /// Where the point (u, v) of the unit square lies.
    pub(super) fn map(&self, u: f32, v: f32) -> Point {
        let w = self.w[0] * u + self.w[1] * v + 1.0;
        Point::new(
            (self.x[0] * u + self.x[1] * v + self.x[2]) / w,
            (self.y[0] * u + self.y[1] * v + self.y[2]) / w,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_square_go_to_the_corners_given_and_its_middle_to_where_diagonals_cross() {
        let corners =
            [(10.0, 12.0), (90.0, 8.0), (100.0, 96.0), (4.0, 80.0)].map(|(x, y)| Point::new(x, y));
        let view = Perspective::onto(&corners);
        for ((u, v), corner) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
            .into_iter()
            .zip(corners)
        {
            assert!(view.map(u, v).distance(corner) < 1e-3);
        }
        let [a, b, c, d] = corners;
        let middle = view.map(0.5, 0.5);
        let aside =
            |p: Point, q: Point| (q.x - p.x) * (middle.y - p.y) - (q.y - p.y) * (middle.x - p.x);
        assert!(aside(a, c).abs() < 0.1 && aside(b, d).abs() < 0.1);
    }
}
