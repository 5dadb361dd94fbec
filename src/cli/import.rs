//! `uketsuke import`: take in a file of records.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::data_dir::{DataArgs, Place};
use super::{EXIT_FAILED, EXIT_OK};
use crate::exchange::{
    FileError, ImportContext, ImportedRow, Profile, Resources, Row, RowFinding, RowProblem, Rows,
};
use crate::intake::{Candidate, Catalogue, Entry, Finding, Known, RecordId, check_imported};
use crate::store::{CopyState, Entered, EntrySource, Lookup, Shown, State, StoreError, previous};
use crate::text::{Bilingual, Language};

/// Arguments of `uketsuke import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke import --format vrs-csv forms.csv --data-dir DIR
  uketsuke import --format fhir-ndjson records.ndjson --data-dir DIR --jsonl

A vrs-csv file begins with its header; dates are YYYYMMDD, 結果 is 接種 or 予診のみ:
  券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果
  2,1,131016,0012345678,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種

The whole file goes in at once or not at all; rows with flaws are named and left out. The same
file again queues nothing.")]
pub struct ImportArgs {
    /// Form of the file / ファイルの形式
    #[arg(long, value_enum)]
    format: ImportFormat,
    /// Print one JSON object a row, and one at the end / 1行に1件のJSONで出力
    #[arg(long)]
    jsonl: bool,
    /// The file; `-` is standard input / 取り込むファイル
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ImportFormat {
    /// Ten columns, one dose a row, UTF-8 or Shift_JIS
    VrsCsv,
    /// One FHIR R4 Immunization a line
    FhirNdjson,
}

/// Runs the subcommand.
pub fn run(args: &ImportArgs) -> anyhow::Result<u8> {
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        match File::open(&args.file) {
            Ok(file) => Box::new(file),
            Err(error) => {
                let path = args.file.display();
                eprintln!(
                    "uketsuke: {path}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path ({error})"
                );
                return Ok(EXIT_FAILED);
            }
        }
    };
    let place = args.data.place()?;
    let catalogue = place.catalogue()?;
    let mut store = place.quiet_store()?;
    let (station, operator) = (place.directory.station().clone(), place.operator.clone());
    let now = place.now();
    let new_id = || RecordId::new(now.wall);
    let context = ImportContext {
        station: &station,
        operator: &operator,
        recorded_at: now.wall,
        products: &catalogue,
        new_id: &new_id,
    };
    let profile = place.profile();
    let rows = match open_rows(args.format, input, &profile, context) {
        Ok(rows) => rows,
        Err(error) => {
            eprintln!("uketsuke: {}: {error}", args.file.display());
            return Ok(EXIT_FAILED);
        }
    };
    let mut source = Source {
        rows,
        known: known(&place),
        catalogue: &catalogue,
        teller: Teller::new(args.jsonl),
        pending: None,
    };
    let copy = store.record_all(&mut source, &place.witnessed())?;
    source.teller.end(&copy)?;
    Ok(EXIT_OK)
}

type RowIterator<'a> = Box<dyn Iterator<Item = Row> + 'a>;

fn open_rows<'a>(
    format: ImportFormat,
    input: Box<dyn Read>,
    profile: &'a Profile,
    context: ImportContext<'a>,
) -> Result<RowIterator<'a>, FileError> {
    Ok(match format {
        ImportFormat::VrsCsv => Box::new(Rows::new(input, context)?),
        ImportFormat::FhirNdjson => Box::new(Resources::new(input, profile, context)?),
    })
}

/// What every row is checked against.
fn known(place: &Place) -> Known {
    Known {
        home: place.config.municipality,
        venues: place.config.venues.clone(),
        ticket_kinds: place.config.ticket_kinds,
        ..Known::on(place.now().day())
    }
}

/// The rows of a file as entries, checked one after the other.
struct Source<'a> {
    rows: RowIterator<'a>,
    known: Known,
    catalogue: &'a Catalogue,
    teller: Teller,
    /// The row that is being taken in, until it is known what became of it.
    pending: Option<(ImportedRow, Vec<Finding>)>,
}

impl Source<'_> {
    fn findings(
        &mut self,
        row: &ImportedRow,
        known: &Lookup<'_>,
    ) -> Result<Vec<Finding>, StoreError> {
        self.known.previous = match row.record.subject.voucher() {
            Some(number) => previous(&known.of_person(number)?, row.record.id),
            None => Vec::new(),
        };
        let candidate = Candidate::from(&row.record);
        Ok(check_imported(&candidate, self.catalogue, &self.known))
    }
}

impl EntrySource for Source<'_> {
    fn next(&mut self, known: &Lookup<'_>) -> Result<Option<(Entry, Vec<Shown>)>, StoreError> {
        for row in self.rows.by_ref() {
            match row {
                Ok(row) => {
                    let findings = self.findings(&row, known)?;
                    let shown = shown(&row.findings, &findings);
                    let entry = Entry::new(row.record.clone());
                    self.pending = Some((row, findings));
                    return Ok(Some((entry, shown)));
                }
                Err(RowProblem::Refused { line, findings }) => {
                    self.teller.refused(line, &findings).map_err(said)?;
                }
                Err(RowProblem::Broken(source)) => {
                    return Err(StoreError::File {
                        path: PathBuf::from("import"),
                        source,
                    });
                }
            }
        }
        Ok(None)
    }

    fn entered(&mut self, _: &Entry, entered: Entered) {
        if let Some((row, findings)) = self.pending.take() {
            self.teller.row(&row, &findings, entered);
        }
    }

    fn summary(&self) -> String {
        let seen = &self.teller.seen;
        format!(
            "{} queued, {} for a person, {} already here, {} refused",
            seen.queued, seen.conflicts, seen.already, seen.refused
        )
    }
}

