//! A camera device as calibration sees it: a lens that is sent to positions, and looks.

use std::time::Duration;

use crate::calibration::{LookError, TargetCamera};
use crate::camera::{Device, FrameSource as _, Grab, Loss, Settings};
use crate::optics::{CameraFormat, FocusPosition, FocusRange, Frame};
use crate::text::Bilingual;

/// From the order to the lens until its picture stands still: voice coil lenses take up to a third
/// of a second, and a driver has some frames in its buffers.
const SETTLES: Duration = Duration::from_millis(600);

/// A frame has to come within this.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a device gives no frame.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoFrame(Bilingual);

/// A device behind its child process.
pub(super) struct DeviceTarget {
    device: Device,
    format: CameraFormat,
    range: Option<FocusRange>,
}

impl DeviceTarget {
    /// Opens the device and takes a first look.
    pub(super) fn open(number: u32) -> Result<Self, LookError> {
        let mut device = Device::new(number, Settings::default());
        let frame = frame_after(&mut device, Duration::ZERO)?;
        let opened = device.opened();
        let range = opened.and_then(|opened| {
            let side = |value: i64| i32::try_from(value).ok();
            let (min, max, step) = opened.focus?;
            FocusRange::new(side(min)?, side(max)?, side(step)?).ok()
        });
        let format = CameraFormat {
            name: opened.map_or_else(String::new, |opened| opened.name.clone()),
            format: opened.map_or_else(String::new, |opened| opened.offer.name.to_string()),
            size: (frame.width(), frame.height()),
        };
        Ok(Self {
            device,
            format,
            range,
        })
    }
}

impl TargetCamera for DeviceTarget {
    fn format(&self) -> CameraFormat {
        self.format.clone()
    }

    fn focus_range(&self) -> Option<FocusRange> {
        self.range
    }

    fn exposure(&self) -> Option<i64> {
        None
    }

    fn look(&mut self, position: Option<FocusPosition>) -> Result<Frame, LookError> {
        let mut after = Duration::ZERO;
        if let Some(FocusPosition(position)) = position {
            self.device.set_focus(i64::from(position));
            after = self.device.now() + SETTLES;
        }
        frame_after(&mut self.device, after)
    }
}

/// The first frame that was taken after that moment on the camera's clock.
fn frame_after(device: &mut Device, after: Duration) -> Result<Frame, LookError> {
    let deadline = device.now() + PATIENCE;
    let mut why = Loss::Stalled.words();
    loop {
        let left = deadline.saturating_sub(device.now());
        if left.is_zero() {
            return Err(Box::new(NoFrame(why)));
        }
        match device.next(left)? {
            Grab::Frame(frame) if frame.at >= after => return Ok(frame),
            Grab::Lost(loss) => why = loss.words(),
            Grab::Frame(_) | Grab::Nothing | Grab::Back | Grab::Ended => {}
        }
    }
}
