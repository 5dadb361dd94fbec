//! Long random histories, against a model that knows little and forgets nothing.

use proptest::prelude::*;

use super::model::Model;
use crate::intake::Mode;

/// Steps of a history.
const STEPS: usize = 10_000;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        // A failure tells what led to it; shorter histories seldom fail in the same way.
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_in_whatever_order_the_desk_keeps_its_rules(
        before_the_shot in any::<bool>(),
        history in prop::collection::vec((any::<u8>(), any::<u8>()), STEPS),
    ) {
        let mode = if before_the_shot { Mode::BeforeShot } else { Mode::AfterShot };
        let mut model = Model::new(mode);
        for (what, which) in history {
            let kept = model.step(what, which);
            prop_assert!(kept.is_ok(), "{:?} after\n{}", kept, model.told());
        }
        // The history went everywhere: after the shot no finding holds the desk.
        let (stages, sounds) = if before_the_shot { (8, 11) } else { (7, 10) };
        prop_assert_eq!(model.visited.len(), stages, "{:?}", model.visited);
        prop_assert_eq!(model.heard.len(), sounds, "{:?}", model.heard);
        let entries = model.entries.len();
        prop_assert!(entries > STEPS / 100, "only {} entries: {:?}", entries, model.visited);
    }
}
