//! The page: two languages, plots inline, nothing fetched.

use std::fmt::Write as _;

use crate::chart::{Chart, Series, Shape};
use crate::figures::{Figures, MOST_ARRIVALS};
use crate::runs::{self, RETRY_AFTER, Run, SCENARIOS, Scenario, Study};
use crate::table::{ROWS, Row, STUDIED, figures_of};
use crate::world::{Log, Second};

/// The seconds that the plots show.
const SHOWN: usize = 600;

/// The whole page.
pub fn page(fleet: &[Run], study: &[Study]) -> String {
    let mut body = verdict(fleet);
    for (index, scenario) in SCENARIOS.iter().enumerate() {
        body += &scenario_section(index, scenario, fleet);
    }
    body += &outage_section(fleet);
    body += &study_section(study);
    body += &assumptions();
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>4万台の復旧 — 受付</title>\n<style>\n{}</style>\n</head>\n<body>\n\
         <header><p class=\"house\">受付 uketsuke</p><h1>{}</h1></header>\n<main>\n{body}</main>\n\
         <footer>{}</footer>\n</body>\n</html>\n",
        include_str!("style.css"),
        both(
            "障害から戻る4万台",
            "40,000 stations come back after an outage"
        ),
        both("make fleet が生成", "made by make fleet"),
    )
}

fn both(japanese: &str, english: &str) -> String {
    format!("<span lang=\"ja\">{japanese}</span> <span lang=\"en\">{english}</span>")
}

fn section(japanese: &str, english: &str, body: &str) -> String {
    format!(
        "<section>\n<h2>{}</h2>\n{body}</section>\n",
        both(japanese, english)
    )
}

fn verdict(fleet: &[Run]) -> String {
    let (class, words) = if runs::holds(fleet) {
        (
            "",
            both(
                "出荷版は要求をすべて満たした。",
                "What ships does all that is demanded.",
            ),
        )
    } else {
        (
            " bad",
            both(
                "出荷版は要求を満たしていない。",
                "What ships misses a demand.",
            ),
        )
    };
    format!("<section class=\"verdict{class}\"><p>{words}</p></section>\n")
}

fn scenario_section(index: usize, scenario: &Scenario, fleet: &[Run]) -> String {
    let mut body = table(scenario, fleet);
    body += &legend(&[
        ("served", "受理", "taken"),
        ("refused", "429で拒否", "refused with 429"),
        ("unreachable", "不通", "found no server"),
        (
            "beside",
            "トークン・探索要求",
            "tokens and discovery, beside",
        ),
    ]);
    let plots = |plot: fn(&Run, &Log, &Figures) -> String| -> String {
        let figures = fleet.iter().filter_map(|run| {
            let (log, figures) = run.logs.get(index)?;
            Some(plot(run, log, figures))
        });
        format!(
            "<div class=\"three\">\n{}</div>\n",
            figures.collect::<String>()
        )
    };
    body += &plots(|run, log, figures| figure(run, &arrivals(run, log, figures)));
    body += &plots(|run, log, figures| figure(run, &done(run, log, figures)));
    section(scenario.japanese, scenario.english, &body)
}

fn figure(run: &Run, chart: &Chart) -> String {
    let name = both(run.japanese, run.english);
    format!(
        "<figure><figcaption><h3>{name}</h3></figcaption>\n{}</figure>\n",
        chart.svg()
    )
}

fn legend(keys: &[(&str, &str, &str)]) -> String {
    let keys: String = (keys.iter())
        .map(|(class, ja, en)| format!("<li><i class=\"{class}\"></i>{}</li>", both(ja, en)))
        .collect();
    let scale = both("縦軸は図ごとに異なる", "each plot has a scale of its own");
    format!("<ul class=\"legend\">{keys}<li>{scale}</li></ul>\n")
}

/// What arrived in each second, on a scale of its own.
fn arrivals(run: &Run, log: &Log, figures: &Figures) -> Chart {
    let series = |class, shape, what: fn(&Second) -> u32| Series {
        class,
        shape,
        values: log
            .seconds
            .iter()
            .take(SHOWN)
            .map(|second| f64::from(what(second)))
            .collect(),
    };
    let capacity = f64::from(figures.capacity);
    Chart {
        title: format!("arrivals a second: {}", run.english),
        unit: "到着／秒 arrivals/s",
        across: "復旧からの秒数 s since the server came back",
        width: SHOWN as f64,
        step: 1.0,
        least_top: capacity * MOST_ARRIVALS * 1.15,
        levels: levels(capacity),
        series: vec![
            series("served", Shape::Stacked, |second| second.served),
            series("refused", Shape::Stacked, |second| second.refused),
            series("unreachable", Shape::Stacked, |second| second.unreachable),
            series("beside", Shape::Line, |second| second.beside),
        ],
    }
}

fn levels(capacity: f64) -> Vec<(&'static str, f64, String)> {
    vec![
        ("capacity", capacity, format!("容量 capacity {capacity:.0}")),
        (
            "most",
            capacity * MOST_ARRIVALS,
            format!("{MOST_ARRIVALS:.0} × {capacity:.0}"),
        ),
    ]
}

