//! Parcels as the batch that is sent, and whether what the server has is what was sent.

use super::plan::{Parcel, Way};
use super::why::Why;
use super::wire::{Bundle, BundleKind, BundleMeta, BundleResource, Method, Request, RequestEntry};
use crate::exchange::{CodedValue, Immunization, Products, Profile, to_immunization};
use crate::intake::Lot;
use crate::store::Head;

/// The system of identifiers that are URIs (RFC 3986), as FHIR names it.
const URI: &str = "urn:ietf:rfc:3986";

/// The entry of a parcel.
///
/// # Errors
/// [`Why::NoForm`] for a record whose product is not in the tables any more.
pub fn request_entry(
    parcel: &Parcel,
    profile: &Profile,
    products: &dyn Products,
) -> Result<RequestEntry, Why> {
    let mut resource =
        to_immunization(&parcel.entry, profile, products).map_err(|_| Why::NoForm)?;
    let identity = format!("urn:uuid:{}", parcel.entry.record.id);
    let request = match &parcel.way {
        Way::Create => Request {
            method: Method::Post,
            url: "Immunization".to_owned(),
            if_none_exist: Some(format!("identifier={URI}|{identity}")),
            if_match: None,
        },
        Way::Update { resource, version } => Request {
            method: Method::Put,
            url: resource.clone(),
            if_none_exist: None,
            if_match: Some(version.clone()),
        },
    };
    if let Way::Update {
        resource: place, ..
    } = &parcel.way
    {
        resource.id = place.strip_prefix("Immunization/").map(str::to_owned);
    }
    Ok(RequestEntry {
        full_url: Some(identity),
        resource,
        request,
    })
}

/// The batch of `entry`, with a tag that tells where the station's audit chain stands, so that a
/// book that was put back to an older state is noticed at the server too: sequence number, colon,
/// the chain in hexadecimal digits.
pub fn batch(entry: Vec<RequestEntry>, head: &Head, profile: &Profile) -> Bundle<RequestEntry> {
    let chain: String = head.chain.iter().map(|b| format!("{b:02x}")).collect();
    let tag = CodedValue {
        system: Some(format!("{}/audit-head", profile.structure_definitions)),
        code: Some(format!("{}:{chain}", head.sequence)),
    };
    Bundle {
        resource_type: BundleResource::Bundle,
        meta: Some(BundleMeta { tag: vec![tag] }),
        kind: BundleKind::Batch,
        entry,
    }
}

/// Whether the server's resource says what was sent, so that only the reply was lost. What the
/// server itself adds does not count: its id, its marks, identifiers of other stations that
/// recorded the same, and how it writes the time of recording.
pub fn same(sent: &Immunization, found: &Immunization) -> bool {
    let own = |resource: &Immunization| {
        let mut resource = resource.clone();
        resource.id = None;
        resource.meta = None;
        resource.recorded = None;
        resource
            .identifier
            .retain(|identifier| sent.identifier.contains(identifier));
        resource.extension.sort_by(|a, b| a.url.cmp(&b.url));
        resource
    };
    own(sent) == own(found)
}

