use std::fmt::Write as _;

use jiff::civil::date;
use proptest::prelude::*;

use super::super::samples::{
    PRODUCTS, consultation, golden, golden_bytes, id, record, to_follow, with_context,
};
use super::super::{ImportedRow, RowFinding};
use super::*;
use crate::intake::{Doctor, Evidence, Lot, Maker, ProductId, Subject, Vaccine, Venue};
use crate::voucher::{MUNICIPALITIES, VoucherNumber};

const HEADER: &str =
    "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果";
const GOOD: &str = "2,1,131016,0012345678,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種";

type Outcomes = Vec<Result<ImportedRow, Vec<RowFinding>>>;

fn import(file: &[u8]) -> Result<Outcomes, FileError> {
    with_context(|context| {
        let rows = Rows::new(file, context)?;
        Ok(rows
            .map(|row| match row {
                Ok(row) => Ok(row),
                Err(RowProblem::Refused { line, findings }) => {
                    assert!(findings.iter().all(|finding| finding.line == line));
                    Err(findings)
                }
                Err(problem @ RowProblem::Broken(_)) => panic!("{problem}"),
            })
            .collect())
    })
}

/// What became of `rows` below a good header.
fn of_rows(rows: &str) -> Outcomes {
    import(format!("{HEADER}\n{rows}\n").as_bytes()).unwrap()
}

/// Line, column and identifier of every finding; of a row without any, its line and `ok`.
fn told(outcomes: &Outcomes) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let findings = match outcome {
            Ok(row) => {
                let _ = writeln!(text, "{} ok", row.line);
                &row.findings
            }
            Err(findings) => findings,
        };
        for finding in findings {
            let column = finding.column.unwrap_or("-");
            let _ = writeln!(text, "{} {column} {}", finding.line, finding.code);
        }
    }
    text
}

#[test]
fn a_good_row_is_the_record_it_says() {
    let outcomes = of_rows(GOOD);
    let expected = VaccinationRecord {
        evidence: Evidence("import".to_owned()),
        ..record("211310160012345678")
    };
    let row = outcomes[0].as_ref().unwrap();
    assert_eq!((row.line, &row.record), (2, &expected));
    assert!(row.findings.is_empty());
}

#[test]
fn the_same_file_says_the_same_in_all_three_encodings() {
    let records = [
        record("211310160012345678"),
        consultation("121410030000000042"),
        to_follow(),
    ];
    for (encoding, name) in [
        (Encoding::Utf8Bom, "good-utf8-bom.csv"),
        (Encoding::Utf8, "good-utf8.csv"),
        (Encoding::ShiftJis, "good-shift-jis.csv"),
    ] {
        let mut out = Vec::new();
        let written = write_vrs_csv(&records, encoding, &mut out).unwrap();
        assert_eq!((written.rows, written.to_follow), (2, 1));
        assert!(out == golden_bytes(name), "{name}");
        assert_eq!(told(&import(&out).unwrap()), "2 ok\n3 ok\n", "{name}");
        let read = with_context(|context| Rows::new(&*out, context).map(|rows| rows.encoding()));
        assert_eq!(read.unwrap(), encoding);
    }
}

#[test]
fn every_kind_of_bad_row_is_told_by_line_and_column_and_the_good_rows_are_kept() {
    let outcomes = import(&golden_bytes("bad.csv")).unwrap();
    assert_eq!(told(&outcomes), golden("bad.findings.txt"));
}

#[test]
fn no_finding_repeats_what_stands_in_a_cell() {
    let outcomes = import(&golden_bytes("bad.csv")).unwrap();
    for finding in outcomes.iter().flat_map(|outcome| match outcome {
        Ok(row) => &row.findings,
        Err(findings) => findings,
    }) {
        let text = finding.to_string();
        for secret in ["12345678", "FJ7489", "山田", "市民"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn a_wrong_header_imports_nothing_and_is_named() {
    let reordered = HEADER.replacen("券種,回数", "回数,券種", 1);
    let missing = HEADER.replacen(",結果", "", 1);
    let more = format!("{HEADER},備考");
    for header in [reordered, missing, more] {
        let error = import(format!("{header}\n{GOOD}\n").as_bytes()).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, FileError::WrongHeader { .. }), "{text}");
        assert!(text.contains(&header) && text.contains(HEADER), "{text}");
    }
}

#[test]
fn a_file_without_a_header_is_told_without_its_first_row() {
    let error = import(format!("{GOOD}\n{GOOD}\n").as_bytes()).unwrap_err();
    assert!(matches!(error, FileError::NoHeader { .. }), "{error}");
    assert!(!error.to_string().contains("0012345678"));
}

#[test]
fn digits_in_a_wrong_header_are_not_shown() {
    let error = import("券種,0012345678\n".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("券種,##########"), "{error}");
}

#[test]
fn an_empty_file_is_an_error_and_a_header_alone_is_none() {
    assert!(matches!(import(b""), Err(FileError::Empty)));
    assert!(import(HEADER.as_bytes()).unwrap().is_empty());
}

#[test]
fn an_open_quotation_mark_costs_its_own_row_and_not_the_file() {
    let open = GOOD.replacen("市民会館", "\"市民会館", 1);
    let rows = format!("{GOOD}\n{open}\n{GOOD}\n{GOOD}\n");
    assert_eq!(
        told(&of_rows(&rows)),
        "2 ok\n3 - unclosed_quote\n4 ok\n5 ok\n"
    );
}

#[test]
fn of_two_open_quotation_marks_each_costs_its_own_row() {
    let open = GOOD.replacen("市民会館", "\"市民会館", 1);
    let rows = format!("{open}\n{GOOD}\n{open}\n{GOOD}\n");
    let expected = "2 - unclosed_quote\n3 ok\n4 - unclosed_quote\n5 ok\n";
    assert_eq!(told(&of_rows(&rows)), expected);
}

#[test]
fn a_row_hidden_in_a_cell_with_line_breaks_is_not_imported() {
    let hidden = GOOD.replacen("市民会館", &format!("\"市民\n{GOOD}\n会館\""), 1);
    let rows = format!("{hidden}\n{GOOD}\n");
    assert_eq!(told(&of_rows(&rows)), "2 - embedded_newline\n5 ok\n");
}

#[test]
fn a_dose_of_tomorrow_is_imported_for_a_person_to_look_at() {
    let outcomes = of_rows(&GOOD.replacen("20211120", "20211121", 1));
    let row = outcomes[0].as_ref().unwrap();
    assert_eq!(row.record.date, date(2021, 11, 21));
    assert_eq!(row.findings[0].code, "future_date");
}

#[test]
fn a_file_that_cannot_be_read_on_says_so_last() {
    struct Cut<'a>(&'a [u8]);
    impl Read for Cut<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the medium is gone")),
                read => Ok(read),
            }
        }
    }
    // Longer than what is looked at when the file is opened.
    let file = format!("{HEADER}\n{}", format!("{GOOD}\n").repeat(1000));
    let rows: Vec<Row> =
        with_context(|context| Rows::new(Cut(file.as_bytes()), context).unwrap().collect());
    let (last, before) = rows.split_last().unwrap();
    assert!(matches!(last, Err(RowProblem::Broken(_))));
    assert!(before.len() == 1000 && before.iter().all(Result::is_ok));
}

