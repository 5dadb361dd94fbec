//! Reading digit lines: two recognisers, A and B, that differ in architecture,
//! normalisation, training fonts and seed, each with per-digit probabilities;
//! and the reader of a label's printed headings.
//!
//! Where to read is given (see [`crate::layout`]); what a number means is not
//! known here.

mod calibration;
mod ctc;
mod headings;
mod ink;
mod line;
mod looks;
mod print_band;
mod recogniser;
mod rule;
mod shadow;

pub use calibration::{Calibration, CalibrationError, Curve};
pub use ctc::{Glyph, Symbol};
pub use headings::{Heading, HeadingReader, HeadingWord};
pub use line::{CLEAR_DIGIT, DigitRun, LineReader, Look, RunReading};
pub use print_band::lines_within;
pub use recogniser::{OcrError, Recogniser};
