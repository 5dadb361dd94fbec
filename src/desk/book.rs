//! Going on where the desk was left: a program that starts again in the middle of a day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::count::VialCount;
use super::day::{Day, DayRecord};
use super::lists::{Aside, Lists, Undecided};
use super::session::Shift;
use super::step::Desk;
use crate::intake::{
    Catalogue, NextOutcome, Segments, SequenceNumber, Session, Slip, SlipBook, SlipNumber,
    StationId, VaccinationRecord,
};
use crate::voucher::TicketKindCodes;

/// What was kept of a desk elsewhere.
#[derive(Debug, Clone)]
pub struct Resumed {
    /// The last day that was open here.
    pub date: Date,
    /// Days that were closed.
    pub closed: Vec<Date>,
    /// That day's records, oldest first.
    pub records: Vec<DayRecord>,
    /// What was counted on it.
    pub counts: Vec<VialCount>,
    /// What nobody decided.
    pub undecided: Vec<Undecided>,
    /// What was put aside.
    pub aside: Vec<Aside>,
    /// The highest slip number ever given out.
    pub last_slip: Option<SlipNumber>,
    /// Slips that are open, with their records.
    pub slips: Vec<(Slip, VaccinationRecord)>,
    /// The presets that were confirmed last, and which lot was given from which record on.
    pub session: Option<(Session, Segments)>,
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
        let mut day = Day::resume(resumed.date, resumed.records, resumed.counts);
        day.closed = resumed.closed.contains(&resumed.date);
        let open = resumed.slips.iter().map(|(slip, _)| *slip).collect();
        let waiting = resumed.slips.into_iter();
        let waiting: BTreeMap<_, _> = waiting
            .map(|(slip, record)| (slip.record, record))
            .collect();
        let mut desk = Self::new(station, catalogue, codes);
        desk.day = Some(day);
        desk.closed = resumed.closed.into_iter().collect();
        desk.lists = Lists::resume(resumed.undecided, resumed.aside);
        desk.slips = SlipBook::restore(resumed.last_slip, open);
        desk.slip_records = waiting;
        desk.last = resumed.last;
        // Whoever starts the program again has to look at them.
        desk.shift = resumed.session.map(|(session, segments)| Shift {
            session: Session {
                confirmed: false,
                ..session
            },
            segments,
            next: NextOutcome::default(),
        });
        desk
    }
}
