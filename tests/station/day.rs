//! A day of eight hours: vouchers, a change of lot, relief, mistakes, faults of camera and network,
//! restarts. At its end everything is recorded once, delivered once, and counted.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use uketsuke::desk::{DrawnFrom, Input, OpenPoint, Stage, Standing, VialKey};
use uketsuke::intake::{Lot, OperatorId, Outcome, ProductId, Reason, RecordId};
use uketsuke::sandbox::{FaultKind, Faults, Running, Sandbox, Settings};
use uketsuke::station::{Event, Station};
use uketsuke::voucher::VoucherNumber;

use crate::book::Seeded;
use crate::site::{Held, Tablet};
use crate::world::{Sight, Table, VirtualClock, number, open, recorded, session};

/// Eight hours.
const DAY: Duration = Duration::from_hours(8);

/// What the process may grow by from its first half of the day to the second. A day that is kept
/// whole in memory, pictures and all, takes many times as much.
const GROWTH_MIB: u64 = 64;

/// The network is down for two hours in the middle of the day.
const OUTAGE: std::ops::Range<Duration> = Duration::from_hours(3)..Duration::from_hours(5);

fn full() -> bool {
    std::env::var("DAY").is_ok_and(|form| form == "full")
}

fn reason(text: &str) -> Reason {
    Reason::new(text).expect("a reason")
}

fn lot(text: &str) -> Lot {
    Lot::new(text).expect("a lot")
}

fn product() -> ProductId {
    ProductId::new("comirnaty-12").expect("a product")
}

/// What a person would say of the day.
#[derive(Default)]
struct Truth {
    /// Who was vaccinated with which lot; `None`: 予診のみ.
    given: BTreeMap<VoucherNumber, Option<Lot>>,
    cancelled: u64,
    restarts: u64,
    camera_faults: u64,
    laid_again: u64,
    told: Vec<VoucherNumber>,
    longest: Duration,
}

struct Venue<'c> {
    folder: &'c Path,
    clock: &'c VirtualClock,
    chance: Seeded,
    station: Station<'c>,
    table: Table,
    server: Running,
    lot: Lot,
    truth: Truth,
}

impl<'c> Venue<'c> {
    fn open(folder: &'c Path, clock: &'c VirtualClock, seed: u64) -> Self {
        let faults = FaultKind::ALL
            .iter()
            .fold(Faults::none(), |faults, kind| faults.with(*kind, 0.05));
        let server = Sandbox::start(Settings {
            faults,
            ..Settings::new(folder.join("server"))
        })
        .expect("a server");
        let mut tablet = Tablet::open(&folder.join("tablet"));
        tablet.enrol(server.url(), &server.next_code().expect("a code"), None);
        drop(tablet);
        let mut station = open(&folder.join("tablet"), clock);
        station.tell(Input::ConfirmSession(session()));
        Self {
            folder,
            clock,
            chance: Seeded(seed),
            station,
            table: Table::default(),
            server,
            lot: lot("FJ7489"),
            truth: Truth::default(),
        }
    }

    fn show(&mut self, frames: u64, sight: Sight) -> Vec<Event> {
        let frames = usize::try_from(frames).expect("few frames");
        let events = self
            .table
            .show_for(frames, sight, &mut self.station, self.clock);
        self.truth.told.extend(recorded(&events));
        for event in &events {
            if let Event::Recorded {
                delay: Some(delay), ..
            } = event
            {
                self.truth.longest = self.truth.longest.max(delay.since_rest);
            }
        }
        events
    }

    fn tell(&mut self, input: Input) {
        let told = format!("{input:?}");
        let events = self.station.tell(input);
        let refused = events
            .iter()
            .find(|event| matches!(event, Event::Refused(_)));
        assert_eq!(refused, None, "{told}");
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.chance.below(many) == 0
    }

