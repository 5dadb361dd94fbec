//! The desk, and every step of it in one table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::case::{Case, Step};
use super::choices::{Choices, OpenChoices};
use super::day::{Day, OpenPoint};
use super::effect::{Effect, Sound};
use super::input::{Input, Now, Target};
use super::lists::Lists;
use super::manual::Manual;
use super::refusal::Refusal;
use super::session::Shift;
use super::table::{PresentationId, Table};
use crate::intake::{
    Catalogue, RecordId, SequenceNumber, Session, SlipBook, StationId, VaccinationRecord,
};
use crate::reading::FrameId;
use crate::text::Bilingual;
use crate::voucher::TicketKindCodes;

/// What the desk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// No session is confirmed for today.
    NoSession,
    /// What was chosen before something came between may be of this or the next voucher: a person
    /// says.
    ChoiceOpen,
    /// It takes the next voucher in.
    Ready,
    /// A person types a number.
    Entering,
    /// The rules look at a voucher.
    Checking,
    /// A finding waits for its answer.
    Held,
    /// A record is on its way into the book.
    Recording,
    /// A record is not in the book.
    Failed,
    /// The day is closed.
    Closed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::NoSession,
        Self::ChoiceOpen,
        Self::Ready,
        Self::Entering,
        Self::Checking,
        Self::Held,
        Self::Recording,
        Self::Failed,
        Self::Closed,
    ];

    /// What to tell a person.
    pub fn words(self) -> Bilingual {
        let (ja, en) = match self {
            Self::NoSession => ("セッションを確認してください", "confirm the session"),
            Self::ChoiceOpen => (
                "前に選んだことを使うか、使わないかを選んでください",
                "say whether what was chosen before still holds",
            ),
            Self::Ready => ("接種券を置いてください", "lay a voucher down"),
            Self::Entering => ("番号を入力してください", "type the number"),
            Self::Checking => ("確認しています", "checking"),
            Self::Held => ("確認に答えてください", "answer the question"),
            Self::Recording => ("記録しています", "recording"),
            Self::Failed => (
                "記録できていません。もう一度記録してください",
                "not recorded: record it again",
            ),
            Self::Closed => ("今日は締めました", "the day is closed"),
        };
        Bilingual::new(ja, en)
    }
}

/// A number that a person types.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    pub(super) target: Target,
    /// Of the voucher on the table.
    pub(super) presentation: Option<PresentationId>,
    pub(super) frame: Option<FrameId>,
    pub(super) manual: Manual,
}

/// The reception desk.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) station: StationId,
    pub(super) catalogue: Catalogue,
    pub(super) codes: TicketKindCodes,
    pub(super) shift: Option<Shift>,
    pub(super) table: Table,
    pub(super) case: Option<Case>,
    pub(super) hand: Option<Hand>,
    pub(super) lists: Lists,
    pub(super) day: Option<Day>,
    pub(super) closed: BTreeSet<Date>,
    pub(super) slips: SlipBook,
    /// The records that wait for a voucher.
    pub(super) slip_records: BTreeMap<RecordId, VaccinationRecord>,
    /// What was chosen for the next voucher.
    pub(super) next: Choices,
    /// What was chosen before, while nobody said whether it still holds.
    pub(super) open_choices: Option<OpenChoices>,
    /// The place of the last record in the book.
    pub(super) last: SequenceNumber,
}

impl Desk {
    /// A desk without a session; see [`Desk::resume`] for one that goes on where it was left.
    pub fn new(station: StationId, catalogue: Catalogue, codes: TicketKindCodes) -> Self {
        Self {
            station,
            catalogue,
            codes,
            shift: None,
            table: Table::empty(),
            case: None,
            hand: None,
            lists: Lists::default(),
            day: None,
            closed: BTreeSet::new(),
            slips: SlipBook::default(),
            slip_records: BTreeMap::new(),
            next: Choices::default(),
            open_choices: None,
            last: SequenceNumber(0),
        }
    }

