//! The day at this desk: its records, their changes on the way into the book, its counts.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::count::{VialCount, VialKey};
use super::lists::UndecidedId;
use crate::intake::{
    Doctor, Entry, Finding, Lot, Outcome, ProductId, Reason, RecordId, SequenceNumber, Severity,
    VaccinationRecord, Venue,
};
use crate::text::Bilingual;

/// Whether a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Standing,
    /// It was cancelled, and that is in the book.
    Cancelled,
}

/// A record of today, as it now is.
#[derive(Debug, Clone, PartialEq)]
pub struct DayRecord {
    /// Its content, corrections included.
    pub record: VaccinationRecord,
    /// Its place in the book.
    pub sequence: SequenceNumber,
    /// Whether it holds.
    pub standing: Standing,
    /// Whether it contradicts another record in the book.
    pub contradicts: bool,
    /// What was found of it and waits for a person.
    pub findings: Vec<Finding>,
}

impl DayRecord {
    /// Whether a person has to look at it.
    pub fn is_open(&self) -> bool {
        self.standing == Standing::Standing && (self.contradicts || !self.findings.is_empty())
    }

    pub(super) fn given(&self) -> Option<VialKey> {
        match &self.record.outcome {
            Outcome::Given(vaccine) if self.standing == Standing::Standing => Some(vaccine.into()),
            _ => None,
        }
    }
}

/// What is right of a record; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The day of the dose.
    pub date: Option<Date>,
    /// Product and lot.
    pub vaccine: Option<(ProductId, Lot)>,
    /// Where.
    pub venue: Option<Venue>,
    /// Who was responsible.
    pub doctor: Option<Doctor>,
}

/// A change of a record on its way into the book.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The entry.
    pub entry: Entry,
    /// What the rules find of what the record becomes; `None` while they look.
    pub findings: Option<Vec<Finding>>,
    /// Why it is not in the book, if the book said so.
    pub failed: Option<Bilingual>,
}

/// One thing that is open at the close of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenPoint {
    /// A lot whose sums do not come out even. Another difference is another point.
    Difference {
        /// Which vials.
        of: VialKey,
        /// Doses left in vials; see [`VialCount::left_in_vials`].
        in_vials: Option<i64>,
        /// Doses left in syringes; see [`VialCount::left_in_syringes`].
        in_syringes: i64,
    },
    /// A voucher that nobody decided.
    Undecided(UndecidedId),
    /// A record whose findings nobody looked at.
    Review(RecordId),
}

/// Why something may stay open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What.
    pub point: OpenPoint,
    /// Why.
    pub reason: Reason,
}

/// The day at this desk.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) closed: bool,
    pub(super) records: Vec<DayRecord>,
    pub(super) pending: Vec<Pending>,
    pub(super) explanations: Vec<Explanation>,
    counts: Vec<VialCount>,
}

impl Day {
    pub(super) fn new(date: Date) -> Self {
        Self {
            date,
            closed: false,
            records: Vec::new(),
            pending: Vec::new(),
            explanations: Vec::new(),
            counts: Vec::new(),
        }
    }

    pub(super) fn resume(
        date: Date,
        records: Vec<DayRecord>,
        counts: Vec<VialCount>,
        explanations: Vec<Explanation>,
    ) -> Self {
        Self {
            records,
            counts,
            explanations,
            ..Self::new(date)
        }
    }

    /// What people counted, without what the records say.
    pub(super) fn counted(&self) -> &[VialCount] {
        &self.counts
    }

    /// Whether nothing happened that a close of the day would have to look at.
    pub(super) fn is_blank(&self) -> bool {
        let counted = |count: &VialCount| !count.is_even() || count.vials > 0 || count.drawn > 0;
        self.records.is_empty() && self.pending.is_empty() && !self.counts.iter().any(counted)
    }

    pub(super) fn find(&self, id: RecordId) -> Option<&DayRecord> {
        self.records.iter().find(|kept| kept.record.id == id)
    }

    pub(super) fn find_mut(&mut self, id: RecordId) -> Option<&mut DayRecord> {
        self.records.iter_mut().find(|kept| kept.record.id == id)
    }

    /// The change of record `id` that is on its way into the book.
    pub(super) fn pending_of(&self, id: RecordId) -> Option<&Pending> {
        self.pending
            .iter()
            .find(|change| change.entry.record.id == id)
    }

    /// A change on its way into the book, by its own identity.
    pub(super) fn change_mut(&mut self, id: RecordId) -> Option<&mut Pending> {
        self.pending.iter_mut().find(|change| change.entry.id == id)
    }

    /// These vials are in use: they are counted from now on.
    pub(super) fn use_vials(&mut self, of: VialKey, doses_per_vial: Option<u8>) {
        if !self.counts.iter().any(|count| count.of == of) {
            self.counts.push(VialCount::new(of, doses_per_vial));
        }
    }

    pub(super) fn count_mut(&mut self, of: &VialKey) -> Option<&mut VialCount> {
        self.counts.iter_mut().find(|count| count.of == *of)
    }

    /// All counts, with what the records say.
    pub(super) fn counts(&self) -> Vec<VialCount> {
        let mut counts = self.counts.clone();
        // One that was corrected to another day was given from that day's vials.
        let of_day = self
            .records
            .iter()
            .filter(|kept| kept.record.date == self.date);
        for given in of_day.filter_map(DayRecord::given) {
            match counts.iter_mut().find(|count| count.of == given) {
                Some(count) => count.recorded += 1,
                None => {
                    let mut count = VialCount::new(given, None);
                    count.recorded = 1;
                    counts.push(count);
                }
            }
        }
        counts
    }

    /// Differences and findings that are open, explained or not.
    pub(super) fn open_points(&self) -> Vec<OpenPoint> {
        let uneven = self.counts().into_iter().filter(|count| !count.is_even());
        let differences = uneven.map(|count| OpenPoint::Difference {
            in_vials: count.left_in_vials(),
            in_syringes: count.left_in_syringes(),
            of: count.of,
        });
        let open = self.records.iter().filter(|kept| kept.is_open());
        let reviews = open.map(|kept| OpenPoint::Review(kept.record.id));
        differences.chain(reviews).collect()
    }

    pub(super) fn unexplain(&mut self, point: &OpenPoint) {
        (self.explanations).retain(|explanation| explanation.point != *point);
    }

    pub(super) fn is_explained(&self, point: &OpenPoint) -> bool {
        (self.explanations.iter()).any(|explanation| explanation.point == *point)
    }
}

/// The findings that a person has to look at: a note is normal.
pub(super) fn for_review(findings: &[Finding]) -> Vec<Finding> {
    let review = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note);
    review.cloned().collect()
}
