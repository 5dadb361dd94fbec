//! The store in memory: the same contract without a disk, for tests of the rooms that use one.

use jiff::civil::Date;

use super::audit::Witnessed;
use super::error::StoreError;
use super::outbox::{Entered, Stored, contradicts};
use super::outgoing::{self, Outgoing};
use super::second_copy::CopyState;
use super::state::{Event, State, transition};
use super::{Counts, RecordStore, Recorded};
use crate::intake::{ConflictKey, Entry, EntryKind, RecordId, Subject};
use crate::voucher::VoucherNumber;

/// Entries in a vector; nothing outlives it.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Vec<Stored>,
}

impl MemoryStore {
    fn of_record(&self, id: RecordId) -> impl DoubleEndedIterator<Item = &Stored> {
        self.entries
            .iter()
            .filter(move |stored| stored.entry.record.id == id)
    }

    /// The last entry of every record, cancelled ones left out.
    fn current(&self) -> impl Iterator<Item = &Stored> {
        self.entries.iter().filter(|stored| {
            let last = self.of_record(stored.entry.record.id).next_back();
            last.is_some_and(|last| last.sequence == stored.sequence)
                && !matches!(stored.entry.kind, EntryKind::Cancellation(_))
        })
    }

    fn last_of(&self, id: RecordId) -> Result<Stored, StoreError> {
        let last = self.of_record(id).next_back();
        match last {
            None => Err(StoreError::Unknown(id)),
            Some(last) if matches!(last.entry.kind, EntryKind::Cancellation(_)) => {
                Err(StoreError::Cancelled(id))
            }
            Some(last) => Ok(last.clone()),
        }
    }

    fn supersede(&mut self, sequence: i64) {
        for stored in &mut self.entries {
            if stored.sequence == sequence
                && let Some(next) = transition(stored.state, stored.attempts, &Event::Supersede)
            {
                stored.state = next;
            }
        }
    }

    fn start_of(&mut self, entry: &Entry) -> Result<Start, StoreError> {
        let key = entry.record.conflict_key();
        let others: Vec<Stored> = (self.current())
            .filter(|stored| key.is_some() && stored.entry.record.conflict_key() == key)
            .filter(|stored| stored.entry.record.id != entry.record.id)
            .cloned()
            .collect();
        let same = |other: &&Stored| other.entry.record.same_content(&entry.record);
        match &entry.kind {
            EntryKind::New => {
                if let Some(same) = others.iter().find(same) {
                    return Ok(Start::SameContent(same.entry.record.id));
                }
            }
            EntryKind::Correction(_) => {
                let last = self.last_of(entry.record.id)?;
                if !may_correct(&last.entry, entry) {
                    return Err(StoreError::NotCorrectable);
                }
                self.supersede(last.sequence);
            }
            EntryKind::Cancellation(_) => {
                let last = self.last_of(entry.record.id)?;
                self.supersede(last.sequence);
                let local = (self.of_record(entry.record.id)).all(|e| e.state == State::Withdrawn);
                let state = if local {
                    State::Withdrawn
                } else {
                    State::Queued
                };
                return Ok(Start::At(state));
            }
        }
        Ok(match (key, others.first()) {
            (None, _) => Start::At(State::AwaitingNumber),
            (Some(_), None) => Start::At(State::Queued),
            (Some(_), Some(other)) => Start::Contradicts(other.entry.record.id),
        })
    }
}

/// Where a new entry starts.
enum Start {
    At(State),
    SameContent(RecordId),
    Contradicts(RecordId),
}

/// A correction keeps voucher, dose and outcome; only a slip's number may come in.
fn may_correct(last: &Entry, entry: &Entry) -> bool {
    let (before, after) = (&last.record, &entry.record);
    let completes = matches!(before.subject, Subject::ToFollow { .. })
        && before.subject.dose() == after.subject.dose();
    let same_outcome =
        std::mem::discriminant(&before.outcome) == std::mem::discriminant(&after.outcome);
    same_outcome && (completes || before.subject == after.subject)
}

