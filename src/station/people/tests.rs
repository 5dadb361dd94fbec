use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use zeroize::Zeroizing;

use super::*;
use crate::accounts::{Cost, PinHash, Tries};
use crate::camera::{CameraError, Counts, FrameSource, Grab};
use crate::clock::{Clock, RunId};
use crate::desk::{Keyed, Notes, Read, Target};
use crate::intake::{Catalogue, Entry, EntryKind, Reason, RecordId, VaccinationRecord};
use crate::reading::{FrameId, Reader, WitnessKind};
use crate::station::{Beside, Enrolling, Look, Surroundings, Unseen, Until, run};
use crate::store::{RecordStore as _, SqliteStore, on_disk};
use crate::text::Bilingual;

const IDLE: Duration = Duration::from_mins(5);
const STAFF: (&str, &str, Role) = ("staff-01", "729416", Role::Staff);
const CLERK: (&str, &str, Role) = ("clerk-07", "583017", Role::Clerk);

/// A clock that stands until somebody moves it.
struct HandClock(AtomicU64);

impl HandClock {
    fn forward(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let since = Duration::from_secs(self.0.load(Ordering::Relaxed));
        let start: jiff::Timestamp = "2021-11-20T10:30:00+09:00".parse().unwrap();
        Moment {
            wall: start + since,
            monotonic: since,
            run: RunId(1),
        }
    }
}

fn id(text: &str) -> OperatorId {
    OperatorId::new(text).unwrap()
}

/// A folder and a clock: what a station stands on.
struct Site {
    folder: tempfile::TempDir,
    clock: HandClock,
}

impl Site {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: HandClock(AtomicU64::new(0)),
        }
    }

    /// A book in which these people have an account.
    fn book_of(&self, people: &[(&str, &str, Role)]) -> SqliteStore {
        let mut store = on_disk(self.folder.path());
        for (who, pin, role) in people {
            let pin = Pin::chosen(pin, &id(who)).unwrap();
            let operator = Operator {
                id: id(who),
                name: who.parse().unwrap(),
                role: *role,
                pin_hash: PinHash::new(&pin, Cost::CHEAP).unwrap(),
                tries: Tries::default(),
                totp: None,
                enabled: true,
            };
            let witnessed = Witnessed::new(id("os-test"), self.clock.now());
            let kept = store.keep_operator(&operator, Act::AccountChanged, &witnessed);
            kept.unwrap();
        }
        store
    }

    /// The station of these people, with a screen.
    fn open(&self, people: &[(&str, &str, Role)]) -> Station<'_> {
        self.open_as(people, Some(IDLE))
    }

    fn open_as(&self, people: &[(&str, &str, Role)], idle_lock: Option<Duration>) -> Station<'_> {
        self.open_on(self.book_of(people), idle_lock)
    }

    fn open_on(&self, store: SqliteStore, idle_lock: Option<Duration>) -> Station<'_> {
        let surroundings = Surroundings {
            idle_lock,
            ..Surroundings::default()
        };
        let catalogue = Catalogue::built_in().unwrap();
        let user = id("os-test");
        Station::open(store, catalogue, surroundings, &self.clock, user).unwrap()
    }
}

impl Station<'_> {
    fn gives_pin(&mut self, who: &str, pin: &str) -> Vec<Event> {
        let attempt = self.attempt(&id(who), Pin::typed(pin).unwrap()).unwrap();
        self.tried(attempt.check())
    }

    /// A person does something that goes to the desk.
    fn is_told(&mut self, input: Input) -> Vec<Event> {
        let input = self.as_seated(input);
        self.tell(input)
    }

    fn sees_voucher(&mut self, frame: u64) -> Vec<Event> {
        let accepted = Input::Accepted(Read {
            number: "221310160012345678".parse().unwrap(),
            frame: FrameId(frame),
            witnesses: vec![WitnessKind::Line, WitnessKind::Nw7],
        });
        self.look(Look {
            inputs: vec![accepted],
            arrival: None,
            crops: None,
        })
    }
}

