//! The work itself: claim, send, judge, acknowledge, until nothing is left that can be sent.
//!
//! ```text
//!  outbox ─▶ plan ─▶ claim (COMMIT) ─▶ send ─▶ judge ─▶ acknowledge (COMMIT) ─▶ retry ─▶ …
//!                                       │ while one batch is on its way, the one before it is
//!                                       └ acknowledged and the next one claimed
//! ```
//!
//! Killed between any two of these, the next run takes what was claimed for unanswered and sends
//! it again: at least once on the wire, and once in effect, since the server knows every record by
//! its identity.

use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use super::api::{Api, NotReady};
use super::outbox::{Claimed, Look, Outbox};
use super::outcome::{EntryOutcome, Outcome, judge};
use super::plan::{Parcel, Way};
use super::probe::SyncStep;
use super::retry::{Backoff, Next, Pace, jitter, retry, retry_asked};
use super::transport::{Answer, Failure};
use super::why::Why;
use crate::config::DirectoryKind;
use crate::intake::RecordId;
use crate::keys::KeyError;
use crate::store::{DirectoryError, Reach, StoreError};

/// What ends a delivery that should have gone on.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The book cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is for the other kind of directory.
    #[error(transparent)]
    OtherKind(#[from] DirectoryError),
    /// The station's own key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What happened, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A batch came back.
    Batch {
        /// Records that the server has now.
        delivered: usize,
        /// Records that are sent again later.
        again: usize,
    },
    /// The server will not take a record: to a person.
    Refused {
        /// Which.
        record: RecordId,
        /// Which, for people: masked number and day.
        about: String,
        /// The server's words.
        words: String,
    },
    /// The server has another record in its place: to a person.
    Conflict {
        /// Which.
        record: RecordId,
        /// Which, for people: masked number and day.
        about: String,
        /// The server's words.
        words: String,
    },
    /// Nothing can be sent just now.
    Waiting(Waiting),
}

/// Why and how long nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Why.
    pub why: Why,
    /// For how long.
    pub wait: Duration,
    /// Attempts in a row that brought no answer.
    pub failures: u32,
    /// Whether somebody has to do something first.
    pub halted: bool,
}

/// Whoever watches a delivery, and decides whether it waits.
pub trait Watch {
    /// Something happened.
    fn tell(&mut self, progress: &Progress);

    /// Waits as long as it says, or ends the delivery.
    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()>;

    /// What was left of the last wait, where a person who asked for an attempt cut it short.
    fn asked(&mut self) -> Option<Duration> {
        None
    }

    /// A number from 0 to 1, by chance.
    fn random(&mut self) -> f64;
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Entries that the server has now and had not before.
    pub delivered: u64,
    /// Why it ended before everything was sent.
    pub stopped: Option<Why>,
}

/// All that a delivery needs.
pub struct Delivery<'a> {
    /// The station's side.
    pub outbox: Outbox<'a>,
    /// The server's.
    pub api: &'a mut Api,
    /// How long to wait.
    pub backoff: Backoff,
    /// Whether nobody asked for it just now, so that an outage of before is waited for.
    pub unattended: bool,
}

/// One pass over the queue after the other.
struct Round {
    pace: Pace,
    kept: Option<Reach>,
    /// Where in the queue the next batch starts.
    after: i64,
    /// Claimed while the batch before it was on its way.
    prepared: Option<Claimed>,
    /// Answered, and to be acknowledged while the next batch is on its way.
    answered: Option<(Claimed, Vec<EntryOutcome>)>,
    /// Whether this pass brought anything to an end, which may free what waited for it.
    moved: bool,
    /// Why something was left out of this pass.
    passed_over: Option<Why>,
    /// Whether the token was renewed and not accepted since.
    renewed: bool,
    /// What was left of the wait, while an attempt is made because a person asked for it.
    asked: Option<Duration>,
    delivered: u64,
}

/// What a batch came to.
struct Came {
    outcome: Outcome,
    /// How many records the server takes in a batch.
    limit: Option<u32>,
    /// What was sent; nothing if it did not come to that.
    sent: Vec<Parcel>,
}

impl Came {
    /// Something was in the way before anything was sent.
    fn to_nothing(outcome: Outcome) -> Self {
        Self {
            outcome,
            limit: None,
            sent: Vec::new(),
        }
    }
}

