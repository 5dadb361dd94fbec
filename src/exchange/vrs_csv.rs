//! `vrs-csv`: the ten columns in which doses travel between programs, one dose a row.

use std::borrow::{Borrow, Cow};
use std::collections::VecDeque;
use std::io::{self, Read, Write};

use super::encoding::{Encoding, FileError};
use super::finding::{Flaw, RowFinding};
use super::lines::{Line, Lines};
use super::table::{QuoteProblem, Table, WriteError, Written, cells};
use super::vrs_row::{self, CONSULTATION, GIVEN};
use super::{ImportContext, Row, RowProblem};
use crate::intake::{Outcome, VaccinationRecord};

/// The header, in this order and no other.
pub const COLUMNS: [&str; 10] = [
    "券種",
    "回数",
    "自治体コード",
    "券番号",
    "接種日",
    "会場名",
    "医師名",
    "ワクチンメーカー",
    "ロット番号",
    "結果",
];

/// The most bytes of one row. The longest one that fits the columns, each cell quoted and of
/// four-byte characters, has about 450.
pub const ROW_LIMIT: usize = 4 << 10;

/// The rows of a `vrs-csv` file, read one after the other.
///
/// Lines without any content are passed over. A quotation mark that opens a cell and is not
/// closed on its line costs that row alone, unless the lines up to [`ROW_LIMIT`] bytes close it
/// into one row of ten cells: that is a line break inside a cell, and the row is refused whole.
pub struct Rows<'a, R> {
    lines: Lines<R>,
    context: ImportContext<'a>,
    /// Lines that were looked at to find the end of an open cell.
    ahead: VecDeque<Line>,
    broken: bool,
}

impl<'a, R: Read> Rows<'a, R> {
    /// Opens a file, finds out its encoding and checks its header. An error imports nothing.
    pub fn new(input: R, context: ImportContext<'a>) -> Result<Self, FileError> {
        let mut lines = Lines::open(input, ROW_LIMIT, Encoding::detect)?;
        let header = lines.next_line()?.ok_or(FileError::Empty)?;
        check_header(header.text.as_deref().unwrap_or_default())?;
        Ok(Self {
            lines,
            context,
            ahead: VecDeque::new(),
            broken: false,
        })
    }

    /// What the file is in.
    pub fn encoding(&self) -> Encoding {
        self.lines.encoding()
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next_line(),
        }
    }

    /// The row that begins on `line`; `None` when the line is blank.
    fn row(&mut self, line: &Line) -> io::Result<Option<Row>> {
        let refused = |flaw| Ok(Some(Err(refused_whole(line.number, &flaw))));
        let text = match &line.text {
            Ok(text) => text,
            Err(flaw) => return refused(*flaw),
        };
        match cells(text) {
            Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => Ok(None),
            Ok(cells) if cells.len() != COLUMNS.len() => refused(Flaw::FieldCount {
                found: cells.len(),
                expected: COLUMNS.len(),
            }),
            Ok(cells) => Ok(Some(self.record(line.number, &cells))),
            Err(QuoteProblem::Stray) => refused(Flaw::StrayQuote),
            Err(QuoteProblem::Open) if self.closes(text)? => refused(Flaw::EmbeddedNewline),
            Err(QuoteProblem::Open) => refused(Flaw::UnclosedQuote),
        }
    }

    fn record(&self, line: u64, cells: &[Cow<'_, str>]) -> Row {
        vrs_row::read(line, cells, &self.context)
            .map_err(|findings| RowProblem::Refused { line, findings })
    }

    /// Whether the lines that follow close the open cell of `text` into one row; if so they are
    /// passed over, otherwise they are read as rows of their own.
    fn closes(&mut self, text: &str) -> io::Result<bool> {
        let mut joined = text.to_owned();
        for index in 0.. {
            if index == self.ahead.len() {
                let Some(line) = self.lines.next_line()? else {
                    return Ok(false);
                };
                self.ahead.push_back(line);
            }
            let Ok(next) = &self.ahead[index].text else {
                return Ok(false);
            };
            joined.push('\n');
            joined.push_str(next);
            if joined.len() > ROW_LIMIT {
                return Ok(false);
            }
            if next.contains('"') {
                match cells(&joined) {
                    Err(QuoteProblem::Open) => {}
                    Ok(cells) if cells.len() == COLUMNS.len() => {
                        self.ahead.drain(..=index);
                        return Ok(true);
                    }
                    _ => return Ok(false),
                }
            }
        }
        Ok(false)
    }

    fn advance(&mut self) -> io::Result<Option<Row>> {
        while let Some(line) = self.next_line()? {
            if let Some(row) = self.row(&line)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl<R: Read> Iterator for Rows<'_, R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.broken {
            return None;
        }
        self.advance().unwrap_or_else(|error| {
            self.broken = true;
            Some(Err(error.into()))
        })
    }
}