fn session() -> Session {
    let file = "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
         venue = \"市民会館\"\ndoctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
         ticket_kind = \"vaccination\"\noperator = \"somebody\"\n";
    Session::parse(file).unwrap()
}

fn reason() -> Reason {
    Reason::new("操作の間違い").unwrap()
}

fn cancel() -> Command {
    let record = RecordId::new("2021-11-20T10:30:00+09:00".parse().unwrap());
    Command::Desk(Input::Cancel {
        record,
        reason: reason(),
    })
}

/// An enrolment with what an authenticator shows.
fn enrol(authenticator: Option<&str>) -> Command {
    Command::Enrol(Enrolling {
        server: "https://api.example/fhir".to_owned(),
        code: Zeroizing::new("K7QM".to_owned()),
        authenticator: authenticator.map(|code| Zeroizing::new(code.to_owned())),
    })
}

#[test]
fn a_station_is_enrolled_by_an_administrator_with_an_authenticator_whose_wrong_codes_are_kept() {
    let site = Site::new();
    let admin = ("admin-01", "583017", Role::Administrator);
    let mut station = site.open(&[admin, STAFF]);
    station.gives_pin(STAFF.0, STAFF.1);
    let why = station.allow(&enrol(Some("123456"))).unwrap_err();
    assert_eq!(
        why,
        words(&Refusal::Role {
            needs: Role::Administrator
        })
    );
    station.sign_out();
    station.gives_pin(admin.0, admin.1);
    let why = station.allow(&enrol(Some("123456"))).unwrap_err();
    assert_eq!(why, words(&Refusal::NoAuthenticator));
    let mut operator = station.store().operator(&id(admin.0)).unwrap().unwrap();
    operator.totp = Some(accounts::Totp::of_the_rfc());
    let witnessed = Witnessed::new(id("os-test"), site.clock.now());
    let kept = (station.store()).keep_operator(&operator, Act::AccountChanged, &witnessed);
    kept.unwrap();
    let why = station.allow(&enrol(None)).unwrap_err();
    assert_eq!(why, words(&Refusal::CodeMissing));
    assert!(station.allow(&enrol(Some("000000"))).is_err());
    let kept = station.store().operator(&id(admin.0)).unwrap().unwrap();
    assert_ne!(kept.totp.unwrap().tries(), Tries::default());
    // What this key shows at half past ten, once.
    assert_eq!(station.allow(&enrol(Some("882318"))), Ok(()));
    assert!(station.allow(&enrol(Some("882318"))).is_err());
}

#[test]
fn who_may_do_what_is_one_table() {
    use accounts::Act as A;
    let desk = Command::Desk;
    let table = [
        (
            desk(Input::ConfirmSession(session())),
            Some(A::ConfirmSession),
        ),
        (desk(Input::Undo), Some(A::RecordDose)),
        (
            desk(Input::EnterByHand(Target::OnTable)),
            Some(A::RecordDose),
        ),
        (
            desk(Input::Typed(Keyed(String::new()))),
            Some(A::RecordDose),
        ),
        (cancel(), Some(A::CancelRecord)),
        (desk(Input::Close), Some(A::CloseDay)),
        (desk(Input::Reopen(reason())), Some(A::CloseDay)),
        (Command::SendAgain(1), Some(A::ResolveConflict)),
        (enrol(None), Some(A::EnrolStation)),
        (Command::Deliver, None),
        (Command::SignOut, None),
        (Command::Touched, None),
    ];
    for (command, act) in table {
        assert_eq!(needs(&command), act, "{command:?}");
    }
}

#[test]
fn a_book_without_operators_and_a_station_without_a_screen_ask_nobody() {
    for (people, idle) in [(&[][..], Some(IDLE)), (&[STAFF][..], None)] {
        let site = Site::new();
        let mut station = site.open_as(people, idle);
        assert_eq!(station.people(), People::default());
        assert_eq!(station.allow(&cancel()), Ok(()));
        station.tell(Input::ConfirmSession(session()));
        site.clock.forward(2 * IDLE);
        assert!(station.tick().is_empty());
        station.sees_voucher(1);
        assert_eq!(station.snapshot().records.len(), 1);
    }
}

