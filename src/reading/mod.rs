//! From what was seen to what may be believed.
//!
//! [`Reader`] looks at one frame and gathers [`Evidence`]; [`judge`] is the pure
//! verdict by votes and vetoes; [`Presentation`] owns the evidence of one voucher
//! from the moment it is put down until it is taken away; [`LiveReader`] feeds it the frames of a
//! camera.

mod evidence;
mod fields;
mod fusion;
mod guidance;
mod headings;
mod label_place;
mod live;
mod mount_signs;
mod presentation;
mod reader;
mod reason;
mod sight;
mod still;
mod verdict;
mod witness;

pub use crate::optics::FrameId;
pub use evidence::{Evidence, Sighting, gather};
pub use fusion::{LineDigits, fuse};
pub use guidance::Guidance;
pub use live::{LiveReader, Seen};
pub use mount_signs::{mount_signs, unread_signs};
pub use presentation::{Accepted, Glance, InDoubt, Outcome, Phase, Presentation, Presented};
pub use reader::{LEAST_EXPOSURE, LEAST_FOCUS, MOST_GLARE, Observation, ReadError, Reader};
pub use reason::Reason;
pub use sight::{Motion, Stillness, Thumbnail};
pub use still::{StillReading, read_still};
pub use verdict::{Expectation, Verdict, judge};
pub use witness::{Pattern, Role, Witness, WitnessKind};
