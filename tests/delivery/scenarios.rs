//! What happens to a voucher in the course of its days, told from both sides.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use uketsuke::intake::{Entry, Outcome, RecordId, Subject};
use uketsuke::sandbox::{FaultKind, Faults, Running, Sandbox, Settings};
use uketsuke::store::{Entered, Event, RecordStore as _, State};
use uketsuke::sync::{Probe, SyncStep, Why};

use crate::book::{cancellation, clerk, correction, entry, given};
use crate::site::{Held, Impatient, Tablet, says};

/// A server and tablets that are enrolled there.
struct Venue {
    folder: tempfile::TempDir,
    server: Running,
}

impl Venue {
    fn new() -> Self {
        Self::with(Faults::none())
    }

    fn with(faults: Faults) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = serve(folder.path(), faults);
        Self { folder, server }
    }

    fn tablet(&self, name: &str) -> Tablet {
        let mut tablet = Tablet::open(&self.folder.path().join(name));
        let code = self.server.next_code().expect("a code");
        tablet.enrol(self.server.url(), &code, None);
        tablet
    }

    fn held(&self) -> Held {
        Held::by(&self.server)
    }
}

fn serve(folder: &Path, faults: Faults) -> Running {
    Sandbox::start(Settings {
        faults,
        ..Settings::new(folder.join("server"))
    })
    .expect("a server")
}

/// The same person once more, under an identity of its own.
fn read_again(of: &Entry, lot: &str) -> Entry {
    let mut again = of.clone();
    again.id = RecordId::new(of.record.recorded_at);
    again.record.id = again.id;
    again.record.outcome = given(lot);
    again
}

/// A reply that never came: the entry counts as sent once.
fn sent_and_not_answered(tablet: &mut Tablet, entered: Entered) {
    let Entered::AsNew(sequence, _) = entered else {
        panic!("{entered:?}");
    };
    let steps = [(sequence, Event::Send), (sequence, Event::Unanswered)];
    tablet.store.advance(&steps, &clerk()).expect("advanced");
}

fn statuses(held: &Held, entry: &Entry) -> Vec<String> {
    let of = held.of(entry);
    of.iter()
        .map(|resource| resource["status"].as_str().expect("a status").to_owned())
        .collect()
}

#[test]
fn a_record_that_was_cancelled_and_read_again_is_a_new_record() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    let first = entry(1);
    tablet.record(&first);
    tablet.deliver();
    tablet.record(&cancellation(&first, 901));
    let again = read_again(&first, "FJ0001");
    tablet.record(&again);
    assert_eq!(tablet.deliver().delivered, 2);
    let held = venue.held();
    assert_eq!(statuses(&held, &first), ["entered-in-error"]);
    assert!(says(held.of(&again)[0], &again));
    assert_eq!(held.active().len(), 1);
    assert_eq!(tablet.open_entries(), 0);
}

#[test]
fn read_again_with_the_same_content_it_does_not_go_with_the_cancelled_one() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    let first = entry(1);
    let entered = tablet.record(&first);
    sent_and_not_answered(&mut tablet, entered);
    tablet.record(&cancellation(&first, 901));
    let again = read_again(&first, "FJ7489");
    tablet.record(&again);
    tablet.deliver();
    let held = venue.held();
    assert_eq!(statuses(&held, &first), ["entered-in-error"]);
    assert_eq!(statuses(&held, &again), ["completed"]);
    assert_eq!(tablet.open_entries(), 0);
}

#[test]
fn what_was_never_sent_is_cancelled_without_the_server() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    tablet.record(&entry(1));
    let gone = entry(2);
    tablet.record(&gone);
    tablet.record(&cancellation(&gone, 901));
    assert_eq!(tablet.deliver().delivered, 1);
    assert!(venue.held().of(&gone).is_empty());
}

