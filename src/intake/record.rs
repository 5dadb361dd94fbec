//! What is kept of one vaccination.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fields::{Doctor, Lot, Maker, OperatorId, ProductId, Reason, StationId, Venue};
use super::ids::{RecordId, SlipNumber};
use crate::voucher::{DoseNumber, MunicipalityCode, PersonalNumber, VoucherNumber, as_text};

/// One vaccination, or one consultation that ended without. No name, no address, no My Number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaccinationRecord {
    /// Made once at intake; the key that lets a server recognise the record.
    pub id: RecordId,
    /// Whose it is.
    pub subject: Subject,
    /// Asia/Tokyo civil date of the dose or the consultation.
    pub date: Date,
    /// Where.
    pub venue: Venue,
    /// Who was responsible.
    pub doctor: Doctor,
    /// What happened.
    pub outcome: Outcome,
    /// Where it was recorded.
    pub station: StationId,
    /// Who recorded it.
    pub operator: OperatorId,
    /// When it was recorded, by the station's wall clock.
    pub recorded_at: Timestamp,
    /// Which witnesses stood behind the number, such as `line,nw7`; see [`Evidence`].
    pub evidence: Evidence,
}

/// Whose record it is: a voucher, or the slip that stands in for one until it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// The voucher's number is known.
    Voucher(#[serde(with = "as_text")] VoucherNumber),
    /// 番号は後日: the voucher was not at hand.
    ToFollow {
        /// The number on the slip.
        slip: SlipNumber,
        /// Which dose was given.
        dose: DoseNumber,
    },
}

impl Subject {
    /// Which dose it was.
    pub fn dose(&self) -> DoseNumber {
        match self {
            Self::Voucher(number) => number.dose(),
            Self::ToFollow { dose, .. } => *dose,
        }
    }

    /// The voucher's number, where it is known.
    pub fn voucher(&self) -> Option<VoucherNumber> {
        match self {
            Self::Voucher(number) => Some(*number),
            Self::ToFollow { .. } => None,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// 接種: a dose was given.
    Given(Vaccine),
    /// 予診のみ: the consultation ended without a dose.
    ConsultationOnly,
}

impl Outcome {
    /// Whether both say the same of what happened: product and lot, as the record API compares
    /// content. The maker's name may be spelled otherwise.
    pub fn same_content(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Given(own), Self::Given(other)) => {
                own.product == other.product && own.lot == other.lot
            }
            (Self::ConsultationOnly, Self::ConsultationOnly) => true,
            _ => false,
        }
    }
}

/// What was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vaccine {
    /// Product, by its id in the products file.
    pub product: ProductId,
    /// The maker's name, as the national system writes it.
    pub maker: Maker,
    /// The lot on the vial.
    pub lot: Lot,
}

/// Who says that the number is right: the witnesses, comma-separated, as the record API's
/// extension `reading-evidence` carries them (`line,nw7,field-number`; `hand` for a person;
/// `import` for a file).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence(pub String);

/// What makes two records the same dose of the same person, whatever else they say: municipality,
/// 券番号 and dose number. A consultation is keyed by its date too: consulted on Monday,
/// vaccinated on Friday is no conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConflictKey {
    /// Who issued the voucher.
    pub municipality: MunicipalityCode,
    /// The person within it.
    pub personal: PersonalNumber,
    /// Which dose.
    pub dose: DoseNumber,
    /// Only of a consultation.
    pub consultation_on: Option<Date>,
}

impl VaccinationRecord {
    /// The key under which another record would contradict this one; `None` while the voucher is
    /// to follow.
    pub fn conflict_key(&self) -> Option<ConflictKey> {
        let number = self.subject.voucher()?;
        Some(ConflictKey {
            municipality: number.municipality(),
            personal: number.personal(),
            dose: number.dose(),
            consultation_on: match self.outcome {
                Outcome::Given(_) => None,
                Outcome::ConsultationOnly => Some(self.date),
            },
        })
    }

    /// Whether both say the same of the dose: date, outcome, product and lot. Venue, doctor and
    /// the maker's name may be spelled otherwise.
    pub fn same_content(&self, other: &Self) -> bool {
        self.date == other.date && self.outcome.same_content(&other.outcome)
    }
}

/// One line of the station's book: a record that is new, or a later change to one. Nothing that
/// was recorded is ever overwritten; what is true of a record is told by its last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The entry's own identity. For a new record it is the record's.
    pub id: RecordId,
    /// What the entry does.
    pub kind: EntryKind,
    /// The whole content from here on (of a cancellation: what is cancelled).
    pub record: VaccinationRecord,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A record that was not here before.
    New,
    /// Date, lot, product, venue or doctor were wrong, or the number of a slip was read.
    Correction(Reason),
    /// The record should not exist. A wrong number or dose is a cancellation and a new record.
    Cancellation(Reason),
}

impl Entry {
    /// The entry that a new record makes.
    pub fn new(record: VaccinationRecord) -> Self {
        Self {
            id: record.id,
            kind: EntryKind::New,
            record,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(product: &str, maker: &str, lot: &str) -> Outcome {
        Outcome::Given(Vaccine {
            product: ProductId::new(product).unwrap(),
            maker: Maker::new(maker).unwrap(),
            lot: Lot::new(lot).unwrap(),
        })
    }

    #[test]
    fn content_is_product_and_lot_and_not_how_the_maker_is_spelled() {
        let outcome = given("moderna", "武田/モデルナ", "3004733");
        for (other, same) in [
            (given("moderna", "モデルナ", "3004733"), true),
            (given("moderna", "武田/モデルナ", "3004734"), false),
            (given("comirnaty-12", "武田/モデルナ", "3004733"), false),
            (Outcome::ConsultationOnly, false),
        ] {
            assert_eq!(outcome.same_content(&other), same, "{other:?}");
            assert_eq!(other.same_content(&outcome), same, "{other:?}");
        }
        let consultation = Outcome::ConsultationOnly;
        assert!(consultation.same_content(&Outcome::ConsultationOnly));
    }
}
