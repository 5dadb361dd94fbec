//! The figures as rows of words, for the terminal and for the page.

use std::fmt::Write as _;
use std::time::Duration;

use crate::chart::grouped;
use crate::figures::Figures;
use crate::runs::{Run, SCENARIOS, Scenario, Study};

/// A row: its name in both languages, what is demanded, and how a value is found and judged.
pub struct Row {
    /// Its name in Japanese.
    pub japanese: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// What is demanded of what ships.
    pub demanded: &'static str,
    /// The value in words.
    pub value: fn(&Figures) -> String,
    /// Whether it is as demanded.
    pub holds: fn(&Figures) -> bool,
}

const fn row(japanese: &'static str, english: &'static str, value: fn(&Figures) -> String) -> Row {
    Row {
        japanese,
        english,
        demanded: "",
        value,
        holds: |_| true,
    }
}

/// Every row of a scenario.
pub const ROWS: [Row; 16] = [
    Row {
        demanded: "≤ 2.00 ×",
        holds: Figures::holds_arrivals,
        ..row(
            "到着の最大／10秒間（最初の1分以後）",
            "most arrivals in 10 s, after the first minute",
            |f| window(f, f.peak_later),
        )
    },
    row(
        "同（最初の1分）",
        "the same, in the first minute",
        |f| window(f, f.peak_first),
    ),
    row("到着の最大／1秒間", "most arrivals in 1 s", |f| {
        count(f.peak_second)
    }),
    row("50 %の端末が完了", "50 % of the stations done", |f| {
        seconds(f.done[0])
    }),
    row("90 %の端末が完了", "90 % of the stations done", |f| {
        seconds(f.done[1])
    }),
    row("99 %の端末が完了", "99 % of the stations done", |f| {
        seconds(f.done[2])
    }),
    Row {
        demanded: "≤ 600 s",
        holds: Figures::holds_time,
        ..row(
            "全端末が完了（最も待った端末）",
            "all done: the longest wait of a station",
            |f| seconds(f.done[3]),
        )
    },
    row(
        "端末が一度に待つ最長",
        "the longest single pause",
        |f| seconds(Some(f.longest_pause)),
    ),
    row("届いた束", "bundles that arrived", |f| {
        grouped(f.arrivals as f64)
    }),
    row("そのうち429", "refused with 429", |f| {
        format!(
            "{} ({:.2} %)",
            grouped(f.refused as f64),
            f.refused_share() * 100.0
        )
    }),
    row("そのうち不通", "found no server", |f| {
        grouped(f.unreachable as f64)
    }),
    row("トークン要求", "token requests", |f| {
        grouped(f.tokens as f64)
    }),
    row("探索要求", "discovery requests", |f| {
        grouped(f.discoveries as f64)
    }),
    row(
        "端末あたりの付随要求",
        "both of these for each station",
        |f| format!("{:.2}", f.beside_each()),
    ),
    row(
        "付随要求を含む到着／10秒間（最初の1分以後）",
        "most in 10 s with these, after the first minute",
        |f| window(f, f.everything_later),
    ),
    row(
        "同（最初の1分）",
        "the same, in the first minute",
        |f| window(f, f.everything_first),
    ),
];

fn count(n: u32) -> String {
    grouped(f64::from(n))
}

fn window(figures: &Figures, arrivals: u32) -> String {
    format!(
        "{} ({:.2} ×)",
        count(arrivals),
        figures.times_capacity(arrivals)
    )
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(
        || "> 1,800 s".to_owned(),
        |time| format!("{:.0} s", time.as_secs_f64()),
    )
}

/// The table of a scenario for a terminal.
pub fn text(scenario: &Scenario, fleet: &[Run]) -> String {
    let mut text = format!("\n{}\n{:<48}", scenario.english, "");
    for run in fleet {
        let _ = write!(text, "{:>30}", run.english);
    }
    let _ = writeln!(text, "  demanded");
    for row in &ROWS {
        let _ = write!(text, "{:<48}", row.english);
        for figures in figures_of(scenario, fleet) {
            let _ = write!(text, "{:>30}", (row.value)(figures));
        }
        let _ = writeln!(text, "  {}", row.demanded);
    }
    text
}

/// What came of each policy in a scenario.
pub fn figures_of<'a>(scenario: &Scenario, fleet: &'a [Run]) -> impl Iterator<Item = &'a Figures> {
    let index = SCENARIOS.iter().position(|it| it == scenario);
    fleet
        .iter()
        .filter_map(move |run| run.logs.get(index?).map(|(_, figures)| figures))
}

/// A column: its name in Japanese and in English, and how its values are found.
type Column = (&'static str, &'static str, fn(&Figures) -> String);

/// The columns of the study.
pub const STUDIED: [Column; 6] = [
    ("10秒・最初の1分", "10 s, first minute", |f| {
        window(f, f.peak_first)
    }),
    ("10秒・以後", "10 s, later", |f| window(f, f.peak_later)),
    ("50 %", "50 % done", |f| seconds(f.done[0])),
    ("99 %", "99 % done", |f| seconds(f.done[2])),
    ("全て", "all done", |f| seconds(f.done[3])),
    ("429", "refused", |f| {
        format!("{:.1} %", f.refused_share() * 100.0)
    }),
];

/// The study for a terminal.
pub fn study_text(study: &[Study]) -> String {
    let mut text = format!(
        "Other constants: 4,000 stations, 50 bundles/s, an outage of one hour (* ships)\n{:<36}",
        ""
    );
    for (_, english, _) in STUDIED {
        let _ = write!(text, "{english:>20}");
    }
    text.push('\n');
    for it in study {
        let star = if it.ships { "*" } else { " " };
        let _ = write!(text, "{star} {:<34}", it.english);
        for (_, _, value) in STUDIED {
            let _ = write!(text, "{:>20}", value(&it.figures));
        }
        let _ = writeln!(text, "  {}", if it.figures.holds() { "" } else { "missed" });
    }
    text
}
