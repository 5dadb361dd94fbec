//! What every camera is to those who look at its frames.

use std::time::Duration;

use super::error::CameraError;
use super::watch::Loss;
use super::wire::Opened;
use crate::optics::Frame;

/// No frame older than this is handed out: what lay on the table before the hand moved is not
/// what lies there now. A person cannot change a voucher in less.
pub const MAX_AGE: Duration = Duration::from_millis(300);

/// What a source has to say.
#[derive(Debug)]
pub enum Grab {
    /// A device was opened, for the first time or after a loss, or was exposed otherwise: what it is
    /// and how it is set. Frames follow.
    Opened(Box<Opened>),
    /// The newest frame.
    Frame(Frame),
    /// No frame came within the patience that was given.
    Nothing,
    /// The source has come to its end; it stays there.
    Ended,
    /// The camera delivers no more. It is being opened again; said once a loss.
    Lost(Loss),
    /// The camera delivers again. Its first frame follows.
    Back,
}

/// Frames so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Handed out.
    pub delivered: u64,
    /// Not handed out: overtaken by a newer one, too old, or not to be read.
    pub dropped: u64,
}

/// A camera.
pub trait FrameSource: Send {
    /// The newest frame, as soon as there is one that was not handed out yet; what else there is
    /// to say comes first. Waits no longer than about `patience`.
    ///
    /// # Errors
    /// [`CameraError`] when this source can deliver nothing any more, however often it is asked.
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError>;

    /// The time now on the clock of [`Frame::at`].
    fn now(&self) -> Duration;

    /// Frames so far.
    fn counts(&self) -> Counts;
}

impl FrameSource for Box<dyn FrameSource> {
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError> {
        self.as_mut().next(patience)
    }

    fn now(&self) -> Duration {
        self.as_ref().now()
    }

    fn counts(&self) -> Counts {
        self.as_ref().counts()
    }
}
