//! An entry as a row: the flat form that the database, the digests and the second copy share.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Row, named_params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::digest::{Digest, Fields};
use super::error::StoreError;
use crate::intake::{
    Entry, EntryKind, Evidence, Outcome, Reason, RecordId, SlipNumber, Subject, VaccinationRecord,
    Vaccine,
};
use crate::voucher::{DoseNumber, VoucherNumber};

/// The columns of an entry, in the order of the table.
pub(super) const COLUMNS: &str = "sequence, entry_id, changes, kind, voucher, slip, dose, date, \
     outcome, product, maker, lot, venue, doctor, station, operator, recorded_at, evidence, reason";

/// One row of the table `entry`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryRow {
    /// The station's sequence number; the entry's audit row has the same.
    pub sequence: i64,
    pub entry_id: Uuid,
    /// The record that a later entry changes; `None` for a new one.
    pub changes: Option<Uuid>,
    pub kind: String,
    /// The 18 digits as one number.
    pub voucher: Option<i64>,
    pub slip: Option<u32>,
    pub dose: u8,
    pub date: String,
    pub outcome: String,
    pub product: Option<String>,
    pub maker: Option<String>,
    pub lot: Option<String>,
    pub venue: String,
    pub doctor: String,
    pub station: String,
    pub operator: String,
    /// Microseconds since 1970.
    pub recorded_at: i64,
    pub evidence: String,
    pub reason: Option<String>,
}

impl EntryRow {
    pub(super) fn new(sequence: i64, entry: &Entry) -> Self {
        let record = &entry.record;
        let (kind, reason) = match &entry.kind {
            EntryKind::New => ("new", None),
            EntryKind::Correction(reason) => ("correction", Some(reason.to_string())),
            EntryKind::Cancellation(reason) => ("cancellation", Some(reason.to_string())),
        };
        let (voucher, slip) = match record.subject {
            Subject::Voucher(number) => (Some(as_integer(number)), None),
            Subject::ToFollow { slip, .. } => (None, Some(slip.0)),
        };
        let vaccine = match &record.outcome {
            Outcome::Given(vaccine) => Some(vaccine),
            Outcome::ConsultationOnly => None,
        };
        Self {
            sequence,
            entry_id: entry.id.uuid(),
            changes: (entry.kind != EntryKind::New).then_some(record.id.uuid()),
            kind: kind.to_owned(),
            voucher,
            slip,
            dose: record.subject.dose().value(),
            date: record.date.to_string(),
            outcome: vaccine.map_or("consultation", |_| "given").to_owned(),
            product: vaccine.map(|v| v.product.to_string()),
            maker: vaccine.map(|v| v.maker.to_string()),
            lot: vaccine.map(|v| v.lot.to_string()),
            venue: record.venue.to_string(),
            doctor: record.doctor.to_string(),
            station: record.station.to_string(),
            operator: record.operator.to_string(),
            recorded_at: record.recorded_at.as_microsecond(),
            evidence: record.evidence.0.clone(),
            reason,
        }
    }

    /// The entry that the row keeps.
    pub(super) fn entry(&self) -> Result<Entry, StoreError> {
        let record = VaccinationRecord {
            id: RecordId::from_uuid(self.changes.unwrap_or(self.entry_id)),
            subject: self.subject()?,
            date: self.field("date", &self.date)?,
            venue: self.field("venue", &self.venue)?,
            doctor: self.field("doctor", &self.doctor)?,
            outcome: self.outcome()?,
            station: self.field("station", &self.station)?,
            operator: self.field("operator", &self.operator)?,
            recorded_at: Timestamp::from_microsecond(self.recorded_at)
                .map_err(|_| self.unreadable("recorded_at"))?,
            evidence: Evidence(self.evidence.clone()),
        };
        let kind = match (self.kind.as_str(), &self.reason) {
            ("new", None) => EntryKind::New,
            ("correction", Some(reason)) => EntryKind::Correction(self.reason(reason)?),
            ("cancellation", Some(reason)) => EntryKind::Cancellation(self.reason(reason)?),
            _ => return Err(self.unreadable("kind")),
        };
        Ok(Entry {
            id: RecordId::from_uuid(self.entry_id),
            kind,
            record,
        })
    }

