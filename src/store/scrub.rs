//! Looking at every row: does the chain hold, and does each row say what it said when it was
//! written?

use std::fmt;

use rusqlite::{Connection, Rows};

use super::audit::{Act, AuditRow, Head};
use super::digest::Digest;
use super::error::StoreError;
use super::outbox::receipts_digest;
use super::row::{COLUMNS, EntryRow};
use super::salvage::missing_in;
use super::sqlite::SqliteStore;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScrubFinding {
    /// A row of the audit log was changed, or the one before it was.
    AuditChanged(i64),
    /// Rows of the audit log are not there.
    AuditMissing(i64, i64),
    /// They were lost with a damaged database, as the log itself says.
    LostAtSalvage(i64, i64),
    /// An entry was changed.
    EntryChanged(i64),
    /// An entry is not there, or was never written down.
    EntryMissing(i64),
    /// A receipt that came in with this audit row was changed.
    ReceiptChanged(i64),
    /// The counts on the screen are not those of the entries.
    TallyWrong(String),
    /// A page of the file is broken.
    BrokenPage(String),
}

impl ScrubFinding {
    /// Whether somebody has to act; a loss that was told already is only repeated.
    pub fn is_alarm(&self) -> bool {
        !matches!(self, Self::LostAtSalvage(..))
    }
}

impl fmt::Display for ScrubFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuditChanged(n) => write!(
                f,
                "監査記録の {n} 番が書き換えられています / row {n} of the audit log was changed"
            ),
            Self::AuditMissing(a, b) => write!(
                f,
                "監査記録の {a}〜{b} 番がありません / rows {a} to {b} of the audit log are missing"
            ),
            Self::LostAtSalvage(a, b) => write!(
                f,
                "{a}〜{b} 番は破損時に失われました。予備から復元してください / \
                 rows {a} to {b} were lost with the damaged database: restore them from the second copy"
            ),
            Self::EntryChanged(n) => write!(
                f,
                "記録の {n} 番が書き換えられています / entry {n} was changed"
            ),
            Self::EntryMissing(n) => write!(
                f,
                "記録の {n} 番がないか、監査記録と合いません / entry {n} is missing or not in the audit log"
            ),
            Self::ReceiptChanged(n) => write!(
                f,
                "監査記録 {n} 番の受領書が書き換えられています / a receipt of audit row {n} was changed"
            ),
            Self::TallyWrong(state) => write!(
                f,
                "「{state}」の件数が合いません / the count of {state} is wrong"
            ),
            Self::BrokenPage(what) => {
                write!(
                    f,
                    "データベースのページが壊れています / a page is broken ({what})"
                )
            }
        }
    }
}

/// What a scrub saw.
#[derive(Debug, Clone, Default)]
pub struct Scrubbed {
    /// Rows of the audit log.
    pub audit_rows: u64,
    /// Entries.
    pub entries: u64,
    /// What is not as it was written.
    pub findings: Vec<ScrubFinding>,
}

/// After so many findings the rest says nothing new.
const ENOUGH: usize = 100;

impl SqliteStore {
    /// Looks at every page and every row. Memory does not grow with the number of records.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database cannot be read at all.
    pub fn scrub(&mut self) -> Result<Scrubbed, StoreError> {
        self.read(|connection| {
            let mut seen = Scrubbed::default();
            pages(connection, &mut seen)?;
            if seen.findings.is_empty() {
                chain(connection, &mut seen)?;
                states(connection, &mut seen)?;
                tally(connection, &mut seen)?;
            }
            Ok(seen)
        })
    }
}

/// Every page's own seal, which SQLCipher keeps.
fn pages(connection: &Connection, seen: &mut Scrubbed) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        seen.findings.push(ScrubFinding::BrokenPage(row.get(0)?));
    }
    Ok(())
}

/// Audit rows and entries side by side, in the order of their shared numbers.
fn chain(connection: &Connection, seen: &mut Scrubbed) -> Result<(), StoreError> {
    let mut audit = connection.prepare("SELECT * FROM audit ORDER BY sequence")?;
    let mut entries =
        connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY sequence"))?;
    let (mut audit, mut entries) = (audit.query([])?, entries.query([])?);
    let mut entry = next_entry(&mut entries)?;
    let mut head = Head::START;
    let mut gaps = Vec::new();
    while let Some(row) = audit.next()? {
        let row = AuditRow::read(row)?;
        seen.audit_rows += 1;
        let follows = row.sequence == head.sequence + 1;
        if !follows {
            gaps.push((head.sequence + 1, row.sequence - 1));
        } else if row.chain != row.chained_to(&head.chain) {
            seen.findings.push(ScrubFinding::AuditChanged(row.sequence));
        }
        while let Some((sequence, _)) = entry.filter(|(sequence, _)| *sequence < row.sequence) {
            let lost = gaps.iter().any(|(a, b)| (*a..=*b).contains(&sequence));
            if !lost {
                seen.findings.push(ScrubFinding::EntryMissing(sequence));
            }
            entry = next_entry(&mut entries)?;
        }
        let here = entry.filter(|(sequence, _)| *sequence == row.sequence);
        if here.is_some() {
            seen.entries += 1;
            entry = next_entry(&mut entries)?;
        }
        held_against(connection, &row, here.map(|(_, digest)| digest), seen)?;
        if seen.findings.len() >= ENOUGH {
            return Ok(());
        }
        if row.act == Act::Salvaged.name() {
            declare(&row, &mut gaps, seen);
        }
        head = Head {
            sequence: row.sequence,
            chain: row.chain,
        };
    }
    while let Some((sequence, _)) = entry {
        seen.findings.push(ScrubFinding::EntryMissing(sequence));
        entry = next_entry(&mut entries)?;
    }
    let missing = gaps.into_iter();
    seen.findings
        .extend(missing.map(|(a, b)| ScrubFinding::AuditMissing(a, b)));
    Ok(())
}

