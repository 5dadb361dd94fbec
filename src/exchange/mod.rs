//! The forms in which records come in and go out. Pure: readers and writers of any stream, which
//! know nothing of the store, the clock or the screen.
//!
//! | form | in | out |
//! |---|---|---|
//! | `vrs-csv`, ten columns, one dose a row | [`Rows`] | [`VrsCsv`], [`write_vrs_csv`] |
//! | the national layout, one person a row | – | [`WideCsv`] |
//! | `fhir-ndjson`, one R4 Immunization a line | [`Resources`] | [`Ndjson`] |
//!
//! Everything streams: of a file of two million rows some rows are held at a time, never all.
//!
//! What comes in is either a whole, checked [`VaccinationRecord`] or a list of [`RowFinding`]s,
//! each with its line, its column, a stable identifier and the remedy; good rows are kept beside
//! bad ones. Here it is asked whether a row can be a record; what a person should know of that
//! record (an unknown municipality, a date to come) is [`crate::intake::check_imported`]'s to say. A file whose encoding or header is not what it should be gives one [`FileError`] and
//! no rows at all. A finding names no cell's content: columns slip, and then any cell may hold a
//! voucher number.
//!
//! What goes out is exactly what is recorded, or an error that names row and character. A record
//! that has no place in a form, such as one whose voucher is still to follow, stays here and is
//! counted in [`Written`].

mod checks;
mod encoding;
mod fhir;
mod finding;
mod lines;
mod products;
mod table;
mod vrs_csv;
mod vrs_row;
mod wide_csv;

#[cfg(test)]
mod samples;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::intake::{Lot, Maker, OperatorId, ProductId, RecordId, StationId, VaccinationRecord};

pub use encoding::{Encoding, FileError};
pub use fhir::{
    CodeableConcept, CodedValue, Extension, Identifier, Immunization, Meta, NDJSON_LINE_LIMIT,
    Named, Ndjson, NotExportable, Performer, Profile, ProtocolApplied, Reference, ResourceType,
    Resources, Status, day_of, from_immunization, to_immunization,
};
pub use finding::{Flaw, RowFinding};
pub use table::{WriteError, Written};
pub use vrs_csv::{COLUMNS, ROW_LIMIT, Rows, VrsCsv, write_vrs_csv};
pub use wide_csv::{WIDE_COLUMNS, WideCsv};

/// What the forms need to know of products.
pub trait Products {
    /// The product that `maker` stands for on the day `on`, by its `lot` where that is known.
    fn by_maker(&self, maker: &Maker, lot: Option<&Lot>, on: Date) -> Option<ByMaker>;

    /// How a product is coded, if it is known.
    fn coding(&self, id: &ProductId) -> Option<Coding>;

    /// The product that is coded so.
    fn by_coding(&self, cvx: &str, name: &str) -> Option<ProductId>;
}

/// A product that was told from its maker's name and perhaps its lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByMaker {
    /// The product.
    pub product: ProductId,
    /// Whether it can be no other: exactly this lot is listed, or the maker has one product alone
    /// that day. Otherwise it is the maker's usual one, and a person should look.
    pub sure: bool,
}

/// How others name a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// Its CVX code (<http://hl7.org/fhir/sid/cvx>).
    pub cvx: String,
    /// Its name, in Japanese; tells products of one CVX code apart.
    pub name: String,
    /// Its maker, as the national system writes it.
    pub maker: Maker,
}

/// What an import takes as given.
#[derive(Clone, Copy)]
pub struct ImportContext<'a> {
    /// Where it is imported.
    pub station: &'a StationId,
    /// Who imports.
    pub operator: &'a OperatorId,
    /// When, for forms that do not say when a record was made.
    pub recorded_at: Timestamp,
    /// The products that are known.
    pub products: &'a dyn Products,
    /// Makes the identity of a record that comes without one.
    pub new_id: &'a dyn Fn() -> RecordId,
}

/// What one row of a file came to.
pub type Row = Result<ImportedRow, RowProblem>;

/// A row that is a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its line in the file; the first is 1.
    pub line: u64,
    /// The record, whole and checked.
    pub record: VaccinationRecord,
    /// What a person should look at all the same.
    pub findings: Vec<RowFinding>,
}

/// A row that is no record.
#[derive(Debug, thiserror::Error)]
pub enum RowProblem {
    /// The row has flaws; the rows after it are read on.
    #[error(
        "{line}行目を取り込めません。指摘を直して、もう一度取り込んでください / line {line} was not imported: correct what was found and import it again"
    )]
    Refused {
        /// Its line in the file; the first is 1.
        line: u64,
        /// Every flaw that was found.
        findings: Vec<RowFinding>,
    },
    /// The file cannot be read on: it is the last item, and the file was not seen whole.
    #[error(
        "ファイルを最後まで読めません（{0}）。媒体を確かめて、もう一度取り込んでください / the file cannot be read to its end ({0}): check the medium and import it again"
    )]
    Broken(#[from] std::io::Error),
}
