//! What the desk's state means to the person in front of it: one sign, one sentence, and what can
//! be done. Pure.

use crate::app::screens::reasons::Asked;
use crate::app::screens::{Cx, Screen, chosen};
use crate::app::view::CameraState;
use crate::app::widgets::{Emphasis, Sign, grouped_pattern};
use crate::app::words::{self, Words};
use crate::desk::{Choices, DayRecord, Ending, OnTable, PresentationId, Snapshot, Stage, Standing};
use crate::intake::{Finding, Outcome, RecordId};
use crate::reading::Pattern;

/// What a person may do about what lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// What was chosen before holds, or does not.
    ChooseAgain(bool),
    /// Take the record back.
    Undo,
    /// Hand the entry to the book again.
    Retry(RecordId),
    /// Type the number.
    Type,
    /// Record it although a finding stops it.
    RecordAnyway,
    /// Do not record it.
    DoNotRecord,
    /// Put it aside.
    PutAside,
}

impl Action {
    pub(super) fn words(self) -> Words {
        match self {
            Self::ChooseAgain(true) => words::CHOICE_HOLDS,
            Self::ChooseAgain(false) => words::CHOICE_DOES_NOT_HOLD,
            Self::Undo => words::UNDO,
            Self::Retry(_) => words::TRY_AGAIN,
            Self::Type => words::TYPE_NUMBER,
            Self::RecordAnyway => words::RECORD_ANYWAY,
            Self::DoNotRecord => words::DO_NOT_RECORD,
            Self::PutAside => words::PUT_ASIDE,
        }
    }

    /// The reason that has to be given for it.
    pub(super) fn asks(self) -> Option<Asked> {
        match self {
            Self::RecordAnyway => Some(Asked::RecordAnyway),
            Self::DoNotRecord => Some(Asked::DoNotRecord),
            Self::PutAside => Some(Asked::PutAside),
            Self::ChooseAgain(_) | Self::Undo | Self::Retry(_) | Self::Type => None,
        }
    }

    pub(super) fn emphasis(self) -> Emphasis {
        match self {
            Self::Retry(_) => Emphasis::Primary,
            Self::Undo => Emphasis::Danger,
            _ => Emphasis::Plain,
        }
    }
}

/// What an action is about: of another voucher it is asked anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The record that is held, or that is not in the book.
    Record(RecordId),
    /// What lies on the table.
    Table(PresentationId),
}

impl About {
    /// What an action would be about now.
    pub(super) fn now(desk: &Snapshot) -> Option<Self> {
        let held = desk.question.as_ref().map(|question| question.record);
        let failed = desk.not_recorded.as_ref().map(|(entry, _)| *entry);
        let table = desk.table.as_ref().map(|table| table.presentation);
        held.or(failed).map(Self::Record).or(table.map(Self::Table))
    }
}

/// What to show of the present voucher.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Situation {
    /// In colour and shape.
    pub(super) sign: Sign,
    /// In a few words.
    pub(super) title: String,
    /// One sentence more.
    pub(super) below: String,
    /// The number, grouped; of this voucher and no other.
    pub(super) number: Option<String>,
    /// What was found, each with its remedy.
    pub(super) notes: Vec<String>,
    /// What may be done.
    pub(super) actions: Vec<Action>,
    /// The screen where it goes on.
    pub(super) leads_to: Option<Screen>,
}

/// What is out of the ordinary about a record: that nothing was given, and what was found of it.
fn notes_of(cx: &Cx<'_>, record: RecordId) -> Vec<String> {
    let mut records = cx.view.desk.records.iter();
    let Some(kept) = records.find(|kept| kept.record.id == record) else {
        return Vec::new();
    };
    let only = kept.record.outcome == Outcome::ConsultationOnly;
    let only = only.then(|| cx.t(words::CHOSEN_CONSULTATION).to_owned());
    let found = kept
        .findings
        .iter()
        .map(|finding| finding_words(cx, finding));
    only.into_iter().chain(found).collect()
}

