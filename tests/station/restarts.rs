//! A program that ends at any moment, and one that starts again.

use uketsuke::desk::{Input, Stage};
use uketsuke::intake::Reason;
use uketsuke::station::Event;

use crate::world::{Sight, Table, VirtualClock, number, open, recorded, session};

#[test]
fn a_station_goes_on_where_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    let mut table = Table::default();
    station.tell(Input::ConfirmSession(session()));
    let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
    assert_eq!(recorded(&events), [number(1)]);
    table.show_for(5, Sight::Nothing, &mut station, &clock);
    table.show_for(15, Sight::LineOnly(number(2)), &mut station, &clock);
    let events = table.show_for(5, Sight::Nothing, &mut station, &clock);
    let left = |event: &Event| matches!(event, Event::LeftUndecided(_));
    assert!(events.iter().any(left), "{events:?}");
    let before = station.snapshot();
    drop(station);

    let mut station = open(folder.path(), &clock);
    let mut table = Table::default();
    assert_eq!(station.snapshot().stage, Stage::NoSession);
    let events = table.show_for(3, Sight::Read(number(3)), &mut station, &clock);
    assert_eq!(recorded(&events), [], "without a confirmed session");
    table.show_for(5, Sight::Nothing, &mut station, &clock);
    station.tell(Input::ConfirmSession(session()));
    let after = station.snapshot();
    assert_eq!(after.records, before.records);
    assert_eq!(after.segments, before.segments);
    assert_eq!(after.undecided.len(), before.undecided.len() + 1);
    let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
    assert_eq!(recorded(&events), [], "it was recorded before the restart");
    assert!(events.iter().any(
        |event| matches!(event, Event::AlreadyRecorded { number: Some(it), .. } if *it == number(1))
    ));
}

#[test]
fn a_day_that_was_closed_stays_closed_and_can_be_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    station.tell(Input::ConfirmSession(session()));
    let events = station.tell(Input::Close);
    let sealed = |event: &Event| matches!(event, Event::Closed { seal, .. } if seal.len() == 12);
    assert!(events.iter().any(sealed), "{events:?}");
    assert_eq!(station.snapshot().stage, Stage::Closed);
    drop(station);
    let mut station = open(folder.path(), &clock);
    assert_eq!(station.snapshot().stage, Stage::Closed);
    let reason = Reason::new("遅れて来た人がいる").expect("a reason");
    station.tell(Input::Reopen(reason));
    station.tell(Input::ConfirmSession(session()));
    assert_eq!(station.snapshot().stage, Stage::Ready);
}

#[test]
fn what_took_how_long_counts_from_the_frame_at_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    let mut table = Table::default();
    station.tell(Input::ConfirmSession(session()));
    table.show_for(2, Sight::Hand, &mut station, &clock);
    table.show_for(3, Sight::LineOnly(number(1)), &mut station, &clock);
    let events = table.show(Sight::Read(number(1)), &mut station, &clock);
    let delay = events.iter().find_map(|event| match event {
        Event::Recorded { delay, .. } => *delay,
        _ => None,
    });
    let millis = delay.map(|delay| {
        (
            delay.since_rest.as_millis(),
            delay.since_decided.as_millis(),
        )
    });
    assert_eq!(millis, Some((300, 0)));
}
