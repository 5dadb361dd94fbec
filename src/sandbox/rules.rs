//! What becomes of one entry: the rules of the record API, written once for every database.
//!
//! | asked | found | answer |
//! |---|---|---|
//! | a new record | its identity is here, the client's own | 200, nothing is written |
//! | | its identity is here, another client's | the same content 200, other content 409; nothing is written |
//! | | nothing under its key | 201 |
//! | | the same content under its key | 200, and its identity is a further identifier |
//! | | other content under its key | 409 |
//! | a change | of nothing, of others' record, of another version | 404, 403, 412 |
//! | | of voucher or dose | 422: cancel and record anew |
//! | | of a record that others share | see [`change_shared`] |
//! | | otherwise | 200, a new version |

use axum::http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use super::entry::{Asked, Sent, Spelled, unknown_resource};
use super::form::as_urn;
use super::ids::{ClientId, ResourceId, Version};
use super::refusal::Refusal;
use super::registry::RegistryError;
use super::render::without_identity;
use super::tables::{Claim, Draft, Resource, Tables};
use crate::exchange::{Immunization, Status};

/// How often a new record is tried whose rival vanishes between two looks.
const LOOKS: u32 = 5;

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Settled {
    /// A new resource.
    Created(Receipt),
    /// It is here, or was changed.
    Held(Receipt),
    /// Nothing was written.
    Refused(Refusal),
}

/// What the client keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) id: ResourceId,
    pub(super) version: Version,
    pub(super) modified: Timestamp,
}

impl Receipt {
    fn of(resource: &Resource) -> Self {
        Self {
            id: resource.id,
            version: resource.version,
            modified: resource.modified,
        }
    }

    /// `Immunization/5001/_history/1`
    pub(super) fn location(&self) -> String {
        format!("Immunization/{}/_history/{}", self.id, self.version.0)
    }
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'b> {
    pub(super) client: &'b ClientId,
    pub(super) now: Timestamp,
}

/// Settles one entry.
pub(super) fn settle(
    tables: &mut Tables<'_>,
    by: By<'_>,
    asked: &Asked,
) -> Result<Settled, RegistryError> {
    match asked {
        Asked::Create { identity, sent } => create(tables, by, *identity, sent),
        Asked::Change { id, expected, sent } => change(tables, by, *id, *expected, sent),
    }
}

fn create(
    tables: &mut Tables<'_>,
    by: By<'_>,
    identity: Uuid,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    if let Some(claim) = tables.claim(identity)? {
        return known(tables, by, &claim, sent);
    }
    for _ in 0..LOOKS {
        if let Some(receipt) = insert(tables, by, identity, sent)? {
            return Ok(Settled::Created(receipt));
        }
        if let Some(settled) = join(tables, by, identity, sent)? {
            return Ok(settled);
        }
    }
    Err(RegistryError::Contended)
}

/// The answer to a record whose identity is here. A client's own was sent before, and may have been
/// corrected since; of another client's it has to say the same, so that nobody is told that what
/// they sent is held when it is not.
fn known(
    tables: &mut Tables<'_>,
    by: By<'_>,
    claim: &Claim,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    let known = tables.resource(claim.resource)?;
    let known = known.ok_or(RegistryError::Unreadable("a claim"))?;
    let says_the_same = known.key == sent.key && known.content == sent.content;
    if claim.client == *by.client || says_the_same {
        Ok(Settled::Held(Receipt::of(&known)))
    } else {
        Ok(Settled::Refused(Refusal::conflict()))
    }
}

/// A new resource; `None` when another one stands under its key.
fn insert(
    tables: &mut Tables<'_>,
    by: By<'_>,
    identity: Uuid,
    sent: &Sent,
) -> Result<Option<Receipt>, RegistryError> {
    let Some(id) = tables.create(&draft(sent, by))? else {
        return Ok(None);
    };
    claim(tables, by, identity, id)?;
    Ok(Some(Receipt {
        id,
        version: Version::FIRST,
        modified: by.now,
    }))
}

fn draft<'d>(sent: &'d Sent, by: By<'d>) -> Draft<'d> {
    Draft {
        key: &sent.key,
        status: sent.status,
        content: &sent.content,
        owner: by.client,
        body: sent.body.get(),
        at: by.now,
    }
}

