//! Which digit was taken for which, a table for each kind of witness.

use std::fmt::Write as _;

use super::super::confusion::Confusion;
use super::super::score::Score;
use crate::reading::WitnessKind;
use crate::text::html::{self, both};

/// How many of the most frequent confusions are written out.
const MOST_NAMED: usize = 6;

/// The confusion tables of all witnesses that stated digits.
pub(super) fn section(score: &Score) -> String {
    let stated: Vec<_> = (score.confusion.iter())
        .filter(|(_, confusion)| confusion.total() > 0)
        .collect();
    if stated.is_empty() {
        return String::new();
    }
    let mut body = format!(
        "<p>{}</p>\n<div class=\"confusions\">\n",
        both(
            "縦が券面の数字、横が読んだ数字。受理されたかどうかに関わらず、証人が述べた数字をすべて数えます。",
            "Rows are what is printed, columns what was read. Every digit that a witness stated counts, accepted or not."
        )
    );
    for (kind, confusion) in stated {
        body += &table(*kind, confusion);
    }
    body.push_str("</div>\n");
    html::section("数字の取り違え", "Digits taken for others", &body)
}

fn table(kind: WitnessKind, confusion: &Confusion) -> String {
    let (japanese, english) = witness_name(kind);
    let mut html = format!(
        "<figure><figcaption><h3>{}</h3><p>{}</p></figcaption>\n<table class=\"heat\"><tr><th></th>",
        both(japanese, english),
        summary(confusion)
    );
    for read in 0..10 {
        let _ = write!(html, "<th>{read}</th>");
    }
    html.push_str("</tr>\n");
    let most = confusion.errors().first().map_or(1, |(_, _, count)| *count);
    for printed in 0..10 {
        let _ = write!(html, "<tr><th>{printed}</th>");
        for read in 0..10 {
            html += &cell(confusion.count(printed, read), printed == read, most);
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</table></figure>\n");
    html
}

/// One cell: right digits in a quiet tint, wrong ones the redder the more there are.
fn cell(count: u64, right: bool, most: u64) -> String {
    match (count, right) {
        (0, _) => "<td></td>".to_owned(),
        (_, true) => format!("<td class=\"same\">{count}</td>"),
        (_, false) => {
            let strength = 0.25 + 0.75 * count as f64 / most as f64;
            format!("<td class=\"other\" style=\"--strength:{strength:.2}\">{count}</td>")
        }
    }
}

fn summary(confusion: &Confusion) -> String {
    let errors = confusion.errors();
    if errors.is_empty() {
        return both(
            &format!("{}桁、誤りなし", confusion.total()),
            &format!("{} digits, none wrong", confusion.total()),
        );
    }
    let named: Vec<String> = (errors.iter().take(MOST_NAMED))
        .map(|(printed, read, count)| format!("{printed}→{read} ×{count}"))
        .collect();
    format!(
        "{}<br><b class=\"alarm\">{}</b>",
        both(
            &format!("{}桁中{}桁が誤り", confusion.total(), confusion.wrong()),
            &format!(
                "{} of {} digits wrong",
                confusion.wrong(),
                confusion.total()
            ),
        ),
        named.join(" · ")
    )
}

/// What people call a witness.
pub(super) fn witness_name(kind: WitnessKind) -> (&'static str, &'static str) {
    match kind {
        WitnessKind::Line => ("OCRライン", "OCR line"),
        WitnessKind::Qr => ("QRコード", "QR"),
        WitnessKind::Nw7 => ("バーコード", "NW-7"),
        WitnessKind::PrintedNumber => ("券番号の欄", "number field"),
        WitnessKind::PrintedMunicipality => ("請求先の欄", "payer field"),
        WitnessKind::Heading => ("見出し", "heading"),
        WitnessKind::PrintedDose => ("回数", "dose"),
    }
}
