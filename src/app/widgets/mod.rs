//! What screens are put together from. Each shows a state by colour, shape and word at once, and
//! has a name that a screen reader can say.

mod button;
mod choice;
mod keypad;
mod number;
mod picture;
mod shape;
mod sign;
mod tabs;
mod tile;

pub(super) use button::{Emphasis, button, wide_button};
pub(super) use choice::{Chosen, Question, choose};
pub(super) use keypad::{Key, keypad, letters};
pub(super) use number::{grouped_pattern, number};
pub(super) use picture::live_picture;
pub(super) use shape::{Mark, Shape, paint_shape};
pub(super) use sign::{Sign, chip, sign_panel};
pub(super) use tabs::tabs;
pub(super) use tile::{paint_words, tile};
