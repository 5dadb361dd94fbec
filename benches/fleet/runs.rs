//! What is run: three policies, two scenarios each, and a study of the constants.

use std::ops::Range;
use std::time::Duration;

use uketsuke::sync::Backoff;

use crate::figures::Figures;
use crate::server::{Away, Build};
use crate::station::Policy;
use crate::world::{Log, Setup, World};

/// What the server says when it is over capacity.
///
/// The least that HTTP can say but zero, and it suffices: a station adds its own window to it, which
/// after an outage is five minutes wide, and that spreads the refused ones. The study shows that
/// more only makes the last stations later: it is the same for everybody, so it moves a crowd and
/// does not thin it out.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The fleet as it is demanded.
pub fn setup(policy: Policy) -> Setup {
    Setup {
        stations: 40_000,
        bundles: 2,
        outage: Duration::from_hours(5),
        build: Build {
            capacity: 500,
            retry_after: Some(RETRY_AFTER),
            batch_limit: 2,
            away: Away::Refuses,
        },
        policy,
        seed: 1,
    }
}

/// The same at a tenth of the size, for a test and for the study.
pub fn tenth(policy: Policy) -> Setup {
    let whole = setup(policy);
    Setup {
        stations: whole.stations / 10,
        build: Build {
            capacity: whole.build.capacity / 10,
            ..whole.build
        },
        ..whole
    }
}

/// What happens once the server is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its name in Japanese.
    pub japanese: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// When the server is away once more.
    pub again: Option<Range<Duration>>,
}

/// Both scenarios.
pub const SCENARIOS: [Scenario; 2] = [
    Scenario {
        japanese: "復旧後、稼働し続ける",
        english: "The server comes back and stays",
        again: None,
    },
    Scenario {
        japanese: "復旧から120秒後、再び60秒停止する",
        english: "It falls over again after 120 s, for 60 s",
        again: Some(Duration::from_secs(120)..Duration::from_secs(180)),
    },
];

/// One policy and what came of it.
pub struct Run {
    /// Its name in Japanese.
    pub japanese: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// Whether it is what ships: only of this is anything demanded.
    pub ships: bool,
    /// Attempts in each second of the outage.
    pub outage: Vec<u32>,
    /// One for each of [`SCENARIOS`].
    pub logs: Vec<(Log, Figures)>,
}

/// Everything at full size.
pub fn fleet() -> Vec<Run> {
    let half_minute = Duration::from_secs(30);
    [
        ("出荷版", "as it ships", Policy::Shipped(Backoff::default())),
        (
            "素朴：失敗から30秒後",
            "naive: 30 s after a failure",
            Policy::Every(half_minute),
        ),
        (
            "素朴：毎分0秒と30秒",
            "naive: at :00 and :30",
            Policy::OnTheClock(half_minute),
        ),
    ]
    .map(|(japanese, english, policy)| run(japanese, english, policy))
    .into()
}

fn run(japanese: &'static str, english: &'static str, policy: Policy) -> Run {
    let mut setup = setup(policy);
    let ships = matches!(policy, Policy::Shipped(_));
    if !ships {
        // What remembers no failures is the same in every hour.
        setup.outage = Duration::from_hours(1);
    }
    let (stations, capacity) = (setup.stations, setup.build.capacity);
    let world = World::after_the_outage(setup);
    let go_on = |scenario: &Scenario| {
        let log = world.clone().goes_on(scenario.again.clone());
        let figures = Figures::of(&log, stations, capacity);
        (log, figures)
    };
    Run {
        japanese,
        english,
        ships,
        outage: world.outage().to_vec(),
        logs: SCENARIOS.iter().map(go_on).collect(),
    }
}

/// Whether what ships does what is demanded.
pub fn holds(fleet: &[Run]) -> bool {
    let shipped = fleet.iter().filter(|run| run.ships);
    shipped
        .flat_map(|run| &run.logs)
        .all(|(_, figures)| figures.holds())
}

/// Other constants, at a tenth of the size and after an outage of an hour.
pub struct Study {
    /// What is different, in Japanese.
    pub japanese: String,
    /// The same in English.
    pub english: String,
    /// Whether it is what ships.
    pub ships: bool,
    /// What came of it.
    pub figures: Figures,
}

/// The longest window, what the server says, and how strong it is: one at a time.
pub fn study() -> Vec<Study> {
    let windows = [10, 60, 120, 180, 300, 450, 600].map(longest_window);
    let said = [0, 1, 5, 30, 120].map(retry_after);
    let strength = [100, 80, 60, 40].map(strength);
    let mut all: Vec<Study> = windows.into_iter().chain(said).chain(strength).collect();
    all.push(silent());
    all
}

/// Stations that are knocking when the server comes back all come in at once.
fn silent() -> Study {
    Study {
        japanese: "停止中は無応答（10秒で時間切れ）".into(),
        english: "silent while away: time-outs of 10 s".into(),
        ships: true,
        figures: studied(Backoff::default(), |build| build.away = Away::IsSilent),
    }
}

fn longest_window(seconds: u64) -> Study {
    let shipped = Backoff::default();
    let backoff = Backoff {
        longest: Duration::from_secs(seconds),
        ..shipped
    };
    Study {
        japanese: format!("待ちの最長幅 {seconds}秒"),
        english: format!("longest window {seconds} s"),
        ships: backoff == shipped,
        figures: studied(backoff, |_| ()),
    }
}

fn retry_after(seconds: u64) -> Study {
    let said = Some(Duration::from_secs(seconds)).filter(|said| !said.is_zero());
    let (japanese, english) = match said {
        Some(_) => (
            format!("Retry-After {seconds}秒"),
            format!("Retry-After {seconds} s"),
        ),
        None => ("Retry-Afterなし".into(), "no Retry-After".into()),
    };
    Study {
        japanese,
        english,
        ships: said == Some(RETRY_AFTER),
        figures: studied(Backoff::default(), |build| build.retry_after = said),
    }
}

fn strength(percent: u32) -> Study {
    Study {
        japanese: format!("サーバーの力が{percent} %"),
        english: format!("a server of {percent} % of the strength"),
        ships: percent == 100,
        figures: studied(Backoff::default(), |build| {
            build.capacity = build.capacity * percent / 100;
        }),
    }
}

fn studied(backoff: Backoff, change: impl FnOnce(&mut Build)) -> Figures {
    let mut setup = tenth(Policy::Shipped(backoff));
    setup.outage = Duration::from_hours(1);
    change(&mut setup.build);
    let (stations, capacity) = (setup.stations, setup.build.capacity);
    let log = World::after_the_outage(setup).goes_on(None);
    Figures::of(&log, stations, capacity)
}
