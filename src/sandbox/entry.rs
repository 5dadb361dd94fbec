//! One entry of a batch, read on its own: what is asked for, or why it cannot be taken.
//!
//! The text of a resource is kept as it was sent, so that elements which are not looked at here
//! come back out; it is parsed once.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use axum::http::StatusCode;

use super::form::{searched_identity, urn};
use super::ids::{ResourceId, Version};
use super::refusal::{Refusal, issue};
use super::structure;
use super::tables::Key;
use super::validate;
use crate::exchange::{Immunization, Profile, Status};
use crate::sync::wire::Issue;

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// A new record, unless one with this identity is here.
    Create {
        /// The record's identity.
        identity: Uuid,
        /// The record.
        sent: Sent,
    },
    /// A correction or a cancellation.
    Change {
        /// Of this resource.
        id: ResourceId,
        /// As it was in this version.
        expected: Version,
        /// What it is from now on.
        sent: Sent,
    },
}

/// A resource that was found well formed.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// Its `urn:uuid:` identifiers, in their order; at least one.
    pub(super) identities: Vec<Uuid>,
    pub(super) key: Key,
    pub(super) status: Status,
    /// What has to be equal for two records to say the same.
    pub(super) content: String,
    /// Differs without being a conflict.
    pub(super) spelled: Spelled,
    /// The text that was sent.
    pub(super) body: Box<RawValue>,
}

/// What may be spelled otherwise in two records that say the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spelled {
    /// `location.display`
    pub(super) venue: Option<String>,
    /// `performer.actor.display`
    pub(super) doctor: Option<String>,
}

impl Spelled {
    /// What a resource has.
    pub(super) fn of(resource: &Immunization) -> Self {
        let doctor = resource.performer.first();
        Self {
            venue: resource.location.as_ref().and_then(|l| l.display.clone()),
            doctor: doctor.and_then(|p| p.actor.display.clone()),
        }
    }
}

/// What an entry is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'j> {
    /// The names that were agreed on.
    pub(super) profile: &'j Profile,
    /// Today in Asia/Tokyo.
    pub(super) today: Date,
}

#[derive(Deserialize)]
struct RawEntry<'e> {
    #[serde(borrow, default)]
    resource: Option<&'e RawValue>,
    #[serde(default)]
    request: Option<RawRequest>,
}

/// Unlike [`crate::sync::wire::Request`] it knows the methods that are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawRequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) if_none_exist: Option<String>,
    pub(super) if_match: Option<String>,
}

const METHOD: &str = "Bundle.entry.request.method";
const URL: &str = "Bundle.entry.request.url";
const IF_NONE_EXIST: &str = "Bundle.entry.request.ifNoneExist";
const IF_MATCH: &str = "Bundle.entry.request.ifMatch";

/// Reads an entry.
pub(super) fn read(entry: &RawValue, judge: &Judge<'_>) -> Result<Asked, Refusal> {
    let entry: RawEntry<'_> = serde_json::from_str(entry.get()).map_err(|_| {
        unprocessable(
            "structure",
            "Bundle.entry",
            "entry の形が正しくありません。resource と request を入れてください",
            "the entry has not the form of one: give resource and request",
        )
    })?;
    let request = entry.request.ok_or_else(|| {
        unprocessable(
            "required",
            "Bundle.entry.request",
            "request がありません。method と url を入れてください",
            "the request is missing: give method and url",
        )
    })?;
    asked(&request, entry.resource, judge)
}

/// What a request asks for, alone or in a batch.
pub(super) fn asked(
    request: &RawRequest,
    resource: Option<&RawValue>,
    judge: &Judge<'_>,
) -> Result<Asked, Refusal> {
    match request.method.as_str() {
        "POST" => create(request, resource, judge),
        "PUT" => change(request, resource, judge),
        _ => Err(Refusal::of(
            StatusCode::METHOD_NOT_ALLOWED,
            "not-supported",
            METHOD,
            "できるのは POST（新規）と PUT（訂正・取消）だけです",
            "only POST (a new record) and PUT (a correction or cancellation) are possible",
        )),
    }
}

