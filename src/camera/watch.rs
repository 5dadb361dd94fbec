//! When a camera's process is lost, and when it is started again. Pure: time is passed in.
//!
//! ```text
//!          start                     first frame
//!   Down ─────────▶ Starting ───────────────────▶ Running
//!    ▲                 │ nothing for START            │ nothing for STALL
//!    └──── killed ─────┴──────── ended ───────────────┘
//! ```

use std::time::Duration;

use crate::text::Bilingual;

/// Without a frame for this long a camera has stalled: at ten frames a second ten are missing.
const STALL: Duration = Duration::from_secs(1);

/// A camera that has not sent its first frame after this long does not come: USB cameras take up
/// to two seconds to begin.
const START: Duration = Duration::from_secs(3);

/// From the end of a process to the start of the next one; a driver needs a moment to let go.
const PAUSE: Duration = Duration::from_millis(500);

/// Why a camera delivers no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// No frame came for too long.
    Stalled,
    /// Its process ended: unplugged, or the driver failed.
    Ended,
    /// It cannot be opened; why.
    NotOpened(Bilingual),
}

impl Loss {
    /// The stable identifier.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Stalled => "stalled",
            Self::Ended => "ended",
            Self::NotOpened(_) => "not_opened",
        }
    }

    /// What to tell a person, with the remedy.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::Stalled => Bilingual::new(
                "カメラの映像が止まりました。開き直しています。続くときはケーブルを差し直してください",
                "the camera's picture has stopped; it is being opened again: plug its cable in again if that goes on",
            ),
            Self::Ended => Bilingual::new(
                "カメラが外れました。開き直しています。ケーブルを確かめてください",
                "the camera is gone; it is being opened again: check its cable",
            ),
            Self::NotOpened(why) => why.clone(),
        }
    }
}

/// What has to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Start a process.
    Start,
    /// Kill the process.
    Kill,
}

/// How the process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Down { again: Duration },
    Starting { since: Duration },
    Running { last: Duration },
}

/// Watches one camera's process.
#[derive(Debug, Clone)]
pub struct Watch {
    phase: Phase,
    /// Whether the loss was told, and what was.
    told: Option<Loss>,
}

impl Watch {
    /// Nothing runs yet; it is started at once.
    pub fn new() -> Self {
        Self {
            phase: Phase::Down {
                again: Duration::ZERO,
            },
            told: None,
        }
    }

    /// What has to be done at `now`. After [`Order::Start`] say [`Watch::started`], after
    /// [`Order::Kill`] say [`Watch::lost`].
    pub fn due(&self, now: Duration) -> Option<Order> {
        let over = |since: Duration, limit: Duration| now.saturating_sub(since) >= limit;
        match self.phase {
            Phase::Down { again } => (now >= again).then_some(Order::Start),
            Phase::Starting { since } => over(since, START).then_some(Order::Kill),
            Phase::Running { last } => over(last, STALL).then_some(Order::Kill),
        }
    }

    /// When something may be due again at the latest.
    pub fn next(&self) -> Duration {
        match self.phase {
            Phase::Down { again } => again,
            Phase::Starting { since } => since + START,
            Phase::Running { last } => last + STALL,
        }
    }

    /// A process was started.
    pub fn started(&mut self, now: Duration) {
        self.phase = Phase::Starting { since: now };
    }

    /// A frame came; whether the camera is back with it.
    pub fn frame(&mut self, now: Duration) -> bool {
        self.phase = Phase::Running { last: now };
        self.told.take().is_some()
    }

    /// The process has ended, was killed, or cannot be started; the loss, if it is news.
    pub fn lost(&mut self, now: Duration, loss: Loss) -> Option<Loss> {
        self.phase = Phase::Down { again: now + PAUSE };
        // While it stays away it is told once, unless another reason is known now.
        let news = match (&self.told, &loss) {
            (None, _) => true,
            (Some(before), Loss::NotOpened(_)) => *before != loss,
            (Some(_), _) => false,
        };
        news.then(|| {
            self.told = Some(loss.clone());
            loss
        })
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn running(at: u64) -> Watch {
        let mut watch = Watch::new();
        watch.started(ms(at));
        assert!(!watch.frame(ms(at)), "it was never lost");
        watch
    }

    #[test]
    fn a_camera_is_started_at_once_and_left_alone_while_it_delivers() {
        let mut watch = Watch::new();
        assert_eq!(watch.due(ms(0)), Some(Order::Start));
        watch.started(ms(0));
        for at in (500..5_000).step_by(100) {
            assert_eq!(watch.due(ms(at)), None, "{at}");
            watch.frame(ms(at));
        }
    }

    #[test]
    fn a_stall_is_told_after_a_second_and_the_camera_started_again_half_a_second_later() {
        let mut watch = running(0);
        assert_eq!(watch.due(ms(999)), None);
        assert_eq!(watch.due(ms(1_000)), Some(Order::Kill));
        assert_eq!(watch.lost(ms(1_000), Loss::Stalled), Some(Loss::Stalled));
        assert_eq!(watch.due(ms(1_499)), None);
        assert_eq!(watch.due(ms(1_500)), Some(Order::Start));
        watch.started(ms(1_500));
        assert!(watch.frame(ms(2_500)), "it is back");
        assert!(!watch.frame(ms(2_600)), "told once");
    }

    #[test]
    fn a_camera_that_never_sends_a_frame_is_killed_and_tried_again_without_end() {
        let mut watch = Watch::new();
        let mut now = ms(0);
        let mut told = 0;
        for _ in 0..10 {
            assert_eq!(watch.due(now), Some(Order::Start));
            watch.started(now);
            now += START;
            assert_eq!(watch.due(now), Some(Order::Kill));
            told += usize::from(watch.lost(now, Loss::Stalled).is_some());
            now = watch.next();
        }
        assert_eq!(told, 1, "a loss is told once");
    }

    #[test]
    fn another_reason_why_it_cannot_be_opened_is_told_too() {
        let why = |text: &'static str| Loss::NotOpened(Bilingual::new(text, text));
        let mut watch = running(0);
        assert!(watch.lost(ms(10), Loss::Ended).is_some());
        assert!(watch.lost(ms(20), why("busy")).is_some());
        assert!(watch.lost(ms(30), why("busy")).is_none());
        assert!(watch.lost(ms(40), Loss::Ended).is_none());
    }
}
