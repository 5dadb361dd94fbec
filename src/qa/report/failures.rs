//! The pictures that did not come out as expected, beside what was read in them.

use std::fmt::Write as _;

use super::super::results::StillResult;
use super::super::sample_set::{Expected, Still};
use super::super::score::Grade;
use super::Report;
use super::confusions::witness_name;
use crate::reading::{Pattern, Verdict};
use crate::text::html::{self, both, escape, jpeg_address};
use crate::voucher::VoucherNumber;

/// How many pictures the page shows at most; beyond that files are only named. Enough to see
/// what is wrong, and the page still opens at once.
const MOST_SHOWN: usize = 120;

/// Where groups of a number begin, so that eyes find a place: kind, dose, municipality, 券番号.
const GROUP_STARTS: [usize; 5] = [1, 2, 8, 12, 15];

/// False accepts first, then what was left to a person, in the manifest's order.
pub(super) fn section(report: &Report) -> String {
    let graded = || {
        (report.set.stills.iter().zip(report.stills))
            .map(|(still, result)| (Grade::of(still.expected, &result.verdict), still, result))
    };
    let of_grade = |wanted: Grade| graded().filter(move |(grade, _, _)| *grade == wanted);
    let failures: Vec<_> = of_grade(Grade::Wrong)
        .chain(of_grade(Grade::Missed))
        .collect();
    if failures.is_empty() {
        return html::section(
            "期待と違った画像",
            "Pictures that came out otherwise",
            &format!("<p class=\"calm\">{}</p>\n", both("ありません。", "None.")),
        );
    }
    let mut body = String::new();
    for (grade, still, result) in failures.iter().take(MOST_SHOWN) {
        body += &card(*grade, still, result);
    }
    body += &rest(failures.iter().skip(MOST_SHOWN).map(|(_, still, _)| *still));
    html::section(
        "期待と違った画像",
        "Pictures that came out otherwise",
        &body,
    )
}

fn card(grade: Grade, still: &Still, result: &StillResult) -> String {
    let truth = match still.expected {
        Expected::Read(number) => Some(number),
        Expected::Refuse => None,
    };
    let class = if grade == Grade::Wrong {
        "wrong"
    } else {
        "missed"
    };
    let picture = match &result.picture {
        Some(jpeg) => format!("<img src=\"{}\" alt=\"\">", jpeg_address(jpeg)),
        None => format!(
            "<p class=\"no-picture\">{}</p>",
            both("画像なし", "no picture")
        ),
    };
    format!(
        "<article class=\"{class}\"><div class=\"picture\">{picture}</div>\n<div>\
         <h3><code>{}</code> <code class=\"tag\">{}</code></h3>\n{}{}{}</div></article>\n",
        escape(&still.file),
        escape(&still.condition),
        statements(truth, result),
        reasons(&result.verdict),
        quality(result),
    )
}

/// The expected number, the verdict's digits and each witness's, one under the other.
fn statements(truth: Option<VoucherNumber>, result: &StillResult) -> String {
    let mut html = String::from("<table class=\"digits\">\n");
    let mut row = |class: &str, name: String, digits: String, note: String| {
        let _ = writeln!(
            html,
            "<tr class=\"{class}\"><th>{name}</th><td>{digits}</td><td>{note}</td></tr>"
        );
    };
    let expected = match truth {
        Some(number) => marked(&Pattern(number.digits().map(Some)), None),
        None => both("受理しない", "not to be accepted"),
    };
    row("truth", both("正解", "expected"), expected, String::new());
    let (name, said) = match &result.verdict {
        Verdict::Accepted(number) => (both("受理", "accepted"), Pattern(number.digits().map(Some))),
        Verdict::Review { candidate, .. } => (both("確認", "review"), *candidate),
        Verdict::Refused { .. } => (both("不可", "refused"), Pattern::SILENT),
    };
    row("verdict", name, marked(&said, truth), String::new());
    for witness in &result.witnesses {
        let (japanese, english) = witness_name(witness.kind);
        let note = match witness.confidence {
            Some(confidence) => format!("{confidence:.4}"),
            None if !witness.sure => both("不確か", "unsure"),
            None => String::new(),
        };
        row(
            "",
            both(japanese, english),
            marked(&witness.digits, truth),
            note,
        );
    }
    html.push_str("</table>\n");
    html
}

/// Digits in groups; those that differ from the truth marked, by colour and by underline.
fn marked(digits: &Pattern, truth: Option<VoucherNumber>) -> String {
    let mut html = String::new();
    for (place, digit) in digits.0.iter().enumerate() {
        if GROUP_STARTS.contains(&place) {
            html.push(' ');
        }
        let _ = match digit {
            None => write!(html, "<i>·</i>"),
            Some(digit) if truth.is_some_and(|truth| truth.digits()[place] != *digit) => {
                write!(html, "<u>{digit}</u>")
            }
            Some(digit) => write!(html, "{digit}"),
        };
    }
    html
}

fn reasons(verdict: &Verdict) -> String {
    let items: String = (verdict.reasons().iter())
        .map(|reason| {
            format!(
                "<li><code>{}</code> {}</li>",
                reason.id(),
                both(reason.japanese(), reason.english())
            )
        })
        .collect();
    if items.is_empty() {
        return String::new();
    }
    format!("<ul class=\"reasons\">{items}</ul>\n")
}

fn quality(result: &StillResult) -> String {
    let scale = |px: Option<f32>| px.map_or_else(|| "–".to_owned(), |px| format!("{px:.1} px/mm"));
    match &result.quality {
        Some(quality) => format!(
            "<p class=\"quality\">{} {:.2} · {} {:.1} % · {} {:.2} · {} · {:.0} ms</p>\n",
            both("ピント", "focus"),
            quality.focus,
            both("反射", "glare"),
            quality.glare * 100.0,
            both("明るさ", "exposure"),
            quality.exposure,
            scale(quality.px_per_mm),
            result.elapsed_ms,
        ),
        None => String::new(),
    }
}

/// Files beyond those that are shown.
fn rest<'a>(stills: impl Iterator<Item = &'a Still>) -> String {
    let names: Vec<String> = stills
        .map(|s| format!("<code>{}</code>", escape(&s.file)))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "<h3>{}</h3>\n<p class=\"rest\">{}</p>\n",
        both(
            &format!("ほかに{}枚", names.len()),
            &format!("and {} more", names.len())
        ),
        names.join(" ")
    )
}
