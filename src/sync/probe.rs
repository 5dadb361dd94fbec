//! The steps of a delivery, by name, so that a test can stop the world at each of them.

use std::fmt;
use std::sync::Arc;

/// A step that has just been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyncStep {
    /// The entries of a batch are marked as sent, durably; nothing is sent.
    Claimed,
    /// The batch is written out in memory and goes onto the wire next.
    Sending,
    /// The answer was read, or did not come; nothing of it is kept.
    Replied,
    /// What became of every entry is kept, durably.
    Acknowledged,
}

impl SyncStep {
    /// All steps, in their order.
    pub const ALL: [Self; 4] = [
        Self::Claimed,
        Self::Sending,
        Self::Replied,
        Self::Acknowledged,
    ];
}

/// Told of every step; does nothing outside of tests.
#[derive(Clone, Default)]
pub struct Probe(Option<Arc<dyn Fn(SyncStep) + Send + Sync>>);

impl Probe {
    /// A probe that calls `watch` at every step.
    pub fn new(watch: impl Fn(SyncStep) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(watch)))
    }

    /// `step` has been taken.
    pub(super) fn reached(&self, step: SyncStep) {
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
