//! What to send next. Pure: a page of the queue in, a plan out.
//!
//! | an entry | goes out as |
//! |---|---|
//! | a new record | `POST`, conditional on its identity |
//! | a change of a record that the server has | `PUT` on the version of the newest receipt |
//! | a correction of a record that the server does not have | `POST` of what is true now |
//! | a cancellation of a record that the server does not have | not at all: both are moot |
//! | a cancellation of a record that the server may have | `POST`, and if it is there, `PUT` |
//! | a change of what another server has | not at all: to a person |
//! | a change whose record is still on its way | waits for the receipt |
//! | a dose whose cancelled record the server still has | waits for the cancellation |
//!
//! An entry that waits, or that a person has to look at, keeps only its own record back.

use crate::intake::{Entry, EntryKind};
use crate::store::{Event, Outgoing, Receipt, State, Stored};

/// A step that needs no server: the entry's sequence number and what happens to it.
pub type Step = (i64, Event);

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing of this page can be sent now.
    Nothing,
    /// Take these steps on the tablet, then plan again.
    Settle(Vec<Step>),
    /// Send these, oldest first.
    Send(Vec<Parcel>),
}

/// An entry and how it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The station's sequence number.
    pub sequence: i64,
    /// The entry.
    pub entry: Entry,
    /// How it goes out.
    pub way: Way,
    /// What the server may hold of this record: the entries before this one. Anything else is not
    /// this station's to overwrite.
    pub known: Vec<Entry>,
}

/// How an entry goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// As a resource that is not there yet.
    Create,
    /// As the next version of one that is.
    Update {
        /// The resource: `Immunization/4711`.
        resource: String,
        /// The version that is changed, as an ETag: `W/"1"`.
        version: String,
    },
}

/// Plans the next batch of at most `limit` records out of `page`, which is in the order of the
/// queue. What can be settled without the server comes first.
pub fn plan(page: &[Outgoing], limit: usize) -> Plan {
    let mut steps: Vec<Step> = page.iter().flat_map(moot).collect();
    // Two changes of one record name the same refused entry.
    steps.sort_by_key(|step| step.0);
    steps.dedup();
    if !steps.is_empty() {
        return Plan::Settle(steps);
    }
    let parcels: Vec<Parcel> = page.iter().filter_map(parcel).take(limit).collect();
    if parcels.is_empty() {
        Plan::Nothing
    } else {
        Plan::Send(parcels)
    }
}

/// The entry as it can go out now; `None` while it waits.
fn parcel(out: &Outgoing) -> Option<Parcel> {
    if out.before.iter().any(is_on_its_way) {
        return None;
    }
    let way = match newest_receipt(out) {
        Some(receipt) => Way::Update {
            resource: resource_of(&receipt.location).to_owned(),
            version: receipt.etag.clone(),
        },
        // A cancellation takes no dose's place.
        None if out.held && !is_cancellation(out) => return None,
        None => Way::Create,
    };
    Some(Parcel {
        sequence: out.stored.sequence,
        entry: out.stored.entry.clone(),
        way,
        known: out.before.iter().map(|e| e.entry.clone()).collect(),
    })
}

/// Told of a change that cannot be sent.
const ELSEWHERE: &str = "この記録は以前のサーバーに送られています。そちらの担当者に連絡してください / this record was delivered to another server: tell whoever runs that one";

/// What became pointless: earlier entries of the record that the server refused, since a later one
/// takes their place, and a cancellation of what the server does not have.
fn moot(out: &Outgoing) -> Vec<Step> {
    if out.elsewhere {
        let told = Event::Contradict(ELSEWHERE.to_owned());
        return vec![
            (out.stored.sequence, Event::Send),
            (out.stored.sequence, told),
        ];
    }
    let refused = |stored: &&Stored| matches!(stored.state, State::Rejected | State::Conflict);
    let replaced = out.before.iter().filter(refused);
    let mut steps: Vec<Step> = replaced.map(|e| (e.sequence, Event::Moot)).collect();
    let nowhere = newest_receipt(out).is_none() && !out.before.iter().any(may_have_arrived);
    if is_cancellation(out) && nowhere {
        steps.push((out.stored.sequence, Event::Moot));
    }
    steps
}

