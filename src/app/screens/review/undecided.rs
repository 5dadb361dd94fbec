//! One voucher that nobody decided: what is known of it, why, and what can be done.

use eframe::egui::{ScrollArea, Ui};
use jiff::civil::Date;

use super::{known, of_another_day, with_foot};
use crate::app::screens::reasons::{self, Asked};
use crate::app::screens::{Cx, Screen, time_of};
use crate::app::widgets::{Chosen, Emphasis, Question, choose, number};
use crate::app::words::{self, Words, review as w};
use crate::desk::{
    self, DayRecord, Input, Known, Snapshot, Standing, Target, Undecided, UndecidedId, Why,
};
use crate::intake::{Reason, RecordId};
use crate::reading::Pattern;
use crate::text::{Bilingual, Language};

/// Records of which it may be one: as many as fit.
const LATEST: usize = 6;

/// Which one, and what is being done about it.
pub(super) struct State {
    id: UndecidedId,
    doing: Option<Action>,
}

impl State {
    pub(super) fn of(id: UndecidedId) -> Self {
        Self { id, doing: None }
    }
}

/// What a person may do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// Hand its entry to the book again.
    Retry(RecordId),
    /// Record it although a finding stops it.
    RecordAnyway,
    /// Do not record it.
    DoNotRecord,
    /// Type its number.
    Type,
    /// Say as which record it was read again.
    WhichRecord,
    /// Put it aside.
    PutAside,
}

impl Action {
    /// What may be done about `one`: nothing that the desk would refuse anyway.
    fn of(one: &Undecided, desk: &Snapshot) -> Vec<Self> {
        if question(desk, one).is_some() {
            return vec![Self::RecordAnyway, Self::DoNotRecord, Self::PutAside];
        }
        if let Some(entry) = &one.known.unkept {
            return vec![Self::Retry(entry.id), Self::PutAside];
        }
        let mut actions = Vec::new();
        if can_be_typed(one, desk) {
            actions.push(Self::Type);
        }
        if is_of_today(&one.known, desk) && !candidates(desk, &one.known).is_empty() {
            actions.push(Self::WhichRecord);
        }
        actions.push(Self::PutAside);
        actions
    }

    fn words(self) -> Words {
        match self {
            Self::Retry(_) => words::TRY_AGAIN,
            Self::RecordAnyway => words::RECORD_ANYWAY,
            Self::DoNotRecord => words::DO_NOT_RECORD,
            Self::Type => words::TYPE_NUMBER,
            Self::WhichRecord => w::READ_AGAIN,
            Self::PutAside => words::PUT_ASIDE,
        }
    }

    fn emphasis(self) -> Emphasis {
        match self {
            Self::Retry(_) | Self::Type => Emphasis::Primary,
            _ => Emphasis::Plain,
        }
    }
}

/// Whether its number is still a matter of typing.
pub(in crate::app::screens) fn can_be_typed(one: &Undecided, desk: &Snapshot) -> bool {
    one.known.number.is_none() && one.known.unkept.is_none() && is_of_today(&one.known, desk)
}

/// The day that is recorded.
pub(super) fn day(desk: &Snapshot) -> Option<Date> {
    let session = desk.session.as_ref().map(|session| session.date);
    session.or(desk.day)
}

fn is_of_today(known: &Known, desk: &Snapshot) -> bool {
    day(desk).is_none_or(|day| day == known.day)
}

/// The latest records that hold; first those whose number fits what is known.
fn candidates<'a>(desk: &'a Snapshot, known: &Known) -> Vec<&'a DayRecord> {
    let pattern = match known.number {
        Some(number) => Pattern(number.digits().map(Some)),
        None => known.candidate,
    };
    let differs = |record: &DayRecord| {
        let number = record.record.subject.voucher();
        number.is_none_or(|number| pattern.conflicts(&Pattern(number.digits().map(Some))) > 0)
    };
    let standing = |record: &&DayRecord| record.standing == Standing::Standing;
    let numbered = |record: &&DayRecord| record.record.subject.voucher().is_some();
    let latest = desk.records.iter().rev().filter(standing).filter(numbered);
    let (others, fitting): (Vec<_>, Vec<_>) = latest.partition(|record| differs(record));
    fitting.into_iter().chain(others).take(LATEST).collect()
}

/// Draws it; `false` when it is open no more.
pub(super) fn show(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    next: &mut Option<Screen>,
) -> bool {
    let desk = &cx.view.desk;
    let Some(one) = desk.undecided.iter().find(|one| one.id == state.id) else {
        return false;
    };
    match state.doing {
        None => overview(ui, cx, state, one, next),
        Some(Action::WhichRecord) => {
            which_record(ui, cx, state, one);
            true
        }
        Some(action) => {
            why(ui, cx, state, one, action);
            true
        }
    }
}

