//! The reception desk: what becomes of each voucher, from the table to the close of the day. Pure.
//!
//! A [`Desk`] takes in one [`Input`] at a time and answers with [`Effect`]s for others to carry
//! out; screens draw a [`Snapshot`] of it. It has no clock, no files and no threads: what time it
//! is and new identities come with each input as [`Now`], what the rules find and whether a record
//! is in the book come as inputs of their own.
//!
//! ```text
//!   ChoiceOpen: what was chosen before is asked about, then Ready
//!              accepted             nothing to ask             in the book
//!   Ready ────────────────▶ Checking ────────────▶ Recording ────────────▶ Ready
//!    │ ▲                       │ a finding stops      │ ▲ not in the book
//!    │ │ number by hand        ▼                      ▼ │ again, same identity
//!    ▼ │                      Held ─── answered ──▶  Failed
//!   Entering                   │                      │
//!                              └─ not recorded, aside ┴─ aside ─▶ Ready
//! ```
//!
//! | what | where |
//! |---|---|
//! | every step, in one table | [`Desk::step`], [`Stage`] |
//! | what comes in, goes out, is refused | [`Input`], [`Effect`], [`Refusal`] |
//! | a number typed by a person | [`Manual`] |
//! | what was chosen for one voucher, and when it is asked about again | [`Choices`], [`Stage::ChoiceOpen`] |
//! | what nobody decided, what was put aside | [`Undecided`], [`Aside`] |
//! | the day's records, and what is open at its end | [`DayRecord`], [`OpenPoint`] |
//! | vials, syringes and what became of each dose | [`VialCount`] |
//! | 照合, the pile of paper against all tablets | [`Reconciliation`] |
//!
//! Rules that hold whatever comes in, and that `tests/property.rs` tries on long random histories:
//! one presentation makes at most one record; without a session confirmed for today, or after the
//! close of the day, nothing is recorded; while a finding waits for its answer nothing is
//! recorded; a voucher that was accepted is recorded, aside, undecided or declined, and never
//! gone; what was chosen for a voucher holds until it is settled; the number on the table is the
//! present voucher's.

mod answering;
mod book;
mod case;
mod changing;
mod choices;
mod closing;
mod count;
mod day;
mod effect;
mod evidence;
mod input;
mod lists;
mod manual;
mod presenting;
mod reconcile;
mod recording;
mod refusal;
mod session;
mod snapshot;
mod step;
mod table;
#[cfg(test)]
mod tests;

pub use book::{Notes, Resumed};
pub use choices::{Choices, KeptChoices, OpenChoices};
pub use count::{CountError, Discard, DrawnFrom, VialCount, VialKey};
pub use day::{Change, DayRecord, Explanation, OpenPoint, Pending, Standing};
pub use effect::{Act, Effect, Sound};
pub use input::{Doubt, Input, Kept, Keyed, Now, Read, Target};
pub use lists::{Aside, AsideId, Known, Undecided, UndecidedId, Unkept, Why};
pub use manual::{Manual, ManualError, Typed};
pub use reconcile::{DayEntry, DayFile, Found, OnRecord, Reconciliation, Report};
pub use refusal::Refusal;
pub use snapshot::{HandView, Listed, OnTable, Question, Snapshot};
pub use step::{Desk, Stage};
pub use table::{Ending, PresentationId};
