//! Records as HL7 FHIR R4 Immunizations, the form of the record API and of `fhir-ndjson`.
//!
//! A consultation without a dose is `not-done` with the reason 予診のみ and no lot. FHIR asks for a
//! vaccine all the same: it names an unspecified one, since none was given and the record says of
//! none that it was meant. What others name there is passed over when it comes in. A cancelled
//! record is `entered-in-error`. A correction keeps the record's identifier and adds its own
//! identity as the extension `correction-id`.

mod ndjson;
mod read;
mod time;
mod wire;

use thiserror::Error;

use super::{Coding, Products};
use crate::clock::japan_time;
use crate::intake::{Entry, EntryKind, Outcome, ProductId, VaccinationRecord, Vaccine};
use crate::voucher::VoucherNumber;

pub use ndjson::{NDJSON_LINE_LIMIT, Ndjson, Resources};
pub use read::from_immunization;
pub use time::day_of;
pub use wire::{
    CodeableConcept, CodedValue, Extension, Identifier, Immunization, Meta, Named, Performer,
    ProtocolApplied, Reference, ResourceType, Status,
};

/// The profile of JP Core that every resource follows.
const JP_IMMUNIZATION: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization";

/// The system of identifiers that are URIs, such as `urn:uuid:…`.
const URI: &str = "urn:ietf:rfc:3986";

/// Vaccines by the codes of the CDC.
const CVX: &str = "http://hl7.org/fhir/sid/cvx";

/// CVX for a COVID-19 vaccine that is not further specified, and its name in the CDC's list.
const UNSPECIFIED_CVX: &str = "213";
const UNSPECIFIED_NAME: &str = "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED";

const SNOMED: &str = "http://snomed.info/sct";

/// SNOMED CT: disease caused by severe acute respiratory syndrome coronavirus 2.
const COVID_19: &str = "840539006";

/// The reason for which no dose was given.
const CONSULTATION: &str = "予診のみ";

/// The names that a server and its stations agree on; configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The naming system of voucher numbers.
    pub voucher_system: String,
    /// What the names of the extensions follow, without a slash at the end.
    pub structure_definitions: String,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            voucher_system: "https://record-api.example/NamingSystem/voucher".to_owned(),
            structure_definitions: "https://record-api.example/StructureDefinition".to_owned(),
        }
    }
}

impl Profile {
    fn extension_url(&self, name: &str) -> String {
        format!("{}/{name}", self.structure_definitions)
    }

    fn extension(&self, name: &str, value: String) -> Extension {
        Extension {
            url: self.extension_url(name),
            value_string: Some(value),
        }
    }
}

/// Why a record has no FHIR form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotExportable {
    /// The voucher is still to follow.
    #[error(
        "接種券の番号がまだありません。接種券を読み取ってください / the voucher is still to follow: read its number"
    )]
    ToFollow,
    /// The products file has lost the product.
    #[error(
        "製品 {0} が製品ファイルにありません。製品ファイルに戻してください / the product {0} is not in the products file: put it back"
    )]
    UnknownProduct(ProductId),
}

/// The resource of a record as it is after `entry`.
///
/// Where it changes one that a server has, `id` is the server's to fill in.
pub fn to_immunization(
    entry: &Entry,
    profile: &Profile,
    products: &dyn Products,
) -> Result<Immunization, NotExportable> {
    let record = &entry.record;
    let number = record.subject.voucher().ok_or(NotExportable::ToFollow)?;
    let given = match &record.outcome {
        Outcome::Given(vaccine) => Some(vaccine),
        Outcome::ConsultationOnly => None,
    };
    Ok(Immunization {
        resource_type: ResourceType::Immunization,
        extension: extensions(entry, number, profile),
        meta: Some(Meta {
            profile: vec![JP_IMMUNIZATION.to_owned()],
        }),
        identifier: vec![identifier(URI, format!("urn:uuid:{}", record.id))],
        status: status(entry),
        vaccine_code: vaccine_code(record, products)?,
        patient: patient(number, profile),
        occurrence_date_time: Some(record.date.to_string()),
        recorded: Some(japan_time(record.recorded_at)),
        primary_source: Some(true),
        location: Some(named(record.venue.as_str())),
        manufacturer: given.map(|vaccine| named(vaccine.maker.as_str())),
        lot_number: given.map(|vaccine| vaccine.lot.to_string()),
        performer: vec![Performer {
            actor: named(record.doctor.as_str()),
        }],
        protocol_applied: vec![protocol(number)],
        status_reason: given.is_none().then(|| concept(None, CONSULTATION)),
        id: None,
    })
}

fn status(entry: &Entry) -> Status {
    match (&entry.kind, &entry.record.outcome) {
        (EntryKind::Cancellation(_), _) => Status::EnteredInError,
        (_, Outcome::Given(_)) => Status::Completed,
        (_, Outcome::ConsultationOnly) => Status::NotDone,
    }
}

fn extensions(entry: &Entry, number: VoucherNumber, profile: &Profile) -> Vec<Extension> {
    let kind = number.ticket_kind_digit().to_string();
    let mut extensions = vec![
        profile.extension("reading-evidence", entry.record.evidence.0.clone()),
        profile.extension("ticket-kind", kind),
    ];
    if let EntryKind::Correction(_) = entry.kind {
        let id = format!("urn:uuid:{}", entry.id);
        extensions.push(profile.extension("correction-id", id));
    }
    extensions
}

fn vaccine_code(
    record: &VaccinationRecord,
    products: &dyn Products,
) -> Result<CodeableConcept, NotExportable> {
    let Outcome::Given(Vaccine { product, .. }) = &record.outcome else {
        return Ok(concept(Some((CVX, UNSPECIFIED_CVX)), UNSPECIFIED_NAME));
    };
    let Coding { cvx, name, .. } = products
        .coding(product)
        .ok_or_else(|| NotExportable::UnknownProduct(product.clone()))?;
    Ok(concept(Some((CVX, &cvx)), &name))
}

fn patient(number: VoucherNumber, profile: &Profile) -> Reference {
    let value = format!("{}-{}", number.municipality(), number.personal());
    Reference {
        kind: Some("Patient".to_owned()),
        identifier: Some(identifier(&profile.voucher_system, value)),
    }
}

fn protocol(number: VoucherNumber) -> ProtocolApplied {
    ProtocolApplied {
        target_disease: vec![concept(Some((SNOMED, COVID_19)), "COVID-19")],
        dose_number_positive_int: Some(u32::from(number.dose().value())),
    }
}

fn identifier(system: &str, value: String) -> Identifier {
    Identifier {
        system: Some(system.to_owned()),
        value: Some(value),
    }
}

fn concept(code: Option<(&str, &str)>, text: &str) -> CodeableConcept {
    let coded = |(system, code): (&str, &str)| CodedValue {
        system: Some(system.to_owned()),
        code: Some(code.to_owned()),
    };
    CodeableConcept {
        coding: code.map(coded).into_iter().collect(),
        text: Some(text.to_owned()),
    }
}

fn named(name: &str) -> Named {
    Named {
        display: Some(name.to_owned()),
    }
}

#[cfg(test)]
mod tests;
