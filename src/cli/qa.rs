//! `uketsuke qa`: read a sample set, score it, report.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::in_order::in_order;
use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE, replay};
use crate::qa::{
    Baseline, Demands, Finding, Grade, Report, SampleSet, Score, Sequence, SequenceResult, Share,
    Still, StillResult, Summary, crop, findings, render,
};
use crate::reading::{Expectation, Reader, Verdict, read_still};

/// Frames a second that sequences are played at.
const SEQUENCE_FPS: f64 = 10.0;

/// Arguments of `uketsuke qa`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke qa samples/set --min-read 0.85
  uketsuke qa samples/set --report out/qa --min-read 0.85
  uketsuke qa samples/set --baseline samples/baseline.json --jsonl

Exit codes: 0 passed; 1 a wrong number was accepted, too few were read, or worse than the
baseline; 2 wrong usage, or a set that cannot be read.")]
pub struct QaArgs {
    /// Folder with manifest.csv, and sequences with truth.csv / 見本一式のフォルダ
    #[arg(value_name = "SET")]
    set: PathBuf,
    /// Write report.html and summary.json into this folder / 報告書の保存先
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// summary.json of an earlier run that must not be worsened / 比較する前回の結果
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Least share of the readable pictures to be accepted, 0–1 / 読取率の下限
    #[arg(long, value_name = "SHARE", default_value_t = 0.99, value_parser = share)]
    min_read: f64,
    /// Pictures read at the same time; as many as there are cores unless said / 同時に読む枚数
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Print the summary as one JSON object / 結果を1行のJSONで出力
    #[arg(long)]
    jsonl: bool,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("0から1の数にしてください / has to be a number from 0 to 1".to_owned()),
    }
}

/// Runs the subcommand; the exit code tells whether the set passed.
pub fn run(args: &QaArgs) -> anyhow::Result<u8> {
    match inputs(args) {
        Ok((set, demands)) => examine(args, &set, &demands),
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            Ok(EXIT_USAGE)
        }
    }
}

fn inputs(args: &QaArgs) -> anyhow::Result<(SampleSet, Demands)> {
    let set = SampleSet::open(&args.set)?;
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let demands = Demands {
        min_read: args.min_read,
        baseline,
    };
    Ok((set, demands))
}

fn read_baseline(file: &Path) -> anyhow::Result<Baseline> {
    let words = || {
        format!(
            "{}: 比較できません。以前の summary.json を指定してください / \
             no baseline: name the summary.json of an earlier run",
            file.display()
        )
    };
    let text = std::fs::read(file).with_context(words)?;
    serde_json::from_slice(&text).with_context(words)
}

fn examine(args: &QaArgs, set: &SampleSet, demands: &Demands) -> anyhow::Result<u8> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, usize::from);
    let with_pictures = args.report.is_some();
    let bar = progress_bar(set.stills.len() + set.sequences.len());
    let mut stills = Vec::new();
    let read_one = |reader: &Reader, still| read(reader, &set.folder, still, with_pictures);
    in_order(jobs, set.stills.iter(), read_one, |result| {
        bar.inc(1);
        stills.push(result);
        Ok(())
    })?;
    let mut sequences = Vec::new();
    in_order(jobs, set.sequences.iter(), play, |result| {
        bar.inc(1);
        sequences.push(result);
        Ok(())
    })?;
    bar.finish_and_clear();

    let score = Score::of(set, &stills, &sequences);
    let findings = findings(&score, demands);
    let summary = Summary::new(
        set.folder.to_string_lossy().into_owned(),
        jobs,
        &score,
        &findings,
    );
    if let Some(folder) = &args.report {
        let report = Report {
            set,
            stills: &stills,
            score: &score,
            findings: &findings,
            min_read: args.min_read,
            jobs,
            made_at: jiff::Zoned::now().strftime("%Y-%m-%d %H:%M %Z").to_string(),
        };
        write_report(folder, &report, &summary).with_context(|| {
            format!(
                "{}: 報告書を書けません。空き容量と権限を確かめてください / \
                 the report cannot be written: check free space and permissions",
                folder.display()
            )
        })?;
    }
    let mut out = std::io::stdout().lock();
    if args.jsonl {
        serde_json::to_writer(&mut out, &summary).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        print_table(&mut out, &score, &findings, jobs, args.report.as_deref())?;
    }
    Ok(if findings.is_empty() {
        EXIT_OK
    } else {
        EXIT_FAILED
    })
}

