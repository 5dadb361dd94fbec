//! What only the store on disk does: survive, notice, and tell.

use std::fs;
use std::path::Path;

use rusqlite::params;

use super::contract::{clerk, on_disk, receipt, record};
use super::*;
use crate::config::DirectoryKind;
use crate::keys::{KeyName, KeyStore as _, MemoryKeyStore, RecoveryIdentity, Secret};

struct Place {
    folder: tempfile::TempDir,
    keys: MemoryKeyStore,
    identity: RecoveryIdentity,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            keys: MemoryKeyStore::default(),
            identity: RecoveryIdentity::generate(),
        }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn directory(&self) -> DataDirectory {
        let kind = DirectoryKind::Training;
        DataDirectory::find_or_bear(self.folder(), kind, &Probe::default()).unwrap()
    }

    fn opening(&self) -> Opening {
        let probe = Probe::default();
        self.directory().opening(&self.keys, &probe).unwrap()
    }

    fn open(&self) -> Result<SqliteStore, StoreError> {
        self.directory().open_store(self.opening(), &clerk())
    }

    fn open_with_medium(&self, medium: &Path) -> SqliteStore {
        let directory = self.directory();
        let medium = Medium {
            folder: medium.to_owned(),
            recipient: self.identity.recipient(),
        };
        let opening = Opening {
            medium: Some(medium.clone()),
            ..self.opening()
        };
        directory
            .keep_recovery_keys(&opening, &medium.recipient, Some(&medium))
            .unwrap();
        directory.open_store(opening, &clerk()).unwrap()
    }
}

fn fill(store: &mut SqliteStore, people: std::ops::Range<u32>) -> Vec<RecordId> {
    people
        .map(|personal| {
            let entry = Entry::new(record(personal, 1, "FJ7489"));
            store.record(&entry, &clerk()).unwrap();
            entry.id
        })
        .collect()
}

#[test]
fn what_was_recorded_is_there_after_reopening() {
    let place = Place::new();
    let ids = fill(&mut place.open().unwrap(), 0..5);
    let mut store = place.open().unwrap();
    for id in ids {
        assert_eq!(store.history(id).unwrap().len(), 1);
    }
    assert!(store.scrub().unwrap().findings.is_empty());
}

#[test]
fn the_file_holds_no_readable_word() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..5);
    for item in fs::read_dir(place.folder()).unwrap() {
        let bytes = fs::read(item.unwrap().path()).unwrap();
        for word in ["SQLite format", "FJ7489", "山田", "clerk-01"] {
            let found = bytes.windows(word.len()).any(|w| w == word.as_bytes());
            assert!(!found, "{word}");
        }
    }
}

#[test]
fn yesterdays_copy_of_the_database_raises_the_alarm() {
    let place = Place::new();
    let mut store = place.open().unwrap();
    fill(&mut store, 0..2);
    let paths = place.directory().paths();
    let old: Vec<_> = [&paths.database, &paths.log]
        .map(|path| (path, fs::read(path).unwrap()))
        .into();
    fill(&mut store, 2..4);
    drop(store);
    for (path, bytes) in old {
        fs::write(path, bytes).unwrap();
    }
    let opened = place.open().map(|_| ());
    assert!(
        matches!(opened, Err(StoreError::Damaged(Damage::Behind { .. }))),
        "{opened:?}"
    );
}

#[test]
fn a_missing_watermark_raises_the_alarm() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..2);
    fs::remove_file(place.directory().paths().watermark).unwrap();
    assert!(matches!(
        place.open().map(|_| ()),
        Err(StoreError::Damaged(Damage::NoWatermark))
    ));
}

#[test]
fn a_missing_database_is_not_taken_for_a_new_directory() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..2);
    let paths = place.directory().paths();
    for gone in [&paths.database, &paths.watermark] {
        fs::remove_file(gone).unwrap();
        assert!(matches!(
            place.open().map(|_| ()),
            Err(StoreError::Damaged(_))
        ));
    }
}

#[test]
fn a_lost_key_is_told_and_comes_back_from_the_recovery_key() {
    let place = Place::new();
    let medium = tempfile::tempdir().unwrap();
    let ids = fill(&mut place.open_with_medium(medium.path()), 0..3);
    let other = MemoryKeyStore::default();
    let directory = place.directory();
    let lost = directory.opening(&other, &Probe::default()).map(|_| ());
    assert!(matches!(
        lost,
        Err(StoreError::Directory(DirectoryError::LostKey))
    ));
    directory
        .restore_keys(&place.identity, &other, None)
        .unwrap();
    let opening = directory.opening(&other, &Probe::default()).unwrap();
    let mut store = directory.open_store(opening, &clerk()).unwrap();
    assert_eq!(store.history(ids[2]).unwrap().len(), 1);
}

