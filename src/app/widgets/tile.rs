//! A large button whose content is laid out in places, not as one line in its middle.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Color32, Painter, Rect, Response, Role, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::button::{Emphasis, wide_button};
use crate::app::theme::{self, MM};

/// A button of this size that is called `name`; `paint` is given its inside and its ink.
pub(in crate::app) fn tile(
    ui: &mut Ui,
    name: &str,
    emphasis: Emphasis,
    size: Vec2,
    paint: impl FnOnce(&Painter, Rect, Color32),
) -> Response {
    let response = wide_button(ui, "", emphasis, size);
    let inside = response.rect.shrink2(vec2(3.0 * MM, MM));
    paint(ui.painter(), inside, emphasis.colours().ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    response
}

/// Paints words of this type size at the left of `area`, in its middle; two lines at most.
pub(in crate::app) fn paint_words(
    painter: &Painter,
    area: Rect,
    words: &str,
    size: f32,
    ink: Color32,
) {
    let mut job = LayoutJob::simple(words.to_owned(), theme::bold(size), ink, area.width());
    job.wrap.max_rows = 2;
    let galley = painter.layout_job(job);
    let top = area.center().y - galley.size().y / 2.0;
    painter.galley(pos2(area.left(), top), galley, ink);
}
