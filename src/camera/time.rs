//! The one clock that cameras are timed by.

use std::time::Duration;

/// Time that never goes back, and waiting for it.
pub trait Time: Send {
    /// Time since some moment that is the same for every reading, in both processes.
    fn now(&self) -> Duration;

    /// Returns after `pause`.
    fn wait(&self, pause: Duration);
}

/// The monotonic clock of the system.
#[derive(Debug)]
pub struct SystemTime {
    /// Where the clock cannot be shared with a child process, time counts from here.
    #[cfg(not(all(feature = "camera", target_os = "linux")))]
    started: std::time::Instant,
}

impl SystemTime {
    /// The clock, running.
    pub fn start() -> Self {
        Self {
            #[cfg(not(all(feature = "camera", target_os = "linux")))]
            started: std::time::Instant::now(),
        }
    }
}

impl Time for SystemTime {
    /// The kernel's monotonic clock: a child process and the drivers read the same one.
    #[cfg(all(feature = "camera", target_os = "linux"))]
    fn now(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(all(feature = "camera", target_os = "linux")))]
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn wait(&self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

#[cfg(test)]
pub(super) mod virtual_time {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A clock that moves only when somebody waits or says so.
    #[derive(Debug, Clone, Default)]
    pub struct VirtualTime(Arc<AtomicU64>);

    impl Time for VirtualTime {
        fn now(&self) -> Duration {
            Duration::from_micros(self.0.load(Ordering::SeqCst))
        }

        fn wait(&self, pause: Duration) {
            let micros = u64::try_from(pause.as_micros()).expect("a short pause");
            self.0.fetch_add(micros, Ordering::SeqCst);
        }
    }
}