    /// What the desk does; `today` in Asia/Tokyo.
    pub fn stage(&self, today: Date) -> Stage {
        let closed = |day: &Day| day.closed && day.date == today;
        match self.case.as_ref().map(|case| &case.step) {
            Some(Step::Checking) => Stage::Checking,
            Some(Step::Held) => Stage::Held,
            Some(Step::Recording) => Stage::Recording,
            Some(Step::Failed(_)) => Stage::Failed,
            None if self.day.as_ref().is_some_and(closed) => Stage::Closed,
            None if !self.is_confirmed(today) => Stage::NoSession,
            None if self.hand.is_some() => Stage::Entering,
            None if self.open_choices.is_some() => Stage::ChoiceOpen,
            None => Stage::Ready,
        }
    }

    /// Takes in one input and tells what to do about it. Whatever comes in, and in whatever order,
    /// is answered: what cannot be done is refused, and changes nothing.
    #[must_use]
    pub fn step(&mut self, input: Input, now: &mut Now<'_>) -> Vec<Effect> {
        let stage = self.stage(now.today);
        let mut turn = Turn {
            desk: self,
            now,
            effects: Vec::new(),
        };
        if let Err(refusal) = turn.act(stage, input) {
            turn.refuse(refusal);
        }
        turn.take_waiting();
        turn.effects
    }

    /// The presets that were set last, with the lot that is given now.
    pub fn session(&self) -> Option<&Session> {
        self.shift.as_ref().map(|shift| &shift.session)
    }

    /// What a close of the day would have to settle or explain, and nobody has.
    pub fn open_points(&self) -> Vec<OpenPoint> {
        let Some(day) = &self.day else {
            return Vec::new();
        };
        let undecided = self.lists.undecided().iter();
        let mut points = day.open_points();
        points.extend(undecided.map(|item| OpenPoint::Undecided(item.id)));
        points.retain(|point| !day.is_explained(point));
        points
    }

    fn is_confirmed(&self, today: Date) -> bool {
        let confirmed = |shift: &Shift| shift.session.confirmed_for(today).is_ok();
        self.shift.as_ref().is_some_and(confirmed)
    }
}

/// One step of the desk.
pub(super) struct Turn<'a, 'b> {
    pub(super) desk: &'a mut Desk,
    pub(super) now: &'a mut Now<'b>,
    pub(super) effects: Vec<Effect>,
}

/// Done, or why not.
pub(super) type Done = Result<(), Refusal>;

