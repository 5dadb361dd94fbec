//! How long pictures took, as a histogram.

use std::fmt::Write as _;

use super::Report;
use crate::text::html::{self, both};

/// Bars of the histogram.
const BINS: usize = 40;
/// Labels along it, at most.
const TICKS: f64 = 8.0;
/// Size of the drawing in its own units.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 160.0;
/// Room for the labels under the bars and over them.
const FOOT: f64 = 22.0;
const HEAD: f64 = 18.0;

/// The histogram of all pictures' times, with median and 95th percentile.
pub(super) fn section(report: &Report) -> String {
    let times = &report.score.time_ms;
    if report.stills.is_empty() || times.longest <= 0.0 {
        return String::new();
    }
    let step = round_step(times.longest / BINS as f64);
    let bins = histogram(report.stills.iter().map(|still| still.elapsed_ms), step);
    let body = format!(
        "<p>{}</p>\n{}",
        both(
            &format!(
                "ファイルの内容がメモリにある時点から判定まで（デコードを含む）。同時に{}枚。最長 {:.0} ms。",
                report.jobs, times.longest
            ),
            &format!(
                "From the file's bytes in memory to the verdict, decoding included; {} at a time. Longest {:.0} ms.",
                report.jobs, times.longest
            )
        ),
        drawing(&bins, step, times.median, times.p95)
    );
    html::section("時間", "Time", &body)
}

/// The next larger step of 1, 2 or 5 times a power of ten, in milliseconds.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least)
        .unwrap_or(least)
}

fn histogram(elapsed: impl Iterator<Item = f64>, step: f64) -> Vec<usize> {
    let mut bins = Vec::new();
    for time in elapsed {
        let bin = (time / step) as usize;
        if bins.len() <= bin {
            bins.resize(bin + 1, 0);
        }
        bins[bin] += 1;
    }
    bins
}

fn drawing(bins: &[usize], step: f64, median: f64, p95: f64) -> String {
    let most = bins.iter().copied().max().unwrap_or(1).max(1) as f64;
    let wide = WIDTH / bins.len().max(1) as f64;
    let floor = HEIGHT - FOOT;
    let x = |ms: f64| ms / step * wide;
    let mut svg = format!("<svg class=\"times\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n");
    for (i, count) in bins.iter().enumerate().filter(|(_, count)| **count > 0) {
        let high = (floor - HEAD) * *count as f64 / most;
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"><title>{:.0}–{:.0} ms: {count}</title></rect>",
            i as f64 * wide + 0.5,
            floor - high,
            (wide - 1.0).max(0.5),
            i as f64 * step,
            (i + 1) as f64 * step,
        );
    }
    let _ = writeln!(svg, "<path d=\"M0 {floor}H{WIDTH}\"/>");
    let tick = round_step(bins.len() as f64 * step / TICKS);
    for i in 0..=(bins.len() as f64 * step / tick) as usize {
        let ms = i as f64 * tick;
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\">{ms} ms</text>",
            x(ms),
            HEIGHT - 6.0
        );
    }
    for (label, ms) in [("50 %", median), ("95 %", p95)] {
        let at = x(ms);
        let _ = writeln!(
            svg,
            "<path class=\"mark\" d=\"M{at:.1} {HEAD}V{floor}\"/><text class=\"mark\" x=\"{at:.1}\" y=\"{:.1}\">{label}</text>",
            HEAD - 5.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        let steps: Vec<f64> = [0.7, 1.0, 3.1, 51.0].map(round_step).into();
        assert_eq!(steps, [1.0, 1.0, 5.0, 100.0]);
    }

    #[test]
    fn every_time_falls_into_one_bin() {
        assert_eq!(histogram([0.0, 4.9, 5.0, 12.0].into_iter(), 5.0), [2, 1, 1]);
    }
}
