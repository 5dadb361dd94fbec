//! What came of reading a sample: the input of every score.

use crate::optics::Quality;
use crate::reading::{Reason, Verdict, Witness};
use crate::voucher::VoucherNumber;

/// What came of one picture.
#[derive(Debug, Clone)]
pub struct StillResult {
    /// The verdict.
    pub verdict: Verdict,
    /// Who said what; empty for a file that is no picture.
    pub witnesses: Vec<Witness>,
    /// Measured quality; `None` for a file that is no picture.
    pub quality: Option<Quality>,
    /// From the file's bytes in memory to the verdict, in milliseconds.
    pub elapsed_ms: f64,
    /// The voucher's surroundings as a JPEG, for the report.
    pub picture: Option<Vec<u8>>,
}

/// What came of one sequence: the accepted numbers, in the order they were told.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceResult {
    /// Numbers of the presentations that ended accepted.
    pub accepted: Vec<VoucherNumber>,
    /// Reasons of each presentation that ended otherwise.
    pub undecided: Vec<Vec<Reason>>,
}
