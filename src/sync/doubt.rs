//! Answers that leave in doubt whether what the server has is what was sent: they are looked into.
//!
//! A 412 may be a lost reply, a version that the server raised by itself, or somebody else's change;
//! a 200 to the `POST` of a change tells that the record is there and not what it says.

use super::api::parse;
use super::bundle::{request_entry, same};
use super::delivery::{Delivery, DeliveryError, why};
use super::outbox::Claimed;
use super::outcome::{EntryOutcome, Outcome, judge};
use super::plan::{Parcel, Way, resource_of};
use super::told::There;
use super::transport::Answer;
use super::why::Why;
use super::wire::RequestEntry;
use crate::clock::japan_time;
use crate::exchange::Immunization;
use crate::intake::EntryKind;
use crate::store::Receipt;

impl Delivery<'_> {
    /// The answers, with everything looked into of which it is not sure that what the server has is
    /// what was sent; if nothing became of any entry, what was in the way.
    pub(super) fn looked_into(
        &mut self,
        claimed: &Claimed,
        answers: Vec<EntryOutcome>,
    ) -> Result<Outcome, DeliveryError> {
        let mut trouble = None;
        let mut looked = Vec::with_capacity(answers.len());
        let sent = claimed.parcels.iter().zip(&claimed.entries);
        for ((parcel, sent), answer) in sent.zip(answers) {
            looked.push(match (place_in_doubt(parcel, &answer), &trouble) {
                (None, _) => answer,
                // One is enough to know that the server is not to be asked now.
                (Some(_), Some(_)) => EntryOutcome::Again(Why::Busy),
                (Some(place), None) => match self.compare(parcel, sent, &place, &answer)? {
                    Ok(outcome) => outcome,
                    Err(outcome) => {
                        let why = why(&outcome);
                        trouble = Some(outcome);
                        EntryOutcome::Again(why)
                    }
                },
            });
        }
        // A server that takes none of them is no better than one that does not answer.
        let reasons = looked.iter().map(|answer| match answer {
            EntryOutcome::Again(why) => Some(*why),
            _ => None,
        });
        Ok(match reasons.collect::<Option<Vec<Why>>>() {
            None => Outcome::Answered(looked),
            Some(reasons) => trouble.unwrap_or_else(|| {
                Outcome::Again(reasons.first().copied().unwrap_or(Why::ServerError))
            }),
        })
    }

    /// Looks at what the server has: if it is what was sent, only the reply had been lost; if it
    /// is what this record said before, the change goes onto the version found; anything else is a
    /// person's to decide. The inner error is what is in the way.
    fn compare(
        &mut self,
        parcel: &Parcel,
        sent: &RequestEntry,
        place: &str,
        answer: &EntryOutcome,
    ) -> Result<Result<EntryOutcome, Outcome>, DeliveryError> {
        let contradicts = Ok(EntryOutcome::Contradicted(match answer {
            EntryOutcome::Compare(words) => words.clone(),
            _ => "200; another content".to_owned(),
        }));
        let found = match self.api.resource(place) {
            Ok(found) => found,
            Err(trouble) => {
                return Ok(match trouble.why {
                    Why::Forbidden | Why::NoSuchServer => contradicts,
                    Why::Unauthorised => Err(Outcome::Renew),
                    _ => Err(trouble.outcome()),
                });
            }
        };
        let Ok(there) = parse::<Immunization>(&found) else {
            return Ok(Err(Outcome::Again(Why::Unreadable)));
        };
        let Some(receipt) = receipt_of(place, &found) else {
            return Ok(Err(Outcome::Again(Why::NoReceipt)));
        };
        if same(&sent.resource, &there) {
            return Ok(Ok(EntryOutcome::Acknowledged(receipt)));
        }
        if self.outbox.is_known(parcel, &there) {
            return self.update_on(parcel, place, receipt.etag);
        }
        // It is the station's own record there, so it may be shown beside the one here.
        Ok(contradicts.map(|outcome| match outcome {
            EntryOutcome::Contradicted(words) => {
                EntryOutcome::Contradicted(There::of(&there).behind(&words))
            }
            other => other,
        }))
    }

    /// Sends a change once more, alone, onto the version that was found.
    fn update_on(
        &mut self,
        parcel: &Parcel,
        place: &str,
        version: String,
    ) -> Result<Result<EntryOutcome, Outcome>, DeliveryError> {
        let parcel = Parcel {
            way: Way::Update {
                resource: place.to_owned(),
                version,
            },
            ..parcel.clone()
        };
        let (profile, products) = (self.outbox.profile, self.outbox.products);
        let Ok(entry) = request_entry(&parcel, profile, products) else {
            return Ok(Err(Outcome::Again(Why::NoForm)));
        };
        let (_, bytes) = self.outbox.bundle(vec![entry])?;
        let answer = self.api.send(&bytes);
        Ok(match judge(&answer, &[&parcel.way]) {
            Outcome::Answered(mut answers) => match answers.pop() {
                // Somebody was faster once more.
                Some(EntryOutcome::Compare(_)) | None => Err(Outcome::Again(Why::Busy)),
                Some(outcome) => Ok(outcome),
            },
            outcome => Err(outcome),
        })
    }
}

/// Where to look at what the server has, if an answer leaves it in doubt: a 412, or a 200 to the
/// `POST` of a change, which tells that the record is there and not what it says.
fn place_in_doubt(parcel: &Parcel, answer: &EntryOutcome) -> Option<String> {
    match (answer, &parcel.way) {
        (EntryOutcome::Compare(_), Way::Update { resource, .. }) => Some(resource.clone()),
        (EntryOutcome::AlreadyThere(receipt), _) if parcel.entry.kind != EntryKind::New => {
            Some(resource_of(&receipt.location).to_owned())
        }
        _ => None,
    }
}

/// The receipt of a resource that was fetched: its version from the header or from itself.
fn receipt_of(place: &str, found: &Answer) -> Option<Receipt> {
    let meta = parse::<Versioned>(found).unwrap_or_default().meta;
    let version = match (&found.etag, meta.version_id) {
        (Some(etag), _) => etag.trim_start_matches("W/").trim_matches('"').to_owned(),
        (None, Some(version)) => version,
        (None, None) => return None,
    };
    let date = found.date.map(japan_time);
    Some(Receipt {
        location: format!("{place}/_history/{version}"),
        etag: found
            .etag
            .clone()
            .unwrap_or_else(|| format!("W/\"{version}\"")),
        last_modified: meta.last_updated.or(date).unwrap_or_default(),
    })
}

/// What a server tells of a resource itself.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Versioned {
    meta: VersionMeta,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct VersionMeta {
    version_id: Option<String>,
    last_updated: Option<String>,
}