/// Whether an attempt may have arrived although its answer did not: only of an entry that was sent
/// once, and refused, is it known that the server does not have it.
fn may_have_arrived(stored: &Stored) -> bool {
    is_on_its_way(stored) || stored.attempts > 1
}

fn is_cancellation(out: &Outgoing) -> bool {
    matches!(out.stored.entry.kind, EntryKind::Cancellation(_))
}

fn is_on_its_way(stored: &Stored) -> bool {
    matches!(stored.state, State::Queued | State::Sending)
}

fn newest_receipt(out: &Outgoing) -> Option<&Receipt> {
    out.before.iter().rev().find_map(|e| e.receipt.as_ref())
}

/// `Immunization/4711` of `Immunization/4711/_history/1`, also where the server gives it as a
/// whole URL.
pub(super) fn resource_of(location: &str) -> &str {
    let start = location.rfind("Immunization/").unwrap_or(0);
    let relative = &location[start..];
    match relative.find("/_history/") {
        Some(end) => &relative[..end],
        None => relative,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sync::samples::{cancellation, correction, receipt, record, stored};

    fn out(stored: Stored, before: &[Stored]) -> Outgoing {
        Outgoing {
            stored,
            before: before.to_vec(),
            held: false,
            elsewhere: false,
        }
    }

    fn acknowledged(mut stored: Stored) -> Stored {
        stored.state = State::Acknowledged;
        stored.receipt = Some(receipt(4711, 1));
        stored
    }

    fn in_state(mut stored: Stored, state: State) -> Stored {
        stored.state = state;
        stored
    }

    fn sent(plan: &Plan) -> Vec<i64> {
        match plan {
            Plan::Send(parcels) => parcels.iter().map(|p| p.sequence).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn new_records_go_out_oldest_first_and_no_more_than_the_server_takes() {
        let page: Vec<Outgoing> = (1..=5).map(|n| out(stored(n, &record(n)), &[])).collect();
        assert_eq!(sent(&plan(&page, 3)), [1, 2, 3]);
        let Plan::Send(parcels) = plan(&page, 9) else {
            panic!("something to send");
        };
        assert!(parcels.iter().all(|p| p.way == Way::Create));
    }

    #[test]
    fn a_correction_waits_for_the_receipt_and_goes_out_on_its_version() {
        let new = stored(1, &record(1));
        let changed = stored(2, &correction(&new.entry, "FJ0001"));
        for state in [State::Queued, State::Sending] {
            let before = in_state(new.clone(), state);
            assert_eq!(plan(&[out(changed.clone(), &[before])], 9), Plan::Nothing);
        }
        let Plan::Send(parcels) = plan(&[out(changed, &[acknowledged(new)])], 9) else {
            panic!("something to send");
        };
        let expected = Way::Update {
            resource: "Immunization/4711".into(),
            version: "W/\"1\"".into(),
        };
        assert_eq!(parcels[0].way, expected);
    }

    #[test]
    fn a_correction_of_what_the_server_refused_is_sent_as_a_new_record() {
        let new = in_state(stored(1, &record(1)), State::Rejected);
        let changed = stored(2, &correction(&new.entry, "FJ0001"));
        let first = plan(&[out(changed.clone(), std::slice::from_ref(&new))], 9);
        assert_eq!(first, Plan::Settle(vec![(1, Event::Moot)]));
        let settled = in_state(new, State::Withdrawn);
        let Plan::Send(parcels) = plan(&[out(changed, &[settled])], 9) else {
            panic!("something to send");
        };
        assert_eq!(parcels[0].way, Way::Create);
    }

    #[test]
    fn a_cancellation_of_what_the_server_refused_is_settled_on_the_tablet() {
        let new = in_state(stored(1, &record(1)), State::Conflict);
        let cancelled = stored(2, &cancellation(&new.entry));
        assert_eq!(
            plan(&[out(cancelled, &[new])], 9),
            Plan::Settle(vec![(1, Event::Moot), (2, Event::Moot)])
        );
    }

    #[test]
    fn a_cancellation_of_what_may_have_arrived_and_was_refused_later_goes_out() {
        let mut new = in_state(stored(1, &record(1)), State::Rejected);
        new.attempts = 2;
        let cancelled = stored(2, &cancellation(&new.entry));
        let first = plan(&[out(cancelled.clone(), &[new.clone()])], 9);
        assert_eq!(first, Plan::Settle(vec![(1, Event::Moot)]));
        new.state = State::Withdrawn;
        let Plan::Send(parcels) = plan(&[out(cancelled, &[new.clone()])], 9) else {
            panic!("something to send");
        };
        assert_eq!(parcels[0].way, Way::Create);
        assert_eq!(parcels[0].known, [new.entry]);
    }

    #[test]
    fn what_another_server_has_is_not_changed_at_this_one() {
        let new = acknowledged(stored(1, &record(1)));
        let changed = stored(2, &correction(&new.entry, "FJ0001"));
        let mut out = out(changed, &[new]);
        out.elsewhere = true;
        let Plan::Settle(steps) = plan(&[out], 9) else {
            panic!("something to settle");
        };
        assert!(matches!(
            &steps[..],
            [(2, Event::Send), (2, Event::Contradict(_))]
        ));
    }

    #[test]
    fn two_changes_of_a_refused_record_settle_it_once() {
        let new = in_state(stored(1, &record(1)), State::Rejected);
        let one = stored(2, &correction(&new.entry, "FJ0001"));
        let other = stored(3, &correction(&new.entry, "FJ0002"));
        let page = [
            out(one.clone(), std::slice::from_ref(&new)),
            out(other, &[new, one]),
        ];
        assert_eq!(plan(&page, 9), Plan::Settle(vec![(1, Event::Moot)]));
    }

    #[test]
    fn a_cancellation_of_what_may_have_arrived_waits_until_that_is_known() {
        let new = stored(1, &record(1));
        let cancelled = stored(2, &cancellation(&new.entry));
        assert_eq!(plan(&[out(cancelled, &[new])], 9), Plan::Nothing);
    }

    #[test]
    fn a_held_dose_keeps_nobody_else_back() {
        let mut held = out(stored(1, &record(1)), &[]);
        held.held = true;
        let free = out(stored(2, &record(2)), &[]);
        assert_eq!(sent(&plan(&[held, free], 9)), [2]);
    }

    #[test]
    fn a_location_is_taken_relative_or_whole() {
        for location in [
            "Immunization/4711/_history/1",
            "https://api.example/fhir/Immunization/4711/_history/12",
            "Immunization/4711",
        ] {
            assert_eq!(resource_of(location), "Immunization/4711");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_sent_twice_or_while_its_record_is_on_its_way(
            states in prop::collection::vec((0usize..7, any::<bool>()), 1..40), limit in 1usize..50
        ) {
            let page: Vec<Outgoing> = states.iter().zip(1..).map(|(&(state, held), n)| {
                let new = in_state(stored(2 * n, &record(n)), State::ALL[state]);
                let changed = stored(2 * n + 1, &correction(&new.entry, "FJ0001"));
                Outgoing { stored: changed, before: vec![new], held, elsewhere: false }
            }).collect();
            if let Plan::Send(parcels) = plan(&page, limit) {
                prop_assert!(parcels.len() <= limit);
                prop_assert!(parcels.windows(2).all(|w| w[0].sequence < w[1].sequence));
                for parcel in parcels {
                    let of = page.iter().find(|o| o.stored.sequence == parcel.sequence).unwrap();
                    prop_assert!(!of.before.iter().any(is_on_its_way));
                }
            }
        }
    }
}