    /// One person: the voucher comes, lies there, and goes.
    fn person(&mut self, person: u64) {
        let voucher = number(person);
        let consultation = self.one_in(60);
        if consultation {
            self.tell(Input::ConsultationOnly(true));
        }
        let hands = self.chance.below(4);
        self.show(hands, Sight::Hand);
        if self.one_in(40) {
            // Creased: it is not read, taken away, and laid down flat.
            self.show(14, Sight::LineOnly(voucher));
            self.show(4, Sight::Nothing);
            self.truth.laid_again += 1;
        }
        if self.one_in(150) {
            self.lose_camera();
        }
        let rests = 2 + self.chance.below(6);
        self.show(rests, Sight::Read(voucher));
        let given = (!consultation).then(|| self.lot.clone());
        self.truth.given.insert(voucher, given);
        if self.one_in(80) {
            self.cancel_and_read_again(voucher);
        }
        let hands = self.chance.below(3);
        self.show(hands, Sight::Hand);
        self.show(4, Sight::Nothing);
    }

    fn lose_camera(&mut self) {
        let events = self.table.lose_camera(&mut self.station, self.clock);
        self.truth.told.extend(recorded(&events));
        self.clock.forward(Duration::from_secs(3));
        self.table = Table::default();
        self.truth.camera_faults += 1;
    }

    /// The wrong person's: the record is taken back, and the voucher read once more.
    fn cancel_and_read_again(&mut self, voucher: VoucherNumber) {
        let record = self.record_of(voucher);
        let reason = reason("人を取り違えた");
        self.tell(Input::Cancel { record, reason });
        self.truth.cancelled += 1;
        self.show(4, Sight::Nothing);
        self.show(3, Sight::Read(voucher));
        self.truth.given.insert(voucher, Some(self.lot.clone()));
    }

    fn record_of(&self, voucher: VoucherNumber) -> RecordId {
        let records = self.station.snapshot().records;
        let standing = records.iter().rev().find(|kept| {
            kept.standing == Standing::Standing && kept.record.subject.voucher() == Some(voucher)
        });
        standing.expect("a record").record.id
    }

    /// The program ends without a word and starts again.
    fn restart(&mut self) {
        self.truth.restarts += 1;
        self.table = Table::default();
        self.clock.forward(Duration::from_secs(20));
        self.station = open(&self.folder.join("tablet"), self.clock);
        let mut session = session();
        session.lot = self.lot.clone();
        self.tell(Input::ConfirmSession(session));
    }

    fn change_lot(&mut self) {
        self.lot = lot("FK0108");
        self.tell(Input::ChangeLot {
            product: product(),
            lot: self.lot.clone(),
        });
    }

    fn deliver(&mut self) {
        if !OUTAGE.contains(&self.clock.since_start()) {
            Tablet::open(&self.folder.join("tablet")).deliver();
        }
    }

    /// Counts what was used, explains what is left, and closes the day.
    fn close(&mut self) {
        for name in ["FJ7489", "FK0108"] {
            let lot = lot(name);
            let doses = self.truth.given.values();
            let doses = doses.filter(|given| given.as_ref() == Some(&lot)).count();
            let doses = u32::try_from(doses).expect("few doses");
            let vials = doses.div_ceil(6);
            let of = VialKey {
                product: product(),
                lot,
            };
            self.tell(Input::Counted {
                of: of.clone(),
                vials,
                drawn: doses,
            });
            if vials * 6 > doses {
                self.tell(Input::Discarded {
                    of,
                    doses: vials * 6 - doses,
                    from: DrawnFrom::Vial,
                    reason: reason("終了時の残り"),
                });
            }
        }
        for point in self.station.snapshot().open_points {
            assert!(!matches!(point, OpenPoint::Difference { .. }), "{point:?}");
            let reason = reason("紙と照らし合わせた");
            self.tell(Input::Explain { point, reason });
        }
        self.tell(Input::Close);
        assert_eq!(self.station.snapshot().stage, Stage::Closed);
    }
}