fn claim(
    tables: &mut Tables<'_>,
    by: By<'_>,
    uuid: Uuid,
    resource: ResourceId,
) -> Result<(), RegistryError> {
    let added = tables.add_claim(&Claim {
        uuid,
        resource,
        client: by.client.clone(),
    })?;
    // The same record twice at once: everything is undone, and the second look finds it here.
    if added {
        Ok(())
    } else {
        Err(RegistryError::Contended)
    }
}

/// The record is the one that stands under its key, or contradicts it; `None` when that one has
/// gone meanwhile.
fn join(
    tables: &mut Tables<'_>,
    by: By<'_>,
    identity: Uuid,
    sent: &Sent,
) -> Result<Option<Settled>, RegistryError> {
    let Some(found) = tables.active(&sent.key)? else {
        return Ok(None);
    };
    if found.content != sent.content {
        return Ok(Some(Settled::Refused(Refusal::conflict())));
    }
    tables.lock(found.id)?;
    let now = tables.resource(found.id)?;
    let Some(held) = now.filter(|now| now.key == sent.key && now.content == sent.content) else {
        return Ok(None);
    };
    claim(tables, by, identity, held.id)?;
    note_spelling(tables, by, &held, &sent.spelled)?;
    Ok(Some(Settled::Held(Receipt::of(&held))))
}

/// Venue or doctor spelled otherwise is noted, not a conflict.
fn note_spelling(
    tables: &mut Tables<'_>,
    by: By<'_>,
    held: &Resource,
    sent: &Spelled,
) -> Result<(), RegistryError> {
    let resource: Immunization = serde_json::from_str(&held.body)
        .map_err(|_| RegistryError::Unreadable("an Immunization"))?;
    let here = Spelled::of(&resource);
    if here.venue != sent.venue {
        tables.note(held.id, by.client, "location.display", by.now)?;
    }
    if here.doctor != sent.doctor {
        tables.note(held.id, by.client, "performer.actor.display", by.now)?;
    }
    Ok(())
}

fn change(
    tables: &mut Tables<'_>,
    by: By<'_>,
    id: ResourceId,
    expected: Version,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    // Held before anything is read, so that no other station joins it meanwhile.
    if !tables.lock(id)? {
        return Ok(Settled::Refused(unknown_resource()));
    }
    let Some(held) = tables.resource(id)? else {
        return Ok(Settled::Refused(unknown_resource()));
    };
    let claims = tables.claims(id)?;
    let own = match own_claim(&claims, by.client, sent) {
        Ok(own) => own.uuid,
        Err(refusal) => {
            let split_before = split_before(tables, by, &held, sent)?;
            return Ok(split_before.unwrap_or(Settled::Refused(refusal)));
        }
    };
    if claims.len() > 1 {
        return change_shared(tables, by, &held, &claims, own, expected, sent);
    }
    if let Some(refusal) = unchangeable(&held, expected, sent) {
        return Ok(Settled::Refused(refusal));
    }
    new_version(tables, by, &held, sent)
}

/// The claim by which the client may change the resource.
fn own_claim<'c>(
    claims: &'c [Claim],
    client: &ClientId,
    sent: &Sent,
) -> Result<&'c Claim, Refusal> {
    let mut own = claims
        .iter()
        .filter(|claim| claim.client == *client)
        .peekable();
    if own.peek().is_none() {
        return Err(not_yours());
    }
    let own = own.find(|claim| sent.identities.contains(&claim.uuid));
    own.ok_or_else(|| {
        Refusal::of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invariant",
            "Immunization.identifier",
            "この記録の UUID ではありません。受領したときの identifier にしてください",
            "no identifier of this record: give the one that it was acknowledged under",
        )
    })
}

/// The client has nothing to do with the record.
pub(super) fn not_yours() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "forbidden",
        "他の端末の記録です。登録した端末で操作してください",
        "the record is another station's: use the station that recorded it",
    )
}

