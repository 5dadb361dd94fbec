//! When to try again. Pure: what was reached before and one outcome in, the next attempt out.
//!
//! Stations must not become the next outage when a server comes back. So every wait is drawn at
//! random from the whole window (full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog, 2015), the window doubles up to [`Backoff::longest`], a server's
//! `Retry-After` is the least that is waited, and what is counted is attempts, which survive a
//! restart, and never wall time, which jumps.
//!
//! After [`Backoff::opens_after`] failures in a row the circuit is open: nothing is asked of the
//! server until the wait is over, also by a station that was restarted meanwhile, and then one
//! batch alone. Its success closes the circuit. Only a person who asks for it goes before, once: if
//! that fails, it counts for nothing and the old wait goes on.

use std::time::Duration;

use super::outcome::Outcome;
use super::why::Why;
use super::wire::{DEFAULT_BATCH_LIMIT, HIGHEST_BATCH_LIMIT};
use crate::store::Reach;

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// The window after the first failure.
    pub first: Duration,
    /// The longest window. 40,000 stations that each try once in half of it on average make
    /// 40,000 / 150 s = 267 attempts a second, half of what a server for them is built for.
    /// `make fleet` runs it: a minute makes 2.8 times what such a server can take, and ten minutes
    /// leave no time for a second failure.
    pub longest: Duration,
    /// Failures in a row that open the circuit.
    pub opens_after: u32,
    /// Failures of one record sent alone after which it is passed over until the next round.
    pub passes_over_after: u32,
    /// Records that are refused in a row, each alone, before it looks like the server's fault.
    pub refuses_at_most: u32,
    /// Answers in a row after which a batch that had to shrink grows again.
    pub grows_after: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_mins(5),
            opens_after: 5,
            passes_over_after: 3,
            refuses_at_most: 3,
            grows_after: 4,
        }
    }
}

/// The fewest records to which a batch shrinks because its answers do not arrive: on a bad line a
/// smaller batch arrives more often, but a server that is down is not helped by many small ones.
const FEWEST_ON_A_BAD_LINE: usize = 25;

/// Failures of the line with one batch, while the server gave tokens, after which it is the batch
/// that is doubted: a record may break the server's process.
const DOUBTS_THE_BATCH_AFTER: u32 = 6;

/// How the station gets on with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Attempts in a row that brought no answer.
    pub failures: u32,
    /// Records in a batch, as the server last said.
    pub limit: usize,
    /// Records in the next batch.
    pub size: usize,
    /// Times since the last answer that the server failed with this batch.
    pub server_failures: u32,
    /// Times since the last answer that the line did.
    pub line_failures: u32,
    /// Records refused in a row, each alone.
    pub refusals: u32,
    /// Answers in a row since the batch last shrank or grew.
    pub steady: u32,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next batch, at once.
    Send,
    /// Wait, then try again.
    Wait(Duration),
    /// The same, but without the oldest record of the batch for now.
    PassOver(Duration),
    /// Refuse the batch's only record: a person has to look at it.
    Refuse,
    /// Get a new token, then the same again.
    Renew,
    /// Wait until somebody did something about it, trying now and then.
    Halt(Duration),
}

impl Default for Pace {
    fn default() -> Self {
        Self::from(Reach {
            failures: 0,
            batch_limit: u32::try_from(DEFAULT_BATCH_LIMIT).unwrap_or(u32::MAX),
        })
    }
}

impl From<Reach> for Pace {
    fn from(reach: Reach) -> Self {
        let limit = (reach.batch_limit as usize).clamp(1, HIGHEST_BATCH_LIMIT);
        Self {
            failures: reach.failures,
            limit,
            size: limit,
            server_failures: 0,
            line_failures: 0,
            refusals: 0,
            steady: 0,
        }
    }
}

impl Pace {
    /// What is kept of it across restarts.
    pub fn reach(&self) -> Reach {
        Reach {
            failures: self.failures,
            batch_limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
        }
    }

    /// Whether nothing is asked of the server at present.
    pub fn is_open(&self, backoff: &Backoff) -> bool {
        self.failures >= backoff.opens_after
    }

