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

use super::api::{Api, NotReady, parse};
use super::bundle::same;
use super::outbox::{Claimed, Look, Outbox};
use super::outcome::{EntryOutcome, Outcome, judge};
use super::plan::{Parcel, Way};
use super::probe::SyncStep;
use super::retry::{Backoff, Next, Pace, retry};
use super::transport::{Answer, Failure};
use super::why::Why;
use super::wire::RequestEntry;
use crate::clock::japan_time;
use crate::exchange::Immunization;
use crate::intake::RecordId;
use crate::keys::KeyError;
use crate::store::{DirectoryError, Reach, Receipt, StoreError};

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
        /// The server's words.
        words: String,
    },
    /// The server has another record in its place: to a person.
    Conflict {
        /// Which.
        record: RecordId,
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
    delivered: u64,
}

/// What a batch came to.
struct Came {
    outcome: Outcome,
    /// How many records the server takes in a batch.
    limit: Option<u32>,
    parcels: Vec<Parcel>,
}

impl Delivery<'_> {
    /// Delivers what is queued, until nothing is left that can be sent or `watch` ends it.
    ///
    /// # Errors
    /// [`DeliveryError`]; whatever the server answered is no error, and nothing is lost by any.
    pub fn run(&mut self, watch: &mut dyn Watch) -> Result<Delivered, DeliveryError> {
        self.outbox.take_back()?;
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
            delivered: 0,
        };
        let stopped = self.rounds(&mut round, watch)?;
        Ok(Delivered {
            delivered: round.delivered,
            stopped,
        })
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
            return Ok(Some(Came {
                outcome,
                limit: None,
                parcels,
            }));
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
        Ok(hindrance.map(|outcome| Came {
            outcome,
            limit: None,
            parcels: claimed.parcels,
        }))
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
            Outcome::Answered(answers) => self.looked_into(&claimed, answers),
            outcome => outcome,
        };
        let parcels = claimed.parcels.clone();
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
            parcels,
        })
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

    /// The answers with every 412 looked into; if nothing became of any entry, a failure.
    fn looked_into(&mut self, claimed: &Claimed, answers: Vec<EntryOutcome>) -> Outcome {
        let mut unknown = Why::ServerError;
        let sent = claimed.parcels.iter().zip(&claimed.entries);
        let answers: Vec<EntryOutcome> = sent
            .zip(answers)
            .map(|((parcel, sent), answer)| match answer {
                EntryOutcome::Compare(words) => {
                    self.compare(parcel, sent, words).unwrap_or_else(|why| {
                        unknown = why;
                        EntryOutcome::Again
                    })
                }
                answer => answer,
            })
            .collect();
        // A server that takes none of them is no better than one that does not answer.
        if answers.iter().all(|answer| *answer == EntryOutcome::Again) {
            Outcome::Again(unknown)
        } else {
            Outcome::Answered(answers)
        }
    }

    /// After a 412: if what the server has is what was sent, only the reply had been lost.
    ///
    /// # Errors
    /// Why that cannot be said now.
    fn compare(
        &mut self,
        parcel: &Parcel,
        sent: &RequestEntry,
        words: String,
    ) -> Result<EntryOutcome, Why> {
        let Way::Update { resource, .. } = &parcel.way else {
            return Ok(EntryOutcome::Contradicted(words));
        };
        let found = match self.api.resource(resource) {
            Err(trouble) => match trouble.why {
                Why::Forbidden | Why::NoSuchServer => {
                    return Ok(EntryOutcome::Contradicted(words));
                }
                why => return Err(why),
            },
            Ok(found) => found,
        };
        let there: Immunization = parse(&found)?;
        let version = parse::<Versioned>(&found)?.meta;
        if !same(&sent.resource, &there) {
            return Ok(EntryOutcome::Contradicted(words));
        }
        let id = version.version_id;
        let date = found.date.map(japan_time);
        Ok(EntryOutcome::Acknowledged(Receipt {
            location: format!("{resource}/_history/{id}"),
            etag: found.etag.unwrap_or_else(|| format!("W/\"{id}\"")),
            last_modified: version.last_updated.or(date).unwrap_or_default(),
        }))
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
        let sent = came.parcels.len();
        let (pace, next) = retry(pace, &came.outcome, sent, &self.backoff, random);
        round.pace = pace;
        let last = came.parcels.last().map_or(0, |parcel| parcel.sequence);
        let (wait, halted) = match next {
            Next::Send => (None, false),
            Next::Refuse => {
                let words = why(&came.outcome).words().to_string();
                for parcel in &came.parcels {
                    self.outbox.refuse(parcel, &words, watch)?;
                }
                (round.after, round.moved) = (last, true);
                (None, false)
            }
            Next::Renew => {
                self.api.forget_token();
                // Once; a new token that is not accepted either is no matter of its age.
                if round.renewed {
                    round.pace = pace.failed();
                    (Some(self.backoff.longest.mul_f64(random)), true)
                } else {
                    (None, false)
                }
            }
            Next::PassOver(wait) => {
                (round.after, round.passed_over) = (last, Some(why(&came.outcome)));
                (Some(wait), false)
            }
            Next::Wait(wait) => (Some(wait), false),
            Next::Halt(wait) => (Some(wait), true),
        };
        round.renewed = next == Next::Renew && wait.is_none();
        round.keep_reach(&mut self.outbox)?;
        let Some(wait) = wait else {
            return Ok(ControlFlow::Continue(()));
        };
        let waiting = Waiting {
            why: why(&came.outcome),
            wait,
            failures: round.pace.failures,
            halted,
        };
        watch.tell(&Progress::Waiting(waiting));
        Ok(match watch.wait(&waiting) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(waiting.why),
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
        if let Look::Parcels(parcels) = outbox.look(self.after, self.pace.size)? {
            self.prepared = outbox.claim(parcels, watch)?;
        }
        Ok(())
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
fn why(outcome: &Outcome) -> Why {
    match outcome {
        Outcome::Again(why) | Outcome::Smaller(why) | Outcome::Halt(why) => *why,
        Outcome::Busy(_) => Why::Busy,
        Outcome::Renew => Why::Unauthorised,
        Outcome::Answered(_) => Why::NoReceipt,
    }
}

/// The version of a resource, as its server tells it.
#[derive(serde::Deserialize)]
struct Versioned {
    meta: VersionMeta,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionMeta {
    version_id: String,
    #[serde(default)]
    last_updated: Option<String>,
}

#[cfg(test)]
mod tests;