#[test]
fn corrections_made_offline_arrive_as_the_last_of_them_says() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    let (unsent, unanswered, delivered) = (entry(1), entry(2), entry(3));
    tablet.record(&delivered);
    tablet.deliver();
    tablet.record(&unsent);
    let entered = tablet.record(&unanswered);
    sent_and_not_answered(&mut tablet, entered);
    for (number, entry) in (900..).zip([&unsent, &unanswered, &delivered]) {
        tablet.record(&correction(entry, "FJ0001", number));
        tablet.record(&correction(entry, "FJ0002", number + 50));
    }
    tablet.deliver();
    let held = venue.held();
    for entry in [&unsent, &unanswered, &delivered] {
        let last = tablet.store.history(entry.id).expect("readable");
        let last = &last.last().expect("a correction").entry;
        let found = held.of(entry);
        assert_eq!(found.len(), 1);
        assert!(says(found[0], last));
        assert_eq!(found[0]["lotNumber"], "FJ0002");
    }
    assert_eq!(tablet.open_entries(), 0);
}

/// Two tablets that have recorded and delivered the same dose, and what each calls it.
fn two_that_say_the_same(venue: &Venue) -> (Tablet, Tablet, Entry, Entry) {
    let (mut a, mut b) = (venue.tablet("a"), venue.tablet("b"));
    let (here, there) = (entry(1), entry(1));
    a.record(&here);
    b.record(&there);
    assert_eq!(a.deliver().delivered + b.deliver().delivered, 2);
    (a, b, here, there)
}

#[test]
fn two_tablets_that_say_the_same_make_one_record_that_both_find() {
    let venue = Venue::new();
    let (_, _, here, there) = two_that_say_the_same(&venue);
    let held = venue.held();
    assert_eq!(held.resources.len(), 1);
    assert_eq!((held.of(&here).len(), held.of(&there).len()), (1, 1));
}

#[test]
fn what_one_tablet_cancels_the_other_one_still_says() {
    for first_cancels in [true, false] {
        let venue = Venue::new();
        let (mut a, mut b, here, there) = two_that_say_the_same(&venue);
        let (own, other, tablet) = match first_cancels {
            true => (&here, &there, &mut a),
            false => (&there, &here, &mut b),
        };
        tablet.record(&cancellation(own, 901));
        tablet.deliver();
        assert_eq!(tablet.states(own), [State::Acknowledged; 2]);
        let held = venue.held();
        assert_eq!(statuses(&held, own), ["entered-in-error"]);
        assert_eq!(statuses(&held, other), ["completed"]);
    }
}

#[test]
fn two_tablets_that_say_different_things_overwrite_nothing_and_a_person_hears_of_it() {
    let venue = Venue::new();
    let (mut a, mut b) = (venue.tablet("a"), venue.tablet("b"));
    let here = entry(1);
    let there = read_again(&here, "FJ0001");
    a.record(&here);
    b.record(&there);
    a.deliver();
    b.deliver();
    assert_eq!(b.states(&there), [State::Conflict]);
    let held = venue.held();
    assert_eq!(held.resources.len(), 1);
    assert!(says(held.of(&here)[0], &here));
    // The person decides that the other tablet is right.
    b.record(&cancellation(&there, 901));
    b.deliver();
    assert_eq!(b.open_entries(), 0);
    assert_eq!(venue.held().resources.len(), 1);
}

#[test]
fn a_conflict_that_the_other_tablet_clears_can_be_sent_again() {
    let venue = Venue::new();
    let (mut a, mut b) = (venue.tablet("a"), venue.tablet("b"));
    let here = entry(1);
    let there = read_again(&here, "FJ0001");
    a.record(&here);
    let entered = b.record(&there);
    a.deliver();
    b.deliver();
    a.record(&cancellation(&here, 901));
    a.deliver();
    let Entered::AsNew(sequence, _) = entered else {
        panic!("{entered:?}");
    };
    let again = [(sequence, Event::Requeue)];
    b.store.advance(&again, &clerk()).expect("requeued");
    b.deliver();
    assert_eq!(b.states(&there), [State::Acknowledged]);
    let held = venue.held();
    assert!(says(held.of(&there)[0], &there));
    assert_eq!(held.active().len(), 1);
}

#[test]
fn a_correction_of_what_two_tablets_said_is_a_persons_to_decide() {
    let venue = Venue::new();
    let (mut a, _, here, there) = two_that_say_the_same(&venue);
    a.record(&correction(&here, "FJ0001", 901));
    a.deliver();
    assert_eq!(a.states(&here), [State::Acknowledged, State::Conflict]);
    assert!(says(venue.held().of(&there)[0], &there));
}

