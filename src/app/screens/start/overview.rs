//! How everything stands: before the day, while it goes on, after it was closed.

use eframe::egui::{Label, RichText, ScrollArea, Ui, vec2};

use super::draft::{Draft, Item};
use super::{State, TITLE, halves, operator, reading, title};
use crate::app::checks::{Check, checks, of_the_day};
use crate::app::screens::reasons::{self, Asked};
use crate::app::screens::{Cx, Screen, vaccine, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Chosen, Emphasis, Sign, chip, sign_panel, wide_button};
use crate::app::words::{self, Words, start as w};
use crate::desk::Input;
use crate::intake::{Lot, ProductId, Session};

/// Height of the button at the foot.
const FOOT: f32 = 1.2 * TARGET;

/// Nothing is asked: the lot once more, the checks, and at the foot what is next.
pub(super) fn before(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, draft: &Draft) -> Option<Screen> {
    let area = ui.available_rect_before_wrap();
    let (above, foot) = area.split_top_bottom_at_y(area.bottom() - FOOT);
    let vaccine = draft.product.as_ref().zip(draft.lot.as_ref());
    within(ui, above.with_max_y(above.bottom() - GAP), |ui| {
        offer_usual(ui, cx, state);
        offer_card(ui, cx, state);
        if let Some((product, lot)) = vaccine {
            vaccine::show_large(ui, cx, product, lot);
            ui.label(cx.t(w::COMPARE_AGAIN));
        }
        show_checks(ui, cx, w::CHECKS, vaccine);
    });
    let mut next = None;
    within(ui, foot, |ui| match draft.missing() {
        Some(item) => lead_on(ui, cx, state, item),
        None => next = confirm(ui, cx, state, draft),
    });
    next
}

/// A learner begins soon: with what is usual, but for the date and the lot.
fn offer_usual(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let untouched = state.draft.as_ref() == Some(&Draft::default());
    let offered = cx.facts.training && untouched;
    let Some(usual) = cx.facts.usual.as_ref().filter(|_| offered) else {
        return;
    };
    let size = vec2(ui.available_width(), TARGET);
    if wide_button(ui, cx.t(w::USUAL), Emphasis::Plain, size).clicked() {
        let draft = Draft::as_before(usual);
        state.ask(draft.missing());
        state.draft = Some(draft);
    }
}

/// The lead's card lies, or lay, under the camera: it fills everything but the date.
fn offer_card(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some((session, code)) = &cx.view.card else {
        return;
    };
    let draft = Draft::of_card(session);
    if state.draft.as_ref().is_some_and(|own| own.lot == draft.lot) {
        return;
    }
    let words = format!("{}　{code}", cx.t(w::USE_CARD));
    let size = vec2(ui.available_width(), TARGET);
    if wide_button(ui, &words, Emphasis::Primary, size).clicked() {
        state.ask(draft.missing());
        state.draft = Some(draft);
    }
    ui.label(cx.t(w::COMPARE_CODE));
}

fn lead_on(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, item: Item) {
    let words = format!("{}　{}", cx.t(w::NEXT), cx.t(title(item)));
    let size = ui.max_rect().size();
    if wide_button(ui, &words, Emphasis::Primary, size).clicked() {
        state.ask(Some(item));
    }
}

fn confirm(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, draft: &Draft) -> Option<Screen> {
    let session = draft.confirmed(operator(cx))?;
    let size = ui.max_rect().size();
    if !wide_button(ui, cx.t(w::BEGIN), Emphasis::Primary, size).clicked() {
        return None;
    }
    cx.orders.desk(Input::ConfirmSession(session));
    *state = State::default();
    Some(Screen::Reception)
}

