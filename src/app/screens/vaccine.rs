//! Which product, and which lot: products differ by colour, shape and name; a lot is compared with
//! the vial by a person.

use eframe::egui::{
    Align2, Color32, Label, Painter, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, vec2,
};

use super::{Cx, within};
use crate::app::checks::is_usable;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{
    Emphasis, Mark, Shape, letters, paint_shape, paint_words, tile, wide_button,
};
use crate::app::words::start as w;
use crate::intake::{Catalogue, ListedLot, Lot, Product, ProductId};

/// Shapes that are told apart at a glance.
const SHAPES: [Shape; 6] = [
    Shape::Circle,
    Shape::Triangle,
    Shape::Square,
    Shape::Diamond,
    Shape::Plus,
    Shape::Ring,
];

/// Colours that are told apart at a glance.
const COLOURS: [Color32; 6] = [
    theme::ACTION.ground,
    theme::STOP.edge,
    theme::GOOD.edge,
    theme::TRAINING.ground,
    theme::ASK.ink,
    theme::PAPER.ink,
];

/// What a product looks like, by its place in the catalogue: no two look alike, and of each six
/// neighbours all shapes and all colours differ.
pub(in crate::app) fn look(catalogue: &Catalogue, product: &ProductId) -> (Shape, Color32) {
    let mut products = catalogue.products().iter();
    let place = products.position(|known| known.id == *product);
    let place = place.unwrap_or_default();
    let turn = place / SHAPES.len();
    (
        SHAPES[place % SHAPES.len()],
        COLOURS[(place + turn) % COLOURS.len()],
    )
}

fn paint_look(painter: &Painter, area: Rect, cx: &Cx<'_>, product: &ProductId) {
    let (shape, colour) = look(&cx.facts.catalogue, product);
    paint_shape(painter, area, (shape, Mark::Nothing), colour, colour);
}

/// Its name, or its id where the catalogue does not have it.
pub(in crate::app) fn name<'a>(cx: &'a Cx<'_>, product: &'a ProductId) -> &'a str {
    let known = cx.facts.catalogue.product(product);
    known.map_or(product.as_str(), |known| known.name.as_str())
}

/// Product and lot, to be compared with the vial from a step away.
pub(super) fn show_large(ui: &mut Ui, cx: &Cx<'_>, product: &ProductId, lot: &Lot) {
    show_product(ui, cx, product);
    ui.label(RichText::new(lot.as_str()).font(theme::bold(theme::DIGITS)));
}

/// Shape and name.
pub(super) fn show_product(ui: &mut Ui, cx: &Cx<'_>, product: &ProductId) {
    ui.horizontal(|ui| {
        let side = vec2(8.0 * MM, 8.0 * MM);
        let (place, _) = ui.allocate_exact_size(side, Sense::hover());
        paint_look(ui.painter(), place, cx, product);
        let name = RichText::new(name(cx, product)).font(theme::bold(theme::HEADING));
        ui.add(Label::new(name).wrap());
    });
}

/// Asks for a product: one that is in use on the day.
pub(super) fn choose_product(
    ui: &mut Ui,
    cx: &Cx<'_>,
    chosen: Option<&ProductId>,
) -> Option<ProductId> {
    let today = cx.now.day();
    let in_use = |product: &&Product| product.validity.covers(today);
    let mut pressed = None;
    ScrollArea::vertical().show(ui, |ui| {
        for product in cx.facts.catalogue.products().iter().filter(in_use) {
            let on = Emphasis::Switch(chosen == Some(&product.id));
            let size = vec2(ui.available_width(), 1.2 * TARGET);
            let pressed_this = tile(ui, &product.name, on, size, |painter, area, ink| {
                let (sign, name) = area.split_left_right_at_x(area.left() + 10.0 * MM);
                paint_look(
                    painter,
                    sign.with_max_x(sign.left() + 8.0 * MM),
                    cx,
                    &product.id,
                );
                paint_words(
                    painter,
                    name.with_min_x(name.left() + GAP),
                    &product.name,
                    theme::TEXT,
                    ink,
                );
            });
            if pressed_this.clicked() {
                pressed = Some(product.id.clone());
            }
        }
    });
    pressed
}

