//! What is set at a camera so that it stands still: focus and exposure. Pure.

use serde::{Deserialize, Serialize};

use crate::text::Bilingual;

/// `V4L2_CID_FOCUS_ABSOLUTE` (`v4l2-controls.h`).
pub const FOCUS_ABSOLUTE: u32 = 0x009a_090a;
/// `V4L2_CID_FOCUS_AUTO`.
pub const FOCUS_AUTO: u32 = 0x009a_090c;
/// `V4L2_CID_EXPOSURE_AUTO`: 0 automatic, 1 manual, 2 shutter first, 3 aperture first.
pub const EXPOSURE_AUTO: u32 = 0x009a_0901;
/// `V4L2_CID_EXPOSURE_ABSOLUTE`, in 100 µs.
pub const EXPOSURE_ABSOLUTE: u32 = 0x009a_0902;

/// Exposure by hand.
const MANUAL: i64 = 1;

/// What a mount wants of its camera; without a value the camera's own choice stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Position of the lens, in the camera's units.
    pub focus: Option<i64>,
    /// Exposure, in the camera's units.
    pub exposure: Option<i64>,
}

/// One control that was set and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What the driver calls it.
    pub name: String,
    /// The control (`v4l2-controls.h`).
    pub control: u32,
    /// What was asked for.
    pub wanted: i64,
    /// What it is by the driver's own word; `None` when it does not have it or does not tell.
    pub is: Option<i64>,
}

impl Setting {
    /// Whether the camera did as it was told.
    pub fn holds(&self) -> bool {
        self.is == Some(self.wanted)
    }

    /// What to tell a person when it did not, with the remedy.
    pub fn words(&self) -> Bilingual {
        let Self { name, wanted, .. } = self;
        let is = self.is.map_or_else(|| "?".to_owned(), |is| is.to_string());
        Bilingual::new(
            format!(
                "カメラの「{name}」が {wanted} になりません（今は {is}）。カメラを差し直し、続くときは校正し直してください"
            ),
            format!(
                "the camera's {name} does not go to {wanted}, it is {is}: plug the camera in again, and calibrate it again if that goes on"
            ),
        )
    }
}

impl Settings {
    /// The controls in the order in which they are set: a lens does not move by hand while it
    /// focuses by itself, nor an exposure. Autofocus is off in any case: it hunts whenever a hand
    /// comes in.
    pub fn controls(&self) -> Vec<(u32, i64)> {
        let mut controls = vec![(FOCUS_AUTO, 0)];
        controls.extend(self.focus.map(|value| (FOCUS_ABSOLUTE, value)));
        if let Some(value) = self.exposure {
            controls.extend([(EXPOSURE_AUTO, MANUAL), (EXPOSURE_ABSOLUTE, value)]);
        }
        controls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autofocus_goes_off_before_the_lens_is_sent_anywhere() {
        let settings = Settings {
            focus: Some(120),
            exposure: Some(50),
        };
        let order: Vec<u32> = settings.controls().iter().map(|(id, _)| *id).collect();
        assert_eq!(
            order,
            [FOCUS_AUTO, FOCUS_ABSOLUTE, EXPOSURE_AUTO, EXPOSURE_ABSOLUTE]
        );
        assert_eq!(Settings::default().controls(), [(FOCUS_AUTO, 0)]);
    }

    #[test]
    fn a_control_that_was_not_taken_over_does_not_hold() {
        let setting = |is| Setting {
            name: "Focus".into(),
            control: FOCUS_ABSOLUTE,
            wanted: 120,
            is,
        };
        assert!(setting(Some(120)).holds());
        assert!(!setting(Some(0)).holds() && !setting(None).holds());
        let words = setting(Some(0)).words().to_string();
        assert!(
            words.contains("Focus") && words.contains("120, it is 0"),
            "{words}"
        );
    }
}
