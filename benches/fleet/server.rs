//! The record API as the fleet meets it: down for a while, and then with a capacity.

use std::ops::Range;
use std::time::Duration;

use uketsuke::sync::{Answer, Failure};

/// What a station asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// `GET metadata`, the first half of discovery.
    Metadata,
    /// `GET .well-known/smart-configuration`, the second half.
    Smart,
    /// `POST` for a token.
    Token,
    /// `POST` of a bundle.
    Bundle,
}

/// For how long a token is good: what SMART Backend Services recommends as the longest.
pub const TOKEN_LIFE: Duration = Duration::from_mins(5);

/// How much of a second's capacity can be saved up. Little: a server that idled for a second is
/// not twice as fast in the next.
const SAVED_UP: f64 = 0.1;

/// What becomes of a connection while the server is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Refused at once.
    Refuses,
    /// No answer: the station knocks again after 1, 3 and 7 s, as TCP does, and gives up after ten.
    IsSilent,
}

/// After what times a connection is tried again while nothing answers.
const KNOCKS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(7),
];

/// When a connection is given up: as in `sync::HttpTransport`.
const GIVEN_UP: Duration = Duration::from_secs(10);

/// How a server is built.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// Bundles a second that it works off; it refuses the rest with 429, which costs it nothing.
    pub capacity: u32,
    /// What the 429 says, if it says anything.
    pub retry_after: Option<Duration>,
    /// Records that it takes in one bundle.
    pub batch_limit: u32,
    /// What becomes of a connection while it is away.
    pub away: Away,
}

/// The server. Discovery and tokens are answered whenever it is up: they are counted by the world,
/// beside its capacity for bundles.
#[derive(Debug, Clone)]
pub struct Server {
    build: Build,
    down: Vec<Range<Duration>>,
    /// A token bucket: how many bundles it could take right now.
    free: f64,
    filled_at: Duration,
    good: Answer,
    busy: Answer,
}

impl Server {
    /// A server that nobody reaches while it is `down`.
    pub fn new(build: Build, down: Vec<Range<Duration>>) -> Self {
        Self {
            good: good(&build),
            busy: Answer {
                status: 429,
                retry_after: build.retry_after,
                ..Answer::default()
            },
            free: 0.0,
            filled_at: Duration::ZERO,
            build,
            down,
        }
    }

    /// Takes it down once more.
    pub fn goes_down(&mut self, when: Range<Duration>) {
        self.down.push(when);
    }

    /// What it answers at a time; times never go back.
    pub fn answer(&mut self, now: Duration, request: Request) -> Result<Answer, Failure> {
        if self.is_down(now) {
            return Err(Failure::Unreachable(String::new()));
        }
        match request {
            Request::Bundle if !self.has_room(now) => Ok(self.busy.clone()),
            Request::Bundle => Ok(self.good.clone()),
            Request::Metadata | Request::Smart | Request::Token => Ok(Answer {
                status: 200,
                ..Answer::default()
            }),
        }
    }

    fn is_down(&self, now: Duration) -> bool {
        self.down.iter().any(|when| when.contains(&now))
    }

    /// When a connection that is tried now comes about, if that is later.
    pub fn connects_later(&self, now: Duration) -> Option<Duration> {
        if self.build.away == Away::Refuses || !self.is_down(now) {
            return None;
        }
        let mut knocks = KNOCKS.iter().map(|knock| now + *knock);
        knocks.find(|knock| !self.is_down(*knock))
    }

    /// How long it takes until a station knows that nobody is there.
    pub fn gives_up_after(&self) -> Duration {
        match self.build.away {
            Away::Refuses => Duration::ZERO,
            Away::IsSilent => GIVEN_UP,
        }
    }

    fn has_room(&mut self, now: Duration) -> bool {
        let rate = f64::from(self.build.capacity);
        let passed = now.saturating_sub(self.filled_at).as_secs_f64();
        self.free = (self.free + passed * rate).min((rate * SAVED_UP).max(1.0));
        self.filled_at = now;
        let room = self.free >= 1.0;
        if room {
            self.free -= 1.0;
        }
        room
    }
}

/// The answer to a full bundle: every record taken, with its receipt.
fn good(build: &Build) -> Answer {
    let entry = r#"{"response":{"status":"201 Created","location":"Immunization/1/_history/1","etag":"W/\"1\"","lastModified":"2021-11-20T10:20:00+09:00"}}"#;
    let entries = vec![entry; build.batch_limit as usize].join(",");
    let body =
        format!(r#"{{"resourceType":"Bundle","type":"batch-response","entry":[{entries}]}}"#);
    Answer {
        status: 200,
        content_type: Some("application/fhir+json".into()),
        batch_limit: Some(build.batch_limit),
        body: body.into_bytes(),
        ..Answer::default()
    }
}
