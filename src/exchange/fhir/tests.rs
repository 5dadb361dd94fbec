use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::super::samples::{Shelf, consultation, golden, id, record, to_follow, with_context};
use super::super::{ImportedRow, Row, RowProblem, Written};
use super::*;
use crate::intake::{Lot, Reason};

fn profile() -> Profile {
    Profile::default()
}

fn resource(entry: &Entry) -> Immunization {
    to_immunization(entry, &profile(), &Shelf).unwrap()
}

/// As the examples are laid out: one space for each level.
fn laid_out(resource: &Immunization) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b" "));
    resource.serialize(&mut serializer).unwrap();
    out.push(b'\n');
    String::from_utf8(out).unwrap()
}

fn given() -> Entry {
    Entry::new(record("211310160012345678"))
}

fn consulted() -> Entry {
    Entry::new(VaccinationRecord {
        id: id(2),
        ..consultation("121410030000000042")
    })
}

fn corrected() -> Entry {
    let mut record = record("211310160099999999");
    record.id = id(0xaa);
    if let Outcome::Given(vaccine) = &mut record.outcome {
        vaccine.lot = Lot::new("FJ7490").unwrap();
    }
    Entry {
        id: id(3),
        kind: EntryKind::Correction(Reason::new("ロットの読み違い").unwrap()),
        record,
    }
}

fn read(resource: &Immunization) -> Result<ImportedRow, Vec<&'static str>> {
    with_context(|context| from_immunization(resource, 1, &profile(), &context))
        .map_err(|findings| findings.iter().map(|finding| finding.code).collect())
}

#[test]
fn a_given_dose_is_written_as_in_the_example() {
    assert_eq!(laid_out(&resource(&given())), golden("given.json"));
}

#[test]
fn a_consultation_is_written_as_in_the_example() {
    assert_eq!(
        laid_out(&resource(&consulted())),
        golden("consultation.json")
    );
}

#[test]
fn a_correction_is_written_as_in_the_example() {
    let mut resource = resource(&corrected());
    resource.id = Some("4711".to_owned());
    assert_eq!(laid_out(&resource), golden("correction.json"));
}

#[test]
fn the_examples_are_read_as_the_records_they_are() {
    for (name, entry) in [
        ("given.json", given()),
        ("consultation.json", consulted()),
        ("correction.json", corrected()),
    ] {
        let resource: Immunization = serde_json::from_str(&golden(name)).unwrap();
        let row = read(&resource).unwrap();
        assert_eq!(row.record, entry.record, "{name}");
        assert!(row.findings.is_empty(), "{name}");
    }
}

#[test]
fn a_cancelled_record_is_written_as_an_error_and_never_imported() {
    let mut entry = consulted();
    entry.kind = EntryKind::Cancellation(Reason::new("別の人の接種券").unwrap());
    let resource = resource(&entry);
    assert_eq!(resource.status, Status::EnteredInError);
    assert_eq!(
        resource.status_reason.as_ref().unwrap().text.as_deref(),
        Some("予診のみ")
    );
    assert_eq!(read(&resource), Err(vec!["cancelled"]));
}

#[test]
fn a_consultation_names_no_vaccine_in_particular_and_may_come_in_with_one() {
    let mut resource = resource(&consulted());
    assert_eq!(resource.vaccine_code.coding[0].code.as_deref(), Some("213"));
    resource.vaccine_code = concept(Some((CVX, "208")), "コミナティ筋注");
    assert_eq!(read(&resource).unwrap().record, consulted().record);
}

#[test]
fn a_product_that_left_the_products_file_is_an_error_with_its_remedy() {
    let mut entry = given();
    if let Outcome::Given(vaccine) = &mut entry.record.outcome {
        vaccine.product = ProductId::new("withdrawn-1").unwrap();
    }
    let error = to_immunization(&entry, &profile(), &Shelf).unwrap_err();
    assert!(error.to_string().contains("withdrawn-1"), "{error}");
}

#[test]
fn a_point_in_time_is_the_day_in_tokyo() {
    let mut resource = resource(&given());
    resource.occurrence_date_time = Some("2021-11-19T15:30:00Z".to_owned());
    assert_eq!(
        read(&resource).unwrap().record.date.to_string(),
        "2021-11-20"
    );
}

#[test]
fn the_moment_of_recording_may_be_a_mere_date() {
    let mut resource = resource(&given());
    resource.recorded = Some("2021-11-20".to_owned());
    let recorded_at = read(&resource).unwrap().record.recorded_at;
    assert_eq!(japan_time(recorded_at), "2021-11-20T00:00:00+09:00");
    resource.recorded = Some("20211120".to_owned());
    assert_eq!(read(&resource), Err(vec!["time_form"]));
}

#[test]
fn a_town_or_a_kind_of_ticket_that_is_not_known_prevents_no_import() {
    let mut resource = resource(&given());
    resource.patient = ours("130001-0012345678");
    resource.extension[1].value_string = Some("7".to_owned());
    let row = read(&resource).unwrap();
    let number = row.record.subject.voucher().unwrap();
    assert_eq!(number.to_string(), "711300010012345678");
    assert!(row.findings.is_empty(), "they are intake's to tell");
}

