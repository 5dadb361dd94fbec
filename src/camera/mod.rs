//! Where frames come from: a folder played at a rate, or a device behind a child process.
//!
//! Whoever looks at frames holds a [`FrameSource`] and asks for the next one. Newest wins: a slow
//! reader loses frames, which are counted, and never gets one older than [`MAX_AGE`].
//!
//! ```text
//!  replay:DIR@FPS ──▶ Replay ──────────────────────────────────┐
//!  practice ──▶ Practice (sample vouchers that come with it) ──┤
//!  v4l:N ──▶ child process ──▶ wire ──▶ newest buffer ──▶ Device ──▶ Grab
//!            (feature `camera`)                   (Watch: when to kill and start it)
//! ```
//!
//! A device driver can hang for ever or take its process down. So devices are opened only in a
//! child process of the same program (`child`), which is killed and started again when it falls
//! silent; nothing that the old one sent is looked at after that.

#[cfg(all(feature = "camera", target_os = "linux"))]
mod child;
mod controls;
mod device;
mod error;
mod format;
mod luma;
mod name;
mod node;
mod pictures;
mod practice;
mod present;
mod replay;
mod source;
mod time;
mod watch;
mod wire;

#[cfg(all(feature = "camera", target_os = "linux"))]
pub use child::serve;
pub use controls::{Adjustment, Exposure, NoExposure, Setting, Settings};
pub use device::{CHILD, Device};
pub use error::CameraError;
pub use format::{FourCc, Offer, PixelFormat, Steps, choose, usual_sizes};
pub use luma::{RawFrame, luma};
pub use name::CameraName;
pub use node::{NoNode, Node};
pub use pictures::{pictures_in, read_picture};
pub use practice::{Practice, Turn};
pub use present::{Present, present};
pub use replay::Replay;
pub use source::{Counts, FrameSource, Grab, MAX_AGE};
pub use time::{SystemTime, Time};
pub use watch::{Loss, Order, Watch};
pub use wire::{Message, Opened, read_message, write_message};
