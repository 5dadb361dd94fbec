//! A station at work without a window: whole days in virtual time, restarts, faults, and what stays.
//!
//! `make test` runs the short forms; `make day` sets `DAY=full` and runs the day of eight hours,
//! whose figures are in `docs/MEASURED.md`. Everything random is seeded.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    unused_imports,
    reason = "a test's helpers fail the test, and other tests use the rest of them"
)]

#[path = "../book/mod.rs"]
mod book;
#[path = "../disk/mod.rs"]
mod disk;
#[path = "../durability/tablet.rs"]
mod simulated;
#[path = "../delivery/site.rs"]
mod site;

mod cards;
mod clocks;
mod day;
mod full_disk;
mod lookup;
mod restarts;
mod threads;
mod world;
