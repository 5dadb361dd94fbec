//! Whether a resource can be a record. Pure; every flaw is found, none repeats what was sent.

use jiff::civil::Date;
use serde_json::value::RawValue;
use unicode_normalization::UnicodeNormalization as _;

use super::entry::{Judge, Sent, Spelled, identities};
use super::refusal::issue;
use super::tables::{Key, status_code};
use crate::exchange::{CodeableConcept, Immunization, Status, day_of};
use crate::sync::wire::Issue;
use crate::voucher::{MunicipalityCode, PersonalNumber, municipality};

/// Vaccines by the codes of the CDC.
const CVX: &str = "http://hl7.org/fhir/sid/cvx";

/// Stands between the parts of a content: a sign that no text of a record has.
const SEPARATOR: char = '\u{1f}';

/// The flaws that were found so far.
#[derive(Default)]
struct Flaws(Vec<Issue>);

impl Flaws {
    fn keep<T>(&mut self, result: Result<T, Issue>) -> Option<T> {
        result.map_err(|flaw| self.0.push(flaw)).ok()
    }
}

/// The record that a resource is.
pub(super) fn sent(
    resource: &Immunization,
    body: &RawValue,
    judge: &Judge<'_>,
) -> Result<Sent, Vec<Issue>> {
    let mut flaws = Flaws::default();
    let identities = flaws.keep(identities(resource));
    let voucher = flaws.keep(voucher(resource, judge));
    let dose = flaws.keep(dose(resource));
    let day = flaws.keep(day(resource, judge));
    let product = flaws.keep(vaccine(resource));
    let lot = flaws.keep(lot(resource));
    flaws.keep(reason(resource));
    flaws.keep(ticket_kind(resource, judge));
    let record = || {
        let (day, status) = (day?, resource.status);
        Some(Sent {
            identities: identities?,
            key: Key {
                voucher: voucher?,
                dose: dose?,
                consulted_on: consulted_on(status, day),
            },
            status,
            content: content(status, day, &product?, lot?.as_deref()),
            spelled: Spelled::of(resource),
            body: body.to_owned(),
        })
    };
    match record() {
        Some(record) if flaws.0.is_empty() => Ok(record),
        _ => Err(flaws.0),
    }
}

/// A given dose is keyed without its date; consulted on Monday, vaccinated on Friday is no
/// conflict.
fn consulted_on(status: Status, day: Date) -> String {
    match status {
        Status::NotDone => day.to_string(),
        Status::Completed | Status::EnteredInError => String::new(),
    }
}

/// Day, status, and where something was given, product and lot.
fn content(status: Status, day: Date, product: &str, lot: Option<&str>) -> String {
    let mut content = format!("{day}{SEPARATOR}{}", status_code(status));
    if let (Some(lot), Status::Completed | Status::EnteredInError) = (lot, status) {
        for part in [product, lot] {
            content.push(SEPARATOR);
            content.push_str(part);
        }
    }
    content
}