fn create(
    request: &RawRequest,
    resource: Option<&RawValue>,
    judge: &Judge<'_>,
) -> Result<Asked, Refusal> {
    if request.url.trim_matches('/') != "Immunization" {
        return Err(other_resource());
    }
    let query = request.if_none_exist.as_deref().ok_or_else(|| {
        unprocessable(
            "required",
            IF_NONE_EXIST,
            "ifNoneExist がありません。記録の UUID で identifier=urn:ietf:rfc:3986|urn:uuid:… を付けてください",
            "ifNoneExist is missing: give identifier=urn:ietf:rfc:3986|urn:uuid:… with the record's UUID",
        )
    })?;
    let identity = searched_identity(query).ok_or_else(|| {
        unprocessable(
            "value",
            IF_NONE_EXIST,
            "ifNoneExist は identifier=urn:ietf:rfc:3986|urn:uuid:… の形にしてください",
            "ifNoneExist has to be identifier=urn:ietf:rfc:3986|urn:uuid:…",
        )
    })?;
    let sent = sent(resource, judge)?;
    if !sent.identities.contains(&identity) {
        return Err(unprocessable(
            "invariant",
            "Immunization.identifier",
            "ifNoneExist の UUID が記録の identifier にありません。同じ UUID にしてください",
            "the UUID of ifNoneExist is no identifier of the record: give the same one",
        ));
    }
    Ok(Asked::Create { identity, sent })
}

fn change(
    request: &RawRequest,
    resource: Option<&RawValue>,
    judge: &Judge<'_>,
) -> Result<Asked, Refusal> {
    let id = request.url.trim_matches('/').strip_prefix("Immunization/");
    let id = id.ok_or_else(other_resource)?;
    // What is no id of ours is the id of nothing.
    let id = ResourceId::parse(id).ok_or_else(unknown_resource)?;
    let tag = request.if_match.as_deref().ok_or_else(|| {
        unprocessable(
            "required",
            IF_MATCH,
            "ifMatch がありません。受領した版を W/\"1\" の形で付けてください",
            "ifMatch is missing: give the version of the receipt, such as W/\"1\"",
        )
    })?;
    let expected = Version::from_etag(tag).ok_or_else(|| {
        unprocessable(
            "value",
            IF_MATCH,
            "ifMatch は W/\"1\" の形にしてください",
            "ifMatch has to be of the form W/\"1\"",
        )
    })?;
    let sent = sent(resource, judge)?;
    Ok(Asked::Change { id, expected, sent })
}

fn sent(resource: Option<&RawValue>, judge: &Judge<'_>) -> Result<Sent, Refusal> {
    let resource = resource.ok_or_else(|| {
        unprocessable(
            "required",
            "Bundle.entry.resource",
            "resource がありません。Immunization を入れてください",
            "the resource is missing: give an Immunization",
        )
    })?;
    // Its message may repeat what was sent, so where it went wrong is looked for anew.
    let parsed: Immunization = serde_json::from_str(resource.get())
        .map_err(|_| Refusal::unprocessable(structure::flaws(resource)))?;
    validate::sent(&parsed, resource, judge).map_err(Refusal::unprocessable)
}

/// A resource that nobody has.
pub(super) fn unknown_resource() -> Refusal {
    Refusal::of(
        StatusCode::NOT_FOUND,
        "not-found",
        URL,
        "その番号の記録はありません。受領書の location を確かめてください",
        "there is no such record: check the location of the receipt",
    )
}

fn other_resource() -> Refusal {
    unprocessable(
        "not-supported",
        URL,
        "扱うのは Immunization だけです。url を確かめてください",
        "only Immunization is taken: check the url",
    )
}

fn unprocessable(code: &str, element: &str, ja: &'static str, en: &'static str) -> Refusal {
    Refusal::unprocessable(vec![issue(code, element, ja, en)])
}

/// The identities among a resource's identifiers.
pub(super) fn identities(resource: &Immunization) -> Result<Vec<Uuid>, Issue> {
    let flaw = || {
        issue(
            "value",
            "Immunization.identifier",
            "identifier は system を urn:ietf:rfc:3986、value を urn:uuid:… にしてください",
            "an identifier with system urn:ietf:rfc:3986 has to be urn:uuid:…",
        )
    };
    let uris = resource
        .identifier
        .iter()
        .filter(|identifier| identifier.system.as_deref() == Some(super::form::URI));
    let identities: Vec<Uuid> = uris
        .map(|identifier| urn(identifier.value.as_deref().unwrap_or_default()).ok_or_else(flaw))
        .collect::<Result<_, _>>()?;
    if identities.is_empty() {
        return Err(issue(
            "required",
            "Immunization.identifier",
            "記録の UUID がありません。identifier に urn:uuid:… を入れてください",
            "the record's UUID is missing: give urn:uuid:… as an identifier",
        ));
    }
    Ok(identities)
}
