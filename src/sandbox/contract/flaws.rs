//! What cannot be taken is named by its elements, and never by what they hold.

use serde_json::{Value, json};

use super::super::samples::{Desk, consulted, given, post, with, without};
use super::{PATIENT, on_one};

#[test]
fn every_flaw_of_a_record_is_named_and_never_its_number() {
    let value = "Immunization.patient.identifier.value";
    let dose = "Immunization.protocolApplied.doseNumberPositiveInt";
    let flawed = [
        (without(given(1, 7), "status"), "Immunization.status"),
        (
            with(given(1, 7), "/status", json!("done")),
            "Immunization.status",
        ),
        (
            without(given(1, 7), "vaccineCode"),
            "Immunization.vaccineCode",
        ),
        (
            with(given(1, 7), "/vaccineCode/coding", json!([])),
            "Immunization.vaccineCode",
        ),
        (without(given(1, 7), "patient"), "Immunization.patient"),
        (
            with(given(1, 7), "/patient", json!("131016-0000000007")),
            "Immunization.patient",
        ),
        (with(given(1, 7), "/patient", json!({})), PATIENT),
        (
            with(
                given(1, 7),
                "/patient/identifier/system",
                json!("urn:other"),
            ),
            "Immunization.patient.identifier.system",
        ),
        (
            with(given(1, 7), "/patient/identifier/value", json!("131016-7")),
            value,
        ),
        (
            with(
                given(1, 7),
                "/patient/identifier/value",
                json!("131017-0000000007"),
            ),
            value,
        ),
        (
            with(
                given(1, 7),
                "/patient/identifier/value",
                json!("130001-0000000007"),
            ),
            value,
        ),
        (
            with(
                given(1, 7),
                "/patient/identifier/value",
                json!("１３１０１６-0000000007"),
            ),
            value,
        ),
        (
            without(given(1, 7), "occurrenceDateTime"),
            "Immunization.occurrenceDateTime",
        ),
        (
            with(given(1, 7), "/occurrenceDateTime", json!("2021-11-31")),
            "Immunization.occurrenceDateTime",
        ),
        (
            with(given(1, 7), "/occurrenceDateTime", json!("2021-11-21")),
            "Immunization.occurrenceDateTime",
        ),
        (without(given(1, 7), "lotNumber"), "Immunization.lotNumber"),
        (
            with(given(1, 7), "/lotNumber", json!(" ")),
            "Immunization.lotNumber",
        ),
        (with(given(1, 7), "/protocolApplied", json!([])), dose),
        (
            with(
                given(1, 7),
                "/protocolApplied/0/doseNumberPositiveInt",
                json!(0),
            ),
            dose,
        ),
        (
            with(
                given(1, 7),
                "/protocolApplied/0/doseNumberPositiveInt",
                json!(10),
            ),
            dose,
        ),
        (
            without(consulted(1, 7, "2021-11-20"), "statusReason"),
            "Immunization.statusReason",
        ),
        (
            with(given(1, 7), "/status", json!("not-done")),
            "Immunization.lotNumber",
        ),
        (
            with(given(1, 7), "/identifier", json!([])),
            "Immunization.identifier",
        ),
        (
            with(given(1, 7), "/identifier/0/value", json!("urn:uuid:7")),
            "Immunization.identifier",
        ),
        (
            with(given(1, 7), "/extension/0/valueString", json!("22")),
            "Immunization.extension",
        ),
        (
            with(given(1, 7), "/resourceType", json!("Patient")),
            "Immunization.resourceType",
        ),
    ];
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        for (resource, element) in &flawed {
            let mut entry = post(resource.clone());
            entry["request"] = post(given(1, 7))["request"].clone();
            let refusal = desk.refused(&entry);
            assert_eq!(refusal.status.as_u16(), 422, "{element}");
            assert_eq!(refusal.issues[0].expression, [*element], "{resource}");
            let text = serde_json::to_string(&refusal.outcome()).unwrap();
            assert!(!text.contains("0000000007"), "{text}");
        }
        desk.created(&post(given(1, 7)));
    });
}

#[test]
fn what_is_asked_for_has_to_be_a_new_record_or_a_change_of_one() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        for (pointer, value, status) in [
            ("/request/method", json!("DELETE"), 405),
            ("/request/method", json!("GET"), 405),
            ("/request/method", json!("PATCH"), 405),
            ("/request/url", json!("Patient"), 422),
            ("/request/ifNoneExist", Value::Null, 422),
            ("/request/ifNoneExist", json!("patient=1"), 422),
            (
                "/request/ifNoneExist",
                post(given(2, 7))["request"]["ifNoneExist"].clone(),
                422,
            ),
            ("/request", json!({}), 405),
            ("/request", Value::Null, 422),
            ("/request", json!("POST"), 422),
            ("/resource", Value::Null, 422),
            ("/resource", json!([]), 422),
        ] {
            let entry = with(post(given(1, 7)), pointer, value);
            assert_eq!(desk.refusal(&entry).0, status, "{entry}");
        }
        assert_eq!(desk.refusal(&json!(7)).0, 422);
    });
}
