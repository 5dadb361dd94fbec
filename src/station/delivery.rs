//! The thread that delivers what is recorded.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::core::words;
use super::event::Event;
use crate::clock::Clock;
use crate::exchange::Profile;
use crate::intake::{Catalogue, OperatorId};
use crate::store::{DeliveryLock, SqliteStore};
use crate::sync::{Api, Backoff, Delivery, Outbox, Probe, Progress, Waiting, Watch};

/// How often the book is looked at when nobody calls: other programs record too.
const LOOK: Duration = Duration::from_secs(2);

/// The longest wait at the end, when somebody wants to go home.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Waits at the end after which the rest stays queued.
const LAST_WAITS: u32 = 5;

/// Why the courier is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Something was recorded or changed.
    Recorded,
    /// A person wants it delivered now.
    Asked,
}

/// Delivers what one book has, beside the station that fills it.
pub struct Courier<'a> {
    /// The same book, opened once more.
    pub store: SqliteStore,
    /// The server.
    pub api: Api,
    /// How records are written.
    pub profile: Profile,
    /// Which products there are.
    pub catalogue: Catalogue,
    /// The station's clock.
    pub clock: &'a dyn Clock,
    /// Who is written down.
    pub actor: OperatorId,
    /// That nobody else delivers.
    pub lock: DeliveryLock,
}

/// Waits until somebody delivers; `None` when nobody can call any more. What is called for meanwhile
/// stays queued.
pub(super) fn wait_for_courier<'a>(
    hired: &Receiver<Courier<'a>>,
    calls: &Receiver<Call>,
    tell: &mut dyn FnMut(Event),
) -> Option<Courier<'a>> {
    loop {
        if let Ok(courier) = hired.try_recv() {
            tell(Event::Delivering);
            return Some(courier);
        }
        if calls.recv_timeout(LOOK) == Err(RecvTimeoutError::Disconnected) {
            return None;
        }
    }
}

impl Courier<'_> {
    /// Delivers whenever `calls` has one, until nobody can call any more; then once more what is
    /// left.
    pub(super) fn run(mut self, calls: &Receiver<Call>, tell: &mut dyn FnMut(Event)) {
        loop {
            let called = calls.recv_timeout(LOOK);
            let over = called == Err(RecvTimeoutError::Disconnected);
            // One call is as good as many.
            let more: Vec<Call> = calls.try_iter().collect();
            let asked = called == Ok(Call::Asked) || more.contains(&Call::Asked);
            self.deliver(calls, (over, asked), tell);
            if over {
                return;
            }
        }
    }

    fn deliver(
        &mut self,
        calls: &Receiver<Call>,
        (over, asked): (bool, bool),
        tell: &mut dyn FnMut(Event),
    ) {
        let mut delivery = Delivery {
            outbox: Outbox {
                store: &mut self.store,
                profile: &self.profile,
                products: &self.catalogue,
                clock: self.clock,
                actor: self.actor.clone(),
                probe: Probe::default(),
            },
            api: &mut self.api,
            backoff: Backoff::default(),
            unattended: !(over || asked),
        };
        let mut patience = Patience {
            calls,
            over,
            waits: 0,
            cut: None,
            tell,
        };
        if let Err(error) = delivery.run(&mut patience) {
            (patience.tell)(Event::NotWritten(words(&error)));
        }
    }
}

/// Waits as a delivery asks, and no longer than the station runs.
struct Patience<'a> {
    calls: &'a Receiver<Call>,
    over: bool,
    waits: u32,
    /// What was left of the last wait when a person cut it short.
    cut: Option<Duration>,
    tell: &'a mut dyn FnMut(Event),
}

impl Watch for Patience<'_> {
    fn tell(&mut self, progress: &Progress) {
        (self.tell)(Event::Delivery(progress.clone()));
    }

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        self.waits += 1;
        if self.over {
            if waiting.halted || self.waits > LAST_WAITS {
                return ControlFlow::Break(());
            }
            std::thread::sleep(waiting.wait.min(LAST_WAIT));
            return ControlFlow::Continue(());
        }
        // Who asked during an attempt has had it.
        while self.calls.try_recv().is_ok() {}
        let until = Instant::now() + waiting.wait;
        // New records are no reason to ask a server that asked for a pause.
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.calls.recv_timeout(left) {
                Ok(Call::Recorded) => {}
                Ok(Call::Asked) => {
                    self.cut = Some(until.saturating_duration_since(Instant::now()));
                    return ControlFlow::Continue(());
                }
                Err(RecvTimeoutError::Timeout) => return ControlFlow::Continue(()),
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
            }
        }
    }

    fn asked(&mut self) -> Option<Duration> {
        self.cut.take()
    }

    fn random(&mut self) -> f64 {
        // Without random numbers the longest wait is the safe one.
        getrandom::u32().map_or(1.0, |n| f64::from(n) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::sync::Why;

    /// What comes of a wait of ten minutes during which somebody calls.
    fn waited(during: impl FnOnce(&Sender<Call>) + Send) -> (ControlFlow<()>, Option<Duration>) {
        let (sender, calls) = channel();
        let mut patience = Patience {
            calls: &calls,
            over: false,
            waits: 0,
            cut: None,
            tell: &mut |_| {},
        };
        let waiting = Waiting {
            why: Why::Unreachable,
            wait: Duration::from_mins(10),
            failures: 9,
            halted: false,
        };
        std::thread::scope(|scope| {
            // What was asked for before the wait is over with the attempt that failed.
            sender.send(Call::Asked).unwrap();
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                during(&sender);
                drop(sender);
            });
            let waited = patience.wait(&waiting);
            (waited, patience.asked())
        })
    }

    #[test]
    fn a_person_cuts_a_wait_short_and_what_is_left_of_it_is_not_forgotten() {
        let (waited, left) = waited(|calls| calls.send(Call::Asked).unwrap());
        assert_eq!(waited, ControlFlow::Continue(()));
        let left = left.unwrap();
        assert!(left > Duration::from_mins(9) && left < Duration::from_mins(10));
    }

    #[test]
    fn a_new_record_does_not_cut_a_wait_short() {
        let (waited, left) = waited(|calls| calls.send(Call::Recorded).unwrap());
        assert_eq!((waited, left), (ControlFlow::Break(()), None));
    }
}
