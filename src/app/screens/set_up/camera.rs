//! カメラとピント: the live picture, and how sharp, how bright and how free of glare it is.

use eframe::egui::{Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::{Cx, within};
use crate::app::board::Picture;
use crate::app::checks::SHARP;
use crate::app::theme::{self, GAP, MM};
use crate::app::widgets::{Sign, chip, live_picture};
use crate::app::words::{self, Words, set_up as w};
use crate::reading::{LEAST_EXPOSURE, LEAST_FOCUS, MOST_GLARE};

/// Mean luma from which paper begins to lose its print.
const MOST_EXPOSURE: f32 = 0.92;

/// Draws the page.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>) {
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.right() - 82.0 * MM);
    let picture = left.with_max_x(left.right() - GAP);
    live_picture(ui, picture, cx.picture, cx.t(w::CAMERA));
    within(ui, right, |ui| {
        // As high as a chip: nothing here is touched.
        ui.spacing_mut().interact_size.y = 9.0 * MM;
        ui.spacing_mut().item_spacing.y = MM;
        ScrollArea::vertical().show(ui, |ui| measures(ui, cx));
    });
}

fn measures(ui: &mut Ui, cx: &Cx<'_>) {
    let Some(picture) = cx.picture else {
        chip(ui, Sign::Stop, cx.t(words::CAMERA_LOST));
        return;
    };
    let (sign, words) = focus(Some(picture));
    meter(ui, cx, (w::FOCUS, picture.focus), (sign, words));
    meter(ui, cx, (w::LIGHT, picture.exposure), light(picture));
    meter(ui, cx, (w::GLARE, picture.glare), glare(picture));
    for warning in cx.view.warnings.iter().rev() {
        chip(ui, Sign::Ask, cx.t(w::WARNING));
        ui.label(cx.says(warning));
    }
    if let Some(px_per_mm) = picture.px_per_mm {
        ui.label(format!("{}　{px_per_mm:.1} px/mm", cx.t(w::SCALE)));
    }
}

/// How sharp a picture is, by the reader's own limit; of an empty table nothing can be said.
pub(super) fn focus(picture: Option<&Picture>) -> (Sign, Words) {
    let Some(picture) = picture.filter(|picture| !picture.found.is_empty()) else {
        return (Sign::Waiting, w::LAY_SOMETHING);
    };
    match picture.focus {
        sharp if sharp >= SHARP => (Sign::Good, w::SHARP),
        fair if fair >= LEAST_FOCUS => (Sign::Known, w::FAIR),
        _ => (Sign::Ask, w::BLURRED),
    }
}

fn light(picture: &Picture) -> (Sign, Words) {
    match picture.exposure {
        dark if dark < LEAST_EXPOSURE => (Sign::Ask, w::DARK),
        bright if bright > MOST_EXPOSURE => (Sign::Ask, w::BRIGHT),
        _ => (Sign::Good, w::LIGHT_GOOD),
    }
}

fn glare(picture: &Picture) -> (Sign, Words) {
    match picture.glare > MOST_GLARE {
        true => (Sign::Ask, w::GLARES),
        false => (Sign::Good, w::NO_GLARE),
    }
}

/// A measure: its name, its number, a word about it, and a bar.
fn meter(ui: &mut Ui, cx: &Cx<'_>, (name, share): (Words, f32), (sign, word): (Sign, Words)) {
    let share = share.clamp(0.0, 1.0);
    let text = format!("{}　{:.0}", cx.t(name), 100.0 * share);
    ui.horizontal(|ui| {
        ui.label(&text);
        chip(ui, sign, cx.t(word));
    });
    let size = vec2(ui.available_width(), 5.0 * MM);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(area, 0.0, theme::PAPER.ground);
    let full = area.with_max_x(area.left() + share * area.width());
    painter.rect_filled(full, 0.0, sign.colours().edge);
    let edge = Stroke::new(1.0, theme::PAPER.edge);
    painter.rect_stroke(area, 0.0, edge, StrokeKind::Inside);
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::board::FoundArea;
    use crate::layout::Kind;

    fn picture(focus: f32, exposure: f32, glare: f32) -> Picture {
        Picture {
            frame: 1,
            size: [1, 1],
            luma: vec![0],
            found: vec![FoundArea {
                kind: Kind::Bars,
                corners: [[0.0; 2]; 4],
            }],
            focus,
            exposure,
            glare,
            px_per_mm: None,
        }
    }

    #[test]
    fn what_the_reader_refuses_as_blurred_is_called_blurred() {
        let word = |sharp| focus(Some(&picture(sharp, 0.5, 0.0))).1;
        assert_eq!(word(LEAST_FOCUS - 0.01), w::BLURRED);
        assert_eq!(word(LEAST_FOCUS), w::FAIR);
        assert_eq!(word(SHARP), w::SHARP);
    }

    #[test]
    fn an_empty_table_is_neither_sharp_nor_blurred() {
        let empty = Picture {
            found: Vec::new(),
            ..picture(0.0, 0.5, 0.0)
        };
        assert_eq!(focus(Some(&empty)).1, w::LAY_SOMETHING);
        assert_eq!(focus(None).1, w::LAY_SOMETHING);
    }

    #[test]
    fn darkness_too_much_light_and_glare_are_told() {
        assert_eq!(light(&picture(1.0, 0.02, 0.0)).1, w::DARK);
        assert_eq!(light(&picture(1.0, 0.99, 0.0)).1, w::BRIGHT);
        assert_eq!(light(&picture(1.0, 0.6, 0.0)).1, w::LIGHT_GOOD);
        assert_eq!(glare(&picture(1.0, 0.6, 0.2)).1, w::GLARES);
        assert_eq!(glare(&picture(1.0, 0.6, 0.0)).1, w::NO_GLARE);
    }
}