#[test]
fn each_flaw_of_a_resource_is_told() {
    type Spoil = fn(&mut Immunization);
    let cases: [(Spoil, &str); 14] = [
        (|r| r.identifier.clear(), "missing"),
        (
            |r| r.identifier[0].value = Some("4711".into()),
            "unknown_identifier",
        ),
        (|r| r.extension.clear(), "missing"),
        (
            |r| r.extension[1].value_string = Some("22".into()),
            "too_many_digits",
        ),
        (
            |r| r.protocol_applied[0].dose_number_positive_int = Some(10),
            "too_many_digits",
        ),
        (|r| r.patient.identifier = None, "missing"),
        (
            |r| r.patient = patient_of("urn:other", "131016-0012345678"),
            "foreign_system",
        ),
        (|r| r.patient = ours("0012345678"), "voucher_form"),
        (|r| r.patient = ours("131017-0012345678"), "check_digit"),
        (
            |r| r.occurrence_date_time = Some("2021-11".into()),
            "iso_date_form",
        ),
        (
            |r| r.occurrence_date_time = Some("20211120".into()),
            "iso_date_form",
        ),
        (
            |r| r.occurrence_date_time = Some("2021-11-31".into()),
            "no_such_day",
        ),
        (|r| r.lot_number = None, "missing"),
        (|r| r.vaccine_code.coding.clear(), "unknown_product"),
    ];
    for (index, (spoil, expected)) in cases.into_iter().enumerate() {
        let mut resource = resource(&given());
        spoil(&mut resource);
        assert_eq!(read(&resource), Err(vec![expected]), "case {index}");
    }
}

fn patient_of(system: &str, value: &str) -> Reference {
    Reference {
        kind: None,
        identifier: Some(identifier(system, value.to_owned())),
    }
}

fn ours(value: &str) -> Reference {
    patient_of(&profile().voucher_system, value)
}

#[test]
fn evidence_that_is_no_list_of_witnesses_is_that_of_a_file() {
    let mut resource = resource(&given());
    resource.extension[0].value_string = Some("=HYPERLINK(\"x\")".to_owned());
    assert_eq!(read(&resource).unwrap().record.evidence.0, "import");
}

#[test]
fn a_makers_name_that_is_missing_is_the_products() {
    let mut resource = resource(&given());
    resource.manufacturer = None;
    assert_eq!(read(&resource).unwrap().record, given().record);
}

#[test]
fn lines_come_back_as_they_were_written() {
    let entries = [given(), consulted(), Entry::new(to_follow()), corrected()];
    let (profile, mut out) = (profile(), Vec::new());
    let mut file = Ndjson::begin(&mut out, &profile, &Shelf);
    entries.iter().for_each(|entry| file.write(entry).unwrap());
    let written = file.finish().unwrap();
    let expected = Written {
        rows: 3,
        to_follow: 1,
        ..Written::default()
    };
    assert_eq!(written, expected);
    let back: Vec<_> = rows(&out)
        .into_iter()
        .map(|row| row.unwrap().record)
        .collect();
    assert_eq!(
        back,
        [given().record, consulted().record, corrected().record]
    );
}

fn rows(file: &[u8]) -> Vec<Row> {
    let profile = profile();
    with_context(|context| Resources::new(file, &profile, context).unwrap().collect())
}

#[test]
fn bad_lines_are_told_by_number_without_their_content_and_good_lines_are_kept() {
    let good = serde_json::to_string(&resource(&given())).unwrap();
    let long = " ".repeat(NDJSON_LINE_LIMIT + 1);
    let lines: [&[u8]; 8] = [
        good.as_bytes(),
        b"",
        b"{\"resourceType\":\"Patient\",\"id\":\"0012345678\"}",
        b"{\"resourceType\":\"Immunization\",\"status\":\"0012345678\"}",
        b"\xff\xff{}",
        long.as_bytes(),
        b"[[[[[",
        good.as_bytes(),
    ];
    let told: Vec<_> = rows(&lines.join(&b'\n')).into_iter().map(tell).collect();
    let expected = [
        "1 ok",
        "3 not_immunization",
        "4 not_immunization",
        "5 bad_byte",
        "6 long_line",
        "7 not_immunization",
        "8 ok",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_bad_first_line_costs_itself_and_not_the_file() {
    let good = serde_json::to_string(&resource(&given())).unwrap();
    for bad in [
        &b"\xff\xff"[..],
        b"\x8e\x52",
        b"\x89PNG",
        b"\0\0\0",
        b"{\0}",
    ] {
        let told: Vec<_> = rows(&[bad, good.as_bytes()].join(&b'\n'))
            .into_iter()
            .map(tell)
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0] == "1 bad_byte" || told[0] == "1 not_immunization");
        assert_eq!(told[1], "2 ok");
    }
}

fn tell(row: Row) -> String {
    match row {
        Ok(row) => format!("{} ok", row.line),
        Err(RowProblem::Refused { line, findings }) => {
            assert!(!findings[0].to_string().contains("12345678"));
            format!("{line} {}", findings[0].code)
        }
        Err(RowProblem::Broken(error)) => error.to_string(),
    }
}
