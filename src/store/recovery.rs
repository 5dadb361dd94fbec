//! Bringing back, on another tablet, what a destroyed one had recorded.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::audit::{self, Act, Particulars, Witnessed};
use super::directory::{DirectoryError, KeptKeys, unreadable_at};
use super::error::StoreError;
use super::outbox::{self, Entered};
use super::row::EntryRow;
use super::second_copy::{self, Answer, Frame, frames};
use super::sqlite::SqliteStore;
use super::state::{Event, State};
use crate::config::DirectoryKind;
use crate::intake::RecordId;
use crate::keys::RecoveryIdentity;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// Stations whose copies were read.
    pub stations: Vec<String>,
    /// Entries that are new here.
    pub entries: u64,
    /// Entries that were here already.
    pub again: u64,
    /// Entries that the server has already, by their receipts.
    pub acknowledged: u64,
    /// Entries that could not be applied, such as a correction whose record is in a damaged
    /// stretch; what was wrong.
    pub problems: Vec<String>,
}

/// Reads every second copy in `folder` into `store`, in one transaction: all of it or nothing.
/// Running it again changes nothing.
///
/// # Errors
/// [`StoreError::File`] when a copy or its keys cannot be read with this identity;
/// [`StoreError::NotRecorded`].
pub fn recover(
    store: &mut SqliteStore,
    folder: &Path,
    identity: &RecoveryIdentity,
    witnessed: &Witnessed,
) -> Result<Restored, StoreError> {
    let copies = copies_in(folder)?;
    let kind = store.opening().kind;
    store.transact(|transaction| {
        let mut restored = Restored::default();
        for copy in &copies {
            match restore(transaction, copy, kind, identity, witnessed, &mut restored) {
                // One card that cannot be read keeps nobody from the others.
                Err(problem @ (StoreError::File { .. } | StoreError::Directory(_))) => {
                    restored.problems.push(problem.to_string());
                }
                done => done?,
            }
        }
        let detail = format!(
            "{} entries from {}",
            restored.entries,
            restored.stations.join(" ")
        );
        audit::append(
            transaction,
            witnessed,
            &Particulars::of(Act::Recovered, &detail),
        )?;
        Ok(restored)
    })
}

