//! Resources as they are given out: what was sent, with what the server knows of it.

use serde_json::{Map, Value, json};

use super::form::{URI, as_urn};
use super::ids::{ResourceId, Version};
use super::registry::RegistryError;
use super::tables::{Claim, Resource, Tables};
use crate::clock::japan_time;
use crate::exchange::Profile;
use crate::sync::wire::TRAINING;
use jiff::Timestamp;

/// One version of a resource.
pub(super) struct Rendered<'r> {
    pub(super) id: ResourceId,
    pub(super) version: Version,
    pub(super) modified: Timestamp,
    pub(super) body: &'r str,
    pub(super) claims: &'r [Claim],
}

/// The current version of a resource, with every identity that is claimed.
pub(super) fn current(
    tables: &mut Tables<'_>,
    resource: &Resource,
    profile: &Profile,
) -> Result<Value, RegistryError> {
    let claims = tables.claims(resource.id)?;
    let rendered = Rendered {
        id: resource.id,
        version: resource.version,
        modified: resource.modified,
        body: &resource.body,
        claims: &claims,
    };
    rendered.value(profile)
}

impl Rendered<'_> {
    /// As JSON.
    pub(super) fn value(&self, profile: &Profile) -> Result<Value, RegistryError> {
        let mut resource = object(self.body)?;
        resource.insert("id".to_owned(), self.id.to_string().into());
        let sent = resource.remove("meta");
        resource.insert("meta".to_owned(), self.meta(sent, profile));
        let identifiers = resource.entry("identifier").or_insert_with(|| json!([]));
        if let Value::Array(identifiers) = identifiers {
            add_claims(identifiers, self.claims);
        }
        Ok(Value::Object(resource))
    }

    /// The client's profiles, our version, and the mark of everything that is for training.
    fn meta(&self, sent: Option<Value>, profile: &Profile) -> Value {
        let mut meta = match sent {
            Some(Value::Object(meta)) => meta,
            _ => Map::new(),
        };
        meta.insert("versionId".to_owned(), self.version.0.to_string().into());
        meta.insert("lastUpdated".to_owned(), japan_time(self.modified).into());
        let mark = training_tag(profile);
        let tags = meta.entry("tag").or_insert_with(|| json!([]));
        match tags {
            Value::Array(tags) if !tags.contains(&mark) => tags.push(mark),
            _ => {}
        }
        Value::Object(meta)
    }
}

/// The tag of every resource that is for training.
pub(super) fn training_tag(profile: &Profile) -> Value {
    let names = &profile.structure_definitions;
    let names = names.strip_suffix("/StructureDefinition").unwrap_or(names);
    json!({"system": format!("{names}/CodeSystem/purpose"), "code": TRAINING})
}

fn add_claims(identifiers: &mut Vec<Value>, claims: &[Claim]) {
    for claim in claims {
        let urn = as_urn(claim.uuid);
        if !identifiers.iter().any(|found| is_identity(found, &urn)) {
            identifiers.push(json!({"system": URI, "value": urn}));
        }
    }
}

fn is_identity(identifier: &Value, urn: &str) -> bool {
    let value = identifier.get("value").and_then(Value::as_str);
    value.is_some_and(|value| value.eq_ignore_ascii_case(urn))
}

/// A resource's text without one of its identities.
pub(super) fn without_identity(body: &str, urn: &str) -> Result<String, RegistryError> {
    let mut resource = object(body)?;
    if let Some(Value::Array(identifiers)) = resource.get_mut("identifier") {
        identifiers.retain(|identifier| !is_identity(identifier, urn));
    }
    Ok(Value::Object(resource).to_string())
}

fn object(body: &str) -> Result<Map<String, Value>, RegistryError> {
    serde_json::from_str(body).map_err(|_| RegistryError::Unreadable("an Immunization"))
}
