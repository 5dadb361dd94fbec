//! A sample set on disk: pictures and sequences, and what is expected of them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::voucher::{DigitsError, VoucherNumber};

const MANIFEST: &str = "manifest.csv";
const TRUTH: &str = "truth.csv";

/// How deep below the set's folder sequences are looked for.
const SEQUENCE_DEPTH: usize = 3;

/// A folder with `manifest.csv`, and sub-folders with `truth.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleSet {
    /// The set's folder as it was named.
    pub folder: PathBuf,
    /// Pictures in the order of the manifest.
    pub stills: Vec<Still>,
    /// Sequences in the order of their names.
    pub sequences: Vec<Sequence>,
}

/// One picture of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Still {
    /// Its path as the manifest has it, relative to the set's folder.
    pub file: String,
    /// What is expected of it.
    pub expected: Expected,
    /// The condition it was taken or rendered under.
    pub condition: String,
}

/// What is expected of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This number is accepted.
    Read(VoucherNumber),
    /// Nothing is accepted; review and refused are both right.
    Refuse,
}

/// A folder of frames in name order.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Its path relative to the set's folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The vouchers in the order they were put down.
    pub truth: Vec<Truth>,
}

/// One voucher of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// Its number.
    pub number: VoucherNumber,
    /// The voucher before, put down a second time with nothing in between: telling it again is
    /// optional.
    pub again: bool,
}

/// Why a folder is no sample set. Each names the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SampleSetError {
    /// Neither pictures nor sequences.
    #[error(
        "{folder}: {MANIFEST} も {TRUTH} もありません。見本一式のフォルダを指定してください / \
         neither {MANIFEST} nor a sequence's {TRUTH} in it: name the folder of a sample set"
    )]
    Empty {
        /// What was named.
        folder: PathBuf,
    },
    /// A file that cannot be opened.
    #[error(
        "{file}: 開けません。場所と権限を確かめてください / cannot be opened: check path and permissions"
    )]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line that is not as agreed.
    #[error("{file}:{line}: {problem}")]
    Line {
        /// Which file.
        file: PathBuf,
        /// Which line, counted from 1.
        line: u64,
        /// What is wrong with it.
        problem: LineProblem,
    },
}

/// A line of `manifest.csv` or `truth.csv` that is not as agreed.
#[derive(Debug, PartialEq)]
pub struct WrongLine {
    /// Which line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// What is wrong with a line of `manifest.csv` or `truth.csv`.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum LineProblem {
    /// Fields are missing, or the header is another one.
    #[error(
        "列が合いません。見出し行を「{header}」にしてください / \
         the columns do not fit, the header row has to be `{header}` ({detail})"
    )]
    Columns {
        /// The header as agreed.
        header: &'static str,
        /// What the CSV reader says.
        detail: String,
    },
    /// Neither `read` nor `refuse`.
    #[error(
        "expected_outcome「{0}」は read か refuse にしてください / \
         expected_outcome {0:?} has to be `read` or `refuse`"
    )]
    Outcome(String),
    /// No number of 18 digits.
    #[error("{0}")]
    Number(DigitsError),
    /// A number with `refuse`.
    #[error(
        "refuse の行では expected_number を空にしてください / \
         a `refuse` line has no expected_number: leave it empty"
    )]
    NumberOfRefused,
    /// Neither empty nor `again`.
    #[error("note「{0}」は空か again にしてください / note {0:?} has to be empty or `again`")]
    Note(String),
    /// The path leads out of the set's folder.
    #[error(
        "画像は見本一式のフォルダの中に置いてください: {0} / \
         a set holds its pictures: name one inside its folder, not {0}"
    )]
    Outside(String),
    /// The picture is not there.
    #[error(
        "画像がありません: {0}。ファイル名を確かめてください / no such picture: {0}, check the name"
    )]
    NoPicture(String),
}

#[derive(Deserialize)]
struct ManifestRow {
    file: String,
    expected_number: String,
    expected_outcome: String,
    condition: String,
}

#[derive(Deserialize)]
struct TruthRow {
    number: String,
    #[serde(default)]
    note: String,
}

impl SampleSet {
    /// Opens the set in `folder` and checks every line of it.
    ///
    /// # Errors
    /// [`SampleSetError`] names the first file and line that is not as agreed.
    pub fn open(folder: &Path) -> Result<Self, SampleSetError> {
        let manifest = folder.join(MANIFEST);
        let stills = if manifest.is_file() {
            let is_there = |picture: &str| folder.join(picture).is_file();
            read(&manifest, |bytes| parse_manifest(bytes, is_there))?
        } else {
            Vec::new()
        };
        let mut sequences = Vec::new();
        find_sequences(folder, folder, SEQUENCE_DEPTH, &mut sequences)?;
        if stills.is_empty() && sequences.is_empty() {
            return Err(SampleSetError::Empty {
                folder: folder.to_owned(),
            });
        }
        Ok(Self {
            folder: folder.to_owned(),
            stills,
            sequences,
        })
    }
}

