//! The report for people: one HTML file that holds everything it shows, in Japanese and English.

mod conditions;
mod confusions;
mod failures;
mod times;

use std::fmt::Write as _;

use super::finding::Finding;
use super::results::StillResult;
use super::sample_set::SampleSet;
use super::score::{Score, Share};
use crate::text::html::{self, both, escape};

/// What a report is made of.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was expected.
    pub set: &'a SampleSet,
    /// What came of each picture, in the set's order.
    pub stills: &'a [StillResult],
    /// The score.
    pub score: &'a Score,
    /// What speaks against the set.
    pub findings: &'a [Finding],
    /// The least read rate demanded, 0–1.
    pub min_read: f64,
    /// How many pictures were read at the same time.
    pub jobs: usize,
    /// When, as people write it.
    pub made_at: String,
}

/// The report as an HTML page.
pub fn render(report: &Report) -> String {
    let name = escape(&report.set.folder.to_string_lossy());
    let body = format!(
        "{}<main>\n{}{}{}{}{}{}{}</main>\n{}",
        header(report, &name),
        figures(report),
        findings(report.findings),
        conditions::section(report.score),
        conditions::sequences(report.score),
        failures::section(report),
        confusions::section(report.score),
        times::section(report),
        footer(),
    );
    let title = format!("uketsuke qa – {}", report.set.folder.to_string_lossy());
    html::page(&title, &body)
}

fn header(report: &Report, name: &str) -> String {
    let (class, seal, word) = if report.findings.is_empty() {
        ("pass", "合格", "PASS")
    } else {
        ("fail", "不合格", "FAIL")
    };
    format!(
        "<header><div><p class=\"house\">受付 uketsuke</p><h1>{}</h1>\
         <p class=\"about\"><code>{name}</code> · {} · {}</p></div>\
         <p class=\"seal {class}\"><b>{seal}</b><small>{word}</small></p></header>\n",
        both("読取精度の報告", "Reading accuracy"),
        both(
            &format!(
                "画像{}枚・連続{}本",
                report.stills.len(),
                report.score.sequences.len()
            ),
            &format!(
                "{} pictures, {} sequences",
                report.stills.len(),
                report.score.sequences.len()
            )
        ),
        escape(&report.made_at),
    )
}

/// The four figures that a reader came for.
fn figures(report: &Report) -> String {
    let score = report.score;
    let wrong = score.wrong();
    let mut html = String::from("<div class=\"figures\">\n");
    let mut figure = |good: bool, japanese: &str, english: &str, value: &str, note: &str| {
        let class = if good { "good" } else { "bad" };
        let _ = writeln!(
            html,
            "<div class=\"figure {class}\"><h3>{}</h3><b>{value}</b><p>{note}</p></div>",
            both(japanese, english)
        );
    };
    figure(
        wrong == 0,
        "誤受理",
        "wrong accepted",
        &wrong.to_string(),
        &both("0でなければ不合格", "any at all fails"),
    );
    figure(
        score.read.rate().is_none_or(|rate| rate >= report.min_read),
        "読取率",
        "read",
        &percent(score.read),
        &format!(
            "{}/{} · {}",
            score.read.right,
            score.read.of,
            both("基準", &format!("minimum {:.1} %", report.min_read * 100.0))
        ),
    );
    figure(
        score.refuse.right == score.refuse.of,
        "正しく保留",
        "rightly not accepted",
        &percent(score.refuse),
        &format!("{}/{}", score.refuse.right, score.refuse.of),
    );
    figure(
        true,
        "時間（中央値）",
        "median time",
        &format!("{:.0} <small>ms</small>", score.time_ms.median),
        &format!("p95 {:.0} ms", score.time_ms.p95),
    );
    html.push_str("</div>\n");
    html
}

fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let items: String = (findings.iter())
        .map(|finding| {
            format!(
                "<li>{}</li>\n",
                both(&finding.japanese(), &finding.english())
            )
        })
        .collect();
    format!("<ul class=\"findings\">\n{items}</ul>\n")
}

fn footer() -> String {
    format!(
        "<footer><p>{}</p></footer>\n",
        both(
            "読取率は expected_outcome が read の画像だけで数えます。refuse の画像は、確認（review）でも不可（refused）でも正解です。",
            "The read rate counts pictures with expected_outcome `read` only; for `refuse`, review and refused are both right."
        )
    )
}

fn percent(share: Share) -> String {
    match share.rate() {
        Some(rate) => format!("{:.1} <small>%</small>", rate * 100.0),
        None => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests;
