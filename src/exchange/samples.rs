//! Records and products for the tests of this room, all of them invented.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

use super::{ByMaker, Coding, ImportContext, Products};
use crate::intake::{
    Doctor, Evidence, Lot, Maker, OperatorId, Outcome, ProductId, RecordId, SlipNumber, StationId,
    Subject, VaccinationRecord, Vaccine, Venue,
};
use crate::voucher::DoseNumber;

/// Product, CVX, name and maker.
pub(super) const PRODUCTS: [[&str; 4]; 2] = [
    ["comirnaty-12", "208", "コミナティ筋注", "ファイザー"],
    [
        "spikevax-12",
        "207",
        "スパイクバックス筋注",
        "武田/モデルナ",
    ],
];

/// Two products, known on every day from 14 February 2021.
pub(super) struct Shelf;

impl Shelf {
    fn find(fits: impl Fn(&[&str; 4]) -> bool) -> Option<ProductId> {
        let product = PRODUCTS.iter().find(|product| fits(product))?;
        Some(ProductId::new(product[0]).unwrap())
    }
}

impl Products for Shelf {
    fn by_maker(&self, maker: &Maker, _: Option<&Lot>, on: Date) -> Option<ByMaker> {
        let known = on >= date(2021, 2, 14);
        let product = Self::find(|product| known && product[3] == maker.as_str())?;
        Some(ByMaker {
            product,
            sure: true,
        })
    }

    fn coding(&self, id: &ProductId) -> Option<Coding> {
        let product = PRODUCTS.iter().find(|product| product[0] == id.as_str())?;
        Some(Coding {
            cvx: product[1].to_owned(),
            name: product[2].to_owned(),
            maker: Maker::new(product[3]).unwrap(),
        })
    }

    fn by_coding(&self, cvx: &str, name: &str) -> Option<ProductId> {
        Self::find(|product| product[1] == cvx && product[2] == name)
    }
}

pub(super) fn recorded_at() -> Timestamp {
    "2021-11-20T10:15:30+09:00".parse().unwrap()
}

pub(super) fn id(last: u128) -> RecordId {
    RecordId::from_uuid(Uuid::from_u128(
        0x019a_9c2e_7b1c_7d3e_8f00_0000_0000_0000 + last,
    ))
}

/// A dose given on 20 November 2021.
pub(super) fn record(number: &str) -> VaccinationRecord {
    VaccinationRecord {
        id: id(1),
        subject: Subject::Voucher(number.parse().unwrap()),
        date: date(2021, 11, 20),
        venue: Venue::new("市民会館").unwrap(),
        doctor: Doctor::new("山田 太郎").unwrap(),
        outcome: Outcome::Given(Vaccine {
            product: ProductId::new("comirnaty-12").unwrap(),
            maker: Maker::new("ファイザー").unwrap(),
            lot: Lot::new("FJ7489").unwrap(),
        }),
        station: StationId::new("station-1").unwrap(),
        operator: OperatorId::new("clerk-01").unwrap(),
        recorded_at: recorded_at(),
        evidence: Evidence("line,nw7,field-number".to_owned()),
    }
}

/// A consultation that ended without a dose, on the same day.
pub(super) fn consultation(number: &str) -> VaccinationRecord {
    VaccinationRecord {
        outcome: Outcome::ConsultationOnly,
        ..record(number)
    }
}

/// A dose whose voucher was not at hand.
pub(super) fn to_follow() -> VaccinationRecord {
    VaccinationRecord {
        subject: Subject::ToFollow {
            slip: SlipNumber(7),
            dose: DoseNumber::new(1).unwrap(),
        },
        ..record("211310160012345678")
    }
}

/// Calls `use_it` with the context of an import.
pub(super) fn with_context<T>(use_it: impl FnOnce(ImportContext<'_>) -> T) -> T {
    with_products(&Shelf, use_it)
}

/// Calls `use_it` with the context of an import that knows `products`.
pub(super) fn with_products<T>(
    products: &dyn Products,
    use_it: impl FnOnce(ImportContext<'_>) -> T,
) -> T {
    use_it(ImportContext {
        station: &StationId::new("station-1").unwrap(),
        operator: &OperatorId::new("clerk-01").unwrap(),
        recorded_at: recorded_at(),
        products,
        new_id: &|| id(1),
    })
}

/// A file of `tests/exchange/`.
pub(super) fn golden_bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange");
    std::fs::read(folder.join(name)).unwrap()
}

/// A text file of `tests/exchange/`.
pub(super) fn golden(name: &str) -> String {
    String::from_utf8(golden_bytes(name)).unwrap()
}
