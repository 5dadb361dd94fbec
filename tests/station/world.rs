//! A table, a clock and a tablet: what a station stands on in its tests.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uketsuke::clock::{Clock, Moment, RunId};
use uketsuke::desk::DayRecord;
use uketsuke::intake::{Catalogue, FindingCode, OperatorId, Session};
use uketsuke::reading::{
    Evidence, FrameId, Glance, Motion, Outcome, Pattern, Presentation, Witness, WitnessKind,
};
use uketsuke::station::{Arrival, Event, Look, Station, Surroundings, Watcher};
use uketsuke::store::SqliteStore;
use uketsuke::voucher::VoucherNumber;

use crate::site::Tablet;

/// From one frame to the next.
pub const FRAME: Duration = Duration::from_millis(100);

/// A clock that stands until somebody moves it. The day begins at half past ten in Japan, after the
/// moment at which the other tests' tablets are born: a clock that goes back is suspect.
#[derive(Debug)]
pub struct VirtualClock {
    millis: AtomicU64,
    /// How far the wall clock is from the right time.
    wrong_by: AtomicI64,
    run: AtomicU64,
}

impl VirtualClock {
    pub fn at_the_start() -> Self {
        Self {
            millis: AtomicU64::new(0),
            wrong_by: AtomicI64::new(0),
            run: AtomicU64::new(1),
        }
    }

    pub fn forward(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).expect("a short time");
        self.millis.fetch_add(by, Ordering::Relaxed);
    }

    /// The wall clock jumps, and the monotonic one does not.
    pub fn jump(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).expect("some years");
        self.wrong_by.fetch_add(by, Ordering::Relaxed);
    }

    /// The program starts anew.
    pub fn next_run(&self) {
        self.run.fetch_add(1, Ordering::Relaxed);
    }

    pub fn since_start(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::Relaxed))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        let start: Timestamp = "2021-11-20T10:30:00+09:00".parse().expect("a time");
        let since = self.since_start();
        let wrong_by = SignedDuration::from_millis(self.wrong_by.load(Ordering::Relaxed));
        let run = self.run.load(Ordering::Relaxed);
        Moment {
            wall: start + since + wrong_by,
            monotonic: since,
            run: RunId(i64::try_from(run).expect("few runs")),
        }
    }
}

pub fn session() -> Session {
    let text = "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
         venue = \"市民会館\"\ndoctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
         ticket_kind = \"vaccination\"\noperator = \"clerk-01\"\n";
    Session::parse(text).expect("a session")
}

pub fn number(person: u64) -> VoucherNumber {
    format!("21131016{person:010}").parse().expect("18 digits")
}

/// The station of the tablet whose data are in `folder`, as a program that starts opens it.
pub fn open<'c>(folder: &Path, clock: &'c VirtualClock) -> Station<'c> {
    station_on(Tablet::open(folder).store, clock)
}

/// The station whose book this is, as a program that starts opens it.
pub fn station_on(store: SqliteStore, clock: &VirtualClock) -> Station<'_> {
    clock.next_run();
    Station::open(
        store,
        Catalogue::built_in().expect("tables"),
        Surroundings::default(),
        clock,
        OperatorId::new("os-test").expect("an id"),
    )
    .expect("a station")
}

/// What the camera sees at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Nothing,
    Hand,
    /// At rest and read.
    Read(VoucherNumber),
    /// At rest, and only the line can be read.
    LineOnly(VoucherNumber),
}

impl Sight {
    fn witnesses(self) -> Vec<Witness> {
        let states = |kind, number: VoucherNumber| Witness {
            kind,
            digits: Pattern(number.digits().map(Some)),
            confidence: None,
            sure: true,
        };
        match self {
            Self::Nothing | Self::Hand => Vec::new(),
            Self::Read(number) => vec![
                states(WitnessKind::Line, number),
                states(WitnessKind::Nw7, number),
            ],
            Self::LineOnly(number) => vec![states(WitnessKind::Line, number)],
        }
    }
}

/// The table under the camera: it drives the presentation as the reading thread does.
#[derive(Default)]
pub struct Table {
    presentation: Presentation,
    watcher: Watcher,
    frame: u64,
}

impl Table {
    /// One frame later.
    pub fn show(
        &mut self,
        sight: Sight,
        station: &mut Station<'_>,
        clock: &VirtualClock,
    ) -> Vec<Event> {
        clock.forward(FRAME);
        self.frame += 1;
        let witnesses = sight.witnesses();
        let outcomes = self.presentation.see(&Glance {
            frame: FrameId(self.frame),
            at: clock.since_start(),
            motion: match sight {
                Sight::Hand => Motion::Moving,
                _ => Motion::Still,
            },
            occupied: sight != Sight::Nothing,
            sharp: true,
            evidence: Evidence {
                number_seen: !witnesses.is_empty(),
                witnesses,
                ..Evidence::default()
            },
        });
        station.look(self.look(&outcomes, clock))
    }

    fn look(&mut self, outcomes: &[Outcome], clock: &VirtualClock) -> Look {
        let arrival = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Accepted(accepted) => Some(Arrival {
                frame: accepted.frame,
                taken: clock.since_start(),
                settled: clock.since_start().saturating_sub(accepted.took),
            }),
            Outcome::Ended(_) => None,
        });
        Look {
            inputs: self.watcher.inputs(outcomes, &self.presentation, None),
            arrival,
            crops: None,
        }
    }

    /// So many frames alike.
    pub fn show_for(
        &mut self,
        frames: usize,
        sight: Sight,
        station: &mut Station<'_>,
        clock: &VirtualClock,
    ) -> Vec<Event> {
        (0..frames)
            .flat_map(|_| self.show(sight, station, clock))
            .collect()
    }

    /// The camera is lost: whatever lies there is taken away.
    pub fn lose_camera(&mut self, station: &mut Station<'_>, clock: &VirtualClock) -> Vec<Event> {
        let ended: Vec<Outcome> = self.presentation.end().into_iter().collect();
        let events = station.look(self.look(&ended, clock));
        station.forget_frames();
        events
    }
}

/// The numbers that were told as recorded, in order.
pub fn recorded(events: &[Event]) -> Vec<VoucherNumber> {
    let numbers = events.iter().filter_map(|event| match event {
        Event::Recorded { number, .. } => *number,
        _ => None,
    });
    numbers.collect()
}

/// What was found of the record of `number` and waits for a person.
pub fn findings_of(station: &Station<'_>, number: VoucherNumber) -> Vec<FindingCode> {
    let records = station.snapshot().records;
    let is_it = |kept: &&DayRecord| kept.record.subject.voucher() == Some(number);
    let kept = records.iter().find(is_it).expect("a record");
    kept.findings.iter().map(|finding| finding.code).collect()
}
