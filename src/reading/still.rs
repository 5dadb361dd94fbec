//! Reading one still picture, from its bytes to the verdict.

use super::guidance::Guidance;
use super::reader::{Observation, ReadError, Reader};
use super::reason::Reason;
use super::verdict::{Expectation, Verdict, judge};
use crate::optics::{DecodeError, contained, decode_still};

/// What came of a still picture.
#[derive(Debug)]
pub struct StillReading {
    /// The verdict; refused when the picture could not be decoded.
    pub verdict: Verdict,
    /// What was seen, or why the picture could not be decoded.
    pub observation: Result<Observation, DecodeError>,
}

impl StillReading {
    /// What would help to get it read; `None` when it was read, or when the picture is good.
    pub fn guidance(&self) -> Option<Guidance> {
        let unread = self.verdict.number().is_none();
        self.observation.as_ref().ok().filter(|_| unread)?.guidance
    }
}

/// Decodes and reads a still picture. A picture that cannot be decoded, or on which
/// a decoder panics, is refused with [`Reason::UnreadableFile`].
///
/// # Errors
/// [`ReadError`] when a model does not run: the build is damaged.
pub fn read_still(
    reader: &Reader,
    bytes: &[u8],
    expectation: &Expectation,
) -> Result<StillReading, ReadError> {
    let read = contained(|| match decode_still(bytes) {
        Ok(frame) => reader.observe(&frame, &[], expectation).map(Ok),
        Err(error) => Ok(Err(error)),
    });
    let observation = read.unwrap_or(Ok(Err(DecodeError::Panicked)))?;
    let verdict = match &observation {
        Ok(seen) => judge(&seen.evidence, expectation),
        Err(_) => Verdict::Refused {
            reasons: vec![Reason::UnreadableFile],
        },
    };
    Ok(StillReading {
        verdict,
        observation,
    })
}
