//! 受付 Reception: a voucher is laid down, recorded, taken away, without a touch.

mod situation;

use eframe::egui::{Rect, ScrollArea, Ui, vec2};

use self::situation::{About, Action, Situation};
use super::reasons::{self, Asked};
use super::{Cx, Screen, within};
use crate::app::theme::{GAP, MM, TARGET};
use crate::app::widgets::{
    Chosen, Emphasis, button, live_picture, number, sign_panel, wide_button,
};
use crate::app::words;
use crate::desk::{Input, Standing, Target};
use crate::intake::Outcome;

/// Width of the column with the picture.
const SIDE: f32 = 72.0 * MM;

/// Height of the sign.
const SIGN: f32 = 30.0 * MM;

/// Records that are listed under the count.
const LATEST: usize = 3;

/// What a person is doing that needs a reason.
#[derive(Default)]
pub(in crate::app) struct State {
    asked: Option<(Action, About)>,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let area = ui.available_rect_before_wrap();
    let (work, side) = area.split_left_right_at_x(area.right() - SIDE);
    let work = work.with_max_x(work.right() - GAP);
    let mut next = None;
    within(ui, work, |ui| next = left(ui, cx, state));
    within(ui, side, |ui| next = next.or(right(ui, cx)));
    next
}

/// What lies there, and what to do about it.
fn left(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    state.asked = (state.asked).filter(|(_, about)| About::now(&cx.view.desk) == Some(*about));
    if let Some((action, _)) = state.asked
        && let Some(asked) = action.asks()
    {
        ask(ui, cx, state, action, asked);
        return None;
    }
    let situation = Situation::of(cx);
    let area = ui.available_rect_before_wrap();
    let (sign, rest) = area.split_top_bottom_at_y(area.top() + SIGN);
    sign_panel(ui, sign, situation.sign, &situation.title, &situation.below);
    let (middle, bottom) = rest.split_top_bottom_at_y(rest.bottom() - TARGET);
    let mut next = None;
    within(ui, middle.with_min_y(middle.top() + GAP), |ui| {
        if let Some(grouped) = &situation.number {
            number(ui, grouped);
        }
        findings(ui, &situation);
        next = next_steps(ui, cx, state, &situation);
    });
    if let Some(screen) = situation.leads_to
        && within_button(ui, middle, cx.t(words::BEGIN))
    {
        next = Some(screen);
    }
    within(ui, bottom, |ui| next = next.or(usual(ui, cx)));
    next
}

/// A large button in the middle of `area`.
fn within_button(ui: &mut Ui, area: Rect, words: &str) -> bool {
    let place = Rect::from_center_size(area.center(), vec2(70.0 * MM, 1.5 * TARGET));
    let mut clicked = false;
    within(ui, place, |ui| {
        clicked = wide_button(ui, words, Emphasis::Primary, place.size()).clicked();
    });
    clicked
}

fn findings(ui: &mut Ui, situation: &Situation) {
    if situation.notes.is_empty() {
        return;
    }
    ScrollArea::vertical()
        .max_height(ui.available_height() - TARGET - GAP)
        .show(ui, |ui| {
            for note in &situation.notes {
                ui.label(note);
            }
        });
}

fn next_steps(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    situation: &Situation,
) -> Option<Screen> {
    let mut next = None;
    ui.horizontal_wrapped(|ui| {
        for action in &situation.actions {
            if !button(ui, cx.t(action.words()), action.emphasis()).clicked() {
                continue;
            }
            match action {
                Action::ChooseAgain(same) => cx.orders.desk(Input::ChooseAgain(*same)),
                Action::Undo => cx.orders.desk(Input::Undo),
                Action::Retry(entry) => cx.orders.desk(Input::Retry(*entry)),
                Action::Type => {
                    cx.orders.desk(Input::EnterByHand(Target::OnTable));
                    next = Some(Screen::Entry);
                }
                Action::RecordAnyway | Action::DoNotRecord | Action::PutAside => {
                    state.asked = About::now(&cx.view.desk).map(|about| (*action, about));
                }
            }
        }
    });
    next
}

/// Asks for a reason, and does what it was asked for.
fn ask(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, action: Action, asked: Asked) {
    match reasons::ask(ui, cx, asked) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(match action {
            Action::RecordAnyway => Input::RecordAllTheSame(reason),
            Action::DoNotRecord => Input::DoNotRecord(reason),
            _ => Input::PutAside(reason),
        }),
    }
    state.asked = None;
}

/// What may be done at any time.
fn usual(ui: &mut Ui, cx: &Cx<'_>) -> Option<Screen> {
    let mut next = None;
    ui.horizontal(|ui| {
        if cx.view.desk.session.is_none() {
            return;
        }
        let chosen = cx.view.desk.next.outcome.is_consultation_only();
        let only = Emphasis::Switch(chosen);
        if button(ui, cx.t(words::CONSULTATION_ONLY), only).clicked() {
            cx.orders.desk(Input::ConsultationOnly(!chosen));
        }
        if button(ui, cx.t(words::CHANGE_LOT), Emphasis::Plain).clicked() {
            next = Some(Screen::Lot);
        }
        if button(ui, cx.t(words::TODAYS_RECORDS), Emphasis::Plain).clicked() {
            next = Some(Screen::Records);
        }
    });
    next
}

/// What the camera sees, today's count, and the latest records.
fn right(ui: &mut Ui, cx: &Cx<'_>) -> Option<Screen> {
    let desk = &cx.view.desk;
    let place = ui.available_rect_before_wrap();
    let picture = place.with_max_y(place.top() + SIDE * 9.0 / 16.0);
    live_picture(ui, picture, cx.picture, cx.t(words::CAMERA_OK));
    let below = place.with_min_y(picture.bottom() + GAP);
    let mut next = None;
    within(ui, below, |ui| {
        let standing = |record: &&crate::desk::DayRecord| record.standing == Standing::Standing;
        let count = desk.records.iter().filter(standing).count();
        let today = format!("{} {count} {}", cx.t(words::TODAY), cx.t(words::RECORDS));
        ui.heading(today);
        let latest = desk.records.iter().rev().filter(standing).take(LATEST);
        for record in latest {
            let number = record.record.subject.voucher();
            let personal = number.map_or_else(
                || cx.t(words::NUMBER_TO_FOLLOW).to_owned(),
                |number| number.personal().grouped(),
            );
            let only = match record.record.outcome {
                Outcome::ConsultationOnly => cx.t(words::LATEST_CONSULTATION),
                Outcome::Given(_) => "",
            };
            ui.label(format!(
                "{}  {personal}  {only}",
                super::time_of(&record.record)
            ));
        }
        let undecided = desk.undecided.len();
        if undecided > 0 {
            let words = format!("{} {undecided}", cx.t(words::UNDECIDED_COUNT));
            let size = vec2(ui.available_width(), TARGET);
            if wide_button(ui, &words, Emphasis::Danger, size).clicked() {
                next = Some(Screen::Review);
            }
        }
    });
    next
}
