//! Decoders and models of others may panic on an odd picture: that costs the
//! picture, not the run.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The result of `work`, or `None` when it panicked. What it worked on is given up.
pub fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_contained_and_a_result_passes() {
        assert_eq!(contained(|| 1), Some(1));
        let nothing: Vec<u8> = Vec::new();
        assert_eq!(
            contained(|| nothing[usize::from(!nothing.is_empty())]),
            None
        );
    }
}