    /// The same with what the server said of batches, which counts at once.
    pub fn told(self, batch_limit: Option<u32>) -> Self {
        let Some(limit) = batch_limit.map(|n| (n as usize).clamp(1, HIGHEST_BATCH_LIMIT)) else {
            return self;
        };
        let was_full = self.size == self.limit;
        let size = if was_full {
            limit
        } else {
            self.size.min(limit)
        };
        Self {
            limit,
            size,
            ..self
        }
    }

    fn answered(self, backoff: &Backoff) -> Self {
        let steady = self.steady.saturating_add(1);
        let grows = steady >= backoff.grows_after && self.size < self.limit;
        Self {
            failures: 0,
            server_failures: 0,
            line_failures: 0,
            refusals: 0,
            steady: if grows { 0 } else { steady },
            size: if grows {
                (self.size * 2).min(self.limit)
            } else {
                self.size
            },
            ..self
        }
    }

    /// The same after a record that was refused alone.
    fn refused(self) -> Self {
        Self {
            failures: 0,
            server_failures: 0,
            line_failures: 0,
            refusals: self.refusals + 1,
            ..self
        }
    }

    /// The same after one more attempt that brought no answer.
    pub(super) fn failed(self) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            ..self
        }
    }

    /// The same with a batch of half the size, but not below `least`.
    fn halved(self, least: usize) -> Self {
        Self {
            size: (self.size / 2).max(least.min(self.size)),
            steady: 0,
            ..self
        }
    }
}

/// What comes after a batch of `sent` records came to `outcome`. `random` is from 0 to 1.
pub fn retry(
    pace: Pace,
    outcome: &Outcome,
    sent: usize,
    backoff: &Backoff,
    random: f64,
) -> (Pace, Next) {
    match outcome {
        Outcome::Answered(_) => (pace.answered(backoff), Next::Send),
        Outcome::Renew => (pace, Next::Renew),
        Outcome::Smaller(_) if sent <= 1 && pace.refusals < backoff.refuses_at_most => {
            (pace.refused(), Next::Refuse)
        }
        Outcome::Smaller(_) if sent <= 1 => {
            let pace = Pace {
                refusals: 0,
                ..pace.failed()
            };
            (pace, Next::Halt(jitter(&pace, backoff, random)))
        }
        Outcome::Smaller(_) => {
            let half = Pace { size: sent, ..pace }.halved(1);
            let size = half.size.min(pace.limit);
            (Pace { size, ..half }, Next::Send)
        }
        Outcome::Busy(asked) => {
            let pace = pace.failed();
            let wait = asked.unwrap_or_default() + jitter(&pace, backoff, random);
            (pace, Next::Wait(wait))
        }
        Outcome::Halt(_) => {
            let pace = pace.failed();
            (pace, Next::Halt(jitter(&pace, backoff, random)))
        }
        Outcome::Again(why) => again(pace, *why, sent, backoff, random),
    }
}

