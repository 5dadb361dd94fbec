//! Looking at every row: does the chain hold, and does each row say what it said when it was
//! written?

use std::collections::BTreeMap;
use std::fmt;
use std::thread;

use rusqlite::{Connection, Row, Rows};

use super::audit::{Act, AuditRow, Head};
use super::digest::Digest;
use super::error::StoreError;
use super::outbox::receipts_digest;
use super::row::{COLUMNS, EntryRow};
use super::salvage::missing_in;
use super::sqlite::{Opening, SqliteStore};

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
        let opening = self.opening().clone();
        self.read(|connection| {
            // Both read the whole file; the rows are read again in vain only if a page is broken.
            let (broken, walked) = thread::scope(|scope| {
                let pages = thread::Builder::new()
                    .name("scrub pages".into())
                    .spawn_scoped(scope, || broken_pages(&opening));
                let walked = walk(connection);
                let broken = pages
                    .map_err(|_| ())
                    .and_then(|pages| pages.join().map_err(|_| ()));
                (broken, walked)
            });
            let broken = match broken {
                Ok(broken) => broken?,
                // No thread to be had: one after the other.
                Err(()) => broken_pages(&opening)?,
            };
            if broken.is_empty() {
                return walked;
            }
            Ok(Scrubbed {
                findings: broken.into_iter().map(ScrubFinding::BrokenPage).collect(),
                ..Scrubbed::default()
            })
        })
    }
}

/// Every row, held against what was written about it.
fn walk(connection: &Connection) -> Result<Scrubbed, StoreError> {
    let mut seen = Scrubbed::default();
    // One view of the book throughout, while others go on writing.
    let view = connection.unchecked_transaction()?;
    chain(&view, &mut seen)?;
    states(&view, &mut seen)?;
    Ok(seen)
}

/// Every page's own seal, which SQLCipher keeps, over a connection of its own.
fn broken_pages(opening: &Opening) -> Result<Vec<String>, StoreError> {
    let connection = opening.connect(false)?;
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let broken = statement
        .query_map([], |row| row.get(0))?
        .take(ENOUGH)
        .collect::<Result<_, _>>()?;
    Ok(broken)
}

/// Audit rows, entries and their ways side by side, in the order of their shared numbers.
fn chain(connection: &Connection, seen: &mut Scrubbed) -> Result<(), StoreError> {
    let mut audit = connection.prepare("SELECT * FROM audit ORDER BY sequence")?;
    let mut entries =
        connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY sequence"))?;
    let mut ways = connection.prepare("SELECT sequence, state FROM delivery ORDER BY sequence")?;
    let mut audit = audit.query([])?;
    let mut entries = Numbered::new(entries.query([])?, |row| {
        EntryRow::read(row).map(|row| (row.sequence, row))
    })?;
    let mut ways = Numbered::new(ways.query([])?, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut head = Head::START;
    let mut gaps = Vec::new();
    let mut tally = Tally::default();
    while let Some(row) = audit.next()? {
        let row = AuditRow::read(row)?;
        seen.audit_rows += 1;
        if row.sequence != head.sequence + 1 {
            gaps.push((head.sequence + 1, row.sequence - 1));
        } else if row.chain != row.chained_to(&head.chain) {
            seen.findings.push(ScrubFinding::AuditChanged(row.sequence));
        }
        while let Some((sequence, _)) = entries.take_before(row.sequence)? {
            let lost = gaps.iter().any(|(a, b)| (*a..=*b).contains(&sequence));
            if !lost {
                seen.findings.push(ScrubFinding::EntryMissing(sequence));
            }
        }
        while ways.take_before(row.sequence)?.is_some() {}
        let entry = entries.take(row.sequence)?;
        let way: Option<String> = ways.take(row.sequence)?;
        if let Some(entry) = &entry {
            seen.entries += 1;
            match way {
                Some(state) => tally.count(&state, &entry.date),
                None => seen.findings.push(ScrubFinding::EntryMissing(row.sequence)),
            }
        }
        held_against(connection, &row, entry.map(|entry| entry.digest()), seen)?;
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
    while let Some((sequence, _)) = entries.take_before(i64::MAX)? {
        seen.findings.push(ScrubFinding::EntryMissing(sequence));
    }
    let missing = gaps.into_iter();
    seen.findings
        .extend(missing.map(|(a, b)| ScrubFinding::AuditMissing(a, b)));
    tally.held_against(connection, seen)
}

/// Rows in the order of their numbers, the next one known in advance.
struct Numbered<'a, T> {
    rows: Rows<'a>,
    read: fn(&Row<'_>) -> rusqlite::Result<(i64, T)>,
    next: Option<(i64, T)>,
}

impl<'a, T> Numbered<'a, T> {
    fn new(
        rows: Rows<'a>,
        read: fn(&Row<'_>) -> rusqlite::Result<(i64, T)>,
    ) -> rusqlite::Result<Self> {
        let mut numbered = Self {
            rows,
            read,
            next: None,
        };
        numbered.advance()?;
        Ok(numbered)
    }

    fn advance(&mut self) -> rusqlite::Result<Option<(i64, T)>> {
        let next = match self.rows.next()? {
            Some(row) => Some((self.read)(row)?),
            None => None,
        };
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// The next row, if its number is below `sequence`.
    fn take_before(&mut self, sequence: i64) -> rusqlite::Result<Option<(i64, T)>> {
        match &self.next {
            Some((next, _)) if *next < sequence => self.advance(),
            _ => Ok(None),
        }
    }

    /// The row of that number, if it is the next one.
    fn take(&mut self, sequence: i64) -> rusqlite::Result<Option<T>> {
        match &self.next {
            Some((next, _)) if *next == sequence => Ok(self.advance()?.map(|(_, row)| row)),
            _ => Ok(None),
        }
    }
}

/// Entries counted by date and state.
#[derive(Default)]
struct Tally(BTreeMap<String, BTreeMap<String, i64>>);

impl Tally {
    fn count(&mut self, state: &str, date: &str) {
        if !self.0.contains_key(date) {
            self.0.insert(date.to_owned(), BTreeMap::new());
        }
        let Some(states) = self.0.get_mut(date) else {
            return;
        };
        match states.get_mut(state) {
            Some(n) => *n += 1,
            None => {
                states.insert(state.to_owned(), 1);
            }
        }
    }

    /// The counts on the screen are these and no others.
    fn held_against(
        mut self,
        connection: &Connection,
        seen: &mut Scrubbed,
    ) -> Result<(), StoreError> {
        let mut statement = connection.prepare("SELECT state, date, n FROM tally WHERE n > 0")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (state, date): (String, String) = (row.get(0)?, row.get(1)?);
            let counted = self
                .0
                .get_mut(&date)
                .and_then(|states| states.remove(&state));
            if counted != Some(row.get(2)?) {
                seen.findings.push(ScrubFinding::TallyWrong(state));
            }
        }
        let left = self.0.into_values().flat_map(BTreeMap::into_keys);
        seen.findings.extend(left.map(ScrubFinding::TallyWrong));
        Ok(())
    }
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

/// The ends of an entry's way have their grounds: a receipt came in with an audit row, and what
/// was withdrawn was cancelled or replaced.
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
