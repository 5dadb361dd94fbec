//! What was *recorded* is there: after kills, power cuts, failing disks, flipped bits and a
//! destroyed tablet.
//!
//! `make test` runs the short forms. `make durability` sets `DURABILITY=full` and runs the long
//! ones, whose figures are in `docs/MEASURED.md`. Everything random is seeded; a failing run
//! names its seed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

#[path = "../book/mod.rs"]
mod book;
#[path = "../disk/mod.rs"]
mod disk;

mod clocks;
mod faults;
mod flips;
mod kill;
mod power;
mod tablet;

/// `short` in `make test`, `full` in `make durability`.
fn runs(short: u64, full: u64) -> u64 {
    match std::env::var("DURABILITY").as_deref() {
        Ok("full") => full,
        _ => short,
    }
}
