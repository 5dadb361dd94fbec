//! A camera device as calibration sees it: an exposure that is fixed once, a lens that is sent to
//! positions, and looks.

use std::time::Duration;

use crate::calibration::{ExposedCamera, LookError, TargetCamera, fix_exposure};
use crate::camera::{
    Adjustment, Device, Exposure, FrameSource as _, Grab, Loss, Node, Opened, Settings,
};
use crate::optics::{
    CameraFormat, ExposureSetting, FocusPosition, FocusRange, Frame, measure_quality,
};
use crate::text::Bilingual;

/// From the order to the lens until its picture stands still: voice coil lenses take up to a third
/// of a second, and a driver has some frames in its buffers.
const SETTLES: Duration = Duration::from_millis(600);

/// What is waited for has to come within this.
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
    exposure: Option<ExposureSetting>,
}

impl DeviceTarget {
    /// Opens the device, takes a first look, and fixes the exposure where the device can.
    pub(super) fn open(node: Node) -> Result<Self, LookError> {
        let mut device = Device::new(node, Settings::default());
        let opened = opened(&mut device)?;
        frame_after(&mut device, Duration::ZERO)?;
        let mut exposed = ExposedDevice {
            device: &mut device,
            set_at: Duration::ZERO,
        };
        let exposure = match opened.exposure {
            Some(_) => fix_exposure(&mut exposed)?,
            None => None,
        };
        Ok(Self {
            device,
            format: opened.camera_format(),
            range: range(&opened),
            exposure,
        })
    }
}

/// A device while its exposure is fixed.
struct ExposedDevice<'a> {
    device: &'a mut Device,
    /// What was taken before is as it was exposed before.
    set_at: Duration,
}

impl ExposedDevice<'_> {
    fn expose(&mut self, exposure: Exposure) -> Result<Option<ExposureSetting>, LookError> {
        self.device.adjust(Adjustment::Exposure(exposure));
        let held = opened(self.device)?.held_exposure();
        self.set_at = self.device.now() + SETTLES;
        Ok(held)
    }
}

impl ExposedCamera for ExposedDevice<'_> {
    fn automatic(&mut self) -> Result<Option<ExposureSetting>, LookError> {
        self.expose(Exposure::Automatic)
    }

    fn fix(&mut self, wanted: ExposureSetting) -> Result<Option<ExposureSetting>, LookError> {
        self.expose(Exposure::Fixed(wanted))
    }

    fn brightness(&mut self) -> Result<(Duration, f32), LookError> {
        let frame = frame_after(self.device, self.set_at)?;
        Ok((frame.at, measure_quality(&frame.luma, None).exposure))
    }
}

impl TargetCamera for DeviceTarget {
    fn format(&self) -> CameraFormat {
        self.format.clone()
    }

    fn focus_range(&self) -> Option<FocusRange> {
        self.range
    }

    fn exposure(&self) -> Option<ExposureSetting> {
        self.exposure
    }

    fn look(&mut self, position: Option<FocusPosition>) -> Result<Frame, LookError> {
        let mut after = Duration::ZERO;
        if let Some(FocusPosition(position)) = position {
            let position = Adjustment::Focus(i64::from(position));
            self.device.adjust(position);
            after = self.device.now() + SETTLES;
        }
        frame_after(&mut self.device, after)
    }
}

/// How the device was opened, or set since.
fn opened(device: &mut Device) -> Result<Opened, LookError> {
    next(device, |grab| match grab {
        Grab::Opened(opened) => Some(*opened),
        _ => None,
    })
}

/// Where the lens can be sent.
fn range(opened: &Opened) -> Option<FocusRange> {
    let side = |value: i64| i32::try_from(value).ok();
    let (min, max, step) = opened.focus?;
    FocusRange::new(side(min)?, side(max)?, side(step)?).ok()
}

/// The first frame that was taken after that moment on the camera's clock.
fn frame_after(device: &mut Device, after: Duration) -> Result<Frame, LookError> {
    next(device, |grab| match grab {
        Grab::Frame(frame) if frame.at >= after => Some(frame),
        _ => None,
    })
}

/// The first thing of that kind that the camera has to say.
fn next<T>(device: &mut Device, wanted: impl Fn(Grab) -> Option<T>) -> Result<T, LookError> {
    let deadline = device.now() + PATIENCE;
    let mut why = Loss::Stalled.words();
    loop {
        let left = deadline.saturating_sub(device.now());
        if left.is_zero() {
            return Err(Box::new(NoFrame(why)));
        }
        let grab = device.next(left)?;
        if let Grab::Lost(loss) = &grab {
            why = loss.words();
        }
        if let Some(wanted) = wanted(grab) {
            return Ok(wanted);
        }
    }
}