/// Whether all that was recorded of the voucher on the table today is that nothing was given.
fn is_only_consulted(desk: &Snapshot) -> bool {
    let number = desk.table.as_ref().and_then(|table| table.number);
    let holds = |kept: &&DayRecord| {
        kept.standing == Standing::Standing && kept.record.subject.voucher() == number
    };
    let mut records = desk.records.iter().filter(holds).peekable();
    number.is_some()
        && records.peek().is_some()
        && records.all(|kept| kept.record.outcome == Outcome::ConsultationOnly)
}

fn finding_words(cx: &Cx<'_>, finding: &Finding) -> String {
    let (message, remedy) = (cx.says(&finding.message), cx.says(&finding.remedy));
    format!("{message} → {remedy}")
}

impl Situation {
    /// The situation at the desk.
    pub(super) fn of(cx: &Cx<'_>) -> Self {
        let desk = &cx.view.desk;
        match desk.stage {
            Stage::NoSession => Self {
                leads_to: Some(Screen::Start),
                ..Self::plain(Sign::Ask, cx.t(words::NO_SESSION), cx.t(words::BEGIN_FIRST))
            },
            Stage::Closed => Self {
                leads_to: Some(Screen::Start),
                ..Self::plain(Sign::Known, cx.t(words::DAY_CLOSED), "")
            },
            Stage::ChoiceOpen => Self::choice_open(cx),
            Stage::Failed => Self::failed(cx),
            Stage::Held => Self::held(cx),
            _ => match &desk.table {
                None => Self::empty(cx),
                Some(table) => Self::lying(cx, table),
            },
        }
    }

    fn plain(sign: Sign, title: &str, below: &str) -> Self {
        Self {
            sign,
            title: title.to_owned(),
            below: below.to_owned(),
            number: None,
            notes: Vec::new(),
            actions: Vec::new(),
            leads_to: None,
        }
    }

    fn empty(cx: &Cx<'_>) -> Self {
        match &cx.view.camera {
            CameraState::Lost(why) | CameraState::Failed(why) => {
                Self::plain(Sign::Stop, cx.t(words::CAMERA_LOST), cx.says(why))
            }
            CameraState::Starting => Self::plain(Sign::Busy, cx.t(words::STARTING), ""),
            CameraState::Looking => {
                let chosen = chosen(cx, &cx.view.desk.next);
                let next = chosen.map_or_else(String::new, |chosen| {
                    format!("{} {chosen}", cx.t(words::NEXT_IS))
                });
                Self::plain(Sign::Waiting, cx.t(words::LAY_DOWN), &next)
            }
        }
    }

    /// What was chosen before may be of this or the next voucher.
    fn choice_open(cx: &Cx<'_>) -> Self {
        let open = cx.view.desk.open_choices;
        let choices = open.map_or_else(Choices::default, |open| open.choices);
        let of_this = open.is_some_and(|open| open.voucher.is_some());
        let whose = if of_this {
            words::OF_THIS
        } else {
            words::OF_THE_NEXT
        };
        Self {
            number: Self::number_on_table(cx),
            notes: chosen(cx, &choices).into_iter().collect(),
            actions: vec![Action::ChooseAgain(true), Action::ChooseAgain(false)],
            ..Self::plain(Sign::Ask, cx.t(words::CHOSEN_BEFORE), cx.t(whose))
        }
    }

    /// An entry that is not in the book.
    fn failed(cx: &Cx<'_>) -> Self {
        let failed = cx.view.desk.not_recorded.as_ref();
        let why = failed.map_or("", |(_, why)| cx.says(why));
        let retry = failed.map(|(entry, _)| Action::Retry(*entry));
        Self {
            number: Self::number_on_table(cx),
            actions: retry.into_iter().chain([Action::PutAside]).collect(),
            ..Self::plain(Sign::Stop, cx.t(words::NOT_RECORDED), why)
        }
    }

