//! 確認 Review: everything that waits for a person, and what can be done about it. Nothing here
//! accepts a number: that takes reading it again, or typing it.

mod slips;
mod undecided;

use eframe::egui::{Rect, ScrollArea, Ui, vec2};

pub(super) use self::undecided::can_be_typed;

use super::reasons::{self, Asked};
use super::{Cx, Screen, records, time_of, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{
    Chosen, Emphasis, button, grouped_pattern, number, paint_words, tabs, tile, wide_button,
};
use crate::app::words::{self, review as w};
use crate::desk::{AsideId, DayRecord, Input, Known, Undecided, UndecidedId};
use crate::intake::RecordId;
use crate::reading::Pattern;

/// Height of a row.
const ROW: f32 = 1.5 * TARGET;

/// Room for a number in groups, in a row.
const NUMBER: f32 = 78.0 * MM;

/// Height of the buttons below what is open: two lines of words.
const FOOT: f32 = 1.5 * TARGET;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum List {
    #[default]
    Undecided,
    Aside,
    Records,
    Slips,
}

/// Which list, and what is open of it.
#[derive(Default)]
pub(in crate::app) struct State {
    list: List,
    open: Open,
}

#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    Undecided(undecided::State),
    Aside(AsideId),
    Settling(AsideId),
    Record(records::State),
    GivingSlip,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let mut next = None;
    let stays = match &mut state.open {
        Open::Nothing => return lists(ui, cx, state),
        Open::Undecided(one) => undecided::show(ui, cx, one, &mut next),
        Open::Record(record) => records::show_open(ui, cx, record),
        Open::GivingSlip => slips::give(ui, cx),
        Open::Settling(id) => settle(ui, cx, *id),
        Open::Aside(id) => match aside(ui, cx, *id) {
            Step::Stay => true,
            Step::Back => false,
            Step::Settle => {
                state.open = Open::Settling(*id);
                return None;
            }
        },
    };
    if !stays {
        state.open = Open::Nothing;
    }
    next
}

fn lists(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let desk = &cx.view.desk;
    let waiting = desk.records.iter().filter(|record| waits(cx, record));
    let counted = |words, n: usize| format!("{} {n}", cx.t(words));
    let all = [
        (
            List::Undecided,
            counted(words::UNDECIDED_COUNT, desk.undecided.len()),
        ),
        (List::Aside, counted(words::PUT_ASIDE, desk.aside.len())),
        (List::Records, counted(w::RECORDS, waiting.count())),
        (List::Slips, counted(w::SLIPS, desk.slips.len())),
    ];
    let mut next = None;
    ui.horizontal(|ui| {
        if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
            next = Some(Screen::Reception);
        }
        state.list = tabs(ui, &all, state.list);
    });
    let open = &mut state.open;
    ScrollArea::vertical()
        .id_salt(state.list as usize)
        .show(ui, |ui| match state.list {
            List::Undecided => rows(ui, cx, undecided_rows(cx), |id| {
                *open = Open::Undecided(undecided::State::of(id));
            }),
            List::Aside => rows(ui, cx, aside_rows(cx), |id| *open = Open::Aside(id)),
            List::Records => rows(ui, cx, record_rows(cx), |id| {
                *open = Open::Record(records::State::of(id));
            }),
            List::Slips if slips::list(ui, cx) => *open = Open::GivingSlip,
            List::Slips => {}
        });
    next
}

/// What is known of one, and why it is here.
struct Row<T> {
    known: String,
    why: String,
    id: T,
}

/// One large row each; what to do when there is none.
fn rows<T>(ui: &mut Ui, cx: &Cx<'_>, rows: Vec<Row<T>>, mut open: impl FnMut(T)) {
    if rows.is_empty() {
        ui.add_space(GAP);
        ui.heading(cx.t(w::NOTHING));
    }
    let size = vec2(ui.available_width(), ROW);
    for Row { known, why, id } in rows {
        let name = format!("{known}　{why}");
        let row = tile(ui, &name, Emphasis::Plain, size, |painter, area, ink| {
            let (left, right) = area.split_left_right_at_x(area.left() + NUMBER);
            paint_words(painter, left, &known, theme::TEXT, ink);
            paint_words(painter, right, &why, theme::TEXT, ink);
        });
        if row.clicked() {
            open(id);
        }
    }
}

fn undecided_rows(cx: &Cx<'_>) -> Vec<Row<UndecidedId>> {
    let row = |one: &Undecided| Row {
        known: known(cx, &one.known),
        why: of_another_day(cx, &one.known)
            .unwrap_or_else(|| cx.says(&one.why.words()).to_owned()),
        id: one.id,
    };
    cx.view.desk.undecided.iter().map(row).collect()
}

