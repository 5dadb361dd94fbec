//! What every [`RecordStore`] promises, run against the one in memory and the one on disk.

use std::time::Duration;

use jiff::civil::date;

use super::*;
use crate::clock::{Moment, RunId};
use crate::config::DirectoryKind;
use crate::intake::{
    EntryKind, Evidence, OperatorId, Outcome, Reason, SlipNumber, StationId, Subject,
    VaccinationRecord, Vaccine,
};
use crate::keys::MemoryKeyStore;
use crate::voucher::DoseNumber;

/// A record of the person with that number; a dose given.
pub(crate) fn record(personal: u32, dose: u8, lot: &str) -> VaccinationRecord {
    let moment = now();
    VaccinationRecord {
        id: RecordId::new(moment.wall),
        subject: Subject::Voucher(format!("2{dose}131016{personal:010}").parse().unwrap()),
        date: date(2021, 11, 20),
        venue: "市民会館".parse().unwrap(),
        doctor: "山田 太郎".parse().unwrap(),
        outcome: Outcome::Given(Vaccine {
            product: "comirnaty-12".parse().unwrap(),
            maker: "ファイザー".parse().unwrap(),
            lot: lot.parse().unwrap(),
        }),
        station: StationId::new("st-test").unwrap(),
        operator: OperatorId::new("clerk-01").unwrap(),
        recorded_at: moment.wall,
        evidence: Evidence("line,nw7".into()),
    }
}

pub(super) fn now() -> Moment {
    Moment {
        wall: "2021-11-20T01:15:30Z".parse().unwrap(),
        monotonic: Duration::from_secs(1),
        run: RunId(1),
    }
}

pub(crate) fn clerk() -> Witnessed {
    Witnessed::new(OperatorId::new("clerk-01").unwrap(), now())
}

fn later(kind: EntryKind, record: VaccinationRecord) -> Entry {
    Entry {
        id: RecordId::new(now().wall),
        kind,
        record,
    }
}

fn because() -> Reason {
    Reason::new("ロットの入力誤り").unwrap()
}

pub(super) fn receipt() -> Receipt {
    Receipt {
        location: "Immunization/1/_history/1".into(),
        etag: "W/\"1\"".into(),
        last_modified: "2021-11-20T10:15:31+09:00".into(),
    }
}

/// A new store on disk in a folder of its own.
pub(crate) fn on_disk(folder: &std::path::Path) -> SqliteStore {
    let probe = Probe::default();
    let directory = DataDirectory::find_or_bear(folder, DirectoryKind::Training, &probe).unwrap();
    let opening = directory
        .opening(&MemoryKeyStore::default(), &probe)
        .unwrap();
    directory.open_store(opening, &clerk()).unwrap()
}

/// Runs one promise against both stores.
macro_rules! promise {
    ($name:ident, $store:ident, $body:block) => {
        mod $name {
            use super::*;

            fn check($store: &mut dyn RecordStore) $body

            #[test]
            fn in_memory() {
                check(&mut MemoryStore::default());
            }

            #[test]
            fn on_disk() {
                let folder = tempfile::tempdir().unwrap();
                check(&mut super::on_disk(folder.path()));
            }
        }
    };
}

fn enter(store: &mut dyn RecordStore, entry: &Entry) -> Entered {
    store.record(entry, &clerk()).unwrap().entered
}

fn deliver(store: &mut dyn RecordStore, sequence: i64) {
    store.advance(&[(sequence, Event::Send)], &clerk()).unwrap();
    store
        .advance(&[(sequence, Event::Acknowledge(receipt()))], &clerk())
        .unwrap();
}

fn sequence(entered: Entered) -> i64 {
    match entered {
        Entered::AsNew(sequence, _) => sequence,
        other => panic!("{other:?}"),
    }
}

promise!(a_record_comes_back_as_it_was_entered, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    assert!(matches!(
        enter(store, &entry),
        Entered::AsNew(_, State::Queued)
    ));
    let found = store.history(entry.id).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].entry, entry);
    assert_eq!(store.in_state(State::Queued, 10).unwrap(), found);
});

promise!(the_same_entry_twice_counts_once, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    let first = sequence(enter(store, &entry));
    assert_eq!(enter(store, &entry), Entered::Again(first));
    assert_eq!(store.counts(None).unwrap().get(State::Queued), 1);
});

promise!(an_id_is_never_used_for_something_else, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    enter(store, &entry);
    let mut other = Entry::new(record(2, 1, "FJ7489"));
    other.id = entry.id;
    other.record.id = entry.id;
    assert!(matches!(
        store.record(&other, &clerk()),
        Err(StoreError::IdReused(_))
    ));
});

promise!(the_same_dose_with_the_same_content_is_not_added, store, {
    let first = Entry::new(record(1, 1, "FJ7489"));
    enter(store, &first);
    let mut second = Entry::new(record(1, 1, "FJ7489"));
    second.record.venue = "体育館".parse().unwrap();
    assert_eq!(enter(store, &second), Entered::SameContent(first.id));
    assert_eq!(store.counts(None).unwrap().open(), 1);
});