#[test]
fn an_update_whose_reply_was_lost_is_acknowledged_and_not_taken_for_a_conflict() {
    for change in [
        correction(&entry(1), "FJ0001", 901),
        cancellation(&entry(1), 902),
    ] {
        let venue = Venue::new();
        let mut tablet = venue.tablet("a");
        let mut first = Entry::new(change.record.clone());
        first.record.outcome = given("FJ7489");
        first.id = first.record.id;
        tablet.record(&first);
        tablet.deliver();
        tablet.record(&change);
        lose_the_reply(&mut tablet);
        tablet.deliver();
        assert_eq!(tablet.states(&first), [State::Acknowledged; 2]);
        let held = venue.held();
        assert!(says(held.of(&first)[0], &change));
        assert_eq!(held.resources.len(), 1);
    }
}

/// The server commits, and the tablet does not live to read the reply.
fn lose_the_reply(tablet: &mut Tablet) {
    let lost = Probe::new(|step| {
        assert_ne!(step, SyncStep::Replied, "the reply is lost");
    });
    let tried = catch_unwind(AssertUnwindSafe(|| {
        tablet.try_deliver(&lost, &mut Impatient::default())
    }));
    assert!(tried.is_err());
}

#[test]
fn consulted_on_monday_and_vaccinated_on_friday_are_two_records() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    let mut monday = entry(1);
    monday.record.outcome = Outcome::ConsultationOnly;
    monday.record.date = jiff::civil::date(2021, 11, 15);
    monday.record.subject = Subject::Voucher("111310160000000001".parse().expect("18 digits"));
    let friday = entry(1);
    tablet.record(&monday);
    tablet.record(&friday);
    assert_eq!(tablet.deliver().delivered, 2);
    let held = venue.held();
    assert_eq!(statuses(&held, &monday), ["not-done"]);
    assert_eq!(statuses(&held, &friday), ["completed"]);
}

#[test]
fn a_flawed_record_lets_its_neighbours_through() {
    let venue = Venue::new();
    let mut tablet = venue.tablet("a");
    let mut flawed = entry(2);
    // 131017: the check digit does not fit.
    flawed.record.subject = Subject::Voucher("211310170000000002".parse().expect("18 digits"));
    tablet.record(&entry(1));
    tablet.record(&flawed);
    tablet.record(&entry(3));
    assert_eq!(tablet.deliver().delivered, 2);
    assert_eq!(tablet.states(&flawed), [State::Rejected]);
    let stored = tablet.store.history(flawed.id).expect("readable");
    let words = stored[0].detail.clone().expect("the server's words");
    assert!(words.starts_with("422"), "{words}");
}

#[test]
fn tablets_that_deliver_at_once_through_every_fault_leave_one_record_a_dose() {
    let faults = FaultKind::ALL
        .into_iter()
        .fold(Faults::none(), |faults, kind| faults.with(kind, 0.05));
    let venue = Venue::with(faults);
    let tablets: Vec<Tablet> = ["a", "b", "c"].map(|name| venue.tablet(name)).into();
    let working: Vec<_> = tablets
        .into_iter()
        .map(|mut tablet| {
            std::thread::Builder::new()
                .name("tablet".into())
                .spawn(move || {
                    for person in 0..30 {
                        tablet.record(&entry(person));
                        if person % 10 == 9 {
                            tablet.deliver();
                        }
                    }
                    tablet.open_entries()
                })
                .expect("a thread")
        })
        .collect();
    for tablet in working {
        assert_eq!(tablet.join().expect("done"), 0);
    }
    let held = venue.held();
    assert_eq!(held.resources.len(), 30);
    let claims = |r: &serde_json::Value| r["identifier"].as_array().map_or(0, Vec::len);
    assert!(held.resources.iter().all(|r| claims(r) == 3));
}

#[test]
fn a_station_that_was_never_enrolled_there_is_told_so_and_keeps_its_records() {
    let (one, other) = (Venue::new(), Venue::new());
    let mut tablet = one.tablet("a");
    tablet.record(&entry(1));
    tablet.server_is_at(other.server.url());
    let mut watch = Impatient::default();
    let done = tablet.try_deliver(&Probe::default(), &mut watch);
    assert_eq!(done.expect("tried").stopped, Some(Why::Unauthorised));
    assert_eq!(tablet.open_entries(), 1);
    tablet.server_is_at(one.server.url());
    assert_eq!(tablet.deliver().delivered, 1);
}