/// Resident memory of this process, MiB; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// The second half of the day needs about as much memory as the first. Of the long form only, which
/// `make day` runs alone: beside other tests the process has their memory, too.
fn stays_flat(memory: &[u64]) {
    let (first, second) = memory.split_at(memory.len() / 2);
    let highest = |half: &[u64]| half.iter().copied().max().expect("a measurement");
    assert!(
        highest(second) <= highest(first) + GROWTH_MIB,
        "resident, MiB: {memory:?}"
    );
}

fn work_through(venue: &mut Venue<'_>, persons: u64) -> Vec<u64> {
    let pause = DAY / u32::try_from(persons).expect("few persons");
    let mut memory = Vec::new();
    for person in 1..=persons {
        let comes = pause * u32::try_from(person - 1).expect("few persons");
        let waits = comes.saturating_sub(venue.clock.since_start());
        venue.clock.forward(waits);
        if person == persons / 2 {
            venue.change_lot();
        }
        if person % (persons / 4) == 0 {
            let operator = format!("clerk-{:02}", person * 4 / persons);
            let operator = OperatorId::new(&operator).expect("an id");
            venue.tell(Input::Relieve(operator));
        }
        venue.person(person);
        if venue.one_in(persons / 8) {
            venue.restart();
        }
        if person % 20 == 0 {
            venue.deliver();
        }
        if person % (persons / 8) == 0 {
            memory.push(resident());
        }
    }
    memory
}

fn a_day(persons: u64, seed: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut venue = Venue::open(folder.path(), &clock, seed);
    let started = Instant::now();
    let memory = work_through(&mut venue, persons);
    if full() {
        stays_flat(&memory);
    }
    venue.close();
    venue.deliver();
    holds(&venue, persons);
    let truth = &venue.truth;
    println!(
        "seed {seed}: {persons} persons in 8 h of virtual time ({:.0} s), {} recorded, {} cancelled and read again, \
         {} not read at first, {} camera faults, {} restarts, an outage of 2 h and every fault of the line: \
         all recorded once, delivered once, counted; resident memory every eighth of the day: {memory:?} MiB",
        started.elapsed().as_secs_f64(),
        truth.told.len(),
        truth.cancelled,
        truth.laid_again,
        truth.camera_faults,
        truth.restarts
    );
}

/// Every person once, as it was, on both sides.
fn holds(venue: &Venue<'_>, persons: u64) {
    let truth = &venue.truth;
    let snapshot = venue.station.snapshot();
    let standing = || {
        let records = snapshot.records.iter();
        records.filter(|kept| kept.standing == Standing::Standing)
    };
    let kept: BTreeMap<VoucherNumber, Option<Lot>> = standing()
        .filter_map(|kept| {
            let given = match &kept.record.outcome {
                Outcome::Given(vaccine) => Some(vaccine.lot.clone()),
                Outcome::ConsultationOnly => None,
            };
            Some((kept.record.subject.voucher()?, given))
        })
        .collect();
    assert_eq!(standing().count() as u64, persons, "nobody twice");
    assert_eq!(kept, truth.given);
    assert_eq!(
        truth.told.len() as u64,
        persons + truth.cancelled,
        "each told once"
    );
    let held = Held::by(&venue.server);
    let active = held.active();
    let doses = truth.given.values().flatten().count();
    assert_eq!(active.len(), doses);
    assert!(active.values().all(|count| *count == 1));
    let not_done = |resource: &&Value| resource["status"] == "not-done";
    let consultations = held.resources.iter().filter(not_done).count();
    assert_eq!(consultations as u64, persons - doses as u64);
    let mut tablet = Tablet::open(&venue.folder.join("tablet"));
    assert_eq!(tablet.open_entries(), 0, "nothing is left to deliver");
}

#[test]
fn a_day_is_recorded_once_and_delivered_once_whatever_happens_in_it() {
    match full() {
        true => (1..=3).for_each(|seed| a_day(2_000, seed)),
        false => a_day(160, 1),
    }
}