/// Width and case alike (NFKC, upper case), blanks left out at the ends and counted once within.
fn alike(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_uppercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `131016-0012345678`: a municipality that issues vouchers, and ten digits.
fn voucher(resource: &Immunization, judge: &Judge<'_>) -> Result<String, Issue> {
    const SYSTEM: &str = "Immunization.patient.identifier.system";
    const VALUE: &str = "Immunization.patient.identifier.value";
    let identifier = resource.patient.identifier.as_ref().ok_or_else(|| {
        issue(
            "required",
            "Immunization.patient.identifier",
            "接種券の番号がありません。入れてください",
            "the voucher's number is missing: give it",
        )
    })?;
    if identifier.system.as_deref() != Some(&judge.profile.voucher_system) {
        return Err(issue(
            "code-invalid",
            SYSTEM,
            "番号の system がこのサーバーのものと違います。設定を確かめてください",
            "the system of the number is not this server's: check the settings",
        ));
    }
    let value = identifier.value.as_deref().unwrap_or_default();
    voucher_text(value, VALUE)?;
    Ok(value.to_owned())
}

/// Whether `text` is a municipality that issues vouchers, a hyphen and ten digits.
pub(super) fn voucher_text(text: &str, element: &str) -> Result<(), Issue> {
    let parts = text.split_once('-');
    let parsed = parts.and_then(|(town, person)| {
        let person: Option<PersonalNumber> = person.parse().ok();
        person.and(town.parse().ok())
    });
    let code: MunicipalityCode = parsed.ok_or_else(|| {
        issue(
            "value",
            element,
            "番号は「自治体コード6桁-券番号10桁」にしてください",
            "the number has to be six digits of the municipality, a hyphen and ten digits",
        )
    })?;
    if !code.is_valid() || municipality(code).is_none() {
        return Err(issue(
            "code-invalid",
            element,
            "自治体コードが正しくありません。接種券を読み直してください",
            "there is no municipality with this code: read the voucher again",
        ));
    }
    Ok(())
}

fn dose(resource: &Immunization) -> Result<u8, Issue> {
    const DOSE: &str = "Immunization.protocolApplied.doseNumberPositiveInt";
    let protocol = resource.protocol_applied.first();
    let dose = protocol.and_then(|p| p.dose_number_positive_int);
    let dose = dose.ok_or_else(|| {
        issue(
            "required",
            DOSE,
            "回数がありません。入れてください",
            "the dose number is missing: give it",
        )
    })?;
    dose_number(dose, DOSE)
}

/// 1–9: one digit on the voucher, and nothing is the dose before the first.
pub(super) fn dose_number(dose: u32, element: &str) -> Result<u8, Issue> {
    match u8::try_from(dose) {
        Ok(dose @ 1..=9) => Ok(dose),
        _ => Err(issue(
            "value",
            element,
            "回数は 1 から 9 までにしてください",
            "the dose number has to be 1 to 9",
        )),
    }
}

fn day(resource: &Immunization, judge: &Judge<'_>) -> Result<Date, Issue> {
    const DATE: &str = "Immunization.occurrenceDateTime";
    let text = resource.occurrence_date_time.as_deref().ok_or_else(|| {
        issue(
            "required",
            DATE,
            "接種日がありません。入れてください",
            "the day is missing: give it",
        )
    })?;
    let day = day_of(text).ok_or_else(|| {
        issue(
            "value",
            DATE,
            "接種日は実在する日を 2021-11-20 の形で入れてください",
            "the day has to exist, written as 2021-11-20",
        )
    })?;
    if day > judge.today {
        return Err(issue(
            "business-rule",
            DATE,
            "接種日が今日より後です。日付を確かめてください",
            "the day is after today: check the date",
        ));
    }
    Ok(day)
}

/// CVX code and name, since two products may share a code.
fn vaccine(resource: &Immunization) -> Result<String, Issue> {
    const VACCINE: &str = "Immunization.vaccineCode";
    let concept = &resource.vaccine_code;
    let code = cvx(concept);
    let name = concept.text.as_deref().map(alike).unwrap_or_default();
    let given = resource.status == Status::Completed;
    match code {
        Some(code) if !code.is_empty() => Ok(format!("{code}{SEPARATOR}{name}")),
        None if !given && !name.is_empty() => Ok(format!("{SEPARATOR}{name}")),
        _ => Err(issue(
            "required",
            VACCINE,
            "ワクチンの CVX コードがありません。vaccineCode.coding に入れてください",
            "the vaccine's CVX code is missing: give it in vaccineCode.coding",
        )),
    }
}

/// The CVX code of a concept.
pub(super) fn cvx(concept: &CodeableConcept) -> Option<String> {
    let mut codings = concept.coding.iter();
    let coding = codings.find(|coding| coding.system.as_deref() == Some(CVX))?;
    coding.code.as_deref().map(alike)
}

/// There is one when something was given, and none when nothing was.
fn lot(resource: &Immunization) -> Result<Option<String>, Issue> {
    const LOT: &str = "Immunization.lotNumber";
    let lot = resource.lot_number.as_deref().map(alike);
    match (resource.status, lot) {
        (Status::Completed, lot) if lot.as_deref().unwrap_or_default().is_empty() => Err(issue(
            "required",
            LOT,
            "ロット番号がありません。入れてください",
            "the lot is missing: give it",
        )),
        (Status::NotDone, Some(_)) => Err(issue(
            "invariant",
            LOT,
            "予診のみの記録にロット番号があります。外してください",
            "nothing was given, so there can be no lot: leave it out",
        )),
        (_, lot) => Ok(lot),
    }
}

fn reason(resource: &Immunization) -> Result<(), Issue> {
    if resource.status != Status::NotDone {
        return Ok(());
    }
    let said = |reason: &CodeableConcept| {
        let text = reason.text.as_deref().unwrap_or_default();
        !text.trim().is_empty() || !reason.coding.is_empty()
    };
    if resource.status_reason.as_ref().is_some_and(said) {
        return Ok(());
    }
    Err(issue(
        "required",
        "Immunization.statusReason",
        "接種しなかった理由がありません。予診のみなら statusReason.text を「予診のみ」にしてください",
        "why nothing was given is missing: of a consultation statusReason.text is 予診のみ",
    ))
}

fn ticket_kind(resource: &Immunization, judge: &Judge<'_>) -> Result<(), Issue> {
    let url = format!("{}/ticket-kind", judge.profile.structure_definitions);
    let mut kinds = resource.extension.iter().filter(|e| e.url == url);
    let is_digit = |text: Option<&str>| matches!(text.map(str::as_bytes), Some([digit]) if digit.is_ascii_digit());
    if kinds.all(|kind| is_digit(kind.value_string.as_deref())) {
        return Ok(());
    }
    Err(issue(
        "value",
        "Immunization.extension",
        "券種は接種券の先頭の1桁の数字にしてください",
        "the ticket kind is one digit, the first on the voucher",
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn width_case_and_blanks_do_not_make_two_lots_of_one() {
        for text in ["FJ7489", "ｆｊ７４８９", " fj7489 ", "ＦＪ7489"] {
            assert_eq!(alike(text), "FJ7489", "{text}");
        }
        assert_eq!(alike("ｺﾐﾅﾃｨ筋注"), alike("コミナティ筋注"));
        assert_ne!(alike("コミナティ筋注"), alike("コミナティRTU筋注"));
    }

    #[test]
    fn the_day_of_a_point_in_time_is_that_of_tokyo() {
        for text in [
            "2021-11-20",
            "2021-11-19T15:00:00Z",
            "2021-11-20T10:15:30+09:00",
            "2021-11-20T10:15:30.250+09:00",
        ] {
            assert_eq!(day_of(text), Some(date(2021, 11, 20)), "{text}");
        }
        for text in [
            "2021-11-31",
            "20211120",
            "2021-11",
            "2021/11/20",
            "2021-11-20T10:15:30",
            "2021-11-20 10:15:30Z",
            "令和三年十一月二十日",
            "",
        ] {
            assert_eq!(day_of(text), None, "{text}");
        }
    }
}
