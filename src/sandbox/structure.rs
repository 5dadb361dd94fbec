//! Where a text went wrong that is no Immunization: element by element, so that the refusal can
//! name it without repeating what it holds.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::refusal::issue;
use crate::exchange::{
    CodeableConcept, Extension, Identifier, Meta, Named, Performer, ProtocolApplied, Reference,
    ResourceType, Status,
};
use crate::sync::wire::Issue;

/// Whether an element can be read.
type Fits = fn(&Value) -> bool;

fn fits<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

/// The elements that are read, and whether there has to be one.
const ELEMENTS: [(&str, bool, Fits); 17] = [
    ("resourceType", true, fits::<ResourceType>),
    ("extension", false, fits::<Vec<Extension>>),
    ("meta", false, fits::<Option<Meta>>),
    ("identifier", false, fits::<Vec<Identifier>>),
    ("status", true, fits::<Status>),
    ("vaccineCode", true, fits::<CodeableConcept>),
    ("patient", true, fits::<Reference>),
    ("occurrenceDateTime", false, fits::<Option<String>>),
    ("recorded", false, fits::<Option<String>>),
    ("primarySource", false, fits::<Option<bool>>),
    ("location", false, fits::<Option<Named>>),
    ("manufacturer", false, fits::<Option<Named>>),
    ("lotNumber", false, fits::<Option<String>>),
    ("performer", false, fits::<Vec<Performer>>),
    ("protocolApplied", false, fits::<Vec<ProtocolApplied>>),
    ("statusReason", false, fits::<Option<CodeableConcept>>),
    ("id", false, fits::<Option<String>>),
];

/// What is wrong with a text that could not be read as an Immunization.
pub(super) fn flaws(resource: &RawValue) -> Vec<Issue> {
    let value: Value = serde_json::from_str(resource.get()).unwrap_or(Value::Null);
    let found: Vec<Issue> = ELEMENTS
        .iter()
        .filter_map(|(name, needed, fits)| flaw(name, *needed, *fits, value.get(name)))
        .collect();
    if found.is_empty() {
        // An element that is there twice, or nothing of an object at all.
        return vec![issue(
            "structure",
            "Immunization",
            "Immunization として読めません。要素の重複と形を確かめてください",
            "cannot be read as an Immunization: check its form, and for elements given twice",
        )];
    }
    found
}

fn flaw(name: &str, needed: bool, fits: Fits, value: Option<&Value>) -> Option<Issue> {
    let element = format!("Immunization.{name}");
    match value {
        None if needed => Some(issue(
            "required",
            &element,
            "この要素がありません。入れてください",
            "the element is missing: give it",
        )),
        Some(value) if !fits(value) => Some(issue(
            "structure",
            &element,
            "この要素の型か値が正しくありません。FHIR R4 の定義を確かめてください",
            "the element has another type or value than FHIR R4 gives it",
        )),
        _ => None,
    }
}
