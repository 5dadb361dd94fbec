//! 確認 Review: everything that waits for a person, and what can be done about it. Nothing here
//! accepts a number: that takes reading it again, or typing it.

use eframe::egui::{ScrollArea, Ui, vec2};

use super::reasons::{self, Asked};
use super::{Cx, Screen, chosen, dose_words, time_of};
use crate::app::theme::{GAP, TARGET};
use crate::app::widgets::{
    Chosen, Emphasis, Question, button, choose, grouped_pattern, number, tabs, wide_button,
};
use crate::app::words::{self, review as w};
use crate::desk::{AsideId, Input, Known, Target, UndecidedId};
use crate::intake::{RecordId, Slip, SlipNumber};
use crate::reading::Pattern;
use crate::voucher::DoseNumber;

/// Doses for which a slip may be given out.
const DOSES: std::ops::RangeInclusive<u8> = 1..=5;

/// The latest records, of which an undecided voucher may be one.
const LATEST: usize = 6;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum List {
    #[default]
    Undecided,
    Aside,
    Records,
    Slips,
}

/// Which list, which of it, and what is being done.
#[derive(Default)]
pub(in crate::app) struct State {
    list: List,
    doing: Doing,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Doing {
    #[default]
    Looking,
    Undecided(UndecidedId),
    PuttingAside(UndecidedId),
    WhichRecord(UndecidedId),
    Aside(AsideId),
    Settling(AsideId),
    GivingSlip,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    match state.doing {
        Doing::Looking => lists(ui, cx, state),
        Doing::Undecided(id) => undecided(ui, cx, state, id),
        Doing::PuttingAside(id) => {
            put_aside(ui, cx, state, id);
            None
        }
        Doing::WhichRecord(id) => {
            which_record(ui, cx, state, id);
            None
        }
        Doing::Aside(id) => {
            aside(ui, cx, state, id);
            None
        }
        Doing::Settling(id) => {
            settle(ui, cx, state, id);
            None
        }
        Doing::GivingSlip => {
            give_slip(ui, cx, state);
            None
        }
    }
}

fn lists(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let desk = &cx.view.desk;
    let open = desk.records.iter().filter(|record| record.is_open());
    let counted = |words, n: usize| format!("{} {n}", cx.t(words));
    let all = [
        (
            List::Undecided,
            counted(words::UNDECIDED_COUNT, desk.undecided.len()),
        ),
        (List::Aside, counted(words::PUT_ASIDE, desk.aside.len())),
        (List::Records, counted(w::RECORDS, open.count())),
        (List::Slips, counted(w::SLIPS, desk.slips.len())),
    ];
    state.list = tabs(ui, &all, state.list);
    let mut next = None;
    ScrollArea::vertical().show(ui, |ui| match state.list {
        List::Undecided => rows(ui, cx, undecided_rows(cx), |id| {
            state.doing = Doing::Undecided(id);
        }),
        List::Aside => rows(ui, cx, aside_rows(cx), |id| state.doing = Doing::Aside(id)),
        List::Records => rows(ui, cx, record_rows(cx), |_| next = Some(Screen::Records)),
        List::Slips => slips(ui, cx, state),
    });
    next
}

/// One large row each; what to do when there is none.
fn rows<T>(ui: &mut Ui, cx: &Cx<'_>, rows: Vec<(String, T)>, mut open: impl FnMut(T)) {
    if rows.is_empty() {
        ui.add_space(GAP);
        ui.heading(cx.t(w::NOTHING));
    }
    let size = vec2(ui.available_width(), 1.5 * TARGET);
    for (words, id) in rows {
        if wide_button(ui, &words, Emphasis::Plain, size).clicked() {
            open(id);
        }
    }
}

fn undecided_rows(cx: &Cx<'_>) -> Vec<(String, UndecidedId)> {
    let row = |undecided: &crate::desk::Undecided| {
        let why = undecided.why.words();
        (
            format!("{}　{}", known(cx, &undecided.known), cx.says(&why)),
            undecided.id,
        )
    };
    cx.view.desk.undecided.iter().map(row).collect()
}

fn aside_rows(cx: &Cx<'_>) -> Vec<(String, AsideId)> {
    let row = |aside: &crate::desk::Aside| {
        (
            format!("{}　{}", known(cx, &aside.known), aside.reason),
            aside.id,
        )
    };
    cx.view.desk.aside.iter().map(row).collect()
}

fn record_rows(cx: &Cx<'_>) -> Vec<(String, RecordId)> {
    let open = cx
        .view
        .desk
        .records
        .iter()
        .filter(|record| record.is_open());
    let row = |record: &crate::desk::DayRecord| {
        let finding = record.findings.first();
        let why = finding.map_or(cx.t(w::CONTRADICTS), |finding| cx.says(&finding.message));
        (
            format!("{}　{why}", time_of(&record.record)),
            record.record.id,
        )
    };
    open.map(row).collect()
}

/// What is known of a number, doubtful digits blank, and what was chosen for it.
fn known(cx: &Cx<'_>, known: &Known) -> String {
    let digits = match known.number {
        Some(number) => number.grouped(),
        None if known.candidate == Pattern::SILENT => cx.t(w::NO_DIGITS).to_owned(),
        None => grouped_pattern(&known.candidate),
    };
    match chosen(cx, &known.choices) {
        Some(chosen) => format!("{digits}　{chosen}"),
        None => digits,
    }
}

fn undecided(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, id: UndecidedId) -> Option<Screen> {
    let desk = &cx.view.desk;
    let Some(one) = desk.undecided.iter().find(|one| one.id == id) else {
        state.doing = Doing::Looking;
        return None;
    };
    number(ui, &known(cx, &one.known));
    ui.label(cx.says(&one.why.words()));
    ui.add_space(GAP);
    let mut next = None;
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    if one.known.number.is_none()
        && wide_button(ui, cx.t(words::TYPE_NUMBER), Emphasis::Primary, size).clicked()
    {
        cx.orders.desk(Input::EnterByHand(Target::Undecided(id)));
        state.doing = Doing::Looking;
        next = Some(Screen::Entry);
    }
    if !desk.records.is_empty()
        && wide_button(ui, cx.t(w::READ_AGAIN), Emphasis::Plain, size).clicked()
    {
        state.doing = Doing::WhichRecord(id);
    }
    if wide_button(ui, cx.t(words::PUT_ASIDE), Emphasis::Plain, size).clicked() {
        state.doing = Doing::PuttingAside(id);
    }
    if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
        state.doing = Doing::Looking;
    }
    next
}

