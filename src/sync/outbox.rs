//! The station's side of a delivery: what is claimed for a batch, and what became of it.

use super::bundle::{batch, request_entry, same_content};
use super::delivery::{Progress, Watch};
use super::outcome::EntryOutcome;
use super::plan::{Parcel, Plan, Step, Way, plan};
use super::probe::{Probe, SyncStep};
use super::wire::RequestEntry;
use crate::clock::Clock;
use crate::exchange::{Immunization, Products, Profile, to_immunization};
use crate::intake::{EntryKind, OperatorId, VaccinationRecord};
use crate::store::{Event, Reach, RecordStore as _, SqliteStore, State, StoreError, Witnessed};

/// The book as a delivery sees it.
pub struct Outbox<'a> {
    /// The book.
    pub store: &'a mut SqliteStore,
    /// The names that station and server agree on.
    pub profile: &'a Profile,
    /// How products are coded.
    pub products: &'a dyn Products,
    /// The tablet's clocks.
    pub clock: &'a dyn Clock,
    /// As who it is done.
    pub actor: OperatorId,
    /// Told of every step.
    pub probe: Probe,
}

/// A batch that is marked as sent, durably, before it is.
pub(super) struct Claimed {
    pub parcels: Vec<Parcel>,
    pub entries: Vec<RequestEntry>,
    /// As it goes onto the wire.
    pub bytes: Vec<u8>,
}

impl Claimed {
    /// The place in the queue just before it.
    pub fn before(&self) -> i64 {
        self.parcels.first().map_or(0, |first| first.sequence - 1)
    }

    /// Its last place in the queue.
    pub fn last(&self) -> i64 {
        self.parcels.last().map_or(0, |last| last.sequence)
    }
}

/// What a look at the queue came to.
pub(super) enum Look {
    /// There is nothing more.
    End,
    /// Nothing up to this place can be sent now.
    Nothing(i64),
    /// Something was settled without the server: look again.
    Settled,
    /// These can be sent.
    Parcels(Vec<Parcel>),
}

/// What became of a batch.
pub(super) struct Tally {
    pub delivered: usize,
    pub again: usize,
}

