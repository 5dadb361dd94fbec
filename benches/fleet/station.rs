//! One station: the shipped `plan`, `judge` and `retry`, tied as `sync::Delivery` ties them, with
//! a list in memory for its book and virtual time for its clock.

use std::rc::Rc;
use std::time::Duration;

use jiff::civil::date;
use uketsuke::intake::{
    Entry, Evidence, OperatorId, Outcome as Given, RecordId, StationId, Subject, VaccinationRecord,
    Vaccine,
};
use uketsuke::store::{Outgoing, Reach, State, Stored};
use uketsuke::sync::{
    Answer, Backoff, EntryOutcome, Failure, Next, Outcome, Pace, Parcel, Plan, Way, judge, plan,
    retry,
};

use crate::server::{Request, TOKEN_LIFE};

/// A token is renewed this long before it ends, as in `sync::Api`.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);

/// The attempt before which a station is restarted: once in a long outage, so that what is kept of
/// the outage is put to the test too.
const RESTARTED_BEFORE: u32 = 50;

/// How a station decides when to try again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Policy {
    /// As it ships.
    Shipped(Backoff),
    /// So long after every failure, whatever the server asks.
    Every(Duration),
    /// When a clock that all stations share shows a multiple of it, as a timer job does.
    OnTheClock(Duration),
}

/// What a station does after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The next request of the same attempt.
    Ask,
    /// The next attempt, at once.
    Begin,
    /// Nothing for a while, and then the next attempt.
    Wait(Duration),
}

/// A queue that many stations can have: `records` new ones, numbered from 1.
pub fn queue(records: u32) -> Rc<[Outgoing]> {
    let one = |n: u32| Outgoing {
        stored: Stored {
            sequence: i64::from(n),
            entry: entry(n),
            state: State::Queued,
            attempts: 0,
            receipt: None,
            detail: None,
        },
        before: Vec::new(),
        held: false,
        elsewhere: false,
    };
    (1..=records).map(one).collect()
}

fn entry(personal: u32) -> Entry {
    let now = "2021-11-20T01:15:30Z".parse().expect("a time");
    Entry::new(VaccinationRecord {
        id: RecordId::new(now),
        subject: Subject::Voucher(format!("21131016{personal:010}").parse().expect("a number")),
        date: date(2021, 11, 20),
        venue: "市民会館".parse().expect("a venue"),
        doctor: "山田 太郎".parse().expect("a doctor"),
        outcome: Given::Given(Vaccine {
            product: "comirnaty-12".parse().expect("a product"),
            maker: "ファイザー".parse().expect("a maker"),
            lot: "FJ7489".parse().expect("a lot"),
        }),
        station: StationId::new("st-fleet").expect("an id"),
        operator: OperatorId::new("clerk-01").expect("an id"),
        recorded_at: now,
        evidence: Evidence("line,nw7".into()),
    })
}

/// A station with records to deliver.
#[derive(Debug, Clone)]
pub struct Station {
    queue: Rc<[Outgoing]>,
    acknowledged: usize,
    pace: Pace,
    after: i64,
    moved: bool,
    /// The batch that is being delivered; empty between two attempts.
    parcels: Vec<Parcel>,
    attempts: u32,
    seen_metadata: bool,
    server_known: bool,
    token_until: Duration,
}

impl Station {
    /// A station that was at work when the outage began: it knows the server and has a token.
    pub fn new(queue: Rc<[Outgoing]>, batch_limit: u32, token_until: Duration) -> Self {
        Self {
            queue,
            acknowledged: 0,
            pace: Pace::from(Reach {
                failures: 0,
                batch_limit,
            }),
            after: 0,
            moved: false,
            parcels: Vec::new(),
            attempts: 0,
            seen_metadata: true,
            server_known: true,
            token_until,
        }
    }

    /// Whether the server has everything.
    pub fn is_done(&self) -> bool {
        self.acknowledged == self.queue.len()
    }

    /// Plans the next batch unless one is under way; `false` when nothing is left to send.
    pub fn begin(&mut self) -> bool {
        if !self.parcels.is_empty() {
            return true;
        }
        self.attempts += 1;
        if self.attempts == RESTARTED_BEFORE {
            self.restart();
        }
        loop {
            let page = self.page();
            let Some(last) = page.last().map(|out| out.stored.sequence) else {
                if !self.moved {
                    return false;
                }
                (self.after, self.moved) = (0, false);
                continue;
            };
            match plan(page, self.pace.size) {
                Plan::Nothing => self.after = last,
                Plan::Settle(_) => panic!("new records have nothing to settle"),
                Plan::Send(parcels) => {
                    self.parcels = parcels;
                    return true;
                }
            }
        }
    }

