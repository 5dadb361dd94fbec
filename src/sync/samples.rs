//! Records for the tests of this room; every number and name is fictional.

use jiff::civil::date;

use crate::intake::{
    Entry, EntryKind, Evidence, OperatorId, Outcome, Reason, RecordId, StationId, Subject,
    VaccinationRecord, Vaccine,
};
use crate::store::{Receipt, State, Stored};

/// The time of every sample: 2021-11-20, 10:15:30 in Japan.
pub(super) fn now() -> jiff::Timestamp {
    "2021-11-20T01:15:30Z".parse().unwrap()
}

/// A dose of the `n`-th person; the same `n` gives the same identity.
pub(super) fn record(n: i64) -> Entry {
    let personal = u128::try_from(n).unwrap();
    let id = uuid::Uuid::from_u128(0x019a_9c2e_7b1c_7d3e_8f00_0000_0000_0000 + personal);
    Entry::new(VaccinationRecord {
        id: RecordId::from_uuid(id),
        subject: Subject::Voucher(format!("21131016{personal:010}").parse().unwrap()),
        date: date(2021, 11, 20),
        venue: "市民会館".parse().unwrap(),
        doctor: "山田 太郎".parse().unwrap(),
        outcome: given("FJ7489"),
        station: StationId::new("st-test").unwrap(),
        operator: OperatorId::new("clerk-01").unwrap(),
        recorded_at: now(),
        evidence: Evidence("line,nw7,field-number".into()),
    })
}

/// A consultation of the `n`-th person that ended without a dose.
pub(super) fn consultation(n: i64) -> Entry {
    let mut entry = record(n);
    entry.record.subject = Subject::Voucher(format!("11131016{n:010}").parse().unwrap());
    entry.record.outcome = Outcome::ConsultationOnly;
    entry
}

fn given(lot: &str) -> Outcome {
    Outcome::Given(Vaccine {
        product: "comirnaty-12".parse().unwrap(),
        maker: "ファイザー".parse().unwrap(),
        lot: lot.parse().unwrap(),
    })
}

fn because() -> Reason {
    Reason::new("入力誤り").unwrap()
}

/// The same record with another lot.
pub(super) fn correction(of: &Entry, lot: &str) -> Entry {
    let mut entry = of.clone();
    let id = of.id.uuid().as_u128() + 0x1_0000;
    entry.id = RecordId::from_uuid(uuid::Uuid::from_u128(id));
    entry.kind = EntryKind::Correction(because());
    entry.record.outcome = given(lot);
    entry
}

/// The record cancelled.
pub(super) fn cancellation(of: &Entry) -> Entry {
    let mut entry = of.clone();
    let id = of.id.uuid().as_u128() + 0x2_0000;
    entry.id = RecordId::from_uuid(uuid::Uuid::from_u128(id));
    entry.kind = EntryKind::Cancellation(because());
    entry
}

/// The entry as it stands queued.
pub(super) fn stored(sequence: i64, entry: &Entry) -> Stored {
    Stored {
        sequence,
        entry: entry.clone(),
        state: State::Queued,
        attempts: 0,
        receipt: None,
        detail: None,
    }
}

/// The receipt of a version of a resource.
pub(super) fn receipt(resource: u32, version: u32) -> Receipt {
    Receipt {
        location: format!("Immunization/{resource}/_history/{version}"),
        etag: format!("W/\"{version}\""),
        last_modified: "2021-11-20T10:20:00+09:00".into(),
    }
}
