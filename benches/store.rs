//! Times of the store: one record with everything that makes it durable, and a book of a million.
//!
//! `make bench-store` runs it; the figures are in `docs/MEASURED.md`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints figures, and fails loudly"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::civil::date;
use uketsuke::accounts::{Pin, PinHash};
use uketsuke::clock::{Clock as _, SystemClock};
use uketsuke::config::DirectoryKind;
use uketsuke::intake::{
    Entry, Evidence, OperatorId, Outcome, RecordId, StationId, Subject, VaccinationRecord, Vaccine,
};
use uketsuke::keys::{FileKeyStore, RecoveryIdentity};
use uketsuke::store::{
    DataDirectory, Entered, EntrySource, Lookup, Medium, Opening, Probe, RecordStore as _, Shown,
    SqliteStore, State, StoreError, Witnessed,
};

const FILL: &str = "fill";

fn main() {
    let records = std::env::var("BENCH_RECORDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(FILL) {
        fill(&PathBuf::from(arguments.next().expect("a folder")), records);
        return;
    }
    let folder = PathBuf::from("out/bench-store");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("card")).expect("a folder");
    println!("memory at the start: {}", peak_memory());
    single_records(&folder);
    large_book(&folder, records);
    pin();
}

fn open(folder: &Path, name: &str) -> SqliteStore {
    let data = folder.join(name);
    let probe = Probe::default();
    let directory = DataDirectory::find_or_bear(&data, DirectoryKind::Training, &probe);
    let directory = directory.expect("born");
    let keys = FileKeyStore::new(&data, directory.station());
    let opening = Opening {
        medium: Some(Medium {
            folder: folder.join("card"),
            recipient: RecoveryIdentity::generate().recipient(),
        }),
        ..directory.opening(&keys, &probe).expect("keys")
    };
    directory.open_store(opening, &witnessed()).expect("opened")
}

fn witnessed() -> Witnessed {
    Witnessed::new(
        OperatorId::new("clerk-01").expect("an id"),
        SystemClock::start().now(),
    )
}

fn entry(personal: u64) -> Entry {
    let now = SystemClock::start().now().wall;
    Entry::new(VaccinationRecord {
        id: RecordId::new(now),
        subject: Subject::Voucher(format!("21131016{personal:010}").parse().expect("a number")),
        date: date(2021, 11, 1 + i8::try_from(personal % 28).expect("small")),
        venue: "市民会館".parse().expect("a venue"),
        doctor: "山田 太郎".parse().expect("a doctor"),
        outcome: Outcome::Given(Vaccine {
            product: "comirnaty-12".parse().expect("a product"),
            maker: "ファイザー".parse().expect("a maker"),
            lot: "FJ7489".parse().expect("a lot"),
        }),
        station: StationId::new("st-bench").expect("an id"),
        operator: OperatorId::new("clerk-01").expect("an id"),
        recorded_at: now,
        evidence: Evidence("line,nw7".into()),
    })
}

/// The value below which that share of the times lies.
fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let last = times.len() - 1;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index within a few thousand"
    )]
    let index = (last as f64 * share).round() as usize;
    times[index].as_secs_f64() * 1e3
}

fn tell(what: &str, times: &mut [Duration]) {
    let (median, p99) = (quantile(times, 0.5), quantile(times, 0.99));
    println!(
        "{what}: median {median:.2} ms, p99 {p99:.2} ms ({} times)",
        times.len()
    );
}

/// Record, audit row, watermark and second copy, each time to the disk; and a bare fsync beside.
fn single_records(folder: &Path) {
    let mut store = open(folder, "single");
    let mut times: Vec<Duration> = (0..3_000)
        .map(|personal| {
            let (entry, witnessed) = (entry(personal), witnessed());
            let start = Instant::now();
            store.record(&entry, &witnessed).expect("recorded");
            start.elapsed()
        })
        .collect();
    tell("one record, durable in four places", &mut times);
    let mut file = File::create(folder.join("bare")).expect("a file");
    let mut times: Vec<Duration> = (0..1_000)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&[0; 4096]).expect("written");
            file.sync_data().expect("synced");
            start.elapsed()
        })
        .collect();
    tell("a bare 4 KiB write and fsync", &mut times);
}

struct Numbered {
    next: u64,
    end: u64,
}

impl EntrySource for Numbered {
    fn next(&mut self, _: &Lookup<'_>) -> Result<Option<(Entry, Vec<Shown>)>, StoreError> {
        if self.next == self.end {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some((entry(self.next), Vec::new())))
    }

    fn entered(&mut self, _: &Entry, _: Entered) {}

    fn summary(&self) -> String {
        format!("{} entries", self.end)
    }
}

/// Fills a book, in a process of its own so that its memory is not counted.
fn fill(folder: &Path, records: u64) {
    let mut source = Numbered {
        next: 0,
        end: records,
    };
    let start = Instant::now();
    open(folder, "large")
        .record_all(&mut source, &witnessed())
        .expect("recorded");
    println!(
        "{records} records taken in: {:.1} s",
        start.elapsed().as_secs_f64()
    );
}

fn large_book(folder: &Path, records: u64) {
    let filled = Command::new(std::env::current_exe().expect("this bench"))
        .args([FILL, &folder.display().to_string()])
        .status()
        .expect("it runs");
    assert!(filled.success(), "the book could not be filled");
    let millis = |start: Instant| start.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    let mut store = open(folder, "large");
    println!(
        "open a book of {records}, watermark compared: {:.1} ms",
        millis(start)
    );
    let start = Instant::now();
    let counts = store.counts(None).expect("counted");
    store.counts(Some(date(2021, 11, 20))).expect("counted");
    println!(
        "counts for a screen, all and one day: {:.2} ms",
        millis(start)
    );
    assert_eq!(counts.get(State::Queued), records);
    let start = Instant::now();
    store.in_state(State::Queued, 200).expect("listed");
    println!("the next 200 to deliver: {:.2} ms", millis(start));
    let start = Instant::now();
    let seen = store.scrub().expect("looked at");
    println!(
        "scrub of every page and row: {:.2} s",
        start.elapsed().as_secs_f64()
    );
    assert!(seen.findings.is_empty(), "{:?}", seen.findings);
    println!("memory at the end, peak: {}", peak_memory());
    let start = Instant::now();
    store
        .record(&entry(records + 1), &witnessed())
        .expect("recorded");
    println!(
        "one more record, the second copy settled first: {:.1} ms",
        millis(start)
    );
}

fn pin() {
    let id = OperatorId::new("clerk-01").expect("an id");
    let chosen = Pin::chosen("805317", &id).expect("a PIN");
    let hash = PinHash::new(&chosen, PinHash::DEFAULT_COST).expect("hashed");
    let wrong = Pin::typed("805318").expect("a PIN");
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            assert!(
                !hash.verify(&wrong).expect("verified"),
                "a wrong PIN passed"
            );
            start.elapsed()
        })
        .collect();
    tell("one try of a PIN", &mut times);
}

/// The most memory that this process had so far.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}
