//! Rescuing what can be read of a damaged database into a new one.
//!
//! The damaged files stay where they are, untouched; `directory.toml` is switched to the new
//! generation in one step, when that is whole. What could not be read is written into the new
//! audit log by its numbers, so that nobody takes the rest for everything.

use std::fs;

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::audit::{self, Act, AuditRow, Head, Particulars, Witnessed};
use super::directory::{DataDirectory, DirectoryError, DirectoryPaths, unreadable_at};
use super::error::StoreError;
use super::migrations;
use super::row::EntryRow;
use super::sqlite::Opening;
use super::wal;
use super::watermark::Mark;

/// What a salvage found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The damaged files, kept as they are.
    pub kept: DirectoryPaths,
    /// Entries that were rescued.
    pub entries: u64,
    /// Numbers of the log, first to last, that could not be read.
    pub missing: Vec<(i64, i64)>,
}

/// Rescues what can be read and makes it the directory's database. Killed on the way, it is
/// simply begun again.
///
/// # Errors
/// [`StoreError::NotRecorded`] and [`StoreError::File`] when the new database cannot be written;
/// the directory is then as it was.
pub fn salvage(
    directory: &mut DataDirectory,
    damaged: &Opening,
    witnessed: &Witnessed,
) -> Result<Salvaged, StoreError> {
    let _held = damaged.lock()?;
    let promised = promise_of(damaged)?;
    let opening = Opening {
        paths: directory.next_paths(),
        ..damaged.clone()
    };
    start_afresh(&opening.paths)?;
    let database = &opening.paths.database;
    (opening.files.open(database)).map_err(unreadable_at(database))?;
    let mut new = opening.connect(true)?;
    migrations::migrate(&mut new, migrations::NEWEST, &opening.probe)?;
    let transaction = new.transaction()?;
    let rescued = rescue(damaged, &transaction, promised)?;
    let born = "INSERT INTO directory (only, kind, station) VALUES (1, ?1, ?2)";
    let station = opening.station.as_str();
    transaction.execute(born, params![opening.kind.as_str(), station])?;
    let head = close_log(&transaction, &rescued, witnessed)?;
    transaction.commit()?;
    drop(new);
    (opening.watermark().advance(head, &opening.probe))
        .map_err(unreadable_at(&opening.paths.watermark))?;
    directory.use_next_generation()?;
    Ok(Salvaged {
        kept: damaged.paths.clone(),
        entries: rescued.entries,
        missing: rescued.missing,
    })
}

/// What the damaged book had promised.
///
/// A file that does not open, without a watermark that does, is rather another key than damage:
/// putting an empty book in its place would lose a good one.
fn promise_of(damaged: &Opening) -> Result<i64, StoreError> {
    let promised = match damaged.watermark().read() {
        Ok(Mark::At(head)) => Some(head.sequence),
        _ => None,
    };
    match (damaged.connect(false), promised) {
        (Ok(old), promised) => {
            let kind = old.query_row("SELECT kind, station FROM directory", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
            let expected = (damaged.kind.to_string(), damaged.station.to_string());
            if kind.is_ok_and(|kind| kind != expected) {
                return Err(DirectoryError::NotThisDatabase.into());
            }
            Ok(promised.unwrap_or(0))
        }
        (Err(_), Some(promised)) => Ok(promised),
        (Err(error), None) => Err(error),
    }
}

/// Files of the next generation can only be those of a salvage that was interrupted.
fn start_afresh(paths: &DirectoryPaths) -> Result<(), StoreError> {
    for path in [&paths.database, &paths.log, &paths.watermark] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unreadable_at(path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

struct Rescued {
    entries: u64,
    last: i64,
    missing: Vec<(i64, i64)>,
}

/// The damaged database. SQLCipher refuses everything after the first broken page that a
/// connection meets, so each one costs a new connection.
struct Damaged<'a> {
    opening: &'a Opening,
    connection: Option<Connection>,
}

impl Damaged<'_> {
    /// What `query` reads; `None` where it meets a broken page.
    fn read<T>(
        &mut self,
        query: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Option<T> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.opening.connect(false).ok()?,
        };
        match query(&connection) {
            Ok(value) => {
                self.connection = Some(connection);
                Some(value)
            }
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                self.connection = Some(connection);
                None
            }
            Err(_) => None,
        }
    }
}

/// What a row is read from: a copy whose log was mended, and the damaged files as they are. The
/// copy has more, since SQLite drops what follows a damaged frame; a frame that would go to another
/// page in it spoils that page, which the damaged files may have whole.
struct Sources<'a> {
    mended: Option<Damaged<'a>>,
    plain: Damaged<'a>,
}