/// The copies in a folder, each with the file of its keys.
fn copies_in(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, StoreError> {
    let mut copies = Vec::new();
    for item in fs::read_dir(folder).map_err(unreadable_at(folder))? {
        let path = item.map_err(unreadable_at(folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "copy")
        {
            let keys = path.with_extension("keys.age");
            copies.push((path, keys));
        }
    }
    copies.sort();
    if copies.is_empty() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(unreadable_at(&folder.join("uketsuke-*.copy"))(missing));
    }
    Ok(copies)
}

fn restore(
    connection: &Connection,
    (copy, keys): &(PathBuf, PathBuf),
    kind: DirectoryKind,
    identity: &RecoveryIdentity,
    witnessed: &Witnessed,
    restored: &mut Restored,
) -> Result<(), StoreError> {
    let kept = KeptKeys::read(keys, identity)?;
    if kept.kind != kind {
        let (born, asked) = (kept.kind, kind);
        return Err(DirectoryError::OtherKind { born, asked }.into());
    }
    let seal = second_copy::seal(&kept.seal_key(keys)?, kept.station.as_str());
    let bytes = fs::read(copy).map_err(unreadable_at(copy))?;
    let mut stretches = Vec::new();
    let mut whole = 0;
    for found in frames(&bytes, &seal) {
        stretches.push((found.first, found.last));
        whole = found.end;
        let plain = (identity.open(found.payload))
            .map_err(|error| unreadable_at(copy)(std::io::Error::other(error)))?;
        let frame: Frame = serde_json::from_slice(&plain)
            .map_err(|error| unreadable_at(copy)(std::io::Error::other(error)))?;
        apply(connection, frame, witnessed, restored)?;
    }
    for (a, b) in holes(stretches) {
        restored.problems.push(format!(
            "端末 {0} の予備のうち {a}〜{b} 番が壊れています / numbers {a} to {b} of the copy of station {0} are damaged",
            kept.station
        ));
    }
    if whole < bytes.len() || bytes.is_empty() {
        restored.problems.push(format!(
            "端末 {0} の予備は終わりが欠けています。最後の記録が足りないかもしれません / the copy of station {0} is cut off at its end: its last records may be missing",
            kept.station
        ));
    }
    restored.stations.push(kept.station.to_string());
    Ok(())
}

/// The numbers that no frame covers, from 1 to the last one.
fn holes(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.sort_unstable();
    let mut reached = 0;
    let mut holes = Vec::new();
    for (first, last) in stretches {
        if first > reached + 1 {
            holes.push((reached + 1, first - 1));
        }
        reached = reached.max(last);
    }
    holes
}

/// One thing that happened on the lost tablet.
enum Happened {
    Entered(Box<EntryRow>),
    Answered(Answer),
}

/// Applies a frame in the order in which things happened.
fn apply(
    connection: &Connection,
    frame: Frame,
    witnessed: &Witnessed,
    restored: &mut Restored,
) -> Result<(), StoreError> {
    let entries = frame.entries.into_iter();
    let answers = frame.answers.into_iter();
    let mut events: Vec<(i64, Happened)> = entries
        .map(|row| (row.sequence, Happened::Entered(Box::new(row))))
        .chain(answers.map(|answer| (answer.changed_in, Happened::Answered(answer))))
        .collect();
    events.sort_by_key(|(sequence, _)| *sequence);
    for (_, event) in events {
        match event {
            Happened::Entered(row) => enter(connection, &row, witnessed, restored)?,
            Happened::Answered(answer) => acknowledge(connection, answer, witnessed, restored)?,
        }
    }
    Ok(())
}

fn enter(
    connection: &Connection,
    row: &EntryRow,
    witnessed: &Witnessed,
    restored: &mut Restored,
) -> Result<(), StoreError> {
    let entry = row.entry()?;
    match outbox::enter(connection, &entry, witnessed, &super::Probe::default()) {
        Ok(Entered::AsNew(sequence, _)) => {
            restored.entries += 1;
            // Whether the lost tablet had sent it is not known, so the server may have it.
            connection.execute(
                "UPDATE delivery SET attempts = 1 WHERE sequence = ?1",
                params![sequence],
            )?;
        }
        Ok(Entered::Again(_) | Entered::SameContent(_)) => restored.again += 1,
        Err(error @ (StoreError::Database(_) | StoreError::NotRecorded(_))) => return Err(error),
        Err(error) => restored.problems.push(error.to_string()),
    }
    Ok(())
}

fn acknowledge(
    connection: &Connection,
    answer: Answer,
    witnessed: &Witnessed,
    restored: &mut Restored,
) -> Result<(), StoreError> {
    let id = RecordId::from_uuid(answer.entry_id);
    let Some(stored) = outbox::by_entry_id(connection, id)? else {
        return Ok(());
    };
    let way = match stored.state {
        State::Queued => vec![Event::Send],
        // A person had sent it on its way again.
        State::Conflict | State::Rejected => vec![Event::Requeue, Event::Send],
        _ => return Ok(()),
    };
    let steps: Vec<(i64, Event)> = way
        .into_iter()
        .chain([Event::Acknowledge(answer.receipt)])
        .map(|event| (stored.sequence, event))
        .collect();
    outbox::advance(connection, &steps, witnessed)?;
    restored.acknowledged += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::holes;

    #[test]
    fn numbers_that_no_frame_covers_are_named() {
        assert_eq!(holes(vec![(1, 2), (3, 5)]), []);
        assert_eq!(holes(vec![(7, 9), (1, 2), (2, 4)]), [(5, 6)]);
        assert_eq!(holes(vec![(3, 4)]), [(1, 2)]);
    }
}
