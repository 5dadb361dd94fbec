//! What the camera's process writes on its standard output: a short JSON header and a payload.
//!
//! ```text
//!  "UKC1" │ header length, u32 little endian │ payload length, u32 │ header │ payload
//! ```

use std::io::{self, Read, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::controls::{Setting, held_exposure};
use super::format::{Offer, PixelFormat};
use super::luma::RawFrame;
use crate::optics::{CameraFormat, ExposureSetting};

/// Begins every message: another program's output is not mistaken for one.
const MAGIC: [u8; 4] = *b"UKC1";

/// Longest header, in bytes.
const MOST_HEADER: u32 = 64 * 1024;

/// Longest payload, in bytes: 8192 × 4096 pixels of two bytes.
const MOST_PAYLOAD: u32 = 64 * 1024 * 1024;

/// What a camera is and how it was set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// What the driver calls it.
    pub name: String,
    /// What it delivers.
    pub format: PixelFormat,
    /// Format, size and rate that were chosen.
    pub offer: Offer,
    /// Positions of the lens: lowest, highest and step; `None` when it cannot be moved.
    pub focus: Option<(i64, i64, i64)>,
    /// What was set, and what it is by its own word.
    pub settings: Vec<Setting>,
    /// What it is exposed with by its own word, by itself or not; `None` when it does not tell.
    pub exposure: Option<ExposureSetting>,
}

impl Opened {
    /// The camera and its pictures, as a mount's profile knows them.
    pub fn camera_format(&self) -> CameraFormat {
        CameraFormat {
            name: self.name.clone(),
            format: self.offer.name.to_string(),
            size: (self.offer.width, self.offer.height),
        }
    }

    /// What it is exposed with, as far as it does as it was told; `None` otherwise.
    pub fn held_exposure(&self) -> Option<ExposureSetting> {
        held_exposure(&self.settings, self.exposure)
    }
}

/// One message.
#[derive(Debug, Clone)]
pub enum Message {
    /// The camera is open, or was set otherwise.
    Opened(Opened),
    /// It cannot be used, and why, as `日本語 / english`.
    Failed(String),
    /// A frame.
    Frame {
        /// When it was taken, on the system's monotonic clock.
        at: Duration,
        /// The buffer.
        raw: RawFrame,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Header {
    Opened(Opened),
    Failed(String),
    Frame {
        nanos: u64,
        format: PixelFormat,
        width: u32,
        height: u32,
        stride: u32,
    },
}

/// Writes one message.
///
/// # Errors
/// When nobody reads any more.
pub fn write_message(out: &mut impl Write, message: &Message) -> io::Result<()> {
    let (header, payload): (Header, &[u8]) = match message {
        Message::Opened(opened) => (Header::Opened(opened.clone()), &[]),
        Message::Failed(why) => (Header::Failed(why.clone()), &[]),
        Message::Frame { at, raw } => (
            Header::Frame {
                nanos: u64::try_from(at.as_nanos()).map_err(io::Error::other)?,
                format: raw.format,
                width: raw.width,
                height: raw.height,
                stride: raw.stride,
            },
            &raw.bytes,
        ),
    };
    let header = serde_json::to_vec(&header)?;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
    out.write_all(&MAGIC)?;
    out.write_all(&length(&header)?.to_le_bytes())?;
    out.write_all(&length(payload)?.to_le_bytes())?;
    out.write_all(&header)?;
    out.write_all(payload)?;
    out.flush()
}

/// Reads one message; `None` at the end.
///
/// # Errors
/// When what is read is no message, or ends within one.
pub fn read_message(input: &mut impl Read) -> io::Result<Option<Message>> {
    let mut start = [0; 12];
    match input.read(&mut start[..1])? {
        0 => return Ok(None),
        _ => input.read_exact(&mut start[1..])?,
    }
    let word =
        |at: usize| u32::from_le_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]]);
    let (header, payload) = (word(4), word(8));
    if start[..4] != MAGIC || header > MOST_HEADER || payload > MOST_PAYLOAD {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let header: Header = serde_json::from_slice(&exactly(input, header)?)?;
    let bytes = exactly(input, payload)?;
    Ok(Some(match header {
        Header::Opened(opened) => Message::Opened(opened),
        Header::Failed(why) => Message::Failed(why),
        Header::Frame {
            nanos,
            format,
            width,
            height,
            stride,
        } => Message::Frame {
            at: Duration::from_nanos(nanos),
            raw: RawFrame {
                format,
                width,
                height,
                stride,
                bytes,
            },
        },
    }))
}

/// So many bytes. What is said to come is not believed before it is there.
fn exactly(input: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(bytes: Vec<u8>) -> Message {
        Message::Frame {
            at: Duration::from_millis(1234),
            raw: RawFrame {
                format: PixelFormat::Grey,
                width: 2,
                height: 2,
                stride: 2,
                bytes,
            },
        }
    }

    #[test]
    fn messages_come_back_as_they_were_written_until_the_end() {
        let mut bytes = Vec::new();
        write_message(&mut bytes, &Message::Failed("使用中 / busy".into())).expect("written");
        write_message(&mut bytes, &frame(vec![1, 2, 3, 4])).expect("written");
        let mut input = bytes.as_slice();
        let first = read_message(&mut input).expect("readable");
        assert!(matches!(first, Some(Message::Failed(why)) if why == "使用中 / busy"));
        let second = read_message(&mut input).expect("readable");
        let Some(Message::Frame { at, raw }) = second else {
            panic!("{second:?}")
        };
        assert_eq!((at.as_millis(), raw.bytes), (1234, vec![1, 2, 3, 4]));
        assert!(read_message(&mut input).expect("readable").is_none());
    }

    #[test]
    fn a_message_that_ends_early_is_an_error_wherever_it_ends() {
        let mut bytes = Vec::new();
        write_message(&mut bytes, &frame(vec![9; 40])).expect("written");
        for length in 1..bytes.len() {
            assert!(read_message(&mut &bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_length_out_of_bounds_is_not_waited_for() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u32::MAX.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        assert!(read_message(&mut bytes.as_slice()).is_err());
    }

    proptest! {
        #[test]
        fn rubbish_is_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            let _ = read_message(&mut bytes.as_slice());
            let mut begun = MAGIC.to_vec();
            begun.extend(bytes);
            let _ = read_message(&mut begun.as_slice());
        }
    }
}
