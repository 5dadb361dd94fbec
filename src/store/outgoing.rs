//! What is queued, with all that decides whether and how it can be sent.

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::outbox::{self, STORED, Stored};
use super::state::State;
use crate::intake::{EntryKind, RecordId};

/// A queued entry in its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The entry.
    pub stored: Stored,
    /// The earlier entries of the same record, oldest first; empty for a new record.
    pub before: Vec<Stored>,
    /// Whether another record of the same dose is being cancelled and the server does not know
    /// yet: sent now, this one would be taken for the same record or for its contradiction.
    pub held: bool,
    /// Whether the record's newest receipt is of a server at which the station is not enrolled any
    /// more.
    pub elsewhere: bool,
}

/// Up to `limit` queued entries after the number `after`, oldest first.
pub(super) fn outgoing(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<Outgoing>, StoreError> {
    let rows: Vec<(Stored, bool)> = connection
        .prepare_cached(&outgoing_query())?
        .query_map(params![after, limit], |row| {
            Ok((Stored::read(row)?, row.get("held")?))
        })?
        .map(|row| row.map_err(StoreError::from))
        .map(|row| row.and_then(|(stored, held)| Ok((stored?, held))))
        .collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(stored, held)| {
            let before = match stored.entry.kind {
                EntryKind::New => Vec::new(),
                _ => earlier(
                    outbox::history(connection, stored.entry.record.id)?,
                    &stored,
                ),
            };
            let elsewhere = !before.is_empty() && is_elsewhere(connection, &stored)?;
            Ok(Outgoing {
                stored,
                before,
                held,
                elsewhere,
            })
        })
        .collect()
}

fn is_elsewhere(connection: &Connection, stored: &Stored) -> Result<bool, StoreError> {
    let id = stored.entry.record.id.uuid();
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(max(delivery.changed_in) < (SELECT since FROM enrolment), 0) \
             FROM entry JOIN delivery USING (sequence) WHERE delivery.state = 'acknowledged' \
             AND entry.sequence IN (SELECT sequence FROM entry WHERE entry_id = ?1 \
             UNION ALL SELECT sequence FROM entry WHERE changes = ?1)",
        )?
        .query_row(params![id], |row| row.get(0))?)
}

/// The part of a record's history before `stored`.
pub(super) fn earlier(history: Vec<Stored>, stored: &Stored) -> Vec<Stored> {
    let own = stored.sequence;
    history
        .into_iter()
        .take_while(|entry| entry.sequence != own)
        .collect()
}

/// Repeats the condition of the index `delivery_open`, which SQLite uses only then.
pub(super) fn outgoing_query() -> String {
    let queued = State::Queued.name();
    let held = "EXISTS (SELECT 1 FROM entry AS other JOIN delivery AS its ON its.sequence = other.sequence \
         WHERE other.person = entry.person AND other.dose = entry.dose AND other.voucher IS NOT NULL \
         AND other.kind = 'cancellation' \
         AND other.changes <> coalesce(entry.changes, entry.entry_id) \
         AND its.state NOT IN ('acknowledged', 'withdrawn')) AS held ";
    let with_held = STORED.replacen("FROM entry", &format!(", {held} FROM entry"), 1);
    format!(
        "{with_held} WHERE delivery.state = '{queued}' \
         AND delivery.state NOT IN ('acknowledged', 'withdrawn') \
         AND delivery.sequence > ?1 ORDER BY delivery.sequence LIMIT ?2"
    )
}

/// The same for the store in memory, whose entries are `all`.
pub(super) fn outgoing_of(all: &[Stored], after: i64, limit: u32) -> Vec<Outgoing> {
    let queued = all
        .iter()
        .filter(|stored| stored.state == State::Queued && stored.sequence > after);
    queued
        .take(limit as usize)
        .map(|stored| Outgoing {
            before: earlier(history_of(all, stored.entry.record.id), stored),
            held: all.iter().any(|other| holds(other, stored)),
            elsewhere: false,
            stored: stored.clone(),
        })
        .collect()
}

fn history_of(all: &[Stored], id: RecordId) -> Vec<Stored> {
    let of_record = |stored: &&Stored| stored.entry.record.id == id;
    all.iter().filter(of_record).cloned().collect()
}

fn holds(other: &Stored, stored: &Stored) -> bool {
    let person = |stored: &Stored| {
        let number = stored.entry.record.subject.voucher()?;
        Some((number.municipality(), number.personal(), number.dose()))
    };
    matches!(other.entry.kind, EntryKind::Cancellation(_))
        && other.state.is_open()
        && other.entry.record.id != stored.entry.record.id
        && person(other).is_some()
        && person(other) == person(stored)
}
