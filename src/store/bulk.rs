//! Taking in a whole file of entries: all of them or none.

use rusqlite::Connection;

use super::audit::{self, Act, Particulars, Shown, Witnessed};
use super::error::StoreError;
use super::outbox::{self, Entered, Stored};
use super::probe::Step;
use super::second_copy::CopyState;
use super::sqlite::SqliteStore;
use crate::intake::Entry;
use crate::voucher::VoucherNumber;

/// Where the entries of a file come from.
pub trait EntrySource {
    /// The next entry and what is shown with it; `None` at the end.
    ///
    /// # Errors
    /// An error rolls everything back.
    fn next(&mut self, known: &Lookup<'_>) -> Result<Option<(Entry, Vec<Shown>)>, StoreError>;

    /// What became of an entry, provided that the rest of the file goes well too.
    fn entered(&mut self, entry: &Entry, entered: Entered);

    /// What the audit log says of the file.
    fn summary(&self) -> String;
}

/// What is in the book while a file is being taken in, its own rows included.
pub struct Lookup<'a>(&'a Connection);

impl Lookup<'_> {
    /// As [`RecordStore::of_person`](super::RecordStore::of_person).
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn of_person(&self, number: VoucherNumber) -> Result<Vec<Stored>, StoreError> {
        outbox::of_person(self.0, number)
    }
}

impl SqliteStore {
    /// Keeps all entries of a file, or none of them: one transaction.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`], and what the source returns: nothing of the file was kept.
    pub fn record_all(
        &mut self,
        source: &mut dyn EntrySource,
        witnessed: &Witnessed,
    ) -> Result<CopyState, StoreError> {
        let probe = self.opening().probe.clone();
        probe.reached(Step::IntakeReceived);
        let ((), copy) = self.write_once(|transaction| {
            while let Some((entry, shown)) = source.next(&Lookup(transaction))? {
                let witnessed = Witnessed {
                    shown,
                    ..witnessed.clone()
                };
                let entered = outbox::enter(transaction, &entry, &witnessed, &probe)?;
                source.entered(&entry, entered);
            }
            let detail = source.summary();
            let what = Particulars::of(Act::Imported, &detail);
            audit::append(transaction, witnessed, &what)?;
            Ok(())
        })?;
        // The log of a whole file would make the next start slow. The file is taken in whether or
        // not it can be moved just now.
        let _ = self.checkpoint();
        Ok(copy)
    }
}