fn aside_rows(cx: &Cx<'_>) -> Vec<Row<AsideId>> {
    let row = |one: &crate::desk::Aside| Row {
        known: known(cx, &one.known),
        why: one.reason.to_string(),
        id: one.id,
    };
    cx.view.desk.aside.iter().map(row).collect()
}

fn record_rows(cx: &Cx<'_>) -> Vec<Row<RecordId>> {
    let records = cx.view.desk.records.iter();
    let row = |record: &DayRecord| {
        let finding = record.findings.first();
        let why = match finding {
            _ if records::not_changed(cx, record).is_some() => cx.t(w::NOT_CHANGED),
            Some(finding) => cx.says(&finding.message),
            None => cx.t(w::CONTRADICTS),
        };
        Row {
            known: format!(
                "{}　{}",
                time_of(&record.record),
                records::title(cx, record)
            ),
            why: why.to_owned(),
            id: record.record.id,
        }
    };
    let waiting = records.filter(|record| waits(cx, record));
    waiting.map(row).collect()
}

/// Whether a person has to look at the record, or its change is not in the book.
fn waits(cx: &Cx<'_>, record: &DayRecord) -> bool {
    record.is_open() || records::not_changed(cx, record).is_some()
}

/// What is known of a number; doubtful digits are blank.
pub(super) fn known(cx: &Cx<'_>, known: &Known) -> String {
    match known.number {
        Some(number) => number.grouped(),
        None if known.candidate == Pattern::SILENT => cx.t(w::NO_DIGITS).to_owned(),
        None => grouped_pattern(&known.candidate),
    }
}

/// What another day left, which cannot become a record of today.
fn of_another_day(cx: &Cx<'_>, known: &Known) -> Option<String> {
    let today = undecided::day(&cx.view.desk);
    let other = today.is_some_and(|today| today != known.day);
    other.then(|| format!("{}　{}", known.day, cx.t(w::OF_ANOTHER_DAY)))
}

/// What is open above, and below it a row of buttons, the way back first; the button that was
/// pressed, `None` of it for the way back.
fn with_foot<T: Copy>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    buttons: &[(&str, Emphasis, T)],
    above: impl FnOnce(&mut Ui),
) -> Option<Option<T>> {
    let area = ui.available_rect_before_wrap();
    let (top, foot) = area.split_top_bottom_at_y(area.bottom() - FOOT);
    within(ui, top.with_max_y(top.bottom() - GAP), above);
    let width = (foot.width() - buttons.len() as f32 * GAP) / (buttons.len() + 1) as f32;
    let back = (cx.t(words::BACK), Emphasis::Plain, None);
    let others = (buttons.iter()).map(|(words, emphasis, what)| (*words, *emphasis, Some(*what)));
    let mut pressed = None;
    for (place, (words, emphasis, what)) in std::iter::once(back).chain(others).enumerate() {
        let left = foot.left() + place as f32 * (width + GAP);
        let size = vec2(width, foot.height());
        within(
            ui,
            Rect::from_min_size((left, foot.top()).into(), size),
            |ui| {
                if wide_button(ui, words, emphasis, size).clicked() {
                    pressed = Some(what);
                }
            },
        );
    }
    pressed
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Stay,
    Back,
    Settle,
}

fn aside(ui: &mut Ui, cx: &Cx<'_>, id: AsideId) -> Step {
    let Some(one) = cx.view.desk.aside.iter().find(|one| one.id == id) else {
        return Step::Back;
    };
    let other_day = of_another_day(cx, &one.known);
    let mut buttons = Vec::new();
    match &one.known.unkept {
        Some(_) => buttons.push((cx.t(words::TRY_AGAIN), Emphasis::Primary, Step::Back)),
        None => {
            if other_day.is_none() {
                buttons.push((cx.t(w::TAKE_UP), Emphasis::Primary, Step::Back));
            }
            buttons.push((cx.t(words::SETTLE), Emphasis::Plain, Step::Settle));
        }
    }
    let pressed = with_foot(ui, cx, &buttons, |ui| {
        number(ui, &known(cx, &one.known));
        ui.label(one.reason.to_string());
        if let Some(other_day) = &other_day {
            ui.label(other_day);
        }
        if one.known.unkept.is_some() {
            ui.label(cx.t(words::NOT_RECORDED));
        }
    });
    match pressed {
        None => Step::Stay,
        Some(None) => Step::Back,
        Some(Some(Step::Settle)) => Step::Settle,
        Some(Some(_)) => {
            cx.orders.desk(Input::TakeUp(id));
            Step::Back
        }
    }
}

/// Whether it is still asked.
fn settle(ui: &mut Ui, cx: &Cx<'_>, aside: AsideId) -> bool {
    match reasons::ask(ui, cx, Asked::Settle) {
        Chosen::Nothing => return true,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(Input::SettleAside { aside, reason }),
    }
    false
}
