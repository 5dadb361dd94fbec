//! `uketsuke scan`: read pictures, or a folder of frames as a camera.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::ensure;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::in_order::in_order;
use super::pictures::{self, Input};
use super::replay::play;
use super::scan_object::{SequenceObject, StillObject};
use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, presets};
use crate::camera::{CameraError, read_picture};
use crate::optics::{Mount, Point};
use crate::reading::{Expectation, Observation, Reader, Reason, StillReading, Verdict, read_still};

/// Arguments of `uketsuke scan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke scan samples/set/stills
  uketsuke scan --jsonl --marks voucher.jpg
  uketsuke scan --jsonl --jobs 4 folder
  find . -name '*.jpg' | uketsuke scan --jsonl -
  uketsuke scan --jsonl --sequence samples/set/sequences/S_133 --fps 10")]
pub struct ScanArgs {
    /// Print one JSON object a line / 1行に1件のJSONで出力
    #[arg(long)]
    jsonl: bool,
    /// Also tell every mark and digit line found, and what would help / 見つけたコードと数字、直し方も出力
    #[arg(long, requires = "jsonl")]
    marks: bool,
    /// Play the folders as a camera / フォルダをカメラの代わりに再生
    #[arg(long)]
    sequence: bool,
    /// Frames a second of a sequence / 毎秒のコマ数
    #[arg(long, default_value_t = 10.0, requires = "sequence")]
    fps: f64,
    /// Pictures read at the same time / 同時に読む枚数
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256), conflicts_with = "sequence")]
    jobs: u16,
    /// Mount profile of `uketsuke calibrate`: focus and scale relative to it / 台の校正ファイル
    #[arg(long, value_name = "FILE")]
    mount: Option<PathBuf>,
    /// Session file: what is expected can veto / 会場の設定ファイル
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Pictures or folders of pictures; `-` reads paths from standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the subcommand; the exit code tells whether every input could be opened.
pub fn run(args: &ScanArgs) -> anyhow::Result<u8> {
    let presets = match Presets::of(args) {
        Ok(presets) => presets,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            return Ok(EXIT_USAGE);
        }
    };
    let complete = if args.sequence {
        scan_sequences(args, &presets)?
    } else {
        scan_stills(args, &presets)?
    };
    Ok(if complete { EXIT_OK } else { EXIT_FAILED })
}

/// Told of a picture that cannot be from the mount; it is read all the same.
const OTHER_SIZE: &str = "--mount の校正とは画像の大きさが違うため、ピントと縮尺は校正なしの値です。そのカメラの校正ファイルを指定してください / not as large as the pictures of --mount, so focus and scale are not relative to it: name that camera's profile";

/// What the two optional files say.
struct Presets {
    expectation: Expectation,
    mount: Option<Mount>,
}

impl Presets {
    fn of(args: &ScanArgs) -> anyhow::Result<Self> {
        ensure!(
            (0.01..=1000.0).contains(&args.fps),
            "--fps は 0.01 以上 1000 以下にしてください / --fps must be from 0.01 to 1000"
        );
        Ok(Self {
            expectation: presets::expectation(args.session.as_deref())?,
            mount: presets::mount(args.mount.as_deref())?,
        })
    }

    fn read(&self, reader: &Reader, bytes: &[u8]) -> anyhow::Result<StillReading> {
        let mut reading = read_still(reader, bytes, &self.expectation)?;
        if let (Ok(seen), Some(mount)) = (&mut reading.observation, &self.mount)
            && mount.fits(seen.size)
        {
            see_from(mount, seen);
        }
        Ok(reading)
    }

    /// Whether a picture was read that is not as large as those of the mount.
    fn is_from_elsewhere(&self, reading: &StillReading) -> bool {
        let seen = reading.observation.as_ref();
        (self.mount.as_ref()).is_some_and(|mount| seen.is_ok_and(|seen| !mount.fits(seen.size)))
    }
}

/// Quality relative to the mount that the picture was taken on.
fn see_from(mount: &Mount, seen: &mut Observation) {
    let middle = Point::new(seen.size.0 as f32 / 2.0, seen.size.1 as f32 / 2.0);
    let label = seen.layout.labels.first();
    let at = label.map_or(middle, |label| label.area.centre);
    seen.quality.px_per_mm = Some(mount.px_per_mm_at(at));
    seen.quality.focus = mount.relative_focus(seen.quality.focus);
    seen.guide_into(&mount.profile().region);
}

/// What came of one input.
struct Scanned {
    file: String,
    /// `None` when the file could not be opened.
    reading: Option<StillReading>,
    /// From the file's bytes in memory to the verdict.
    elapsed_ms: f64,
}

/// Opens and reads one input.
fn scan_one(reader: &Reader, presets: &Presets, input: Input) -> anyhow::Result<Scanned> {
    let (path, bytes) = match input {
        Ok(path) => {
            let bytes = read_picture(&path).ok();
            (path, bytes)
        }
        Err((path, _)) => (path, None),
    };
    let started = Instant::now();
    let reading = (bytes.as_deref())
        .map(|bytes| presets.read(reader, bytes))
        .transpose()?;
    Ok(Scanned {
        file: path.to_string_lossy().into_owned(),
        reading,
        elapsed_ms: started.elapsed().as_secs_f64() * 1000.0,
    })
}