    /// A finding waits for its answer.
    fn held(cx: &Cx<'_>) -> Self {
        let question = cx.view.desk.question.as_ref();
        let on_table = question.is_some_and(|question| question.on_table);
        let findings = question.map_or(&[][..], |question| &question.findings);
        let notes = findings.iter().map(|finding| finding_words(cx, finding));
        let chosen = question.and_then(|question| chosen(cx, &question.choices));
        let below = if on_table {
            ""
        } else {
            cx.t(words::OF_ANOTHER)
        };
        Self {
            number: Self::number_on_table(cx).filter(|_| on_table),
            notes: chosen.into_iter().chain(notes).collect(),
            actions: vec![Action::RecordAnyway, Action::DoNotRecord, Action::PutAside],
            ..Self::plain(Sign::Ask, cx.t(words::QUESTION), below)
        }
    }

    /// A voucher lies there and no question waits.
    fn lying(cx: &Cx<'_>, table: &OnTable) -> Self {
        if table.waiting {
            return Self::plain(Sign::Busy, cx.t(words::WAIT_FOR_OTHER), "");
        }
        let number = table.number.map(|number| number.grouped());
        match table.ending {
            Some(ending) => Self {
                number,
                ..Self::ended(cx, ending)
            },
            None if number.is_some() => Self {
                number,
                ..Self::plain(Sign::Busy, cx.t(words::CHECKING), "")
            },
            None if table.reasons.is_empty() => Self::reading(cx, table),
            None => Self::unread(cx, table),
        }
    }

    fn ended(cx: &Cx<'_>, ending: Ending) -> Self {
        let away = cx.t(words::TAKE_AWAY);
        let (sign, title, actions) = match ending {
            Ending::Recorded(_) => (Sign::Good, words::RECORDED, vec![Action::Undo]),
            Ending::Completed => (Sign::Good, words::RECORDED, vec![]),
            Ending::AlreadyRecorded => (Sign::Known, words::ALREADY, vec![]),
            Ending::Declined => (Sign::Known, words::DECLINED, vec![]),
            Ending::Aside => (Sign::Known, words::ASIDE, vec![]),
            Ending::Undecided => (Sign::Ask, words::UNDECIDED, vec![]),
            Ending::Undone => (Sign::Known, words::UNDONE, vec![]),
        };
        let notes = match ending {
            Ending::Recorded(record) => notes_of(cx, record),
            Ending::AlreadyRecorded if is_only_consulted(&cx.view.desk) => {
                vec![cx.t(words::ONLY_CONSULTED).to_owned()]
            }
            _ => Vec::new(),
        };
        Self {
            actions,
            notes,
            ..Self::plain(sign, cx.t(title), away)
        }
    }

    fn reading(cx: &Cx<'_>, table: &OnTable) -> Self {
        let below = table.guidance.map_or("", |guidance| match cx.language {
            crate::text::Language::Japanese => guidance.japanese(),
            crate::text::Language::English => guidance.english(),
        });
        Self::plain(Sign::Busy, cx.t(words::READING), below)
    }

    /// It is at rest and not accepted: what is undisputed, and why.
    fn unread(cx: &Cx<'_>, table: &OnTable) -> Self {
        let notes = table.reasons.iter().map(|reason| match cx.language {
            crate::text::Language::Japanese => reason.japanese().to_owned(),
            crate::text::Language::English => reason.english().to_owned(),
        });
        let known = (table.candidate != Pattern::SILENT).then(|| grouped_pattern(&table.candidate));
        Self {
            number: known,
            notes: notes.collect(),
            actions: vec![Action::Type, Action::PutAside],
            ..Self::plain(Sign::Ask, cx.t(words::CANNOT_READ), "")
        }
    }

    fn number_on_table(cx: &Cx<'_>) -> Option<String> {
        let table = cx.view.desk.table.as_ref()?;
        table.number.map(|number| number.grouped())
    }
}