impl Delivery<'_> {
    /// Delivers what is queued, until nothing is left that can be sent or `watch` ends it.
    ///
    /// # Errors
    /// [`DeliveryError`]; whatever the server answered is no error, and nothing is lost by any.
    pub fn run(&mut self, watch: &mut dyn Watch) -> Result<Delivered, DeliveryError> {
        self.outbox.take_back()?;
        if let Look::End = self.outbox.look(0, 1)? {
            return Ok(Delivered::default());
        }
        let kept = self.outbox.store.reach()?;
        let mut round = Round {
            pace: kept.map_or_else(Pace::default, Pace::from),
            kept,
            after: 0,
            prepared: None,
            answered: None,
            moved: false,
            passed_over: None,
            renewed: false,
            asked: None,
            delivered: 0,
        };
        let stopped = match self.outlast(&mut round, watch) {
            ControlFlow::Break(why) => Some(why),
            ControlFlow::Continue(()) => self.rounds(&mut round, watch)?,
        };
        Ok(Delivered {
            delivered: round.delivered,
            stopped,
        })
    }

    /// After an outage a station that was restarted waits as one that was not, unless a person asks
    /// for an attempt: that one counts for nothing if it fails.
    fn outlast(&self, round: &mut Round, watch: &mut dyn Watch) -> ControlFlow<Why> {
        if !round.pace.is_open(&self.backoff) {
            return ControlFlow::Continue(());
        }
        let wait = jitter(&round.pace, &self.backoff, watch.random());
        if self.unattended {
            return round.wait(Why::Unreachable, wait, false, watch);
        }
        round.asked = Some(wait);
        ControlFlow::Continue(())
    }

    fn rounds(
        &mut self,
        round: &mut Round,
        watch: &mut dyn Watch,
    ) -> Result<Option<Why>, DeliveryError> {
        loop {
            let came = match round.prepared.take() {
                Some(claimed) => self.prepared(round, claimed, watch)?,
                None => match round.look(&mut self.outbox)? {
                    Some(parcels) => self.planned(round, parcels, watch)?,
                    None => return Ok(round.passed_over),
                },
            };
            if let Some(came) = came
                && let ControlFlow::Break(why) = self.after(round, &came, watch)?
            {
                return Ok(Some(why));
            }
        }
    }

    /// Sends what can be sent. `None` when the queue changed meanwhile: look again.
    fn planned(
        &mut self,
        round: &mut Round,
        parcels: Vec<Parcel>,
        watch: &mut dyn Watch,
    ) -> Result<Option<Came>, DeliveryError> {
        if let Some(outcome) = self.hindrance()? {
            return Ok(Some(Came::to_nothing(outcome)));
        }
        match self.outbox.claim(parcels, watch)? {
            Some(claimed) => self.send(round, claimed, watch).map(Some),
            None => {
                round.moved = true;
                Ok(None)
            }
        }
    }

    /// Sends what was claimed in advance.
    fn prepared(
        &mut self,
        round: &mut Round,
        claimed: Claimed,
        watch: &mut dyn Watch,
    ) -> Result<Option<Came>, DeliveryError> {
        let hindrance = self.hindrance()?;
        let too_many = claimed.parcels.len() > round.pace.size;
        if hindrance.is_none() && !too_many {
            return self.send(round, claimed, watch).map(Some);
        }
        self.acknowledge(round, watch)?;
        self.outbox.give_back(&[&claimed])?;
        round.after = claimed.before();
        Ok(hindrance.map(Came::to_nothing))
    }

    /// What keeps the station from sending anything just now.
    fn hindrance(&mut self) -> Result<Option<Outcome>, DeliveryError> {
        match self.api.ensure_ready(&self.outbox.clock.now()) {
            Ok(()) => Ok(None),
            Err(NotReady::Server(trouble)) => Ok(Some(trouble.outcome())),
            Err(NotReady::OtherKind(error)) => Err(error.into()),
            Err(NotReady::Key(error)) => Err(error.into()),
        }
    }

    /// Sends a batch and judges the answer; meanwhile the batch before it is acknowledged and the
    /// next one claimed.
    fn send(
        &mut self,
        round: &mut Round,
        claimed: Claimed,
        watch: &mut dyn Watch,
    ) -> Result<Came, DeliveryError> {
        round.after = claimed.last();
        self.outbox.probe.reached(SyncStep::Sending);
        let (answer, meanwhile) = self.on_its_way(round, &claimed, watch);
        self.outbox.probe.reached(SyncStep::Replied);
        meanwhile?;
        let ways: Vec<&Way> = claimed.parcels.iter().map(|parcel| &parcel.way).collect();
        let limit = answer.as_ref().ok().and_then(|answer| answer.batch_limit);
        let outcome = match judge(&answer, &ways) {
            _ if self.is_of_another_kind(&answer) => Outcome::Halt(Why::ServerKind),
            Outcome::Answered(answers) => self.looked_into(&claimed, answers)?,
            outcome => outcome,
        };
        let sent = claimed.parcels.clone();
        match &outcome {
            Outcome::Answered(answers) => round.answered = Some((claimed, answers.clone())),
            _ => {
                let back: Vec<&Claimed> = [&claimed].into_iter().chain(&round.prepared).collect();
                self.outbox.give_back(&back)?;
                round.after = claimed.before();
                round.prepared = None;
            }
        }
        // Nothing goes out next that it could be acknowledged beside.
        if round.prepared.is_none() {
            self.acknowledge(round, watch)?;
        }
        Ok(Came {
            outcome,
            limit,
            sent,
        })
    }

    /// Whether a server for training answered a station for production; the other way round there
    /// is no mark to tell by.
    fn is_of_another_kind(&self, answer: &Result<Answer, Failure>) -> bool {
        let training = answer.as_ref().is_ok_and(|answer| answer.training);
        training && self.api.kind() == DirectoryKind::Production
    }

    /// The answer to a batch, and what was done in the book while it was on its way.
    fn on_its_way(
        &mut self,
        round: &mut Round,
        claimed: &Claimed,
        watch: &mut dyn Watch,
    ) -> (Result<Answer, Failure>, Result<(), DeliveryError>) {
        let (api, outbox) = (&mut *self.api, &mut self.outbox);
        thread::scope(|scope| {
            let sending = thread::Builder::new()
                .name("delivery".to_owned())
                .spawn_scoped(scope, || api.send(&claimed.bytes));
            let meanwhile = round
                .acknowledge(outbox, watch)
                .and_then(|()| round.prepare(outbox, watch));
            let answer = match sending.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(Failure::CutOff("the transport failed".to_owned())),
                Err(error) => Err(Failure::Unreachable(error.to_string())),
            };
            (answer, meanwhile.map_err(DeliveryError::from))
        })
    }

    fn acknowledge(
        &mut self,
        round: &mut Round,
        watch: &mut dyn Watch,
    ) -> Result<(), DeliveryError> {
        Ok(round.acknowledge(&mut self.outbox, watch)?)
    }

    /// Does what comes after a batch.
    fn after(
        &mut self,
        round: &mut Round,
        came: &Came,
        watch: &mut dyn Watch,
    ) -> Result<ControlFlow<Why>, DeliveryError> {
        let random = watch.random();
        let pace = round.pace.told(came.limit);
        let (outcome, sent) = (&came.outcome, came.sent.len());
        let (pace, next) = match round.asked {
            Some(left) => retry_asked(pace, outcome, sent, &self.backoff, random, left),
            None => retry(pace, outcome, sent, &self.backoff, random),
        };
        round.pace = pace;
        // With a new token or a smaller batch it is the same attempt still.
        if !matches!(outcome, Outcome::Renew | Outcome::Smaller(_)) {
            round.asked = None;
        }
        let why = why(&came.outcome);
        let wait = self.next(round, came, next, random, watch)?;
        round.keep_reach(&mut self.outbox)?;
        Ok(match wait {
            None => ControlFlow::Continue(()),
            Some((wait, halted)) => {
                // Whatever it is, the server may have moved its parts.
                if halted {
                    self.api.forget_server();
                }
                round.wait(why, wait, halted, watch)
            }
        })
    }

    /// Does what is next, and tells how long to wait before, and whether for somebody.
    fn next(
        &mut self,
        round: &mut Round,
        came: &Came,
        next: Next,
        random: f64,
        watch: &mut dyn Watch,
    ) -> Result<Option<(Duration, bool)>, DeliveryError> {
        let last = came
            .sent
            .last()
            .map_or(round.after, |parcel| parcel.sequence);
        let renewed = std::mem::take(&mut round.renewed);
        Ok(match next {
            Next::Send => None,
            Next::Wait(wait) => Some((wait, false)),
            Next::Halt(wait) => Some((wait, true)),
            Next::PassOver(wait) => {
                (round.after, round.passed_over) = (last, Some(why(&came.outcome)));
                Some((wait, false))
            }
            Next::Refuse => {
                let words = why(&came.outcome).words().to_string();
                for parcel in &came.sent {
                    self.outbox.refuse(parcel, &words, watch)?;
                }
                (round.after, round.moved) = (last, true);
                None
            }
            Next::Renew => {
                self.api.forget_token();
                // Once; a new token that is not accepted either is no matter of its age.
                round.renewed = !renewed;
                let asked = round.asked.take_if(|_| renewed);
                if renewed && asked.is_none() {
                    round.pace = round.pace.failed();
                }
                renewed.then(|| {
                    let wait = self.backoff.longest.mul_f64(random);
                    (asked.unwrap_or(wait), true)
                })
            }
        })
    }
}

