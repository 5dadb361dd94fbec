//! What waits on its way to the record API, as a screen lists it.

use super::core::Station;
use super::event::Event;
use crate::store::{self, Counts, RecordStore as _, State, StoreError, Stored};

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
    pub conflicts: Vec<Stored>,
}

impl Station<'_> {
    /// What waits to be delivered.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn queue(&mut self) -> Result<Queue, StoreError> {
        let store = self.store();
        Ok(Queue {
            counts: store.counts(None)?,
            queued: store.in_state(State::Queued, LISTED)?,
            rejected: store.in_state(State::Rejected, LISTED)?,
            conflicts: store.in_state(State::Conflict, LISTED)?,
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
