//! How people name a camera: `--camera v4l:0`, `--camera v4l:/dev/v4l/by-id/…`, `--camera replay:DIR@10`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::mpsc::channel;

use super::controls::Settings;
#[cfg(all(feature = "camera", target_os = "linux"))]
use super::device::Device;
use super::error::CameraError;
use super::node::Node;
use super::practice::Practice;
use super::replay::Replay;
use super::source::FrameSource;
use super::time::SystemTime;

/// Frames a second that a folder may be played at.
const RATES: std::ops::RangeInclusive<f64> = 0.01..=1000.0;

/// Which camera.
#[derive(Debug, Clone, PartialEq)]
pub enum CameraName {
    /// `replay:DIR@FPS`: a folder of pictures, played in name order.
    Replay {
        /// The folder.
        folder: PathBuf,
        /// Frames a second.
        fps: f64,
    },
    /// `practice`: sample vouchers that come with the program, laid down by themselves.
    Practice,
    /// `v4l:N`: the device `/dev/videoN`; `v4l:/PATH`: the device there.
    V4l(Node),
}

impl FromStr for CameraName {
    type Err = CameraError;

    fn from_str(text: &str) -> Result<Self, CameraError> {
        let unknown = || CameraError::Name(text.to_owned());
        if text == "practice" {
            return Ok(Self::Practice);
        }
        if let Some(node) = text.strip_prefix("v4l:") {
            return node.parse().map(Self::V4l).map_err(|_| unknown());
        }
        // The last @ parts the rate off: a folder's name may have one too.
        let (folder, rate) = text
            .strip_prefix("replay:")
            .and_then(|rest| rest.rsplit_once('@'))
            .filter(|(folder, _)| !folder.is_empty())
            .ok_or_else(unknown)?;
        let fps = rate.parse().map_err(|_| unknown())?;
        if !RATES.contains(&fps) {
            return Err(CameraError::Rate(rate.to_owned()));
        }
        Ok(Self::Replay {
            folder: folder.into(),
            fps,
        })
    }
}

impl CameraName {
    /// Opens it; a folder in lock step gives every frame, otherwise the newest at its time. A device
    /// is set as `settings` say.
    ///
    /// # Errors
    /// [`CameraError`].
    pub fn open(
        &self,
        lock_step: bool,
        settings: Settings,
    ) -> Result<Box<dyn FrameSource>, CameraError> {
        match self {
            Self::Practice => {
                // Nobody has a hand at this table.
                let (_, turns) = channel();
                let time = Box::new(SystemTime::start());
                Ok(Box::new(Practice::new(turns, true, time)?))
            }
            Self::Replay { folder, fps } if lock_step => {
                Ok(Box::new(Replay::lock_step(folder, *fps)?))
            }
            Self::Replay { folder, fps } => Ok(Box::new(Replay::live(folder, *fps)?)),
            #[cfg(all(feature = "camera", target_os = "linux"))]
            Self::V4l(node) => Ok(Box::new(Device::new(node.clone(), settings))),
            #[cfg(not(all(feature = "camera", target_os = "linux")))]
            Self::V4l(_) => {
                let _ = settings;
                Err(CameraError::NoDevices)
            }
        }
    }
}

impl fmt::Display for CameraName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replay { folder, fps } => write!(f, "replay:{}@{fps}", folder.display()),
            Self::Practice => f.write_str("practice"),
            Self::V4l(node) => write!(f, "v4l:{node}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_was_written() {
        for name in [
            "practice",
            "v4l:12",
            "v4l:/dev/video2",
            "replay:a@b/c@10",
            "replay:/x y@29.97",
        ] {
            assert_eq!(name.parse::<CameraName>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_is_no_camera_is_told_with_the_remedy() {
        for name in [
            "",
            "v4l:",
            "v4l:-1",
            "usb:0",
            "replay:@10",
            "replay:dir",
            "replay:dir@x",
        ] {
            let error = name.parse::<CameraName>().unwrap_err();
            assert!(error.to_string().contains("write v4l:0"), "{name}: {error}");
        }
        for name in [
            "replay:dir@0",
            "replay:dir@-1",
            "replay:dir@NaN",
            "replay:dir@1e9",
        ] {
            let error = name.parse::<CameraName>().unwrap_err();
            assert!(matches!(error, CameraError::Rate(_)), "{name}: {error}");
        }
    }
}