impl Turn<'_, '_> {
    /// The table: what each input does in each stage.
    fn act(&mut self, stage: Stage, input: Input) -> Done {
        use Input as I;
        use Stage as S;
        match (stage, input) {
            // What the table shows is taken note of in every stage.
            (_, I::Reading(guidance)) => self.reading(guidance),
            (_, I::InDoubt(doubt)) => self.in_doubt(doubt, stage),
            (S::Ready | S::Checking | S::Recording, I::Accepted(read)) => self.accepted(read),
            (S::Entering, I::Accepted(read)) => self.accepted_while_typing(read),
            (S::Held | S::Failed, I::Accepted(read)) => self.accepted_while_held(read, stage),
            (S::NoSession | S::ChoiceOpen | S::Closed, I::Accepted(read)) => {
                self.not_taken_in(read, stage)
            }
            (_, I::Ended(presented)) => self.ended(&presented),

            // So is what the rules and the book answer.
            (_, I::Checked { record, findings }) => self.checked(record, findings),
            (_, I::Recorded { entry, kept }) => self.recorded(entry, kept),
            (_, I::NotRecorded { entry, why }) => self.not_recorded(entry, why),
            (_, I::Retry(entry)) => self.retry(entry, stage),

            (S::NoSession | S::Ready, I::ConfirmSession(session)) => self.confirm(session),
            (S::Ready, I::ChangeLot { product, lot }) => self.change_lot(product, lot),
            (
                S::Ready,
                I::MoveLotChange {
                    boundary,
                    to,
                    reason,
                },
            ) => self.move_lot_change(boundary, to, &reason),
            (_, I::Relieve(operator)) => self.relieve(operator),
            (_, I::ClearTable) => self.clear_table(),
            (S::Ready | S::Entering, I::ConsultationOnly(chosen)) => self.consultation_only(chosen),
            (S::Ready | S::Entering, I::ChooseSlip(slip)) => self.choose_slip(slip),
            (S::ChoiceOpen, I::ChooseAgain(same)) => self.choose_again(same),
            (_, I::ChooseAgain(_)) => Err(Refusal::NoChoiceOpen),

            (S::Held, I::RecordAllTheSame(reason)) => self.record_all_the_same(reason),
            (S::Held, I::DoNotRecord(reason)) => self.do_not_record(reason),
            (_, I::RecordAllTheSame(_) | I::DoNotRecord(_)) => Err(Refusal::NoQuestion),
            (S::Held | S::Failed, I::PutAside(reason)) => self.put_case_aside(reason),
            (S::Entering, I::PutAside(reason)) => self.put_typed_aside(reason),
            (S::NoSession | S::ChoiceOpen | S::Ready | S::Closed, I::PutAside(reason)) => {
                self.put_table_aside(reason)
            }

            (S::Ready, I::EnterByHand(target)) => self.enter_by_hand(target),
            (S::Entering, I::Typed(text)) => self.typed(&text.0),
            (S::Entering, I::StopEntering) => self.stop_entering(),
            (_, I::Typed(_) | I::StopEntering) => Err(Refusal::NotEntering),

            (_, I::PutUndecidedAside { undecided, reason }) => {
                self.put_undecided_aside(undecided, reason, stage)
            }
            (_, I::ReadAgainAs { undecided, record }) => {
                self.read_again_as(undecided, record, stage)
            }
            (S::Ready, I::TakeUp(aside)) => self.take_up(aside),
            (_, I::SettleAside { aside, reason }) => self.settle_aside(aside, reason),

            (S::Ready, I::IssueSlip(dose)) => self.issue_slip(dose),

            (S::Ready, I::Undo) => self.undo(),
            (_, I::Cancel { record, reason }) => self.cancel(record, reason),
            (
                _,
                I::Correct {
                    record,
                    change,
                    reason,
                },
            ) => self.correct(record, change, reason),
            (_, I::Reviewed(record)) => self.reviewed(record),

            (_, I::Counted { of, vials, drawn }) => self.counted(of, vials, drawn),
            (
                _,
                I::Discarded {
                    of,
                    doses,
                    from,
                    reason,
                },
            ) => self.discarded(of, doses, from, reason),
            (_, I::Explain { point, reason }) => self.explain(point, reason),
            (S::NoSession | S::Ready, I::Close) => self.close(),
            (S::NoSession | S::Closed, I::Reopen(reason)) => self.reopen(reason),
            (_, I::Reopen(_)) => Err(Refusal::NotClosed),

            // The rest waits until the desk has done what it does.
            (
                _,
                I::ConfirmSession(_)
                | I::ChangeLot { .. }
                | I::MoveLotChange { .. }
                | I::ConsultationOnly(_)
                | I::PutAside(_)
                | I::EnterByHand(_)
                | I::TakeUp(_)
                | I::IssueSlip(_)
                | I::ChooseSlip(_)
                | I::Undo
                | I::Close,
            ) => Err(self.why_not(stage)),
        }
    }

    /// Why the desk does not do now what it does when it is ready.
    pub(super) fn why_not(&self, stage: Stage) -> Refusal {
        match stage {
            Stage::NoSession => Refusal::SessionNeeded,
            Stage::ChoiceOpen => Refusal::ChoiceOpen,
            Stage::Ready => Refusal::NothingThere,
            Stage::Entering => Refusal::EnteringByHand,
            Stage::Checking | Stage::Recording => Refusal::Busy,
            Stage::Held => Refusal::QuestionOpen,
            Stage::Failed => Refusal::NotInTheBook,
            Stage::Closed => Refusal::Closed(self.now.today),
        }
    }

    /// The stage that the desk has come to.
    pub(super) fn stage(&self) -> Stage {
        self.desk.stage(self.now.today)
    }

    pub(super) fn tell(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn sound(&mut self, sound: Sound) {
        self.tell(Effect::Sound(sound));
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.sound(Sound::Refused);
        self.tell(Effect::Refuse(refusal));
    }
}
