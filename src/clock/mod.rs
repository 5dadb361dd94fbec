//! Time as the station sees it: a wall clock that may jump, and a monotonic one that may not.
//!
//! Tablets lose their clock when the battery runs flat, and people set it by hand. So nothing is
//! ordered by wall time (sequence numbers do that), and [`jump`] tells when the wall clock did not
//! move as the monotonic one did. Civil dates are those of Asia/Tokyo, whatever the tablet is set
//! to.

use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::{self, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// One run of the program: a random number, to tell two runs apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(pub i64);

impl RunId {
    fn random() -> Self {
        let (_, random) = Uuid::new_v4().as_u64_pair();
        // Positive, so that it reads well in a table.
        Self((random >> 1).cast_signed())
    }
}

/// Japan has had no other offset since 1951: UTC+9, no summer time.
const JAPAN: Offset = tz::offset(9);

/// How far the wall clock may stray from the monotonic one before it counts as a jump: more than
/// a time server's correction of a tablet that was off for a night, less than a changed date.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// What the tablet believes the time to be.
    pub wall: Timestamp,
    /// Since the start of the run; never goes back, cannot be compared across runs.
    pub monotonic: Duration,
    /// The run of the program in which `monotonic` counts.
    pub run: RunId,
}

impl Moment {
    /// The day in Asia/Tokyo.
    pub fn day(&self) -> Date {
        day(self.wall)
    }
}

/// The day in Asia/Tokyo at `wall`.
pub fn day(wall: Timestamp) -> Date {
    wall.to_zoned(TimeZone::fixed(JAPAN)).date()
}

/// `wall` as people in Japan write it, with the offset: `2021-11-20T10:15:30+09:00`.
pub fn japan_time(wall: Timestamp) -> String {
    wall.display_with_offset(JAPAN).to_string()
}

/// How far the wall clock jumped between two moments; `None` when it moved as it should.
///
/// Within a run the monotonic clock is the measure. Across runs only a step back is certain.
pub fn jump(before: &Moment, after: &Moment) -> Option<SignedDuration> {
    let moved = after.wall.duration_since(before.wall);
    if before.run != after.run {
        return (moved < -TOLERANCE).then_some(moved);
    }
    let since_start =
        |moment: &Moment| SignedDuration::try_from(moment.monotonic).unwrap_or(SignedDuration::MAX);
    // What is written down late is told by a moment before the last one.
    let strayed = moved - (since_start(after) - since_start(before));
    (strayed.abs() > TOLERANCE).then_some(strayed)
}

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Both clocks, read together.
    fn now(&self) -> Moment;
}

/// The tablet's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    run: RunId,
}

impl SystemClock {
    /// Starts a run.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            run: RunId::random(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            monotonic: self.started.elapsed(),
            run: self.run,
        }
    }
}

/// A clock that starts at a given wall time and runs on from there; for training
/// (`UKETSUKE_NOW`).
#[derive(Debug)]
pub struct SetClock {
    system: SystemClock,
    starts_at: Timestamp,
}

impl SetClock {
    /// A run whose wall clock says `starts_at` now.
    pub fn start(starts_at: Timestamp) -> Self {
        Self {
            system: SystemClock::start(),
            starts_at,
        }
    }
}

impl Clock for SetClock {
    fn now(&self) -> Moment {
        let now = self.system.now();
        let elapsed = SignedDuration::try_from(now.monotonic).unwrap_or(SignedDuration::MAX);
        Moment {
            wall: self
                .starts_at
                .saturating_add(elapsed)
                .unwrap_or(self.starts_at),
            ..now
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(wall: &str, seconds: u64, run: i64) -> Moment {
        Moment {
            wall: wall.parse().unwrap(),
            monotonic: Duration::from_secs(seconds),
            run: RunId(run),
        }
    }

    #[test]
    fn the_day_is_that_of_tokyo_and_not_of_greenwich() {
        let late = moment("2021-11-19T15:00:00Z", 0, 1);
        assert_eq!(late.day().to_string(), "2021-11-20");
        assert_eq!(japan_time(late.wall), "2021-11-20T00:00:00+09:00");
    }

    #[test]
    fn a_clock_that_moves_as_it_should_has_not_jumped() {
        let before = moment("2021-11-20T01:00:00Z", 10, 1);
        assert_eq!(
            jump(&before, &moment("2021-11-20T02:00:00Z", 3610, 1)),
            None
        );
        assert_eq!(jump(&before, &moment("2021-11-20T01:01:30Z", 10, 1)), None);
    }

    #[test]
    fn ten_years_forward_and_back_are_jumps() {
        let before = moment("2021-11-20T01:00:00Z", 10, 1);
        for wall in ["2031-11-20T01:00:00Z", "2011-11-20T01:00:00Z"] {
            assert!(jump(&before, &moment(wall, 11, 1)).is_some(), "{wall}");
        }
    }

    #[test]
    fn across_runs_only_a_step_back_is_certain() {
        let before = moment("2021-11-20T01:00:00Z", 10, 1);
        assert_eq!(jump(&before, &moment("2021-12-20T01:00:00Z", 0, 2)), None);
        assert!(jump(&before, &moment("2021-11-19T01:00:00Z", 0, 2)).is_some());
    }
}