    fn subject(&self) -> Result<Subject, StoreError> {
        match (self.voucher, self.slip) {
            (Some(number), None) => self
                .field("voucher", &format!("{number:018}"))
                .map(Subject::Voucher),
            (None, Some(slip)) => Ok(Subject::ToFollow {
                slip: SlipNumber(slip),
                dose: DoseNumber::new(self.dose).map_err(|_| self.unreadable("dose"))?,
            }),
            _ => Err(self.unreadable("voucher")),
        }
    }

    fn outcome(&self) -> Result<Outcome, StoreError> {
        match (self.outcome.as_str(), &self.product, &self.maker, &self.lot) {
            ("consultation", None, None, None) => Ok(Outcome::ConsultationOnly),
            ("given", Some(product), Some(maker), Some(lot)) => Ok(Outcome::Given(Vaccine {
                product: self.field("product", product)?,
                maker: self.field("maker", maker)?,
                lot: self.field("lot", lot)?,
            })),
            _ => Err(self.unreadable("outcome")),
        }
    }

    fn reason(&self, reason: &str) -> Result<Reason, StoreError> {
        self.field("reason", reason)
    }

    fn field<T: FromStr>(&self, name: &'static str, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|_| self.unreadable(name))
    }

    fn unreadable(&self, column: &'static str) -> StoreError {
        StoreError::Unreadable {
            sequence: self.sequence,
            column,
        }
    }

    /// A digest of everything in the row.
    pub(super) fn digest(&self) -> Digest {
        Fields::of("uketsuke entry 1")
            .number(self.sequence)
            .bytes(self.entry_id.as_bytes())
            .optional(self.changes.as_ref(), |f, id| f.bytes(id.as_bytes()))
            .text(&self.kind)
            .optional(self.voucher, Fields::number)
            .optional(self.slip.map(i64::from), Fields::number)
            .number(self.dose.into())
            .text(&self.date)
            .text(&self.outcome)
            .optional(self.product.as_deref(), Fields::text)
            .optional(self.maker.as_deref(), Fields::text)
            .optional(self.lot.as_deref(), Fields::text)
            .text(&self.venue)
            .text(&self.doctor)
            .text(&self.station)
            .text(&self.operator)
            .number(self.recorded_at)
            .text(&self.evidence)
            .optional(self.reason.as_deref(), Fields::text)
            .finish()
    }

    /// Reads a row that starts with [`COLUMNS`], as `entry.*` does: by position, since looking a
    /// million names up takes longer than reading the columns.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get(0)?,
            entry_id: row.get(1)?,
            changes: row.get(2)?,
            kind: row.get(3)?,
            voucher: row.get(4)?,
            slip: row.get(5)?,
            dose: row.get(6)?,
            date: row.get(7)?,
            outcome: row.get(8)?,
            product: row.get(9)?,
            maker: row.get(10)?,
            lot: row.get(11)?,
            venue: row.get(12)?,
            doctor: row.get(13)?,
            station: row.get(14)?,
            operator: row.get(15)?,
            recorded_at: row.get(16)?,
            evidence: row.get(17)?,
            reason: row.get(18)?,
        })
    }

    pub(super) fn insert(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(&format!(
            "INSERT INTO entry ({COLUMNS}) VALUES (:sequence, :entry_id, :changes, :kind, \
             :voucher, :slip, :dose, :date, :outcome, :product, :maker, :lot, :venue, :doctor, \
             :station, :operator, :recorded_at, :evidence, :reason)"
        ))?;
        statement.execute(named_params! {
            ":sequence": self.sequence,
            ":entry_id": self.entry_id,
            ":changes": self.changes,
            ":kind": self.kind,
            ":voucher": self.voucher,
            ":slip": self.slip,
            ":dose": self.dose,
            ":date": self.date,
            ":outcome": self.outcome,
            ":product": self.product,
            ":maker": self.maker,
            ":lot": self.lot,
            ":venue": self.venue,
            ":doctor": self.doctor,
            ":station": self.station,
            ":operator": self.operator,
            ":recorded_at": self.recorded_at,
            ":evidence": self.evidence,
            ":reason": self.reason,
        })?;
        Ok(())
    }
}

/// The 18 digits as one number below 10¹⁸, which 64 bits hold; leading zeros come back when it is
/// written with 18 places.
pub(super) fn as_integer(number: VoucherNumber) -> i64 {
    number
        .digits()
        .iter()
        .fold(0, |value, digit| value * 10 + i64::from(*digit))
}