#[test]
fn two_million_rows_are_read_one_at_a_time() {
    /// A header and then the same two rows again and again; never in memory as a whole.
    struct Endless {
        block: Vec<u8>,
        left: usize,
        at: usize,
    }
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.at == self.block.len() && self.left > 0 {
                (self.left, self.at) = (self.left - 1, 0);
            }
            let read = (&self.block[self.at..]).read(buffer)?;
            self.at += read;
            Ok(read)
        }
    }
    let bad = GOOD.replacen("131016", "131017", 1);
    let block = format!("{GOOD}\n{bad}\n").repeat(1000).into_bytes();
    let endless = Endless {
        at: block.len(),
        block,
        left: 1000,
    };
    let file = format!("{HEADER}\n");
    let (good, bad) = with_context(|context| {
        let rows = Rows::new(file.as_bytes().chain(endless), context).unwrap();
        rows.fold((0, 0), |(good, bad), row| match row {
            Ok(_) => (good + 1, bad),
            Err(_) => (good, bad + 1),
        })
    });
    assert_eq!((good, bad), (1_000_000, 1_000_000));
}

/// Names as people write them, with everything that a table must protect.
fn name(limit: usize) -> impl Strategy<Value = String> {
    let characters = "[ぁ-んァ-ヶ一-龠a-zA-Z0-9 ,\"'&<>・ー（）]";
    prop::string::string_regex(&format!("[一-龠]{characters}{{0,{}}}", limit - 1)).unwrap()
}

prop_compose! {
    fn any_record()(
        town in prop::sample::select(MUNICIPALITIES.iter().map(|m| m.code).collect::<Vec<_>>()),
        person in prop::array::uniform10(0u8..10),
        dose in 1u8..10,
        day in 0i32..365,
        venue in name(30),
        doctor in name(20),
        vaccine in prop::option::of((0usize..2, "[A-Z]{2}[0-9]{4}")),
    ) -> VaccinationRecord {
        let kind = if vaccine.is_some() { 2 } else { 1 };
        let mut digits = vec![kind, dose];
        digits.extend(town.digits());
        digits.extend(person);
        let outcome = vaccine.map_or(Outcome::ConsultationOnly, |(product, lot)| {
            Outcome::Given(Vaccine {
                product: ProductId::new(PRODUCTS[product][0]).unwrap(),
                maker: Maker::new(PRODUCTS[product][3]).unwrap(),
                lot: Lot::new(&lot).unwrap(),
            })
        });
        let number = VoucherNumber::from_digits(digits.try_into().unwrap()).unwrap();
        VaccinationRecord {
            subject: Subject::Voucher(number),
            date: date(2021, 11, 20) - jiff::Span::new().days(day.min(270)),
            venue: Venue::new(&venue).unwrap(),
            doctor: Doctor::new(&doctor).unwrap(),
            outcome,
            id: id(1),
            evidence: Evidence("import".to_owned()),
            ..record("211310160012345678")
        }
    }
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_as_it_was(
        records in prop::collection::vec(any_record(), 1..5),
        shift_jis in any::<bool>(),
    ) {
        let encoding = if shift_jis { Encoding::ShiftJis } else { Encoding::Utf8Bom };
        let mut out = Vec::new();
        match write_vrs_csv(&records, encoding, &mut out) {
            Ok(_) => {
                let rows = import(&out).unwrap();
                let back: Vec<_> = rows.into_iter().map(|row| row.unwrap().record).collect();
                prop_assert_eq!(back, records);
            }
            Err(error) => {
                let lacking = matches!(error, WriteError::NotInShiftJis { .. });
                prop_assert!(shift_jis && lacking, "{}", error);
            }
        }
    }

    #[test]
    fn whatever_bytes_follow_the_header_every_good_row_at_the_end_is_kept(
        junk in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        // A quotation mark in the junk may open a cell that a later row seems to close; none of
        // the good rows holds one.
        let file = [HEADER.as_bytes(), b"\n", &junk, b"\n", GOOD.as_bytes(), b"\n"].concat();
        let outcomes = import(&file).unwrap();
        prop_assert!(outcomes.last().is_some_and(Result::is_ok));
    }
}
