//! How long the window's own thread works for a drawing: a screen that falls behind shows the table
//! late.

use std::collections::VecDeque;
use std::time::Duration;

/// Drawings that are looked back at.
const DRAWINGS: usize = 1_000;

/// The last drawings.
#[derive(Default)]
pub(super) struct Work {
    took: VecDeque<Duration>,
}

impl Work {
    /// One more drawing took this long, without what the graphics card does.
    pub(super) fn took(&mut self, time: Duration) {
        if self.took.len() == DRAWINGS {
            self.took.pop_front();
        }
        self.took.push_back(time);
    }

    /// How long one in a hundred takes, or longer; `None` before there were enough to say.
    pub(super) fn slowest_hundredth(&self) -> Option<Duration> {
        if self.took.len() < DRAWINGS {
            return None;
        }
        let mut sorted: Vec<Duration> = self.took.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(DRAWINGS - DRAWINGS / 100).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_the_last_thousand_take_as_long_or_longer() {
        let mut work = Work::default();
        for millis in 0..999 {
            work.took(Duration::from_millis(millis));
        }
        assert_eq!(work.slowest_hundredth(), None);
        work.took(Duration::from_millis(999));
        let slowest = Duration::from_millis(990);
        assert_eq!(work.slowest_hundredth(), Some(slowest));
        (0..1_000).for_each(|_| work.took(Duration::ZERO));
        assert_eq!(work.slowest_hundredth(), Some(Duration::ZERO));
    }
}
