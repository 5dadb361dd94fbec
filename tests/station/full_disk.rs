//! A disk that fills up or fails while a station works: said with the remedy, kept at the desk,
//! and in the book once when there is room again.

use uketsuke::desk::{Input, Stage, Standing};
use uketsuke::intake::{Reason, RecordId};
use uketsuke::station::{Event, Station};
use uketsuke::store::{RecordStore as _, Synchronous};

use crate::disk::{Fault, Kind, Operation, Persistence};
use crate::simulated::Tablet;
use crate::world::{Sight, Table, VirtualClock, number, recorded, session, station_on};

/// The disk is full from now on.
const FULL: Fault = Fault {
    operation: Operation::Write,
    nth: 1,
    kind: Kind::NoSpace,
    persistence: Persistence::FromThenOn,
};

/// It takes writes and cannot promise them: a record may be in the book although nobody says so.
const UNSURE: Fault = Fault {
    operation: Operation::Sync,
    kind: Kind::Io,
    ..FULL
};

fn at_work<'c>(tablet: &Tablet, clock: &'c VirtualClock) -> Station<'c> {
    let mut station = station_on(tablet.open().expect("a book"), clock);
    station.tell(Input::ConfirmSession(session()));
    station
}

/// The entry that was told as not recorded, and why, once.
fn not_recorded(events: &[Event]) -> (RecordId, String) {
    let told = events.iter().filter_map(|event| match event {
        Event::NotRecorded { entry, why } => Some((*entry, why.to_string())),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1, "{events:?}");
    told[0].clone()
}

/// How often it was told that something could not be written down, each time with the remedy.
fn not_written(events: &[Event]) -> usize {
    let told = events.iter().filter(|event| match event {
        Event::NotWritten(why) => why.to_string().contains("check the free space"),
        _ => false,
    });
    told.count()
}

/// The entry is in the book once, and nothing else is.
fn assert_kept_once(tablet: &Tablet, entry: RecordId) {
    let mut store = tablet.open().expect("a book");
    assert_eq!(store.history(entry).expect("readable").len(), 1);
    assert_eq!(store.counts(None).expect("readable").open(), 1);
}

fn recorded_once_after(fault: Fault) {
    let tablet = Tablet::new(1, Synchronous::Full);
    let clock = VirtualClock::at_the_start();
    let mut station = at_work(&tablet, &clock);
    let mut table = Table::default();
    tablet.disk.fail(fault);
    let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
    assert_eq!(recorded(&events), []);
    let (entry, why) = not_recorded(&events);
    assert!(why.contains("空き容量を確かめて") && why.contains("check the free space"));
    let snapshot = station.snapshot();
    assert_eq!(snapshot.stage, Stage::Failed);
    assert_eq!(snapshot.not_recorded.map(|(entry, _)| entry), Some(entry));

    let again = station.tell(Input::Retry(entry));
    assert_eq!(not_recorded(&again).0, entry, "the disk is as it was");
    tablet.disk.heal();
    let again = station.tell(Input::Retry(entry));
    assert_eq!(recorded(&again), [number(1)]);
    let snapshot = station.snapshot();
    assert_eq!(snapshot.stage, Stage::Ready);
    assert_eq!(snapshot.not_recorded, None);
    let records = snapshot.records.iter().map(|kept| kept.record.id);
    assert_eq!(records.collect::<Vec<_>>(), [entry]);
    drop(station);
    assert_kept_once(&tablet, entry);
}

#[test]
fn a_full_disk_is_said_with_its_remedy_and_the_same_entry_is_recorded_once_there_is_room() {
    recorded_once_after(FULL);
}

#[test]
fn a_record_that_the_disk_took_and_did_not_promise_is_not_doubled_by_the_next_try() {
    recorded_once_after(UNSURE);
}

#[test]
fn what_cannot_be_noted_is_told_and_noted_by_the_next_tick_that_finds_room() {
    let tablet = Tablet::new(2, Synchronous::Full);
    let clock = VirtualClock::at_the_start();
    let mut station = at_work(&tablet, &clock);
    let mut table = Table::default();
    tablet.disk.fail(FULL);
    let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
    let (entry, _) = not_recorded(&events);
    let events = table.show_for(5, Sight::Nothing, &mut station, &clock);
    assert!(not_written(&events) > 0, "{events:?}");
    assert_eq!(not_written(&station.tick()), 1, "there is no room yet");
    tablet.disk.heal();
    assert_eq!(station.tick(), []);

    let tablet = tablet.after_power_cut(2);
    let mut station = at_work(&tablet, &clock);
    let left = station.snapshot().undecided;
    let unkept = |known: &uketsuke::desk::Known| {
        let unkept = known.unkept.as_ref();
        unkept.map(|unkept| unkept.entry.id)
    };
    let left: Vec<_> = left.iter().map(|item| unkept(&item.known)).collect();
    assert_eq!(left, [Some(entry)]);
    let events = station.tell(Input::Retry(entry));
    assert_eq!(recorded(&events), [number(1)]);
    assert_eq!(station.snapshot().undecided, []);
    drop(station);
    assert_kept_once(&tablet, entry);
}

/// The disk takes `writes` more writes, and then the power is cut.
fn cut_after(writes: u64) -> Fault {
    Fault {
        nth: writes + 1,
        ..FULL
    }
}

fn reason() -> Reason {
    Reason::new("本人に確かめた").expect("a reason")
}

#[test]
fn a_cancellation_is_in_the_book_however_much_of_it_was_written_when_the_power_was_cut() {
    let (mut carried_out, mut told) = (0, 0);
    for writes in 0..60 {
        let tablet = Tablet::new(3, Synchronous::Full);
        let clock = VirtualClock::at_the_start();
        let mut station = at_work(&tablet, &clock);
        let mut table = Table::default();
        table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
        let record = station.snapshot().records[0].record.id;
        tablet.disk.fail(cut_after(writes));
        let reason = reason();
        let events = station.tell(Input::Cancel { record, reason });
        let was_told = not_written(&events) > 0;
        drop(station);

        let tablet = tablet.after_power_cut(writes);
        let mut station = station_on(tablet.open().expect("a book"), &clock);
        station.tick();
        let snapshot = station.snapshot();
        assert_eq!(snapshot.pending, [], "after {writes} writes");
        let is_cancelled = snapshot.records[0].standing == Standing::Cancelled;
        assert!(is_cancelled || was_told, "lost after {writes} writes");
        carried_out += u32::from(is_cancelled);
        told += u32::from(was_told);
    }
    assert!(
        carried_out > 5 && told > 5,
        "{carried_out} carried out, {told} told"
    );
}

#[test]
fn a_day_is_closed_with_its_seal_or_not_at_all() {
    let rows = |tablet: &Tablet| {
        let head = tablet.open().expect("a book").head();
        head.expect("a log").sequence
    };
    let tablet = Tablet::new(4, Synchronous::Full);
    drop(at_work(&tablet, &VirtualClock::at_the_start()));
    let before = rows(&tablet);
    for writes in 0..40 {
        let tablet = Tablet::new(4, Synchronous::Full);
        let clock = VirtualClock::at_the_start();
        let mut station = at_work(&tablet, &clock);
        tablet.disk.fail(cut_after(writes));
        let events = station.tell(Input::Close);
        let seal = events.iter().find_map(|event| match event {
            Event::Closed { seal, .. } => Some(seal.clone()),
            _ => None,
        });
        assert_ne!(seal.is_some(), not_written(&events) > 0, "{events:?}");
        drop(station);

        let tablet = tablet.after_power_cut(writes);
        let closed = rows(&tablet) > before;
        assert!(closed || seal.is_none(), "after {writes} writes");
        assert!(rows(&tablet) <= before + 1, "after {writes} writes");
        let station = station_on(tablet.open().expect("a book"), &clock);
        let is_closed = station.snapshot().stage == Stage::Closed;
        assert_eq!(is_closed, closed, "after {writes} writes");
    }
}

#[test]
fn what_a_person_did_while_the_disk_was_full_is_in_the_log_once_there_is_room() {
    let tablet = Tablet::new(5, Synchronous::Full);
    let clock = VirtualClock::at_the_start();
    let mut station = at_work(&tablet, &clock);
    tablet.disk.fail(FULL);
    assert_eq!(not_written(&station.tell(Input::Close)), 1);
    tablet.disk.heal();
    let events = station.tick();
    let sealed = |event: &Event| matches!(event, Event::Closed { seal, .. } if seal.len() == 12);
    assert!(events.iter().any(sealed), "{events:?}");
    assert_eq!(station.tick(), []);
}

#[test]
fn what_may_be_in_the_log_although_nobody_heard_of_it_is_not_written_there_twice() {
    let tablet = Tablet::new(6, Synchronous::Full);
    let clock = VirtualClock::at_the_start();
    let mut station = at_work(&tablet, &clock);
    let rows = |tablet: &Tablet| {
        let head = tablet.open().expect("a book").head();
        head.expect("a log").sequence
    };
    let before = rows(&tablet);
    tablet.disk.fail(UNSURE);
    assert_eq!(not_written(&station.tell(Input::Close)), 1);
    assert_eq!(not_written(&station.tick()), 1);
    tablet.disk.heal();
    let sealed = |event: &Event| matches!(event, Event::Closed { seal, .. } if seal.len() == 12);
    assert!(station.tick().iter().any(sealed));
    drop(station);
    assert_eq!(rows(&tablet), before + 1);
}