impl Outbox<'_> {
    /// What an earlier run had sent and did not live to hear of.
    pub(super) fn take_back(&mut self) -> Result<(), StoreError> {
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

    /// Looks at up to `size` entries of the queue after the place `after`.
    pub(super) fn look(&mut self, after: i64, size: usize) -> Result<Look, StoreError> {
        let page = (self.store).outgoing(after, u32::try_from(size).unwrap_or(u32::MAX))?;
        let Some(last) = page.last().map(|out| out.stored.sequence) else {
            return Ok(Look::End);
        };
        Ok(match plan(&page, size) {
            Plan::Nothing => Look::Nothing(last),
            Plan::Send(parcels) => Look::Parcels(parcels),
            Plan::Settle(steps) => match self.advance(&steps) {
                // Somebody corrected one of them in this very moment: looked at anew.
                Ok(()) | Err(StoreError::NoSuchStep { .. }) => Look::Settled,
                Err(error) => return Err(error),
            },
        })
    }

    /// Takes the parcels into a batch, for good, before anything is sent; `None` when one of them
    /// was changed since it was planned, or cannot be sent at all: look again.
    pub(super) fn claim(
        &mut self,
        parcels: Vec<Parcel>,
        watch: &mut dyn Watch,
    ) -> Result<Option<Claimed>, StoreError> {
        let mut entries = Vec::with_capacity(parcels.len());
        let mut formless = Vec::new();
        for parcel in &parcels {
            match request_entry(parcel, self.profile, self.products) {
                Ok(entry) => entries.push(entry),
                Err(why) => formless.push((parcel.clone(), why.words().to_string())),
            }
        }
        if !formless.is_empty() {
            for (parcel, words) in formless {
                self.refuse(&parcel, &words, watch)?;
            }
            return Ok(None);
        }
        match self.advance(&steps_of(&parcels, &Event::Send)) {
            Ok(()) => {}
            // Somebody cancelled or corrected one of them in this very moment.
            Err(StoreError::NoSuchStep { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        self.probe.reached(SyncStep::Claimed);
        let (entries, bytes) = self.bundle(entries)?;
        Ok(Some(Claimed {
            parcels,
            entries,
            bytes,
        }))
    }

    /// The batch of these entries as it goes onto the wire.
    pub(super) fn bundle(
        &mut self,
        entries: Vec<RequestEntry>,
    ) -> Result<(Vec<RequestEntry>, Vec<u8>), StoreError> {
        let bundle = batch(entries, &self.store.head()?, self.profile);
        let bytes = serde_json::to_vec(&bundle).unwrap_or_default();
        Ok((bundle.entry, bytes))
    }

    /// Whether a resource says what one of the entries says that the server may hold.
    pub(super) fn is_known(&self, parcel: &Parcel, there: &Immunization) -> bool {
        parcel.known.iter().any(|entry| {
            let known = to_immunization(entry, self.profile, self.products);
            known.is_ok_and(|known| same_content(&known, there))
        })
    }

    /// Whether the server has any of these is not known: they are sent again.
    pub(super) fn give_back(&mut self, batches: &[&Claimed]) -> Result<(), StoreError> {
        let steps: Vec<Step> = batches
            .iter()
            .flat_map(|claimed| steps_of(&claimed.parcels, &Event::Unanswered))
            .collect();
        self.advance(&steps)?;
        self.probe.reached(SyncStep::Acknowledged);
        Ok(())
    }

    /// Keeps what became of every entry of a batch.
    pub(super) fn settle(
        &mut self,
        claimed: &Claimed,
        answers: &[EntryOutcome],
        watch: &mut dyn Watch,
    ) -> Result<Tally, StoreError> {
        let answered = claimed.parcels.iter().zip(answers);
        let mut events: Vec<(&Parcel, Event)> = answered
            .map(|(parcel, answer)| (parcel, event_of(parcel, answer)))
            .collect();
        // Events of one kind share a row of the audit log.
        events.sort_by_key(|(parcel, event)| (rank(event), parcel.sequence));
        let steps: Vec<Step> = events
            .iter()
            .map(|(parcel, event)| (parcel.sequence, event.clone()))
            .collect();
        self.advance(&steps)?;
        self.probe.reached(SyncStep::Acknowledged);
        Ok(tell(&events, watch))
    }

    /// To a person: neither this batch nor any other will bring this record to the server.
    pub(super) fn refuse(
        &mut self,
        parcel: &Parcel,
        words: &str,
        watch: &mut dyn Watch,
    ) -> Result<(), StoreError> {
        let steps = [
            (parcel.sequence, Event::Send),
            (parcel.sequence, Event::Reject(words.to_owned())),
        ];
        match self.advance(&steps) {
            Ok(()) => {}
            // Somebody cancelled it in this very moment.
            Err(StoreError::NoSuchStep { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
        watch.tell(&Progress::Refused {
            record: parcel.entry.record.id,
            about: about(&parcel.entry.record),
            words: words.to_owned(),
        });
        Ok(())
    }

    pub(super) fn keep_reach(&mut self, reach: Reach) -> Result<(), StoreError> {
        self.store.keep_reach(reach)
    }

    fn advance(&mut self, steps: &[Step]) -> Result<(), StoreError> {
        let witnessed = Witnessed::new(self.actor.clone(), self.clock.now());
        self.store.advance(steps, &witnessed)?;
        Ok(())
    }
}

/// A record as a person finds it again on paper, without its number.
fn about(record: &VaccinationRecord) -> String {
    let number = record.subject.voucher();
    let masked = number.map_or_else(String::new, |number| number.masked());
    format!("{masked} {}", record.date)
}

fn steps_of(parcels: &[Parcel], event: &Event) -> Vec<Step> {
    let step = |parcel: &Parcel| (parcel.sequence, event.clone());
    parcels.iter().map(step).collect()
}

fn event_of(parcel: &Parcel, answer: &EntryOutcome) -> Event {
    let cancels_nothing =
        parcel.way == Way::Create && matches!(parcel.entry.kind, EntryKind::Cancellation(_));
    match answer {
        EntryOutcome::Acknowledged(receipt) | EntryOutcome::AlreadyThere(receipt) => {
            Event::Acknowledge(receipt.clone())
        }
        // Were the record there, the answer would have been 200.
        EntryOutcome::Refused(_) | EntryOutcome::Contradicted(_) if cancels_nothing => Event::Moot,
        EntryOutcome::Refused(words) => Event::Reject(words.clone()),
        EntryOutcome::Contradicted(words) => Event::Contradict(words.clone()),
        EntryOutcome::Compare(_) | EntryOutcome::Again(_) => Event::Unanswered,
    }
}

/// Events in the order in which they go into the log.
fn rank(event: &Event) -> u8 {
    match event {
        Event::Acknowledge(_) => 0,
        Event::Reject(_) => 1,
        Event::Contradict(_) => 2,
        Event::Moot => 3,
        _ => 4,
    }
}

fn tell(events: &[(&Parcel, Event)], watch: &mut dyn Watch) -> Tally {
    let mut tally = Tally {
        delivered: 0,
        again: 0,
    };
    for (parcel, event) in events {
        let record = parcel.entry.record.id;
        match event {
            Event::Acknowledge(_) => tally.delivered += 1,
            Event::Unanswered => tally.again += 1,
            Event::Reject(words) => watch.tell(&Progress::Refused {
                record,
                about: about(&parcel.entry.record),
                words: words.clone(),
            }),
            Event::Contradict(words) => watch.tell(&Progress::Conflict {
                record,
                about: about(&parcel.entry.record),
                words: words.clone(),
            }),
            _ => {}
        }
    }
    watch.tell(&Progress::Batch {
        delivered: tally.delivered,
        again: tally.again,
    });
    tally
}