impl RecordStore for MemoryStore {
    fn record(&mut self, entry: &Entry, _: &Witnessed) -> Result<Recorded, StoreError> {
        let recorded = |entered| {
            Ok(Recorded {
                entered,
                copy: CopyState::NotConfigured,
            })
        };
        if let Some(there) = self.entries.iter().find(|there| there.entry.id == entry.id) {
            return if there.entry == *entry {
                recorded(Entered::Again(there.sequence))
            } else {
                Err(StoreError::IdReused(entry.id))
            };
        }
        let (state, detail) = match self.start_of(entry)? {
            Start::SameContent(id) => return recorded(Entered::SameContent(id)),
            Start::At(state) => (state, None),
            Start::Contradicts(id) => (State::Conflict, Some(contradicts(id))),
        };
        let sequence = self.entries.last().map_or(0, |last| last.sequence) + 1;
        self.entries.push(Stored {
            sequence,
            entry: entry.clone(),
            state,
            attempts: 0,
            receipt: None,
            detail,
        });
        recorded(Entered::AsNew(sequence, state))
    }

    fn advance(&mut self, steps: &[(i64, Event)], _: &Witnessed) -> Result<Vec<State>, StoreError> {
        let mut changed = self.entries.clone();
        let mut states = Vec::with_capacity(steps.len());
        for (sequence, event) in steps {
            let stored = changed.iter_mut().find(|s| s.sequence == *sequence);
            let state = stored.as_ref().map_or(State::Withdrawn, |s| s.state);
            let (stored, next) = stored
                .filter(|_| *event != Event::Supersede)
                .and_then(|s| transition(s.state, s.attempts, event).map(|next| (s, next)))
                .ok_or_else(|| StoreError::NoSuchStep {
                    sequence: *sequence,
                    state,
                    event: event.clone(),
                })?;
            stored.state = next;
            stored.attempts += u32::from(next == State::Sending);
            stored.receipt = match event {
                Event::Acknowledge(receipt) => Some(receipt.clone()),
                _ => None,
            };
            stored.detail = match event {
                Event::Reject(why) | Event::Contradict(why) => Some(why.clone()),
                _ => None,
            };
            states.push(next);
        }
        self.entries = changed;
        Ok(states)
    }

    fn history(&mut self, id: RecordId) -> Result<Vec<Stored>, StoreError> {
        Ok(self.of_record(id).cloned().collect())
    }

    fn with_key(&mut self, key: &ConflictKey) -> Result<Vec<Stored>, StoreError> {
        let key = Some(*key);
        Ok(self
            .current()
            .filter(|stored| stored.entry.record.conflict_key() == key)
            .cloned()
            .collect())
    }

    fn of_person(&mut self, number: VoucherNumber) -> Result<Vec<Stored>, StoreError> {
        let person = |n: VoucherNumber| (n.municipality(), n.personal());
        Ok(self
            .current()
            .filter(|stored| {
                let voucher = stored.entry.record.subject.voucher();
                voucher.is_some_and(|found| person(found) == person(number))
            })
            .cloned()
            .collect())
    }

    fn in_state(&mut self, state: State, limit: u32) -> Result<Vec<Stored>, StoreError> {
        Ok(self
            .entries
            .iter()
            .filter(|stored| stored.state == state)
            .take(limit as usize)
            .cloned()
            .collect())
    }

    fn outgoing(&mut self, after: i64, limit: u32) -> Result<Vec<Outgoing>, StoreError> {
        Ok(outgoing::outgoing_of(&self.entries, after, limit))
    }

    fn open_slips(&mut self) -> Result<Vec<Stored>, StoreError> {
        self.in_state(State::AwaitingNumber, u32::MAX)
    }

    fn counts(&mut self, date: Option<Date>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for stored in &self.entries {
            if date.is_none_or(|date| date == stored.entry.record.date) {
                counts.set(stored.state, counts.get(stored.state) + 1);
            }
        }
        Ok(counts)
    }
}
