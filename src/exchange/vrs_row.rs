//! One row of `vrs-csv`, looked at cell by cell.

use std::borrow::Cow;

use jiff::civil::Date;

use super::checks::{Checks, Parts, imported};
use super::finding::{Flaw, RowFinding};
use super::vrs_csv::COLUMNS;
use super::{ImportContext, ImportedRow};
use crate::intake::{Doctor, Lot, Maker, Outcome, Subject, VaccinationRecord, Vaccine, Venue};

/// 結果 of a dose that was given.
pub(super) const GIVEN: &str = "接種";

/// 結果 of a consultation that ended without a dose.
pub(super) const CONSULTATION: &str = "予診のみ";

/// The columns by their place in [`COLUMNS`].
#[derive(Clone, Copy)]
enum Column {
    Kind,
    Dose,
    Municipality,
    Personal,
    Date,
    Venue,
    Doctor,
    Maker,
    Lot,
    Outcome,
}

impl Column {
    fn name(self) -> &'static str {
        COLUMNS[self as usize]
    }
}

/// A row of as many cells as there are columns.
struct Cells<'a>(&'a [Cow<'a, str>]);

impl Cells<'_> {
    fn at(&self, column: Column) -> &str {
        self.0.get(column as usize).map_or("", |cell| cell.trim())
    }
}

/// The record that the row on `line` is.
pub(super) fn read(
    line: u64,
    cells: &[Cow<'_, str>],
    context: &ImportContext<'_>,
) -> Result<ImportedRow, Vec<RowFinding>> {
    let mut checks = Checks::new(line, context);
    let record = record(&mut checks, &Cells(cells));
    checks.done(record)
}

/// Every cell is looked at before the first missing one ends the row.
fn record(checks: &mut Checks<'_>, cells: &Cells<'_>) -> Option<VaccinationRecord> {
    let parts = parts(checks, cells);
    let date = date(checks, cells.at(Column::Date));
    let venue = checks.text(Column::Venue.name(), cells.at(Column::Venue), Venue::new);
    let doctor = checks.text(Column::Doctor.name(), cells.at(Column::Doctor), Doctor::new);
    let outcome = outcome(checks, cells, date)?;
    let context = checks.context;
    Some(VaccinationRecord {
        subject: Subject::Voucher(parts.number()?),
        date: date?,
        venue: venue?,
        doctor: doctor?,
        outcome,
        id: (context.new_id)(),
        station: context.station.clone(),
        operator: context.operator.clone(),
        recorded_at: context.recorded_at,
        evidence: imported(),
    })
}

fn parts(checks: &mut Checks<'_>, cells: &Cells<'_>) -> Parts {
    let [kind, dose, town, person] = [
        Column::Kind,
        Column::Dose,
        Column::Municipality,
        Column::Personal,
    ];
    Parts {
        kind: checks.kind(kind.name(), cells.at(kind)),
        dose: checks.dose(dose.name(), cells.at(dose)),
        municipality: checks.municipality(town.name(), cells.at(town)),
        personal: checks.digits(person.name(), cells.at(person)),
    }
}

/// `YYYYMMDD`.
fn date(checks: &mut Checks<'_>, text: &str) -> Option<Date> {
    let column = Column::Date.name();
    if text.is_empty() {
        return checks.refuse(column, Flaw::Empty);
    }
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return checks.refuse(column, Flaw::DateForm);
    }
    match Date::strptime("%Y%m%d", text) {
        Ok(day) => Some(day),
        Err(_) => checks.refuse(column, Flaw::NoSuchDay),
    }
}

fn outcome(checks: &mut Checks<'_>, cells: &Cells<'_>, date: Option<Date>) -> Option<Outcome> {
    match cells.at(Column::Outcome) {
        GIVEN => vaccine(checks, cells, date).map(Outcome::Given),
        CONSULTATION => {
            for column in [Column::Maker, Column::Lot] {
                if !cells.at(column).is_empty() {
                    checks.refuse::<()>(column.name(), Flaw::VaccineOnConsultation);
                }
            }
            Some(Outcome::ConsultationOnly)
        }
        "" => checks.refuse(Column::Outcome.name(), Flaw::Empty),
        _ => checks.refuse(Column::Outcome.name(), Flaw::UnknownOutcome),
    }
}

/// The vaccine; its product can only be known on a known day.
fn vaccine(checks: &mut Checks<'_>, cells: &Cells<'_>, date: Option<Date>) -> Option<Vaccine> {
    let maker = checks.text(Column::Maker.name(), cells.at(Column::Maker), Maker::new);
    let lot = checks.text(Column::Lot.name(), cells.at(Column::Lot), Lot::new);
    let maker = maker?;
    let product = checks.product(Column::Maker.name(), &maker, lot.as_ref(), date?)?;
    let lot = lot?;
    Some(Vaccine {
        product,
        maker,
        lot,
    })
}
