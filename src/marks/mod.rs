//! Machine-readable marks: NW-7 bars and QR, read in the regions given.
//!
//! What a mark's text means is not known here: text out of marks is data.

mod nw7;
mod qr;

pub use nw7::read_nw7;
pub use qr::{read_card_qr, read_qr};

use crate::optics::Quad;

/// Which symbology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// NW-7, also known as Codabar (JIS X 0506).
    Nw7,
    /// QR Code Model 2 (JIS X 0510).
    Qr,
}

/// A mark that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its symbology.
    pub kind: MarkKind,
    /// Its text; of an NW-7 with start and stop letters.
    pub text: String,
    /// Its corners in the frame, in reading order.
    pub corners: Quad,
}
