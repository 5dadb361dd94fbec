//! What may be recorded: sessions, records, and the rules that look at them. Pure.
//!
//! A [`Session`] is what a person confirmed for the day. With each voucher it makes a
//! [`Candidate`]; [`check()`] lets all rules look at it, with the [`Catalogue`] of products, lots,
//! intervals and ages and what the station has [`Known`] so far; [`decide`] says what follows.
//! Before the shot a finding may stop. **After the shot and at the clerk's desk nothing ever
//! prevents recording a dose that was given**: what was found goes to a person.
//!
//! ```
//! use uketsuke::intake::{Candidate, Catalogue, Decision, Known, Outcome, Session, Subject};
//! use uketsuke::intake::{check, decide};
//!
//! let catalogue = Catalogue::built_in()?;
//! let session = Session::parse(r#"
//!     version = 1
//!     confirmed = true
//!     mode = "after-shot"
//!     date = "2021-11-20"
//!     venue = "市民会館"
//!     doctor = "山田 太郎"
//!     product = "comirnaty-12"
//!     lot = "FJ7489"
//!     ticket_kind = "vaccination"
//!     operator = "clerk-01"
//! "#)?;
//! let candidate = Candidate {
//!     subject: Subject::Voucher("211310160012345678".parse()?),
//!     date: session.date,
//!     venue: session.venue.clone(),
//!     outcome: Outcome::Given(session.vaccine(&catalogue)?),
//! };
//! let findings = check(&candidate, &session, &catalogue, &Known::on(session.date));
//! assert_eq!(decide(session.mode, &findings), Decision::Record);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | what | where |
//! |---|---|
//! | the texts of a record and their lengths | [`Venue`], [`Doctor`], [`Maker`], [`Lot`], … |
//! | a record, its later changes, what contradicts it | [`VaccinationRecord`], [`Entry`], [`ConflictKey`] |
//! | presets, 予診のみ for the next voucher | [`Session`], [`NextOutcome`] |
//! | the card that sets several tablets alike | [`SessionCard`] |
//! | which lot from which record on | [`Segments`] |
//! | vouchers that follow later | [`SlipBook`] |
//! | products, lots, interval and age rules, as dated data | [`Catalogue`], `data/*.toml` |
//! | rules and what they find | [`check()`], [`Finding`], [`FindingCode`] |

mod age;
mod calendar;
mod card;
mod catalogue;
mod fields;
mod finding;
mod format;
mod ids;
mod record;
mod rules;
mod segment;
mod session;
mod slip;

pub use age::{Age, age_on, reached_on};
pub use card::{CardError, SessionCard};
pub use catalogue::{
    AgeRule, Catalogue, CatalogueError, Cvx, DataFile, DataFiles, IntervalRule, ListedLot,
    LotPattern, Product, ProductByMaker, Spacing, Validity,
};
pub use fields::{Doctor, FieldError, Lot, Maker, OperatorId, ProductId, Reason, StationId, Venue};
pub use finding::{Decision, Finding, FindingCode, Severity, decide};
pub use format::FormatError;
pub use ids::{RecordId, SlipNumber};
pub use record::{
    ConflictKey, Entry, EntryKind, Evidence, Outcome, Subject, VaccinationRecord, Vaccine,
};
pub use rules::{Candidate, Known, Previous, check, check_imported};
pub use segment::{BoundaryMove, Segment, SegmentError, Segments, SequenceNumber};
pub use session::{Mode, NextOutcome, Session, SessionError};
pub use slip::{Slip, SlipBook, SlipError};
