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

impl Courier<'_> {
    /// Delivers whenever `calls` has one, until nobody can call any more; then once more what is
    /// left.
    pub fn run(mut self, calls: &Receiver<()>, tell: &mut dyn FnMut(Event)) {
        loop {
            let over = matches!(
                calls.recv_timeout(LOOK),
                Err(RecvTimeoutError::Disconnected)
            );
            // One call is as good as many.
            while calls.try_recv().is_ok() {}
            self.deliver(calls, over, tell);
            if over {
                return;
            }
        }
    }

    fn deliver(&mut self, calls: &Receiver<()>, over: bool, tell: &mut dyn FnMut(Event)) {
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
            unattended: !over,
        };
        let mut patience = Patience {
            calls,
            over,
            waits: 0,
            tell,
        };
        if let Err(error) = delivery.run(&mut patience) {
            (patience.tell)(Event::NotWritten(words(&error)));
        }
    }
}

/// Waits as a delivery asks, and no longer than the station runs.
struct Patience<'a> {
    calls: &'a Receiver<()>,
    over: bool,
    waits: u32,
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
        let until = Instant::now() + waiting.wait;
        // New records are no reason to ask a server that asked for a pause.
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.calls.recv_timeout(left) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return ControlFlow::Continue(()),
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
            }
        }
    }

    fn random(&mut self) -> f64 {
        // Without random numbers the longest wait is the safe one.
        getrandom::u32().map_or(1.0, |n| f64::from(n) / f64::from(u32::MAX))
    }
}