fn said(source: io::Error) -> StoreError {
    StoreError::File {
        path: PathBuf::from("standard output"),
        source,
    }
}

/// Notes are shown; the rest waits for a person.
fn shown(flaws: &[RowFinding], findings: &[Finding]) -> Vec<Shown> {
    let flaws = flaws.iter().map(|flaw| Shown {
        finding: flaw.code.to_owned(),
        for_review: true,
    });
    flaws.chain(findings.iter().map(Shown::from)).collect()
}

/// How many rows came to what.
#[derive(Default)]
struct Seen {
    queued: u64,
    conflicts: u64,
    already: u64,
    refused: u64,
    findings: u64,
}

/// Tells about rows as they go by.
struct Teller {
    jsonl: bool,
    seen: Seen,
    out: io::BufWriter<io::Stdout>,
    /// The first failure to write; told at the end, since an import does not depend on its words.
    failed: Option<io::Error>,
}

impl Teller {
    fn new(jsonl: bool) -> Self {
        Self {
            jsonl,
            seen: Seen::default(),
            out: io::BufWriter::new(io::stdout()),
            failed: None,
        }
    }

    fn row(&mut self, row: &ImportedRow, findings: &[Finding], entered: Entered) {
        let status = match entered {
            Entered::AsNew(_, State::Conflict) => {
                self.seen.conflicts += 1;
                "conflict"
            }
            Entered::AsNew(..) => {
                self.seen.queued += 1;
                "queued"
            }
            Entered::Again(_) | Entered::SameContent(_) => {
                self.seen.already += 1;
                "already"
            }
        };
        let flaws = row.findings.iter().map(Told::flaw);
        let told: Vec<Told> = flaws.chain(findings.iter().map(Told::finding)).collect();
        self.seen.findings += told.len() as u64;
        let result = self.say(row.line, status, &told);
        self.failed = self.failed.take().or(result.err());
    }

    fn refused(&mut self, line: u64, findings: &[RowFinding]) -> io::Result<()> {
        self.seen.refused += 1;
        self.seen.findings += findings.len() as u64;
        let told: Vec<Told> = findings.iter().map(Told::flaw).collect();
        self.say(line, "refused", &told)
    }

    fn say(&mut self, line: u64, status: &str, told: &[Told]) -> io::Result<()> {
        if self.jsonl {
            let findings: Vec<_> = told.iter().map(Told::json).collect();
            let object = json!({"line": line, "status": status, "findings": findings});
            return writeln!(self.out, "{object}");
        }
        for told in told {
            let column = told.column.map_or(String::new(), |name| format!(" {name}"));
            writeln!(
                self.out,
                "{line} 行目{column}: {}\n  line {line}: {}",
                told.words.in_language(Language::Japanese),
                told.words.in_language(Language::English)
            )?;
        }
        Ok(())
    }

    /// What the file came to; only now is it true.
    fn end(mut self, copy: &CopyState) -> anyhow::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        let seen = &self.seen;
        if self.jsonl {
            let object = json!({
                "event": "imported", "queued": seen.queued, "conflict": seen.conflicts,
                "already": seen.already, "refused": seen.refused, "findings": seen.findings,
            });
            writeln!(self.out, "{object}")?;
        } else {
            writeln!(
                self.out,
                "送信待ち {} 件、他の記録と食い違い {} 件、登録済み {} 件、取り込めない行 {} 件、指摘 {} 件\n\
                 queued {}, contradicting others {}, already here {}, rows refused {}, findings {}",
                seen.queued,
                seen.conflicts,
                seen.already,
                seen.refused,
                seen.findings,
                seen.queued,
                seen.conflicts,
                seen.already,
                seen.refused,
                seen.findings
            )?;
        }
        self.out.flush()?;
        super::warn_of_copy(copy);
        Ok(())
    }
}

/// A finding as it is told, wherever it came from.
struct Told {
    code: &'static str,
    column: Option<&'static str>,
    words: Bilingual,
}

impl Told {
    fn flaw(flaw: &RowFinding) -> Self {
        Self {
            code: flaw.code,
            column: flaw.column,
            words: flaw.message.clone(),
        }
    }

    fn finding(finding: &Finding) -> Self {
        let sentence = |language| {
            let (message, remedy) = (&finding.message, &finding.remedy);
            let (message, remedy) = (message.in_language(language), remedy.in_language(language));
            match language {
                Language::Japanese => format!("{message}。{remedy}"),
                Language::English => format!("{message}; {remedy}"),
            }
        };
        Self {
            code: finding.code.as_str(),
            column: None,
            words: Bilingual::new(sentence(Language::Japanese), sentence(Language::English)),
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "code": self.code,
            "column": self.column,
            "ja": self.words.in_language(Language::Japanese),
            "en": self.words.in_language(Language::English),
        })
    }
}