/// What is not green comes first, with its remedy.
fn show_checks(ui: &mut Ui, cx: &Cx<'_>, title: Words, vaccine: Option<(&ProductId, &Lot)>) {
    let picture = cx.picture.map(AsRef::as_ref);
    let mut all = of_the_day(cx.view, &cx.facts.catalogue, cx.now.wall, vaccine);
    all.extend(checks(cx.view, picture, cx.view.machine));
    let is_good = |check: &Check| check.sign == Sign::Good;
    let (good, open): (Vec<_>, Vec<_>) = all.into_iter().partition(is_good);
    ui.heading(cx.t(title));
    ScrollArea::vertical().show(ui, |ui| {
        for check in open {
            chip(ui, check.sign, cx.says(&check.what));
            ui.label(cx.says(&check.remedy));
        }
        // Nothing here is touched: rows as high as the signs.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal_wrapped(|ui| {
            for check in good {
                chip(ui, check.sign, cx.says(&check.what));
            }
        });
    });
}

/// The day goes on with these presets.
pub(super) fn begun(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    session: &Session,
) -> Option<Screen> {
    let (left, right) = halves(ui);
    let (presets, foot) = left.split_top_bottom_at_y(left.bottom() - FOOT);
    within(ui, presets, |ui| {
        ui.label(cx.t(w::BEGUN));
        vaccine::show_large(ui, cx, &session.product, &session.lot);
        let mode = reading(cx, &Draft::as_before(session)).unwrap_or_default();
        let (date, venue) = (session.date.to_string(), session.venue.to_string());
        let doctor = session.doctor.to_string();
        line(ui, cx, w::DATE, &date);
        line(ui, cx, w::VENUE, &venue);
        line(ui, cx, w::DOCTOR, &doctor);
        line(ui, cx, w::MODE, &mode);
    });
    let mut next = None;
    let (change, leave) = foot.split_left_right_at_fraction(0.5);
    within(ui, change.with_max_x(change.right() - GAP), |ui| {
        let size = ui.max_rect().size();
        if wide_button(ui, cx.t(w::CHANGE), Emphasis::Plain, size).clicked() {
            state.changing = true;
        }
    });
    within(ui, leave, |ui| {
        let size = ui.max_rect().size();
        if wide_button(ui, cx.t(w::TO_RECEPTION), Emphasis::Primary, size).clicked() {
            next = Some(Screen::Reception);
        }
    });
    within(ui, right, |ui| {
        let vaccine = Some((&session.product, &session.lot));
        show_checks(ui, cx, w::HOW_IT_STANDS, vaccine);
    });
    next
}

/// What a preset is called, and its value.
fn line(ui: &mut Ui, cx: &Cx<'_>, title: Words, value: &str) {
    let size = vec2(ui.available_width(), 8.0 * MM);
    let (_, area) = ui.allocate_space(size);
    let (left, right) = area.split_left_right_at_x(area.left() + TITLE);
    within(ui, left, |ui| {
        ui.label(RichText::new(cx.t(title)).color(theme::MUTED));
    });
    within(ui, right, |ui| {
        let value = RichText::new(value).font(theme::bold(theme::TEXT));
        ui.add(Label::new(value).truncate());
    });
}

/// The day is closed: its seal, and the way back.
pub(super) fn closed(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    if state.reopening {
        reopen(ui, cx, state);
        return;
    }
    let (_, sign) = ui.allocate_space(vec2(ui.available_width(), 24.0 * MM));
    sign_panel(ui, sign, Sign::Good, cx.t(words::DAY_CLOSED), "");
    if let Some(seal) = &cx.view.seal {
        ui.label(cx.t(w::SEAL));
        ui.label(RichText::new(seal).font(theme::bold(theme::DIGITS)));
    }
    ui.add_space(2.0 * GAP);
    ui.label(cx.t(w::REOPEN_ONLY_IF));
    let size = vec2(super::LIST, TARGET);
    if wide_button(ui, cx.t(words::REOPEN), Emphasis::Danger, size).clicked() {
        state.reopening = true;
    }
}

fn reopen(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    match reasons::ask(ui, cx, Asked::Reopen) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(Input::Reopen(reason)),
    }
    state.reopening = false;
}
