//! Long random histories, against a model that knows little and forgets nothing.

use std::cell::RefCell;
use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::model::Model;
use crate::intake::Mode;

/// Steps of a history.
const STEPS: usize = 10_000;

/// Histories of each mode.
const HISTORIES: u32 = 6;

#[test]
fn whatever_happens_in_whatever_order_the_desk_keeps_its_rules() {
    // After the shot no finding holds the desk, and questions are rare.
    for (mode, stages, sounds) in [(Mode::BeforeShot, 9, 11), (Mode::AfterShot, 8, 10)] {
        let mut runner = TestRunner::new(ProptestConfig {
            cases: HISTORIES,
            // A failure tells what led to it; shorter histories seldom fail in the same way.
            max_shrink_iters: 0,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let (visited, heard) = (RefCell::new(HashSet::new()), RefCell::new(HashSet::new()));
        let history = prop::collection::vec((any::<u8>(), any::<u8>()), STEPS);
        let kept = runner.run(&history, |history| {
            let mut model = Model::new(mode);
            for (what, which) in history {
                let kept = model.step(what, which);
                prop_assert!(kept.is_ok(), "{:?} after\n{}", kept, model.told());
            }
            let entries = model.entries.len();
            prop_assert!(
                entries > STEPS / 100,
                "only {entries} entries: {:?}",
                model.visited
            );
            visited.borrow_mut().extend(model.visited.into_keys());
            heard.borrow_mut().extend(model.heard);
            Ok(())
        });
        assert!(kept.is_ok(), "{kept:?}");
        assert_eq!(visited.borrow().len(), stages, "{visited:?}");
        assert!(heard.borrow().len() >= sounds, "{heard:?}");
    }
}
