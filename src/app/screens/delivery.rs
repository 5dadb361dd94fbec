//! 送信 Delivery: what has arrived, what waits, and what a person has to look at.

use eframe::egui::{RichText, ScrollArea, Ui, vec2};

use super::{Cx, Screen, dose_words, time_of, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::view::DeliveryState;
use crate::app::widgets::{Emphasis, Sign, button, number, sign_panel, tabs, wide_button};
use crate::app::words::{self, delivery as w};
use crate::intake::Outcome;
use crate::station::Command;
use crate::store::{State as Stands, Stored};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum List {
    #[default]
    Queued,
    Rejected,
    Conflicts,
}

/// Which list, and which of it.
#[derive(Default)]
pub(in crate::app) struct State {
    list: List,
    open: Option<i64>,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let queue = &cx.view.queue;
    let mut listed = queue.rejected.iter().chain(&queue.conflicts);
    let open = |stored: &&Stored| Some(stored.sequence) == state.open;
    if let Some(stored) = listed.find(open) {
        detail(ui, cx, state, stored);
        return None;
    }
    let area = ui.available_rect_before_wrap();
    let (top, rest) = area.split_top_bottom_at_y(area.top() + 24.0 * MM);
    let (sign, right) = top.split_left_right_at_x(top.right() - 48.0 * MM);
    let (state_of, title, below) = standing(cx);
    sign_panel(ui, sign, state_of, title, below);
    within(ui, right.with_min_x(right.left() + GAP), |ui| {
        let size = ui.available_size();
        if wide_button(ui, cx.t(w::SEND_NOW), Emphasis::Primary, size).clicked() {
            cx.orders.command(Command::Deliver);
        }
    });
    within(ui, rest.with_min_y(rest.top() + GAP), |ui| {
        lists(ui, cx, state);
    });
    None
}

/// How the delivery stands, in sign and words.
fn standing<'a>(cx: &'a Cx<'_>) -> (Sign, &'a str, &'a str) {
    match &cx.view.delivery {
        DeliveryState::Quiet | DeliveryState::Delivered => (Sign::Good, cx.t(w::GOES), ""),
        DeliveryState::Waiting(_) => (Sign::Busy, cx.t(w::WAITS), cx.t(w::KEPT)),
        DeliveryState::Halted(why) => (Sign::Ask, cx.t(w::STOPPED), cx.says(why)),
    }
}

fn lists(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let queue = &cx.view.queue;
    let counted = |words, stands| format!("{} {}", cx.t(words), queue.counts.get(stands));
    let all = [
        (List::Queued, counted(words::QUEUED, Stands::Queued)),
        (List::Rejected, counted(w::REJECTED, Stands::Rejected)),
        (List::Conflicts, counted(w::CONFLICTS, Stands::Conflict)),
    ];
    state.list = tabs(ui, &all, state.list);
    let (stored, stands) = match state.list {
        List::Queued => (&queue.queued, Stands::Queued),
        List::Rejected => (&queue.rejected, Stands::Rejected),
        List::Conflicts => (&queue.conflicts, Stands::Conflict),
    };
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    ScrollArea::vertical().show(ui, |ui| {
        if stored.is_empty() {
            ui.heading(cx.t(w::NONE));
        }
        for one in stored {
            let words = line(cx, one);
            if wide_button(ui, &words, Emphasis::Plain, size).clicked() {
                state.open = Some(one.sequence);
            }
        }
        let more = queue.counts.get(stands).saturating_sub(stored.len() as u64);
        if more > 0 {
            ui.label(format!("{} {more}", cx.t(w::MORE)));
        }
    });
}

fn line(cx: &Cx<'_>, stored: &Stored) -> String {
    let record = &stored.entry.record;
    let number = record.subject.voucher();
    let number = number.map_or_else(
        || cx.t(words::NUMBER_TO_FOLLOW).to_owned(),
        |number| number.personal().grouped(),
    );
    let given = match &record.outcome {
        Outcome::Given(vaccine) => vaccine.lot.to_string(),
        Outcome::ConsultationOnly => cx.t(words::CONSULTED).to_owned(),
    };
    let dose = dose_words(cx, record.subject.dose());
    format!("{}　{number}　{dose}　{given}", time_of(record))
}

/// One record beside what the other side says.
fn detail(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, stored: &Stored) {
    let record = &stored.entry.record;
    if let Some(voucher) = record.subject.voucher() {
        number(ui, &voucher.grouped());
    }
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_fraction(0.5);
    let bottom = area.bottom() - TARGET - GAP;
    within(ui, left.with_max_y(bottom), |ui| {
        ui.heading(cx.t(w::HERE));
        ui.label(line(cx, stored));
        ui.label(format!(
            "{}　{}　{}",
            record.date, record.venue, record.doctor
        ));
    });
    within(ui, right.with_max_y(bottom), |ui| {
        ui.heading(cx.t(w::THERE));
        let words = stored.detail.as_deref().unwrap_or_default();
        ui.label(words);
        let todo = match stored.state {
            Stands::Conflict => w::CONFLICT_TODO,
            _ => w::REJECTED_TODO,
        };
        ui.label(RichText::new(cx.t(todo)).color(theme::MUTED));
    });
    within(ui, area.with_min_y(bottom + GAP), |ui| {
        ui.horizontal(|ui| {
            if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
                state.open = None;
            }
            if button(ui, cx.t(w::AGAIN), Emphasis::Plain).clicked() {
                cx.orders.command(Command::SendAgain(stored.sequence));
                state.open = None;
            }
        });
    });
}
