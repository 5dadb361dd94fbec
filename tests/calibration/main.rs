//! Calibration against the truth: targets rendered under known mounts, good ones and bad input.
//!
//! `make test` runs the short forms. `make calibration-exam` sets `CALIBRATION=full` and runs the
//! long ones, whose figures are in `docs/MEASURED.md`. Everything random is seeded; a failing run
//! names its seed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test's helpers fail the test and print its figures"
)]

mod bad_input;
mod command;
mod exam;
mod scene;
mod watch;

/// `short` in `make test`, `full` in `make calibration-exam`.
fn runs(short: u64, full: u64) -> u64 {
    match std::env::var("CALIBRATION").as_deref() {
        Ok("full") => full,
        _ => short,
    }
}

/// What is known beforehand of the rendered mounts.
fn settings() -> uketsuke::calibration::Settings {
    uketsuke::calibration::Settings {
        height_mm: 75.0,
        ruler_mm: Some(150.0),
        date: jiff::civil::date(2021, 11, 20),
        program: "0.1.0".to_owned(),
    }
}
