use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::samples::{
    Shelf, consultation, golden, golden_bytes, id, record, to_follow, with_context, with_products,
};
use super::super::{ImportedRow, Products, RowFinding};
use super::*;
use crate::intake::{Catalogue, Doctor, Evidence, Lot, Product, Subject, Vaccine, Venue};
use crate::voucher::{MUNICIPALITIES, VoucherNumber};

const HEADER: &str =
    "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果";
const GOOD: &str = "2,1,131016,0012345678,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種";

type Outcomes = Vec<Result<ImportedRow, Vec<RowFinding>>>;

fn import(file: &[u8]) -> Result<Outcomes, FileError> {
    import_knowing(&Shelf, file)
}

fn import_knowing(products: &dyn Products, file: &[u8]) -> Result<Outcomes, FileError> {
    with_products(products, |context| {
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
        assert!(text.contains(HEADER), "{text}");
    }
}

#[test]
fn a_file_without_a_header_is_told_without_its_first_row() {
    let error = import(format!("{GOOD}\n{GOOD}\n").as_bytes()).unwrap_err();
    assert!(matches!(error, FileError::NoHeader { .. }), "{error}");
    assert!(!error.to_string().contains("0012345678"));
}

#[test]
fn of_a_wrong_header_only_the_names_of_columns_are_shown() {
    let error = import("券種,山田 花子,0012345678\n".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("「券種,？,？」"), "{error}");
}

#[test]
fn a_file_with_the_line_ends_of_old_macs_is_told_so() {
    let file = format!("{HEADER}\r{GOOD}\r");
    assert!(matches!(import(file.as_bytes()), Err(FileError::LineEnds)));
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
fn what_the_rules_of_intake_tell_of_a_record_is_not_told_twice() {
    // A date to come, a town and a kind of ticket that nobody knows, the other kind of ticket.
    for (of, odd) in [
        ("20211120", "20991120"),
        ("131016", "130001"),
        ("2,1,", "7,1,"),
        ("2,1,", "1,1,"),
    ] {
        assert_eq!(
            told(&of_rows(&GOOD.replacen(of, odd, 1))),
            "2 ok\n",
            "{odd}"
        );
    }
}

#[test]
fn a_product_that_was_told_from_its_maker_alone_is_for_a_person_to_look_at() {
    let dose = |day: &str, lot: &str| GOOD.replacen("20211120", day, 1).replacen("FJ7489", lot, 1);
    let rows = [
        dose("20220301", "ZZ9999"),
        dose("20220301", "FJ7489"),
        dose("20211120", "ZZ9999"),
    ];
    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let outcomes = import_knowing(&Catalogue::built_in().unwrap(), file.as_bytes()).unwrap();
    let expected = "2 ok\n2 ワクチンメーカー product_by_maker_alone\n3 ok\n4 ok\n";
    assert_eq!(told(&outcomes), expected);
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

/// A lot of `product` that is on the list, if one is, or one that is on nobody's.
fn lot(catalogue: &Catalogue, product: &Product, listed: bool, unlisted: &str) -> Lot {
    let mut lots = catalogue.lots().iter();
    match lots.find(|lot| listed && lot.product == product.id) {
        Some(on_list) => on_list.lot.clone(),
        None => Lot::new(unlisted).unwrap(),
    }
}

prop_compose! {
    /// A record of any product of the catalogue, on a day of its use.
    fn any_record()(
        town in prop::sample::select(MUNICIPALITIES.iter().map(|m| m.code).collect::<Vec<_>>()),
        person in prop::array::uniform10(0u8..10),
        dose in 1u8..10,
        day in 0i32..800,
        venue in name(30),
        doctor in name(20),
        product in prop::sample::select(Catalogue::built_in().unwrap().products().to_vec()),
        given in any::<bool>(),
        listed in any::<bool>(),
        unlisted in "[A-Z]{3}[0-9]{5}",
    ) -> VaccinationRecord {
        let mut digits = vec![if given { 2 } else { 1 }, dose];
        digits.extend(town.digits());
        digits.extend(person);
        let vaccine = || Vaccine {
            product: product.id.clone(),
            maker: product.maker.clone(),
            lot: lot(&Catalogue::built_in().unwrap(), &product, listed, &unlisted),
        };
        let number = VoucherNumber::from_digits(digits.try_into().unwrap()).unwrap();
        VaccinationRecord {
            subject: Subject::Voucher(number),
            date: product.validity.from + jiff::Span::new().days(day),
            venue: Venue::new(&venue).unwrap(),
            doctor: Doctor::new(&doctor).unwrap(),
            outcome: if given { Outcome::Given(vaccine()) } else { Outcome::ConsultationOnly },
            id: id(1),
            evidence: Evidence("import".to_owned()),
            ..record("211310160012345678")
        }
    }
}

/// `row` as the record it was exported from: where its product was told from the maker alone,
/// and was said to be, the product is another of that maker in use that day.
fn as_exported(catalogue: &Catalogue, row: ImportedRow, exported: &VaccinationRecord) -> bool {
    let mut record = row.record;
    if let [finding] = &row.findings[..] {
        let (Outcome::Given(found), Outcome::Given(meant)) =
            (&mut record.outcome, &exported.outcome)
        else {
            return false;
        };
        let in_use = |p: &&Product| p.maker == meant.maker && p.validity.covers(exported.date);
        let listed = catalogue.lot(&meant.product, &meant.lot).is_some();
        if finding.code != "product_by_maker_alone"
            || listed
            || catalogue.products().iter().filter(in_use).count() < 2
        {
            return false;
        }
        found.product = meant.product.clone();
    }
    row.findings.len() < 2 && record == *exported
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_as_it_was(
        records in prop::collection::vec(any_record(), 1..5),
        shift_jis in any::<bool>(),
    ) {
        let catalogue = Catalogue::built_in().unwrap();
        let encoding = if shift_jis { Encoding::ShiftJis } else { Encoding::Utf8Bom };
        let mut out = Vec::new();
        match write_vrs_csv(&records, encoding, &mut out) {
            Ok(_) => {
                let rows = import_knowing(&catalogue, &out).unwrap();
                prop_assert_eq!(rows.len(), records.len());
                for (row, record) in rows.into_iter().zip(&records) {
                    let row = row.unwrap();
                    prop_assert!(as_exported(&catalogue, row.clone(), record), "{:?}", row);
                }
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