impl Sources<'_> {
    /// What `query` reads, from the source with more if that has it.
    fn read<T>(&mut self, query: impl Fn(&Connection) -> Result<T, rusqlite::Error>) -> Option<T> {
        let mended = self.mended.as_mut().and_then(|mended| mended.read(&query));
        mended.or_else(|| self.plain.read(&query))
    }
}

/// A copy of the damaged files whose log is mended; `None` where there is no log to mend.
struct MendedCopy {
    opening: Opening,
}

impl MendedCopy {
    fn of(damaged: &Opening) -> std::io::Result<Option<Self>> {
        let Ok(log) = fs::read(&damaged.paths.log) else {
            return Ok(None);
        };
        let Some(log) = wal::mended(&log) else {
            return Ok(None);
        };
        let folder = damaged.paths.folder.join("salvage");
        // Left by a salvage that was interrupted.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let copy = Self {
            opening: Opening {
                paths: DirectoryPaths::of(&folder, 1),
                ..damaged.clone()
            },
        };
        fs::copy(&damaged.paths.database, &copy.opening.paths.database)?;
        fs::write(&copy.opening.paths.log, log)?;
        Ok(Some(copy))
    }
}

impl Drop for MendedCopy {
    fn drop(&mut self) {
        // Encrypted like the original; the next salvage writes over what stays.
        let _ = fs::remove_dir_all(&self.opening.paths.folder);
    }
}

/// Row by row, by number: a broken page costs the rows on it and no others.
fn rescue(damaged: &Opening, new: &Connection, promised: i64) -> Result<Rescued, StoreError> {
    let copy = MendedCopy::of(damaged).map_err(unreadable_at(&damaged.paths.folder))?;
    let source = |opening| Damaged {
        opening,
        connection: None,
    };
    let mut old = Sources {
        mended: copy.as_ref().map(|copy| source(&copy.opening)),
        plain: source(damaged),
    };
    let found = old.read(|old| {
        old.query_row("SELECT max(sequence) FROM audit", [], |row| {
            row.get::<_, Option<i64>>(0)
        })
    });
    let last = found.flatten().unwrap_or(0).max(promised);
    let mut rescued = Rescued {
        entries: 0,
        last,
        missing: Vec::new(),
    };
    let mut entries = Vec::new();
    for sequence in 1..=last {
        match old.read(|old| read_number(old, sequence)) {
            Some((audit, entry)) => {
                audit.insert(new)?;
                if let Some(entry) = entry {
                    entry.insert(new)?;
                    entries.push(sequence);
                }
            }
            None => extend(&mut rescued.missing, sequence),
        }
    }
    rescued.entries = entries.len() as u64;
    // Later ones first: what became of an entry can depend on its cancellation.
    for sequence in entries.into_iter().rev() {
        copy_delivery(&mut old, new, sequence)?;
    }
    copy_rest(&mut old, new);
    Ok(rescued)
}

/// The audit row of a number, and its entry where it has one; an error if that is not what was
/// written.
fn read_number(old: &Connection, sequence: i64) -> rusqlite::Result<(AuditRow, Option<EntryRow>)> {
    let audit = old
        .prepare_cached("SELECT * FROM audit WHERE sequence = ?1")?
        .query_row(params![sequence], AuditRow::read)?;
    let has_entry = matches!(
        Act::from_name(&audit.act),
        Some(Act::Recorded | Act::Corrected | Act::Cancelled)
    );
    if !has_entry {
        return Ok((audit, None));
    }
    let entry = old
        .prepare_cached("SELECT * FROM entry WHERE sequence = ?1")?
        .query_row(params![sequence], EntryRow::read)?;
    if audit.digest == Some(entry.digest()) {
        Ok((audit, Some(entry)))
    } else {
        Err(rusqlite::Error::QueryReturnedNoRows)
    }
}

