//! What was recorded stays: an encrypted SQLite book, its watermark, and a second copy elsewhere.
//!
//! ```text
//!  Entry ─▶ SqliteStore::record
//!             1. transaction: entry, delivery, audit row      outbox, audit
//!             2. COMMIT with synchronous=FULL
//!             3. watermark, synced                            watermark
//!             4. second copy, synced (a missing medium only warns)   second_copy
//!           ◀─ Recorded: only now may anybody say so
//! ```
//!
//! Entries and audit rows are never changed or deleted. What is true of a record is told by its
//! last entry; where an entry stands on its way to the record API by its [`State`], whose every
//! step is in one table, [`transition`].
//!
//! When a step fails, the database is closed and opened anew, and the step is tried once more
//! under the same identity, so that it counts once: after a failed sync the same handle may say
//! that all is well when it is not. If it fails again the answer is [`StoreError::NotRecorded`].

mod audit;
mod bulk;
mod connection;
mod crops;
mod desk;
mod digest;
mod directory;
mod enrolment;
mod error;
mod files;
mod memory;
mod migrations;
mod outbox;
mod outgoing;
mod people;
mod probe;
mod recovery;
mod review;
mod row;
mod salvage;
mod scrub;
mod second_copy;
mod sqlite;
mod state;
mod wal;
mod watermark;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use contract::{clerk, on_disk, record};

pub use audit::{Act, AuditRow, Head, Shown, Witnessed};
pub use bulk::{EntrySource, Lookup};
pub use connection::Synchronous;
pub use crops::{Crop, CropPart};
pub use desk::{Deed, RecordOfDay, Told};
pub use directory::{DataDirectory, DeliveryLock, DirectoryError, DirectoryPaths, StationLock};
pub use enrolment::{Enrolment, Reach};
pub use error::{Cause, Damage, StoreError};
pub use files::{DurableFile, Files, LocalFiles};
pub use memory::MemoryStore;
pub use outbox::{Entered, Stored, previous};
pub use outgoing::Outgoing;
pub use probe::{Probe, Step};
pub use recovery::{Restored, recover};
pub use review::OpenReview;
pub use salvage::{Salvaged, salvage};
pub use scrub::{ScrubFinding, Scrubbed};
pub use second_copy::{CopyState, Medium};
pub use sqlite::{Opening, Order, SqliteStore};
pub use state::{Event, Receipt, State, transition};

use jiff::civil::Date;

use crate::intake::{ConflictKey, Entry, RecordId};
use crate::voucher::VoucherNumber;

/// An entry that is kept for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What became of it.
    pub entered: Entered,
    /// Whether the second medium has it too.
    pub copy: CopyState,
}

/// How many entries stand in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; State::ALL.len()]);

impl Counts {
    /// How many stand in `state`.
    pub fn get(&self, state: State) -> u64 {
        self.0[state as usize]
    }

    fn set(&mut self, state: State, n: u64) {
        self.0[state as usize] = n;
    }

    /// How many a server or a person still has to do something about.
    pub fn open(&self) -> u64 {
        State::ALL
            .into_iter()
            .filter(|state| state.is_open())
            .map(|state| self.get(state))
            .sum()
    }
}

/// Where records are kept. One contract, which `contract.rs` holds against the store in memory
/// and the one on disk.
pub trait RecordStore {
    /// Keeps an entry for good. Handing in the same entry again changes nothing; a new record
    /// that says what another one says already is not added; one that contradicts another is
    /// kept, in [`State::Conflict`].
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`] when nothing is promised; [`StoreError::IdReused`],
    /// [`StoreError::Unknown`], [`StoreError::Cancelled`] and [`StoreError::NotCorrectable`] for
    /// entries that make no sense. Nothing is kept of an entry that gave an error, except that
    /// after [`StoreError::NotRecorded`] it may yet be found by its id.
    fn record(&mut self, entry: &Entry, witnessed: &Witnessed) -> Result<Recorded, StoreError>;

    /// Takes entries one step on, all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchStep`] for a step that the table of transitions does not have.
    fn advance(
        &mut self,
        steps: &[(i64, Event)],
        witnessed: &Witnessed,
    ) -> Result<Vec<State>, StoreError>;

    /// All entries of a record, oldest first.
    fn history(&mut self, id: RecordId) -> Result<Vec<Stored>, StoreError>;

    /// The current records of the same dose of the same person.
    fn with_key(&mut self, key: &ConflictKey) -> Result<Vec<Stored>, StoreError>;

    /// The current records of a voucher's person, whatever the dose, oldest first.
    fn of_person(&mut self, number: VoucherNumber) -> Result<Vec<Stored>, StoreError>;

    /// Up to `limit` entries in a state, oldest first.
    fn in_state(&mut self, state: State, limit: u32) -> Result<Vec<Stored>, StoreError>;

    /// Up to `limit` queued entries after the sequence number `after`, oldest first, each with
    /// what decides whether and how it can be sent.
    fn outgoing(&mut self, after: i64, limit: u32) -> Result<Vec<Outgoing>, StoreError>;

    /// Vouchers to follow, oldest first.
    fn open_slips(&mut self) -> Result<Vec<Stored>, StoreError>;

    /// How many entries stand where, of one vaccination date or of all.
    fn counts(&mut self, date: Option<Date>) -> Result<Counts, StoreError>;
}
