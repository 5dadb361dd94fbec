//! What the reception desk goes on with after a restart: its notes, and the records of its day.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::audit::{self, Act, AuditRow, Particulars, Witnessed};
use super::error::StoreError;
use super::outbox::{self, STORED, Stored};
use super::review;
use super::sqlite::SqliteStore;
use crate::intake::{EntryKind, RecordId, VaccinationRecord};

/// A record of a day, from all its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOfDay {
    /// The place of its first entry.
    pub sequence: i64,
    /// Its content, corrections included.
    pub record: VaccinationRecord,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether it contradicts another record.
    pub contradicts: bool,
    /// Identifiers of findings that a person has to look at.
    pub findings: Vec<String>,
}

/// What a person did at the desk that makes no entry of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// An act that changes nothing else in the book, with its particulars: never a voucher's number.
    Did(Act, String),
    /// Looked at the findings of a record, and left it as it is.
    Reviewed(RecordId),
    /// Closed a day: from now on its acknowledged records need no cut-outs.
    Closed(Date),
    /// Opened a day again, and why.
    Reopened(Date, String),
}

impl Deed {
    fn write(
        &self,
        connection: &Connection,
        witnessed: &Witnessed,
    ) -> Result<AuditRow, StoreError> {
        let append =
            |act, detail: &str| audit::append(connection, witnessed, &Particulars::of(act, detail));
        match self {
            Self::Did(act, detail) => append(*act, detail),
            Self::Reviewed(record) => review::settle(connection, *record, witnessed),
            Self::Closed(date) => {
                let date = date.to_string();
                let row = append(Act::DayClosed, &date)?;
                connection.execute(
                    "INSERT INTO closed_day (date, audit) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![date, row.sequence],
                )?;
                Ok(row)
            }
            Self::Reopened(date, reason) => {
                let row = append(Act::DayReopened, &format!("{date}: {reason}"))?;
                connection.execute(
                    "DELETE FROM closed_day WHERE date = ?1",
                    params![date.to_string()],
                )?;
                Ok(row)
            }
        }
    }
}

/// A deed, and who did it when. Its identity is the same at every try to keep it.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which; a version 4 UUID.
    pub id: Uuid,
    /// What was done.
    pub deed: Deed,
    /// By whom, and when.
    pub witnessed: Witnessed,
}

impl Told {
    /// A deed that is told for the first time.
    pub fn new(deed: Deed, witnessed: Witnessed) -> Self {
        Self {
            id: Uuid::new_v4(),
            deed,
            witnessed,
        }
    }
}

/// Writes down what was told, and what of it was written down before, because nobody heard of that,
/// not once more.
fn write_all(connection: &Connection, told: &[Told]) -> Result<Vec<AuditRow>, StoreError> {
    let before = rows_before(connection)?;
    connection.execute("DELETE FROM deed", [])?;
    let rows = told.iter().map(|told| {
        let row = match before.iter().find(|(id, _)| *id == told.id) {
            Some((_, row)) => row.clone(),
            None => told.deed.write(connection, &told.witnessed)?,
        };
        connection
            .prepare_cached("INSERT INTO deed (id, audit) VALUES (?1, ?2)")?
            .execute(params![told.id, row.sequence])?;
        Ok(row)
    });
    rows.collect()
}

/// The rows of what was told last.
fn rows_before(connection: &Connection) -> Result<Vec<(Uuid, AuditRow)>, StoreError> {
    let rows = connection
        .prepare_cached(
            "SELECT audit.*, deed.id AS deed FROM deed JOIN audit ON audit.sequence = deed.audit",
        )?
        .query_map([], |row| Ok((row.get("deed")?, AuditRow::read(row)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

impl SqliteStore {
    /// Keeps the desk's notes, as text that only the desk understands, together with what people
    /// did that led to them: both, or neither. The rows of what they did, in order; of a close the
    /// [seal](super::Head::seal) of its row belongs on the day's paper. Told again after an error,
    /// a deed gets no second row: it may have been kept all the same.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn keep_desk(&mut self, notes: &str, told: &[Told]) -> Result<Vec<AuditRow>, StoreError> {
        self.transact(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO desk (only, notes) VALUES (1, ?1) \
                     ON CONFLICT (only) DO UPDATE SET notes = excluded.notes",
                )?
                .execute(params![notes])?;
            match told {
                [] => Ok(Vec::new()),
                told => write_all(transaction, told),
            }
        })
    }

    /// The desk's notes as they were kept last.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn desk(&mut self) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let notes = connection
                .query_row("SELECT notes FROM desk", [], |row| row.get(0))
                .optional()?;
            Ok(notes)
        })
    }

    /// The records of a day, cancelled ones included, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn of_day(&mut self, date: Date) -> Result<Vec<RecordOfDay>, StoreError> {
        self.read(|connection| {
            let entries: Vec<Stored> = connection
                .prepare_cached(&format!("{STORED} WHERE date = ?1 ORDER BY sequence"))?
                .query_map(params![date.to_string()], Stored::read)?
                .map(|stored| stored.map_err(StoreError::from)?)
                .collect::<Result<_, StoreError>>()?;
            let mut seen = BTreeSet::<RecordId>::new();
            let mut records = Vec::new();
            for id in entries.iter().map(|stored| stored.entry.record.id) {
                if seen.insert(id) {
                    let history = outbox::history(connection, id)?;
                    records.extend(of_history(connection, &history)?);
                }
            }
            records.retain(|record| record.record.date == date);
            records.sort_by_key(|record| record.sequence);
            Ok(records)
        })
    }

    /// Whether a day is closed.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn is_closed(&mut self, date: Date) -> Result<bool, StoreError> {
        self.read(|connection| {
            let closed = connection
                .prepare_cached("SELECT 1 FROM closed_day WHERE date = ?1")?
                .exists(params![date.to_string()])?;
            Ok(closed)
        })
    }
}

