//! SIGKILL at every step of a delivery, with every fault of the line and the server on.
//!
//! The test runs itself as a child that records and delivers until it is killed; a second child
//! finishes the day. Then book and server must say the same: everything once, nothing changed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use rustix::process::{Pid, Signal, getpid, kill_process};
use uketsuke::intake::{Entry, EntryKind, Outcome, Subject};
use uketsuke::sandbox::{FaultKind, Faults, Running, Sandbox, Settings};
use uketsuke::store::{Reach, State};
use uketsuke::sync::{Probe, SyncStep};

use crate::book::{Seeded, cancellation, correction, entry, with_identity};
use crate::runs;
use crate::site::{Held, Stubborn, Tablet, says};

const CHILD: &str = "UKETSUKE_TEST_DELIVERING_CHILD";

/// Records that the server takes in a batch: so few that every part of the day needs several, and
/// one is claimed while another is on its way.
const BATCH: usize = 2;

/// Where the child is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Step(SyncStep),
    /// By the server, after its COMMIT and before its reply.
    ServerCommitted,
}

/// What happens to one voucher in the course of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Recorded,
    Consultation,
    Corrected,
    CorrectedTwice,
    Cancelled,
    /// Cancelled and read again, with another lot.
    ReadAgain,
}

const STORIES: [Story; 6] = [
    Story::Recorded,
    Story::Consultation,
    Story::Corrected,
    Story::CorrectedTwice,
    Story::Cancelled,
    Story::ReadAgain,
];

/// The day of a seed: for each voucher what is recorded, in three parts. The same in every
/// process.
fn day(seed: u64) -> [Vec<Entry>; 3] {
    let mut random = Seeded(seed);
    let mut parts: [Vec<Entry>; 3] = Default::default();
    for person in 0..10 {
        let story = STORIES[usize::try_from(random.below(6)).expect("small")];
        let number = |n: u64| person * 10 + n;
        let mut new = with_identity(entry(person), number(0));
        if story == Story::Consultation {
            let consultation = format!("11131016{person:010}");
            new.record.subject = Subject::Voucher(consultation.parse().expect("18 digits"));
            new.record.outcome = Outcome::ConsultationOnly;
        }
        parts[0].push(new.clone());
        match story {
            Story::Recorded | Story::Consultation => {}
            Story::Corrected => parts[1].push(correction(&new, "FJ0001", number(1))),
            Story::CorrectedTwice => {
                parts[1].push(correction(&new, "FJ0001", number(1)));
                parts[2].push(correction(&new, "FJ0002", number(2)));
            }
            Story::Cancelled => parts[2].push(cancellation(&new, number(1))),
            Story::ReadAgain => {
                parts[1].push(cancellation(&new, number(1)));
                let mut again = with_identity(entry(person), number(2));
                again.record.outcome = crate::book::given("FJ0003");
                parts[1].push(again);
            }
        }
    }
    parts
}

/// The child's side; does nothing in an ordinary run.
#[test]
fn child_that_delivers() {
    let Ok(orders) = std::env::var(CHILD) else {
        return;
    };
    let mut orders = orders.splitn(4, '|');
    let mut order = || orders.next().expect("an order").to_owned();
    let (step, count, seed, folder) = (order(), order(), order(), PathBuf::from(order()));
    let count: u32 = count.parse().expect("a number");
    let seen = Arc::new(AtomicU32::new(0));
    let probe = Probe::new(move |reached| {
        let due =
            format!("{reached:?}") == step && seen.fetch_add(1, Ordering::SeqCst) + 1 == count;
        if due {
            kill_process(getpid(), Signal::KILL).expect("killed");
        }
    });
    let mut tablet = Tablet::open(&folder);
    for part in day(seed.parse().expect("a number")) {
        for entry in &part {
            tablet.record(entry);
        }
        // A record on which the server fails often is left for the next delivery.
        for _ in 0..20 {
            let mut watch = Stubborn::default();
            tablet.try_deliver(&probe, &mut watch).expect("delivered");
            if tablet.open_entries() == 0 {
                break;
            }
        }
    }
}

/// Runs a child to its end, and tells whether it was killed.
fn child(folder: &Path, step: &str, count: u32, seed: u64, pid: &AtomicU32) -> bool {
    use std::os::unix::process::ExitStatusExt as _;

    let orders = format!("{step}|{count}|{seed}|{}", folder.display());
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "kill::child_that_delivers", "--nocapture"])
        .env(CHILD, orders)
        .stdout(Stdio::null())
        .spawn()
        .expect("a child");
    pid.store(child.id(), Ordering::SeqCst);
    let status = child.wait().expect("ended");
    pid.store(0, Ordering::SeqCst);
    let killed = status.signal() == Some(Signal::KILL.as_raw());
    assert!(killed || status.success(), "seed {seed}: the child failed");
    killed
}

