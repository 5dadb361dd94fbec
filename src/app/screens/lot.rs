//! ロット変更: a vial of another lot was opened. The new lot is chosen, then confirmed beside the old
//! one.

use eframe::egui::{RichText, Ui, vec2};

use super::vaccine::{self, choose_lot, choose_product};
use super::{Cx, Screen, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, wide_button};
use crate::app::words::{self, start as w};
use crate::desk::Input;
use crate::intake::{Lot, ProductId};

/// What was chosen so far.
#[derive(Default)]
pub(in crate::app) struct State {
    product: Option<ProductId>,
    other_product: bool,
    typing: Option<String>,
    lot: Option<Lot>,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let Some(session) = &cx.view.desk.session else {
        return Some(Screen::Start);
    };
    let product = state
        .product
        .clone()
        .unwrap_or_else(|| session.product.clone());
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.left() + 92.0 * MM);
    let mut next = None;
    within(ui, left, |ui| {
        let given = format!(
            "{}　{}　{}",
            cx.t(w::NOW_GIVEN),
            vaccine::name(cx, &session.product),
            session.lot
        );
        ui.label(given);
        if let Some(lot) = &state.lot {
            ui.add_space(GAP);
            ui.label(cx.t(w::NEW_LOT));
            ui.label(vaccine::name(cx, &product));
            ui.label(RichText::new(lot.as_str()).font(theme::bold(theme::DIGITS)));
            let size = vec2(ui.available_width(), 1.2 * TARGET);
            if wide_button(ui, cx.t(w::CHANGE_TO), Emphasis::Primary, size).clicked() {
                cx.orders.desk(Input::ChangeLot {
                    product: product.clone(),
                    lot: lot.clone(),
                });
                next = Some(Screen::Reception);
            }
        }
        let size = vec2(ui.available_width(), TARGET);
        if wide_button(ui, cx.t(words::CANCEL), Emphasis::Plain, size).clicked() {
            next = Some(Screen::Reception);
        }
    });
    let right = right.with_min_x(right.left() + 2.0 * GAP);
    within(ui, right, |ui| choose(ui, cx, state, &product));
    next
}

fn choose(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, product: &ProductId) {
    if state.other_product {
        if let Some(chosen) = choose_product(ui, cx, Some(product)) {
            state.product = Some(chosen);
            state.lot = None;
            state.other_product = false;
        }
        return;
    }
    ui.label(cx.t(w::COMPARE_LOT));
    let other = vec2(ui.available_width(), TARGET);
    if wide_button(ui, cx.t(w::NEW_PRODUCT), Emphasis::Plain, other).clicked() {
        state.other_product = true;
    }
    if let Some(lot) = choose_lot(ui, cx, product, &mut state.typing) {
        state.lot = Some(lot);
    }
}
