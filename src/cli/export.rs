//! `uketsuke export`: write the records out as a file.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};

use super::EXIT_OK;
use super::data_dir::{DataArgs, Place};
use crate::exchange::{Encoding, Ndjson, VrsCsv, WideCsv, Written};
use crate::store::{Act, Order, SqliteStore};

/// Arguments of `uketsuke export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke export --format vrs-csv -o records.csv --data-dir DIR
  uketsuke export --format vrs-csv --layout wide --encoding shift-jis -o wide.csv --data-dir DIR
  uketsuke export --format fhir-ndjson -o records.ndjson --data-dir DIR

The file holds voucher numbers: it is readable by its owner alone. That it was written goes into
the audit log.")]
pub struct ExportArgs {
    /// Form of the file / ファイルの形式
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// `rows`: one dose a row; `wide`: the national layout, one person a row / CSV の並べ方
    #[arg(long, value_enum, default_value_t = Layout::Rows)]
    layout: Layout,
    /// Doses that the wide layout has columns for / 1人あたりの回数欄
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=9))]
    doses: u8,
    /// Characters of a CSV file / CSV の文字コード
    #[arg(long, value_enum, default_value_t = Characters::Utf8Bom)]
    encoding: Characters,
    /// Where to; `-` is standard output / 書き出し先
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExportFormat {
    /// CSV, see --layout and --encoding
    VrsCsv,
    /// One FHIR R4 Immunization a line
    FhirNdjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// One dose a row
    Rows,
    /// One person a row
    Wide,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Characters {
    /// UTF-8 with a byte order mark
    Utf8Bom,
    /// Windows-31J
    ShiftJis,
}

impl From<Characters> for Encoding {
    fn from(characters: Characters) -> Self {
        match characters {
            Characters::Utf8Bom => Self::Utf8Bom,
            Characters::ShiftJis => Self::ShiftJis,
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &ExportArgs) -> anyhow::Result<u8> {
    let place = args.data.existing_place()?;
    ensure_harmless(&args.output, &place)?;
    let mut store = place.store()?;
    let written = if args.output.as_os_str() == "-" {
        let written = write(args, &place, &mut store, io::stdout().lock())?;
        witness(args, &place, &mut store, &written)?;
        written
    } else {
        write_file(args, &place, &mut store)?
    };
    tell(&written);
    Ok(EXIT_OK)
}

/// An export puts a new file in the place of an old one: never of a device or a link, and never
/// of what the station itself keeps.
fn ensure_harmless(output: &Path, place: &Place) -> anyhow::Result<()> {
    let regular = match fs::symlink_metadata(output) {
        Ok(there) => there.is_file() || output.as_os_str() == "-",
        Err(_) => true,
    };
    ensure!(
        regular,
        "{0}: 普通のファイルではありません。別の名前にしてください / {0} is no ordinary file: choose another name",
        output.display()
    );
    let folder = fs::canonicalize(folder_of(output)).ok();
    let medium = place.medium().map(|medium| medium.folder);
    let kept = [Some(place.directory.folder().to_owned()), medium];
    let inside = kept.into_iter().flatten().any(|kept| {
        let kept = fs::canonicalize(kept).ok();
        matches!((&folder, &kept), (Some(folder), Some(kept)) if folder.starts_with(kept))
    });
    ensure!(
        !inside || output.as_os_str() == "-",
        "{0}: 端末のデータの中です。別のフォルダーにしてください / {0} is among the station's own data: choose another folder",
        output.display()
    );
    Ok(())
}

fn folder_of(output: &Path) -> &Path {
    match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How much is in the file, and what is not and why.
fn tell(written: &Written) {
    eprintln!("{0} 行を書き出しました / {0} rows written", written.rows);
    for (n, ja, en) in [
        (written.to_follow, "番号待ち", "whose voucher is to follow"),
        (written.consultations, "予診のみ", "consultations"),
        (
            written.conflicts,
            "内容が食い違う記録",
            "that contradict each other",
        ),
        (
            written.beyond_layout,
            "欄が足りない回数",
            "beyond the columns for doses",
        ),
    ] {
        if n > 0 {
            eprintln!("  含まないもの: {ja} {n} 件 / not in this form: {n} {en}");
        }
    }
}

/// The file has its name only when it is whole and the audit log knows of it.
fn write_file(
    args: &ExportArgs,
    place: &Place,
    store: &mut SqliteStore,
) -> anyhow::Result<Written> {
    let told = || {
        format!(
            "{}: 書き出せません。フォルダーと空き容量を確かめてください / cannot be written: check the folder and the free space",
            args.output.display()
        )
    };
    let folder = folder_of(&args.output);
    let unfinished = folder.join(format!(
        ".uketsuke-export-{}",
        uuid::Uuid::new_v4().simple()
    ));
    let file = private_file(&unfinished).with_context(told)?;
    let result = write(args, place, store, &file)
        .and_then(|written| {
            file.sync_all()?;
            witness(args, place, store, &written)?;
            Ok(written)
        })
        .and_then(|written| {
            fs::rename(&unfinished, &args.output)?;
            Ok(written)
        })
        .with_context(told);
    if result.is_err() {
        // Half a file of voucher numbers must not stay behind.
        let _ = fs::remove_file(&unfinished);
    }
    result
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn witness(
    args: &ExportArgs,
    place: &Place,
    store: &mut SqliteStore,
    written: &Written,
) -> anyhow::Result<()> {
    let detail = format!("{:?} {:?}, {} rows", args.format, args.layout, written.rows);
    store.witness(Act::Exported, &detail, &place.witnessed())?;
    Ok(())
}

fn write(
    args: &ExportArgs,
    place: &Place,
    store: &mut SqliteStore,
    out: impl Write,
) -> anyhow::Result<Written> {
    let out = BufWriter::new(out);
    let encoding = args.encoding.into();
    let written = match (args.format, args.layout) {
        (ExportFormat::VrsCsv, Layout::Rows) => {
            let mut form = VrsCsv::begin(out, encoding)?;
            store.for_each_current(Order::AsRecorded, |entry| -> anyhow::Result<()> {
                Ok(form.write(&entry.record)?)
            })?;
            form.finish()?
        }
        (ExportFormat::VrsCsv, Layout::Wide) => {
            let mut form = WideCsv::begin(out, encoding, args.doses)?;
            store.for_each_current(Order::ByPerson, |entry| -> anyhow::Result<()> {
                Ok(form.write(&entry.record)?)
            })?;
            form.finish()?
        }
        (ExportFormat::FhirNdjson, _) => {
            let (profile, catalogue) = (place.profile(), place.catalogue()?);
            let mut form = Ndjson::begin(out, &profile, &catalogue);
            store.for_each_current(Order::AsRecorded, |entry| -> anyhow::Result<()> {
                Ok(form.write(&entry)?)
            })?;
            form.finish()?
        }
    };
    Ok(written)
}
