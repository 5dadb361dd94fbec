//! How the set fared by condition, by sequence, and by reason.

use std::fmt::Write as _;

use super::super::score::{ConditionScore, Score};
use crate::reading::Reason;
use crate::text::html::{self, Part, bar, both, escape};

/// Bars by condition, the readable ones first, and why the missed ones were missed.
pub(super) fn section(score: &Score) -> String {
    if score.conditions.is_empty() {
        return String::new();
    }
    let mut body = legend();
    let (traps, readable): (Vec<_>, Vec<_>) = score
        .conditions
        .iter()
        .partition(|condition| !condition.to_be_read);
    body += &group("読むべき画像", "to be read", &readable);
    body += &group("受理してはならない画像", "not to be accepted", &traps);
    body += &reasons(score);
    html::section("条件別", "By condition", &body)
}

fn legend() -> String {
    let words = [
        ("right", "正しく受理", "rightly accepted"),
        ("held", "正しく保留", "rightly not accepted"),
        ("missed", "人に回した", "left to a person"),
        ("wrong", "誤受理", "wrong accepted"),
    ];
    let keys: String = (words.iter())
        .map(|(class, ja, en)| format!("<li><i class=\"{class}\"></i>{}</li>", both(ja, en)))
        .collect();
    format!("<ul class=\"legend\">{keys}</ul>\n")
}

fn group(japanese: &str, english: &str, conditions: &[&ConditionScore]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for condition in conditions {
        let share = condition.share();
        let (class, title) = match condition.to_be_read {
            true => ("right", "rightly accepted"),
            false => ("held", "rightly not accepted"),
        };
        let part = |class, title, count| Part {
            class,
            title,
            count,
        };
        let parts = [
            part(class, title, condition.right),
            part("missed", "left to a person", condition.missed),
            part("wrong", "wrong accepted", condition.wrong),
        ];
        let class = if condition.wrong > 0 { " alarm" } else { "" };
        let _ = writeln!(
            rows,
            "<div class=\"row{class}\"><code>{}</code>{}<span>{}/{}</span></div>",
            escape(&condition.condition),
            bar(&parts, share.of),
            share.right,
            share.of,
        );
    }
    rows_under(japanese, english, &rows)
}

fn rows_under(japanese: &str, english: &str, rows: &str) -> String {
    format!(
        "<h3>{}</h3>\n<div class=\"rows\">\n{rows}</div>\n",
        both(japanese, english)
    )
}

/// Why readable pictures were left to a person, most frequent first. A picture can have several
/// reasons.
fn reasons(score: &Score) -> String {
    let mut counts: Vec<_> = score.missed_because.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let Some(&(_, &most)) = counts.first() else {
        return String::new();
    };
    let mut rows = String::new();
    for (id, count) in counts {
        let parts = [Part {
            class: "missed",
            title: "pictures",
            count: *count,
        }];
        let words = Reason::ALL.iter().find(|reason| reason.id() == *id);
        let title = words.map_or_else(String::new, |reason| {
            format!("{} / {}", reason.japanese(), reason.english())
        });
        let _ = writeln!(
            rows,
            "<div class=\"row\" title=\"{}\"><code>{id}</code>{}<span>{count}</span></div>",
            escape(&title),
            bar(&parts, most),
        );
    }
    rows_under(
        "人に回した理由",
        "why readable pictures were left to a person",
        &rows,
    )
}

/// What was told of each sequence.
pub(super) fn sequences(score: &Score) -> String {
    if score.sequences.is_empty() {
        return String::new();
    }
    let mut body = format!(
        "<table class=\"plain\"><tr><th></th><th>{}</th><th>{}</th><th>{}</th></tr>\n",
        both("順番どおり", "in order"),
        both("重複", "repeats"),
        both("誤り", "wrong")
    );
    for sequence in &score.sequences {
        let alarm = |bad: bool| if bad { "alarm" } else { "" };
        let _ = writeln!(
            body,
            "<tr><th><code>{}</code></th><td class=\"{}\">{}/{}</td><td class=\"{}\">{}</td><td class=\"{}\">{}</td></tr>",
            escape(&sequence.name),
            alarm(sequence.missed() > 0),
            sequence.in_order,
            sequence.expected,
            alarm(sequence.repeats > 0),
            sequence.repeats,
            alarm(sequence.wrong > 0),
            sequence.wrong,
        );
    }
    body.push_str("</table>\n");
    html::section("連続した画像", "Sequences", &body)
}
