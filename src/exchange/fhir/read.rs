//! Immunizations as records.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::super::checks::{Checks, Parts, imported};
use super::super::finding::{Flaw, RowFinding};
use super::super::{ImportContext, ImportedRow};
use super::time::{is_date, point_in_time};
use super::wire::{Immunization, Status};
use super::{CONSULTATION, CVX, Profile, URI};
use crate::clock;
use crate::intake::{
    Doctor, Evidence, Lot, Maker, Outcome, ProductId, RecordId, Subject, VaccinationRecord,
    Vaccine, Venue,
};

const IDENTIFIER: &str = "identifier";
const PATIENT: &str = "patient.identifier";
const KIND: &str = "extension.ticket-kind";
const DOSE: &str = "protocolApplied.doseNumberPositiveInt";
const DATE: &str = "occurrenceDateTime";
const RECORDED: &str = "recorded";
const VENUE: &str = "location.display";
const DOCTOR: &str = "performer.actor.display";
const STATUS: &str = "status";
const REASON: &str = "statusReason.text";
const VACCINE: &str = "vaccineCode";
const MAKER: &str = "manufacturer.display";
const LOT: &str = "lotNumber";

/// The record that the resource on `line` is. It keeps its identity and, where well formed, the
/// evidence that it names.
pub fn from_immunization(
    resource: &Immunization,
    line: u64,
    profile: &Profile,
    context: &ImportContext<'_>,
) -> Result<ImportedRow, Vec<RowFinding>> {
    let mut checks = Checks::new(line, context);
    let record = record(&mut checks, resource, profile);
    checks.done(record)
}

/// Every element is looked at before the first missing one ends it.
fn record(
    checks: &mut Checks<'_>,
    resource: &Immunization,
    profile: &Profile,
) -> Option<VaccinationRecord> {
    if resource.status == Status::EnteredInError {
        return checks.refuse(STATUS, Flaw::Cancelled);
    }
    let id = identity(checks, resource);
    let parts = parts(checks, resource, profile);
    let date = date(checks, resource);
    let recorded_at = recorded_at(checks, resource);
    let venue = resource
        .location
        .as_ref()
        .and_then(|l| l.display.as_deref());
    let venue = required(checks, VENUE, venue).and_then(|t| checks.text(VENUE, t, Venue::new));
    let doctor = resource.performer.first();
    let doctor = doctor.and_then(|p| p.actor.display.as_deref());
    let doctor = required(checks, DOCTOR, doctor).and_then(|t| checks.text(DOCTOR, t, Doctor::new));
    let outcome = outcome(checks, resource)?;
    Some(VaccinationRecord {
        id: id?,
        subject: Subject::Voucher(parts.number()?),
        date: date?,
        venue: venue?,
        doctor: doctor?,
        outcome,
        station: checks.context.station.clone(),
        operator: checks.context.operator.clone(),
        recorded_at: recorded_at?,
        evidence: evidence(resource, profile),
    })
}

fn required<'r>(
    checks: &mut Checks<'_>,
    element: &'static str,
    value: Option<&'r str>,
) -> Option<&'r str> {
    value.or_else(|| checks.refuse(element, Flaw::Missing))
}

/// The first identifier is the record's own; further ones are of others that say the same.
fn identity(checks: &mut Checks<'_>, resource: &Immunization) -> Option<RecordId> {
    let mut identifiers = resource.identifier.iter();
    let own = identifiers.find(|identifier| identifier.system.as_deref() == Some(URI));
    let own = own.and_then(|identifier| identifier.value.as_deref());
    let uuid = required(checks, IDENTIFIER, own)?
        .strip_prefix("urn:uuid:")
        .and_then(|uuid| Uuid::parse_str(uuid).ok());
    match uuid {
        Some(uuid) => Some(RecordId::from_uuid(uuid)),
        None => checks.refuse(IDENTIFIER, Flaw::UnknownIdentifier),
    }
}

fn parts(checks: &mut Checks<'_>, resource: &Immunization, profile: &Profile) -> Parts {
    let kind = required(checks, KIND, extension(resource, profile, "ticket-kind"));
    let dose = resource.protocol_applied.first();
    let dose = dose.and_then(|p| p.dose_number_positive_int);
    let dose = dose.map(|dose| dose.to_string());
    let dose = required(checks, DOSE, dose.as_deref());
    let person = voucher(checks, resource, profile);
    Parts {
        kind: kind.and_then(|text| checks.kind(KIND, text)),
        dose: dose.and_then(|text| checks.dose(DOSE, text)),
        municipality: person.and_then(|(town, _)| checks.municipality(PATIENT, town)),
        personal: person.and_then(|(_, person)| checks.digits(PATIENT, person)),
    }
}