/// The same after a batch that a person asked for while nothing was to be sent for another `left`.
/// An answer counts like any other. A failure changes nothing: the wait of before goes on, however
/// often somebody asks, and is longer only where the server now says so.
pub fn retry_asked(
    pace: Pace,
    outcome: &Outcome,
    sent: usize,
    backoff: &Backoff,
    random: f64,
    left: Duration,
) -> (Pace, Next) {
    let asked = match outcome {
        Outcome::Busy(asked) => asked.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    match retry(pace, outcome, sent, backoff, random) {
        (_, Next::Wait(_) | Next::PassOver(_)) => (pace, Next::Wait(left.max(asked))),
        (_, Next::Halt(_)) => (pace, Next::Halt(left)),
        answered => answered,
    }
}

fn again(pace: Pace, why: Why, sent: usize, backoff: &Backoff, random: f64) -> (Pace, Next) {
    let mut pace = pace.failed();
    let wait = jitter(&pace, backoff, random);
    let (times, least) = match why {
        // It did not come to a batch.
        _ if sent == 0 => return (pace, Next::Wait(wait)),
        // Perhaps it is the batch.
        Why::ServerError | Why::Unreadable | Why::EntryCount | Why::TooLong => {
            pace.server_failures = pace.server_failures.saturating_add(1);
            (pace.server_failures, 1)
        }
        // Perhaps it is the line.
        Why::TimedOut | Why::CutOff => {
            pace.line_failures = pace.line_failures.saturating_add(1);
            let doubted = pace.line_failures > DOUBTS_THE_BATCH_AFTER;
            (
                pace.line_failures,
                if doubted { 1 } else { FEWEST_ON_A_BAD_LINE },
            )
        }
        // It is neither.
        _ => return (pace, Next::Wait(wait)),
    };
    let line = pace.line_failures.saturating_sub(DOUBTS_THE_BATCH_AFTER);
    if sent == 1 && pace.server_failures.max(line) > backoff.passes_over_after {
        (pace.server_failures, pace.line_failures) = (0, 0);
        return (pace, Next::PassOver(wait));
    }
    // Once may be chance.
    if times >= 2 {
        pace = Pace { size: sent, ..pace }.halved(least);
    }
    (pace, Next::Wait(wait))
}

/// A wait from the whole window that so many failures have opened.
pub(super) fn jitter(pace: &Pace, backoff: &Backoff, random: f64) -> Duration {
    let doublings = pace.failures.saturating_sub(1).min(20);
    let window = backoff
        .first
        .saturating_mul(1 << doublings)
        .min(backoff.longest);
    window.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(pace: Pace, outcome: &Outcome, sent: usize) -> (Pace, Next) {
        retry(pace, outcome, sent, &Backoff::default(), 1.0)
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn waits_double_up_to_five_minutes_and_an_answer_ends_them() {
        let mut pace = Pace::default();
        let offline = Outcome::Again(Why::Unreachable);
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let (next_pace, next) = after(pace, &offline, 200);
            assert_eq!(next, Next::Wait(seconds(expected)));
            pace = next_pace;
        }
        assert!(pace.is_open(&Backoff::default()));
        let (pace, next) = after(pace, &Outcome::Answered(Vec::new()), 200);
        assert_eq!((pace.failures, next), (0, Next::Send));
        assert!(!pace.is_open(&Backoff::default()));
    }

    #[test]
    fn an_outage_does_not_shrink_batches() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace = after(pace, &Outcome::Again(Why::Unreachable), 200).0;
            pace = after(pace, &Outcome::Busy(None), 200).0;
        }
        assert_eq!(pace.size, 200);
    }

    #[test]
    fn retry_after_is_the_least_that_is_waited() {
        let busy = Outcome::Busy(Some(seconds(30)));
        let backoff = Backoff::default();
        for random in [0.0, 0.3, 1.0] {
            let (_, next) = retry(Pace::default(), &busy, 200, &backoff, random);
            assert!(
                matches!(next, Next::Wait(wait) if wait >= seconds(30)),
                "{next:?}"
            );
        }
    }

    #[test]
    fn a_batch_that_is_too_large_is_halved_at_once_down_to_a_record_that_is_refused() {
        let mut pace = Pace::default();
        let mut sizes = Vec::new();
        loop {
            sizes.push(pace.size);
            let (next_pace, next) = after(pace, &Outcome::Smaller(Why::TooLarge), pace.size);
            pace = next_pace;
            if next == Next::Refuse {
                break;
            }
            assert_eq!(next, Next::Send);
        }
        assert_eq!(sizes, [200, 100, 50, 25, 12, 6, 3, 1]);
    }

    #[test]
    fn a_record_on_which_the_server_or_the_line_fails_is_found_and_passed_over() {
        for why in [Why::ServerError, Why::CutOff] {
            let mut pace = Pace::default();
            let passed_over = (0..40).find_map(|_| {
                let (next_pace, next) = after(pace, &Outcome::Again(why), pace.size);
                pace = next_pace;
                matches!(next, Next::PassOver(_)).then_some(pace.size)
            });
            assert_eq!(passed_over, Some(1), "{why:?}");
        }
    }

    #[test]
    fn one_failure_of_a_batch_is_chance_and_the_second_halves_it() {
        let (pace, _) = after(Pace::default(), &Outcome::Again(Why::CutOff), 200);
        assert_eq!(pace.size, 200);
        let (pace, _) = after(pace, &Outcome::Again(Why::CutOff), 200);
        assert_eq!(pace.size, 100);
    }

    #[test]
    fn batches_grow_again_when_some_were_answered_up_to_the_servers_limit() {
        let mut pace = Pace {
            size: 25,
            ..Pace::default()
        };
        let mut sizes = Vec::new();
        for _ in 0..16 {
            pace = after(pace, &Outcome::Answered(Vec::new()), pace.size).0;
            sizes.push(pace.size);
        }
        assert_eq!(sizes[..5], [25, 25, 25, 50, 50]);
        assert_eq!(sizes[15], 200);
    }

    #[test]
    fn a_server_that_refuses_one_record_after_the_other_is_doubted_and_not_the_records() {
        let mut pace = Pace {
            size: 1,
            ..Pace::default()
        };
        let refuses = Outcome::Smaller(Why::RefusedWhole);
        for _ in 0..3 {
            let (next_pace, next) = after(pace, &refuses, 1);
            assert_eq!(next, Next::Refuse);
            pace = next_pace;
        }
        assert!(matches!(after(pace, &refuses, 1).1, Next::Halt(_)));
    }

    #[test]
    fn what_fails_before_a_batch_is_no_fault_of_the_batch() {
        let mut pace = Pace::default();
        for why in [Why::CutOff, Why::TimedOut, Why::ServerError].repeat(10) {
            pace = after(pace, &Outcome::Again(why), 0).0;
        }
        assert_eq!(pace.size, 200);
    }

    #[test]
    fn the_servers_limit_counts_at_once_and_never_exceeds_five_hundred() {
        let pace = Pace::default().told(Some(50));
        assert_eq!((pace.limit, pace.size), (50, 50));
        let pace = pace.told(Some(100_000));
        assert_eq!((pace.limit, pace.size), (500, 500));
        assert_eq!(pace.told(Some(0)).size, 1);
        assert_eq!(pace.told(None), pace);
    }

    #[test]
    fn what_a_person_asks_for_and_fails_wears_nothing_down() {
        let mut open = Pace::default();
        for _ in 0..9 {
            open = after(open, &Outcome::Again(Why::Unreachable), 200).0;
        }
        let (backoff, left) = (Backoff::default(), seconds(77));
        for why in [Why::Unreachable, Why::ServerError, Why::TimedOut].repeat(20) {
            let outcome = Outcome::Again(why);
            let (pace, next) = retry_asked(open, &outcome, 200, &backoff, 1.0, left);
            assert_eq!((pace, next), (open, Next::Wait(left)));
        }
        let halt = Outcome::Halt(Why::Forbidden);
        let (pace, next) = retry_asked(open, &halt, 200, &backoff, 1.0, left);
        assert_eq!((pace, next), (open, Next::Halt(left)));
    }

    #[test]
    fn what_a_person_asks_for_and_arrives_closes_the_circuit() {
        let open = Pace {
            failures: 9,
            ..Pace::default()
        };
        let outcome = Outcome::Answered(Vec::new());
        let (pace, next) = retry_asked(open, &outcome, 200, &Backoff::default(), 1.0, seconds(77));
        assert_eq!((pace.failures, next), (0, Next::Send));
    }

    #[test]
    fn a_busy_server_is_left_alone_as_long_as_it_says_whoever_asked() {
        let (pace, backoff) = (Pace::default(), Backoff::default());
        for (says, waits) in [(10, 77), (120, 120)] {
            let busy = Outcome::Busy(Some(seconds(says)));
            let (_, next) = retry_asked(pace, &busy, 200, &backoff, 1.0, seconds(77));
            assert_eq!(next, Next::Wait(seconds(waits)));
        }
    }

    #[test]
    fn a_restart_does_not_forget_an_outage() {
        let mut pace = Pace::default().told(Some(300));
        for _ in 0..12 {
            pace = after(pace, &Outcome::Again(Why::Unreachable), 300).0;
        }
        let again = Pace::from(pace.reach());
        assert_eq!((again.failures, again.limit), (12, 300));
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_longest_beyond_what_the_server_asks(
            failures in 0u32..=u32::MAX, random in 0.0f64..=1.0, asked in 0u64..10_000
        ) {
            let pace = Pace { failures, ..Pace::default() };
            let backoff = Backoff::default();
            let busy = Outcome::Busy(Some(seconds(asked)));
            let (_, next) = retry(pace, &busy, 200, &backoff, random);
            let Next::Wait(wait) = next else { panic!("{next:?}") };
            prop_assert!(wait >= seconds(asked) && wait <= seconds(asked) + backoff.longest);
        }
    }
}
