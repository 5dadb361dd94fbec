//! The work itself: claim, send, judge, acknowledge, until nothing is left that can be sent.
//!
//! ```text
//!  outbox ─▶ plan ─▶ claim (COMMIT) ─▶ send ─▶ judge ─▶ acknowledge (COMMIT) ─▶ retry ─▶ …
//! ```
//!
//! Killed between any two of these, the next run takes what was claimed for unanswered and sends
//! it again: at least once on the wire, and once in effect, since the server knows every record by
//! its identity.

use std::ops::ControlFlow;
use std::time::Duration;

use super::api::{Api, NotReady, parse};
use super::bundle::{batch, request_entry, same};
use super::outcome::{EntryOutcome, Outcome, judge};
use super::plan::{Parcel, Plan, Step, Way, plan};
use super::probe::{Probe, SyncStep};
use super::retry::{Backoff, Next, Pace, retry};
use super::why::Why;
use super::wire::RequestEntry;
use crate::clock::{Clock, japan_time};
use crate::exchange::{Immunization, Products, Profile};
use crate::intake::{OperatorId, RecordId};
use crate::keys::KeyError;
use crate::store::{
    DirectoryError, Event, Reach, Receipt, RecordStore as _, SqliteStore, State, StoreError,
    Witnessed,
};

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
    /// The book.
    pub store: &'a mut SqliteStore,
    /// The server.
    pub api: &'a mut Api,
    /// The names that both agree on.
    pub profile: &'a Profile,
    /// How products are coded.
    pub products: &'a dyn Products,
    /// The tablet's clocks.
    pub clock: &'a dyn Clock,
    /// As who it is done.
    pub actor: OperatorId,
    /// How long to wait.
    pub backoff: Backoff,
    /// Told of every step.
    pub probe: Probe,
}

/// One pass over the queue after the other.
struct Round {
    pace: Pace,
    kept: Option<Reach>,
    /// Where in the queue the next batch starts.
    after: i64,
    /// Whether this pass brought anything to an end, which may free what waited for it.
    moved: bool,
    /// Why something was left out of this pass.
    passed_over: Option<Why>,
    /// Whether the token was renewed and not accepted since.
    renewed: bool,
    delivered: u64,
}

