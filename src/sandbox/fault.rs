//! Faults on purpose: what a bad line and a tired server do to a station, so that it can be tested
//! against them. The dice are seeded: the same seed throws the same faults in the same order.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thiserror::Error;

/// The longest that a `delay` takes.
pub(super) const LONGEST_DELAY: Duration = Duration::from_millis(300);

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The connection is closed and nothing was processed.
    DropBefore,
    /// Everything was processed, the connection is closed without an answer.
    DropAfterCommit,
    /// 500, nothing was processed.
    Http500,
    /// 429 with `Retry-After: 1`, nothing was processed.
    Http429,
    /// Everything was processed; of the answer half is sent.
    Truncate,
    /// The answer takes its time.
    Delay,
}

impl FaultKind {
    /// Every kind, in the order in which they are tried.
    pub const ALL: [Self; 6] = [
        Self::DropBefore,
        Self::DropAfterCommit,
        Self::Http500,
        Self::Http429,
        Self::Truncate,
        Self::Delay,
    ];

    /// Its name in `--fault`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DropBefore => "drop_before",
            Self::DropAfterCommit => "drop_after_commit",
            Self::Http500 => "http_500",
            Self::Http429 => "http_429",
            Self::Truncate => "truncate",
            Self::Delay => "delay",
        }
    }
}

/// How often each fault happens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(Vec<(FaultKind, f64)>);

impl Faults {
    /// None at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, kind: FaultKind, rate: f64) -> Self {
        self.0.push((kind, rate.clamp(0.0, 1.0)));
        self
    }
}

/// Why a `--fault` is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultError {
    /// No such kind.
    #[error(
        "「{0}」という障害はありません。次から選んでください：{all} / there is no fault {0}: choose of {all}",
        all = all_kinds()
    )]
    UnknownKind(String),
    /// No such rate.
    #[error(
        "{0} の割合は 0 から 1 までにしてください（例 {0}=0.05）。障害の種類：{all} / the rate of {0} has to be 0 to 1, such as {0}=0.05; the kinds are {all}",
        all = all_kinds()
    )]
    Rate(String),
}

fn all_kinds() -> String {
    FaultKind::ALL.map(FaultKind::name).join(", ")
}

impl FromStr for Faults {
    type Err = FaultError;

    /// `kind=rate,kind=rate`
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(fault).collect::<Result<_, _>>().map(Self)
    }
}

fn fault(part: &str) -> Result<(FaultKind, f64), FaultError> {
    let (name, rate) = part.split_once('=').unwrap_or((part, ""));
    let name = name.trim();
    let kind = FaultKind::ALL.into_iter().find(|kind| kind.name() == name);
    let kind = kind.ok_or_else(|| FaultError::UnknownKind(name.to_owned()))?;
    let rate: Option<f64> = rate.trim().parse().ok();
    match rate {
        Some(rate) if (0.0..=1.0).contains(&rate) => Ok((kind, rate)),
        _ => Err(FaultError::Rate(name.to_owned())),
    }
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Thrown {
    /// What goes wrong; never [`FaultKind::Delay`].
    pub(super) fault: Option<FaultKind>,
    /// How long the answer takes.
    pub(super) delay: Option<Duration>,
}

/// Throws the faults.
pub(super) struct Dice {
    faults: Faults,
    state: Mutex<u64>,
}

impl Dice {
    pub(super) fn new(faults: Faults, seed: u64) -> Self {
        Self {
            faults,
            state: Mutex::new(seed),
        }
    }

    /// What happens to the next request. At most one fault does: its share of 0–1 is as wide as
    /// its rate, one share after the other. A delay comes on top.
    pub(super) fn throw(&self) -> Thrown {
        if self.faults.0.is_empty() {
            return Thrown::default();
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (fault, late, how_late) = (unit(&mut state), unit(&mut state), unit(&mut state));
        let mut upper = 0.0;
        let mut thrown = Thrown::default();
        for (kind, rate) in &self.faults.0 {
            if *kind == FaultKind::Delay {
                let delay = LONGEST_DELAY.mul_f64(how_late);
                thrown.delay = thrown.delay.or((late < *rate).then_some(delay));
                continue;
            }
            upper += rate;
            thrown.fault = thrown.fault.or((fault < upper).then_some(*kind));
        }
        thrown
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dice").field(&self.faults).finish()
    }
}

/// The next number of a `SplitMix64` sequence (Steele, Lea, Flood: Fast splittable pseudorandom
/// number generators, 2014), as 0 ≤ n < 1.
fn unit(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // 53 bits are what a double holds exactly.
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_from_kinds_and_rates() {
        let faults: Faults = "drop_before=0.05, truncate=1".parse().unwrap();
        let expected = Faults::none()
            .with(FaultKind::DropBefore, 0.05)
            .with(FaultKind::Truncate, 1.0);
        assert_eq!(faults, expected);
        assert_eq!("".parse(), Ok(Faults::none()));
    }

    #[test]
    fn an_unknown_kind_and_a_rate_that_is_none_are_refused_with_the_list_of_kinds() {
        for text in [
            "fire=0.1",
            "delay",
            "delay=2",
            "delay=-0.1",
            "delay=NaN",
            "delay=x",
        ] {
            let message = text.parse::<Faults>().unwrap_err().to_string();
            for kind in FaultKind::ALL {
                assert!(message.contains(kind.name()), "{text}: {message}");
            }
        }
    }

    #[test]
    fn each_fault_happens_as_often_as_was_asked_and_the_same_seed_throws_the_same() {
        let faults: Faults = "drop_before=0.2,http_500=0.1,delay=0.5".parse().unwrap();
        let throws = |seed| -> Vec<Thrown> {
            let dice = Dice::new(faults.clone(), seed);
            (0..10_000).map(|_| dice.throw()).collect()
        };
        let thrown = throws(7);
        assert_eq!(thrown, throws(7));
        assert_ne!(thrown, throws(8));
        let count = |kind| thrown.iter().filter(|t| t.fault == Some(kind)).count();
        assert!((1_800..2_200).contains(&count(FaultKind::DropBefore)));
        assert!((850..1_150).contains(&count(FaultKind::Http500)));
        assert_eq!(count(FaultKind::Truncate), 0);
        let delays: Vec<_> = thrown.iter().filter_map(|t| t.delay).collect();
        assert!((4_700..5_300).contains(&delays.len()));
        assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY));
    }
}
