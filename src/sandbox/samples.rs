//! Records and clients for the tests of this room.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::app::locked;
use super::entry::{Asked, Judge, read};
use super::ids::ClientId;
use super::refusal::Refusal;
use super::registry::Registry;
use super::rules::{By, Receipt, Settled, settle};
use crate::clock::{Clock, Moment, RunId, day};
use crate::exchange::Profile;

/// 2021-11-20, 10:00 in Tokyo.
pub(super) const NOW: &str = "2021-11-20T10:00:00+09:00";

/// A clock that the test moves.
pub(super) struct HandClock(Mutex<Duration>);

impl HandClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Duration::ZERO)))
    }

    pub(super) fn pass(&self, time: Duration) {
        *locked(&self.0) += time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let passed = *locked(&self.0);
        Moment {
            wall: now() + SignedDuration::try_from(passed).unwrap(),
            monotonic: passed,
            run: RunId(1),
        }
    }
}

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// `urn:uuid:` of the record number `n`.
pub(super) fn urn(n: u32) -> String {
    format!("urn:uuid:019a9c2e-7b1c-7d3e-8f00-{n:012}")
}

/// A given first dose of the voucher number `person`, as the record number `n`.
pub(super) fn given(n: u32, person: u32) -> Value {
    json!({
        "resourceType": "Immunization",
        "extension": [
            {"url": "https://record-api.example/StructureDefinition/ticket-kind", "valueString": "2"},
        ],
        "meta": {"profile": ["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization"]},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": urn(n)}],
        "status": "completed",
        "vaccineCode": {
            "coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}],
            "text": "コミナティ筋注",
        },
        "patient": {"type": "Patient", "identifier": {
            "system": "https://record-api.example/NamingSystem/voucher",
            "value": format!("131016-{person:010}"),
        }},
        "occurrenceDateTime": "2021-11-20",
        "location": {"display": "市民会館"},
        "lotNumber": "FJ7489",
        "performer": [{"actor": {"display": "山田 太郎"}}],
        "protocolApplied": [{"doseNumberPositiveInt": 1}],
    })
}

/// A consultation without a dose.
pub(super) fn consulted(n: u32, person: u32, on: &str) -> Value {
    let mut resource = given(n, person);
    resource["status"] = json!("not-done");
    resource["occurrenceDateTime"] = json!(on);
    resource["statusReason"] = json!({"text": "予診のみ"});
    without(resource, "lotNumber")
}

/// The same, cancelled.
pub(super) fn cancelled(mut resource: Value) -> Value {
    resource["status"] = json!("entered-in-error");
    resource
}

pub(super) fn with(mut resource: Value, pointer: &str, value: Value) -> Value {
    *resource.pointer_mut(pointer).unwrap() = value;
    resource
}

pub(super) fn without(mut resource: Value, element: &str) -> Value {
    resource.as_object_mut().unwrap().remove(element);
    resource
}

/// The entry that makes a new record of a resource.
pub(super) fn post(resource: Value) -> Value {
    let urn = resource["identifier"][0]["value"].as_str();
    let query = format!("identifier=urn:ietf:rfc:3986|{}", urn.unwrap_or_default());
    let request = json!({"method": "POST", "url": "Immunization", "ifNoneExist": query});
    entry(resource, request)
}

fn entry(resource: Value, request: Value) -> Value {
    let members = [("resource", resource), ("request", request)];
    members.into_iter().collect()
}

/// The entry that changes a record to a resource.
pub(super) fn put(id: i64, version: i64, resource: Value) -> Value {
    let (url, tag) = (format!("Immunization/{id}"), format!("W/\"{version}\""));
    entry(
        resource,
        json!({"method": "PUT", "url": url, "ifMatch": tag}),
    )
}

/// A registry with one client that speaks to it.
pub(super) struct Desk<'r> {
    pub(super) registry: &'r dyn Registry,
    pub(super) client: ClientId,
}

impl<'r> Desk<'r> {
    pub(super) fn new(registry: &'r dyn Registry, client: &str) -> Self {
        Self {
            registry,
            client: ClientId(client.to_owned()),
        }
    }

    /// What becomes of one entry.
    pub(super) fn settle(&self, entry: &Value) -> Settled {
        self.batch(std::slice::from_ref(entry)).remove(0)
    }

    /// What becomes of the entries of one batch.
    pub(super) fn batch(&self, entries: &[Value]) -> Vec<Settled> {
        let asked: Vec<_> = entries.iter().map(asked).collect();
        let by = By {
            client: &self.client,
            now: now(),
        };
        let done = self.registry.within(|tables| {
            let one = |asked: &Result<Asked, Refusal>| match asked {
                Ok(asked) => settle(tables, by, asked),
                Err(refusal) => Ok(Settled::Refused(refusal.clone())),
            };
            asked.iter().map(one).collect()
        });
        done.unwrap()
    }

    /// The receipt of an entry that makes something new.
    pub(super) fn created(&self, entry: &Value) -> Receipt {
        match self.settle(entry) {
            Settled::Created(receipt) => receipt,
            other => panic!("not created: {other:?}"),
        }
    }

    /// The receipt of an entry that finds or changes what is there.
    pub(super) fn held(&self, entry: &Value) -> Receipt {
        match self.settle(entry) {
            Settled::Held(receipt) => receipt,
            other => panic!("not held: {other:?}"),
        }
    }

    /// The refusal of an entry.
    pub(super) fn refused(&self, entry: &Value) -> Refusal {
        match self.settle(entry) {
            Settled::Refused(refusal) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// The status of a refused entry, and the first element that is named.
    pub(super) fn refusal(&self, entry: &Value) -> (u16, String) {
        let refusal = self.refused(entry);
        let named = refusal
            .issues
            .first()
            .map(|issue| issue.expression.join(","));
        (refusal.status.as_u16(), named.unwrap_or_default())
    }
}

fn asked(entry: &Value) -> Result<Asked, Refusal> {
    let raw: Box<RawValue> = serde_json::from_str(&entry.to_string()).unwrap();
    let profile = Profile::default();
    let judge = Judge {
        profile: &profile,
        today: day(now()),
    };
    read(&raw, &judge)
}
