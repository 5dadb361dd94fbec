//! Rows of comma-separated cells (RFC 4180), one row a line.

use std::borrow::Cow;
use std::io::{self, Write};

use thiserror::Error;

use super::encoding::{BOM, Encoding};

/// What became of the records that were to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows or lines written, the header not counted.
    pub rows: u64,
    /// Records left out because their voucher is still to follow.
    pub to_follow: u64,
    /// Records left out because the form holds given doses only.
    pub consultations: u64,
    /// Records left out because they contradict each other: one dose of one voucher, twice.
    pub conflicts: u64,
    /// Records left out because the form has no columns for their dose.
    pub beyond_layout: u64,
}

/// Why a form cannot be written. What was written so far is not a whole file.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The medium.
    #[error(
        "書き出せません（{0}）。空き容量と書き込みの権限を確かめてください / cannot write ({0}): check free space and permission"
    )]
    Io(#[from] io::Error),
    /// A character that the encoding does not have.
    #[error(
        "{row}行目の「{character}」は Shift_JIS で書けません。UTF-8 で書き出してください / row {row}: {character} cannot be written in Shift_JIS: export in UTF-8"
    )]
    NotInShiftJis {
        /// The row of the file, the header being row 1.
        row: u64,
        /// The character.
        character: char,
    },
    /// The wide layout needs the records of one person side by side.
    #[error(
        "{row}行目が人の順に並んでいません。自治体コードと券番号の順に並べてください / row {row} is out of order: sort by municipality code and 券番号"
    )]
    Unsorted {
        /// The row of the file, the header being row 1.
        row: u64,
    },
    /// A record that has no FHIR form.
    #[error(transparent)]
    NotExportable(#[from] super::NotExportable),
}

/// Why a line is no row of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuoteProblem {
    /// A quotation mark opens a cell and none closes it.
    Open,
    /// Text between the closing quotation mark and the comma.
    Stray,
}

/// The cells of a row.
pub(super) fn cells(row: &str) -> Result<Vec<Cow<'_, str>>, QuoteProblem> {
    let mut cells = Vec::new();
    let mut rest = Some(row);
    while let Some(text) = rest {
        let (cell, after) = match text.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => plain_cell(text),
        };
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

/// A cell without quotation marks around it, and what follows its comma. Marks inside are text.
fn plain_cell(text: &str) -> (Cow<'_, str>, Option<&str>) {
    match text.split_once(',') {
        Some((cell, after)) => (cell.into(), Some(after)),
        None => (text.into(), None),
    }
}

/// A cell whose opening quotation mark stands before `text`, and what follows its comma.
fn quoted_cell(text: &str) -> Result<(Cow<'_, str>, Option<&str>), QuoteProblem> {
    let mut from = 0;
    while let Some(at) = text[from..].find('"') {
        let (cell, after) = (&text[..from + at], &text[from + at + 1..]);
        match after.chars().next() {
            Some('"') => from += at + 2,
            Some(',') => return Ok((unescaped(cell), Some(&after[1..]))),
            None => return Ok((unescaped(cell), None)),
            Some(_) => return Err(QuoteProblem::Stray),
        }
    }
    Err(QuoteProblem::Open)
}

fn unescaped(cell: &str) -> Cow<'_, str> {
    if cell.contains('"') {
        cell.replace("\"\"", "\"").into()
    } else {
        cell.into()
    }
}

fn escaped(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\"")).into()
    } else {
        cell.into()
    }
}

/// Writes rows in one encoding, with the line ends that spreadsheets expect.
pub(super) struct Table<W> {
    out: W,
    encoding: Encoding,
    row: u64,
}

impl<W: Write> Table<W> {
    pub(super) fn begin(mut out: W, encoding: Encoding) -> Result<Self, WriteError> {
        if encoding == Encoding::Utf8Bom {
            out.write_all(BOM)?;
        }
        Ok(Self {
            out,
            encoding,
            row: 0,
        })
    }

    /// The row that comes next; the first is 1.
    pub(super) fn next_row(&self) -> u64 {
        self.row + 1
    }

    pub(super) fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<(), WriteError> {
        self.row += 1;
        let cells: Vec<_> = cells.iter().map(|cell| escaped(cell.as_ref())).collect();
        let line = cells.join(",") + "\r\n";
        let bytes = self.encoding.encode(&line);
        let row = self.row;
        let bytes = bytes.map_err(|character| WriteError::NotInShiftJis { row, character })?;
        Ok(self.out.write_all(&bytes)?)
    }

    pub(super) fn finish(mut self) -> Result<W, WriteError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotation_marks_protect_commas_and_double_inside() {
        assert_eq!(
            cells(r#"a,"b,""c""",,"#).unwrap(),
            ["a", r#"b,"c""#, "", ""]
        );
        assert_eq!(cells(r#""""#).unwrap(), [""]);
    }

    #[test]
    fn a_mark_inside_a_plain_cell_is_text() {
        assert_eq!(
            cells(r#"="0012",5" 館"#).unwrap(),
            [r#"="0012""#, r#"5" 館"#]
        );
    }

    #[test]
    fn an_open_cell_and_text_after_a_closed_one_are_told_apart() {
        assert_eq!(cells(r#"a,"b,c"#), Err(QuoteProblem::Open));
        assert_eq!(
            cells(r#"a,"b""#.trim_end_matches('"')),
            Err(QuoteProblem::Open)
        );
        assert_eq!(cells(r#"a,"b"c,d"#), Err(QuoteProblem::Stray));
    }

    #[test]
    fn the_error_names_row_and_character() {
        let mut table = Table::begin(Vec::new(), Encoding::ShiftJis).unwrap();
        table.row(&["券種"]).unwrap();
        let error = table.row(&["𠮷田"]).unwrap_err();
        assert!(matches!(
            error,
            WriteError::NotInShiftJis {
                row: 2,
                character: '𠮷'
            }
        ));
        assert_eq!(table.finish().unwrap(), b"\x8c\x94\x8e\xed\r\n");
    }

    proptest! {
        #[test]
        fn cells_come_back_as_they_were_written(row in prop::collection::vec("\\PC{0,8}", 1..6)) {
            let mut table = Table::begin(Vec::new(), Encoding::Utf8).unwrap();
            table.row(&row).unwrap();
            let line = String::from_utf8(table.finish().unwrap()).unwrap();
            prop_assert_eq!(cells(line.trim_end_matches(['\r', '\n'])).unwrap(), row);
        }
    }
}
