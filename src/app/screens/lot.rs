//! ロット変更: a vial of another lot was opened. The new lot is chosen, then confirmed beside the old
//! one.

use eframe::egui::{Label, RichText, Sense, Ui, vec2};

use super::vaccine::{choose_lot, choose_product, show_large, show_product};
use super::{Cx, Screen, within};
use crate::app::checks::of_lot;
use crate::app::theme::{GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Sign, chip, paint_shape, wide_button};
use crate::app::words::{self, start as w};
use crate::desk::Input;
use crate::intake::{Lot, ProductId, Session};

/// Width of the old and the new lot.
const COMPARED: f32 = 96.0 * MM;

/// Width of the way out.
const CANCEL: f32 = 34.0 * MM;

/// Side of a sign before a sentence.
const SIGN: f32 = 8.0 * MM;

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
    let product = state.product.as_ref().unwrap_or(&session.product).clone();
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.left() + COMPARED);
    let (compared, buttons) = left.split_top_bottom_at_y(left.bottom() - 1.2 * TARGET);
    within(ui, compared, |ui| {
        ui.label(cx.t(w::NOW_GIVEN));
        show_large(ui, cx, &session.product, &session.lot);
        ui.separator();
        match &state.lot {
            Some(lot) => new_lot(ui, cx, session, &product, lot),
            None => {
                ui.label(cx.t(w::CHOOSE_NEW));
            }
        }
    });
    let (cancel, change) = buttons.split_left_right_at_x(buttons.left() + CANCEL);
    let mut next = None;
    within(ui, cancel, |ui| {
        let size = ui.max_rect().size();
        if wide_button(ui, cx.t(words::CANCEL), Emphasis::Plain, size).clicked() {
            next = Some(Screen::Reception);
        }
    });
    within(ui, change.with_min_x(change.left() + GAP), |ui| {
        next = next.or(confirm(ui, cx, session, product.clone(), state.lot.clone()));
    });
    let right = right.with_min_x(right.left() + 2.0 * GAP);
    within(ui, right, |ui| choose(ui, cx, state, &product));
    next
}

/// The new lot below the old one, with what the list says of it.
fn new_lot(ui: &mut Ui, cx: &Cx<'_>, session: &Session, product: &ProductId, lot: &Lot) {
    ui.label(cx.t(w::NEW_LOT));
    show_large(ui, cx, product, lot);
    if (product, lot) == (&session.product, &session.lot) {
        chip(ui, Sign::Known, cx.t(w::SAME_LOT));
        return;
    }
    let check = of_lot(&cx.facts.catalogue, cx.now.day(), product, lot);
    if check.sign != Sign::Good {
        warn(ui, check.sign, cx.says(&check.remedy));
    }
}

/// A sign with its words beside it.
fn warn(ui: &mut Ui, sign: Sign, words: &str) {
    let colours = sign.colours();
    ui.horizontal_top(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(SIGN, SIGN), Sense::hover());
        paint_shape(
            ui.painter(),
            place,
            sign.shape(),
            colours.ink,
            colours.ground,
        );
        ui.add(Label::new(RichText::new(words).color(colours.ink)).wrap());
    });
}

/// The lot that is in use is no new one.
fn confirm(
    ui: &mut Ui,
    cx: &Cx<'_>,
    session: &Session,
    product: ProductId,
    lot: Option<Lot>,
) -> Option<Screen> {
    let lot = lot.filter(|lot| (&product, lot) != (&session.product, &session.lot))?;
    let size = ui.max_rect().size();
    if !wide_button(ui, cx.t(w::CHANGE_TO), Emphasis::Primary, size).clicked() {
        return None;
    }
    cx.orders.desk(Input::ChangeLot { product, lot });
    Some(Screen::Reception)
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
    if state.typing.is_none() {
        show_product(ui, cx, product);
        let other = vec2(ui.available_width(), TARGET);
        if wide_button(ui, cx.t(w::NEW_PRODUCT), Emphasis::Plain, other).clicked() {
            state.other_product = true;
        }
        ui.label(cx.t(w::COMPARE_LOT));
    }
    if let Some(lot) = choose_lot(ui, cx, product, &mut state.typing) {
        state.lot = Some(lot);
        state.typing = None;
    } else if state.typing.is_some() {
        // What was chosen before is not what is being typed.
        state.lot = None;
    }
}