fn next_entry(rows: &mut Rows<'_>) -> Result<Option<(i64, Digest)>, StoreError> {
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let row = EntryRow::read(row)?;
    Ok(Some((row.sequence, row.digest())))
}

/// Holds what an audit row vouches for against what is there.
fn held_against(
    connection: &Connection,
    row: &AuditRow,
    entry: Option<Digest>,
    seen: &mut Scrubbed,
) -> Result<(), StoreError> {
    match Act::from_name(&row.act) {
        Some(Act::Recorded | Act::Corrected | Act::Cancelled) => {
            if entry.is_none() {
                seen.findings.push(ScrubFinding::EntryMissing(row.sequence));
            } else if entry != row.digest {
                seen.findings.push(ScrubFinding::EntryChanged(row.sequence));
            }
        }
        Some(Act::Acknowledged)
            if receipts_digest(connection, Act::Acknowledged, row.sequence)? != row.digest =>
        {
            let changed = ScrubFinding::ReceiptChanged(row.sequence);
            seen.findings.push(changed);
        }
        _ if entry.is_some() => seen.findings.push(ScrubFinding::EntryMissing(row.sequence)),
        _ => {}
    }
    Ok(())
}

/// Gaps that a salvage wrote down are known losses.
fn declare(row: &AuditRow, gaps: &mut Vec<(i64, i64)>, seen: &mut Scrubbed) {
    let lost = missing_in(&row.detail);
    if !lost.is_empty() {
        // A batch of which entries were lost has another digest.
        seen.findings.retain(
            |finding| !matches!(finding, ScrubFinding::ReceiptChanged(n) if *n < row.sequence),
        );
    }
    for (a, b) in lost {
        gaps.retain(|gap| *gap != (a, b));
        seen.findings.push(ScrubFinding::LostAtSalvage(a, b));
    }
}

/// Every entry has its way, and the ends of it have their grounds: a receipt came in with an audit
/// row, and what was withdrawn was cancelled or replaced.
fn states(connection: &Connection, seen: &mut Scrubbed) -> Result<(), StoreError> {
    let mut without = |sql: &str, finding: fn(i64) -> ScrubFinding| -> Result<(), StoreError> {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if seen.findings.len() >= ENOUGH {
                break;
            }
            seen.findings.push(finding(row.get(0)?));
        }
        Ok(())
    };
    without(
        "SELECT sequence FROM entry WHERE NOT EXISTS \
         (SELECT 1 FROM delivery WHERE delivery.sequence = entry.sequence)",
        ScrubFinding::EntryMissing,
    )?;
    without(
        "SELECT DISTINCT changed_in FROM delivery WHERE state = 'acknowledged' AND NOT EXISTS \
         (SELECT 1 FROM audit WHERE audit.sequence = changed_in AND act = 'acknowledged') \
         AND NOT EXISTS (SELECT 1 FROM audit WHERE act = 'salvaged')",
        ScrubFinding::ReceiptChanged,
    )?;
    without(
        "SELECT sequence FROM delivery JOIN entry USING (sequence) WHERE state = 'withdrawn' \
         AND kind <> 'cancellation' AND NOT EXISTS (SELECT 1 FROM entry AS later \
         WHERE later.changes = coalesce(entry.changes, entry.entry_id)) \
         AND NOT EXISTS (SELECT 1 FROM audit WHERE act = 'salvaged')",
        ScrubFinding::EntryChanged,
    )
}

/// The counts on the screen against the entries themselves, in both directions.
fn tally(connection: &Connection, seen: &mut Scrubbed) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "WITH counted AS (SELECT state, date, count(*) AS n FROM delivery \
             JOIN entry USING (sequence) GROUP BY state, date), \
         kept AS (SELECT state, date, n FROM tally WHERE n > 0) \
         SELECT DISTINCT state FROM (\
             SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept) \
             UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted))",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        seen.findings.push(ScrubFinding::TallyWrong(row.get(0)?));
    }
    Ok(())
}
