//! The national layout: one person a row, the columns of a dose repeated for each dose.
//!
//! A person is who a municipality gave a 券番号 to. Somebody whose voucher was reissued has two
//! numbers and so two rows: a station cannot know that they are one.

use std::io::Write;

use super::encoding::Encoding;
use super::table::{Table, WriteError, Written};
use crate::clock::japan_time;
use crate::intake::{Outcome, VaccinationRecord, Vaccine};
use crate::voucher::{MunicipalityCode, PersonalNumber, VoucherNumber};

/// The columns of one dose; in the header each is followed by the dose, `接種日(1回目)`.
///
/// 個別宛名番号 is the town's own number of a person. It stays empty, a station does not know it.
pub const WIDE_COLUMNS: [&str; 9] = [
    "個別宛名番号",
    "登録日時",
    "接種日",
    "券番号",
    "自治体コード",
    "会場名",
    "医師名",
    "メーカー",
    "ロット番号",
];

/// Who a row is about, in the order of the rows.
type Person = (MunicipalityCode, PersonalNumber);

/// Cells of one dose.
type Cells = [String; WIDE_COLUMNS.len()];

/// The place of one dose in a row.
#[derive(Clone)]
enum Place {
    /// No record.
    Empty,
    /// One record.
    Dose(Box<Cells>),
    /// Records that contradict each other. Until a person decides none of them is told.
    Conflict,
}

impl Place {
    fn cells(self) -> Cells {
        match self {
            Self::Dose(cells) => *cells,
            Self::Empty | Self::Conflict => Cells::default(),
        }
    }
}

/// Writes the national layout from records that come sorted by municipality code and 券番号.
///
/// Only given doses have a place in it. What has none is counted in [`Written`]: consultations,
/// doses beyond the columns, and all the records of a dose that is recorded more than once.
pub struct WideCsv<W> {
    table: Table<W>,
    doses: u8,
    person: Option<Person>,
    /// The doses of `person`, the first one first.
    row: Vec<Place>,
    written: Written,
}

impl<W: Write> WideCsv<W> {
    /// Begins a file with columns for the doses 1 to `doses`.
    pub fn begin(out: W, encoding: Encoding, doses: u8) -> Result<Self, WriteError> {
        let mut table = Table::begin(out, encoding)?;
        let of_dose = |dose| WIDE_COLUMNS.map(|column| format!("{column}({dose}回目)"));
        let header: Vec<String> = (1..=doses).flat_map(of_dose).collect();
        table.row(&header)?;
        Ok(Self {
            table,
            doses,
            person: None,
            row: Vec::new(),
            written: Written::default(),
        })
    }

    /// Adds a record, or counts it when it has no place in the layout.
    pub fn write(&mut self, record: &VaccinationRecord) -> Result<(), WriteError> {
        match (record.subject.voucher(), &record.outcome) {
            (None, _) => self.written.to_follow += 1,
            (_, Outcome::ConsultationOnly) => self.written.consultations += 1,
            (Some(number), Outcome::Given(vaccine)) => self.dose(number, record, vaccine)?,
        }
        Ok(())
    }

    fn dose(
        &mut self,
        number: VoucherNumber,
        record: &VaccinationRecord,
        vaccine: &Vaccine,
    ) -> Result<(), WriteError> {
        self.turn_to((number.municipality(), number.personal()))?;
        let dose = usize::from(number.dose().value());
        let place = dose
            .checked_sub(1)
            .and_then(|index| self.row.get_mut(index));
        match place {
            Some(place @ Place::Empty) => {
                *place = Place::Dose(cells(number, record, vaccine).into());
            }
            Some(place @ Place::Dose(_)) => {
                *place = Place::Conflict;
                self.written.conflicts += 2;
            }
            Some(Place::Conflict) => self.written.conflicts += 1,
            None => self.written.beyond_layout += 1,
        }
        Ok(())
    }

    /// Writes the row of the person before, when another one comes.
    fn turn_to(&mut self, person: Person) -> Result<(), WriteError> {
        if self.person == Some(person) {
            return Ok(());
        }
        self.end_row()?;
        if self.person.is_some_and(|before| before > person) {
            let row = self.table.next_row();
            return Err(WriteError::Unsorted { row });
        }
        self.person = Some(person);
        self.row = vec![Place::Empty; usize::from(self.doses)];
        Ok(())
    }

