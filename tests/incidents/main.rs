//! What went wrong in the field while a country was vaccinated, and is impossible here: one test
//! for each incident, told as a short story. The figures are those of public reports.
//!
//! | file | incidents |
//! |---|---|
//! | `reading` | wrong records, misreads, the previous voucher's number, the barcode alone |
//! | `intake` | dates, lots, intervals, duplicates, invented numbers, wrong persons |
//! | `secrets` | credentials in a manual, personal data in logs |
//! | `delivery` | another person's record overwritten, outage, overload |
//! | `training` | a development system on the internet |
//!
//! Not covered here yet:
//! - *20–30 s for a voucher, announced were 3 s*: a time, which `make bench` measures and
//!   `docs/MEASURED.md` tells; on a busy machine a test of it would fail for no reason.
//! - *autofocus failed at 7.5 cm, 29,000 plastic stands were sent out*: no camera is driven yet, and
//!   what is measured of a picture's focus has no screen to be shown on.
//! - *the date preset left from the day before*: a session file of yesterday is refused by
//!   [`uketsuke::intake::Session::confirmed_for`], which is covered; that a station does not start
//!   with it needs the live desk.
//! - *the previous user was not logged out*: the seat forgets the person, which is covered; that
//!   the screens obey needs the live desk. So does *no secret in a screenshot*.
//! - *a booking site took any invented number and any birth date*: form, check digit and list are
//!   asked, which is covered; there is no roster of a municipality's people to ask yet, so an
//!   invented 券番号 of a real municipality, printed on two marks, is not told from a true one.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

#[path = "../book/mod.rs"]
mod book;
mod desk;
mod intake;
mod reading;
mod secrets;

#[cfg(feature = "sandbox")]
mod delivery;
#[cfg(feature = "sandbox")]
#[path = "../delivery/site.rs"]
#[allow(dead_code, reason = "shared; some of it is used here")]
mod site;
#[cfg(feature = "sandbox")]
mod training;
