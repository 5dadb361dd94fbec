//! What waits on its way to the record API, as a screen lists it.

use super::core::Station;
use super::event::Event;
use crate::store::{self, Counts, RecordStore as _, State, StoreError, Stored};
use crate::sync::Told;

/// The most entries of one kind that are listed: nobody reads more at once.
const LISTED: u32 = 100;

/// The outbox at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Queue {
    /// How many entries stand where.
    pub counts: Counts,
    /// The first that are queued.
    pub queued: Vec<Stored>,
    /// The first that the server will not take.
    pub rejected: Vec<Stored>,
    /// The first that contradict another record.
    pub conflicts: Vec<Conflict>,
}

/// An entry that contradicts another record.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The entry.
    pub entry: Stored,
    /// The other record.
    pub other: Other,
}

/// The record that an entry contradicts.
#[derive(Debug, Clone, PartialEq)]
pub enum Other {
    /// It is in this book.
    Here(Box<Stored>),
    /// The server has it, and this is what it told of it.
    There(Told),
    /// It was in this book and is cancelled.
    Gone,
}

impl Other {
    /// What `entry` contradicts, where `current` are the current records of the same dose.
    fn of(entry: &Stored, current: Vec<Stored>) -> Self {
        let own = entry.entry.record.id;
        let mut others = current.into_iter();
        match others.find(|other| other.entry.record.id != own) {
            Some(other) => Self::Here(Box::new(other)),
            // What was never sent contradicts nothing that a server has.
            None if entry.attempts == 0 => Self::Gone,
            None => Self::There(Told::of(entry.detail.as_deref().unwrap_or_default())),
        }
    }
}

impl Station<'_> {
    /// What waits to be delivered.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn queue(&mut self) -> Result<Queue, StoreError> {
        let store = self.store();
        let mut conflicts = Vec::new();
        for entry in store.in_state(State::Conflict, LISTED)? {
            let current = match entry.entry.record.conflict_key() {
                Some(key) => store.with_key(&key)?,
                None => Vec::new(),
            };
            let other = Other::of(&entry, current);
            conflicts.push(Conflict { entry, other });
        }
        Ok(Queue {
            counts: store.counts(None)?,
            queued: store.in_state(State::Queued, LISTED)?,
            rejected: store.in_state(State::Rejected, LISTED)?,
            conflicts,
        })
    }

    /// Queues an entry again that a server refused or that contradicts another: a person has
    /// looked at it. The audit log says who.
    pub fn send_again(&mut self, sequence: i64) -> Vec<Event> {
        let witnessed = self.witnessed();
        let step = [(sequence, store::Event::Requeue)];
        let again = self.store().advance(&step, &witnessed);
        self.told_of_queue(again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Entry;
    use crate::store::{clerk, on_disk, record};

    /// A book with a dose of one person, and the same dose with another lot.
    fn contradicting() -> (Stored, Vec<Stored>) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = on_disk(folder.path());
        for lot in ["FJ7489", "FK0108"] {
            let entry = Entry::new(record(1, 1, lot));
            store.record(&entry, &clerk()).unwrap();
        }
        let entry = store.in_state(State::Conflict, 9).unwrap().remove(0);
        let key = entry.entry.record.conflict_key().unwrap();
        let current = store.with_key(&key).unwrap();
        (entry, current)
    }

    #[test]
    fn the_other_record_of_the_book_is_found() {
        let (entry, current) = contradicting();
        let Other::Here(other) = Other::of(&entry, current) else {
            panic!("another record");
        };
        assert_ne!(other.entry.record.id, entry.entry.record.id);
        assert_eq!(
            other.entry.record.conflict_key(),
            entry.entry.record.conflict_key()
        );
    }

    #[test]
    fn a_record_that_was_cancelled_since_is_gone_and_a_servers_is_what_it_told() {
        let (mut entry, mut current) = contradicting();
        let own = entry.entry.record.id;
        current.retain(|stored| stored.entry.record.id == own);
        assert_eq!(Other::of(&entry, current.clone()), Other::Gone);
        (entry.attempts, entry.detail) = (1, Some("409 Conflict; another one".to_owned()));
        let Other::There(told) = Other::of(&entry, current) else {
            panic!("the server's");
        };
        assert_eq!(told.words.len(), 1);
    }
}