/// The pictures that the bytes of a `manifest.csv` name, each of which has to be there.
///
/// # Errors
/// [`WrongLine`] names the first line that is not as agreed.
pub fn parse_manifest(
    bytes: &[u8],
    is_there: impl Fn(&str) -> bool,
) -> Result<Vec<Still>, WrongLine> {
    rows(bytes, |row| still(row, &is_there))
}

/// The vouchers that the bytes of a `truth.csv` name.
///
/// # Errors
/// [`WrongLine`] names the first line that is not as agreed.
pub fn parse_truth(bytes: &[u8]) -> Result<Vec<Truth>, WrongLine> {
    rows(bytes, truth)
}

fn still(row: ManifestRow, is_there: impl Fn(&str) -> bool) -> Result<Still, LineProblem> {
    let expected = match row.expected_outcome.as_str() {
        "read" => Expected::Read(row.expected_number.parse().map_err(LineProblem::Number)?),
        "refuse" if row.expected_number.is_empty() => Expected::Refuse,
        "refuse" => return Err(LineProblem::NumberOfRefused),
        _ => return Err(LineProblem::Outcome(row.expected_outcome)),
    };
    if !stays_inside(Path::new(&row.file)) {
        return Err(LineProblem::Outside(row.file));
    }
    if !is_there(&row.file) {
        return Err(LineProblem::NoPicture(row.file));
    }
    Ok(Still {
        file: row.file,
        expected,
        condition: row.condition,
    })
}

/// Whether a path below a folder stays there, whatever the folder is.
fn stays_inside(path: &Path) -> bool {
    let steps_down = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    path.components().all(steps_down)
}

fn truth(row: TruthRow) -> Result<Truth, LineProblem> {
    let number = row.number.parse().map_err(LineProblem::Number)?;
    match row.note.as_str() {
        "" => Ok(Truth {
            number,
            again: false,
        }),
        "again" => Ok(Truth {
            number,
            again: true,
        }),
        _ => Err(LineProblem::Note(row.note)),
    }
}