impl Delivery<'_> {
    /// Delivers what is queued, until nothing is left that can be sent or `watch` ends it.
    ///
    /// # Errors
    /// [`DeliveryError`]; whatever the server answered is no error, and nothing is lost by any.
    pub fn run(&mut self, watch: &mut dyn Watch) -> Result<Delivered, DeliveryError> {
        self.take_back()?;
        let kept = self.store.reach()?;
        let mut round = Round {
            pace: kept.map_or_else(Pace::default, Pace::from),
            kept,
            after: 0,
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

    /// What an earlier run had sent and did not live to hear of.
    fn take_back(&mut self) -> Result<(), DeliveryError> {
        loop {
            let lost = self.store.in_state(State::Sending, 1_000)?;
            if lost.is_empty() {
                return Ok(());
            }
            let steps: Vec<Step> = lost
                .iter()
                .map(|stored| (stored.sequence, Event::Unanswered))
                .collect();
            self.advance(&steps)?;
        }
    }

    fn rounds(
        &mut self,
        round: &mut Round,
        watch: &mut dyn Watch,
    ) -> Result<Option<Why>, DeliveryError> {
        loop {
            let size = u32::try_from(round.pace.size).unwrap_or(u32::MAX);
            let page = self.store.outgoing(round.after, size)?;
            let Some(last) = page.last().map(|out| out.stored.sequence) else {
                if !round.moved {
                    return Ok(round.passed_over);
                }
                (round.after, round.moved, round.passed_over) = (0, false, None);
                continue;
            };
            match plan(&page, round.pace.size) {
                Plan::Nothing => round.after = last,
                Plan::Settle(steps) => {
                    self.advance(&steps)?;
                    round.moved = true;
                }
                Plan::Send(parcels) => {
                    if let ControlFlow::Break(why) = self.batch(round, &parcels, watch)? {
                        return Ok(Some(why));
                    }
                }
            }
        }
    }

    /// Sends one batch and does what comes after it.
    fn batch(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        watch: &mut dyn Watch,
    ) -> Result<ControlFlow<Why>, DeliveryError> {
        let last = parcels.last().map_or(round.after, |parcel| parcel.sequence);
        let Some((outcome, limit)) = self.exchange(round, parcels, watch)? else {
            return Ok(ControlFlow::Continue(()));
        };
        let random = watch.random();
        let pace = round.pace.told(limit);
        let (pace, next) = retry(pace, &outcome, parcels.len(), &self.backoff, random);
        round.pace = pace;
        if next != Next::Renew {
            round.renewed = false;
        }
        self.keep_reach(round)?;
        let (wait, halted) = match next {
            Next::Send => {
                if matches!(outcome, Outcome::Answered(_)) {
                    round.after = last;
                }
                return Ok(ControlFlow::Continue(()));
            }
            Next::Refuse => {
                self.refuse(round, parcels, &outcome, watch)?;
                round.after = last;
                return Ok(ControlFlow::Continue(()));
            }
            Next::Renew if !round.renewed => {
                self.api.forget_token();
                round.renewed = true;
                return Ok(ControlFlow::Continue(()));
            }
            Next::Renew => {
                let refused = Outcome::Halt(Why::Unauthorised);
                (round.pace, _) = retry(pace, &refused, parcels.len(), &self.backoff, random);
                round.renewed = false;
                self.api.forget_token();
                self.keep_reach(round)?;
                (self.backoff.longest.mul_f64(random), true)
            }
            Next::PassOver(wait) => {
                round.after = last;
                round.passed_over = Some(why(&outcome));
                (wait, false)
            }
            Next::Wait(wait) => (wait, false),
            Next::Halt(wait) => (wait, true),
        };
        let waiting = Waiting {
            why: why(&outcome),
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

    /// Claims, sends, judges and acknowledges; `None` when the queue changed meanwhile and has to
    /// be planned anew. With the outcome goes how many records the server takes in a batch.
    fn exchange(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        watch: &mut dyn Watch,
    ) -> Result<Option<(Outcome, Option<u32>)>, DeliveryError> {
        match self.api.ensure_ready(&self.clock.now()) {
            Ok(()) => {}
            Err(NotReady::Server(trouble)) => return Ok(Some((trouble.outcome(), None))),
            Err(NotReady::OtherKind(error)) => return Err(error.into()),
            Err(NotReady::Key(error)) => return Err(error.into()),
        }
        let Some(entries) = self.claim(round, parcels, watch)? else {
            return Ok(None);
        };
        self.probe.reached(SyncStep::Claimed);
        let bundle = batch(entries, &self.store.head()?, self.profile);
        let bytes = serde_json::to_vec(&bundle).unwrap_or_default();
        self.probe.reached(SyncStep::Sending);
        let answer = self.api.send(&bytes);
        self.probe.reached(SyncStep::Replied);
        let ways: Vec<&Way> = parcels.iter().map(|parcel| &parcel.way).collect();
        let outcome = judge(&answer, &ways);
        let limit = answer.as_ref().ok().and_then(|answer| answer.batch_limit);
        let outcome = match &outcome {
            Outcome::Answered(answers) => {
                // A server that takes none of them is no better than one that does not answer.
                match self.settle(round, parcels, &bundle.entry, answers, watch)? {
                    Some(why) => Outcome::Again(why),
                    None => outcome,
                }
            }
            _ => {
                self.advance(&steps_of(parcels, &Event::Unanswered))?;
                outcome
            }
        };
        self.probe.reached(SyncStep::Acknowledged);
        Ok(Some((outcome, limit)))
    }

    /// Takes the parcels into a batch, for good, before anything is sent; `None` when one of them
    /// was changed since it was planned, or cannot be sent at all.
    fn claim(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        watch: &mut dyn Watch,
    ) -> Result<Option<Vec<RequestEntry>>, DeliveryError> {
        let mut entries = Vec::with_capacity(parcels.len());
        let mut formless = Vec::new();
        for parcel in parcels {
            match request_entry(parcel, self.profile, self.products) {
                Ok(entry) => entries.push(entry),
                Err(why) => formless.push((parcel.clone(), why.words().to_string())),
            }
        }
        if !formless.is_empty() {
            for (parcel, words) in formless {
                let steps = [
                    (parcel.sequence, Event::Send),
                    (parcel.sequence, Event::Reject(words.clone())),
                ];
                self.advance(&steps)?;
                let record = parcel.entry.record.id;
                watch.tell(&Progress::Refused { record, words });
            }
            round.moved = true;
            return Ok(None);
        }
        match self.advance(&steps_of(parcels, &Event::Send)) {
            Ok(()) => Ok(Some(entries)),
            // Somebody cancelled or corrected one of them in this very moment.
            Err(DeliveryError::Store(StoreError::NoSuchStep { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps what became of every entry of a batch, and tells why if nothing became of any.
    fn settle(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        sent: &[RequestEntry],
        answers: &[EntryOutcome],
        watch: &mut dyn Watch,
    ) -> Result<Option<Why>, DeliveryError> {
        let mut unknown = Why::ServerError;
        let mut steps = Vec::with_capacity(parcels.len());
        for ((parcel, sent), answer) in parcels.iter().zip(sent).zip(answers) {
            let event = match answer {
                EntryOutcome::Acknowledged(receipt) => Event::Acknowledge(receipt.clone()),
                EntryOutcome::Refused(words) => Event::Reject(words.clone()),
                EntryOutcome::Contradicted(words) => Event::Contradict(words.clone()),
                EntryOutcome::Compare(words) => match self.compare(parcel, sent, words) {
                    Ok(event) => event,
                    Err(why) => {
                        unknown = why;
                        Event::Unanswered
                    }
                },
                EntryOutcome::Again => Event::Unanswered,
            };
            steps.push((parcel.sequence, event));
        }
        // Events of one kind share a row of the audit log.
        steps.sort_by_key(|(sequence, event)| (rank(event), *sequence));
        self.advance(&steps)?;
        self.tell(round, parcels, &steps, watch);
        let none = steps.iter().all(|(_, event)| *event == Event::Unanswered);
        Ok(none.then_some(unknown))
    }

    /// After a 412: if what the server has is what was sent, only the reply had been lost.
    ///
    /// # Errors
    /// Why that cannot be said now.
    fn compare(&mut self, parcel: &Parcel, sent: &RequestEntry, words: &str) -> Result<Event, Why> {
        let contradicts = Event::Contradict(words.to_owned());
        let Way::Update { resource, .. } = &parcel.way else {
            return Ok(contradicts);
        };
        let found = match self.api.resource(resource) {
            Err(trouble) => match trouble.why {
                Why::Forbidden | Why::NoSuchServer => return Ok(contradicts),
                why => return Err(why),
            },
            Ok(found) => found,
        };
        let there: Immunization = parse(&found)?;
        let version = parse::<Versioned>(&found)?.meta;
        if !same(&sent.resource, &there) {
            return Ok(contradicts);
        }
        let id = version.version_id;
        let date = found.date.map(japan_time);
        Ok(Event::Acknowledge(Receipt {
            location: format!("{resource}/_history/{id}"),
            etag: found.etag.unwrap_or_else(|| format!("W/\"{id}\"")),
            last_modified: version.last_updated.or(date).unwrap_or_default(),
        }))
    }

    fn tell(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        steps: &[Step],
        watch: &mut dyn Watch,
    ) {
        let (mut delivered, mut again) = (0, 0);
        for (sequence, event) in steps {
            let parcel = parcels.iter().find(|parcel| parcel.sequence == *sequence);
            let Some(record) = parcel.map(|parcel| parcel.entry.record.id) else {
                continue;
            };
            match event {
                Event::Acknowledge(_) => delivered += 1,
                Event::Unanswered => again += 1,
                Event::Reject(words) => watch.tell(&Progress::Refused {
                    record,
                    words: words.clone(),
                }),
                Event::Contradict(words) => watch.tell(&Progress::Conflict {
                    record,
                    words: words.clone(),
                }),
                _ => {}
            }
        }
        round.delivered += delivered as u64;
        round.moved |= again < steps.len();
        watch.tell(&Progress::Batch { delivered, again });
    }

    /// The server refuses even this record alone, as a whole batch.
    fn refuse(
        &mut self,
        round: &mut Round,
        parcels: &[Parcel],
        outcome: &Outcome,
        watch: &mut dyn Watch,
    ) -> Result<(), DeliveryError> {
        let words = why(outcome).words().to_string();
        for parcel in parcels {
            let steps = [
                (parcel.sequence, Event::Send),
                (parcel.sequence, Event::Reject(words.clone())),
            ];
            self.advance(&steps)?;
            watch.tell(&Progress::Refused {
                record: parcel.entry.record.id,
                words: words.clone(),
            });
        }
        round.moved = true;
        Ok(())
    }

    fn keep_reach(&mut self, round: &mut Round) -> Result<(), DeliveryError> {
        let reach = round.pace.reach();
        if round.kept != Some(reach) {
            self.store.keep_reach(reach)?;
            round.kept = Some(reach);
        }
        Ok(())
    }

    fn advance(&mut self, steps: &[Step]) -> Result<(), DeliveryError> {
        let witnessed = Witnessed::new(self.actor.clone(), self.clock.now());
        self.store.advance(steps, &witnessed)?;
        Ok(())
    }
}

fn steps_of(parcels: &[Parcel], event: &Event) -> Vec<Step> {
    let step = |parcel: &Parcel| (parcel.sequence, event.clone());
    parcels.iter().map(step).collect()
}

/// Events in the order in which they go into the log.
fn rank(event: &Event) -> u8 {
    match event {
        Event::Acknowledge(_) => 0,
        Event::Reject(_) => 1,
        Event::Contradict(_) => 2,
        _ => 3,
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