impl Round {
    /// What can be sent next; `None` when a whole pass brought nothing to an end.
    fn look(&mut self, outbox: &mut Outbox<'_>) -> Result<Option<Vec<Parcel>>, StoreError> {
        loop {
            match outbox.look(self.after, self.pace.size)? {
                Look::Parcels(parcels) => return Ok(Some(parcels)),
                Look::Nothing(last) => self.after = last,
                Look::Settled => self.moved = true,
                Look::End if self.moved => {
                    (self.after, self.moved, self.passed_over) = (0, false, None);
                }
                Look::End => return Ok(None),
            }
        }
    }

    /// Claims the next batch in advance, while all goes well.
    fn prepare(
        &mut self,
        outbox: &mut Outbox<'_>,
        watch: &mut dyn Watch,
    ) -> Result<(), StoreError> {
        if self.pace.failures > 0 {
            return Ok(());
        }
        match outbox.look(self.after, self.pace.size)? {
            Look::Parcels(parcels) => {
                self.prepared = outbox.claim(parcels, watch)?;
                self.moved |= self.prepared.is_none();
            }
            Look::Settled => self.moved = true,
            Look::Nothing(_) | Look::End => {}
        }
        Ok(())
    }

    /// Tells that nothing is sent just now, and waits.
    fn wait(
        &mut self,
        why: Why,
        wait: Duration,
        halted: bool,
        watch: &mut dyn Watch,
    ) -> ControlFlow<Why> {
        let waiting = Waiting {
            why,
            wait,
            failures: self.pace.failures,
            halted,
        };
        watch.tell(&Progress::Waiting(waiting));
        match watch.wait(&waiting) {
            ControlFlow::Continue(()) => {
                self.asked = watch.asked();
                ControlFlow::Continue(())
            }
            ControlFlow::Break(()) => ControlFlow::Break(why),
        }
    }

    /// Keeps what became of the batch that was answered last.
    fn acknowledge(
        &mut self,
        outbox: &mut Outbox<'_>,
        watch: &mut dyn Watch,
    ) -> Result<(), StoreError> {
        if let Some((claimed, answers)) = self.answered.take() {
            let tally = outbox.settle(&claimed, &answers, watch)?;
            self.delivered += tally.delivered as u64;
            self.moved |= tally.again < answers.len();
        }
        Ok(())
    }

    fn keep_reach(&mut self, outbox: &mut Outbox<'_>) -> Result<(), StoreError> {
        let reach = self.pace.reach();
        if self.kept != Some(reach) {
            outbox.keep_reach(reach)?;
            self.kept = Some(reach);
        }
        Ok(())
    }
}

/// Why an outcome is not the one that was hoped for.
pub(super) fn why(outcome: &Outcome) -> Why {
    match outcome {
        Outcome::Again(why) | Outcome::Smaller(why) | Outcome::Halt(why) => *why,
        Outcome::Busy(_) => Why::Busy,
        Outcome::Renew => Why::Unauthorised,
        // Nobody asks why of what went well.
        Outcome::Answered(_) => Why::ServerError,
    }
}

#[cfg(test)]
mod tests;
