//! Power cuts: what was not synced is dropped, torn, or there, as it happens.

use uketsuke::intake::{Entry, RecordId};
use uketsuke::store::{
    CopyState, Entered, Event, Receipt, RecordStore as _, SqliteStore, Synchronous,
};

use crate::runs;
use crate::tablet::{Seeded, Tablet, assert_kept, clerk, entry};

const RECORDS: u64 = 14;

/// What was said before the power went.
#[derive(Default)]
struct Said {
    /// Recorded.
    recorded: Vec<Entry>,
    /// Of these, on the second medium too: the last one may have been told without.
    copied: Vec<RecordId>,
}

/// A morning at the venue.
fn morning(store: &mut SqliteStore, said: &mut Said) {
    for personal in 0..RECORDS {
        let entry = entry(personal);
        let Ok(recorded) = store.record(&entry, &clerk()) else {
            continue;
        };
        if recorded.copy == CopyState::UpToDate {
            said.copied.push(entry.id);
        }
        said.recorded.push(entry);
        if let (Entered::AsNew(sequence, _), 0) = (recorded.entered, personal % 3) {
            let receipt = Receipt {
                location: format!("Immunization/{personal}/_history/1"),
                etag: "W/\"1\"".into(),
                last_modified: "2021-11-20T10:15:31+09:00".into(),
            };
            // Delivery may fail like everything else once the power is gone.
            let _ = store.advance(&[(sequence, Event::Send)], &clerk());
            let _ = store.advance(&[(sequence, Event::Acknowledge(receipt))], &clerk());
        }
    }
}

/// How many operations a whole morning takes, so that cuts fall everywhere in it.
fn operations_of_a_morning(synchronous: Synchronous) -> (u64, u64) {
    let tablet = Tablet::new(1, synchronous);
    let mut store = tablet.open().expect("a new tablet");
    let born = tablet.disk.operations();
    morning(&mut store, &mut Said::default());
    (born, tablet.disk.operations())
}

/// Cuts the power after `at` operations; what was confirmed, and the tablet as it starts again.
fn cut(seed: u64, at: u64, synchronous: Synchronous) -> (Said, Tablet) {
    let tablet = Tablet::new(seed, synchronous);
    let mut said = Said::default();
    tablet.disk.cut_after(at);
    if let Ok(mut store) = tablet.open() {
        morning(&mut store, &mut said);
    }
    let again = tablet.after_power_cut(seed);
    (said, again)
}

#[test]
fn a_power_cut_loses_no_confirmed_record() {
    let (_, end) = operations_of_a_morning(Synchronous::Full);
    let cuts = runs(150, 3_000);
    let (mut confirmed_in_all, mut restored_in_all) = (0, 0);
    for seed in 0..cuts {
        let at = Seeded(seed).below(end + 2);
        let (said, tablet) = cut(seed, at, Synchronous::Full);
        let confirmed = said.recorded;
        let context = format!("seed {seed}, cut after {at} of {end} operations");
        confirmed_in_all += confirmed.len();
        let mut store = tablet.open().unwrap_or_else(|e| panic!("{context}: {e}"));
        assert_kept(&mut store, &confirmed, &context);
        let restored = tablet.restored_elsewhere(&said.copied);
        assert_eq!(restored, said.copied.len(), "{context}: the second copy");
        restored_in_all += restored;
    }
    println!(
        "power cuts: {cuts}; confirmed records: {confirmed_in_all}, lost: 0; \
         restored from the second copy: {restored_in_all}"
    );
}

#[test]
fn without_waiting_for_the_disk_a_power_cut_does_lose_records() {
    let (born, end) = operations_of_a_morning(Synchronous::Normal);
    let cuts = runs(100, 1_000);
    let (mut lost, mut alarms) = (0, 0);
    for seed in 0..cuts {
        let at = born + Seeded(seed).below(end - born);
        let (said, tablet) = cut(seed, at, Synchronous::Normal);
        let confirmed = said.recorded;
        match tablet.open() {
            Ok(mut store) => {
                let there = |entry: &&Entry| store.history(entry.id).is_ok_and(|h| h.len() == 1);
                let kept = confirmed.iter().filter(there).count();
                lost += confirmed.len() - kept;
            }
            Err(_) => alarms += 1,
        }
    }
    assert!(alarms + lost > 0, "the test above could not fail");
    println!(
        "synchronous=NORMAL: {cuts} cuts, {alarms} alarms by the watermark, {lost} records lost unnoticed"
    );
    assert_eq!(lost, 0, "the watermark notices every loss");
}