/// Reads the pictures and tells of them in their order; `false` when some input could
/// not be opened.
fn scan_stills(args: &ScanArgs, presets: &Presets) -> anyhow::Result<bool> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut table = (!args.jsonl).then(Table::new);
    let mut complete = true;
    let read = |reader: &Reader, input| scan_one(reader, presets, input);
    in_order(
        args.jobs.into(),
        pictures::list(&args.paths),
        read,
        |scanned| {
            let reading = scanned.reading.as_ref();
            if reading.is_some_and(|reading| presets.is_from_elsewhere(reading)) {
                eprintln!("uketsuke: {}: {OTHER_SIZE}", scanned.file);
            }
            complete &= reading.is_some_and(|reading| reading.observation.is_ok());
            match &mut table {
                Some(table) => table.row(&mut out, &scanned),
                None => write_line(
                    &mut out,
                    &StillObject::new(&scanned.file, reading, scanned.elapsed_ms, args.marks),
                ),
            }
        },
    )?;
    if let Some(table) = table {
        table.end(&mut out)?;
    }
    Ok(complete)
}

/// One JSON object, a line of its own, flushed: whoever reads it waits for it.
fn write_line(out: &mut impl Write, object: &impl serde::Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, object).map_err(std::io::Error::from)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// Plays each folder through the presentation; `false` when one could not be opened.
fn scan_sequences(args: &ScanArgs, presets: &Presets) -> anyhow::Result<bool> {
    let reader = Reader::new()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut complete = true;
    for folder in &args.paths {
        let name = folder.to_string_lossy();
        let outcome = play(
            folder,
            args.fps,
            &reader,
            &presets.expectation,
            |presented| {
                if args.jsonl {
                    write_line(&mut out, &SequenceObject::new(name.to_string(), &presented))
                } else {
                    let verdict = &presented.verdict;
                    writeln!(
                        out,
                        "{:>5}–{:<5}  {}",
                        presented.first.0,
                        presented.last.0,
                        words(verdict)
                    )?;
                    Ok(())
                }
            },
        );
        match outcome {
            Err(error) if error.downcast_ref::<CameraError>().is_some() => {
                eprintln!("uketsuke: {error:#}");
                complete = false;
            }
            other => complete &= other?,
        }
    }
    out.flush()?;
    Ok(complete)
}

/// The table for people, with a progress bar on a terminal.
struct Table {
    bar: ProgressBar,
    accepted: usize,
    review: usize,
    refused: usize,
}

impl Table {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{spinner} {pos}  {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            bar,
            accepted: 0,
            review: 0,
            refused: 0,
        }
    }

    fn row(&mut self, out: &mut impl Write, scanned: &Scanned) -> anyhow::Result<()> {
        let said = match &scanned.reading {
            Some(reading) => {
                self.count(&reading.verdict);
                match &reading.observation {
                    Err(error) => format!("✕ 不可 refused    {error}"),
                    Ok(_) => match reading.guidance() {
                        Some(guidance) => format!(
                            "{}  → {} / {}",
                            words(&reading.verdict),
                            guidance.japanese(),
                            guidance.english()
                        ),
                        None => words(&reading.verdict),
                    },
                }
            }
            None => {
                self.refused += 1;
                "✕ 不可 refused    ファイルを開けません。場所を確かめてください / cannot be opened: check the path".to_owned()
            }
        };
        let name = Path::new(&scanned.file)
            .file_name()
            .map_or(scanned.file.as_str().into(), |n| n.to_string_lossy());
        let elapsed_ms = scanned.elapsed_ms;
        self.bar.suspend(|| -> std::io::Result<()> {
            writeln!(out, "{name:<24} {elapsed_ms:>7.1} ms  {said}")?;
            out.flush()
        })?;
        self.bar.inc(1);
        Ok(())
    }

    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Accepted(_) => self.accepted += 1,
            Verdict::Review { .. } => self.review += 1,
            Verdict::Refused { .. } => self.refused += 1,
        }
    }

    fn end(self, out: &mut impl Write) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        writeln!(
            out,
            "\n読取 accepted {}   確認 review {}   不可 refused {}",
            self.accepted, self.review, self.refused
        )?;
        out.flush()?;
        Ok(())
    }
}

/// The verdict in one line for people: a sign, a word in two languages, the
/// number in groups or the first reason.
fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(number) => format!("○ 読取 accepted   {}", number.grouped()),
        Verdict::Review { candidate, reasons } => format!(
            "△ 確認 review     {}  {}",
            candidate.to_string().replace('.', "_"),
            reason_words(reasons)
        ),
        Verdict::Refused { reasons } => format!("✕ 不可 refused    {}", reason_words(reasons)),
    }
}

fn reason_words(reasons: &[Reason]) -> String {
    (reasons.iter())
        .map(|reason| format!("{} / {}", reason.japanese(), reason.english()))
        .collect::<Vec<_>>()
        .join("; ")
}