/// A server with every fault on, which kills whoever is in `pid` at the commit of that number.
fn server(folder: &Path, seed: u64, pid: &Arc<AtomicU32>, commits: &Arc<AtomicU64>) -> Running {
    let faults = FaultKind::ALL
        .into_iter()
        .fold(Faults::none(), |faults, kind| faults.with(kind, 0.06));
    let (pid, commits) = (Arc::clone(pid), Arc::clone(commits));
    let on_commit = move || {
        if commits.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(pid) = i32::try_from(pid.load(Ordering::SeqCst))
                .ok()
                .and_then(Pid::from_raw)
        {
            kill_process(pid, Signal::KILL).expect("killed");
        }
    };
    Sandbox::start(Settings {
        faults,
        seed,
        batch_limit: BATCH,
        on_commit: Some(Arc::new(on_commit)),
        ..Settings::new(folder.join("server"))
    })
    .expect("a server")
}

/// What one run came to.
#[derive(Default)]
struct Tally {
    runs: u64,
    kills: u64,
    /// Runs that were killed with two batches claimed and not acknowledged.
    two_in_flight: u64,
    records: usize,
}

fn run(at: At, seed: u64, tally: &mut Tally) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let pid = Arc::new(AtomicU32::new(0));
    let occurrence = 1 + Seeded(seed).below(6);
    // Far away unless the server is to kill.
    let commits = match at {
        At::ServerCommitted => occurrence,
        At::Step(_) => u64::MAX,
    };
    let commits = Arc::new(AtomicU64::new(commits));
    let server = server(folder.path(), seed, &pid, &commits);
    let code = server.next_code().expect("a code");
    let mut tablet = Tablet::open(&data);
    tablet.enrol(server.url(), &code, None);
    // As an answer would have told it, so that the first batch is not the whole part.
    let reach = Reach {
        failures: 0,
        batch_limit: u32::try_from(BATCH).expect("small"),
    };
    tablet.store.keep_reach(reach).expect("kept");
    drop(tablet);
    let step = match at {
        At::Step(step) => format!("{step:?}"),
        At::ServerCommitted => "none".to_owned(),
    };
    let count = u32::try_from(occurrence).expect("small");
    tally.kills += u64::from(child(&data, &step, count, seed, &pid));
    commits.store(u64::MAX, Ordering::SeqCst);
    let in_flight = Tablet::open(&data).in_flight();
    tally.two_in_flight += u64::from(in_flight > BATCH as u64);
    assert!(!child(&data, "none", 0, seed, &pid));
    let context = format!("{at:?}, occurrence {occurrence}, seed {seed}");
    tally.records += verify(&data, &server, seed, &context);
    tally.runs += 1;
    server.stop();
}

/// Book and server say the same, everything once. How many records there are.
fn verify(data: &Path, server: &Running, seed: u64, context: &str) -> usize {
    let mut tablet = Tablet::open(data);
    let held = Held::by(server);
    let day = day(seed);
    for (part, entries) in day.iter().enumerate() {
        for new in entries.iter().filter(|e| e.kind == EntryKind::New) {
            let changes: Vec<&Entry> = day[part..]
                .iter()
                .flatten()
                .filter(|e| e.record.id == new.record.id)
                .collect();
            let last = changes.last().expect("itself");
            let states = tablet.states(new);
            let settled = |state: &State| matches!(state, State::Acknowledged | State::Withdrawn);
            assert!(states.iter().all(settled), "{context}: {states:?}");
            let found = held.of(new);
            match last.kind {
                // Cancelled before it was ever sent it may be nowhere.
                EntryKind::Cancellation(_) => assert!(found.len() <= 1, "{context}: doubled"),
                _ => assert_eq!(found.len(), 1, "{context}: lost or doubled"),
            }
            assert!(found.iter().all(|r| says(r, last)), "{context}: changed");
        }
    }
    assert!(
        held.active().values().all(|n| *n == 1),
        "{context}: doubled"
    );
    assert_eq!(tablet.open_entries(), 0, "{context}: stranded");
    let findings = tablet.store.scrub().expect("readable").findings;
    assert!(findings.is_empty(), "{context}: {findings:?}");
    held.resources.len()
}

#[test]
fn killed_at_any_step_every_record_is_delivered_once_and_unchanged() {
    let each = runs(12, 110);
    let places = SyncStep::ALL
        .map(At::Step)
        .into_iter()
        .chain([At::ServerCommitted]);
    let mut tally = Tally::default();
    for (place, at) in (0..).zip(places) {
        for seed in 0..each {
            run(at, place * 1_000 + seed, &mut tally);
        }
    }
    println!(
        "SIGKILL at claim, send, server's commit, reply, acknowledgement, all faults on: {} runs, {} killed, {} of them with two batches in flight, {} records at the server, 0 lost, 0 doubled, 0 changed",
        tally.runs, tally.kills, tally.two_in_flight, tally.records
    );
    assert!(tally.kills * 10 >= tally.runs * 8, "too few were killed");
    assert!(
        tally.two_in_flight * 4 >= tally.runs,
        "too few were killed with two batches in flight"
    );
}
