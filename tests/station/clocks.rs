//! A tablet whose wall clock is wrong: what is recorded then waits for a person, and no voucher is
//! lost.

use jiff::SignedDuration;
use uketsuke::desk::{Input, OpenPoint, Refusal, Stage};
use uketsuke::intake::FindingCode;
use uketsuke::station::Event;

use crate::world::{Sight, Table, VirtualClock, findings_of, number, open, recorded, session};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const TEN_YEARS: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

#[test]
fn after_a_jump_forth_or_back_every_record_waits_for_a_person_to_look_at_its_date() {
    for jump in [HOUR, -HOUR] {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = VirtualClock::at_the_start();
        let mut station = open(folder.path(), &clock);
        let mut table = Table::default();
        station.tell(Input::ConfirmSession(session()));
        for person in 1..=3 {
            if person == 2 {
                clock.jump(jump);
            }
            let events = table.show_for(3, Sight::Read(number(person)), &mut station, &clock);
            assert_eq!(recorded(&events), [number(person)], "{jump}");
            table.show_for(5, Sight::Nothing, &mut station, &clock);
        }
        assert_eq!(findings_of(&station, number(1)), [], "{jump}");
        for person in 2..=3 {
            let found = findings_of(&station, number(person));
            assert_eq!(found, [FindingCode::ClockSuspect], "{jump}");
        }
        let review = |point: &&OpenPoint| matches!(point, OpenPoint::Review(_));
        let snapshot = station.snapshot();
        assert_eq!(snapshot.open_points.iter().filter(review).count(), 2);
    }
}

#[test]
fn on_a_wrong_day_no_voucher_is_taken_in_and_none_is_lost_until_the_clock_is_right() {
    for jump in [TEN_YEARS, -TEN_YEARS] {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = VirtualClock::at_the_start();
        let mut station = open(folder.path(), &clock);
        let mut table = Table::default();
        station.tell(Input::ConfirmSession(session()));
        clock.jump(jump);
        assert_eq!(station.snapshot().stage, Stage::NoSession);
        let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
        assert_eq!(recorded(&events), [], "{jump}");
        assert!(events.contains(&Event::Refused(Refusal::SessionNeeded)));
        table.show_for(5, Sight::Nothing, &mut station, &clock);
        let listed: Vec<_> = station
            .snapshot()
            .undecided
            .iter()
            .map(|item| item.known.number)
            .collect();
        assert_eq!(listed, [Some(number(1))], "{jump}");

        clock.jump(-jump);
        assert_eq!(station.snapshot().stage, Stage::Ready);
        let events = table.show_for(3, Sight::Read(number(1)), &mut station, &clock);
        assert_eq!(recorded(&events), [number(1)], "{jump}");
        let found = findings_of(&station, number(1));
        assert_eq!(found, [FindingCode::ClockSuspect], "{jump}");
        assert_eq!(station.snapshot().undecided, []);
    }
}

#[test]
fn a_clock_that_went_back_while_the_station_was_off_is_suspect_from_its_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    station.tell(Input::ConfirmSession(session()));
    Table::default().show_for(3, Sight::Read(number(1)), &mut station, &clock);
    drop(station);

    clock.jump(-HOUR);
    let mut station = open(folder.path(), &clock);
    station.tell(Input::ConfirmSession(session()));
    let events = Table::default().show_for(3, Sight::Read(number(2)), &mut station, &clock);
    assert_eq!(recorded(&events), [number(2)]);
    assert_eq!(findings_of(&station, number(1)), []);
    assert_eq!(
        findings_of(&station, number(2)),
        [FindingCode::ClockSuspect]
    );
}
