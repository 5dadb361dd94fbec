//! What lies on the table: one presentation at a time, and nothing of the one before.

use std::time::Duration;

use jiff::Timestamp;

use super::input::{Doubt, Read};
use crate::intake::RecordId;
use crate::reading::Guidance;
use crate::voucher::VoucherNumber;

/// A hand hides a voucher for no longer.
const HIDDEN: Duration = Duration::from_secs(2);

/// Which presentation, counted from the start of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PresentationId(pub u64);

/// What became of the voucher that still lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its record is in the book.
    Recorded(RecordId),
    /// The record of a slip has its number now. There is more in it than this voucher, so that
    /// nothing is undone by the way.
    Completed,
    /// The same record was there before.
    AlreadyRecorded,
    /// A person said not to record it.
    Declined,
    /// It was put aside.
    Aside,
    /// It was left in the list of what is undecided.
    Undecided,
    /// Its record was taken back.
    Undone,
}

/// How far the desk is with the number on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// The desk has not taken it in.
    Waiting,
    /// The desk works on it.
    InHand,
    /// It can be taken away.
    Done(Ending),
}

/// What is known of the present voucher.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shows {
    /// Nothing lies there.
    Nothing,
    /// No number is known.
    Unread {
        guidance: Option<Guidance>,
        doubt: Option<Doubt>,
    },
    /// It was put aside unread.
    LaidAside,
    /// Its number is known.
    Number { read: Read, progress: Progress },
}

/// How a number that was accepted stands to what lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It is the first one of its presentation.
    First,
    /// It was told before.
    Again,
    /// It is not the one that was told before, and nothing was exchanged.
    Other,
}

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    presentation: PresentationId,
    shows: Shows,
    /// The number that lay there last, if it is recorded, and when it was taken away.
    before: Option<(VoucherNumber, Timestamp)>,
}

impl Table {
    pub(super) fn empty() -> Self {
        Self {
            presentation: PresentationId(0),
            shows: Shows::Nothing,
            before: None,
        }
    }

    pub(super) fn presentation(&self) -> PresentationId {
        self.presentation
    }

    pub(super) fn shows(&self) -> &Shows {
        &self.shows
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shows == Shows::Nothing
    }

    /// Whether the voucher that lay there last was recorded, has this number, and was hidden for no
    /// longer than a hand hides it.
    pub(super) fn was_hidden(&self, number: VoucherNumber, now: Timestamp) -> bool {
        let hidden = |at: Timestamp| {
            (Duration::ZERO..=HIDDEN).contains(&now.duration_since(at).unsigned_abs())
        };
        self.before
            .is_some_and(|(before, at)| before == number && hidden(at))
    }

    /// The record of this voucher does not hold any more.
    pub(super) fn forget(&mut self, number: VoucherNumber) {
        self.before.take_if(|(before, _)| *before == number);
    }

    /// The number of the voucher that lies there now.
    pub(super) fn number(&self) -> Option<VoucherNumber> {
        match &self.shows {
            Shows::Number { read, .. } => Some(read.number),
            _ => None,
        }
    }

    /// The number that lies there and was not taken in.
    pub(super) fn waiting(&self) -> Option<&Read> {
        match &self.shows {
            Shows::Number {
                read,
                progress: Progress::Waiting,
            } => Some(read),
            _ => None,
        }
    }

    pub(super) fn ending(&self) -> Option<Ending> {
        match &self.shows {
            Shows::Number {
                progress: Progress::Done(ending),
                ..
            } => Some(*ending),
            _ => None,
        }
    }

    pub(super) fn doubt(&self) -> Option<&Doubt> {
        match &self.shows {
            Shows::Unread { doubt, .. } => doubt.as_ref(),
            _ => None,
        }
    }

    /// Whether a voucher lies there whose number nobody knows.
    pub(super) fn is_unread(&self) -> bool {
        matches!(self.shows, Shows::Unread { .. })
    }

    /// Something lies there and is being read.
    pub(super) fn reading(&mut self, told: Option<Guidance>) {
        self.begin_if_empty();
        if let Shows::Unread { guidance, .. } = &mut self.shows {
            *guidance = told;
        }
    }

    /// It does not read by itself; whether that was not known before.
    pub(super) fn in_doubt(&mut self, told: Doubt) -> bool {
        self.begin_if_empty();
        match &mut self.shows {
            Shows::Unread { doubt, .. } => doubt.replace(told).is_none(),
            _ => false,
        }
    }

    /// A number was accepted.
    pub(super) fn accept(&mut self, read: Read) -> Arrival {
        self.begin_if_empty();
        match &self.shows {
            Shows::Number { read: before, .. } if before.number == read.number => Arrival::Again,
            Shows::Number { .. } | Shows::LaidAside => Arrival::Other,
            _ => {
                let progress = Progress::Waiting;
                self.shows = Shows::Number { read, progress };
                Arrival::First
            }
        }
    }

    /// The desk works on the voucher that lies there, whose number is `read`.
    pub(super) fn take(&mut self, read: Read) {
        let progress = Progress::InHand;
        self.shows = Shows::Number { read, progress };
    }

    /// What became of the voucher of `presentation`, if it still lies there.
    pub(super) fn finish(&mut self, of: PresentationId, ending: Ending) {
        if self.presentation != of {
            return;
        }
        match &mut self.shows {
            Shows::Number { progress, .. } => *progress = Progress::Done(ending),
            Shows::Unread { .. } => self.shows = Shows::LaidAside,
            Shows::Nothing | Shows::LaidAside => {}
        }
    }

    /// The presentation is over; what it showed.
    pub(super) fn end(&mut self, now: Timestamp) -> Shows {
        self.begin_if_empty();
        self.before = match &self.shows {
            Shows::Number {
                read,
                progress:
                    Progress::Done(Ending::Recorded(_) | Ending::Completed | Ending::AlreadyRecorded),
            } => Some((read.number, now)),
            _ => None,
        };
        std::mem::replace(&mut self.shows, Shows::Nothing)
    }

    fn begin_if_empty(&mut self) {
        if self.is_empty() {
            self.presentation.0 += 1;
            self.shows = Shows::Unread {
                guidance: None,
                doubt: None,
            };
        }
    }
}
