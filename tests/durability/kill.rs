//! SIGKILL at every step of the store's work, and at any moment from outside.
//!
//! The test runs itself as a child that records until it is killed. What the child printed as
//! recorded must be there, once, as it was recorded.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use uketsuke::config::DirectoryKind;
use uketsuke::intake::Entry;
use uketsuke::keys::{FileKeyStore, KeyName, KeyStore as _, RecoveryIdentity, Secret};
use uketsuke::store::{
    Crop, CropPart, DataDirectory, Deed, Entered, Event, Medium, Opening, Probe, Receipt,
    RecordStore as _, SqliteStore, Step, Told, recover,
};

use crate::book::with_identity;
use crate::runs;
use crate::tablet::{Seeded, assert_kept, clerk, entry, quiet};

const CHILD: &str = "UKETSUKE_TEST_KILLED_CHILD";
const RECORDS: u64 = 6;

/// Where a child works: a data directory, a card, and the recovery identity of the town hall.
struct Site {
    folder: tempfile::TempDir,
    identity: RecoveryIdentity,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let identity = RecoveryIdentity::generate();
        fs::create_dir(folder.path().join("card")).expect("a card");
        fs::write(folder.path().join("identity"), &*identity.to_text()).expect("written");
        Self { folder, identity }
    }

    /// A directory that an older program left behind.
    fn with_schema(fixture: &str) -> Self {
        let site = Self::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(fixture);
        let data = site.folder.path().join("data");
        copy_folder(&from, &data);
        let directory = DataDirectory::find(&data).expect("readable").expect("born");
        let keys = FileKeyStore::new(&data, directory.station());
        for (name, byte, length) in [(KeyName::Database, 1, 48), (KeyName::Watermark, 2, 32)] {
            let key = Secret::from_bytes(vec![byte; length]);
            keys.set(name, &key).expect("kept");
        }
        site
    }

    fn card(&self) -> PathBuf {
        self.folder.path().join("card")
    }

    fn open(&self) -> SqliteStore {
        open(self.folder.path(), &quiet())
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for item in fs::read_dir(from).expect("readable") {
        let path = item.expect("an item").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

fn open(site: &Path, probe: &Probe) -> SqliteStore {
    let identity = fs::read_to_string(site.join("identity")).expect("an identity");
    let recipient = RecoveryIdentity::from_text(&identity)
        .expect("an identity")
        .recipient();
    let data = site.join("data");
    let directory =
        DataDirectory::find_or_bear(&data, DirectoryKind::Training, probe).expect("born");
    let keys = FileKeyStore::new(&data, directory.station());
    let medium = Medium {
        folder: site.join("card"),
        recipient,
    };
    let opening = Opening {
        medium: Some(medium.clone()),
        ..directory.opening(&keys, probe).expect("keys")
    };
    directory
        .keep_recovery_keys(&opening, &medium.recipient, Some(&medium))
        .expect("kept");
    directory.open_store(opening, &clerk()).expect("opened")
}

/// What the child does: a morning with pictures, deliveries and a purge. It prints each record's
/// number once that is recorded.
fn work(store: &mut SqliteStore, first: u64) {
    let crop = || Crop {
        part: CropPart::Line,
        png: vec![7; 2_000],
    };
    for personal in first..first + RECORDS {
        let entry = entry_of(personal);
        let recorded = store
            .record_with_crops(&entry, &[crop()], &clerk())
            .expect("recorded");
        say(&format!("recorded {personal}"));
        let Entered::AsNew(sequence, _) = recorded.entered else {
            continue;
        };
        let receipt = Receipt {
            location: format!("Immunization/{personal}/_history/1"),
            etag: "W/\"1\"".into(),
            last_modified: "2021-11-20T10:15:31+09:00".into(),
        };
        let deliver = [
            (sequence, Event::Send),
            (sequence, Event::Acknowledge(receipt)),
        ];
        store.advance(&deliver, &clerk()).expect("delivered");
        let day = entry.record.date;
        let closed = [Told::new(Deed::Closed(day), clerk())];
        store.keep_desk("{}", &closed).expect("closed");
        store.purge_crops(&clerk()).expect("purged");
    }
}

/// The record of a person: the same in every process, so that parent and child agree.
fn entry_of(personal: u64) -> Entry {
    with_identity(entry(personal), personal)
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").expect("a pipe");
    out.flush().expect("a pipe");
}

/// The child's side; does nothing in an ordinary run.
#[test]
fn child_that_is_killed() {
    let Ok(orders) = std::env::var(CHILD) else {
        return;
    };
    let mut orders = orders.splitn(4, '|');
    let mut order = || orders.next().expect("an order").to_owned();
    let (step, count, first, site) = (order(), order(), order(), PathBuf::from(order()));
    let count: u64 = count.parse().expect("a number");
    let first: u64 = first.parse().expect("a number");
    let seen = Arc::new(AtomicU64::new(0));
    let probe = Probe::new(move |reached| {
        let due =
            format!("{reached:?}") == step && seen.fetch_add(1, Ordering::SeqCst) + 1 == count;
        if due {
            kill_process(getpid(), Signal::KILL).expect("killed");
        }
    });
    let mut store = open(&site, &probe);
    work(&mut store, first);
    say("done");
}

/// A child at work, and its words as they come.
struct Working {
    child: Child,
    words: JoinHandle<Vec<u64>>,
}

impl Working {
    /// Waits for the end: whether it was killed, and the persons it said were recorded.
    fn end(mut self) -> (bool, Vec<u64>) {
        let status = self.child.wait().expect("ended");
        let said = self.words.join().expect("read");
        (status.signal() == Some(Signal::KILL.as_raw()), said)
    }
}

/// Starts a child that kills itself at the given occurrence of a step, or works to the end.
fn child(site: &Site, step: &str, count: u64, first: u64) -> Working {
    let orders = format!("{step}|{count}|{first}|{}", site.folder.path().display());
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "kill::child_that_is_killed", "--nocapture"])
        .env(CHILD, orders)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a child");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let words = std::thread::Builder::new()
        .name("child's words".into())
        .spawn(move || {
            out.lines()
                .map_while(Result::ok)
                .filter_map(|line| line.strip_prefix("recorded ")?.parse().ok())
                .collect()
        })
        .expect("a thread");
    Working { child, words }
}