/// How many stations were done.
fn done(run: &Run, log: &Log, figures: &Figures) -> Chart {
    let share = |second: usize| {
        let passed = |time: &std::time::Duration| time.as_secs() < second as u64;
        let done = log.done.partition_point(passed);
        100.0 * done as f64 / f64::from(figures.stations)
    };
    Chart {
        title: format!("stations done: {}", run.english),
        unit: "完了した端末 % stations done, %",
        across: "復旧からの秒数 s since the server came back",
        width: SHOWN as f64,
        step: 1.0,
        least_top: 100.0,
        levels: Vec::new(),
        series: vec![Series {
            class: "done",
            shape: Shape::Line,
            values: (0..=SHOWN).map(share).collect(),
        }],
    }
}

fn outage_section(fleet: &[Run]) -> String {
    let mut body = format!(
        "<p>{}</p>\n",
        both(
            "停止中の試行。素朴な方式は失敗回数を覚えず毎時同じなので、1時間だけ計算する。",
            "Attempts while the server is away. The naive ones remember no failures and are the \
             same in every hour: one is enough.",
        )
    );
    body += &legend(&[
        ("mean", "1分間の平均", "mean of a minute"),
        (
            "attempts",
            "1分間で最多の1秒",
            "the fullest second of a minute",
        ),
    ]);
    let plots: String = fleet.iter().map(|run| figure(run, &outage(run))).collect();
    body += &format!("<div class=\"three\">\n{plots}</div>\n");
    section("停止中", "During the outage", &body)
}

fn outage(run: &Run) -> Chart {
    let minutes = run.outage.chunks(60);
    let mean = |minute: &[u32]| f64::from(minute.iter().sum::<u32>()) / minute.len() as f64;
    let most = |minute: &[u32]| f64::from(minute.iter().copied().max().unwrap_or(0));
    let capacity = f64::from(run.logs.first().map_or(0, |(_, figures)| figures.capacity));
    Chart {
        title: format!("attempts during the outage: {}", run.english),
        unit: "試行／秒 attempts/s",
        across: "停止からの分 min since the server went away",
        width: run.outage.len() as f64 / 60.0,
        step: 1.0,
        least_top: capacity * MOST_ARRIVALS * 1.15,
        levels: levels(capacity),
        series: vec![
            Series {
                class: "attempts",
                shape: Shape::Stacked,
                values: minutes.clone().map(most).collect(),
            },
            Series {
                class: "mean",
                shape: Shape::Line,
                values: minutes.map(mean).collect(),
            },
        ],
    }
}

fn table(scenario: &Scenario, fleet: &[Run]) -> String {
    let names: String = (fleet.iter())
        .map(|run| format!("<th>{}</th>", both(run.japanese, run.english)))
        .collect();
    let mut rows = String::new();
    for row in &ROWS {
        let values = figures_of(scenario, fleet);
        let cells: String = values.map(|figures| cell(row, figures)).collect();
        let _ = writeln!(
            rows,
            "<tr><th>{}</th>{cells}<td>{}</td></tr>",
            both(row.japanese, row.english),
            row.demanded
        );
    }
    format!(
        "<table>\n<thead><tr><th></th>{names}<th>{}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n",
        both("要求", "demanded")
    )
}

fn cell(row: &Row, figures: &Figures) -> String {
    let class = match (row.demanded, (row.holds)(figures)) {
        ("", _) => "",
        (_, true) => " class=\"good\"",
        (_, false) => " class=\"bad\"",
    };
    format!("<td{class}>{}</td>", (row.value)(figures))
}

fn study_section(study: &[Study]) -> String {
    let names: String = (STUDIED.iter())
        .map(|(ja, en, _)| format!("<th>{}</th>", both(ja, en)))
        .collect();
    let rows: String = study.iter().map(studied).collect();
    let body = format!(
        "<p>{}</p>\n<table>\n<thead><tr><th></th>{names}<th>{}</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n",
        both(
            "4,000台、容量50束／秒、1時間の停止。緑の行が出荷版。",
            "4,000 stations, 50 bundles/s, an outage of one hour. The green rows are what ships.",
        ),
        both("要求", "demands"),
    );
    section("ほかの定数では", "With other constants", &body)
}

fn studied(it: &Study) -> String {
    let cells: String = (STUDIED.iter())
        .map(|(_, _, value)| format!("<td>{}</td>", value(&it.figures)))
        .collect();
    let class = if it.ships { " class=\"ships\"" } else { "" };
    let verdict = if it.figures.holds() {
        "<td class=\"good\">○</td>"
    } else {
        "<td class=\"bad\">×</td>"
    };
    format!(
        "<tr{class}><th>{}</th>{cells}{verdict}</tr>\n",
        both(&it.japanese, &it.english)
    )
}

fn assumptions() -> String {
    let ja = format!(
        "各端末は出荷版の plan・judge・retry をそのまま呼ぶ。停止中の接続は即座に拒否される（無応答の場合は上の表の最終行）。\
         サーバーは超過分を429（Retry-After: {0}秒）で拒む。探索とトークンは容量に数えず、別に示す。往復は0.1秒。\
         各端末は停止中に一度再起動し、記帳された失敗回数から続ける。",
        RETRY_AFTER.as_secs()
    );
    let en = format!(
        "Every station calls the plan, judge and retry that ship. While the server is away connections \
         are refused at once; the last row above is for silence. Over capacity it answers 429 with \
         Retry-After: {0}. Discovery and tokens do not count against its capacity and are shown apart. \
         A round trip takes 0.1 s. Every station is restarted once during a long outage and goes on \
         with the failures that its book kept.",
        RETRY_AFTER.as_secs()
    );
    let body = format!("<p lang=\"ja\">{ja}</p>\n<p lang=\"en\">{en}</p>\n");
    section("前提", "What is assumed", &body)
}
