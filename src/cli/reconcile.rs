//! `uketsuke day-file` and `uketsuke reconcile`: 照合, the pile of paper against all tablets.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::data_dir::{DataArgs, Place};
use super::enrol::device_key;
use super::{EXIT_FAILED, EXIT_OK};
use crate::camera::{CameraName, Grab, Settings};
use crate::desk::{DayEntry, DayFile, Found, OnRecord, Reconciliation};
use crate::keys::{DocumentKind, Passphrase, Signed};
use crate::reading::{Expectation, LiveReader, Outcome, Reader};
use crate::text::Language;
use crate::voucher::VoucherNumber;

/// How long the camera is waited for at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// Arguments of `uketsuke day-file`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke day-file --passphrase-file today.txt -o tablet-1.day
  uketsuke day-file --date 2021-11-20 --passphrase-file today.txt -o tablet-1.day --data-dir DIR

The file says what this tablet recorded that day, signed with its key and sealed with a passphrase
that the venue's tablets share (8 characters or more, in a file). `uketsuke reconcile` opens it.")]
pub struct DayFileArgs {
    /// The day; today unless said / 日付
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// A file with the passphrase / 合言葉のファイル
    #[arg(long, value_name = "FILE")]
    passphrase_file: PathBuf,
    /// Where to write it / 保存先
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Arguments of `uketsuke reconcile`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke reconcile tablet-1.day tablet-2.day --passphrase-file today.txt --camera v4l:0
  uketsuke reconcile *.day --passphrase-file today.txt --camera replay:pile@10 --jsonl

Lay the pile down again, sheet by sheet: each is 記録済 recorded or 未記録 not recorded. At the end
(of a folder; Ctrl-C ends a camera's) it lists sheets without a record, records without a sheet, and
doubles across tablets. Day files of tablets whose thumbprint is not in cards.signers are not taken.
Exit codes: 0 all fits; 1 something does not, a sheet was not read, or a file does not open; 2 wrong
usage.")]
pub struct ReconcileArgs {
    /// The day files of all tablets / 全端末の日次ファイル
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A file with the passphrase / 合言葉のファイル
    #[arg(long, value_name = "FILE")]
    passphrase_file: PathBuf,
    /// The camera: v4l:0, or a folder played as one, replay:DIR@10 / カメラ
    #[arg(long, value_name = "CAMERA")]
    camera: CameraName,
    /// Print one JSON object a sheet / 1枚ごとにJSONで出力
    #[arg(long)]
    jsonl: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs `day-file`.
pub fn write(args: &DayFileArgs) -> anyhow::Result<u8> {
    let place = args.data.existing_place()?;
    let passphrase = passphrase(&args.passphrase_file)?;
    let date = args.date.unwrap_or_else(|| place.now().day());
    let entries = place.store()?.of_day(date)?.into_iter();
    let entries = entries.map(|kept| DayEntry {
        number: kept.record.subject.voucher(),
        dose: kept.record.subject.dose(),
        record: kept.record.id,
        cancelled: kept.cancelled,
    });
    let file = DayFile {
        station: place.directory.station().clone(),
        date,
        entries: entries.collect(),
    };
    let token = device_key(&place)?.sign(DocumentKind::DayFile, &file)?;
    let sealed = passphrase.seal(token.as_bytes())?;
    std::fs::write(&args.output, sealed).with_context(|| at(&args.output))?;
    println!(
        "{date}: {} 件を書き出しました / {} records written",
        file.entries.len(),
        file.entries.len()
    );
    Ok(EXIT_OK)
}

/// Runs `reconcile`.
pub fn run(args: &ReconcileArgs) -> anyhow::Result<u8> {
    let place = args.data.place()?;
    let passphrase = passphrase(&args.passphrase_file)?;
    let files = args
        .files
        .iter()
        .map(|path| open(&place, &passphrase, path));
    let files: Vec<DayFile> = files.collect::<anyhow::Result<_>>()?;
    if let [first, others @ ..] = files.as_slice()
        && let Some(other) = others.iter().find(|other| other.date != first.date)
    {
        bail!(
            "日次ファイルの日付が違います（{} と {}）。同じ日のファイルをそろえてください / the day files are of different days ({} and {}): bring those of one day",
            first.date,
            other.date,
            first.date,
            other.date
        );
    }
    let mut reconciliation = Reconciliation::new(&files);
    let mut not_read = 0_u32;
    read_pile(args, |sheet| {
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
    let on = |on: &OnRecord| {
        json!({"record_id": on.record.to_string(), "station": on.station.to_string(),
        "number": on.number.map(|number| number.to_string())})
    };
    tell(
        args.jsonl,
        &json!({
            "event": "report", "sheets": reconciliation.sheets(), "not_read": not_read,
            "paper_without_record": report.paper_without_record.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "record_without_paper": report.record_without_paper.iter().map(on).collect::<Vec<_>>(),
            "doubles": report.doubles.iter().map(|group| group.iter().map(on).collect::<Vec<_>>()).collect::<Vec<_>>(),
        }),
    )?;
    // A sheet that was not read may be the one that has no record.
    Ok(if report.is_clean() && not_read == 0 {
        EXIT_OK
    } else {
        EXIT_FAILED
    })
}

fn passphrase(path: &Path) -> anyhow::Result<Passphrase> {
    let text = std::fs::read_to_string(path).with_context(|| at(path))?;
    Ok(Passphrase::new(&text)?)
}

/// A day file whose signer is known here.
fn open(place: &Place, passphrase: &Passphrase, path: &Path) -> anyhow::Result<DayFile> {
    let sealed = std::fs::read(path).with_context(|| at(path))?;
    let token = passphrase.open(&sealed).with_context(|| at(path))?;
    let token = std::str::from_utf8(&token).with_context(|| at(path))?;
    let signed: Signed<DayFile> =
        Signed::open(DocumentKind::DayFile, token).with_context(|| at(path))?;
    let thumbprint = signed.signer.thumbprint();
    let own = device_key(place)?.public()?.thumbprint();
    if thumbprint != own && !place.config.card_signers.contains(&thumbprint) {
        bail!(
            "{}: この端末の署名は登録されていません。その端末で「uketsuke session key」を実行し、指紋を設定の cards.signers に加えてください / its tablet is not known here: run `uketsuke session key` there and add the thumbprint to cards.signers ({thumbprint})",
            path.display()
        );
    }
    Ok(signed.claims)
}

/// One sheet of the pile.
enum Sheet {
    Read(VoucherNumber),
    NotRead,
}

/// Reads the pile under the camera until it ends.
fn read_pile(
    args: &ReconcileArgs,
    mut each: impl FnMut(Sheet) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let lock_step = matches!(args.camera, CameraName::Replay { .. });
    let mut source = args.camera.open(lock_step, Settings::default())?;
    let reader = Reader::new()?;
    let mut live = LiveReader::new(&reader, Expectation::default());
    loop {
        let (outcomes, over) = match source.next(PATIENCE)? {
            Grab::Frame(frame) => {
                let seen = live.see(&frame)?;
                (seen.map_or_else(Vec::new, |seen| seen.outcomes), false)
            }
            Grab::Ended => (live.end().into_iter().collect(), true),
            Grab::Lost(loss) => {
                eprintln!("uketsuke: {}", loss.words());
                (live.end().into_iter().collect(), false)
            }
            Grab::Nothing | Grab::Opened(_) | Grab::Back => (Vec::new(), false),
        };
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted(accepted) => each(Sheet::Read(accepted.number))?,
                Outcome::Ended(presented) if presented.verdict.number().is_none() => {
                    each(Sheet::NotRead)?;
                }
                Outcome::Ended(_) => {}
            }
        }
        if over {
            return Ok(());
        }
    }
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

fn at(path: &Path) -> String {
    path.display().to_string()
}
