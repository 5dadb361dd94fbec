//! Records and chance for tests; every number and name is fictional.
#![allow(dead_code, reason = "every test crate uses some of it")]

use std::time::Duration;

use jiff::civil::date;
use uketsuke::clock::{Moment, RunId};
use uketsuke::intake::{
    Entry, EntryKind, Evidence, OperatorId, Outcome, Reason, RecordId, StationId, Subject,
    VaccinationRecord, Vaccine,
};
use uketsuke::store::Witnessed;

pub fn moment(seconds: u64) -> Moment {
    Moment {
        wall: "2021-11-20T01:15:30Z".parse().expect("a time"),
        monotonic: Duration::from_secs(seconds),
        run: RunId(1),
    }
}

pub fn clerk() -> Witnessed {
    Witnessed::new(OperatorId::new("clerk-01").expect("an id"), moment(1))
}

/// A dose of the person with that number.
pub fn entry(personal: u64) -> Entry {
    let now = moment(1);
    Entry::new(VaccinationRecord {
        id: RecordId::new(now.wall),
        subject: Subject::Voucher(
            format!("21131016{personal:010}")
                .parse()
                .expect("18 digits"),
        ),
        date: date(2021, 11, 20),
        venue: "市民会館".parse().expect("a venue"),
        doctor: "山田 太郎".parse().expect("a doctor"),
        outcome: given("FJ7489"),
        station: StationId::new("st-test").expect("an id"),
        operator: OperatorId::new("clerk-01").expect("an id"),
        recorded_at: now.wall,
        evidence: Evidence("line,nw7".into()),
    })
}

pub fn given(lot: &str) -> Outcome {
    Outcome::Given(Vaccine {
        product: "comirnaty-12".parse().expect("a product"),
        maker: "ファイザー".parse().expect("a maker"),
        lot: lot.parse().expect("a lot"),
    })
}

/// The entry under an identity that every process makes the same.
pub fn with_identity(mut entry: Entry, number: u64) -> Entry {
    let base = 0x0190_0000_0000_7000_8000_0000_0000_0000;
    entry.id = RecordId::from_uuid(uuid::Uuid::from_u128(base + u128::from(number)));
    entry.record.id = entry.id;
    entry
}

fn because() -> Reason {
    Reason::new("入力誤り").expect("a reason")
}

fn later(of: &Entry, kind: EntryKind, number: u64) -> Entry {
    let changed = with_identity(of.clone(), number);
    Entry {
        id: changed.id,
        kind,
        record: of.record.clone(),
    }
}

/// The same record with another lot, as a later entry with the identity `number`.
pub fn correction(of: &Entry, lot: &str, number: u64) -> Entry {
    let mut entry = later(of, EntryKind::Correction(because()), number);
    entry.record.outcome = given(lot);
    entry
}

/// The record cancelled, as a later entry with the identity `number`.
pub fn cancellation(of: &Entry, number: u64) -> Entry {
    later(of, EntryKind::Cancellation(because()), number)
}

/// A small random number generator (splitmix64), so that every run can be had again.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}