promise!(
    the_same_dose_with_other_content_is_kept_for_a_person,
    store,
    {
        enter(store, &Entry::new(record(1, 1, "FJ7489")));
        let second = Entry::new(record(1, 1, "FJ0001"));
        assert!(matches!(
            enter(store, &second),
            Entered::AsNew(_, State::Conflict)
        ));
        assert_eq!(store.counts(None).unwrap().get(State::Queued), 1);
        let key = second.record.conflict_key().unwrap();
        assert_eq!(store.with_key(&key).unwrap().len(), 2);
    }
);

promise!(
    a_consultation_on_monday_and_a_dose_on_friday_are_no_conflict,
    store,
    {
        let mut monday = record(1, 1, "FJ7489");
        monday.outcome = Outcome::ConsultationOnly;
        monday.date = date(2021, 11, 15);
        enter(store, &Entry::new(monday));
        let friday = enter(store, &Entry::new(record(1, 1, "FJ7489")));
        assert!(matches!(friday, Entered::AsNew(_, State::Queued)));
        let number = "21131016".to_owned() + "0000000001";
        assert_eq!(store.of_person(number.parse().unwrap()).unwrap().len(), 2);
    }
);

promise!(
    what_was_never_sent_is_cancelled_on_the_tablet_alone,
    store,
    {
        let entry = Entry::new(record(1, 1, "FJ7489"));
        enter(store, &entry);
        let cancelled = later(EntryKind::Cancellation(because()), entry.record.clone());
        assert!(matches!(
            enter(store, &cancelled),
            Entered::AsNew(_, State::Withdrawn)
        ));
        assert_eq!(store.counts(None).unwrap().open(), 0);
        let again = Entry::new(record(1, 1, "FJ7489"));
        assert!(matches!(
            enter(store, &again),
            Entered::AsNew(_, State::Queued)
        ));
    }
);

promise!(what_may_have_arrived_is_cancelled_at_the_server, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    let number = sequence(enter(store, &entry));
    store.advance(&[(number, Event::Send)], &clerk()).unwrap();
    store
        .advance(&[(number, Event::Unanswered)], &clerk())
        .unwrap();
    let cancelled = later(EntryKind::Cancellation(because()), entry.record.clone());
    assert!(matches!(
        enter(store, &cancelled),
        Entered::AsNew(_, State::Queued)
    ));
    let states: Vec<State> = store
        .history(entry.id)
        .unwrap()
        .iter()
        .map(|e| e.state)
        .collect();
    assert_eq!(states, [State::Queued, State::Queued]);
});

promise!(
    a_correction_of_an_acknowledged_record_waits_to_be_sent,
    store,
    {
        let entry = Entry::new(record(1, 1, "FJ7489"));
        let number = sequence(enter(store, &entry));
        deliver(store, number);
        let corrected = later(EntryKind::Correction(because()), {
            let mut record = record(1, 1, "FJ0001");
            record.id = entry.id;
            record
        });
        assert!(matches!(
            enter(store, &corrected),
            Entered::AsNew(_, State::Queued)
        ));
        let history = store.history(entry.id).unwrap();
        assert_eq!(history[0].receipt, Some(receipt()));
        assert_eq!(history[1].entry, corrected);
    }
);

promise!(neither_number_nor_dose_can_be_corrected, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    enter(store, &entry);
    for mut wrong in [record(2, 1, "FJ7489"), record(1, 2, "FJ7489")] {
        wrong.id = entry.id;
        let corrected = later(EntryKind::Correction(because()), wrong);
        let refused = store.record(&corrected, &clerk());
        assert!(
            matches!(refused, Err(StoreError::NotCorrectable)),
            "{refused:?}"
        );
    }
    assert_eq!(store.history(entry.id).unwrap().len(), 1);
});

promise!(a_cancelled_record_stays_cancelled, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    enter(store, &entry);
    enter(
        store,
        &later(EntryKind::Cancellation(because()), entry.record.clone()),
    );
    let again = later(EntryKind::Correction(because()), entry.record.clone());
    assert!(matches!(
        store.record(&again, &clerk()),
        Err(StoreError::Cancelled(_))
    ));
});

promise!(a_slip_stays_listed_until_its_number_is_read, store, {
    let mut to_follow = record(1, 1, "FJ7489");
    let subject = to_follow.subject;
    to_follow.subject = Subject::ToFollow {
        slip: SlipNumber(7),
        dose: DoseNumber::new(1).unwrap(),
    };
    let entry = Entry::new(to_follow.clone());
    assert!(matches!(
        enter(store, &entry),
        Entered::AsNew(_, State::AwaitingNumber)
    ));
    assert_eq!(store.open_slips().unwrap().len(), 1);
    to_follow.subject = subject;
    let read = later(EntryKind::Correction(because()), to_follow);
    assert!(matches!(
        enter(store, &read),
        Entered::AsNew(_, State::Queued)
    ));
    assert!(store.open_slips().unwrap().is_empty());
});

