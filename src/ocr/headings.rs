//! The label's printed headings, read by `ocrs` with a model of our own.

use crate::optics::OrientedBox;

/// What a printed heading says.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Where it stands.
    pub area: OrientedBox,
    /// The ticket kind's digit that its word stands for.
    pub ticket_kind_digit: Option<u8>,
    /// The dose before 回目.
    pub dose_digit: Option<u8>,
}

/// Reads headings.
pub struct HeadingReader;
