//! Entries on their way: into the book, and from state to state.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{self, Act, Particulars, Witnessed};
use super::error::StoreError;
use super::probe::{Probe, Step};
use super::review;
use super::row::{EntryRow, as_integer};
use super::state::{Event, Receipt, State, transition};
use crate::intake::{ConflictKey, Entry, EntryKind, Previous, RecordId, Subject};
use crate::voucher::VoucherNumber;

/// An entry as it stands in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The station's sequence number.
    pub sequence: i64,
    /// The entry.
    pub entry: Entry,
    /// Where it stands.
    pub state: State,
    /// How often it was sent.
    pub attempts: u32,
    /// The server's receipt.
    pub receipt: Option<Receipt>,
    /// The server's words, where it refused, or what it contradicts.
    pub detail: Option<String>,
}

/// What the rules look at of a person's records: all of `stored` but the one of identity `id`.
pub fn previous(stored: &[Stored], id: RecordId) -> Vec<Previous> {
    stored
        .iter()
        .filter(|stored| stored.entry.record.id != id)
        .map(|stored| Previous {
            date: stored.entry.record.date,
            dose: stored.entry.record.subject.dose(),
            outcome: stored.entry.record.outcome.clone(),
        })
        .collect()
}

/// What became of an entry that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// It is in the book, under this number, in this state.
    AsNew(i64, State),
    /// The very same entry was there already: a repeated request.
    Again(i64),
    /// Another entry says the same of the same dose; nothing was added.
    SameContent(RecordId),
}

pub(super) const STORED: &str = "SELECT entry.*, delivery.state, delivery.attempts, \
     delivery.location, delivery.etag, delivery.last_modified, delivery.detail \
     FROM entry JOIN delivery USING (sequence) ";

impl Stored {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Result<Self, StoreError>> {
        let entry = EntryRow::read(row)?;
        let state: String = row.get("state")?;
        let location: Option<String> = row.get("location")?;
        let receipt = match location {
            Some(location) => Some(Receipt {
                location,
                etag: row.get("etag")?,
                last_modified: row.get("last_modified")?,
            }),
            None => None,
        };
        let (attempts, detail) = (row.get("attempts")?, row.get("detail")?);
        Ok(entry.entry().and_then(|kept| {
            Ok(Self {
                sequence: entry.sequence,
                entry: kept,
                state: State::from_name(&state).ok_or(StoreError::Unreadable {
                    sequence: entry.sequence,
                    column: "state",
                })?,
                attempts,
                receipt,
                detail,
            })
        }))
    }
}

/// Puts an entry into the book, inside the caller's transaction.
pub(super) fn enter(
    connection: &Connection,
    entry: &Entry,
    witnessed: &Witnessed,
    probe: &Probe,
) -> Result<Entered, StoreError> {
    if let Some(there) = by_entry_id(connection, entry.id)? {
        // Compared as rows: the book keeps microseconds.
        return if EntryRow::new(0, &there.entry) == EntryRow::new(0, entry) {
            Ok(Entered::Again(there.sequence))
        } else {
            Err(StoreError::IdReused(entry.id))
        };
    }
    let (state, detail) = match &entry.kind {
        EntryKind::New => match standing_of_new(connection, entry)? {
            Standing::Same(id) => return Ok(Entered::SameContent(id)),
            Standing::Free(state) => (state, None),
            Standing::Contradicts(id) => (State::Conflict, Some(contradicts(id))),
        },
        EntryKind::Correction(_) => correct(connection, entry)?,
        EntryKind::Cancellation(_) => (cancel(connection, entry)?, None),
    };
    insert(
        connection,
        entry,
        state,
        detail.as_deref(),
        witnessed,
        probe,
    )
}

/// What an entry says that contradicts another one.
pub(super) fn contradicts(id: RecordId) -> String {
    format!("differs from record {id}")
}

