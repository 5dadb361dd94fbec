//! Wrong tries, and the growing time that they cost.
//!
//! The first wrong tries cost nothing; the fifth and each one after it lock, for 30 s, then 1, 2,
//! 4 … minutes, at most an hour. A right try clears the count.
//!
//! Within a run of the program a lock runs down by the monotonic clock alone, so that setting the
//! wall clock, back or ahead, shortens nothing. The monotonic clock starts anew with the program;
//! across a restart only the wall clock is left:
//!
//! - It went back: the lock begins anew.
//! - It went ahead: the time counts, since a tablet may well have been off. Somebody who sets the
//!   clock ahead and restarts gains the seven tries up to the twelfth this way and no more: a lock
//!   of an hour never runs down by the wall clock. It takes an hour of one run, or an administrator
//!   who sets a new PIN.

use std::time::Duration;

use crate::clock::Moment;

/// The first lock.
const FIRST: Duration = Duration::from_secs(30);

/// No lock is longer: twelve wrong PINs in a row are a person who needs help, or an attack that
/// one try an hour makes hopeless.
const LONGEST: Duration = Duration::from_hours(1);

/// How often somebody was wrong in a row. Part of the operator, saved with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// Wrong tries since the last right one.
    pub failed: u32,
    /// When the last of them was, or when its lock began anew.
    pub locked_since: Option<Moment>,
}

impl Tries {
    /// The wrong try that locks first.
    pub const FREE: u32 = 5;

    /// How much longer to wait; `None` when a try is free now.
    ///
    /// May begin the lock anew, which is why this changes the value.
    pub fn wait(&mut self, now: &Moment) -> Option<Duration> {
        let length = lock_length(self.failed)?;
        let passed = self
            .locked_since
            .and_then(|since| passed(&since, now, length));
        if passed.is_none() {
            self.locked_since = Some(*now);
        }
        let left = length.saturating_sub(passed.unwrap_or_default());
        (!left.is_zero()).then_some(left)
    }

    /// Counts a wrong try.
    pub fn wrong(&mut self, now: &Moment) {
        self.failed = self.failed.saturating_add(1);
        self.locked_since = Some(*now);
    }

    /// Clears the count after a right try.
    pub fn right(&mut self) {
        *self = Self::default();
    }

    /// How many more wrong tries lead to the first lock.
    pub fn left(&self) -> u32 {
        Self::FREE.saturating_sub(self.failed)
    }
}

/// What of a lock of `length` has surely passed; `None` when nobody can tell.
fn passed(since: &Moment, now: &Moment, length: Duration) -> Option<Duration> {
    if since.run == now.run {
        Some(now.monotonic.saturating_sub(since.monotonic))
    } else if length < LONGEST {
        // Negative, and so no `Duration`, when the clock went back.
        now.wall.duration_since(since.wall).try_into().ok()
    } else {
        None
    }
}

/// The lock that follows the `failed`-th wrong try in a row: 30 s · 2^(failed − 5), at most 1 h.
fn lock_length(failed: u32) -> Option<Duration> {
    let doublings = failed.checked_sub(Tries::FREE)?;
    let factor = 2u32.checked_pow(doublings).unwrap_or(u32::MAX);
    Some(FIRST.saturating_mul(factor).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RunId;

    fn moment(run: i64, seconds: u64, wall: &str) -> Moment {
        Moment {
            wall: wall.parse().unwrap(),
            monotonic: Duration::from_secs(seconds),
            run: RunId(run),
        }
    }

    fn at(seconds: u64) -> Moment {
        moment(1, seconds, "2021-11-20T01:00:00Z")
    }

    fn wrong(times: u32, seconds: u64) -> Tries {
        let mut tries = Tries::default();
        for _ in 0..times {
            tries.wrong(&at(seconds));
        }
        tries
    }

    #[test]
    fn four_wrong_tries_cost_nothing_and_the_fifth_locks() {
        assert_eq!(wrong(4, 0).wait(&at(0)), None);
        assert_eq!(wrong(4, 0).left(), 1);
        assert_eq!(wrong(5, 0).wait(&at(0)), Some(FIRST));
    }

    #[test]
    fn each_lock_is_twice_the_last_up_to_an_hour() {
        let seconds = (5..=14).map(|n| lock_length(n).unwrap().as_secs());
        assert_eq!(
            seconds.collect::<Vec<_>>(),
            [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
        );
        assert_eq!(lock_length(u32::MAX), Some(LONGEST));
    }

    #[test]
    fn a_lock_runs_out_and_the_next_wrong_try_costs_more() {
        let mut tries = wrong(5, 100);
        assert_eq!(tries.wait(&at(129)), Some(Duration::from_secs(1)));
        assert_eq!(tries.wait(&at(130)), None);
        tries.wrong(&at(130));
        assert_eq!(tries.wait(&at(130)), Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_right_try_clears_the_count() {
        let mut tries = wrong(7, 0);
        tries.right();
        assert_eq!(tries, Tries::default());
    }

    #[test]
    fn ten_years_of_clock_setting_shorten_nothing() {
        for wall in ["2031-11-20T01:00:00Z", "2011-11-20T01:00:00Z"] {
            for (failed, left) in [(5, 20), (12, 3590)] {
                let mut tries = wrong(failed, 0);
                let later = moment(1, 10, wall);
                assert_eq!(
                    tries.wait(&later),
                    Some(Duration::from_secs(left)),
                    "{wall}"
                );
            }
        }
    }

    #[test]
    fn a_restart_with_the_clock_set_back_begins_the_lock_anew() {
        let mut tries = wrong(6, 5000);
        let restarted = |seconds| moment(2, seconds, "2011-11-20T01:00:00Z");
        assert_eq!(tries.wait(&restarted(3)), Some(Duration::from_secs(60)));
        assert_eq!(tries.wait(&restarted(62)), Some(Duration::from_secs(1)));
        assert_eq!(tries.wait(&restarted(63)), None);
    }

    #[test]
    fn a_restart_alone_shortens_nothing_and_a_night_switched_off_counts() {
        let mut tries = wrong(6, 5000);
        let soon = moment(2, 0, "2021-11-20T01:00:20Z");
        assert_eq!(tries.wait(&soon), Some(Duration::from_secs(40)));
        assert_eq!(tries.wait(&moment(3, 0, "2021-11-21T00:00:00Z")), None);
    }

    #[test]
    fn setting_the_clock_ahead_and_restarting_ends_at_the_longest_lock() {
        let mut tries = wrong(11, 0);
        let ahead = moment(2, 5, "2031-11-20T01:00:00Z");
        assert_eq!(tries.wait(&ahead), None);
        tries.wrong(&ahead);
        let further = |seconds| moment(3, seconds, "2041-11-20T01:00:00Z");
        assert_eq!(tries.wait(&further(0)), Some(LONGEST));
        assert_eq!(tries.wait(&further(3599)), Some(Duration::from_secs(1)));
        assert_eq!(tries.wait(&further(3600)), None);
    }

    #[test]
    fn the_count_cannot_wrap_around_to_nothing() {
        let mut tries = Tries {
            failed: u32::MAX,
            locked_since: None,
        };
        tries.wrong(&at(0));
        assert_eq!(tries.wait(&at(0)), Some(LONGEST));
    }
}
