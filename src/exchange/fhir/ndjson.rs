//! `fhir-ndjson`: one Immunization a line, in UTF-8.

use std::io::{self, Read, Write};

use super::super::encoding::{Encoding, FileError};
use super::super::finding::Flaw;
use super::super::lines::{Line, Lines};
use super::super::table::{WriteError, Written};
use super::super::vrs_csv::refused_whole;
use super::super::{ImportContext, Products, Row, RowProblem};
use super::{NotExportable, Profile, from_immunization, to_immunization};
use crate::intake::Entry;

/// The most bytes of one resource. One that a station writes has about 1,500; servers add to it.
pub const NDJSON_LINE_LIMIT: usize = 64 << 10;

/// The resources of a `fhir-ndjson` file, read one after the other. Blank lines are passed over.
pub struct Resources<'a, R> {
    lines: Lines<R>,
    profile: &'a Profile,
    context: ImportContext<'a>,
    broken: bool,
}

impl<'a, R: Read> Resources<'a, R> {
    /// Opens a file. An error imports nothing.
    pub fn new(
        input: R,
        profile: &'a Profile,
        context: ImportContext<'a>,
    ) -> Result<Self, FileError> {
        Ok(Self {
            lines: Lines::open(input, NDJSON_LINE_LIMIT, Encoding::of_resources)?,
            profile,
            context,
            broken: false,
        })
    }

    fn advance(&mut self) -> io::Result<Option<Row>> {
        while let Some(line) = self.lines.next_line()? {
            if line.text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                continue;
            }
            return Ok(Some(self.row(line)));
        }
        Ok(None)
    }

    fn row(&self, line: Line) -> Row {
        let number = line.number;
        let text = line.text.map_err(|flaw| refused_whole(number, &flaw))?;
        let resource = serde_json::from_str(&text).map_err(|error| {
            // Its own words may quote the resource.
            let column = error.column();
            refused_whole(number, &Flaw::NotImmunization { column })
        })?;
        from_immunization(&resource, number, self.profile, &self.context).map_err(|findings| {
            RowProblem::Refused {
                line: number,
                findings,
            }
        })
    }
}

impl<R: Read> Iterator for Resources<'_, R> {
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

/// Writes `fhir-ndjson`, an entry at a time: the last one of each record.
pub struct Ndjson<'a, W> {
    out: W,
    profile: &'a Profile,
    products: &'a dyn Products,
    written: Written,
}

impl<'a, W: Write> Ndjson<'a, W> {
    /// Begins a file.
    pub fn begin(out: W, profile: &'a Profile, products: &'a dyn Products) -> Self {
        Self {
            out,
            profile,
            products,
            written: Written::default(),
        }
    }

    /// Adds a record, or counts it when its voucher is still to follow.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        match to_immunization(entry, self.profile, self.products) {
            Ok(resource) => {
                serde_json::to_writer(&mut self.out, &resource).map_err(io::Error::from)?;
                self.out.write_all(b"\n")?;
                self.written.rows += 1;
            }
            Err(NotExportable::ToFollow) => self.written.to_follow += 1,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Ends the file and tells what was written. Only now is it whole.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        self.out.flush()?;
        Ok(self.written)
    }
}
