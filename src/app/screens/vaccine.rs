//! Which product, and which lot: products differ by colour, shape and name; a lot is compared with
//! the vial by a person.

use eframe::egui::{Color32, Rect, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Cx;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Mark, Shape, letters, paint_shape, wide_button};
use crate::app::words;
use crate::intake::{Catalogue, ListedLot, Lot, Product, ProductId};

/// What tells products apart at a glance, in the order of the catalogue.
const LOOKS: [(Shape, Color32); 5] = [
    (Shape::Circle, theme::ACTION.ground),
    (Shape::Triangle, theme::STOP.edge),
    (Shape::Square, theme::GOOD.edge),
    (Shape::Diamond, theme::TRAINING.ground),
    (Shape::Octagon, theme::ASK.ink),
];

/// What a product looks like.
pub(in crate::app) fn look(catalogue: &Catalogue, product: &ProductId) -> (Shape, Color32) {
    let mut products = catalogue.products().iter();
    let place = products.position(|known| known.id == *product);
    LOOKS[place.unwrap_or_default() % LOOKS.len()]
}

/// Its name, or its id where the catalogue does not have it.
pub(in crate::app) fn name<'a>(cx: &'a Cx<'_>, product: &'a ProductId) -> &'a str {
    let known = cx.facts.catalogue.product(product);
    known.map_or(product.as_str(), |known| known.name.as_str())
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
    for product in cx.facts.catalogue.products().iter().filter(in_use) {
        let on = Emphasis::Switch(chosen == Some(&product.id));
        let size = vec2(ui.available_width(), 1.2 * TARGET);
        let button = wide_button(ui, &product.name, on, size);
        let (shape, colour) = look(&cx.facts.catalogue, &product.id);
        let place = Rect::from_center_size(
            button.rect.left_center() + vec2(8.0 * MM, 0.0),
            vec2(9.0 * MM, 9.0 * MM),
        );
        paint_shape(ui.painter(), place, (shape, Mark::Nothing), colour, colour);
        if button.clicked() {
            pressed = Some(product.id.clone());
        }
    }
    pressed
}

/// Asks for a lot: one of the list that may be used today, or another one, typed.
pub(super) fn choose_lot(
    ui: &mut Ui,
    cx: &Cx<'_>,
    product: &ProductId,
    typing: &mut Option<String>,
) -> Option<Lot> {
    match typing {
        Some(text) => type_lot(ui, cx, text),
        None => {
            let listed = listed_lot(ui, cx, product);
            let other = vec2(ui.available_width(), TARGET);
            if wide_button(ui, cx.t(words::start::OTHER_LOT), Emphasis::Plain, other).clicked() {
                *typing = Some(String::new());
            }
            listed
        }
    }
}

fn listed_lot(ui: &mut Ui, cx: &Cx<'_>, product: &ProductId) -> Option<Lot> {
    let mut pressed = None;
    let lots = cx.facts.catalogue.lots().iter();
    let usable: Vec<_> = lots.filter(|lot| usable(lot, product, cx)).collect();
    ScrollArea::vertical()
        .max_height(ui.available_height() - TARGET - GAP)
        .show(ui, |ui| {
            for lot in usable {
                let size = vec2(ui.available_width(), 1.2 * TARGET);
                let until = lot.expiry_on(cx.now.day());
                let until = until.map_or_else(String::new, |day| {
                    format!("　{} {day}", cx.t(words::start::UNTIL))
                });
                let words = format!("{}{until}", lot.lot);
                if wide_button(ui, &words, Emphasis::Plain, size).clicked() {
                    pressed = Some(lot.lot.clone());
                }
            }
        });
    pressed
}

/// Whether the list lets it be used today.
fn usable(lot: &ListedLot, product: &ProductId, cx: &Cx<'_>) -> bool {
    let today = cx.now.day();
    let expired = lot.expiry_on(today).is_some_and(|until| until < today);
    lot.product == *product && lot.recalled_on.is_none() && !expired
}

fn type_lot(ui: &mut Ui, cx: &Cx<'_>, text: &mut String) -> Option<Lot> {
    let field = TextEdit::singleline(text)
        .font(theme::bold(theme::LARGE))
        .desired_width(ui.available_width())
        .char_limit(20);
    ui.add(field);
    letters(ui, cx.language, text);
    let lot = Lot::new(text);
    if let (Err(error), false) = (&lot, text.is_empty()) {
        let error = crate::text::Bilingual::of_text(&error.to_string());
        ui.label(RichText::new(cx.says(&error)).color(theme::STOP.ink));
    }
    let size = vec2(ui.available_width(), TARGET);
    let done = wide_button(ui, cx.t(words::start::USE_LOT), Emphasis::Primary, size);
    lot.ok().filter(|_| done.clicked())
}
