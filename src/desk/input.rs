//! What the desk is told: by the table, by the rules and the book, and by people.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::count::{DrawnFrom, VialKey};
use super::day::{Change, OpenPoint};
use super::lists::{AsideId, UndecidedId};
use crate::intake::{
    Finding, Lot, OperatorId, ProductId, Reason, RecordId, SequenceNumber, Session, SlipNumber,
};
use crate::reading::{self, FrameId, Guidance, Pattern, Presented, Witness, WitnessKind};
use crate::text::Bilingual;
use crate::voucher::{DoseNumber, VoucherNumber};

/// The moment of an input, and identities for what it may make.
pub struct Now<'a> {
    /// Today in Asia/Tokyo.
    pub today: Date,
    /// The station's wall clock.
    pub at: Timestamp,
    /// Gives a new identity at each call.
    pub new_id: &'a mut dyn FnMut() -> RecordId,
}

/// A number that the reader accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The number.
    pub number: VoucherNumber,
    /// The frame that decided.
    pub frame: FrameId,
    /// Who stands behind it.
    pub witnesses: Vec<WitnessKind>,
}

/// A voucher that lies there and that the reader does not accept.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// The frame that tells most of it.
    pub frame: FrameId,
    /// What is undisputed; doubtful digits are blank.
    pub candidate: Pattern,
    /// Why it is not accepted.
    pub reasons: Vec<reading::Reason>,
    /// Who said what of its digits.
    pub witnesses: Vec<Witness>,
}

/// Whose number a person types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The voucher on the table.
    OnTable,
    /// One of the list.
    Undecided(UndecidedId),
}

/// What a person typed in the place of a number. Personal data: its [`fmt::Debug`] says how much.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyed(pub String);

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyed({} characters)", self.0.chars().count())
    }
}

/// What the book did with an entry that it keeps for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is in the book, in this place.
    AsNew(SequenceNumber),
    /// It is in the book, and contradicts another record: a person decides.
    Contradicting(SequenceNumber),
    /// Another record says the same already; nothing was added.
    SameAs(RecordId),
}

/// One thing that the desk is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Something lies on the table and is being read; what would help.
    Reading(Option<Guidance>),
    /// It is at rest and not accepted; a person may look at it.
    InDoubt(Doubt),
    /// The reader accepted its number; once for each presentation.
    Accepted(Read),
    /// It was taken away, or another one took its place.
    Ended(Presented),

    /// What the rules find of the record of this identity; the answer to [`super::Effect::Check`].
    Checked {
        /// Which record.
        record: RecordId,
        /// What they find.
        findings: Vec<Finding>,
    },
    /// An entry is in the book for good; the answer to [`super::Effect::Record`].
    Recorded {
        /// Which entry.
        entry: RecordId,
        /// What the book did with it.
        kept: Kept,
    },
    /// An entry is not in the book; the other answer to [`super::Effect::Record`].
    NotRecorded {
        /// Which entry.
        entry: RecordId,
        /// Why, with the remedy.
        why: Bilingual,
    },

    /// A person looked at the presets and said yes.
    ConfirmSession(Session),
    /// A vial of another lot was opened; from the next record on it is given.
    ChangeLot {
        /// The product.
        product: ProductId,
        /// The lot on the vial.
        lot: Lot,
    },
    /// The change of lot number `boundary` (1 is the first) happened at another record.
    MoveLotChange {
        /// Which change.
        boundary: usize,
        /// The first record with the later lot.
        to: SequenceNumber,
        /// Why.
        reason: Reason,
    },
    /// 交代: another operator takes over.
    Relieve(OperatorId),
    /// Who sat here is gone: what belongs to the person on the desk must not be seen by the next.
    ClearTable,
    /// Whether the next voucher is 予診のみ.
    ConsultationOnly(bool),
    /// Whether what was chosen before something came between still holds.
    ChooseAgain(bool),

    /// The answer to a finding: record it all the same.
    RecordAllTheSame(Reason),
    /// The answer to a finding: do not record it.
    DoNotRecord(Reason),
    /// Put the voucher in hand, or the one on the table, aside.
    PutAside(Reason),
    /// Hand an entry that is not in the book to it again, the same one.
    Retry(RecordId),

    /// A person is going to type a number.
    EnterByHand(Target),
    /// All 18 digits, typed.
    Typed(Keyed),
    /// The person does not type after all.
    StopEntering,

    /// Put an undecided voucher aside.
    PutUndecidedAside {
        /// Which.
        undecided: UndecidedId,
        /// Why.
        reason: Reason,
    },
    /// An undecided voucher was read again, as this record.
    ReadAgainAs {
        /// Which.
        undecided: UndecidedId,
        /// The record that it is.
        record: RecordId,
    },
    /// Take up a voucher that was put aside.
    TakeUp(AsideId),
    /// A voucher that was put aside needs nothing more here.
    SettleAside {
        /// Which.
        aside: AsideId,
        /// Why.
        reason: Reason,
    },

    /// 番号は後日: a dose was given and its voucher is not at hand.
    IssueSlip(DoseNumber),
    /// The next voucher belongs to this slip; `None`: to none.
    ChooseSlip(Option<SlipNumber>),

    /// Take the record of the voucher that still lies here back.
    Undo,
    /// Cancel one of today's records.
    Cancel {
        /// Which.
        record: RecordId,
        /// Why.
        reason: Reason,
    },
    /// Correct one of today's records.
    Correct {
        /// Which.
        record: RecordId,
        /// What is right.
        change: Change,
        /// Why.
        reason: Reason,
    },
    /// A person looked at a record's findings and leaves it as it is.
    Reviewed(RecordId),

    /// Vials opened and syringes drawn so far, counted by a person.
    Counted {
        /// Of which vials.
        of: VialKey,
        /// Vials opened today.
        vials: u32,
        /// Doses drawn today.
        drawn: u32,
    },
    /// Doses that were thrown away.
    Discarded {
        /// Of which vials.
        of: VialKey,
        /// How many.
        doses: u32,
        /// Where they were.
        from: DrawnFrom,
        /// Why.
        reason: Reason,
    },
    /// Why something may stay open at the close of the day.
    Explain {
        /// What.
        point: OpenPoint,
        /// Why.
        reason: Reason,
    },
    /// The day is over.
    Close,
    /// The day is not over after all.
    Reopen(Reason),
}