fn insert(
    connection: &Connection,
    entry: &Entry,
    state: State,
    detail: Option<&str>,
    witnessed: &Witnessed,
    probe: &Probe,
) -> Result<Entered, StoreError> {
    let sequence = audit::head(connection)?.sequence + 1;
    let row = EntryRow::new(sequence, entry);
    row.insert(connection)?;
    connection
        .prepare_cached(
            "INSERT INTO delivery (sequence, state, changed_in, detail) VALUES (?1, ?2, ?1, ?3)",
        )?
        .execute(params![sequence, state.name(), detail])?;
    probe.reached(Step::EntryInserted);
    let act = match entry.kind {
        EntryKind::New => Act::Recorded,
        EntryKind::Correction(_) => Act::Corrected,
        EntryKind::Cancellation(_) => Act::Cancelled,
    };
    let what = Particulars {
        act,
        subject: Some(sequence),
        detail: "",
        digest: Some(row.digest()),
    };
    audit::append(connection, witnessed, &what)?;
    review::insert(connection, sequence, &witnessed.shown)?;
    probe.reached(Step::AuditInserted);
    Ok(Entered::AsNew(sequence, state))
}

/// How a new entry stands to those that are here.
enum Standing {
    Free(State),
    Same(RecordId),
    Contradicts(RecordId),
}

fn standing_of_new(connection: &Connection, entry: &Entry) -> Result<Standing, StoreError> {
    let Some(key) = entry.record.conflict_key() else {
        return Ok(Standing::Free(State::AwaitingNumber));
    };
    if let Some(state) = standing_of_changed(connection, entry.id)? {
        return Ok(Standing::Free(state));
    }
    let others = with_key(connection, &key)?;
    let same = |other: &&Stored| other.entry.record.same_content(&entry.record);
    Ok(match (others.iter().find(same), others.first()) {
        (Some(same), _) => Standing::Same(same.entry.record.id),
        (None, Some(other)) => Standing::Contradicts(other.entry.record.id),
        (None, None) => Standing::Free(State::Queued),
    })
}

/// Where a record starts that comes in after its own corrections or its cancellation, as happens
/// when a second copy fills the gaps of a salvage; `None` for all others.
fn standing_of_changed(connection: &Connection, id: RecordId) -> Result<Option<State>, StoreError> {
    let last = history(connection, id)?.pop();
    Ok(last.map(|last| match last.entry.kind {
        EntryKind::Cancellation(_) if last.state == State::Withdrawn => State::Withdrawn,
        _ => State::Queued,
    }))
}

/// Withdraws what no server has, and tells where the correction itself starts.
fn correct(connection: &Connection, entry: &Entry) -> Result<(State, Option<String>), StoreError> {
    let last = last_of(connection, entry.record.id)?;
    let completes = matches!(last.entry.record.subject, Subject::ToFollow { .. });
    let same_person = last.entry.record.subject == entry.record.subject;
    let same_dose = last.entry.record.subject.dose() == entry.record.subject.dose();
    let same_outcome = std::mem::discriminant(&last.entry.record.outcome)
        == std::mem::discriminant(&entry.record.outcome);
    if !(same_outcome && (same_person || completes && same_dose)) {
        return Err(StoreError::NotCorrectable);
    }
    supersede(connection, &last)?;
    let Some(key) = entry.record.conflict_key() else {
        return Ok((State::AwaitingNumber, None));
    };
    let others = with_key(connection, &key)?;
    let other = others
        .iter()
        .find(|other| other.entry.record.id != entry.record.id);
    Ok(match other {
        Some(other) => (State::Conflict, Some(contradicts(other.entry.record.id))),
        None => (State::Queued, None),
    })
}

/// A cancellation of what was never attempted stays on the tablet.
fn cancel(connection: &Connection, entry: &Entry) -> Result<State, StoreError> {
    let last = last_of(connection, entry.record.id)?;
    supersede(connection, &last)?;
    let history = history(connection, entry.record.id)?;
    let no_server_has_it = history.iter().all(|e| e.state == State::Withdrawn);
    Ok(if no_server_has_it {
        State::Withdrawn
    } else {
        State::Queued
    })
}

/// Withdraws an entry if nothing of it can be on a server; leaves it on its way otherwise.
fn supersede(connection: &Connection, last: &Stored) -> Result<(), StoreError> {
    if let Some(state) = transition(last.state, last.attempts, &Event::Supersede) {
        let next = audit::head(connection)?.sequence + 1;
        set_state(connection, last.sequence, state, next)?;
    }
    Ok(())
}

fn set_state(
    connection: &Connection,
    sequence: i64,
    state: State,
    changed_in: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE delivery SET state = ?2, changed_in = ?3 WHERE sequence = ?1")?
        .execute(params![sequence, state.name(), changed_in])?;
    Ok(())
}

