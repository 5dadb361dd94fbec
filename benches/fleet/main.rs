//! A fleet in virtual time: 40,000 stations after an outage of five hours, on the code that ships.
//!
//! `make fleet` runs it; the figures are in `docs/MEASURED.md`, the plots in
//! `out/fleet/report.html`. It ends with an error when a demand is missed.
//!
//! | file | what it is |
//! |---|---|
//! | `station` | one station: the shipped `plan`, `judge` and `retry` over a queue in memory |
//! | `server` | the record API: down, then with a capacity and a `Retry-After` |
//! | `world` | virtual time, chance, and what was seen |
//! | `figures` | what is demanded of a log |
//! | `runs` | what is run |
//! | `report`, `chart` | the page |
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints figures, and fails loudly"
)]

mod chart;
mod figures;
mod report;
mod runs;
mod server;
mod station;
mod table;
mod world;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let start = Instant::now();
    let fleet = runs::fleet();
    let study = runs::study();
    for scenario in runs::SCENARIOS {
        println!("{}", table::text(&scenario, &fleet));
    }
    println!("{}", table::study_text(&study));
    let folder = Path::new("out/fleet");
    fs::create_dir_all(folder).expect("a folder");
    let page = report::page(&fleet, &study);
    fs::write(folder.join("report.html"), page).expect("written");
    println!(
        "{}: out/fleet/report.html ({:.0} s)",
        if runs::holds(&fleet) {
            "all demands hold"
        } else {
            "A DEMAND IS MISSED"
        },
        start.elapsed().as_secs_f64()
    );
    if runs::holds(&fleet) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