#[test]
fn a_newer_schema_is_refused_and_the_file_stays_as_it_was() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..1);
    let opening = place.opening();
    let connection = opening.connect(false).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(connection);
    let before = fs::read(&opening.paths.database).unwrap();
    let opened = place.open().map(|_| ());
    assert!(matches!(
        opened,
        Err(StoreError::NewerSchema { found: 99, .. })
    ));
    assert_eq!(fs::read(&opening.paths.database).unwrap(), before);
}

#[test]
fn a_changed_row_is_named() {
    for (statement, expected) in [
        (
            "DROP TRIGGER entry_is_never_changed; UPDATE entry SET lot = 'FJ0001' WHERE sequence = 3",
            ScrubFinding::EntryChanged(3),
        ),
        (
            "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'x' WHERE sequence = 4",
            ScrubFinding::AuditChanged(4),
        ),
        (
            "DROP TRIGGER entry_is_never_deleted; PRAGMA foreign_keys = OFF; DELETE FROM entry WHERE sequence = 2",
            ScrubFinding::EntryMissing(2),
        ),
        (
            "DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE sequence BETWEEN 3 AND 4",
            ScrubFinding::AuditMissing(3, 4),
        ),
        (
            "UPDATE delivery SET location = 'Immunization/9' WHERE sequence = 2",
            ScrubFinding::ReceiptChanged(8),
        ),
    ] {
        let place = Place::new();
        let mut store = place.open().unwrap();
        fill(&mut store, 0..5);
        store.advance(&[(2, Event::Send)], &clerk()).unwrap();
        let answer = Event::Acknowledge(receipt());
        store.advance(&[(2, answer)], &clerk()).unwrap();
        drop(store);
        place
            .opening()
            .connect(false)
            .unwrap()
            .execute_batch(statement)
            .unwrap();
        let findings = place.open().unwrap().scrub().unwrap().findings;
        assert!(findings.contains(&expected), "{expected:?}: {findings:?}");
    }
}

#[test]
fn a_forged_chain_does_not_fit_the_watermark() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..3);
    let connection = place.opening().connect(false).unwrap();
    connection
        .execute_batch("DROP TRIGGER audit_is_never_changed")
        .unwrap();
    let last = audit::last(&connection).unwrap().unwrap();
    let mut forged = last.clone();
    forged.actor = "somebody-else".into();
    forged.chain = forged.chained_to(&[7; 32]);
    connection
        .execute(
            "UPDATE audit SET actor = ?1, chain = ?2 WHERE sequence = ?3",
            params![forged.actor, forged.chain, forged.sequence],
        )
        .unwrap();
    drop(connection);
    assert!(matches!(
        place.open().map(|_| ()),
        Err(StoreError::Damaged(Damage::OtherHistory(4)))
    ));
}

#[test]
fn a_destroyed_tablets_records_come_back_once_from_the_second_medium() {
    let (lost, medium) = (Place::new(), tempfile::tempdir().unwrap());
    let mut store = lost.open_with_medium(medium.path());
    let ids = fill(&mut store, 0..20);
    store.advance(&[(2, Event::Send)], &clerk()).unwrap();
    let answer = Event::Acknowledge(receipt());
    store.advance(&[(2, answer)], &clerk()).unwrap();
    drop(store);
    fs::remove_dir_all(lost.folder()).unwrap();

    let elsewhere = Place::new();
    let mut store = elsewhere.open().unwrap();
    for run in 0..2 {
        let restored = recover(&mut store, medium.path(), &lost.identity, &clerk()).unwrap();
        let expected = if run == 0 { (20, 0, 1) } else { (0, 20, 0) };
        assert_eq!(
            (restored.entries, restored.again, restored.acknowledged),
            expected
        );
        assert!(restored.problems.is_empty());
    }
    assert_eq!(store.in_state(State::Queued, 100).unwrap().len(), 19);
    for id in ids {
        assert_eq!(store.history(id).unwrap().len(), 1);
    }
    assert!(store.scrub().unwrap().findings.is_empty());
}