/// The last entry of a record that still stands.
fn last_of(connection: &Connection, id: RecordId) -> Result<Stored, StoreError> {
    let last = history(connection, id)?
        .pop()
        .ok_or(StoreError::Unknown(id))?;
    match last.entry.kind {
        EntryKind::Cancellation(_) => Err(StoreError::Cancelled(id)),
        _ => Ok(last),
    }
}

/// All entries of a record, oldest first.
pub(super) fn history(connection: &Connection, id: RecordId) -> Result<Vec<Stored>, StoreError> {
    collect(connection, &history_query(), params![id.uuid()])
}

pub(super) fn history_query() -> String {
    format!(
        "{STORED} WHERE entry.sequence IN (SELECT sequence FROM entry WHERE entry_id = ?1 \
         UNION ALL SELECT sequence FROM entry WHERE changes = ?1) \
         ORDER BY entry.changes IS NOT NULL, entry.sequence"
    )
}

/// The entry of that identity.
pub(super) fn by_entry_id(
    connection: &Connection,
    id: RecordId,
) -> Result<Option<Stored>, StoreError> {
    let sql = format!("{STORED} WHERE entry.entry_id = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row(params![id.uuid()], Stored::read)
        .optional()?
        .transpose()
}

/// The current records of the same dose of the same person.
pub(super) fn with_key(
    connection: &Connection,
    key: &ConflictKey,
) -> Result<Vec<Stored>, StoreError> {
    let person = person(key)?;
    let found: Vec<Stored> = collect(
        connection,
        &with_key_query(),
        params![person, key.dose.value()],
    )?;
    let key = Some(*key);
    Ok(found
        .into_iter()
        .filter(|stored| stored.entry.record.conflict_key() == key)
        .collect())
}

/// The current records of a voucher's person, all doses, oldest first.
pub(super) fn of_person(
    connection: &Connection,
    number: VoucherNumber,
) -> Result<Vec<Stored>, StoreError> {
    collect(
        connection,
        &of_person_query(),
        params![as_integer(number) % PERSON],
    )
}

pub(super) fn with_key_query() -> String {
    current_where("person = ?1 AND dose = ?2 AND voucher IS NOT NULL")
}

pub(super) fn of_person_query() -> String {
    current_where("person = ?1 AND voucher IS NOT NULL")
}

/// Digits 3–18 of a voucher's number, as one number.
const PERSON: i64 = 10_i64.pow(16);

fn person(key: &ConflictKey) -> Result<i64, StoreError> {
    let digits = format!("{}{}", key.municipality, key.personal);
    digits.parse().map_err(|_| StoreError::Unreadable {
        sequence: 0,
        column: "person",
    })
}

/// Vouchers to follow, oldest first.
pub(super) fn open_slips(connection: &Connection) -> Result<Vec<Stored>, StoreError> {
    in_state(connection, State::AwaitingNumber, u32::MAX)
}

/// A query over what is true of each record.
fn current_where(condition: &str) -> String {
    format!(
        "{STORED} WHERE entry.sequence IN (SELECT sequence FROM current_record \
         WHERE {condition}) ORDER BY entry.sequence"
    )
}

/// Up to `limit` entries in `state`, oldest first.
pub(super) fn in_state(
    connection: &Connection,
    state: State,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    collect(connection, &in_state_query(state), params![limit])
}

/// The open states have an index of their own, which SQLite uses only where a query repeats its
/// condition to the letter.
pub(super) fn in_state_query(state: State) -> String {
    let open = if state.is_open() {
        "AND delivery.state NOT IN ('acknowledged', 'withdrawn')"
    } else {
        ""
    };
    format!(
        "{STORED} WHERE delivery.state = '{}' {open} ORDER BY delivery.sequence LIMIT ?1",
        state.name()
    )
}

fn collect(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Stored>, StoreError> {
    connection
        .prepare_cached(sql)?
        .query_map(parameters, Stored::read)?
        .map(|row| row.map_err(StoreError::from).and_then(|stored| stored))
        .collect()
}

/// How many entries stand where.
pub(super) fn counts(
    connection: &Connection,
    date: Option<Date>,
) -> Result<super::Counts, StoreError> {
    let mut counts = super::Counts::default();
    let mut statement = connection.prepare_cached(
        "SELECT state, sum(n) FROM tally WHERE ?1 IS NULL OR date = ?1 GROUP BY state",
    )?;
    let mut rows = statement.query(params![date.map(|date| date.to_string())])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if let Some(state) = State::from_name(&name) {
            counts.set(state, row.get(1)?);
        }
    }
    Ok(counts)
}

/// Takes entries one step on, inside the caller's transaction: all of them or none.
///
/// Steps of one kind that follow each other share an audit row.
pub(super) fn advance(
    connection: &Connection,
    steps: &[(i64, Event)],
    witnessed: &Witnessed,
) -> Result<Vec<State>, StoreError> {
    let mut states = Vec::with_capacity(steps.len());
    for group in steps.chunk_by(|a, b| act_of(&a.1) == act_of(&b.1)) {
        let changed_in = audit::head(connection)?.sequence + 1;
        for (sequence, event) in group {
            states.push(take_step(connection, *sequence, event, changed_in)?);
        }
        // `take_step` has refused what goes under no act.
        let Some((act, (first, _))) = group.first().and_then(|g| Some((act_of(&g.1)?, g))) else {
            continue;
        };
        let detail = format!("{} entries", group.len());
        let what = Particulars {
            subject: Some(*first),
            digest: receipts_digest(connection, act, changed_in)?,
            ..Particulars::of(act, &detail)
        };
        audit::append(connection, witnessed, &what)?;
    }
    Ok(states)
}

/// Under which act an event goes into the log; [`Event::Supersede`] goes with the entry that
/// supersedes, and nowhere else.
fn act_of(event: &Event) -> Option<Act> {
    match event {
        Event::Send => Some(Act::Sent),
        Event::Unanswered => Some(Act::Unanswered),
        Event::Acknowledge(_) => Some(Act::Acknowledged),
        Event::Reject(_) => Some(Act::Rejected),
        Event::Contradict(_) => Some(Act::Contradicted),
        Event::Requeue => Some(Act::Requeued),
        Event::Moot => Some(Act::Withdrawn),
        Event::Supersede => None,
    }
}

fn state_of(
    connection: &Connection,
    sequence: i64,
    event: &Event,
) -> Result<(State, u32), StoreError> {
    let found: Option<(String, u32)> = connection
        .prepare_cached("SELECT state, attempts FROM delivery WHERE sequence = ?1")?
        .query_row(params![sequence], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .and_then(|(state, attempts)| Some((State::from_name(&state)?, attempts)))
        .ok_or_else(|| StoreError::NoSuchStep {
            sequence,
            state: State::Withdrawn,
            event: event.clone(),
        })
}

fn take_step(
    connection: &Connection,
    sequence: i64,
    event: &Event,
    changed_in: i64,
) -> Result<State, StoreError> {
    let (state, attempts) = state_of(connection, sequence, event)?;
    let next = act_of(event)
        .and_then(|_| transition(state, attempts, event))
        .ok_or_else(|| StoreError::NoSuchStep {
            sequence,
            state,
            event: event.clone(),
        })?;
    let attempts = attempts + u32::from(next == State::Sending);
    let (receipt, detail) = match event {
        Event::Acknowledge(receipt) => (Some(receipt), None),
        Event::Reject(why) | Event::Contradict(why) => (None, Some(why)),
        _ => (None, None),
    };
    connection
        .prepare_cached(
            "UPDATE delivery SET state = ?2, attempts = ?3, changed_in = ?4, location = ?5, \
             etag = ?6, last_modified = ?7, detail = ?8 WHERE sequence = ?1",
        )?
        .execute(params![
            sequence,
            next.name(),
            attempts,
            changed_in,
            receipt.map(|r| &r.location),
            receipt.map(|r| &r.etag),
            receipt.map(|r| &r.last_modified),
            detail,
        ])?;
    Ok(next)
}

/// A digest of the receipts that came in with an audit row, so that none of them can be changed
/// later without a trace.
pub(super) fn receipts_digest(
    connection: &Connection,
    act: Act,
    changed_in: i64,
) -> Result<Option<super::digest::Digest>, StoreError> {
    if act != Act::Acknowledged {
        return Ok(None);
    }
    let mut fields = super::digest::Fields::of("uketsuke receipts 1");
    let mut statement = connection.prepare_cached(
        "SELECT sequence, location, etag, last_modified FROM delivery \
         WHERE state = 'acknowledged' AND changed_in = ?1 ORDER BY sequence",
    )?;
    let mut rows = statement.query(params![changed_in])?;
    while let Some(row) = rows.next()? {
        fields = fields
            .number(row.get(0)?)
            .text(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)
            .text(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)
            .text(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok(Some(fields.finish()))
}
