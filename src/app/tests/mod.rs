//! The screens, pressed by label and looked at, on a station of paper: a real desk, and a book that
//! takes everything.

mod flows;
mod painter;
mod paper;
mod pictures;
mod stage;
