//! What the desk asks of the store: to look persons up, to keep entries and notes, to write down
//! what people did.

use std::time::Duration;

use crate::clock::Moment;
use crate::desk::{DayRecord, Kept, Notes, Resumed, Standing};
use crate::intake::{
    Candidate, Catalogue, Entry, Finding, FindingCode, Known, RecordId, SequenceNumber, Session,
    Severity, Subject, check,
};
use crate::store::{
    AuditRow, CopyState, Crop, Entered, RecordOfDay, RecordStore as _, Shown, SqliteStore, State,
    StoreError, Told, Witnessed, previous,
};
use crate::text::Bilingual;
use crate::voucher::{MunicipalityCode, TicketKindCodes};

/// What surrounds a station and does not change while it runs.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The municipality that runs the venue.
    pub home: Option<MunicipalityCode>,
    /// The venues of the list; empty where any may be entered.
    pub venues: Vec<crate::intake::Venue>,
    /// Which digit stands for which ticket kind.
    pub codes: TicketKindCodes,
    /// How long nobody touches anything until the screen locks; `None` where nobody signs in, as
    /// without a screen.
    pub idle_lock: Option<Duration>,
}

/// The store, as the desk sees it.
pub(super) struct Book {
    pub(super) store: SqliteStore,
    pub(super) catalogue: Catalogue,
    pub(super) surroundings: Surroundings,
    /// Whether the wall clock jumped since the program started.
    pub(super) clock_suspect: bool,
}

impl Book {
    /// What all rules say of a candidate, other records of the person considered.
    pub(super) fn check(
        &mut self,
        record: RecordId,
        candidate: &Candidate,
        session: &Session,
        now: &Moment,
    ) -> Result<Vec<Finding>, StoreError> {
        let previous = match candidate.subject {
            Subject::Voucher(number) => previous(&self.store.of_person(number)?, record),
            Subject::ToFollow { .. } => Vec::new(),
        };
        let known = Known {
            clock_suspect: self.clock_suspect,
            home: self.surroundings.home,
            venues: self.surroundings.venues.clone(),
            ticket_kinds: self.surroundings.codes,
            previous,
            ..Known::on(now.day())
        };
        Ok(check(candidate, session, &self.catalogue, &known))
    }

    /// Keeps an entry for good.
    pub(super) fn record(
        &mut self,
        entry: &Entry,
        shown: &[Finding],
        crops: &[Crop],
        witnessed: Witnessed,
    ) -> Result<(Kept, CopyState), StoreError> {
        let witnessed = Witnessed {
            shown: shown.iter().map(Shown::from).collect(),
            ..witnessed
        };
        let recorded = self.store.record_with_crops(entry, crops, &witnessed)?;
        let place = |sequence: i64| SequenceNumber(sequence.unsigned_abs());
        let as_new = |sequence, state| match state {
            State::Conflict => Kept::Contradicting(place(sequence)),
            _ => Kept::AsNew(place(sequence)),
        };
        let kept = match recorded.entered {
            Entered::AsNew(sequence, state) => as_new(sequence, state),
            Entered::Again(sequence) => {
                let history = self.store.history(entry.record.id)?;
                let there = history.iter().find(|stored| stored.sequence == sequence);
                as_new(sequence, there.map_or(State::Queued, |stored| stored.state))
            }
            Entered::SameContent(other) => Kept::SameAs(other),
        };
        Ok((kept, recorded.copy))
    }

    /// Keeps what the desk knows and no record tells, and writes down what people did that led to
    /// it: both, or neither. The rows of what they did, in order.
    pub(super) fn keep(
        &mut self,
        notes: &Notes,
        told: &[Told],
    ) -> Result<Vec<AuditRow>, StoreError> {
        let text = serde_json::to_string(notes).map_err(|_| UNREADABLE)?;
        let rows = self.store.keep_desk(&text, told)?;
        // It jumped while no program ran, or since the last row.
        self.clock_suspect |= rows.iter().any(|row| row.clock_jump.is_some());
        Ok(rows)
    }

    /// What the desk goes on with.
    pub(super) fn resume(&mut self) -> Result<Resumed, StoreError> {
        let notes: Notes = match self.store.desk()? {
            Some(text) => serde_json::from_str(&text).map_err(|_| UNREADABLE)?,
            None => Notes::default(),
        };
        let records = match notes.day {
            Some(day) => self.store.of_day(day)?.into_iter().map(as_desk).collect(),
            None => Vec::new(),
        };
        let to_follow = self.store.open_slips()?.into_iter();
        Ok(Resumed {
            notes,
            records,
            to_follow: to_follow.map(|stored| stored.entry.record).collect(),
            last: SequenceNumber(self.store.head()?.sequence.unsigned_abs()),
        })
    }
}

const UNREADABLE: StoreError = StoreError::Unreadable {
    sequence: 0,
    column: "desk.notes",
};

fn as_desk(kept: RecordOfDay) -> DayRecord {
    DayRecord {
        record: kept.record,
        sequence: SequenceNumber(kept.sequence.unsigned_abs()),
        standing: if kept.cancelled {
            Standing::Cancelled
        } else {
            Standing::Standing
        },
        contradicts: kept.contradicts && !kept.cancelled,
        findings: kept
            .findings
            .iter()
            .filter_map(|code| again(code))
            .collect(),
    }
}

/// A finding of a record that was made before the program started: what it said is in the log.
fn again(code: &str) -> Option<Finding> {
    let known = FindingCode::ALL.iter().find(|known| known.as_str() == code);
    known.map(|code| Finding {
        code: *code,
        severity: Severity::Review,
        message: Bilingual::new(
            "再起動の前に見つかった所見です",
            "found before the program was started again",
        ),
        remedy: Bilingual::new(
            "記録と紙を見比べてください",
            "compare the record with the paper",
        ),
    })
}
