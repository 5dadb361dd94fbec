//! Findings that a person has to look at: nothing stopped the record, and nothing is forgotten.

use rusqlite::{Connection, params};

use super::audit::{self, Act, AuditRow, Particulars, Shown, Witnessed};
use super::error::StoreError;
use super::outbox::{self, STORED, Stored};
use super::sqlite::SqliteStore;
use crate::intake::RecordId;

/// An entry with findings that nobody settled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReview {
    /// The entry.
    pub stored: Stored,
    /// The findings' identifiers.
    pub findings: Vec<String>,
}

pub(super) fn insert(
    connection: &Connection,
    sequence: i64,
    shown: &[Shown],
) -> rusqlite::Result<()> {
    for shown in shown.iter().filter(|shown| shown.for_review) {
        connection
            .prepare_cached("INSERT OR IGNORE INTO review (sequence, finding) VALUES (?1, ?2)")?
            .execute(params![sequence, shown.finding])?;
    }
    Ok(())
}

/// What was found of what a record was is settled by the entry that changes it, in its own row: whoever
/// changes it has the rules look at what it becomes.
pub(super) fn supersede(
    connection: &Connection,
    record: RecordId,
    sequence: i64,
) -> Result<(), StoreError> {
    settle_in(connection, record, sequence, |before| before < sequence)
}

/// A person looked at a record's findings and left it as it is.
pub(super) fn settle(
    connection: &Connection,
    record: RecordId,
    witnessed: &Witnessed,
) -> Result<AuditRow, StoreError> {
    let history = outbox::history(connection, record)?;
    let what = Particulars {
        subject: history.last().map(|stored| stored.sequence),
        ..Particulars::of(Act::Reviewed, "")
    };
    let row = audit::append(connection, witnessed, &what)?;
    settle_in(connection, record, row.sequence, |_| true)?;
    Ok(row)
}

fn settle_in(
    connection: &Connection,
    record: RecordId,
    row: i64,
    of: impl Fn(i64) -> bool,
) -> Result<(), StoreError> {
    let history = outbox::history(connection, record)?;
    for stored in history.iter().filter(|stored| of(stored.sequence)) {
        connection
            .prepare_cached(
                "UPDATE review SET settled_in = ?2 WHERE sequence = ?1 AND settled_in IS NULL",
            )?
            .execute(params![stored.sequence, row])?;
    }
    Ok(())
}

impl SqliteStore {
    /// Up to `limit` entries that wait for a person, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn open_reviews(&mut self, limit: u32) -> Result<Vec<OpenReview>, StoreError> {
        self.read(|connection| {
            let stored: Vec<_> = connection
                .prepare_cached(&open_query())?
                .query_map(params![limit], Stored::read)?
                .collect::<Result<_, _>>()?;
            stored
                .into_iter()
                .map(|stored| {
                    let stored = stored?;
                    let findings = findings_of(connection, stored.sequence)?;
                    Ok(OpenReview { stored, findings })
                })
                .collect()
        })
    }
}

pub(super) fn open_query() -> String {
    format!(
        "{STORED} WHERE entry.sequence IN \
         (SELECT sequence FROM review WHERE settled_in IS NULL) \
         ORDER BY entry.sequence LIMIT ?1"
    )
}

pub(super) fn findings_of(
    connection: &Connection,
    sequence: i64,
) -> Result<Vec<String>, StoreError> {
    let findings = connection
        .prepare_cached(
            "SELECT finding FROM review WHERE sequence = ?1 AND settled_in IS NULL ORDER BY 1",
        )?
        .query_map(params![sequence], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::super::contract::{clerk, on_disk, record};
    use super::super::{Deed, RecordStore as _, Told};
    use super::*;
    use crate::intake::{Entry, EntryKind, Reason, VaccinationRecord};

    #[test]
    fn a_finding_waits_for_a_person_until_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        let shown = |finding: &str, for_review| Shown {
            finding: finding.to_owned(),
            for_review,
        };
        let witnessed = Witnessed {
            shown: vec![
                shown("lot_unknown", true),
                shown("other_municipality", false),
            ],
            ..clerk()
        };
        store
            .record(&Entry::new(record(1, 1, "FJ7489")), &witnessed)
            .unwrap();
        let open = store.open_reviews(10).unwrap();
        assert_eq!(open[0].findings, ["lot_unknown"]);
        let reviewed = Deed::Reviewed(open[0].stored.entry.record.id);
        store
            .keep_desk("{}", &[Told::new(reviewed, clerk())])
            .unwrap();
        assert!(store.open_reviews(10).unwrap().is_empty());
        assert!(store.scrub().unwrap().findings.is_empty());
    }

    #[test]
    fn a_correction_settles_what_was_found_before_and_waits_for_what_is_found_of_itself() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        let found = |finding: &str| Witnessed {
            shown: vec![Shown {
                finding: finding.to_owned(),
                for_review: true,
            }],
            ..clerk()
        };
        let first = Entry::new(record(1, 1, "FJ7489"));
        store.record(&first, &found("odd_lot")).unwrap();
        let correction = Entry {
            id: RecordId::new(first.record.recorded_at),
            kind: EntryKind::Correction(Reason::new("写し違い").unwrap()),
            record: VaccinationRecord {
                id: first.record.id,
                ..record(1, 1, "FK0108")
            },
        };
        store.record(&correction, &found("lot_recalled")).unwrap();
        let open = store.open_reviews(10).unwrap();
        let open: Vec<_> = open.into_iter().map(|open| open.findings).collect();
        assert_eq!(open, [["lot_recalled"]]);
        assert!(store.scrub().unwrap().findings.is_empty());
    }
}