/// A record from all its entries, oldest first; `None` where the first is missing.
fn of_history(
    connection: &Connection,
    history: &[Stored],
) -> Result<Option<RecordOfDay>, StoreError> {
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return Ok(None);
    };
    let mut findings = Vec::new();
    for stored in history {
        findings.extend(review::findings_of(connection, stored.sequence)?);
    }
    Ok(Some(RecordOfDay {
        sequence: first.sequence,
        record: last.entry.record.clone(),
        cancelled: matches!(last.entry.kind, EntryKind::Cancellation(_)),
        contradicts: last.state == super::State::Conflict,
        findings,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::contract::{clerk, on_disk, record};
    use super::super::{RecordStore as _, Shown};
    use super::*;
    use crate::intake::{Entry, Reason};

    #[test]
    fn the_last_notes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        assert_eq!(store.desk().unwrap(), None);
        store.keep_desk("{}", &[]).unwrap();
        store.keep_desk("{\"day\":\"2021-11-20\"}", &[]).unwrap();
        let notes = store.desk().unwrap();
        assert_eq!(notes.as_deref(), Some("{\"day\":\"2021-11-20\"}"));
    }

    #[test]
    fn a_day_is_closed_until_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        let day = jiff::civil::date(2021, 11, 20);
        assert!(!store.is_closed(day).unwrap());
        let closed = Deed::Closed(day);
        store
            .keep_desk("{}", &[Told::new(closed, clerk())])
            .unwrap();
        assert!(store.is_closed(day).unwrap());
        assert!(!store.is_closed(day.tomorrow().unwrap()).unwrap());
        let reopened = Deed::Reopened(day, "もう一人来た".to_owned());
        store
            .keep_desk("{}", &[Told::new(reopened, clerk())])
            .unwrap();
        assert!(!store.is_closed(day).unwrap());
    }

    #[test]
    fn a_deed_that_is_told_again_keeps_its_row() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        let day = jiff::civil::date(2021, 11, 20);
        let closed = Told::new(Deed::Closed(day), clerk());
        let row = store
            .keep_desk("{}", std::slice::from_ref(&closed))
            .unwrap();
        let counted = Told::new(
            Deed::Did(Act::Counted, "FJ7489 vials 1 drawn 6".to_owned()),
            clerk(),
        );
        let both = store.keep_desk("{}", &[closed, counted]).unwrap();
        assert_eq!(both[0], row[0]);
        assert_eq!(both[1].sequence, row[0].sequence + 1);
        assert_eq!(store.head().unwrap(), both[1].head());
    }

    #[test]
    fn a_days_records_are_as_their_last_entries_say_in_the_order_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        let (one, two) = (record(1, 1, "FJ7489"), record(2, 1, "FJ7489"));
        let findings = Witnessed {
            shown: vec![Shown {
                finding: "odd_lot".to_owned(),
                for_review: true,
            }],
            ..clerk()
        };
        store.record(&Entry::new(one.clone()), &clerk()).unwrap();
        store.record(&Entry::new(two.clone()), &findings).unwrap();
        let cancellation = Entry {
            id: RecordId::new(one.recorded_at),
            kind: EntryKind::Cancellation(Reason::new("番号違い").unwrap()),
            record: one.clone(),
        };
        store.record(&cancellation, &clerk()).unwrap();
        let day = store.of_day(one.date).unwrap();
        let told: Vec<_> = (day.iter())
            .map(|record| (record.record.id, record.cancelled, record.findings.len()))
            .collect();
        assert_eq!(told, [(one.id, true, 0), (two.id, false, 1)]);
        assert!(
            store
                .of_day(one.date.tomorrow().unwrap())
                .unwrap()
                .is_empty()
        );
    }
}
