//! What a screen draws: the desk at one moment, unchangeable.

use jiff::civil::Date;

use super::case::{Case, Step};
use super::choices::{Choices, OpenChoices};
use super::count::VialCount;
use super::day::{Day, DayRecord, Explanation, OpenPoint, Pending};
use super::input::Target;
use super::lists::{Aside, AsideId, Undecided, UndecidedId};
use super::step::{Desk, Stage};
use super::table::{Ending, PresentationId, Progress, Shows};
use crate::intake::{Finding, RecordId, Segments, Session, Slip, SlipNumber};
use crate::reading::{self, Guidance, Pattern};
use crate::text::Bilingual;
use crate::voucher::VoucherNumber;

/// The voucher on the table.
#[derive(Debug, Clone, PartialEq)]
pub struct OnTable {
    /// Which presentation.
    pub presentation: PresentationId,
    /// Its number, once it is known; of this voucher and of no other.
    pub number: Option<VoucherNumber>,
    /// Until then what is undisputed of it; doubtful digits are blank. Silent while a person types
    /// it a second time, which is blind.
    pub candidate: Pattern,
    /// Why it is not accepted.
    pub reasons: Vec<reading::Reason>,
    /// What would help to get it read.
    pub guidance: Option<Guidance>,
    /// Whether it is waiting until the desk is free.
    pub waiting: bool,
    /// What became of it.
    pub ending: Option<Ending>,
}

/// What waits for a person's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The record that it would be.
    pub record: RecordId,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was chosen for it.
    pub choices: Choices,
    /// Whether its voucher lies on the table: the number there is its own.
    pub on_table: bool,
    /// Where it stands in the list of what is undecided, when its voucher was taken away.
    pub listed: Option<UndecidedId>,
}

/// What a person types into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandView {
    /// Of which voucher.
    pub target: Target,
    /// The digits that stand there before the person types.
    pub prefill: Pattern,
    /// Whether it is the second, blind entry.
    pub second: bool,
}

/// The desk at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What it does.
    pub stage: Stage,
    /// The presets, with the lot that is given now.
    pub session: Option<Session>,
    /// Which lot from which record on.
    pub segments: Option<Segments>,
    /// What was chosen for the next voucher.
    pub next: Choices,
    /// The voucher that lies there.
    pub table: Option<OnTable>,
    /// What waits for an answer.
    pub question: Option<Question>,
    /// The entry in hand that is not in the book, and why.
    pub not_recorded: Option<(RecordId, Bilingual)>,
    /// What a person types into.
    pub hand: Option<HandView>,
    /// What nobody decided, oldest first.
    pub undecided: Vec<Undecided>,
    /// What was put aside, oldest first.
    pub aside: Vec<Aside>,
    /// Slips that wait for their voucher.
    pub slips: Vec<Slip>,
    /// What was chosen before, until a person says whether it still holds.
    pub open_choices: Option<OpenChoices>,
    /// The day that is open, or was closed last.
    pub day: Option<Date>,
    /// Its records, oldest first.
    pub records: Vec<DayRecord>,
    /// Their changes that are not in the book yet.
    pub pending: Vec<Pending>,
    /// What was counted, lot by lot.
    pub counts: Vec<VialCount>,
    /// What a close of the day still has to settle or explain.
    pub open_points: Vec<OpenPoint>,
    /// What was explained.
    pub explanations: Vec<Explanation>,
}

/// What waits for a person, by its identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// What nobody decided.
    pub undecided: Vec<UndecidedId>,
    /// What was put aside.
    pub aside: Vec<AsideId>,
    /// Slips without their voucher.
    pub slips: Vec<SlipNumber>,
    /// What was chosen before, until a person says whether it still holds.
    pub open_choices: Option<OpenChoices>,
}

impl Desk {
    /// What waits for a person.
    pub fn listed(&self) -> Listed {
        let (undecided, aside) = (self.lists.undecided(), self.lists.aside());
        Listed {
            undecided: undecided.iter().map(|item| item.id).collect(),
            aside: aside.iter().map(|item| item.id).collect(),
            slips: self.slips.open().iter().map(|slip| slip.number).collect(),
            open_choices: self.open_choices,
        }
    }

    /// What a screen draws of the desk; `today` in Asia/Tokyo.
    pub fn snapshot(&self, today: Date) -> Snapshot {
        let shift = self.shift.as_ref();
        let day = self.day.as_ref();
        Snapshot {
            stage: self.stage(today),
            session: shift.map(|shift| shift.session.clone()),
            segments: shift.map(|shift| shift.segments.clone()),
            next: self.next,
            table: self.on_table(),
            question: self.question(),
            not_recorded: self.case.as_ref().and_then(failed),
            hand: self.hand_view(),
            undecided: self.lists.undecided().to_vec(),
            aside: self.lists.aside().to_vec(),
            slips: self.slips.open().to_vec(),
            open_choices: self.open_choices,
            day: day.map(|day| day.date),
            records: day.map_or_else(Vec::new, |day| day.records.clone()),
            pending: day.map_or_else(Vec::new, |day| day.pending.clone()),
            counts: day.map_or_else(Vec::new, Day::counts),
            open_points: self.open_points(),
            explanations: day.map_or_else(Vec::new, |day| day.explanations.clone()),
        }
    }

    /// The voucher that lies on the table.
    pub fn on_table(&self) -> Option<OnTable> {
        let mut view = OnTable {
            presentation: self.table.presentation(),
            number: self.table.number(),
            candidate: Pattern::SILENT,
            reasons: Vec::new(),
            guidance: None,
            waiting: self.table.waiting().is_some(),
            ending: self.table.ending(),
        };
        match self.table.shows() {
            Shows::Nothing => return None,
            Shows::LaidAside => view.ending = Some(Ending::Aside),
            Shows::Unread { guidance, doubt } => {
                view.guidance = *guidance;
                if let Some(doubt) = doubt {
                    view.reasons.clone_from(&doubt.reasons);
                    view.candidate = doubt.candidate;
                }
            }
            Shows::Number { .. } => {}
        }
        if self
            .hand
            .as_ref()
            .is_some_and(|hand| hand.manual.is_second())
        {
            view.candidate = Pattern::SILENT;
        }
        Some(view)
    }

    /// What waits for a person's answer.
    pub fn question(&self) -> Option<Question> {
        let case = self.case.as_ref().filter(|case| case.step == Step::Held)?;
        let in_hand = Progress::InHand;
        let on_table =
            matches!(self.table.shows(), Shows::Number { progress, .. } if *progress == in_hand);
        Some(Question {
            record: case.entry.record.id,
            findings: case.findings.clone(),
            choices: case.choices,
            on_table: on_table && case.presentation == Some(self.table.presentation()),
            listed: case.listed,
        })
    }

    fn hand_view(&self) -> Option<HandView> {
        self.hand.as_ref().map(|hand| HandView {
            target: hand.target,
            prefill: hand.manual.prefill(),
            second: hand.manual.is_second(),
        })
    }
}

fn failed(case: &Case) -> Option<(RecordId, Bilingual)> {
    match &case.step {
        Step::Failed(why) => Some((case.entry.id, why.clone())),
        _ => None,
    }
}