fn find_sequences(
    root: &Path,
    folder: &Path,
    depth: usize,
    found: &mut Vec<Sequence>,
) -> Result<(), SampleSetError> {
    for folder in folders_in(folder)? {
        let file = folder.join(TRUTH);
        if file.is_file() {
            let name = folder
                .strip_prefix(root)
                .unwrap_or(&folder)
                .to_string_lossy();
            found.push(Sequence {
                name: name.into_owned(),
                truth: read(&file, parse_truth)?,
                folder,
            });
        } else if depth > 1 {
            find_sequences(root, &folder, depth - 1, found)?;
        }
    }
    Ok(())
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, SampleSetError> {
    let unreadable = |source| SampleSetError::Unreadable {
        file: folder.to_owned(),
        source,
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// What `parse` makes of the bytes of `file`.
fn read<T>(
    file: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, WrongLine>,
) -> Result<T, SampleSetError> {
    let bytes = fs::read(file).map_err(|source| SampleSetError::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    parse(&bytes).map_err(|WrongLine { line, problem }| SampleSetError::Line {
        file: file.to_owned(),
        line,
        problem,
    })
}

/// The rows of a CSV file's bytes, each made into a `T`.
fn rows<R: RowHeader, T>(
    bytes: &[u8],
    make: impl Fn(R) -> Result<T, LineProblem>,
) -> Result<Vec<T>, WrongLine> {
    // Spreadsheets write a byte order mark, which would become part of the first column's name.
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text);
    let header = reader.headers().cloned().unwrap_or_default();
    let mut made = Vec::new();
    for record in reader.records() {
        let start = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let line = line_from(text, start.map_or(0, csv::Position::byte));
        let row = record
            .and_then(|record| record.deserialize(Some(&header)))
            .map_err(|error| LineProblem::Columns {
                header: R::HEADER,
                detail: error.to_string(),
            });
        let item = row
            .and_then(&make)
            .map_err(|problem| WrongLine { line, problem })?;
        made.push(item);
    }
    Ok(made)
}

/// The line, counted from 1, of the first row that begins at `byte` or behind it.
///
/// The CSV reader's own count leaves out carriage returns that stand alone, and gives a row behind
/// empty lines the number of the first of these.
fn line_from(text: &[u8], byte: u64) -> u64 {
    let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let (before, rest) = text.split_at_checked(byte as usize).unwrap_or((text, &[]));
    let skipped = rest.iter().take_while(|byte| ends(byte)).count();
    let before = &text[..before.len() + skipped];
    let breaks = before.iter().filter(|byte| ends(byte)).count();
    let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
    (breaks - pairs) as u64 + 1
}

/// A row that knows its file's header.
trait RowHeader: serde::de::DeserializeOwned {
    const HEADER: &'static str;
}

impl RowHeader for ManifestRow {
    const HEADER: &'static str = "file,expected_number,expected_outcome,condition";
}

impl RowHeader for TruthRow {
    const HEADER: &'static str = "order,number,note";
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = ManifestRow::HEADER;

    fn set(manifest: &str) -> Result<SampleSet, SampleSetError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.png"), b"").unwrap();
        fs::write(folder.path().join(MANIFEST), manifest).unwrap();
        SampleSet::open(folder.path())
    }

    fn problem(manifest: &str) -> (u64, LineProblem) {
        match set(manifest) {
            Err(SampleSetError::Line { line, problem, .. }) => (line, problem),
            other => panic!("not an error of a line: {other:?}"),
        }
    }

    #[test]
    fn a_manifest_gives_its_pictures_in_order() {
        let set = set(&format!(
            "\u{feff}{HEADER}\na.png,211310160012345678,read,plain\na.png,,refuse,blank\n"
        ))
        .unwrap();
        let number = "211310160012345678".parse().unwrap();
        assert_eq!(set.stills[0].expected, Expected::Read(number));
        assert_eq!(set.stills[1].expected, Expected::Refuse);
        assert_eq!(set.stills[1].condition, "blank");
    }

    #[test]
    fn a_wrong_line_is_told_by_its_number_with_the_remedy() {
        let (line, problem) = problem(&format!(
            "{HEADER}\na.png,,refuse,x\na.png,21131016001234567O,read,x\n"
        ));
        assert_eq!(line, 3);
        assert!(problem.to_string().contains("18文字目"), "{problem}");
    }

    #[test]
    fn every_kind_of_wrong_line_is_told() {
        let wrong = |row: &str| problem(&format!("{HEADER}\n{row}\n")).1;
        assert_eq!(
            wrong("a.png,,maybe,x"),
            LineProblem::Outcome("maybe".to_owned())
        );
        assert_eq!(
            wrong("a.png,211310160012345678,refuse,x"),
            LineProblem::NumberOfRefused
        );
        assert_eq!(
            wrong("b.png,,refuse,x"),
            LineProblem::NoPicture("b.png".to_owned())
        );
        assert!(matches!(
            wrong("a.png,,refuse"),
            LineProblem::Columns { .. }
        ));
        assert!(matches!(
            problem("name,number\na.png,1\n").1,
            LineProblem::Columns { .. }
        ));
    }

    #[test]
    fn a_wrong_line_behind_empty_ones_or_old_line_ends_is_told_by_its_own_number() {
        let rows = format!("{HEADER}\n\n\na.png,,maybe,x\n");
        for ends in ["\n", "\r\n", "\r"] {
            assert_eq!(problem(&rows.replace('\n', ends)).0, 4, "{ends:?}");
        }
    }

    #[test]
    fn a_set_names_no_picture_outside_its_folder() {
        for file in ["../a.png", "stills/../../a.png", "/etc/passwd"] {
            assert_eq!(
                problem(&format!("{HEADER}\n{file},,refuse,x\n")).1,
                LineProblem::Outside(file.to_owned())
            );
        }
        assert!(set(&format!("{HEADER}\n./a.png,,refuse,x\n")).is_ok());
    }

    #[test]
    fn a_sequence_is_a_folder_with_a_truth() {
        let folder = tempfile::tempdir().unwrap();
        let sequence = folder.path().join("sequences").join("desk");
        fs::create_dir_all(&sequence).unwrap();
        let truth = "order,number,note\n1,211310160012345678,\n2,211310160012345678,again\n";
        fs::write(sequence.join(TRUTH), truth).unwrap();
        let set = SampleSet::open(folder.path()).unwrap();
        assert_eq!(set.sequences[0].name, "sequences/desk");
        let again: Vec<bool> = set.sequences[0].truth.iter().map(|t| t.again).collect();
        assert_eq!(again, [false, true]);
    }

    #[test]
    fn a_folder_without_samples_is_no_set() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            SampleSet::open(folder.path()),
            Err(SampleSetError::Empty { .. })
        ));
        assert!(SampleSet::open(&folder.path().join("nowhere")).is_err());
    }
}