fn overview(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    one: &Undecided,
    next: &mut Option<Screen>,
) -> bool {
    let actions = Action::of(one, &cx.view.desk);
    let button = |action: Action| (cx.t(action.words()), action.emphasis(), action);
    let buttons: Vec<_> = actions.into_iter().map(button).collect();
    let pressed = with_foot(ui, cx, &buttons, |ui| {
        number(ui, &known(cx, &one.known));
        ScrollArea::vertical().show(ui, |ui| {
            for note in notes(cx, one) {
                ui.label(note);
            }
        });
    });
    match pressed {
        None => {}
        Some(None) => return false,
        Some(Some(Action::Retry(entry))) => cx.orders.desk(Input::Retry(entry)),
        Some(Some(Action::Type)) => {
            cx.orders.desk(Input::EnterByHand(Target::Undecided(one.id)));
            *next = Some(Screen::Entry);
        }
        Some(asked) => state.doing = asked,
    }
    true
}

/// Why it is undecided, and what was found.
fn notes(cx: &Cx<'_>, one: &Undecided) -> Vec<String> {
    let mut notes = vec![cx.says(&one.why.words()).to_owned()];
    notes.extend(of_another_day(cx, &one.known));
    if let Why::NotAccepted(reasons) = &one.why {
        notes.extend(reasons.iter().map(|reason| match cx.language {
            Language::Japanese => reason.japanese().to_owned(),
            Language::English => reason.english().to_owned(),
        }));
    }
    if let Some((_, why)) = failed(&cx.view.desk, one) {
        notes.push(cx.says(why).to_owned());
    }
    let question = question(&cx.view.desk, one).into_iter();
    for finding in question.flat_map(|question| &question.findings) {
        let (message, remedy) = (cx.says(&finding.message), cx.says(&finding.remedy));
        notes.push(format!("{message} → {remedy}"));
    }
    notes
}

/// The question about it that waits for an answer.
fn question<'a>(desk: &'a Snapshot, one: &Undecided) -> Option<&'a desk::Question> {
    (desk.question.as_ref()).filter(|question| question.listed == Some(one.id))
}

/// The entry that the desk holds for it and that is not in the book.
fn failed<'a>(desk: &'a Snapshot, one: &Undecided) -> Option<&'a (RecordId, Bilingual)> {
    let entry = one.known.unkept.as_ref()?;
    (desk.not_recorded.as_ref()).filter(|(failed, _)| *failed == entry.id)
}

fn why(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, one: &Undecided, action: Action) {
    let asked = match action {
        Action::RecordAnyway => Asked::RecordAnyway,
        Action::DoNotRecord => Asked::DoNotRecord,
        _ => Asked::PutAside,
    };
    number(ui, &known(cx, &one.known));
    match reasons::ask(ui, cx, asked) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(order(&cx.view.desk, one, action, reason)),
    }
    state.doing = None;
}

/// What the desk works on is put aside as such, not as one of the list.
fn order(desk: &Snapshot, one: &Undecided, action: Action, reason: Reason) -> Input {
    let in_hand = question(desk, one).is_some() || failed(desk, one).is_some();
    match action {
        Action::RecordAnyway => Input::RecordAllTheSame(reason),
        Action::DoNotRecord => Input::DoNotRecord(reason),
        _ if in_hand => Input::PutAside(reason),
        _ => Input::PutUndecidedAside {
            undecided: one.id,
            reason,
        },
    }
}

fn which_record(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, one: &Undecided) {
    let answer = |record: &DayRecord| {
        let number = record.record.subject.voucher()?;
        let time = time_of(&record.record);
        let words = format!("{time}　{}", number.personal().grouped());
        Some((words, record.record.id))
    };
    let candidates = candidates(&cx.view.desk, &one.known);
    let question = Question {
        title: cx.t(w::WHICH_RECORD),
        answers: candidates.into_iter().filter_map(answer).collect(),
        never_mind: cx.t(words::CANCEL),
    };
    number(ui, &known(cx, &one.known));
    let mut chosen = Chosen::Nothing;
    ScrollArea::vertical().show(ui, |ui| chosen = choose(ui, question));
    match chosen {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(record) => cx.orders.desk(Input::ReadAgainAs {
            undecided: one.id,
            record,
        }),
    }
    state.doing = None;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::paper::{Paper, session};

    /// A desk with three records and one voucher undecided; the voucher's person is `person`.
    fn desk(person: u8) -> Snapshot {
        let mut paper = Paper::new();
        paper.tell(Input::ConfirmSession(session()));
        (1..4).for_each(|person| paper.record(person));
        paper.lay_doubtful(person);
        paper.take_away();
        paper.snapshot()
    }

    #[test]
    fn the_record_that_fits_what_is_known_comes_first() {
        let desk = desk(1);
        let found = candidates(&desk, &desk.undecided[0].known);
        let records = &desk.records;
        assert_eq!(found, [&records[0], &records[2], &records[1]]);
    }

    #[test]
    fn where_nothing_fits_the_latest_record_comes_first() {
        let desk = desk(9);
        let found = candidates(&desk, &desk.undecided[0].known);
        assert_eq!(found.first(), desk.records.last().as_ref());
    }

    #[test]
    fn what_another_day_left_can_only_be_put_aside() {
        let mut desk = desk(9);
        let all = [Action::Type, Action::WhichRecord, Action::PutAside];
        assert_eq!(Action::of(&desk.undecided[0], &desk), all);
        desk.undecided[0].known.day = desk.undecided[0].known.day.yesterday().unwrap();
        assert_eq!(Action::of(&desk.undecided[0], &desk), [Action::PutAside]);
    }
}