/// Why the one version cannot follow the other.
fn unchangeable(held: &Resource, expected: Version, sent: &Sent) -> Option<Refusal> {
    if held.version != expected {
        return Some(Refusal::new(
            StatusCode::PRECONDITION_FAILED,
            "conflict",
            "記録はその後に変わっています。読み直して確かめてください",
            "the record was changed since: read it again and compare",
        ));
    }
    if !held.key.same_dose(&sent.key) {
        return Some(Refusal::of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "business-rule",
            "Immunization.patient.identifier",
            "番号と回数は訂正できません。取り消してから新しく登録してください",
            "number and dose cannot be corrected: cancel the record and enter a new one",
        ));
    }
    let cancelled = Status::EnteredInError;
    (held.status == cancelled && sent.status != cancelled).then(|| {
        Refusal::of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "business-rule",
            "Immunization.status",
            "取り消された記録です。新しい記録として登録してください",
            "the record was cancelled: enter a new one",
        )
    })
}

fn new_version(
    tables: &mut Tables<'_>,
    by: By<'_>,
    held: &Resource,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    if sent.status != Status::EnteredInError {
        let rival = tables.active(&sent.key)?;
        if rival.is_some_and(|rival| rival.id != held.id) {
            return Ok(Settled::Refused(Refusal::conflict()));
        }
    }
    let version = tables.replace(held, &draft(sent, by))?;
    Ok(Settled::Held(Receipt {
        id: held.id,
        version,
        modified: by.now,
    }))
}

/// A change to a record under which several stations' records stand: none may take away or change
/// what the others said.
///
/// A cancellation is split off, whatever the version; a change of content is a conflict; other
/// spellings are the owner's to change, and noted of anybody else.
fn change_shared(
    tables: &mut Tables<'_>,
    by: By<'_>,
    held: &Resource,
    claims: &[Claim],
    own: Uuid,
    expected: Version,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    let cancels = sent.status == Status::EnteredInError && held.status != Status::EnteredInError;
    let expected = if cancels { held.version } else { expected };
    if let Some(refusal) = unchangeable(held, expected, sent) {
        return Ok(Settled::Refused(refusal));
    }
    if cancels {
        return split(tables, by, held, claims, own, sent);
    }
    if held.content != sent.content {
        return Ok(Settled::Refused(Refusal::conflict()));
    }
    if held.owner == *by.client {
        return new_version(tables, by, held, sent);
    }
    note_spelling(tables, by, held, &sent.spelled)?;
    Ok(Settled::Held(Receipt::of(held)))
}

/// The client's record is a cancelled one of its own from now on; the others' stays as it is.
fn split(
    tables: &mut Tables<'_>,
    by: By<'_>,
    held: &Resource,
    claims: &[Claim],
    own: Uuid,
    sent: &Sent,
) -> Result<Settled, RegistryError> {
    let made = tables.create(&draft(sent, by))?;
    // What is entered in error stands in nobody's way.
    let id = made.ok_or(RegistryError::Contended)?;
    tables.move_claim(own, id)?;
    let remaining = claims.iter().filter(|claim| claim.uuid != own);
    let stays = remaining.clone().any(|claim| claim.client == held.owner);
    let owner = if stays {
        Some(&held.owner)
    } else {
        remaining.map(|claim| &claim.client).next()
    };
    let body = without_identity(&held.body, &as_urn(own))?;
    tables.hand_over(held.id, owner.unwrap_or(&held.owner), &body)?;
    Ok(Settled::Held(Receipt {
        id,
        version: Version::FIRST,
        modified: by.now,
    }))
}

/// The answer to a cancellation that was split off before, and whose reply was lost.
fn split_before(
    tables: &mut Tables<'_>,
    by: By<'_>,
    held: &Resource,
    sent: &Sent,
) -> Result<Option<Settled>, RegistryError> {
    if sent.status != Status::EnteredInError || !held.key.same_dose(&sent.key) {
        return Ok(None);
    }
    for identity in &sent.identities {
        let own = tables.claim(*identity)?;
        let Some(own) = own.filter(|claim| claim.client == *by.client) else {
            continue;
        };
        let elsewhere = tables.resource(own.resource)?;
        let same = elsewhere.filter(|resource| {
            resource.id != held.id
                && resource.status == Status::EnteredInError
                && resource.key == sent.key
                && resource.content == sent.content
        });
        if let Some(same) = same {
            return Ok(Some(Settled::Held(Receipt::of(&same))));
        }
    }
    Ok(None)
}