#[test]
fn nothing_is_done_and_nothing_recorded_before_somebody_sits_there() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    assert!(station.people().must_sign_in());
    let begin = Command::Desk(Input::ConfirmSession(session()));
    let why = station.allow(&begin).unwrap_err().to_string();
    assert!(why.contains("サインイン"), "{why}");

    let signed_in = station.gives_pin(STAFF.0, STAFF.1);
    assert_eq!(signed_in, [Event::SignedIn(id(STAFF.0))]);
    assert_eq!(station.allow(&begin), Ok(()));
    station.is_told(Input::ConfirmSession(session()));
    station.sign_out();
    assert!(station.sees_voucher(1).is_empty());
    assert!(station.snapshot().records.is_empty());
    station.gives_pin(STAFF.0, STAFF.1);
    station.sees_voucher(2);
    assert_eq!(station.snapshot().records.len(), 1);
}

/// What a station without sign-in makes of a voucher.
fn some_record() -> VaccinationRecord {
    let site = Site::new();
    let mut station = site.open(&[]);
    station.tell(Input::ConfirmSession(session()));
    station.sees_voucher(1);
    station.snapshot().records[0].record.clone()
}

#[test]
fn what_was_interrupted_waits_until_somebody_who_may_do_it_answers_for_it() {
    let (site, record) = (Site::new(), some_record());
    let mut store = site.book_of(&[STAFF, CLERK]);
    let witnessed = Witnessed::new(id("os-test"), site.clock.now());
    let kept = store.record(&Entry::new(record.clone()), &witnessed);
    kept.unwrap();
    // The program ended while a cancellation was on its way.
    let notes = Notes {
        day: Some(record.date),
        changes: vec![Entry {
            id: RecordId::new(record.recorded_at),
            kind: EntryKind::Cancellation(reason()),
            record,
        }],
        ..Notes::default()
    };
    let notes = serde_json::to_string(&notes).unwrap();
    store.keep_desk(&notes, &[]).unwrap();

    let mut station = site.open_on(store, Some(IDLE));
    station.tick();
    assert_eq!(station.snapshot().pending.len(), 1);
    station.gives_pin(STAFF.0, STAFF.1);
    station.tick();
    assert_eq!(station.snapshot().pending.len(), 1, "staff may not cancel");
    station.sign_out();
    station.gives_pin(CLERK.0, CLERK.1);
    station.tick();
    assert_eq!(station.snapshot().pending, []);
}

#[test]
fn a_wrong_pin_is_in_the_book_before_it_is_told() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    let told = station.gives_pin(STAFF.0, "729417");
    let [Event::SignInFailed(why)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(why.to_string().contains("PIN が違います"), "{why}");
    assert!(station.people().must_sign_in());
    let kept = station.store().operator(&id(STAFF.0)).unwrap().unwrap();
    assert_eq!(kept.tries.failed, 1);
}

#[test]
fn one_pin_is_checked_at_a_time() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    let pin = || Pin::typed("111111").unwrap();
    let first = station.attempt(&id(STAFF.0), pin()).unwrap();
    assert!(station.people().checking);
    assert!(station.attempt(&id(STAFF.0), pin()).is_err());
    station.tried(first.check());
    assert!(!station.people().checking);
    assert!(station.attempt(&id(STAFF.0), pin()).is_ok());
}