/// Whether two resources say the same of a dose, as RECORD_API counts content: of whom, date,
/// status, product and lot. Venue and doctor may be spelled otherwise.
pub(super) fn same_content(one: &Immunization, other: &Immunization) -> bool {
    let lot = |resource: &Immunization| {
        let lot = resource.lot_number.as_deref();
        lot.and_then(|text| Lot::new(text).ok())
    };
    one.patient == other.patient
        && one.occurrence_date_time == other.occurrence_date_time
        && one.status == other.status
        && one.vaccine_code == other.vaccine_code
        && one.protocol_applied == other.protocol_applied
        && lot(one) == lot(other)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{cancellation, consultation, correction, record};
    use super::*;
    use crate::intake::{Catalogue, Entry};

    const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sync/batch-request.json");

    fn parcel(sequence: i64, entry: Entry, way: Way) -> Parcel {
        Parcel {
            sequence,
            entry,
            way,
            known: Vec::new(),
        }
    }

    fn update() -> Way {
        Way::Update {
            resource: "Immunization/4711".into(),
            version: "W/\"1\"".into(),
        }
    }

    /// One entry of every kind that is ever sent.
    fn every_kind() -> Bundle<RequestEntry> {
        let catalogue = Catalogue::built_in().unwrap();
        let profile = Profile::default();
        let parcels = [
            parcel(1, record(1), Way::Create),
            parcel(2, consultation(2), Way::Create),
            parcel(3, correction(&record(3), "FJ7490"), update()),
            parcel(4, correction(&record(4), "FJ7490"), Way::Create),
            parcel(5, cancellation(&record(5)), update()),
            parcel(6, cancellation(&consultation(6)), update()),
        ];
        let entries = parcels
            .iter()
            .map(|parcel| request_entry(parcel, &profile, &catalogue).unwrap());
        let head = Head {
            sequence: 12,
            chain: [0xab; 32],
        };
        batch(entries.collect(), &head, &profile)
    }

    /// `make goldens` renews it; an independent validator reads it in `make fhir`.
    #[test]
    fn a_batch_of_every_kind_is_written_as_the_golden_says() {
        let written = serde_json::to_string_pretty(&every_kind()).unwrap() + "\n";
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::write(GOLDEN, &written).unwrap();
        }
        assert_eq!(written, std::fs::read_to_string(GOLDEN).unwrap());
    }

    #[test]
    fn a_new_record_and_a_change_are_asked_for_as_the_record_api_says() {
        let sent: Value = serde_json::to_value(every_kind()).unwrap();
        let new = &sent["entry"][0];
        let identity = format!("urn:uuid:{}", record(1).id);
        assert_eq!(
            new["request"],
            json!({
                "method": "POST", "url": "Immunization",
                "ifNoneExist": format!("identifier=urn:ietf:rfc:3986|{identity}"),
            })
        );
        let changed = &sent["entry"][2];
        assert_eq!(
            changed["request"],
            json!({"method": "PUT", "url": "Immunization/4711", "ifMatch": "W/\"1\""})
        );
        assert_eq!(changed["resource"]["id"], "4711");
        let kept = format!("urn:uuid:{}", record(3).id);
        assert_eq!(changed["resource"]["identifier"][0]["value"], kept);
    }

    #[test]
    fn a_cancellation_is_entered_in_error() {
        let sent: Value = serde_json::to_value(every_kind()).unwrap();
        assert_eq!(sent["entry"][4]["resource"]["status"], "entered-in-error");
    }

    #[test]
    fn every_batch_tells_where_the_audit_chain_stands() {
        let sent: Value = serde_json::to_value(every_kind()).unwrap();
        let tag = &sent["meta"]["tag"][0];
        assert!(tag["system"].as_str().unwrap().ends_with("/audit-head"));
        let chain = "ab".repeat(32);
        assert_eq!(tag["code"], format!("12:{chain}"));
    }

    #[test]
    fn what_the_server_adds_does_not_make_it_another_record() {
        let sent = every_kind().entry.remove(2).resource;
        let mut found = serde_json::to_value(&sent).unwrap();
        found["meta"] = json!({"versionId": "2", "tag": [{"code": "TRAINING"}]});
        found["identifier"]
            .as_array_mut()
            .unwrap()
            .push(json!({"system": URI, "value": "urn:uuid:019a9c2e-7b1c-7d3e-8f00-0000000000ff"}));
        let found: Immunization = serde_json::from_value(found).unwrap();
        assert!(same(&sent, &found));
    }

    #[test]
    fn another_lot_date_status_identity_or_correction_is_another_record() {
        let sent = every_kind().entry.remove(2).resource;
        let changes: [fn(&mut Immunization); 5] = [
            |r| r.lot_number = Some("FJ0000".into()),
            |r| r.occurrence_date_time = Some("2021-11-21".into()),
            |r| r.status = crate::exchange::Status::EnteredInError,
            |r| r.identifier.clear(),
            |r| r.extension.truncate(2),
        ];
        for change in changes {
            let mut found = sent.clone();
            change(&mut found);
            assert!(!same(&sent, &found), "{found:?}");
        }
    }
}
