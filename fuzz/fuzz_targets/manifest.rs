//! Sample sets: a file that is taken says what was made of it, and a wrong line is told by its
//! number.
//!
//! The input is a `manifest.csv` and, after a zero byte, a sequence's `truth.csv`.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use uketsuke::qa::{Expected, Still, Truth, WrongLine, parse_manifest, parse_truth};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let manifest = parts.next().unwrap_or_default();
    match parse_manifest(manifest, is_there) {
        Ok(stills) => check_stills(&stills),
        Err(wrong) => check_wrong(&wrong, manifest),
    }
    let truth = parts.next().unwrap_or_default();
    match parse_truth(truth) {
        Ok(vouchers) => {
            let again = parse_truth(&truth_of(&vouchers));
            assert_eq!(again, Ok(vouchers), "written out again it is another truth");
        }
        Err(wrong) => check_wrong(&wrong, truth),
    }
});

/// Of pictures there are those with short names, so that both answers are met.
fn is_there(picture: &str) -> bool {
    (1..=16).contains(&picture.len())
}

fn check_stills(stills: &[Still]) {
    let folder = Path::new("/set");
    for still in stills {
        assert!(is_there(&still.file));
        let path = folder.join(&still.file);
        assert!(path.starts_with(folder), "{path:?} is elsewhere");
        let climbs = path.components().any(|part| part.as_os_str() == "..");
        assert!(!climbs, "{path:?} may lead elsewhere");
    }
    let again = parse_manifest(&manifest_of(stills), is_there);
    assert_eq!(
        again.as_deref(),
        Ok(stills),
        "written out again it is another manifest"
    );
}

/// The line is one of the file's, with something on it, and the problem is told in both languages.
fn check_wrong(wrong: &WrongLine, file: &[u8]) {
    let text = String::from_utf8_lossy(file).replace("\r\n", "\n");
    let line = text.split(['\n', '\r']).nth(wrong.line as usize - 1);
    assert!(
        line.is_some_and(|line| !line.is_empty()),
        "{} is {line:?}",
        wrong.line
    );
    assert!(
        wrong.problem.to_string().contains(" / "),
        "{}",
        wrong.problem
    );
}

fn manifest_of(stills: &[Still]) -> Vec<u8> {
    let header = ["file", "expected_number", "expected_outcome", "condition"];
    let rows = stills.iter().map(|still| {
        let (number, outcome) = match still.expected {
            Expected::Read(number) => (number.to_string(), "read"),
            Expected::Refuse => (String::new(), "refuse"),
        };
        [
            still.file.clone(),
            number,
            outcome.to_owned(),
            still.condition.clone(),
        ]
    });
    csv(header, rows)
}

fn truth_of(vouchers: &[Truth]) -> Vec<u8> {
    let rows = vouchers.iter().enumerate().map(|(index, voucher)| {
        let note = if voucher.again { "again" } else { "" };
        [
            index.to_string(),
            voucher.number.to_string(),
            note.to_owned(),
        ]
    });
    csv(["order", "number", "note"], rows)
}

fn csv<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = header.map(str::to_owned);
    for row in std::iter::once(header).chain(rows) {
        assert!(writer.write_record(row).is_ok(), "memory takes every row");
    }
    writer.into_inner().unwrap_or_default()
}
