//! A dose that cannot be held against the person's earlier records, since the book does not tell
//! them: stopped before the shot, looked at after it, and never in silence.

use std::path::Path;

use rusqlite::Connection;
use uketsuke::desk::{Input, OpenPoint, Stage};
use uketsuke::intake::{FindingCode, Mode, Reason, Session};
use uketsuke::station::{Event, Station};
use uketsuke::voucher::VoucherNumber;

use crate::site::Tablet;
use crate::world::{Sight, Table, VirtualClock, findings_of, open, recorded, session};

/// The voucher of the same person for the other dose.
fn dose(dose: u8) -> VoucherNumber {
    let number = format!("2{dose}1310160000000001");
    number.parse().expect("18 digits")
}

/// Makes the record of the first dose unreadable, as a page gone bad does. The second dose's rows
/// can be read and written as before.
fn spoil_the_first_dose(folder: &Path) {
    let store = Tablet::open(folder).store;
    let (path, key) = (
        &store.opening().paths.database,
        &store.opening().database_key,
    );
    let connection = Connection::open(path).expect("the database");
    connection
        .pragma_update(None, "key", format!("x'{}'", &*key.to_hex()))
        .expect("its key");
    connection
        .execute_batch(
            "DROP TRIGGER entry_is_never_changed; UPDATE entry SET venue = '' WHERE dose = 1",
        )
        .expect("changed");
}

/// A station at which the first dose of a person is recorded and cannot be read any more.
fn station<'c>(folder: &Path, clock: &'c VirtualClock, mode: Mode) -> (Station<'c>, Table) {
    let mut station = open(folder, clock);
    let mut table = Table::default();
    station.tell(Input::ConfirmSession(Session { mode, ..session() }));
    let events = table.show_for(3, Sight::Read(dose(1)), &mut station, clock);
    assert_eq!(recorded(&events), [dose(1)]);
    table.show_for(5, Sight::Nothing, &mut station, clock);
    spoil_the_first_dose(folder);
    (station, table)
}

/// Whether it was said that the book cannot be read, with what to do.
fn said(events: &[Event]) -> bool {
    events.iter().any(|event| match event {
        Event::NotWritten(why) => why.to_string().contains("uketsuke doctor"),
        _ => false,
    })
}

#[test]
fn a_dose_that_cannot_be_looked_up_is_stopped_before_the_shot_until_a_person_decides() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let (mut station, mut table) = station(folder.path(), &clock, Mode::BeforeShot);
    let events = table.show_for(3, Sight::Read(dose(2)), &mut station, &clock);
    assert_eq!(recorded(&events), []);
    assert!(said(&events), "{events:?}");
    let asked = events.iter().find_map(|event| match event {
        Event::Question { findings, .. } => Some(findings.as_slice()),
        _ => None,
    });
    let Some([finding]) = asked else {
        panic!("{events:?}")
    };
    assert_eq!(finding.code, FindingCode::PreviousDoseUnknown);
    let snapshot = station.snapshot();
    assert_eq!(snapshot.stage, Stage::Held);
    let question = snapshot.question.expect("a question");
    let remedy = question.findings[0].remedy.to_string();
    assert!(remedy.contains("uketsuke doctor"), "{remedy}");

    let reason = Reason::new("接種済証で確かめた").expect("a reason");
    let events = station.tell(Input::RecordAllTheSame(reason));
    assert_eq!(recorded(&events), [dose(2)]);
}

#[test]
fn a_dose_that_cannot_be_looked_up_is_recorded_after_the_shot_and_waits_for_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let (mut station, mut table) = station(folder.path(), &clock, Mode::AfterShot);
    let events = table.show_for(3, Sight::Read(dose(2)), &mut station, &clock);
    assert_eq!(recorded(&events), [dose(2)]);
    assert!(said(&events), "{events:?}");
    assert_eq!(
        findings_of(&station, dose(2)),
        [FindingCode::PreviousDoseUnknown]
    );
    let review = |point: &OpenPoint| matches!(point, OpenPoint::Review(_));
    assert!(station.snapshot().open_points.iter().any(review));
}
