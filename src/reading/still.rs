//! Reading one still picture, from its bytes to the verdict.

use super::reader::{Observation, ReadError, Reader};
use super::reason::Reason;
use super::verdict::{Expectation, Verdict, judge};
use crate::optics::{DecodeError, decode_still};

/// What came of a still picture.
#[derive(Debug)]
pub struct StillReading {
    /// The verdict; refused when the picture could not be decoded.
    pub verdict: Verdict,
    /// What was seen, or why the picture could not be decoded.
    pub observation: Result<Observation, DecodeError>,
}

/// Decodes and reads a still picture. A picture that cannot be decoded is refused
/// with [`Reason::UnreadableFile`].
///
/// # Errors
/// [`ReadError`] when a model does not run: the build is damaged.
pub fn read_still(
    reader: &Reader,
    bytes: &[u8],
    expectation: &Expectation,
) -> Result<StillReading, ReadError> {
    let frame = match decode_still(bytes) {
        Ok(frame) => frame,
        Err(error) => {
            return Ok(StillReading {
                verdict: Verdict::Refused {
                    reasons: vec![Reason::UnreadableFile],
                },
                observation: Err(error),
            });
        }
    };
    let observation = reader.observe(&frame, expectation)?;
    Ok(StillReading {
        verdict: judge(&observation.evidence, expectation),
        observation: Ok(observation),
    })
}