/// Asks for a lot: one of the list that may be used today, or another one, typed.
pub(super) fn choose_lot(
    ui: &mut Ui,
    cx: &Cx<'_>,
    product: &ProductId,
    typing: &mut Option<String>,
) -> Option<Lot> {
    let size = vec2(ui.available_width(), TARGET);
    let Some(text) = typing else {
        let listed = listed_lot(ui, cx, product);
        if wide_button(ui, cx.t(w::OTHER_LOT), Emphasis::Plain, size).clicked() {
            *typing = Some(String::new());
        }
        return listed;
    };
    let typed = type_lot(ui, cx, text);
    if wide_button(ui, cx.t(w::LISTED_LOTS), Emphasis::Plain, size).clicked() {
        *typing = None;
    }
    typed
}

fn listed_lot(ui: &mut Ui, cx: &Cx<'_>, product: &ProductId) -> Option<Lot> {
    let today = cx.now.day();
    let catalogue = &cx.facts.catalogue;
    let lots = catalogue.lots().iter();
    let usable = lots.filter(|lot| lot.product == *product && is_usable(catalogue, lot, today));
    let mut pressed = None;
    ScrollArea::vertical()
        .max_height(ui.available_height() - TARGET - GAP)
        .show(ui, |ui| {
            for lot in usable {
                if lot_tile(ui, cx, lot) {
                    pressed = Some(lot.lot.clone());
                }
            }
        });
    pressed
}

/// The lot as large as on a label, and until when it may be used; whether it was pressed.
fn lot_tile(ui: &mut Ui, cx: &Cx<'_>, lot: &ListedLot) -> bool {
    let until = lot.expiry_on(cx.now.day());
    let until = until.map_or_else(String::new, |day| format!("{} {day}", cx.t(w::UNTIL)));
    let name = format!("{}　{until}", lot.lot);
    let size = vec2(ui.available_width(), 1.3 * TARGET);
    let response = tile(
        ui,
        name.trim_end(),
        Emphasis::Plain,
        size,
        |painter, area, ink| {
            let (left, right) = area.split_left_right_at_x(area.right() - 16.0 * theme::TEXT / 2.0);
            paint_words(painter, left, lot.lot.as_str(), theme::LARGE, ink);
            paint_words(painter, right, &until, theme::TEXT, ink);
        },
    );
    response.clicked()
}

fn type_lot(ui: &mut Ui, cx: &Cx<'_>, text: &mut String) -> Option<Lot> {
    let area = ui.available_rect_before_wrap();
    let (top, _) = area.split_top_bottom_at_y(area.top() + 1.1 * TARGET);
    let (field, button) = top.split_left_right_at_x(top.right() - 52.0 * MM);
    within(ui, field.with_max_x(field.right() - GAP), |ui| {
        let size = ui.max_rect().size();
        let typed = TextEdit::singleline(text)
            .font(theme::bold(theme::LARGE))
            .char_limit(20)
            .align(Align2::LEFT_CENTER);
        ui.add_sized(size, typed);
    });
    let lot = Lot::new(text);
    let mut done = false;
    within(ui, button, |ui| {
        let size = ui.max_rect().size();
        done = wide_button(ui, cx.t(w::USE_LOT), Emphasis::Primary, size).clicked();
    });
    if let (Err(error), false) = (&lot, text.is_empty()) {
        let error = crate::text::Bilingual::of_text(&error.to_string());
        ui.label(RichText::new(cx.says(&error)).color(theme::STOP.ink));
    }
    letters(ui, cx.language, text);
    lot.ok().filter(|_| done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_differ_by_shape_and_by_colour() {
        let catalogue = Catalogue::built_in().unwrap();
        let products = catalogue.products();
        for (n, one) in products.iter().enumerate() {
            for other in &products[..n] {
                let (shape, colour) = look(&catalogue, &one.id);
                let (others_shape, others_colour) = look(&catalogue, &other.id);
                assert_ne!(shape, others_shape, "{} and {}", one.name, other.name);
                assert_ne!(colour, others_colour, "{} and {}", one.name, other.name);
                assert_ne!(one.name, other.name);
            }
        }
    }
}
