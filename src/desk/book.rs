//! Going on where the desk was left: a program that starts again in the middle of a day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::count::VialCount;
use super::day::{Day, DayRecord, Explanation};
use super::lists::{Aside, Lists, Undecided};
use super::session::Shift;
use super::step::Desk;
use crate::intake::{
    Catalogue, NextOutcome, Segments, SequenceNumber, Session, Slip, SlipBook, SlipNumber,
    StationId, Subject, VaccinationRecord,
};
use crate::voucher::TicketKindCodes;

/// What the desk knows and no record tells: it has to be kept wherever it changed, before anything
/// else is done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notes {
    /// The day that is open here, or was last.
    pub day: Option<Date>,
    /// Days that were closed.
    pub closed: BTreeSet<Date>,
    /// What was counted on the day.
    pub counts: Vec<VialCount>,
    /// What was explained on the day.
    pub explanations: Vec<Explanation>,
    /// What nobody decided.
    pub undecided: Vec<Undecided>,
    /// What was put aside.
    pub aside: Vec<Aside>,
    /// The highest number that either list ever gave: none is used twice, explanations name them.
    pub last_listed: u64,
    /// The highest slip number ever given out.
    pub last_slip: Option<SlipNumber>,
    /// The presets that were confirmed last, and which lot was given from which record on.
    pub session: Option<(Session, Segments)>,
}

/// What was kept of a desk elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Resumed {
    /// What it knew.
    pub notes: Notes,
    /// The records of [`Notes::day`], oldest first.
    pub records: Vec<DayRecord>,
    /// Records that wait for their voucher.
    pub to_follow: Vec<VaccinationRecord>,
    /// The place of the last record in the book.
    pub last: SequenceNumber,
}

impl Desk {
    /// A desk that goes on where it was left; the session has to be confirmed anew.
    pub fn resume(
        station: StationId,
        catalogue: Catalogue,
        codes: TicketKindCodes,
        resumed: Resumed,
    ) -> Self {
        let Resumed {
            notes,
            records,
            to_follow,
            last,
        } = resumed;
        let open = to_follow.iter().filter_map(slip_of).collect();
        let mut desk = Self::new(station, catalogue, codes);
        desk.day = notes.day.map(|date| {
            let mut day = Day::resume(date, records, notes.counts, notes.explanations);
            day.closed = notes.closed.contains(&date);
            day
        });
        desk.closed = notes.closed;
        desk.lists = Lists::resume(notes.undecided, notes.aside, notes.last_listed);
        desk.slips = SlipBook::restore(notes.last_slip, open);
        let waiting = to_follow.into_iter().map(|record| (record.id, record));
        desk.slip_records = waiting.collect::<BTreeMap<_, _>>();
        desk.last = last;
        // Whoever starts the program again has to look at them.
        desk.shift = notes.session.map(|(session, segments)| Shift {
            session: Session {
                confirmed: false,
                ..session
            },
            segments,
            next: NextOutcome::default(),
        });
        desk
    }

    /// What has to be kept.
    pub fn notes(&self) -> Notes {
        let day = self.day.as_ref();
        let shift = self.shift.as_ref();
        Notes {
            day: day.map(|day| day.date),
            closed: self.closed.clone(),
            counts: day.map_or_else(Vec::new, |day| day.counted().to_vec()),
            explanations: day.map_or_else(Vec::new, |day| day.explanations.clone()),
            undecided: self.lists.undecided().to_vec(),
            aside: self.lists.aside().to_vec(),
            last_listed: self.lists.last(),
            last_slip: self.slips.last(),
            session: shift.map(|shift| (shift.session.clone(), shift.segments.clone())),
        }
    }
}

/// The slip that stands in for a record's voucher.
fn slip_of(record: &VaccinationRecord) -> Option<Slip> {
    match record.subject {
        Subject::ToFollow { slip, dose } => Some(Slip {
            number: slip,
            record: record.id,
            date: record.date,
            dose,
        }),
        Subject::Voucher(_) => None,
    }
}
