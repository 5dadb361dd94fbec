//! Draining a full queue over TLS, every commit synced on both ends, beside a bare client that
//! posts the same bundles and keeps nothing.
//!
//! `make bench-delivery` runs it; the figures are in `docs/MEASURED.md`. The server is a process of
//! its own on the same machine.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints figures, and fails loudly"
)]

#[path = "../tests/book/mod.rs"]
mod book;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use uketsuke::clock::{Clock as _, SystemClock};
use uketsuke::config::DirectoryKind;
use uketsuke::exchange::Profile;
use uketsuke::intake::{Catalogue, Entry, OperatorId};
use uketsuke::keys::{DeviceKey, FileKeyStore};
use uketsuke::store::{
    DataDirectory, Enrolment, Entered, EntrySource, Head, Lookup, Probe as StoreProbe,
    RecordStore as _, Shown, SqliteStore, State, StoreError,
};
use uketsuke::sync::wire::{AssertionClaims, FHIR_JSON, JWT_ASSERTION, SCOPE, TokenAnswer};
use uketsuke::sync::{
    Api, Ask, Backoff, Body, Credentials, Delivery, HttpTransport, Outbox, Parcel, Probe, Progress,
    Route, Transport as _, Waiting, Watch, Way, batch, discover, enrol, request_entry,
};

use book::{clerk, entry, with_identity};

/// Records in a batch, as the sandbox takes them.
const BATCH: u64 = 200;

