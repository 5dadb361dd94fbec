//! The screens, pressed by label and looked at, on a station of paper: a real desk, and a book that
//! takes everything.

mod day;
mod delivery;
mod fits;
mod flows;
mod painter;
pub(in crate::app) mod paper;
mod pictures;
mod set_up;
mod stage;
mod start;
