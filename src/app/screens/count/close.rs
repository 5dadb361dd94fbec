//! 締め: what is still open, each explained or settled; then the day is closed, asked twice.

use eframe::egui::{RichText, ScrollArea, Ui, vec2};

use super::vials;
use crate::app::screens::reasons::{self, Asked};
use crate::app::screens::{Cx, Screen};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Chosen, Emphasis, Sign, chip, wide_button};
use crate::app::words::{self, count as w};
use crate::desk::{Input, OpenPoint, Stage};

/// What is being explained, and whether the close was asked for once.
#[derive(Default)]
pub(in crate::app) struct State {
    explaining: Option<OpenPoint>,
    asked: bool,
}

/// Draws the part.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    if cx.view.desk.stage == Stage::Closed {
        closed(ui, cx);
        return None;
    }
    if let Some(point) = state.explaining.clone() {
        explain(ui, cx, state, point);
        return None;
    }
    if state.asked {
        sure(ui, cx, state);
        return None;
    }
    let explained = |point: &OpenPoint| {
        let mut all = cx.view.desk.explanations.iter();
        all.any(|explanation| explanation.point == *point)
    };
    let open = cx.view.desk.open_points.iter();
    let open: Vec<_> = open.filter(|point| !explained(point)).collect();
    let mut next = None;
    if open.is_empty() {
        chip(ui, Sign::Good, cx.t(w::NOTHING_OPEN));
        ui.add_space(GAP);
        let size = vec2(90.0 * MM, 1.5 * TARGET);
        if wide_button(ui, cx.t(w::CLOSE_DAY), Emphasis::Primary, size).clicked() {
            state.asked = true;
        }
        return None;
    }
    ui.label(cx.t(w::STILL_OPEN));
    ScrollArea::vertical().show(ui, |ui| {
        let size = vec2(ui.available_width(), 1.2 * TARGET);
        for point in open {
            if wide_button(ui, &words_of(cx, point), Emphasis::Wanted, size).clicked() {
                match point {
                    OpenPoint::Difference { .. } => state.explaining = Some(point.clone()),
                    OpenPoint::Undecided(_) => next = Some(Screen::Review),
                    OpenPoint::Review(_) => next = Some(Screen::Records),
                }
            }
        }
    });
    next
}

fn words_of(cx: &Cx<'_>, point: &OpenPoint) -> String {
    match point {
        OpenPoint::Difference {
            of,
            in_vials,
            in_syringes,
        } => format!("{}　{}", of.lot, vials::left(cx, *in_vials, *in_syringes)),
        OpenPoint::Undecided(id) => format!("{}　{}", cx.t(words::UNDECIDED_COUNT), id.0),
        OpenPoint::Review(_) => cx.t(w::RECORD_TO_CHECK).to_owned(),
    }
}

fn explain(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, point: OpenPoint) {
    match reasons::ask(ui, cx, Asked::Explain) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(Input::Explain { point, reason }),
    }
    state.explaining = None;
}

/// Asked in another place of the screen than the first time: a finger that slips twice in one
/// place closes nothing.
fn sure(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    ui.heading(cx.t(w::SURE));
    ui.label(cx.t(w::AFTER_CLOSE));
    let size = vec2(90.0 * MM, 1.2 * TARGET);
    if wide_button(ui, cx.t(words::CANCEL), Emphasis::Plain, size).clicked() {
        state.asked = false;
    }
    ui.add_space(12.0 * MM);
    if wide_button(ui, cx.t(w::CLOSE_NOW), Emphasis::Danger, size).clicked() {
        cx.orders.desk(Input::Close);
        state.asked = false;
    }
}

fn closed(ui: &mut Ui, cx: &Cx<'_>) {
    ui.heading(cx.t(words::DAY_CLOSED));
    if let Some(seal) = &cx.view.seal {
        ui.label(cx.t(w::WRITE_SEAL));
        ui.label(RichText::new(seal).font(theme::bold(theme::DIGITS)));
    }
}