/// Reads one picture of the set; with its crop when it did not come out as expected.
fn read(reader: &Reader, folder: &Path, still: &Still, crops: bool) -> anyhow::Result<StillResult> {
    let path = folder.join(&still.file);
    let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
    let started = Instant::now();
    let reading = read_still(reader, &bytes, &Expectation::default())?;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let failed = matches!(
        Grade::of(still.expected, &reading.verdict),
        Grade::Wrong | Grade::Missed
    );
    let seen = reading.observation.as_ref().ok();
    Ok(StillResult {
        picture: seen
            .filter(|_| crops && failed)
            .and_then(|seen| crop(&bytes, seen)),
        witnesses: seen.map_or_else(Vec::new, |seen| seen.evidence.witnesses.clone()),
        quality: seen.map(|seen| seen.quality),
        verdict: reading.verdict,
        elapsed_ms,
    })
}

/// Plays one sequence through the presentation logic of live capture.
fn play(reader: &Reader, sequence: &Sequence) -> anyhow::Result<SequenceResult> {
    let mut result = SequenceResult {
        accepted: Vec::new(),
        undecided: Vec::new(),
    };
    let expectation = Expectation::default();
    replay::play(
        &sequence.folder,
        SEQUENCE_FPS,
        reader,
        &expectation,
        |presented| {
            match &presented.verdict {
                Verdict::Accepted(number) => result.accepted.push(*number),
                undecided => result.undecided.push(undecided.reasons().to_vec()),
            }
            Ok(())
        },
    )?;
    Ok(result)
}

/// A progress bar on a terminal, nothing elsewhere.
fn progress_bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {eta}");
    ProgressBar::new(length as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn write_report(folder: &Path, report: &Report, summary: &Summary) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("report.html"), render(report))?;
    let mut json = serde_json::to_vec_pretty(summary)?;
    json.push(b'\n');
    std::fs::write(folder.join("summary.json"), json)?;
    Ok(())
}

/// The score in short, for people.
fn print_table(
    out: &mut impl Write,
    score: &Score,
    findings: &[Finding],
    jobs: usize,
    report: Option<&Path>,
) -> std::io::Result<()> {
    for condition in &score.conditions {
        let share = condition.share();
        let wrong = match condition.wrong {
            0 => String::new(),
            n => format!("   誤受理 wrong accepted {n}"),
        };
        writeln!(out, "{:<28} {}{wrong}", condition.condition, counted(share))?;
    }
    for sequence in &score.sequences {
        writeln!(
            out,
            "{:<28} {:>5}/{:<5} 順番どおり in order, 重複 repeats {}, 誤り wrong {}",
            sequence.name, sequence.in_order, sequence.expected, sequence.repeats, sequence.wrong
        )?;
    }
    writeln!(out)?;
    for (name, share) in [
        ("読取 read                     ", score.read),
        ("正しく保留 rightly held back  ", score.refuse),
    ] {
        if share.of > 0 {
            writeln!(out, "{name}{}", counted(share))?;
        }
    }
    writeln!(out, "誤受理 wrong accepted         {:>5}", score.wrong())?;
    writeln!(
        out,
        "時間 time                     {:>5.0} ms median, {:.0} ms p95 ({jobs} at a time)",
        score.time_ms.median, score.time_ms.p95
    )?;
    if let Some(folder) = report {
        writeln!(
            out,
            "報告書 report                 {}",
            folder.join("report.html").display()
        )?;
    }
    match findings {
        [] => writeln!(out, "\n合格 passed"),
        findings => {
            writeln!(out, "\n不合格 not passed")?;
            findings
                .iter()
                .try_for_each(|finding| writeln!(out, "  {finding}"))
        }
    }
}

fn counted(share: Share) -> String {
    let percent = share
        .rate()
        .map_or_else(String::new, |rate| format!("{:>6.1} %", rate * 100.0));
    format!("{:>5}/{:<5}{percent}", share.right, share.of)
}