#[test]
fn who_sits_there_is_written_down_and_who_takes_over_from_then_on() {
    let site = Site::new();
    let mut station = site.open(&[STAFF, CLERK]);
    station.gives_pin(STAFF.0, STAFF.1);
    station.is_told(Input::ConfirmSession(session()));
    let operator = |station: &Station<'_>| station.snapshot().session.unwrap().operator;
    assert_eq!(operator(&station), id(STAFF.0));
    let relieved = station.gives_pin(CLERK.0, CLERK.1);
    assert_eq!(relieved.last(), Some(&Event::SignedIn(id(CLERK.0))));
    assert_eq!(operator(&station), id(CLERK.0));
    assert_eq!(station.people().seated, Some(id(CLERK.0)));
}

#[test]
fn a_screen_left_alone_locks_and_one_in_use_does_not() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    station.gives_pin(STAFF.0, STAFF.1);
    station.is_told(Input::ConfirmSession(session()));
    for frame in 0..3 {
        site.clock.forward(IDLE - Duration::from_secs(1));
        assert!(station.tick().is_empty());
        station.sees_voucher(frame);
    }
    site.clock.forward(IDLE);
    let locked = station.tick();
    assert_eq!(locked.last(), Some(&Event::Locked(id(STAFF.0))));
    let people = station.people();
    assert_eq!((people.seated, people.locked_by), (None, Some(id(STAFF.0))));
    station.gives_pin(STAFF.0, STAFF.1);
    assert_eq!(station.people().seated, Some(id(STAFF.0)));
}

#[test]
fn a_role_that_is_too_small_is_refused_with_the_one_that_it_takes() {
    let site = Site::new();
    let mut station = site.open(&[STAFF, CLERK]);
    station.gives_pin(STAFF.0, STAFF.1);
    let why = station.allow(&cancel()).unwrap_err().to_string();
    assert!(why.contains("事務担当"), "{why}");
    station.gives_pin(CLERK.0, CLERK.1);
    assert_eq!(station.allow(&cancel()), Ok(()));
}

#[test]
fn an_account_that_is_disabled_meanwhile_allows_nothing_more() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    station.gives_pin(STAFF.0, STAFF.1);
    let witnessed = station.witnessed();
    let store = station.store();
    let mut operator = store.operator(&id(STAFF.0)).unwrap().unwrap();
    operator.enabled = false;
    let kept = store.keep_operator(&operator, Act::AccountChanged, &witnessed);
    kept.unwrap();
    assert!(station.allow(&Command::Desk(Input::Undo)).is_err());
}

/// A camera that has come to its end.
struct NoFrames;

impl FrameSource for NoFrames {
    fn next(&mut self, _: Duration) -> Result<Grab, CameraError> {
        Ok(Grab::Ended)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }
}

#[test]
fn commands_pass_the_seat_and_a_pin_is_checked_beside_the_station() {
    let site = Site::new();
    let mut station = site.open(&[STAFF]);
    let (orders, commands) = channel();
    let sign_in = Command::SignIn {
        operator: id(STAFF.0),
        pin: Pin::typed(STAFF.1).unwrap(),
    };
    orders.send(cancel()).unwrap();
    orders.send(sign_in).unwrap();
    let beside = Beside {
        source: Box::new(NoFrames),
        reader: Reader::new().unwrap(),
        mount: None,
        cards: Box::new(|_| Err(Bilingual::new("", ""))),
        clock: &site.clock,
        courier: None,
        hired: channel().1,
        commands,
        viewer: &Unseen,
        enrol: None,
    };
    let (mut told, mut orders) = (Vec::new(), ControlFlow::Continue(orders));
    run(&mut station, beside, Until::CommandsEnd, &mut |event, _| {
        told.push(event.clone());
        match (event, &orders) {
            (Event::SignedIn(_), ControlFlow::Continue(send)) => send.send(cancel()).unwrap(),
            // The first was before anybody sat there.
            (Event::NotAllowed(_), _) if told.len() == 1 => {}
            _ => orders = ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let [
        Event::NotAllowed(first),
        Event::SignedIn(who),
        Event::NotAllowed(second),
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!(*who, id(STAFF.0));
    assert!(first.to_string().contains("サインイン"), "{first}");
    assert!(second.to_string().contains("事務担当"), "{second}");
}
