//! Signs: a state in colour, shape and word.

use eframe::egui::{FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::shape::{Mark, Shape, at_left, paint_shape};
use crate::app::theme::{self, Colours, MM};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Sign {
    /// Waiting for a voucher.
    Waiting,
    /// Working on it.
    Busy,
    /// As it should be; recorded.
    Good,
    /// Known before.
    Known,
    /// A person has to look.
    Ask,
    /// It does not go on like this.
    Stop,
}

impl Sign {
    /// Its colours.
    pub(in crate::app) fn colours(self) -> Colours {
        match self {
            Self::Waiting | Self::Busy => theme::PAPER,
            Self::Good => theme::GOOD,
            Self::Known => theme::KNOWN,
            Self::Ask => theme::ASK,
            Self::Stop => theme::STOP,
        }
    }

    /// Its shape.
    pub(in crate::app) fn shape(self) -> (Shape, Mark) {
        match self {
            Self::Waiting => (Shape::Square, Mark::Down),
            Self::Busy => (Shape::Square, Mark::Dots),
            Self::Good => (Shape::Circle, Mark::Tick),
            Self::Known => (Shape::Square, Mark::Equal),
            Self::Ask => (Shape::Triangle, Mark::Exclamation),
            Self::Stop => (Shape::Octagon, Mark::Cross),
        }
    }

    fn paint(self, ui: &Ui, area: Rect) {
        let colours = self.colours();
        paint_shape(
            ui.painter(),
            area,
            self.shape(),
            colours.ink,
            colours.ground,
        );
    }
}

/// A small sign with its word, as wide as it needs to be.
pub(in crate::app) fn chip(ui: &mut Ui, sign: Sign, word: &str) -> Response {
    let side = 5.5 * MM;
    let text = ui.painter().layout_no_wrap(
        word.to_owned(),
        theme::bold(theme::TEXT),
        sign.colours().ink,
    );
    let size = vec2(side + MM + text.size().x + 3.0 * MM, 9.0 * MM);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    let colours = sign.colours();
    let painter = ui.painter();
    painter.rect(
        area,
        theme::ROUND,
        colours.ground,
        Stroke::new(1.5, colours.edge),
        StrokeKind::Inside,
    );
    let inner = area.shrink2(vec2(1.5 * MM, 0.0));
    sign.paint(ui, at_left(inner, side));
    let left = inner.left() + side + MM;
    let top = area.center().y - text.size().y / 2.0;
    ui.painter().galley((left, top).into(), text, colours.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// A large sign across `area`: shape, what is the matter in large type, and one line below it.
pub(in crate::app) fn sign_panel(ui: &mut Ui, area: Rect, sign: Sign, title: &str, below: &str) {
    let colours = sign.colours();
    ui.painter().rect(
        area,
        theme::ROUND,
        colours.ground,
        Stroke::new(3.0, colours.edge),
        StrokeKind::Inside,
    );
    let side = (area.height() - 6.0 * MM).min(18.0 * MM);
    let inner = area.shrink2(vec2(4.0 * MM, 0.0));
    sign.paint(ui, at_left(inner, side));
    let text = Rect::from_min_max(
        (inner.left() + side + 4.0 * MM, area.top()).into(),
        inner.max,
    );
    let lines = [
        (title, FontId::new(theme::LARGE, theme::BOLD.clone())),
        (below, FontId::proportional(theme::TEXT)),
    ];
    let galleys: Vec<_> = lines
        .into_iter()
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, font)| {
            ui.painter()
                .layout(line.to_owned(), font, colours.ink, text.width())
        })
        .collect();
    let height: f32 = galleys.iter().map(|galley| galley.size().y).sum();
    let mut top = text.center().y - height / 2.0;
    for galley in galleys {
        let next = top + galley.size().y;
        ui.painter()
            .galley((text.left(), top).into(), galley, colours.ink);
        top = next;
    }
    let said = format!("{title} {below}");
    ui.interact(area, ui.scope_id().with("sign"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, said.trim()));
}
