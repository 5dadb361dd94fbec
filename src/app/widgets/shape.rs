//! Shapes that say what a colour says, to who does not see it. Drawn, so that no font lacks them.

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape as Drawn, Stroke, pos2, vec2};

/// The outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::app) enum Shape {
    /// Fine.
    Circle,
    /// Known, or waiting.
    Square,
    /// Look.
    Triangle,
    /// Stop.
    Octagon,
    /// Training.
    Diamond,
    /// A product, like the one below.
    Plus,
    /// A product.
    Ring,
}

/// What is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::app) enum Mark {
    /// Done.
    Tick,
    /// A person has to look.
    Exclamation,
    /// Not so.
    Cross,
    /// It goes on.
    Dots,
    /// Down, onto the table.
    Down,
    /// The same again.
    Equal,
    /// Nothing: the outline says it.
    Nothing,
}

/// Paints a shape that fills `area`, with its mark in `ink`.
pub(in crate::app) fn paint_shape(
    painter: &Painter,
    area: Rect,
    (shape, mark): (Shape, Mark),
    fill: Color32,
    ink: Color32,
) {
    let centre = area.center();
    let radius = area.width().min(area.height()) / 2.0;
    let at = |x: f32, y: f32| centre + vec2(x, y) * radius;
    match shape {
        Shape::Circle => {
            painter.circle_filled(centre, radius, fill);
        }
        Shape::Square => {
            let side = Rect::from_center_size(centre, vec2(1.7, 1.7) * radius);
            painter.rect_filled(side, radius * 0.15, fill);
        }
        Shape::Triangle => polygon(
            painter,
            &[at(0.0, -1.0), at(1.05, 0.85), at(-1.05, 0.85)],
            fill,
        ),
        Shape::Diamond => polygon(
            painter,
            &[at(0.0, -1.0), at(1.0, 0.0), at(0.0, 1.0), at(-1.0, 0.0)],
            fill,
        ),
        Shape::Plus => {
            for bar in [vec2(2.0, 0.7), vec2(0.7, 2.0)] {
                let bar = Rect::from_center_size(centre, bar * radius);
                painter.rect_filled(bar, 0.0, fill);
            }
        }
        Shape::Ring => {
            let width = radius * 0.45;
            painter.circle_stroke(centre, radius - width / 2.0, Stroke::new(width, fill));
        }
        Shape::Octagon => {
            let corners: Vec<Pos2> = (0..8u8)
                .map(|n| {
                    let angle = (f32::from(n) + 0.5) * std::f32::consts::FRAC_PI_4;
                    at(angle.cos(), angle.sin())
                })
                .collect();
            polygon(painter, &corners, fill);
        }
    }
    let low = if shape == Shape::Triangle { 0.2 } else { 0.0 };
    let size = if shape == Shape::Triangle { 0.75 } else { 1.0 };
    let mark_at = |x: f32, y: f32| centre + vec2(x * size, y * size + low) * radius;
    paint_mark(
        painter,
        mark,
        &mark_at,
        Stroke::new((radius * 0.2).max(2.0), ink),
    );
}

fn polygon(painter: &Painter, corners: &[Pos2], fill: Color32) {
    painter.add(Drawn::convex_polygon(corners.to_vec(), fill, Stroke::NONE));
}

fn paint_mark(painter: &Painter, mark: Mark, at: &dyn Fn(f32, f32) -> Pos2, pen: Stroke) {
    let line = |from: (f32, f32), to: (f32, f32)| {
        painter.line_segment([at(from.0, from.1), at(to.0, to.1)], pen);
    };
    let dot = |x: f32, y: f32| {
        painter.circle_filled(at(x, y), pen.width * 0.7, pen.color);
    };
    match mark {
        Mark::Tick => {
            line((-0.45, 0.05), (-0.1, 0.4));
            line((-0.1, 0.4), (0.5, -0.35));
        }
        Mark::Exclamation => {
            line((0.0, -0.5), (0.0, 0.15));
            dot(0.0, 0.48);
        }
        Mark::Cross => {
            line((-0.4, -0.4), (0.4, 0.4));
            line((-0.4, 0.4), (0.4, -0.4));
        }
        Mark::Nothing => {}
        Mark::Dots => [-0.4, 0.0, 0.4].into_iter().for_each(|x| dot(x, 0.0)),
        Mark::Down => {
            line((0.0, -0.5), (0.0, 0.45));
            line((-0.35, 0.1), (0.0, 0.45));
            line((0.35, 0.1), (0.0, 0.45));
        }
        Mark::Equal => {
            line((-0.4, -0.18), (0.4, -0.18));
            line((-0.4, 0.2), (0.4, 0.2));
        }
    }
}

/// A square of this side at the left end of `area`, in its middle.
pub(super) fn at_left(area: Rect, side: f32) -> Rect {
    Rect::from_center_size(
        pos2(area.left() + side / 2.0, area.center().y),
        vec2(side, side),
    )
}