/// Municipality code and 券番号 as texts.
fn voucher<'r>(
    checks: &mut Checks<'_>,
    resource: &'r Immunization,
    profile: &Profile,
) -> Option<(&'r str, &'r str)> {
    let Some(identifier) = &resource.patient.identifier else {
        return checks.refuse(PATIENT, Flaw::Missing);
    };
    if identifier.system.as_deref() != Some(&profile.voucher_system) {
        return checks.refuse(PATIENT, Flaw::ForeignSystem);
    }
    let value = required(checks, PATIENT, identifier.value.as_deref())?;
    let parts = value.split_once('-');
    parts.or_else(|| checks.refuse(PATIENT, Flaw::VoucherForm))
}

/// The day itself, or the day in Asia/Tokyo of a point in time.
fn date(checks: &mut Checks<'_>, resource: &Immunization) -> Option<Date> {
    let text = required(checks, DATE, resource.occurrence_date_time.as_deref())?;
    if is_date(text) {
        let day = text.parse().ok();
        return day.or_else(|| checks.refuse(DATE, Flaw::NoSuchDay));
    }
    let day = point_in_time(text).map(clock::day);
    day.or_else(|| checks.refuse(DATE, Flaw::IsoDateForm))
}

/// A point in time, or of a mere date its beginning in Asia/Tokyo.
fn recorded_at(checks: &mut Checks<'_>, resource: &Immunization) -> Option<Timestamp> {
    let Some(text) = &resource.recorded else {
        return Some(checks.context.recorded_at);
    };
    let time = if is_date(text) {
        point_in_time(&format!("{text}T00:00:00+09:00"))
    } else {
        point_in_time(text)
    };
    time.or_else(|| checks.refuse(RECORDED, Flaw::TimeForm))
}

fn outcome(checks: &mut Checks<'_>, resource: &Immunization) -> Option<Outcome> {
    if resource.status == Status::Completed {
        return vaccine(checks, resource).map(Outcome::Given);
    }
    let reason = resource.status_reason.as_ref();
    if reason.and_then(|reason| reason.text.as_deref()) != Some(CONSULTATION) {
        return checks.refuse(REASON, Flaw::UnknownOutcome);
    }
    if resource.lot_number.is_some() {
        return checks.refuse(LOT, Flaw::VaccineOnConsultation);
    }
    Some(Outcome::ConsultationOnly)
}

fn vaccine(checks: &mut Checks<'_>, resource: &Immunization) -> Option<Vaccine> {
    let product = product(checks, resource);
    let lot = required(checks, LOT, resource.lot_number.as_deref());
    let lot = lot.and_then(|text| checks.text(LOT, text, Lot::new));
    let maker = maker(checks, resource, product.as_ref());
    Some(Vaccine {
        product: product?,
        maker: maker?,
        lot: lot?,
    })
}

fn product(checks: &mut Checks<'_>, resource: &Immunization) -> Option<ProductId> {
    let code = &resource.vaccine_code;
    let mut codings = code.coding.iter();
    let cvx = codings.find(|coding| coding.system.as_deref() == Some(CVX));
    let cvx = cvx.and_then(|coding| coding.code.as_deref());
    let name = code.text.as_deref();
    let products = checks.context.products;
    let product = products.by_coding(cvx.unwrap_or_default(), name.unwrap_or_default());
    product.or_else(|| checks.refuse(VACCINE, Flaw::UnknownProduct))
}

/// The maker that is named, or else the product's.
fn maker(
    checks: &mut Checks<'_>,
    resource: &Immunization,
    product: Option<&ProductId>,
) -> Option<Maker> {
    let named = resource.manufacturer.as_ref();
    match named.and_then(|maker| maker.display.as_deref()) {
        Some(text) => checks.text(MAKER, text, Maker::new),
        None => Some(checks.context.products.coding(product?)?.maker),
    }
}

fn evidence(resource: &Immunization, profile: &Profile) -> Evidence {
    let named = extension(resource, profile, "reading-evidence");
    let well_formed = |text: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | '-');
        (1..=80).contains(&text.len()) && text.chars().all(fits)
    };
    match named.filter(well_formed) {
        Some(text) => Evidence(text.to_owned()),
        None => imported(),
    }
}

fn extension<'r>(resource: &'r Immunization, profile: &Profile, name: &str) -> Option<&'r str> {
    let url = profile.extension_url(name);
    let found = resource.extension.iter().find(|e| e.url == url);
    found.and_then(|extension| extension.value_string.as_deref())
}
