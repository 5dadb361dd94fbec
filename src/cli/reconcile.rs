//! `uketsuke reconcile`: 照合, the pile of paper against all tablets.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::data_dir::DataArgs;
use super::day_file::{self, Opened};
use super::pile::{self, PileArgs, Sheet};
use super::{EXIT_FAILED, EXIT_OK};
use crate::desk::{DayFile, Found, OnRecord, Reconciliation, Report};
use crate::text::Language;
use crate::voucher::VoucherNumber;

/// Arguments of `uketsuke reconcile`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke reconcile *.day --passphrase-file today.txt --camera v4l:0 --mount mount.toml
  uketsuke reconcile *.day --passphrase-file today.txt --camera v4l:0 --count 214
  uketsuke reconcile *.day --passphrase-file today.txt --camera replay:pile@10 --jsonl

Lay the pile down again, sheet by sheet: each is 記録済 recorded or 未記録 not recorded. At the end
(of a folder; a camera's is at Ctrl-C, or at the end of standard input) it lists sheets without a
record, records without a sheet, doubles across tablets, and tablets whose day was not closed. Of
several files of one tablet the newest is taken. Day files of tablets whose thumbprint is not in
cards.signers are not taken. A sheet that is not read is laid down again, and counted with --count.
Exit codes: 0 all fits; 1 something does not, a day was not closed, the sheets are not as many as
counted (or, not counted, one was laid down and not read), or a file does not open; 2 wrong usage.")]
pub struct ReconcileArgs {
    /// The day files of all tablets / 全端末の日次ファイル
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A file with the passphrase / 合言葉のファイル
    #[arg(long, value_name = "FILE")]
    passphrase_file: PathBuf,
    #[command(flatten)]
    pile: PileArgs,
    /// How many sheets the pile has, counted by hand: tells whether those that were not read at once
    /// were read in the end / 手で数えた束の枚数。読めずに置き直した紙が全部読めたかが分かります
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Print one JSON object a sheet / 1枚ごとにJSONで出力
    #[arg(long)]
    jsonl: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &ReconcileArgs) -> anyhow::Result<u8> {
    let place = args.data.place()?;
    let passphrase = day_file::passphrase(&args.passphrase_file)?;
    let files = (args.files.iter()).map(|path| day_file::open(&place, &passphrase, path));
    let files = of_one_day(files.collect::<anyhow::Result<_>>()?)?;
    let mut reconciliation = Reconciliation::new(&files);
    let mut not_read = 0_u32;
    pile::read(&args.pile, |sheet| {
        let object = match sheet {
            Sheet::Read(number) => found(number, &reconciliation.read(number)),
            Sheet::NotRead => {
                not_read += 1;
                json!({"event": "not_read"})
            }
        };
        tell(args.jsonl, &object)
    })?;
    let report = reconciliation.report();
    let mut object = report_object(&report);
    object["sheets"] = reconciliation.sheets().into();
    object["not_read"] = not_read.into();
    object["count"] = args.count.into();
    tell(args.jsonl, &object)?;
    // A sheet that was not read may be the one that has no record.
    let all_read = match args.count {
        Some(count) => reconciliation.sheets() == count,
        None => not_read == 0,
    };
    Ok(if report.is_clean() && all_read {
        EXIT_OK
    } else {
        EXIT_FAILED
    })
}

/// The newest file of each tablet; which are left out is told.
fn of_one_day(files: Vec<Opened<'_>>) -> anyhow::Result<Vec<DayFile>> {
    if let [first, others @ ..] = files.as_slice()
        && let Some(other) = (others.iter()).find(|other| other.file.date != first.file.date)
    {
        let (first, other) = (first.file.date, other.file.date);
        bail!(
            "日次ファイルの日付が違います（{first} と {other}）。同じ日のファイルをそろえてください / the day files are of different days ({first} and {other}): bring those of one day"
        );
    }
    let (taken, left_out) = day_file::newest(files);
    for Opened { path, file, .. } in left_out {
        let (path, station) = (path.display(), &file.station);
        eprintln!(
            "uketsuke: {path}: 端末 {station} のより新しいファイルがあるので使いません / not used: there is a newer file of tablet {station}"
        );
    }
    Ok(taken.into_iter().map(|opened| opened.file).collect())
}

/// What does not fit, as an object.
fn report_object(report: &Report) -> Value {
    let numbers = report.paper_without_record.iter();
    let numbers: Vec<_> = numbers.map(ToString::to_string).collect();
    let records =
        |records: &[OnRecord]| -> Vec<Value> { records.iter().map(record_object).collect() };
    let doubles: Vec<_> = report.doubles.iter().map(|group| records(group)).collect();
    let open_days = report.open_days.iter();
    json!({
        "event": "report", "paper_without_record": numbers,
        "record_without_paper": records(&report.record_without_paper), "doubles": doubles,
        "open_days": open_days.map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn record_object(on: &OnRecord) -> Value {
    json!({"record_id": on.record.to_string(), "station": on.station.to_string(),
        "number": on.number.map(|number| number.to_string())})
}

fn found(number: VoucherNumber, found: &Found) -> Value {
    let event = match found {
        Found::Recorded(records) if records.len() > 1 => "double",
        Found::Recorded(_) => "recorded",
        Found::NotRecorded { .. } => "not_recorded",
        Found::Again => "again",
    };
    let words = found.words();
    json!({
        "event": event, "number": number.to_string(),
        "ja": words.in_language(Language::Japanese), "en": words.in_language(Language::English),
    })
}

fn tell(jsonl: bool, object: &Value) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    match object["event"].as_str() {
        _ if jsonl => writeln!(out, "{object}")?,
        Some("report") => {
            let count = |key: &str| object[key].as_array().map_or(0, Vec::len);
            writeln!(
                out,
                "{sheets} 枚。記録のない紙 {paper}、紙のない記録 {record}、二重 {doubles}、読めなかった置き方 {not_read} / {sheets} sheets; paper without record {paper}, record without paper {record}, doubles {doubles}, laid down and not read {not_read}",
                sheets = object["sheets"],
                paper = count("paper_without_record"),
                record = count("record_without_paper"),
                doubles = count("doubles"),
                not_read = object["not_read"],
            )?;
            let expected = object["count"]
                .as_u64()
                .filter(|_| object["count"] != object["sheets"]);
            if let Some(expected) = expected {
                writeln!(
                    out,
                    "！ 数えた {expected} 枚と合いません。読めなかった紙を置き直すか、数え直してください / not the {expected} sheets that were counted: lay those that were not read down again, or count again"
                )?;
            } else if object["count"].is_null() && object["not_read"] != 0 {
                writeln!(
                    out,
                    "！ 読めなかった置き方があります。束を数え、「--count 枚数」を付けてやり直すと、全部読めたかが分かります / something was laid down and not read: count the pile and say --count, which tells whether all were read in the end"
                )?;
            }
            for station in object["open_days"].as_array().into_iter().flatten() {
                let station = station.as_str().unwrap_or_default();
                writeln!(
                    out,
                    "！ 端末 {station} はこの日を締めていません。記録がそろっていないかもしれません。その端末で締め、日次ファイルを書き出し直してください / tablet {station} has not closed this day, and its records may be incomplete: close the day there and write its day file again"
                )?;
            }
        }
        Some("not_read") => writeln!(
            out,
            "？ 読めません。置き直してください / not read: lay it down again"
        )?,
        _ => {
            let number = text("number").parse::<VoucherNumber>();
            let number = number.map_or_else(|_| String::new(), |number| number.grouped());
            writeln!(out, "{number}  {} / {}", text("ja"), text("en"))?;
        }
    }
    out.flush()?;
    Ok(())
}