    /// Writes the row of a person who has a dose in it.
    fn end_row(&mut self) -> Result<(), WriteError> {
        if self.row.iter().any(|place| matches!(place, Place::Dose(_))) {
            let cells: Vec<String> = self.row.drain(..).flat_map(Place::cells).collect();
            self.table.row(&cells)?;
            self.written.rows += 1;
        }
        Ok(())
    }

    /// Ends the file and tells what was written. Only now is it whole.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        self.end_row()?;
        self.table.finish()?;
        Ok(self.written)
    }
}

fn cells(number: VoucherNumber, record: &VaccinationRecord, vaccine: &Vaccine) -> Cells {
    // `2021-11-20T10:15:30+09:00`: the digits up to the seconds are YYYYMMDDHHMMSS.
    let recorded = japan_time(record.recorded_at);
    let recorded = recorded.chars().take(19).filter(char::is_ascii_digit);
    [
        String::new(),
        recorded.collect(),
        record.date.strftime("%Y%m%d").to_string(),
        number.personal().to_string(),
        number.municipality().to_string(),
        record.venue.to_string(),
        record.doctor.to_string(),
        vaccine.maker.to_string(),
        vaccine.lot.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{consultation, golden, record, to_follow};
    use super::*;

    fn written(records: &[VaccinationRecord], doses: u8) -> Result<(String, Written), WriteError> {
        let mut out = Vec::new();
        let mut file = WideCsv::begin(&mut out, Encoding::Utf8Bom, doses)?;
        records.iter().try_for_each(|record| file.write(record))?;
        let written = file.finish()?;
        Ok((String::from_utf8(out).unwrap(), written))
    }

    #[test]
    fn one_person_is_one_row_with_an_empty_place_for_a_dose_that_is_not_here() {
        let records = [
            record("211310160012345678"),
            record("221310160012345678"),
            consultation("121410030000000042"),
            to_follow(),
            record("221410030000000042"),
        ];
        let (text, counts) = written(&records, 2).unwrap();
        assert_eq!(text, golden("wide.csv"));
        assert_eq!(
            counts,
            Written {
                rows: 2,
                to_follow: 1,
                consultations: 1,
                ..Written::default()
            }
        );
    }

    #[test]
    fn an_empty_store_gives_the_header_alone() {
        let (text, counts) = written(&[], 3).unwrap();
        assert_eq!(text.lines().count(), 1);
        assert_eq!(text.split(',').count(), 27);
        assert_eq!(counts, Written::default());
    }

    #[test]
    fn records_out_of_order_are_refused_before_a_person_gets_two_rows() {
        let records = [
            record("211310160012345679"),
            record("211310160012345680"),
            record("221310160012345679"),
        ];
        let error = written(&records, 2).unwrap_err();
        assert!(matches!(error, WriteError::Unsorted { row: 4 }), "{error}");
    }

    #[test]
    fn of_a_dose_that_is_recorded_twice_neither_record_goes_out_and_the_others_do() {
        let (alone, _) = written(&[record("221310160012345678")], 2).unwrap();
        let records = [
            record("211310160012345678"),
            record("211310160012345678"),
            record("221310160012345678"),
            record("211310160012345678"),
        ];
        let (text, counts) = written(&records, 2).unwrap();
        assert_eq!(text, alone);
        assert_eq!((counts.rows, counts.conflicts), (1, 3));
    }

    #[test]
    fn a_dose_without_columns_is_counted_and_a_person_without_any_dose_has_no_row() {
        let records = [
            record("231310160012345678"),
            record("201310160012345678"),
            record("211310160012345679"),
            record("211310160012345680"),
            record("211310160012345680"),
        ];
        let (text, counts) = written(&records, 2).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.contains("0012345679") && !text.contains("0012345678"));
        let expected = Written {
            rows: 1,
            conflicts: 2,
            beyond_layout: 2,
            ..Written::default()
        };
        assert_eq!(counts, expected);
    }
}