#[test]
fn frames_that_the_station_did_not_seal_are_not_taken() {
    let (lost, medium) = (Place::new(), tempfile::tempdir().unwrap());
    fill(&mut lost.open_with_medium(medium.path()), 0..3);
    let station = lost.directory().station().to_string();
    let path = second_copy::copy_path(medium.path(), &station);
    let mut bytes = fs::read(&path).unwrap();
    let forged = bytes.len() - 60;
    bytes[forged] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let elsewhere = Place::new();
    let mut store = elsewhere.open().unwrap();
    let restored = recover(&mut store, medium.path(), &lost.identity, &clerk()).unwrap();
    assert_eq!(restored.entries, 2);
    assert_eq!(restored.problems.len(), 1, "the end is not whole");
    bytes[forged] ^= 1;
    bytes[100] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let elsewhere = Place::new();
    let mut store = elsewhere.open().unwrap();
    let restored = recover(&mut store, medium.path(), &lost.identity, &clerk()).unwrap();
    assert_eq!(restored.problems.len(), 1, "the hole is told");
}

#[test]
fn a_medium_that_was_away_gets_what_it_missed() {
    let (place, parent) = (Place::new(), tempfile::tempdir().unwrap());
    let medium = parent.path().join("card");
    let mut store = place.open_with_medium(&medium);
    let entry = Entry::new(record(1, 1, "FJ7489"));
    let recorded = store.record(&entry, &clerk()).unwrap();
    assert!(matches!(recorded.copy, CopyState::Behind { .. }));
    fs::create_dir(&medium).unwrap();
    let entry = Entry::new(record(2, 1, "FJ7489"));
    let recorded = store.record(&entry, &clerk()).unwrap();
    assert_eq!(recorded.copy, CopyState::UpToDate);
    drop(store);
    let elsewhere = Place::new();
    let mut other = elsewhere.open().unwrap();
    let restored = recover(&mut other, &medium, &place.identity, &clerk()).unwrap();
    assert_eq!(restored.entries, 2);
}

#[test]
fn pictures_stay_until_the_day_is_closed_and_the_record_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = on_disk(folder.path());
    let crop = Crop {
        part: CropPart::Line,
        png: vec![1, 2, 3],
    };
    let entry = Entry::new(record(1, 1, "FJ7489"));
    let day = entry.record.date;
    store.record_with_crops(&entry, &[crop], &clerk()).unwrap();
    store
        .keep_desk("{}", &[Told::new(Deed::Closed(day), clerk())])
        .unwrap();
    assert_eq!(store.purge_crops(&clerk()).unwrap(), 0);
    store.advance(&[(2, Event::Send)], &clerk()).unwrap();
    let answer = Event::Acknowledge(receipt());
    store.advance(&[(2, answer)], &clerk()).unwrap();
    assert_eq!(store.purge_crops(&clerk()).unwrap(), 1);
    assert_eq!(store.crop_count().unwrap(), 0);
}

#[test]
fn a_salvage_keeps_what_can_be_read_and_names_the_rest() {
    let place = Place::new();
    let mut store = place.open().unwrap();
    let ids = fill(&mut store, 0..200);
    store.checkpoint().unwrap();
    drop(store);
    let damaged = place.opening();
    let mut bytes = fs::read(&damaged.paths.database).unwrap();
    let near_the_end = bytes.len() - 3 * 4096 + 100;
    bytes[near_the_end] ^= 1;
    fs::write(&damaged.paths.database, &bytes).unwrap();
    let mut directory = place.directory();
    let salvaged = salvage(&mut directory, &damaged, &clerk()).unwrap();
    assert_eq!(fs::read(&salvaged.kept.database).unwrap(), bytes);
    let mut store = place.open().unwrap();
    let missing: i64 = salvaged.missing.iter().map(|(a, b)| b - a + 1).sum();
    let rescued = ids
        .iter()
        .filter(|id| !store.history(**id).unwrap().is_empty());
    assert_eq!(rescued.count() as u64, salvaged.entries);
    assert!(missing > 0 && missing < 50, "{:?}", salvaged.missing);
    let scrubbed = store.scrub().unwrap();
    let alarms: Vec<_> = scrubbed.findings.iter().filter(|f| f.is_alarm()).collect();
    assert!(alarms.is_empty(), "{alarms:?}");
    assert!(!scrubbed.findings.is_empty(), "the loss is told");
    fill(&mut store, 300..301);
}

