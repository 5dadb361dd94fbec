//! A new record whose identity is here already.

use serde_json::json;

use super::super::samples::{Desk, cancelled, given, post, with};
use super::{PATIENT, identities, notes, on_one, shown};

#[test]
fn another_clients_identity_with_the_same_content_is_held_and_with_other_content_a_conflict() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let receipt = a.created(&post(given(1, 7)));
        assert_eq!(b.held(&post(given(1, 7))), receipt);
        let other_lot = post(with(given(1, 7), "/lotNumber", json!("FK0108")));
        for other in [
            &other_lot,
            &post(given(1, 8)),
            &post(cancelled(given(1, 7))),
        ] {
            assert_eq!(b.refusal(other), (409, PATIENT.to_owned()), "{other}");
        }
        assert_eq!(a.held(&other_lot), receipt, "its own is here, as before");
        assert_eq!(shown(registry, &receipt)["lotNumber"], "FJ7489");
        assert_eq!(notes(registry), 0, "nothing is written");
    });
}

#[test]
fn a_record_that_comes_cancelled_is_new_beside_the_one_that_stands_and_held_when_it_is_known() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let stands = a.created(&post(given(1, 7)));
        let entry = post(cancelled(given(2, 7)));
        let beside = b.created(&entry);
        assert_ne!(beside.id, stands.id);
        assert_eq!(b.held(&entry), beside, "the reply was lost");
        assert_eq!(shown(registry, &beside)["status"], "entered-in-error");
        assert_eq!(identities(&shown(registry, &stands)).len(), 1);
        // It stands in nobody's way either, not even when it comes first.
        b.created(&post(cancelled(given(3, 8))));
        a.created(&post(given(4, 8)));
        let known = a.held(&post(cancelled(given(1, 7))));
        assert_eq!(known, stands, "a cancellation of what is known is a PUT");
    });
}
