//! The page for the person in the training room: what has come in, and from whom.

use std::fmt::Write as _;

use super::app::App;
use super::clients::Station;
use super::registry::RegistryError;
use super::tables::{Resource, masked};
use crate::clock::japan_time;
use crate::exchange::Status;

/// What the page may load: its own style, nothing else.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Records on the page.
const NEWEST: i64 = 20;

/// Digits of an audit head that are enough to compare two by eye.
const HEAD: usize = 16;

const TOP: &str = r#"<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>TRAINING – uketsuke sandbox</title><style>
body { font-family: sans-serif; margin: 0 auto; max-width: 80rem; padding: 0 1rem 2rem }
.training { background: #c00; color: #fff; font-size: 2.5rem; font-weight: bold;
  margin: 0 -1rem; padding: .8rem; text-align: center }
table { border-collapse: collapse; width: 100% } th, td { border: 1px solid #999;
  padding: .3rem .5rem; text-align: left; white-space: nowrap } .odd { background: #fdd }
</style></head><body>
<p class="training">研修用 TRAINING</p>
<p>これは研修用の記録サーバーです。本番の記録は送らないでください。<br>
A record server to practise on: send no real records.</p>
"#;

/// The page as HTML.
pub(super) fn page(app: &App) -> Result<String, RegistryError> {
    let (counts, notes, newest, stations) = app.registry.within(|tables| {
        Ok((
            tables.counts()?,
            tables.notes()?,
            tables.newest(NEWEST)?,
            tables.stations()?,
        ))
    })?;
    let mut page = TOP.to_owned();
    page.push_str("<h1>記録 / Records</h1><ul>");
    for (status, count) in counts {
        item(&mut page, words(status), count);
    }
    item(
        &mut page,
        "会場・医師の表記の違い / venue or doctor spelled otherwise",
        notes,
    );
    page.push_str("</ul><h2>最近の記録 / Newest</h2><table><tr><th>番号 / id<th>版 / version");
    page.push_str("<th>接種券 / voucher<th>回数 / dose<th>状態 / status<th>時刻 / time<th>端末 / station</tr>");
    for resource in &newest {
        page.push_str(&record(resource));
    }
    page.push_str("</table><h2>端末 / Stations</h2><table><tr><th>端末 / station");
    page.push_str("<th>登録 / enrolled<th>監査記録 / audit chain<th>注意 / note</tr>");
    for known in &stations {
        page.push_str(&station(known));
    }
    page.push_str("</table></body></html>\n");
    Ok(page)
}

fn item(page: &mut String, words: &str, count: i64) {
    // Writing into a string cannot fail.
    let _ = write!(page, "<li>{words}: {count}</li>");
}

fn words(status: Status) -> &'static str {
    match status {
        Status::Completed => "接種 / given",
        Status::NotDone => "予診のみ / consultation only",
        Status::EnteredInError => "取消 / cancelled",
    }
}

fn record(resource: &Resource) -> String {
    format!(
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
        resource.id,
        resource.version.0,
        masked(&resource.key.voucher),
        resource.key.dose,
        words(resource.status),
        japan_time(resource.modified),
        escaped(&resource.owner.0),
    )
}

fn station(station: &Station) -> String {
    let chain = match &station.audit {
        Some(audit) => {
            let head: String = audit.head.chars().take(HEAD).collect();
            format!("{} : {}…", audit.sequence, escaped(&head))
        }
        None => "–".to_owned(),
    };
    let (class, note) = match station.went_back {
        0 => ("", String::new()),
        times => (
            " class=\"odd\"",
            format!("監査記録が戻りました（{times} 回） / the chain went back, {times} times"),
        ),
    };
    let id = escaped(&station.id.0);
    let enrolled = japan_time(station.enrolled);
    format!("<tr{class}><td>{id}<td>{enrolled}<td>{chain}<td>{note}</tr>")
}

/// Nothing in it is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