/// Released schemas, each with three records, as the program of its time left them.
/// `make fixtures` writes those that are missing; what is there is never written again.
#[test]
fn databases_of_every_schema_open_and_migrate() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for schema in 1..=migrations::NEWEST {
        let fixture = fixtures.join(format!("schema-{schema}"));
        if !fixture.exists() && std::env::var_os("UPDATE_FIXTURES").is_some() {
            write_fixture(&fixture, schema);
        }
        let copy = tempfile::tempdir().unwrap();
        copy_folder(&fixture, copy.path());
        let directory = DataDirectory::find(copy.path()).unwrap().unwrap();
        let keys = fixture_keys();
        let opening = directory.opening(&keys, &Probe::default()).unwrap();
        let before = migrations::version(&opening.connect(false).unwrap()).unwrap();
        assert_eq!(before, schema);
        let mut store = directory.open_store(opening, &clerk()).unwrap();
        assert_eq!(store.counts(None).unwrap().open(), 3, "schema {schema}");
        assert!(store.scrub().unwrap().findings.is_empty());
        fill(&mut store, 100..101);
    }
}

/// The fixtures' keys, of no worth elsewhere.
fn fixture_keys() -> MemoryKeyStore {
    let keys = MemoryKeyStore::default();
    for (name, byte, length) in [(KeyName::Database, 1, 48), (KeyName::Watermark, 2, 32)] {
        keys.set(name, &Secret::from_bytes(vec![byte; length]))
            .unwrap();
    }
    keys
}

