//! What was recorded reaches the record API once in effect, unchanged, however late: through kills,
//! faults, two tablets and answers that are none.
//!
//! `make test` runs the short forms; `make delivery` sets `DELIVERY=full` and runs the long ones,
//! whose figures are in `docs/MEASURED.md`. Everything random is seeded; a failing run names its
//! seed.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

#[path = "../book/mod.rs"]
mod book;

mod hostile;
mod kill;
mod scenarios;
mod site;

/// `short` in `make test`, `full` in `make delivery`.
fn runs(short: u64, full: u64) -> u64 {
    match std::env::var("DELIVERY").as_deref() {
        Ok("full") => full,
        _ => short,
    }
}