/// A row that cannot be taken apart.
pub(super) fn refused_whole(line: u64, flaw: &Flaw) -> RowProblem {
    RowProblem::Refused {
        line,
        findings: vec![RowFinding::new(line, None, flaw)],
    }
}

fn check_header(line: &str) -> Result<(), FileError> {
    let found = cells(line).unwrap_or_default();
    if found == COLUMNS {
        return Ok(());
    }
    if line.trim_end_matches('\r').contains('\r') {
        return Err(FileError::LineEnds);
    }
    let wanted = COLUMNS.join(",");
    if !found.iter().any(|cell| COLUMNS.contains(&cell.trim())) {
        return Err(FileError::NoHeader { wanted });
    }
    let shown: Vec<&str> = found.iter().map(|cell| shown(cell)).collect();
    Err(FileError::WrongHeader {
        found: shown.join(","),
        wanted,
    })
}

/// A header's cell for a message. One that is no column's name may be a person's.
fn shown(cell: &str) -> &str {
    let cell = cell.trim();
    if COLUMNS.contains(&cell) { cell } else { "？" }
}

/// Writes `vrs-csv`, a record at a time.
pub struct VrsCsv<W> {
    table: Table<W>,
    written: Written,
}

impl<W: Write> VrsCsv<W> {
    /// Begins a file with its header.
    pub fn begin(out: W, encoding: Encoding) -> Result<Self, WriteError> {
        let mut table = Table::begin(out, encoding)?;
        table.row(&COLUMNS)?;
        Ok(Self {
            table,
            written: Written::default(),
        })
    }

    /// Adds a record, or counts it when its voucher is still to follow.
    pub fn write(&mut self, record: &VaccinationRecord) -> Result<(), WriteError> {
        let Some(number) = record.subject.voucher() else {
            self.written.to_follow += 1;
            return Ok(());
        };
        let (maker, lot, outcome) = match &record.outcome {
            Outcome::Given(vaccine) => (vaccine.maker.as_str(), vaccine.lot.as_str(), GIVEN),
            Outcome::ConsultationOnly => ("", "", CONSULTATION),
        };
        self.table.row(&[
            number.ticket_kind_digit().to_string().as_str(),
            &number.dose().to_string(),
            &number.municipality().to_string(),
            &number.personal().to_string(),
            &record.date.strftime("%Y%m%d").to_string(),
            record.venue.as_str(),
            record.doctor.as_str(),
            maker,
            lot,
            outcome,
        ])?;
        self.written.rows += 1;
        Ok(())
    }

    /// Ends the file and tells what was written. Only now is it whole.
    pub fn finish(self) -> Result<Written, WriteError> {
        self.table.finish()?;
        Ok(self.written)
    }
}

/// Writes all of `records` as one `vrs-csv` file.
pub fn write_vrs_csv<T: Borrow<VaccinationRecord>>(
    records: impl IntoIterator<Item = T>,
    encoding: Encoding,
    out: impl Write,
) -> Result<Written, WriteError> {
    let mut file = VrsCsv::begin(out, encoding)?;
    for record in records {
        file.write(record.borrow())?;
    }
    file.finish()
}

#[cfg(test)]
mod tests;