fn write_fixture(fixture: &Path, schema: u32) {
    let probe = Probe::default();
    let directory = DataDirectory::find_or_bear(fixture, DirectoryKind::Training, &probe).unwrap();
    let keys = fixture_keys();
    let opening = directory.opening(&keys, &probe).unwrap();
    let mut connection = opening.connect(true).unwrap();
    migrations::migrate(&mut connection, schema, &probe).unwrap();
    connection
        .execute(
            "INSERT INTO directory (only, kind, station) VALUES (1, 'training', ?1)",
            params![opening.station.as_str()],
        )
        .unwrap();
    for personal in 0..3 {
        let entry = Entry::new(record(personal, 1, "FJ7489"));
        outbox::enter(&connection, &entry, &clerk(), &probe).unwrap();
    }
    let head = audit::head(&connection).unwrap();
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(connection);
    opening.watermark().advance(head, &probe).unwrap();
    for beside in ["station.db-wal", "station.db-shm", "lock"] {
        let _ = fs::remove_file(fixture.join(beside));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let path = item.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_lock_after_wrong_pins_survives_a_restart() {
    use crate::accounts::{Cost, Operator, Pin, PinHash, Role, SignInError, Tries};

    let place = Place::new();
    let id = crate::intake::OperatorId::new("clerk-07").unwrap();
    let pin = Pin::chosen("805317", &id).unwrap();
    let operator = Operator {
        id: id.clone(),
        name: "佐藤".parse().unwrap(),
        role: Role::Clerk,
        pin_hash: PinHash::new(&pin, Cost::CHEAP).unwrap(),
        tries: Tries::default(),
        totp: None,
        enabled: true,
    };
    let mut store = place.open().unwrap();
    store
        .keep_operator(&operator, Act::AccountChanged, &clerk())
        .unwrap();
    let wrong = Pin::typed("805318").unwrap();
    for _ in 0..Tries::FREE {
        let mut operator = store.operator(&id).unwrap().unwrap();
        operator.try_pin(&wrong, &clerk().moment).unwrap_err();
        store
            .keep_operator(&operator, Act::SignInFailed, &clerk())
            .unwrap();
    }
    drop(store);
    let mut operator = place.open().unwrap().operator(&id).unwrap().unwrap();
    let refused = operator.try_pin(&pin, &clerk().moment);
    assert!(
        matches!(refused, Err(SignInError::Locked { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_folder_that_was_put_back_to_yesterday_shows_against_the_second_medium() {
    let (place, medium) = (Place::new(), tempfile::tempdir().unwrap());
    let mut store = place.open_with_medium(medium.path());
    fill(&mut store, 0..2);
    drop(store);
    let yesterday = tempfile::tempdir().unwrap();
    copy_folder(place.folder(), yesterday.path());
    fill(&mut place.open_with_medium(medium.path()), 2..5);
    copy_folder(yesterday.path(), place.folder());
    let mut store = place.open_with_medium(medium.path());
    assert_eq!(store.copy_state().unwrap(), CopyState::WasAhead);
    let restored = recover(&mut store, medium.path(), &place.identity, &clerk()).unwrap();
    assert_eq!(restored.entries, 3, "{restored:?}");
}

#[test]
fn a_cancelled_record_that_a_recovery_brings_back_stays_cancelled() {
    let (place, medium) = (Place::new(), tempfile::tempdir().unwrap());
    let mut store = place.open_with_medium(medium.path());
    let entry = Entry::new(record(1, 1, "FJ7489"));
    store.record(&entry, &clerk()).unwrap();
    let cancelled = Entry {
        id: RecordId::new(clerk().moment.wall),
        kind: crate::intake::EntryKind::Cancellation("取り違え".parse().unwrap()),
        record: entry.record.clone(),
    };
    store.record(&cancelled, &clerk()).unwrap();
    drop(store);
    // A salvage that lost the record and kept its cancellation.
    let connection = place.opening().connect(false).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; DROP TRIGGER entry_is_never_deleted; \
             DROP TRIGGER delivery_is_never_deleted; \
             DELETE FROM delivery WHERE sequence = 2; DELETE FROM entry WHERE sequence = 2;",
        )
        .unwrap();
    drop(connection);
    let mut store = place.open_with_medium(medium.path());
    recover(&mut store, medium.path(), &place.identity, &clerk()).unwrap();
    assert_eq!(store.history(entry.id).unwrap().len(), 2);
    assert_eq!(store.counts(None).unwrap().get(State::Queued), 0);
    let key = entry.record.conflict_key().unwrap();
    assert!(store.with_key(&key).unwrap().is_empty());
}

#[test]
fn a_salvage_under_another_key_is_refused() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..3);
    let other = Opening {
        database_key: std::sync::Arc::new(Secret::from_bytes(vec![9; 48])),
        seal_key: std::sync::Arc::new(Secret::from_bytes(vec![9; 32])),
        ..place.opening()
    };
    assert!(salvage(&mut place.directory(), &other, &clerk()).is_err());
    assert_eq!(place.open().unwrap().counts(None).unwrap().open(), 3);
}

#[test]
fn a_station_that_runs_on_after_a_salvage_records_nothing_into_the_old_book() {
    let place = Place::new();
    let mut running = place.open().unwrap();
    fill(&mut running, 0..3);
    salvage(&mut place.directory(), &place.opening(), &clerk()).unwrap();
    let refused = running.record(&Entry::new(record(9, 1, "FJ7489")), &clerk());
    assert!(matches!(
        refused,
        Err(StoreError::Directory(DirectoryError::Superseded))
    ));
    assert_eq!(place.open().unwrap().counts(None).unwrap().open(), 3);
}

#[test]
fn a_station_stays_enrolled_through_a_salvage_and_receipts_belong_to_their_server() {
    let place = Place::new();
    let mut store = place.open().unwrap();
    let enrolled_at = |server: &str| Enrolment {
        server: server.to_owned(),
        client_id: "station-1".to_owned(),
        ca: None,
    };
    let (one, other) = (
        enrolled_at("https://one.example"),
        enrolled_at("https://other.example"),
    );
    store.keep_enrolment(&one, false, &clerk()).unwrap();
    fill(&mut store, 0..1);
    let delivered = store.in_state(State::Queued, 1).unwrap().remove(0);
    let steps = [
        (delivered.sequence, Event::Send),
        (delivered.sequence, Event::Acknowledge(receipt())),
    ];
    store.advance(&steps, &clerk()).unwrap();
    let cancelled = Entry {
        id: RecordId::new(clerk().moment.wall),
        kind: crate::intake::EntryKind::Cancellation("入力誤り".parse().unwrap()),
        record: delivered.entry.record,
    };
    store.record(&cancelled, &clerk()).unwrap();
    let elsewhere = |store: &mut SqliteStore| store.outgoing(0, 9).unwrap()[0].elsewhere;
    assert!(!elsewhere(&mut store));
    store.keep_enrolment(&one, true, &clerk()).unwrap();
    assert!(!elsewhere(&mut store), "the same server at a new address");
    store.keep_enrolment(&other, false, &clerk()).unwrap();
    assert!(elsewhere(&mut store));
    drop(store);
    salvage(&mut place.directory(), &place.opening(), &clerk()).unwrap();
    let mut store = place.open().unwrap();
    assert_eq!(store.enrolment().unwrap(), Some(other));
    assert!(elsewhere(&mut store));
}

#[test]
fn the_queries_of_the_day_use_their_indexes() {
    let place = Place::new();
    let mut store = place.open().unwrap();
    let mut plan = |sql: &str| -> String {
        store
            .read(|connection| {
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let parameters = vec![1; statement.parameter_count()];
                let lines: Vec<String> = statement
                    .query_map(rusqlite::params_from_iter(parameters), |row| row.get(3))?
                    .collect::<Result<_, _>>()?;
                Ok(lines.join("\n"))
            })
            .unwrap()
    };
    let states = State::ALL.into_iter().filter(|state| state.is_open());
    for sql in states.map(outbox::in_state_query) {
        let plan = plan(&sql);
        assert!(plan.contains("USING INDEX delivery_open"), "{sql}\n{plan}");
    }
    for (sql, index) in [
        (outbox::of_person_query(), "entry_person"),
        (outbox::with_key_query(), "entry_person"),
        (outbox::history_query(), "entry_changes"),
        (sqlite::CLOCK_JUMPS.to_owned(), "audit_clock_jump"),
        (review::open_query(), "review_open"),
        (outgoing::outgoing_query(), "delivery_open"),
        (outgoing::outgoing_query(), "entry_person"),
    ] {
        let plan = plan(&sql);
        assert!(plan.contains(index), "{sql}\n{plan}");
        assert!(!plan.contains("SCAN entry"), "{sql}\n{plan}");
    }
}

#[test]
fn a_training_copy_is_not_recovered_into_production() {
    let (lost, medium) = (Place::new(), tempfile::tempdir().unwrap());
    fill(&mut lost.open_with_medium(medium.path()), 0..3);
    let folder = tempfile::tempdir().unwrap();
    let probe = Probe::default();
    let kind = DirectoryKind::Production;
    let directory = DataDirectory::find_or_bear(folder.path(), kind, &probe).unwrap();
    let opening = directory
        .opening(&MemoryKeyStore::default(), &probe)
        .unwrap();
    let mut store = directory.open_store(opening, &clerk()).unwrap();
    let restored = recover(&mut store, medium.path(), &lost.identity, &clerk()).unwrap();
    assert_eq!((restored.entries, restored.problems.len()), (0, 1));
}

#[test]
fn a_seal_on_paper_is_found_again_or_the_alarm_is_raised() {
    let place = Place::new();
    let mut store = place.open().unwrap();
    fill(&mut store, 0..3);
    let day = record(1, 1, "FJ7489").date;
    let rows = store
        .keep_desk("{}", &[Told::new(Deed::Closed(day), clerk())])
        .unwrap();
    let seal = rows[0].head().seal();
    fill(&mut store, 3..6);
    let row = store.sealed_row(&seal.to_lowercase()).unwrap().unwrap();
    assert_eq!((row.sequence, row.act.as_str()), (5, Act::DayClosed.name()));
    assert!(store.sealed_row("000000000000").unwrap().is_none());
}

#[test]
fn a_salvage_that_was_stopped_halfway_stands_in_nobodys_way() {
    let place = Place::new();
    fill(&mut place.open().unwrap(), 0..3);
    fs::write(place.directory().next_paths().database, b"half of one").unwrap();
    let mut store = place.open().unwrap();
    fill(&mut store, 3..4);
    drop(store);
    salvage(&mut place.directory(), &place.opening(), &clerk()).unwrap();
    assert_eq!(place.open().unwrap().counts(None).unwrap().open(), 4);
}

#[test]
fn a_longer_card_that_is_put_in_gets_everything_that_it_lacks() {
    let (place, slot) = (Place::new(), tempfile::tempdir().unwrap());
    let (card, other) = (slot.path().join("card"), slot.path().join("other"));
    fs::create_dir(&card).unwrap();
    let mut store = place.open_with_medium(&card);
    fill(&mut store, 0..2);
    // The other card is longer, and has none of what follows.
    copy_folder(&card, &other);
    let station = place.directory().station().to_string();
    let copy = |folder: &Path| second_copy::copy_path(folder, &station);
    let frames = fs::read(copy(&other)).unwrap();
    fs::write(copy(&other), frames.repeat(5)).unwrap();
    fill(&mut store, 2..4);
    let away = slot.path().join("away");
    fs::rename(&card, &away).unwrap();
    fs::rename(&other, &card).unwrap();
    // The open file is no longer what it was, as that of a card which was pulled out.
    fs::write(copy(&away), b"").unwrap();
    fill(&mut store, 4..5);
    let elsewhere = Place::new();
    let mut other = elsewhere.open().unwrap();
    let restored = recover(&mut other, &card, &place.identity, &clerk()).unwrap();
    assert_eq!(restored.entries, 5, "{restored:?}");
}