/// Where an entry stands. One whose way cannot be read is sent again: the server knows it by its
/// id.
fn copy_delivery(old: &mut Sources<'_>, new: &Connection, sequence: i64) -> Result<(), StoreError> {
    let columns = "sequence, state, attempts, changed_in, location, etag, last_modified, detail";
    let read = old.read(|old| {
        old.prepare_cached(&format!(
            "SELECT {columns} FROM delivery WHERE sequence = ?1"
        ))?
        .query_row(params![sequence], |row| {
            (0..8)
                .map(|column| row.get::<_, Value>(column))
                .collect::<Result<Vec<_>, _>>()
        })
    });
    match read {
        Some(values) => new
            .prepare_cached(&format!(
                "INSERT INTO delivery ({columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ))?
            .execute(params_from_iter(values))?,
        None => new
            .prepare_cached(
                "INSERT INTO delivery (sequence, state, attempts, changed_in) \
                 SELECT sequence, CASE WHEN voucher IS NULL THEN 'awaiting_number' \
                     WHEN EXISTS (SELECT 1 FROM entry AS later JOIN delivery USING (sequence) \
                         WHERE later.changes = entry.entry_id AND later.kind = 'cancellation' \
                         AND delivery.state = 'withdrawn') THEN 'withdrawn' \
                     ELSE 'queued' END, 1, sequence \
                 FROM entry WHERE sequence = ?1",
            )?
            .execute(params![sequence])?,
    };
    Ok(())
}

/// Accounts, pictures, closed days, the desk's notes and the enrolment, as far as they can be read: without them
/// people sign up and the station enrols again, and no record is lost.
fn copy_rest(old: &mut Sources<'_>, new: &Connection) {
    for (select, insert) in [
        (
            "SELECT id, account FROM operator",
            "INSERT OR IGNORE INTO operator VALUES (?1, ?2)",
        ),
        (
            "SELECT date, audit FROM closed_day",
            "INSERT OR IGNORE INTO closed_day SELECT ?1, ?2 \
             WHERE EXISTS (SELECT 1 FROM audit WHERE sequence = ?2)",
        ),
        (
            "SELECT notes FROM desk",
            "INSERT OR IGNORE INTO desk VALUES (1, ?1)",
        ),
        (
            "SELECT sequence, finding, settled_in FROM review",
            "INSERT OR IGNORE INTO review \
             SELECT ?1, ?2, (SELECT sequence FROM audit WHERE sequence = ?3) \
             WHERE EXISTS (SELECT 1 FROM entry WHERE sequence = ?1)",
        ),
        (
            "SELECT sequence, part, png FROM crop",
            "INSERT OR IGNORE INTO crop SELECT ?1, ?2, ?3 \
             WHERE EXISTS (SELECT 1 FROM entry WHERE sequence = ?1)",
        ),
        (
            "SELECT server, client_id, ca, enrolled_in, since FROM enrolment",
            "INSERT OR IGNORE INTO enrolment (only, server, client_id, ca, enrolled_in, since) \
             SELECT 1, ?1, ?2, ?3, ?4, ?5 \
             WHERE EXISTS (SELECT 1 FROM audit WHERE sequence = ?4)",
        ),
    ] {
        // What cannot be read here is left behind in the old file.
        let _ = old.read(|old| copy_rows(old, new, select, insert));
    }
}

fn copy_rows(
    old: &Connection,
    new: &Connection,
    select: &str,
    insert: &str,
) -> rusqlite::Result<()> {
    let mut from = old.prepare(select)?;
    let mut into = new.prepare(insert)?;
    let columns = from.column_count();
    let mut rows = from.query([])?;
    while let Some(row) = rows.next()? {
        let values: Vec<Value> = (0..columns)
            .map(|column| row.get(column))
            .collect::<Result<_, _>>()?;
        into.execute(params_from_iter(values))?;
    }
    Ok(())
}

fn extend(missing: &mut Vec<(i64, i64)>, sequence: i64) {
    match missing.last_mut() {
        Some((_, last)) if *last + 1 == sequence => *last = sequence,
        _ => missing.push((sequence, sequence)),
    }
}

/// Writes down what is missing, under a number that was never promised to anything else.
fn close_log(
    new: &Connection,
    rescued: &Rescued,
    witnessed: &Witnessed,
) -> Result<Head, StoreError> {
    let missing: Vec<String> = (rescued.missing.iter())
        .map(|(a, b)| format!("{a}-{b}"))
        .collect();
    let detail = format!("{} entries; missing {}", rescued.entries, missing.join(" "));
    let before = audit::last(new)?;
    let mut row = audit::next(
        before.as_ref(),
        witnessed,
        &Particulars::of(Act::Salvaged, &detail),
    );
    row.sequence = rescued.last + 1;
    row.chain = row.chained_to(&before.map_or(Head::START.chain, |before| before.chain));
    row.insert(new)?;
    Ok(Head {
        sequence: row.sequence,
        chain: row.chain,
    })
}

/// The gaps in the detail of a [`Act::Salvaged`] row.
pub(super) fn missing_in(detail: &str) -> Vec<(i64, i64)> {
    let Some((_, gaps)) = detail.split_once("missing ") else {
        return Vec::new();
    };
    gaps.split_whitespace()
        .filter_map(|gap| gap.split_once('-'))
        .filter_map(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_numbers_make_one_gap() {
        let mut missing = Vec::new();
        for sequence in [3, 4, 5, 9] {
            extend(&mut missing, sequence);
        }
        assert_eq!(missing, [(3, 5), (9, 9)]);
        assert_eq!(missing_in("2 entries; missing 3-5 9-9"), missing);
    }
}
