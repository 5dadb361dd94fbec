//! Several sandboxes on one database, at the same moment.

use std::sync::{Arc, Barrier};

use serde_json::{Value, json};

use super::super::registry::Registry;
use super::super::rules::Settled;
use super::super::samples::{Desk, given, post, with};
use super::{Open, on_each};

/// Two sandboxes at once, each with its batches.
fn at_once(open: &Open, batches: [Vec<Vec<Value>>; 2]) -> [Vec<Settled>; 2] {
    let start = Barrier::new(2);
    let registries = [open(), open()];
    std::thread::scope(|scope| {
        let run = |registry: Arc<dyn Registry>, name: &'static str, batches: Vec<Vec<Value>>| {
            let start = &start;
            let work = move || {
                let desk = Desk::new(registry.as_ref(), name);
                start.wait();
                batches.iter().flat_map(|batch| desk.batch(batch)).collect()
            };
            let builder = std::thread::Builder::new().name(name.to_owned());
            builder.spawn_scoped(scope, work).unwrap()
        };
        let [one, other] = registries;
        let [batches, others] = batches;
        let threads = [run(one, "st-a", batches), run(other, "st-b", others)];
        threads.map(|thread| thread.join().unwrap())
    })
}

#[test]
fn of_two_sandboxes_at_once_exactly_one_creates_each_dose() {
    on_each(|open| {
        let doses = 0..40_u32;
        let one = doses.clone().map(|n| vec![post(given(n, n))]);
        let other = |n: u32| vec![other_lot(n)];
        let entries = [one.collect(), doses.map(other).collect()];
        let [one, other] = at_once(open, entries);
        for pair in one.iter().zip(&other) {
            match pair {
                (Settled::Created(_), Settled::Refused(refusal))
                | (Settled::Refused(refusal), Settled::Created(_)) => {
                    assert_eq!(refusal.status.as_u16(), 409);
                }
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn of_two_sandboxes_at_once_one_identity_is_one_resource() {
    on_each(|open| {
        let entries: Vec<Vec<Value>> = (0..40).map(|n| vec![post(given(n, n))]).collect();
        let [one, other] = at_once(open, [entries.clone(), entries]);
        for pair in one.iter().zip(&other) {
            match pair {
                (Settled::Created(a), Settled::Held(b))
                | (Settled::Held(a), Settled::Created(b)) => assert_eq!(a, b),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// The same dose with another lot, as another record.
fn other_lot(n: u32) -> Value {
    post(with(given(1_000 + n, n), "/lotNumber", json!("FK0108")))
}

#[test]
fn two_batches_that_meet_head_on_both_come_to_an_end() {
    on_each(|open| {
        for round in 0..10 {
            let doses = round * 40..(round + 1) * 40;
            let one: Vec<Value> = doses.clone().map(|n| post(given(n, n))).collect();
            let other: Vec<Value> = doses.rev().map(other_lot).collect();
            let [one, other] = at_once(open, [vec![one], vec![other]]);
            let created = |settled: &[Settled]| {
                let created = |settled: &&Settled| matches!(settled, Settled::Created(_));
                settled.iter().filter(created).count()
            };
            assert_eq!(created(&one) + created(&other), 40);
        }
    });
}