fn put_aside(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, undecided: UndecidedId) {
    match reasons::ask(ui, cx, Asked::PutAside) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => {
            cx.orders
                .desk(Input::PutUndecidedAside { undecided, reason });
        }
    }
    state.doing = Doing::Looking;
}

fn which_record(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, undecided: UndecidedId) {
    let latest = cx.view.desk.records.iter().rev().take(LATEST);
    let answer = |record: &crate::desk::DayRecord| {
        let number = record.record.subject.voucher()?;
        let words = format!(
            "{}　{}",
            time_of(&record.record),
            number.personal().grouped()
        );
        Some((words, record.record.id))
    };
    let question = Question {
        title: cx.t(w::WHICH_RECORD),
        answers: latest.filter_map(answer).collect(),
        never_mind: cx.t(words::CANCEL),
    };
    match choose(ui, question) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(record) => cx.orders.desk(Input::ReadAgainAs { undecided, record }),
    }
    state.doing = Doing::Looking;
}

fn aside(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, id: AsideId) {
    let Some(one) = cx.view.desk.aside.iter().find(|one| one.id == id) else {
        state.doing = Doing::Looking;
        return;
    };
    number(ui, &known(cx, &one.known));
    ui.label(format!("{}　{}", one.known.day, one.reason));
    ui.add_space(GAP);
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    if wide_button(ui, cx.t(w::TAKE_UP), Emphasis::Primary, size).clicked() {
        cx.orders.desk(Input::TakeUp(id));
        (state.list, state.doing) = (List::Undecided, Doing::Looking);
    }
    if wide_button(ui, cx.t(words::SETTLE), Emphasis::Plain, size).clicked() {
        state.doing = Doing::Settling(id);
    }
    if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
        state.doing = Doing::Looking;
    }
}

fn settle(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, aside: AsideId) {
    match reasons::ask(ui, cx, Asked::Settle) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(Input::SettleAside { aside, reason }),
    }
    state.doing = Doing::Looking;
}

/// Slips that wait for their voucher; touching one means that the next voucher is its.
fn slips(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let desk = &cx.view.desk;
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    if wide_button(ui, cx.t(w::GIVE_SLIP), Emphasis::Plain, size).clicked() {
        state.doing = Doing::GivingSlip;
    }
    for slip in &desk.slips {
        let chosen = desk.next.slip == Some(slip.number);
        let words = slip_words(cx, slip);
        if wide_button(ui, &words, Emphasis::Switch(chosen), size).clicked() {
            let choice: Option<SlipNumber> = (!chosen).then_some(slip.number);
            cx.orders.desk(Input::ChooseSlip(choice));
        }
    }
    if !desk.slips.is_empty() {
        ui.label(cx.t(w::CHOOSE_SLIP));
    }
}

fn slip_words(cx: &Cx<'_>, slip: &Slip) -> String {
    format!("{}　{}", slip.number, dose_words(cx, slip.dose))
}

fn give_slip(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let answer = |dose: u8| Some((dose.to_string(), DoseNumber::new(dose).ok()?));
    let question = Question {
        title: cx.t(w::WHICH_DOSE),
        answers: DOSES.filter_map(answer).collect(),
        never_mind: cx.t(words::CANCEL),
    };
    match choose(ui, question) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(dose) => cx.orders.desk(Input::IssueSlip(dose)),
    }
    state.doing = Doing::Looking;
}
