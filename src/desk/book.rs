//! Going on where the desk was left: a program that starts again in the middle of a day.
//!
//! Notes are kept before anything that follows from a step is carried out; where they cannot be kept,
//! as on a full disk, that is told, and the desk goes on: what it then knows is lost only if the
//! program ends before they could be kept after all. Changes and slips that were on their way into
//! the book when the program ended are handed to it again, the same entry: if the book had it, it says
//! so. A voucher that was on its way lies there still and is read again; one of a list stays listed.
//! What was chosen for the next voucher is asked about: who comes back after a restart may lay another
//! person's voucher down.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::case::{Case, Step};
use super::choices::KeptChoices;
use super::count::VialCount;
use super::day::{Day, DayRecord, Explanation, Pending};
use super::lists::{Aside, Lists, Undecided, Unkept, Why};
use super::session::Shift;
use super::step::Desk;
use crate::intake::{
    Catalogue, Entry, EntryKind, RecordId, Segments, SequenceNumber, Session, Slip, SlipBook,
    SlipNumber, StationId, Subject, VaccinationRecord,
};
use crate::text::Bilingual;
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
    /// Changes of records that are not in the book.
    pub changes: Vec<Entry>,
    /// A slip whose record waits for an answer or is not in the book.
    pub slip: Option<Unkept>,
    /// What nobody decided, the voucher in hand included if it waits for a person.
    pub undecided: Vec<Undecided>,
    /// What was put aside.
    pub aside: Vec<Aside>,
    /// The highest number that either list ever gave: none is used twice, explanations name them.
    pub last_listed: u64,
    /// The highest slip number ever given out.
    pub last_slip: Option<SlipNumber>,
    /// What was chosen for the voucher that comes next, or that lies there and of which no list
    /// knows.
    pub choices: KeptChoices,
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
        let mut desk = Self::new(station, catalogue, codes);
        desk.day = notes.day.map(|date| {
            let mut day = Day::resume(date, records, notes.counts, notes.explanations);
            day.closed = notes.closed.contains(&date);
            day.pending = notes.changes.into_iter().map(interrupted).collect();
            day
        });
        desk.closed = notes.closed;
        desk.lists = Lists::resume(notes.undecided, notes.aside, notes.last_listed);
        let unkept = desk.lists.unkept_entries().chain(&notes.slip);
        let unkept = unkept.map(|unkept| &unkept.entry);
        let issued = unkept.filter(|entry| entry.kind == EntryKind::New);
        let issued = issued.map(|entry| &entry.record).chain(&to_follow);
        // The book may have what nobody knows that it has.
        let open: BTreeMap<_, _> = issued.filter_map(slip_of).collect();
        desk.slips = SlipBook::restore(notes.last_slip, open.into_values().collect());
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
        });
        desk.resume_choices(notes.choices);
        desk.case = (notes.slip.zip(desk.session().cloned()))
            .map(|(slip, session)| Case::resumed(slip, session, why_interrupted()));
        desk
    }

    /// What has to be kept.
    pub fn notes(&self) -> Notes {
        let day = self.day.as_ref();
        let shift = self.shift.as_ref();
        let changes = day.map_or(&[][..], |day| &day.pending);
        let slip = self.case.as_ref().filter(|case| case.number().is_none());
        let lists = self.lists_to_keep();
        Notes {
            day: day.map(|day| day.date),
            closed: self.closed.clone(),
            counts: day.map_or_else(Vec::new, |day| day.counted().to_vec()),
            explanations: day.map_or_else(Vec::new, |day| day.explanations.clone()),
            changes: changes.iter().map(|change| change.entry.clone()).collect(),
            slip: slip
                .filter(|slip| slip.step != Step::Checking)
                .map(Case::as_unkept),
            undecided: lists.undecided().to_vec(),
            aside: lists.aside().to_vec(),
            last_listed: lists.last(),
            last_slip: self.slips.last(),
            choices: self.choices_to_keep(),
            session: shift.map(|shift| (shift.session.clone(), shift.segments.clone())),
        }
    }

    /// The lists as they are when nobody is left who knows what is in hand: its voucher may be taken
    /// away before the program runs again.
    fn lists_to_keep(&self) -> Lists {
        let mut lists = self.lists.clone();
        let Some(case) = self.case.as_ref().filter(|case| case.number().is_some()) else {
            return lists;
        };
        match (case.listed, case.undecided()) {
            (Some(id), Some(why)) => lists.renew(id, case.known(), why),
            (Some(id), None) if case.step == Step::Recording => {
                lists.renew(id, case.known(), Why::NotInTheBook);
            }
            (None, Some(why)) => {
                lists.leave(case.known(), why);
            }
            // It lies there and nothing was said of it yet.
            (_, None) => {}
        }
        lists
    }

    /// Entries that were on their way into the book when the program ended.
    pub fn interrupted(&self) -> Vec<RecordId> {
        let pending = self.day.iter().flat_map(|day| &day.pending);
        let failed = pending.filter(|change| change.failed.is_some());
        let failed = failed.map(|change| change.entry.id);
        let case = self
            .case
            .iter()
            .filter(|case| matches!(case.step, Step::Failed(_)));
        failed.chain(case.map(|case| case.entry.id)).collect()
    }
}

/// What is said of an entry that was on its way when the program ended.
fn why_interrupted() -> Bilingual {
    Bilingual::new(
        "記録の途中でアプリが終了しました。もう一度記録してください",
        "the program ended before it was recorded: record it again",
    )
}

fn interrupted(entry: Entry) -> Pending {
    Pending {
        entry,
        findings: None,
        failed: Some(why_interrupted()),
    }
}

/// The slip that stands in for a record's voucher, by its number.
fn slip_of(record: &VaccinationRecord) -> Option<(SlipNumber, Slip)> {
    match record.subject {
        Subject::ToFollow { slip, dose } => {
            let out = Slip {
                number: slip,
                record: record.id,
                date: record.date,
                dose,
            };
            Some((slip, out))
        }
        Subject::Voucher(_) => None,
    }
}
