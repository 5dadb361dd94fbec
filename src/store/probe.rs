//! The steps of the store's work, by name, so that a test can stop the world at each of them.

use std::fmt;
use std::sync::Arc;

/// A step that has just been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A new directory's `directory.toml` is on disk.
    DirectoryNamed,
    /// The directory's keys are in the credential store.
    KeysKept,
    /// A migration's statements ran, its transaction is open.
    MigrationApplied,
    /// A migration is committed.
    MigrationCommitted,
    /// A record reached the store; nothing is written.
    IntakeReceived,
    /// The record's rows are inserted, its transaction is open.
    EntryInserted,
    /// The audit row is inserted, the transaction is open.
    AuditInserted,
    /// The transaction is committed.
    Committed,
    /// The watermark is written and not yet on disk.
    WatermarkWritten,
    /// The watermark is on disk.
    WatermarkSynced,
    /// The second copy is written and not yet on its medium.
    SecondCopyWritten,
    /// The second copy is on its medium.
    SecondCopySynced,
    /// Pictures are deleted, the transaction is open.
    PurgeDeleted,
}

impl Step {
    /// All steps, in the order in which a new directory takes them.
    pub const ALL: [Self; 13] = [
        Self::DirectoryNamed,
        Self::KeysKept,
        Self::MigrationApplied,
        Self::MigrationCommitted,
        Self::IntakeReceived,
        Self::EntryInserted,
        Self::AuditInserted,
        Self::Committed,
        Self::WatermarkWritten,
        Self::WatermarkSynced,
        Self::SecondCopyWritten,
        Self::SecondCopySynced,
        Self::PurgeDeleted,
    ];
}

/// Told of every step; does nothing outside of tests.
#[derive(Clone, Default)]
pub struct Probe(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl Probe {
    /// A probe that calls `watch` at every step.
    pub fn new(watch: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(watch)))
    }

    /// `step` has been taken.
    pub(crate) fn reached(&self, step: Step) {
        if let Some(watch) = &self.0 {
            watch(step);
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probe").field(&self.0.is_some()).finish()
    }
}
