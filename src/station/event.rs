//! What a station tells: to a screen, to a program that reads along.

use std::time::Duration;

use jiff::civil::Date;

use crate::camera::Loss;
use crate::desk::{Refusal, Sound, UndecidedId};
use crate::intake::{Finding, OperatorId, RecordId, Session};
use crate::optics::Moved;
use crate::reading::{FrameId, Presented};
use crate::store::CopyState;
use crate::sync::{Progress, Why};
use crate::text::Bilingual;
use crate::voucher::VoucherNumber;

/// How long a voucher waited until its record was durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// From the first frame of its presentation that was at rest and sharp.
    pub since_rest: Duration,
    /// From the frame that decided.
    pub since_decided: Duration,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A record is in the book for good.
    Recorded {
        /// The voucher's number; `None` while it is to follow.
        number: Option<VoucherNumber>,
        /// The record.
        record: RecordId,
        /// The frame that decided; `None` of a number that a person typed.
        frame: Option<FrameId>,
        /// How long it took; `None` of a number that a person typed.
        delay: Option<Delay>,
    },
    /// A record is in the book, new or changed, and something is odd about it: a person has to look
    /// at it before the day is closed.
    ForReview {
        /// The record.
        record: RecordId,
        /// What was found, each with its words.
        findings: Vec<Finding>,
    },
    /// The book says the same already; nothing was added.
    AlreadyRecorded {
        /// The voucher's number.
        number: Option<VoucherNumber>,
        /// The frame that decided.
        frame: Option<FrameId>,
    },
    /// A record is not in the book, and why.
    NotRecorded {
        /// The entry.
        entry: RecordId,
        /// Why, with the remedy.
        why: Bilingual,
    },
    /// A change of a record is in the book.
    Changed {
        /// The record.
        record: RecordId,
        /// Whether it was cancelled; otherwise corrected.
        cancelled: bool,
    },
    /// A finding waits for its answer.
    Question {
        /// The record that it would be.
        record: RecordId,
        /// What was found, each with its words.
        findings: Vec<Finding>,
    },
    /// A session card lies under the camera. It begins nothing: a person compares the code with
    /// that of the other tablets, looks at the presets, and confirms them.
    CardSeen {
        /// The session that it sets, not confirmed yet.
        session: Session,
        /// The four characters that every tablet shows for this card.
        code: String,
    },
    /// A session card is not taken, and why, with the remedy.
    CardRefused(Bilingual),
    /// A voucher was taken away and its number was not accepted.
    NotAccepted(Presented),
    /// A voucher stays listed until a person decides.
    LeftUndecided(UndecidedId),
    /// Something came onto a list of what waits for a person, or left one; or the first word of a
    /// station on whose lists something is.
    Listed,
    /// The day is closed.
    Closed {
        /// Which.
        date: Date,
        /// The seal of the book, for the day's paper: `uketsuke doctor --seal` finds it again.
        seal: String,
    },
    /// What the desk sounds like.
    Sound(Sound),
    /// What was asked was not done, and why.
    Refused(Refusal),
    /// Who sits here may not do what was asked, and why.
    NotAllowed(Bilingual),
    /// Somebody sat down, came back, or took over.
    SignedIn(OperatorId),
    /// Somebody could not sign in, and why.
    SignInFailed(Bilingual),
    /// Who sat here left.
    SignedOut(OperatorId),
    /// The screen is locked: nobody touched it for a while.
    Locked(OperatorId),
    /// The camera delivers no more; it is being opened again.
    CameraLost(Loss),
    /// It delivers again.
    CameraBack,
    /// The mount is not as it was when it was calibrated.
    MountMoved(Moved),
    /// The mount's profile is of another camera or of other pictures, and how; it is left aside.
    OtherMount(Bilingual),
    /// The camera does not stand as the mount wants it, and how.
    CameraNotSet(Bilingual),
    /// Reading is not possible any more, and why.
    CameraFailed(Bilingual),
    /// What the station has to remember could not be written down, and why.
    NotWritten(Bilingual),
    /// How the second copy stands, when that changed.
    Copy(CopyState),
    /// The delivery came on, or waits.
    Delivery(Progress),
    /// A person changed what waits to be delivered.
    Queue,
    /// Nothing is delivered until somebody does something.
    NotDelivering(Why),
    /// It is delivered from now on.
    Delivering,
}
