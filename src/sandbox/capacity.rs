//! No more than so many a second. Time is the monotonic clock's and passed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// A bucket that holds what may be done in a second, and fills as the second passes.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    per_second: u32,
    left: f64,
    at: Duration,
}

impl Pace {
    /// `per_second`, from `now` on.
    pub(super) fn new(per_second: u32, now: Duration) -> Self {
        Self {
            per_second,
            left: per_second.into(),
            at: now,
        }
    }

    /// Whether one more may be done now.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        let most = f64::from(self.per_second);
        self.left = most.min(self.left + passed * most);
        self.at = self.at.max(now);
        let may = self.left >= 1.0;
        if may {
            self.left -= 1.0;
        }
        may
    }

    /// Whether it is as full as it gets, so that it need not be remembered.
    fn is_full(&self, now: Duration) -> bool {
        now.saturating_sub(self.at) >= Duration::from_secs(1)
    }
}

/// A pace of each of many.
#[derive(Debug)]
pub(super) struct Paces<K> {
    per_second: u32,
    paces: HashMap<K, Pace>,
}

/// More than there are devices; beyond, those that rest are forgotten.
const REMEMBERED: usize = 1_000;

impl<K: Hash + Eq> Paces<K> {
    /// `per_second` for each.
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            paces: HashMap::new(),
        }
    }

    /// Whether `who` may do one more now.
    pub(super) fn take(&mut self, who: K, now: Duration) -> bool {
        if self.paces.len() >= REMEMBERED {
            self.paces.retain(|_, pace| !pace.is_full(now));
        }
        let per_second = self.per_second;
        let pace = self.paces.entry(who);
        pace.or_insert_with(|| Pace::new(per_second, now)).take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_so_many_a_second_the_next_has_to_wait_its_turn() {
        let second = Duration::from_secs(1);
        let mut pace = Pace::new(2, second);
        assert_eq!([second; 3].map(|at| pace.take(at)), [true, true, false]);
        let half = second.mul_f64(1.5);
        assert_eq!([half; 2].map(|at| pace.take(at)), [true, false]);
        let long_after = second * 100;
        let taken = [long_after; 3].map(|at| pace.take(at));
        assert_eq!(taken, [true, true, false], "nothing is saved up");
    }

    #[test]
    fn nothing_at_all_may_be_done_of_none_a_second() {
        assert!(!Pace::new(0, Duration::ZERO).take(Duration::from_secs(9)));
    }

    #[test]
    fn each_has_a_pace_of_its_own() {
        let mut paces = Paces::new(1);
        let now = Duration::ZERO;
        assert!(paces.take("a", now) && paces.take("b", now));
        assert!(!paces.take("a", now));
    }
}
