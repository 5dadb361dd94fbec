//! Disks that fill up or fail, at every write and every sync.

use uketsuke::intake::Entry;
use uketsuke::store::{RecordStore as _, StoreError, Synchronous};

use crate::disk::{Fault, Kind, Operation, Persistence};
use crate::runs;
use crate::tablet::{Tablet, assert_kept, clerk, entry};

const RECORDS: u64 = 4;

/// What a run with a fault came to.
struct Outcome {
    struck: bool,
    refused: usize,
}

/// Records under a fault, then with the disk mended, then after a power cut.
fn run(fault: Fault, seed: u64) -> Outcome {
    let context = format!("{fault:?}");
    let tablet = Tablet::new(seed, Synchronous::Full);
    let mut store = tablet.create().expect("a new tablet");
    tablet.disk.fail(fault);
    let (mut confirmed, mut refused): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
    for personal in 0..RECORDS {
        let entry = entry(personal);
        match store.record(&entry, &clerk()) {
            Ok(_) => confirmed.push(entry),
            Err(StoreError::NotRecorded(_)) => refused.push(entry),
            Err(other) => panic!("{context}: not said honestly: {other}"),
        }
    }
    let struck = tablet.disk.struck() > 0;
    tablet.disk.heal();
    let after = entry(RECORDS);
    let works = store.record(&after, &clerk());
    assert!(works.is_ok(), "{context}: needs a restart: {works:?}");
    confirmed.push(after);
    for entry in &refused {
        // The person tries again: once in the book, whether or not the first try got through.
        store.record(entry, &clerk()).expect("the disk is mended");
    }
    confirmed.extend(refused.iter().cloned());
    assert_kept(&mut store, &confirmed, &context);
    drop(store);
    let again = tablet.after_power_cut(seed);
    let mut store = again.open().unwrap_or_else(|e| panic!("{context}: {e}"));
    assert_kept(&mut store, &confirmed, &context);
    Outcome {
        struck,
        refused: refused.len(),
    }
}

#[test]
fn whichever_write_or_sync_fails_nothing_is_lost_and_nobody_is_told_otherwise() {
    let (mut count, mut refused) = (0, 0);
    let step = runs(3, 1);
    for operation in [Operation::Write, Operation::Sync] {
        for kind in [Kind::NoSpace, Kind::Io] {
            for persistence in [Persistence::Once, Persistence::FromThenOn] {
                let mut nth = 1;
                loop {
                    let outcome = run(
                        Fault {
                            operation,
                            nth,
                            kind,
                            persistence,
                        },
                        nth,
                    );
                    count += 1;
                    refused += outcome.refused;
                    if !outcome.struck {
                        break;
                    }
                    nth += step;
                }
            }
        }
    }
    assert!(refused > 0, "no fault was ever felt");
    println!(
        "failing disk: {count} runs, every {step}. write and sync; {refused} times said \"not recorded\"; lost 0"
    );
}