promise!(steps_go_together_or_not_at_all, store, {
    let one = sequence(enter(store, &Entry::new(record(1, 1, "FJ7489"))));
    let two = sequence(enter(store, &Entry::new(record(2, 1, "FJ7489"))));
    let steps = [(one, Event::Send), (two, Event::Acknowledge(receipt()))];
    assert!(store.advance(&steps, &clerk()).is_err());
    assert_eq!(store.counts(None).unwrap().get(State::Queued), 2);
    let steps = [(one, Event::Send), (two, Event::Send)];
    assert_eq!(
        store.advance(&steps, &clerk()).unwrap(),
        [State::Sending; 2]
    );
});

promise!(counts_are_those_of_the_day_that_is_asked_for, store, {
    for personal in 1..=3 {
        enter(store, &Entry::new(record(personal, 1, "FJ7489")));
    }
    let today = store.counts(Some(date(2021, 11, 20))).unwrap();
    assert_eq!(today.get(State::Queued), 3);
    let yesterday = store.counts(Some(date(2021, 11, 19))).unwrap();
    assert_eq!(yesterday.open(), 0);
});

promise!(a_time_with_nanoseconds_is_the_same_entry_again, store, {
    let mut record = record(1, 1, "FJ7489");
    record.recorded_at = "2021-11-20T01:15:30.123456789Z".parse().unwrap();
    let entry = Entry::new(record);
    let first = sequence(enter(store, &entry));
    assert_eq!(enter(store, &entry), Entered::Again(first));
});

promise!(nothing_is_superseded_but_by_another_entry, store, {
    let number = sequence(enter(store, &Entry::new(record(1, 1, "FJ7489"))));
    let refused = store.advance(&[(number, Event::Supersede)], &clerk());
    assert!(matches!(refused, Err(StoreError::NoSuchStep { .. })));
});

promise!(
    steps_are_taken_in_the_order_in_which_they_are_given,
    store,
    {
        let one = sequence(enter(store, &Entry::new(record(1, 1, "FJ7489"))));
        let steps = [
            (one, Event::Send),
            (one, Event::Unanswered),
            (one, Event::Send),
        ];
        let states = store.advance(&steps, &clerk()).unwrap();
        assert_eq!(states, [State::Sending, State::Queued, State::Sending]);
        assert_eq!(store.in_state(State::Sending, 1).unwrap()[0].attempts, 2);
    }
);

promise!(what_is_queued_comes_with_its_records_past, store, {
    let entry = Entry::new(record(1, 1, "FJ7489"));
    let first = sequence(enter(store, &entry));
    deliver(store, first);
    let cancelled = later(EntryKind::Cancellation(because()), entry.record.clone());
    let second = sequence(enter(store, &cancelled));
    let other = sequence(enter(store, &Entry::new(record(2, 1, "FJ7489"))));
    let out = store.outgoing(0, 10).unwrap();
    let numbers: Vec<i64> = out.iter().map(|o| o.stored.sequence).collect();
    assert_eq!(numbers, [second, other]);
    assert_eq!(out[0].before.len(), 1);
    assert_eq!(out[0].before[0].receipt, Some(receipt()));
    assert!(out[1].before.is_empty() && !out[1].held);
    assert_eq!(store.outgoing(second, 10).unwrap().len(), 1);
    assert_eq!(store.outgoing(0, 1).unwrap().len(), 1);
});

promise!(
    a_dose_read_again_waits_until_its_cancelled_record_is_gone,
    store,
    {
        let entry = Entry::new(record(1, 1, "FJ7489"));
        let first = sequence(enter(store, &entry));
        deliver(store, first);
        let cancelled = later(EntryKind::Cancellation(because()), entry.record.clone());
        let second = sequence(enter(store, &cancelled));
        let again = sequence(enter(store, &Entry::new(record(1, 1, "FJ0001"))));
        let held = |store: &mut dyn RecordStore| {
            let out = store.outgoing(0, 10).unwrap();
            out.into_iter()
                .find(|o| o.stored.sequence == again)
                .unwrap()
                .held
        };
        assert!(held(store));
        deliver(store, second);
        assert!(!held(store));
    }
);

promise!(what_no_server_has_is_withdrawn, store, {
    let number = sequence(enter(store, &Entry::new(record(1, 1, "FJ7489"))));
    let steps = [
        (number, Event::Send),
        (number, Event::Contradict("409".into())),
        (number, Event::Moot),
    ];
    store.advance(&steps, &clerk()).unwrap();
    assert_eq!(store.counts(None).unwrap().open(), 0);
});

promise!(a_conflict_tells_what_it_contradicts, store, {
    let first = Entry::new(record(1, 1, "FJ7489"));
    enter(store, &first);
    enter(store, &Entry::new(record(1, 1, "FJ0001")));
    let found = store.in_state(State::Conflict, 1).unwrap();
    let detail = found[0].detail.clone().unwrap();
    assert!(detail.contains(&first.id.to_string()), "{detail}");
});
