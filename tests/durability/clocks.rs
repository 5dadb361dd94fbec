//! A wall clock that jumps ten years forth and back.

use uketsuke::store::{Entered, RecordStore as _, State, Synchronous, Witnessed};

use crate::tablet::{Tablet, assert_kept, clerk, entry, moment};

#[test]
fn a_clock_that_jumps_ten_years_changes_no_order_and_is_flagged() {
    let tablet = Tablet::new(1, Synchronous::Full);
    let mut store = tablet.open().expect("a new tablet");
    let walls = [
        "2021-11-20T01:15:31Z",
        "2031-11-20T01:15:32Z",
        "2011-11-20T01:15:33Z",
        "2021-11-20T01:15:34Z",
        "2021-11-20T01:15:35Z",
    ];
    let mut entries = Vec::new();
    for (n, wall) in (1..).zip(walls) {
        let mut moment = moment(n);
        moment.wall = wall.parse().expect("a time");
        let witnessed = Witnessed { moment, ..clerk() };
        let entry = entry(n);
        let recorded = store.record(&entry, &witnessed).expect("recorded");
        let sequence = i64::try_from(n).expect("small") + 1;
        assert_eq!(
            recorded.entered,
            Entered::AsNew(sequence, State::Queued),
            "the order is that of the numbers"
        );
        entries.push(entry);
    }
    assert_kept(&mut store, &entries, "jumping clock");
    let queued = store.in_state(State::Queued, 10).expect("readable");
    let order: Vec<_> = queued.iter().map(|stored| stored.entry.id).collect();
    let entered: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!(order, entered);
    let flagged = store.clock_jumps().expect("readable");
    let flagged: Vec<i64> = flagged.iter().map(|jump| jump.sequence).collect();
    assert_eq!(
        flagged,
        [3, 4, 5],
        "forth, back, and back to the right time"
    );
}
