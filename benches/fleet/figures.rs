//! Figures of a log, and whether they are as demanded.

use std::time::Duration;

use crate::world::Log;

/// The length of the windows in which arrivals are counted.
pub const WINDOW: Duration = Duration::from_secs(10);

/// From when on the arrivals are bounded.
pub const SETTLED_AFTER: Duration = Duration::from_mins(1);

/// How many times its capacity may arrive at the server in a window.
pub const MOST_ARRIVALS: f64 = 2.0;

/// By when everything is delivered.
pub const DONE_WITHIN: Duration = Duration::from_mins(10);

/// The figures of one run.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Bundles a second that the server works off.
    pub capacity: u32,
    /// How many stations there are.
    pub stations: u32,
    /// The most arrivals in any second.
    pub peak_second: u32,
    /// The most arrivals in any window that starts in the first minute.
    pub peak_first: u32,
    /// The most arrivals in any window that starts later.
    pub peak_later: u32,
    /// The same two with tokens and discovery counted as arrivals.
    pub everything_first: u32,
    /// See `everything_first`.
    pub everything_later: u32,
    /// When half, 90 %, 99 % and all of the stations were done; `None` if they never were.
    pub done: [Option<Duration>; 4],
    /// Bundles that arrived.
    pub arrivals: usize,
    /// How many of them the server refused.
    pub refused: u64,
    /// How many attempts found no server.
    pub unreachable: u64,
    /// Requests for tokens.
    pub tokens: u64,
    /// Requests of discovery.
    pub discoveries: u64,
    /// The longest that a station was told to wait.
    pub longest_pause: Duration,
}

impl Figures {
    /// The figures of `log`, of so many stations and a server of such capacity.
    pub fn of(log: &Log, stations: u32, capacity: u32) -> Self {
        let settled = |times: &[Duration], later: bool| {
            let start = times.partition_point(|time| *time < SETTLED_AFTER);
            let starts = if later { start..times.len() } else { 0..start };
            most_within(times, starts, WINDOW)
        };
        let sum = |what: fn(&crate::world::Second) -> u32| {
            log.seconds
                .iter()
                .map(|second| u64::from(what(second)))
                .sum()
        };
        let whole = 0..log.arrivals.len();
        Self {
            capacity,
            stations,
            peak_second: most_within(&log.arrivals, whole, Duration::from_secs(1)),
            peak_first: settled(&log.arrivals, false),
            peak_later: settled(&log.arrivals, true),
            everything_first: settled(&log.everything, false),
            everything_later: settled(&log.everything, true),
            done: [50, 90, 99, 100].map(|share| done_at(log, stations, share)),
            arrivals: log.arrivals.len(),
            refused: sum(|second| second.refused),
            unreachable: sum(|second| second.unreachable),
            tokens: log.tokens,
            discoveries: log.discoveries,
            longest_pause: log.longest_pause,
        }
    }

    /// How many arrivals of a window are how many times the capacity.
    pub fn times_capacity(&self, arrivals: u32) -> f64 {
        f64::from(arrivals) / (f64::from(self.capacity) * WINDOW.as_secs_f64())
    }

    /// The share of the arrivals that were refused.
    pub fn refused_share(&self) -> f64 {
        self.refused as f64 / self.arrivals.max(1) as f64
    }

    /// Requests beside bundles for each station.
    pub fn beside_each(&self) -> f64 {
        (self.tokens + self.discoveries) as f64 / f64::from(self.stations)
    }

    /// Whether later windows are within bounds.
    pub fn holds_arrivals(&self) -> bool {
        self.times_capacity(self.peak_later) <= MOST_ARRIVALS
    }

    /// Whether everything was delivered in time.
    pub fn holds_time(&self) -> bool {
        self.done[3].is_some_and(|time| time <= DONE_WITHIN)
    }

    /// Whether all is as demanded.
    pub fn holds(&self) -> bool {
        self.holds_arrivals() && self.holds_time()
    }
}

/// The most of `times`, which are in order, in any half-open window of that length that starts with
/// one of `starts`: no other window has more.
fn most_within(times: &[Duration], starts: std::ops::Range<usize>, length: Duration) -> u32 {
    let (mut most, mut end) = (0, starts.start);
    for start in starts {
        while times
            .get(end)
            .is_some_and(|time| *time < times[start] + length)
        {
            end += 1;
        }
        most = most.max(end - start);
    }
    u32::try_from(most).unwrap_or(u32::MAX)
}

/// When `share` percent of the stations were done.
fn done_at(log: &Log, stations: u32, share: u32) -> Option<Duration> {
    let needed = (stations as usize * share as usize).div_ceil(100);
    log.done.get(needed.checked_sub(1)?).copied()
}