/// Everything that was said to be recorded is there, and comes back elsewhere too.
fn verify(site: &Site, recorded: &[u64], context: &str) {
    let entries: Vec<Entry> = recorded.iter().map(|person| entry_of(*person)).collect();
    assert_kept(&mut site.open(), &entries, context);
    if entries.is_empty() {
        return;
    }
    let elsewhere = Site::new();
    let mut store = elsewhere.open();
    recover(&mut store, &site.card(), &site.identity, &clerk())
        .unwrap_or_else(|e| panic!("{context}: {e}"));
    assert_kept(&mut store, &entries, &format!("{context}, elsewhere"));
}

/// Kills at `step`, looks, lets a second child finish the morning, and looks again.
fn kill_at(step: Step, seed: u64) -> usize {
    let site = Site::new();
    // These happen once, the others in every record.
    let once = matches!(step, Step::DirectoryNamed | Step::KeysKept);
    let count = if once { 1 } else { 1 + Seeded(seed).below(4) };
    let context = format!("{step:?}, occurrence {count}");
    let (killed, recorded) = child(&site, &format!("{step:?}"), count, 0).end();
    assert!(killed, "{context}: nobody was killed");
    verify(&site, &recorded, &context);
    let (_, all) = child(&site, "none", 0, 0).end();
    assert_eq!(all.len() as u64, RECORDS, "{context}: the morning goes on");
    verify(&site, &all, &context);
    recorded.len()
}

#[test]
fn killed_at_any_step_what_was_recorded_is_there_once() {
    let each = runs(2, 50);
    let mut recorded = 0;
    for step in Step::ALL {
        for seed in 0..each {
            recorded += kill_at(step, seed);
        }
    }
    println!(
        "SIGKILL at {} steps, {each} runs each: {recorded} records confirmed before the kill, lost 0, doubled 0",
        Step::ALL.len()
    );
}

#[test]
fn killed_from_outside_at_any_moment_what_was_recorded_is_there_once() {
    let times = runs(10, 300);
    let (mut recorded, mut kills) = (0, 0);
    for seed in 0..times {
        let site = Site::new();
        let after = Duration::from_micros(2_000 + Seeded(seed).below(120_000));
        let mut working = child(&site, "none", 0, 0);
        std::thread::sleep(after);
        // It may be done already.
        let _ = working.child.kill();
        let (killed, said) = working.end();
        verify(
            &site,
            &said,
            &format!("seed {seed}, killed after {after:?}"),
        );
        recorded += said.len();
        kills += u64::from(killed);
    }
    println!(
        "SIGKILL from outside: {times} runs, {kills} killed in time, {recorded} records confirmed, lost 0, doubled 0"
    );
}

#[test]
fn two_programs_on_one_directory_lose_and_double_nothing() {
    let times = runs(3, 50);
    for seed in 0..times {
        let site = Site::new();
        let one = child(&site, "none", 0, 0);
        let other = child(&site, "none", 0, RECORDS);
        let mut said = one.end().1;
        said.extend(other.end().1);
        assert_eq!(said.len() as u64, 2 * RECORDS, "run {seed}");
        verify(&site, &said, &format!("two programs, run {seed}"));
    }
    println!("two programs on one directory: {times} runs, lost 0, doubled 0");
}

#[test]
fn killed_in_the_middle_of_a_migration_the_next_start_goes_on() {
    let mut kills = 0;
    for (schema, left) in [(1, 3), (2, 2), (3, 1)] {
        for step in [Step::MigrationApplied, Step::MigrationCommitted] {
            for count in 1..=left {
                let site = Site::with_schema(&format!("schema-{schema}"));
                let context = format!("schema {schema}, {step:?}, {count}");
                let (killed, _) = child(&site, &format!("{step:?}"), count, 0).end();
                assert!(killed, "{context}: nobody was killed");
                let mut store = site.open();
                let queued = store.counts(None).expect("readable").open();
                assert_eq!(queued, 3, "{context}");
                let findings = store.scrub().expect("readable").findings;
                assert!(findings.is_empty(), "{context}: {findings:?}");
                kills += 1;
            }
        }
    }
    println!("SIGKILL in migrations: {kills} runs, every one resumed");
}
