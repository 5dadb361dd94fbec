//! Virtual time: one queue of events for the whole fleet, and what is seen of it from the server.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::time::Duration;

use uketsuke::sync::{Answer, Failure};

use crate::server::{Build, Request, Server, TOKEN_LIFE};
use crate::station::{Policy, Station, Then, queue};

/// From a request's arrival to the next one of the same station that follows it at once.
const ROUND_TRIP: Duration = Duration::from_millis(100);

/// The stations notice an outage within this time, whenever they next have something to deliver.
const NOTICED_WITHIN: Duration = Duration::from_mins(2);

/// A naive fleet may never come to an end; the watching does.
const WATCHED_FOR: Duration = Duration::from_mins(30);

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Setup {
    /// How many stations.
    pub stations: u32,
    /// Bundles that each has queued.
    pub bundles: u32,
    /// How long the server was away before it comes back.
    pub outage: Duration,
    /// The server.
    pub build: Build,
    /// When the stations try again.
    pub policy: Policy,
    /// Of all that is random.
    pub seed: u64,
}

/// What the server saw, or would have seen, in one second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Second {
    /// Bundles that were taken.
    pub served: u32,
    /// Bundles that were refused with 429.
    pub refused: u32,
    /// Attempts that found no server.
    pub unreachable: u32,
    /// Requests for discovery and tokens that were answered.
    pub beside: u32,
}

/// What became of the fleet since the server came back; times count from then.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Second by second.
    pub seconds: Vec<Second>,
    /// When bundles arrived, or would have, in order.
    pub arrivals: Vec<Duration>,
    /// When anything arrived, tokens and discovery included, in order.
    pub everything: Vec<Duration>,
    /// Requests for tokens.
    pub tokens: u64,
    /// Requests of discovery.
    pub discoveries: u64,
    /// When stations had delivered everything, in order.
    pub done: Vec<Duration>,
    /// The longest that a station was told to wait.
    pub longest_pause: Duration,
}

/// A small random number generator (splitmix64), so that every run can be had again.
#[derive(Debug, Clone)]
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The fleet and its server. It can be cloned at any moment, to see what would come of it.
#[derive(Clone)]
pub struct World {
    setup: Setup,
    stations: Vec<Station>,
    server: Server,
    seeded: Seeded,
    events: BinaryHeap<Reverse<(Duration, usize)>>,
    /// Attempts in each second of the outage.
    outage: Vec<u32>,
    log: Log,
}

impl World {
    /// The fleet at the moment when the server comes back.
    pub fn after_the_outage(setup: Setup) -> Self {
        let mut world = Self::new(setup);
        let end = world.setup.outage;
        world.run(end);
        world
    }

    fn new(setup: Setup) -> Self {
        let mut seeded = Seeded(setup.seed);
        let limit = setup.build.batch_limit;
        let records = queue(setup.bundles * limit);
        let mut events = BinaryHeap::new();
        let mut station = |index| {
            let noticed = NOTICED_WITHIN.mul_f64(seeded.unit());
            events.push(Reverse((noticed, index)));
            Station::new(records.clone(), limit, TOKEN_LIFE.mul_f64(seeded.unit()))
        };
        Self {
            stations: (0..setup.stations as usize).map(&mut station).collect(),
            server: Server::new(setup.build.clone(), vec![Duration::ZERO..setup.outage]),
            outage: vec![0; setup.outage.as_secs() as usize],
            log: Log::default(),
            seeded,
            events,
            setup,
        }
    }

    /// Attempts in each second of the outage.
    pub fn outage(&self) -> &[u32] {
        &self.outage
    }

    /// Goes on until all is delivered; the server is away once more at the times of `again`, which
    /// count from when it came back.
    pub fn goes_on(mut self, again: Option<Range<Duration>>) -> Log {
        let back = self.setup.outage;
        if let Some(when) = again {
            self.server.goes_down(back + when.start..back + when.end);
        }
        self.run(back + WATCHED_FOR);
        self.log
    }

    fn run(&mut self, until: Duration) {
        while let Some((now, index)) = self.next_event(until) {
            self.step(now, index);
        }
    }

    fn next_event(&mut self, until: Duration) -> Option<(Duration, usize)> {
        let Reverse((time, _)) = self.events.peek()?;
        if *time >= until {
            return None;
        }
        self.events.pop().map(|Reverse(event)| event)
    }

    /// One request of one station.
    fn step(&mut self, now: Duration, index: usize) {
        let station = &mut self.stations[index];
        if !station.begin() {
            return;
        }
        if let Some(later) = self.server.connects_later(now) {
            self.events.push(Reverse((later, index)));
            return;
        }
        let request = station.request(now);
        let answer = self.server.answer(now, request);
        let random = self.seeded.unit();
        let then = station.take(request, &answer, &self.setup.policy, now, random);
        let done = station.is_done();
        self.note(now, request, &answer);
        let told = match answer {
            Ok(_) => now,
            Err(_) => now + self.server.gives_up_after(),
        };
        self.events.push(Reverse((next_time(told, then), index)));
        if let Some(since) = now.checked_sub(self.setup.outage) {
            if done {
                self.log.done.push(since);
            }
            if let Then::Wait(wait) = then {
                self.log.longest_pause = self.log.longest_pause.max(wait);
            }
        }
    }

    fn note(&mut self, now: Duration, request: Request, answer: &Result<Answer, Failure>) {
        let Some(since) = now.checked_sub(self.setup.outage) else {
            self.outage[now.as_secs() as usize] += 1;
            return;
        };
        self.log.note(since, request, answer);
    }
}

fn next_time(now: Duration, then: Then) -> Duration {
    now + match then {
        Then::Ask | Then::Begin => ROUND_TRIP,
        Then::Wait(wait) => wait.max(ROUND_TRIP),
    }
}

impl Log {
    fn note(&mut self, since: Duration, request: Request, answer: &Result<Answer, Failure>) {
        self.everything.push(since);
        let second = since.as_secs() as usize;
        if self.seconds.len() <= second {
            self.seconds.resize(second + 1, Second::default());
        }
        let seen = &mut self.seconds[second];
        match (answer, request) {
            (Err(_), _) => seen.unreachable += 1,
            (Ok(answer), Request::Bundle) if answer.status == 200 => seen.served += 1,
            (Ok(_), Request::Bundle) => seen.refused += 1,
            (Ok(_), _) => seen.beside += 1,
        }
        match request {
            _ if answer.is_err() => self.arrivals.push(since),
            Request::Bundle => self.arrivals.push(since),
            Request::Token => self.tokens += 1,
            Request::Metadata | Request::Smart => self.discoveries += 1,
        }
    }
}