    /// What the book gives as outgoing: what is not acknowledged, after the last that was sent.
    fn page(&self) -> &[Outgoing] {
        let open = &self.queue[self.acknowledged..];
        let start = open.partition_point(|out| out.stored.sequence <= self.after);
        let rest = &open[start..];
        &rest[..rest.len().min(self.pace.size)]
    }

    /// Everything is forgotten but what the book keeps.
    fn restart(&mut self) {
        self.pace = Pace::from(self.pace.reach());
        (self.after, self.moved) = (0, false);
        (self.seen_metadata, self.server_known) = (false, false);
        self.token_until = Duration::ZERO;
    }

    /// The next request of the attempt: `Api::ensure_ready`, then the bundle.
    pub fn request(&self, now: Duration) -> Request {
        if !self.server_known {
            return if self.seen_metadata {
                Request::Smart
            } else {
                Request::Metadata
            };
        }
        if now + TOKEN_MARGIN < self.token_until {
            Request::Bundle
        } else {
            Request::Token
        }
    }

    /// Takes the answer to `request`; `random` is from 0 to 1.
    pub fn take(
        &mut self,
        request: Request,
        answer: &Result<Answer, Failure>,
        policy: &Policy,
        now: Duration,
        random: f64,
    ) -> Then {
        match request {
            Request::Bundle => {}
            Request::Metadata if answer.is_ok() => return self.found(|it| it.seen_metadata = true),
            Request::Smart if answer.is_ok() => return self.found(|it| it.server_known = true),
            Request::Token if answer.is_ok() => {
                return self.found(|it| it.token_until = now + TOKEN_LIFE);
            }
            // As in `Api::ensure_ready`: a server that was found stays found without a token.
            Request::Token => {}
            Request::Metadata | Request::Smart => self.seen_metadata = false,
        }
        self.judged(answer, policy, now, random)
    }

    fn found(&mut self, what: impl FnOnce(&mut Self)) -> Then {
        what(self);
        Then::Ask
    }

    /// What `Delivery::batch` does with an answer.
    fn judged(
        &mut self,
        answer: &Result<Answer, Failure>,
        policy: &Policy,
        now: Duration,
        random: f64,
    ) -> Then {
        let parcels = std::mem::take(&mut self.parcels);
        let ways: Vec<&Way> = parcels.iter().map(|parcel| &parcel.way).collect();
        let outcome = judge(answer, &ways);
        let limit = answer.as_ref().ok().and_then(|answer| answer.batch_limit);
        if let Outcome::Answered(answers) = &outcome {
            self.settle(answers);
        }
        let pace = self.pace.told(limit);
        let (pace, next) = decide(policy, pace, &outcome, parcels.len(), now, random);
        self.pace = pace;
        match next {
            Next::Send => {
                self.after = parcels.last().map_or(self.after, |last| last.sequence);
                Then::Begin
            }
            Next::Wait(wait) => Then::Wait(wait),
            other => panic!("a server that only has too much to do does not lead to {other:?}"),
        }
    }

    fn settle(&mut self, answers: &[EntryOutcome]) {
        let taken = |answer: &EntryOutcome| matches!(answer, EntryOutcome::Acknowledged(_));
        assert!(answers.iter().all(taken), "this server takes every record");
        self.acknowledged += answers.len();
        self.moved = true;
    }
}

/// When to try again. The naive policies know nothing but their interval.
fn decide(
    policy: &Policy,
    pace: Pace,
    outcome: &Outcome,
    sent: usize,
    now: Duration,
    random: f64,
) -> (Pace, Next) {
    match (policy, outcome) {
        (Policy::Shipped(backoff), _) => retry(pace, outcome, sent, backoff, random),
        (_, Outcome::Answered(_)) => (pace, Next::Send),
        (Policy::Every(interval), _) => (pace, Next::Wait(*interval)),
        (Policy::OnTheClock(interval), _) => {
            (pace, Next::Wait(until_the_next(*interval, now, random)))
        }
    }
}

/// Until the shared clock shows a multiple of `interval`, give or take the second within which
/// machines start their jobs.
fn until_the_next(interval: Duration, now: Duration, random: f64) -> Duration {
    let passed = now.as_nanos() % interval.as_nanos().max(1);
    let passed = Duration::from_nanos(u64::try_from(passed).unwrap_or_default());
    interval - passed + Duration::from_secs_f64(random)
}
