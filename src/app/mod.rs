//! The screen: draws what the station is doing, and sends what people do. It decides nothing, and
//! the station runs on without it.
//!
//! ```text
//!  station's thread ──▶ follow ──▶ View ─────┐
//!  looking thread ────▶ Picture ─────────────┴▶ Board ──▶ App ──▶ screens ──▶ Orders ──▶ station
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | [`Board`] | where the station leaves the newest [`View`] and [`Picture`], and a window takes them |
//! | `follow` | what happened, as a screen draws it |
//! | `checks` | whether the station is ready for a day |
//! | `machine` | what the tablet says of itself |
//! | `front` | the window's content: bars, which screen is open, what holds them up |
//! | `screens` | one file a screen |
//! | [`Speaker`] | the desk made heard |
//! | `widgets` | what screens are put together from |
//! | `theme` | colours, type, sizes in millimetres |
//! | `words` | every word on the screen, in both languages |
//! | `work` | how long a drawing takes |
//! | `window` | the real window, started again when drawing panics |
//!
//! Everything is laid out in millimetres of a tablet 217 mm wide, [`theme::MM`] points each; a
//! larger window shows the same, larger.

mod board;
mod checks;
mod follow;
mod front;
mod machine;
mod orders;
mod screens;
mod sound;
pub mod theme;
mod view;
mod widgets;
mod window;
mod words;
mod work;

#[cfg(test)]
pub(crate) mod tests;

pub use board::{Board, EnrolmentState, Picture};
pub use checks::Machine;
pub use follow::Follower;
pub use front::{App, Facts};
pub use orders::Orders;
pub use screens::Screen;
pub use sound::Speaker;
pub use view::{CameraState, DeliveryState, Notice, View};
pub use window::{WindowError, open};
