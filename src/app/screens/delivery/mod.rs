//! 送信 Delivery: what has arrived, what waits, and what a person has to look at.

mod detail;

use eframe::egui::{ScrollArea, Ui, vec2};

use self::detail::{Act, Open};
use super::{Cx, Screen, dose_words, time_of, within};
use crate::app::theme::{GAP, MM, TARGET};
use crate::app::view::DeliveryState;
use crate::app::widgets::{Emphasis, Sign, sign_panel, tabs, wide_button};
use crate::app::words::{self, delivery as w};
use crate::intake::Outcome;
use crate::station::{Command, Queue};
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
    if let Some(one) = opened(&cx.view.queue, state) {
        return match detail::show(ui, cx, one) {
            None => None,
            Some(Act::Close) => {
                state.open = None;
                None
            }
            Some(Act::SendAgain) => {
                cx.orders.command(Command::SendAgain(one.entry().sequence));
                state.open = None;
                None
            }
            Some(Act::Records) => Some(Screen::Records),
        };
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

/// What is looked at, unless it is settled meanwhile.
fn opened<'a>(queue: &'a Queue, state: &State) -> Option<Open<'a>> {
    let rejected = queue.rejected.iter().map(Open::Rejected);
    let conflicts = queue.conflicts.iter().map(Open::Conflict);
    let is_open = |one: &Open<'_>| Some(one.entry().sequence) == state.open;
    rejected.chain(conflicts).find(is_open)
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
    let (stored, stands): (Vec<&Stored>, _) = match state.list {
        List::Queued => (queue.queued.iter().collect(), Stands::Queued),
        List::Rejected => (queue.rejected.iter().collect(), Stands::Rejected),
        List::Conflicts => {
            let entries = queue.conflicts.iter().map(|conflict| &conflict.entry);
            (entries.collect(), Stands::Conflict)
        }
    };
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    ScrollArea::vertical().show(ui, |ui| {
        if stored.is_empty() {
            ui.heading(cx.t(w::NONE));
        }
        for one in &stored {
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