fn main() {
    let records = std::env::var("BENCH_RECORDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    let (drained, cpu, memory) = drain(folder.path(), records);
    let bare = bare(folder.path(), records);
    let rate = |time: Duration| records as f64 / time.as_secs_f64();
    let cpu = cpu.as_secs_f64() * 1e6 / records as f64;
    let share = rate(drained) / rate(bare);
    println!("{records} records, batches of {BATCH}, loopback TLS, FULL on both ends");
    let mut missed = false;
    let mut row = |what: &str, demanded: &str, measured: String, met: bool| {
        missed |= !met;
        let mark = if met { "" } else { "  MISSED" };
        println!("{what:<44} {demanded:>14} {measured:>16}{mark}");
    };
    let per_second = format!("{:.0} records/s", rate(drained));
    row(
        "delivered",
        ">= 3000/s",
        per_second,
        rate(drained) >= 3_000.0,
    );
    row(
        "client's processor time a record",
        "<= 200 us",
        format!("{cpu:.0} us"),
        cpu <= 200.0,
    );
    let beside = format!("{:.0} records/s", rate(bare));
    row("a bare client, same bundles", "", beside, true);
    row(
        "share of the bare client",
        ">= 0.5",
        format!("{share:.2}"),
        share >= 0.5,
    );
    row(
        "client's memory, peak",
        "<= 150 MB",
        format!("{memory:.0} MB"),
        memory <= 150.0,
    );
    assert!(!missed, "a demand was missed");
}

/// A sandbox as a process of its own.
struct Server {
    child: Child,
    url: String,
    code: String,
    ca: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
            .args([
                "sandbox",
                "--listen",
                "127.0.0.1:0",
                "--tls",
                "self-signed",
                "--data-dir",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a sandbox");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = |start: &str| {
            let line = lines.next().expect("a line").expect("text");
            let rest = line.strip_prefix(start);
            rest.unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let (url, code) = (said("listening on "), said("enrolment code "));
        let ca = fs::read_to_string(said("ca ")).expect("readable");
        Self {
            child,
            url,
            code,
            ca,
        }
    }

    fn route(&self) -> Route {
        Route {
            ca: Some(self.ca.clone()),
            proxy: None,
        }
    }

    fn enrol(&self, transport: &mut HttpTransport, key: &DeviceKey) -> Enrolment {
        let (kind, ca) = (DirectoryKind::Training, Some(self.ca.clone()));
        let now = SystemClock::start().now();
        enrol(transport, &self.url, &self.code, key, kind, ca, &now).expect("enrolled")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The records of the bench, the same for both clients.
fn record(number: u64) -> Entry {
    with_identity(entry(number), number)
}

/// A book with so many records queued.
fn full_book(folder: &Path, records: u64) -> SqliteStore {
    let probe = StoreProbe::default();
    let kind = DirectoryKind::Training;
    let directory = DataDirectory::find_or_bear(folder, kind, &probe).expect("born");
    let keys = FileKeyStore::new(folder, directory.station());
    let opening = directory.opening(&keys, &probe).expect("keys");
    let mut store = directory.open_store(opening, &clerk()).expect("opened");
    let mut source = Numbered(0..records);
    store.record_all(&mut source, &clerk()).expect("recorded");
    store
}

struct Numbered(std::ops::Range<u64>);

impl EntrySource for Numbered {
    fn next(&mut self, _: &Lookup<'_>) -> Result<Option<(Entry, Vec<Shown>)>, StoreError> {
        Ok(self.0.next().map(|number| (record(number), Vec::new())))
    }

    fn entered(&mut self, _: &Entry, _: Entered) {}

    fn summary(&self) -> String {
        "records of a bench".to_owned()
    }
}

struct Nobody;

impl Watch for Nobody {
    fn tell(&mut self, _: &Progress) {}

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        panic!("{waiting:?}");
    }

    fn random(&mut self) -> f64 {
        0.5
    }
}

/// Time, processor time and peak memory (MB) of the station's own delivery.
fn drain(folder: &Path, records: u64) -> (Duration, Duration, f64) {
    let server = Server::start(&folder.join("server"));
    let mut store = full_book(&folder.join("data"), records);
    let mut transport = HttpTransport::new(&server.route()).expect("a transport");
    let key = DeviceKey::generate().expect("a key");
    let enrolment = server.enrol(&mut transport, &key);
    let credentials = Credentials {
        client_id: enrolment.client_id,
        key,
    };
    let kind = DirectoryKind::Training;
    let mut api = Api::new(Box::new(transport), enrolment.server, kind, credentials);
    forget_peak();
    let (started, cpu) = (Instant::now(), processor_time());
    let mut delivery = Delivery {
        outbox: Outbox {
            store: &mut store,
            profile: &Profile::default(),
            products: &Catalogue::built_in().expect("tables"),
            clock: &SystemClock::start(),
            actor: OperatorId::new("sync").expect("an id"),
            probe: Probe::default(),
        },
        api: &mut api,
        backoff: Backoff::default(),
        unattended: false,
    };
    let done = delivery.run(&mut Nobody).expect("delivered");
    let (time, cpu) = (started.elapsed(), processor_time() - cpu);
    assert_eq!(done.delivered, records);
    let acknowledged = store
        .counts(None)
        .expect("readable")
        .get(State::Acknowledged);
    assert_eq!(acknowledged, records);
    (time, cpu, peak_memory())
}

/// Time of a client that posts the same bundles, made before, over the same transport.
fn bare(folder: &Path, records: u64) -> Duration {
    let server = Server::start(&folder.join("other-server"));
    let mut transport = HttpTransport::new(&server.route()).expect("a transport");
    let key = DeviceKey::generate().expect("a key");
    let enrolment = server.enrol(&mut transport, &key);
    let bodies = bundles(&folder.join("bundles"), records);
    let token = token(&mut transport, &enrolment, &key);
    let mut file = BufReader::new(fs::File::open(&bodies.0).expect("readable"));
    let started = Instant::now();
    for length in bodies.1 {
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).expect("readable");
        let ask = Ask {
            url: &enrolment.server,
            bearer: Some(&token),
            body: Some(Body {
                content_type: FHIR_JSON,
                bytes: &bytes,
            }),
        };
        let answer = transport.ask(&ask).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    started.elapsed()
}

/// Writes the bundles into one file; where it is, and their lengths.
fn bundles(path: &Path, records: u64) -> (std::path::PathBuf, Vec<usize>) {
    let catalogue = Catalogue::built_in().expect("tables");
    let profile = Profile::default();
    let mut file = fs::File::create(path).expect("a file");
    let mut lengths = Vec::new();
    for first in (0..records).step_by(BATCH as usize) {
        let numbers = first..(first + BATCH).min(records);
        let entries = numbers.map(|number| {
            let parcel = Parcel {
                sequence: 0,
                entry: record(number),
                way: Way::Create,
                known: Vec::new(),
            };
            request_entry(&parcel, &profile, &catalogue).expect("a form")
        });
        let bundle = batch(entries.collect(), &Head::START, &profile);
        let bytes = serde_json::to_vec(&bundle).expect("JSON");
        file.write_all(&bytes).expect("written");
        lengths.push(bytes.len());
    }
    (path.to_owned(), lengths)
}

fn token(transport: &mut HttpTransport, enrolment: &Enrolment, key: &DeviceKey) -> String {
    let now = SystemClock::start().now().wall;
    let server = discover(transport, &enrolment.server, now).expect("a server");
    let claims = AssertionClaims {
        iss: enrolment.client_id.clone(),
        sub: enrolment.client_id.clone(),
        aud: server.token_endpoint.clone(),
        exp: now.as_second() + 200,
        jti: uuid::Uuid::new_v4().to_string(),
    };
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("scope", SCOPE)
        .append_pair("client_assertion_type", JWT_ASSERTION)
        .append_pair("client_assertion", &key.token(&claims).expect("signed"))
        .finish();
    let ask = Ask {
        url: &server.token_endpoint,
        bearer: None,
        body: Some(Body {
            content_type: "application/x-www-form-urlencoded",
            bytes: form.as_bytes(),
        }),
    };
    let answer = transport.ask(&ask).expect("an answer");
    let token: TokenAnswer = serde_json::from_slice(&answer.body).expect("a token");
    token.access_token
}

/// Of all threads of this process.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("a time")
}

/// Starts the measuring of peak memory anew (proc_pid_clear_refs(5)).
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("written");
}

fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("readable");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|n| n.trim().parse::<f64>().ok())
        .expect("a number")
        / 1024.0
}
