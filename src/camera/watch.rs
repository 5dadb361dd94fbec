//! When a camera's process is lost, and when it is started again. Pure: time is passed in.
//!
//! ```text
//!          start                     first frame
//!   Down ─────────▶ Starting ───────────────────▶ Running
//!    ▲                 │ nothing for START            │ nothing for STALL,
//!    │                 │                              │ only spoilt frames for as long or LATE
//!    └──── killed ─────┴──────── ended ───────────────┘
//! ```

use std::time::Duration;

use crate::text::Bilingual;

/// Without a frame for this long a camera has stalled: at ten frames a second ten are missing.
const STALL: Duration = Duration::from_secs(1);

/// Only frames that are too old for this long: opening the camera again empties the queue that they
/// waited in, but costs a second or two, and a machine that is short of breath gains nothing by it.
const LATE: Duration = Duration::from_secs(3);

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
    /// Frames come, and none of them is a whole picture.
    Unreadable,
    /// Frames come, and each is too old when it arrives.
    Late,
}

impl Loss {
    /// The stable identifier.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Stalled => "stalled",
            Self::Ended => "ended",
            Self::NotOpened(_) => "not_opened",
            Self::Unreadable => "unreadable",
            Self::Late => "late",
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
            Self::Unreadable => Bilingual::new(
                "カメラの画像が壊れています。開き直しています。続くときはケーブルを差し直してください",
                "the camera's pictures are damaged; it is being opened again: plug its cable in again if that goes on",
            ),
            Self::Late => Bilingual::new(
                "カメラの画像が遅れて届きます。開き直しています。続くときはほかのソフトを終了してください",
                "the camera's pictures come too late; it is being opened again: close other programs if that goes on",
            ),
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
    /// Since when frames have come that nobody can look at, and what the first one lacked.
    spoilt: Option<(Duration, Loss)>,
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
            spoilt: None,
            told: None,
        }
    }

    /// What has to be done at `now`. After [`Order::Start`] say [`Watch::started`], after
    /// [`Order::Kill`] say [`Watch::lost`] with [`Watch::reason`].
    pub fn due(&self, now: Duration) -> Option<Order> {
        let over = |since: Duration, limit: Duration| now.saturating_sub(since) >= limit;
        match self.phase {
            Phase::Down { again } => (now >= again).then_some(Order::Start),
            Phase::Starting { since } => over(since, START).then_some(Order::Kill),
            Phase::Running { last } => (now >= self.end_of_patience(last)).then_some(Order::Kill),
        }
    }

    /// When a running camera is given up, where `last` is when something came at all.
    fn end_of_patience(&self, last: Duration) -> Duration {
        let silent = last + STALL;
        match &self.spoilt {
            None => silent,
            Some((since, Loss::Late)) => silent.min(*since + LATE),
            Some((since, _)) => silent.min(*since + STALL),
        }
    }

    /// Why a camera is killed that has to be.
    pub fn reason(&self, now: Duration) -> Loss {
        let silent = |last| now.saturating_sub(last) >= STALL;
        match (&self.spoilt, self.phase) {
            (Some(_), Phase::Running { last }) if silent(last) => Loss::Stalled,
            (Some((_, loss)), _) => loss.clone(),
            (None, _) => Loss::Stalled,
        }
    }

    /// When something may be due again at the latest.
    pub fn next(&self) -> Duration {
        match self.phase {
            Phase::Down { again } => again,
            Phase::Starting { since } => since + START,
            Phase::Running { last } => self.end_of_patience(last),
        }
    }

    /// A process was started.
    pub fn started(&mut self, now: Duration) {
        self.phase = Phase::Starting { since: now };
        self.spoilt = None;
    }

    /// A frame came; whether the camera is back with it.
    pub fn frame(&mut self, now: Duration) -> bool {
        self.phase = Phase::Running { last: now };
        self.spoilt = None;
        self.told.take().is_some()
    }

    /// A frame came that nobody can look at. One costs nothing but itself; a camera that sends
    /// nothing else is as good as none.
    pub fn spoilt(&mut self, now: Duration, why: Loss) {
        if let Phase::Running { last } = &mut self.phase {
            *last = now;
        }
        self.spoilt.get_or_insert((now, why));
    }

    /// The process has ended, was killed, or cannot be started; the loss, if it is news.
    pub fn lost(&mut self, now: Duration, loss: Loss) -> Option<Loss> {
        self.phase = Phase::Down { again: now + PAUSE };
        self.spoilt = None;
        // While it stays away it is told once, unless another reason is known now.
        let news = match (&self.told, &loss) {
            (None, _) => true,
            (Some(_), Loss::Stalled | Loss::Ended) => false,
            (Some(before), Loss::NotOpened(_) | Loss::Unreadable | Loss::Late) => *before != loss,
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
    fn a_camera_that_sends_only_damaged_pictures_is_lost_after_a_second() {
        let mut watch = running(0);
        for at in (100..1_100).step_by(100) {
            watch.spoilt(ms(at), Loss::Unreadable);
            assert_eq!(watch.due(ms(at)), None, "{at}");
        }
        assert_eq!(watch.due(ms(1_100)), Some(Order::Kill));
        let reason = watch.reason(ms(1_100));
        assert_eq!(reason, Loss::Unreadable);
        assert!(watch.lost(ms(1_100), reason).is_some());
        watch.started(ms(1_600));
        watch.spoilt(ms(2_000), Loss::Unreadable);
        assert_eq!(watch.due(ms(4_600)), Some(Order::Kill), "it never began");
        let reason = watch.reason(ms(4_600));
        assert!(watch.lost(ms(4_600), reason).is_none(), "told once");
    }

    #[test]
    fn a_camera_that_is_only_late_is_given_three_seconds_and_one_that_falls_silent_one() {
        let mut watch = running(0);
        for at in (100..3_100).step_by(100) {
            watch.spoilt(ms(at), Loss::Late);
            assert_eq!(watch.due(ms(at)), None, "{at}");
        }
        assert_eq!(watch.due(ms(3_100)), Some(Order::Kill));
        assert_eq!(watch.reason(ms(3_100)), Loss::Late);
        let mut watch = running(0);
        watch.spoilt(ms(100), Loss::Late);
        assert_eq!(watch.next(), ms(1_100));
        assert_eq!(watch.due(ms(1_100)), Some(Order::Kill));
        assert_eq!(watch.reason(ms(1_100)), Loss::Stalled);
    }

    #[test]
    fn a_spoilt_frame_now_and_then_is_no_loss() {
        let mut watch = running(0);
        for at in (0..10_000).step_by(500) {
            watch.spoilt(ms(at), Loss::Late);
            assert!(!watch.frame(ms(at + 400)), "it was never lost");
            assert_eq!(watch.due(ms(at + 499)), None, "{at}");
        }
    }

    #[test]
    fn after_a_long_wait_for_whoever_asks_one_old_frame_is_no_loss() {
        let mut watch = running(0);
        watch.spoilt(ms(60_000), Loss::Late);
        assert_eq!(watch.due(ms(60_000)), None);
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
