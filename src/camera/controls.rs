//! What is set at a camera so that it stands still: focus and exposure. Pure but for the driver,
//! which is behind [`Driver`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::optics::ExposureSetting;
use crate::text::Bilingual;

/// `V4L2_CID_FOCUS_ABSOLUTE` (`v4l2-controls.h`).
pub const FOCUS_ABSOLUTE: u32 = 0x009a_090a;
/// `V4L2_CID_FOCUS_AUTO`.
pub const FOCUS_AUTO: u32 = 0x009a_090c;
/// `V4L2_CID_EXPOSURE_AUTO`: 0 automatic, 1 manual, 2 shutter first, 3 aperture first.
pub const EXPOSURE_AUTO: u32 = 0x009a_0901;
/// `V4L2_CID_EXPOSURE_ABSOLUTE`, in 100 µs.
pub const EXPOSURE_ABSOLUTE: u32 = 0x009a_0902;
/// `V4L2_CID_AUTOGAIN`.
pub const GAIN_AUTO: u32 = 0x0098_0912;
/// `V4L2_CID_GAIN`.
pub const GAIN: u32 = 0x0098_0913;

/// Exposure by hand.
const MANUAL: i64 = 1;
/// Time chosen by the camera, aperture by hand: what webcams, whose aperture is fixed, have.
const APERTURE_FIRST: i64 = 3;
/// Time and aperture chosen by the camera.
const AUTOMATIC: i64 = 0;

/// How a camera is to be exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// As it chooses by itself.
    Automatic,
    /// Always alike.
    Fixed(ExposureSetting),
}

/// What is no exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "露出は auto か、カメラの単位の数（156、ゲインも決めるなら 156:4）で指定してください / an exposure is auto, or a number in the camera's units: 156, or 156:4 with a gain"
)]
pub struct NoExposure;

impl FromStr for Exposure {
    type Err = NoExposure;

    fn from_str(text: &str) -> Result<Self, NoExposure> {
        let number = |text: &str| text.parse().map_err(|_| NoExposure);
        Ok(match (text, text.split_once(':')) {
            ("auto", _) => Self::Automatic,
            (_, Some((time, gain))) => Self::Fixed(ExposureSetting {
                time: number(time)?,
                gain: Some(number(gain)?),
            }),
            _ => Self::Fixed(ExposureSetting {
                time: number(text)?,
                gain: None,
            }),
        })
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Automatic => f.write_str("auto"),
            Self::Fixed(ExposureSetting { time, gain: None }) => write!(f, "{time}"),
            Self::Fixed(ExposureSetting {
                time,
                gain: Some(gain),
            }) => write!(f, "{time}:{gain}"),
        }
    }
}

/// What a mount wants of its camera; without a value the camera's own choice stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Position of the lens, in the camera's units.
    pub focus: Option<i64>,
    /// Exposure.
    pub exposure: Option<Exposure>,
}

/// What is set while a camera delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// The lens goes to this position.
    Focus(i64),
    /// It is exposed so; the camera tells how it is set then.
    Exposure(Exposure),
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Focus(position) => write!(f, "focus {position}"),
            Self::Exposure(exposure) => write!(f, "exposure {exposure}"),
        }
    }
}

impl Adjustment {
    /// The adjustment of a line that [`Display`](fmt::Display) wrote.
    pub fn of_line(line: &str) -> Option<Self> {
        match line.trim().split_once(' ')? {
            ("focus", position) => position.parse().ok().map(Self::Focus),
            ("exposure", exposure) => exposure.parse().ok().map(Self::Exposure),
            _ => None,
        }
    }
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

/// A camera's controls, as its driver has them.
pub trait Driver {
    /// What the driver calls a control; `None` when the camera does not have it.
    fn name(&self, control: u32) -> Option<String>;

    /// Sets a control. What became of it is read back.
    fn set(&self, control: u32, value: i64);

    /// What a control is by the driver's own word.
    fn value(&self, control: u32) -> Option<i64>;
}

impl Settings {
    /// Wants this from now on.
    pub fn adjust(&mut self, adjustment: Adjustment) {
        match adjustment {
            Adjustment::Focus(position) => self.focus = Some(position),
            Adjustment::Exposure(exposure) => self.exposure = Some(exposure),
        }
    }

    /// Sets the camera so; what became of each control that it has. A lens does not move by hand
    /// while it focuses by itself, nor an exposure, so the order matters. Autofocus is off in any
    /// case: it hunts whenever a hand comes in.
    pub fn set(&self, driver: &dyn Driver) -> Vec<Setting> {
        let set = |control, wanted| set(driver, control, wanted);
        let mut settings = Vec::from_iter(set(FOCUS_AUTO, 0));
        settings.extend((self.focus).and_then(|position| set(FOCUS_ABSOLUTE, position)));
        match self.exposure {
            None => {}
            Some(Exposure::Automatic) => {
                let first = set(EXPOSURE_AUTO, APERTURE_FIRST);
                let held = first.filter(Setting::holds);
                settings.extend(held.or_else(|| set(EXPOSURE_AUTO, AUTOMATIC)));
                settings.extend(set(GAIN_AUTO, 1));
            }
            Some(Exposure::Fixed(ExposureSetting { time, gain })) => {
                settings.extend(set(EXPOSURE_AUTO, MANUAL));
                settings.extend(set(EXPOSURE_ABSOLUTE, time));
                settings.extend(set(GAIN_AUTO, i64::from(gain.is_none())));
                settings.extend(gain.and_then(|gain| set(GAIN, gain)));
            }
        }
        settings
    }
}

/// Sets a control and reads it back; `None` when the camera does not have it, as most without a
/// motor have no focus at all.
fn set(driver: &dyn Driver, control: u32, wanted: i64) -> Option<Setting> {
    let name = driver.name(control)?;
    driver.set(control, wanted);
    Some(Setting {
        name,
        control,
        wanted,
        is: driver.value(control),
    })
}

/// What a camera is exposed with at present, by its driver's own word, by itself or not; `None`
/// when it does not tell.
#[cfg(any(test, all(feature = "camera", target_os = "linux")))]
pub fn exposure_of(driver: &dyn Driver) -> Option<ExposureSetting> {
    let time = driver.value(EXPOSURE_ABSOLUTE)?;
    let gain = driver.value(GAIN);
    Some(ExposureSetting { time, gain })
}

/// What a camera that was set like this holds of the exposure that it `tells`. The time is what it
/// tells, and not what was wanted: some round it.
pub fn held_exposure(
    settings: &[Setting],
    tells: Option<ExposureSetting>,
) -> Option<ExposureSetting> {
    let holds = |control| {
        let mut those = settings.iter().filter(|setting| setting.control == control);
        those.all(Setting::holds)
    };
    let told = tells.filter(|_| holds(EXPOSURE_AUTO))?;
    let gain = told.gain.filter(|_| holds(GAIN_AUTO) && holds(GAIN));
    Some(ExposureSetting { gain, ..told })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// A webcam's driver: by itself the exposure is 333 at a gain of 9.
    struct Fake {
        controls: RefCell<Vec<(u32, i64)>>,
        order: RefCell<Vec<u32>>,
        /// The camera forgets what it is told about this.
        stubborn: Cell<u32>,
    }

    impl Fake {
        fn new(controls: &[(u32, i64)]) -> Self {
            Self {
                controls: RefCell::new(controls.to_vec()),
                order: RefCell::default(),
                stubborn: Cell::default(),
            }
        }

        fn webcam() -> Self {
            Self::new(&[
                (FOCUS_AUTO, 1),
                (FOCUS_ABSOLUTE, 0),
                (EXPOSURE_AUTO, APERTURE_FIRST),
                (EXPOSURE_ABSOLUTE, 333),
                (GAIN, 9),
            ])
        }
    }

    impl Driver for Fake {
        fn name(&self, control: u32) -> Option<String> {
            self.value(control).map(|_| format!("{control:x}"))
        }

        fn set(&self, control: u32, value: i64) {
            self.order.borrow_mut().push(control);
            let automatic = self.value(EXPOSURE_AUTO) != Some(MANUAL);
            let refused = match control {
                EXPOSURE_ABSOLUTE => automatic,
                EXPOSURE_AUTO => ![MANUAL, APERTURE_FIRST].contains(&value),
                _ => false,
            };
            let mut controls = self.controls.borrow_mut();
            let there = controls.iter_mut().find(|(known, _)| *known == control);
            if let Some(there) = there
                && !refused
                && self.stubborn.get() != control
            {
                there.1 = value;
            }
        }

        fn value(&self, control: u32) -> Option<i64> {
            let controls = self.controls.borrow();
            let there = controls.iter().find(|(known, _)| *known == control);
            there.map(|(_, value)| *value)
        }
    }

    const FIXED: ExposureSetting = ExposureSetting {
        time: 156,
        gain: Some(4),
    };

    fn fixed() -> Settings {
        Settings {
            focus: Some(120),
            exposure: Some(Exposure::Fixed(FIXED)),
        }
    }

    #[test]
    fn autofocus_goes_off_before_the_lens_is_sent_anywhere_and_automatic_exposure_before_its_own() {
        let webcam = Fake::webcam();
        let settings = fixed().set(&webcam);
        assert_eq!(
            *webcam.order.borrow(),
            [
                FOCUS_AUTO,
                FOCUS_ABSOLUTE,
                EXPOSURE_AUTO,
                EXPOSURE_ABSOLUTE,
                GAIN
            ]
        );
        assert!(settings.iter().all(Setting::holds), "{settings:?}");
        let own = Settings::default().set(&Fake::webcam());
        assert_eq!(own.len(), 1);
    }

    #[test]
    fn what_was_fixed_is_read_back_and_becomes_automatic_again() {
        let webcam = Fake::webcam();
        let settings = fixed().set(&webcam);
        assert_eq!(held_exposure(&settings, exposure_of(&webcam)), Some(FIXED));
        let mut settings = fixed();
        settings.adjust(Adjustment::Exposure(Exposure::Automatic));
        assert!(settings.set(&webcam).iter().all(Setting::holds));
        assert_eq!(webcam.value(EXPOSURE_AUTO), Some(APERTURE_FIRST));
    }

    #[test]
    fn a_camera_that_goes_on_by_itself_holds_no_exposure_and_one_that_amplifies_no_gain() {
        let webcam = Fake::webcam();
        webcam.stubborn.set(EXPOSURE_AUTO);
        let settings = fixed().set(&webcam);
        assert_eq!(held_exposure(&settings, exposure_of(&webcam)), None);
        assert!(settings.iter().any(|setting| !setting.holds()));
        let webcam = Fake::webcam();
        webcam.stubborn.set(GAIN);
        let settings = fixed().set(&webcam);
        assert_eq!(
            held_exposure(&settings, exposure_of(&webcam)),
            Some(ExposureSetting {
                time: 156,
                gain: None
            })
        );
    }

    #[test]
    fn a_camera_without_the_controls_is_left_as_it_is() {
        let plain = Fake::new(&[]);
        assert_eq!(fixed().set(&plain), []);
        assert_eq!(held_exposure(&[], exposure_of(&plain)), None);
    }

    #[test]
    fn orders_come_back_as_they_were_written_and_nothing_else_is_one() {
        let time = |gain| Exposure::Fixed(ExposureSetting { time: 156, gain });
        for order in [
            Adjustment::Focus(-3),
            Adjustment::Exposure(Exposure::Automatic),
            Adjustment::Exposure(time(None)),
            Adjustment::Exposure(time(Some(0))),
        ] {
            assert_eq!(Adjustment::of_line(&format!("{order}\n")), Some(order));
        }
        for line in [
            "",
            "120",
            "focus",
            "exposure 1:",
            "exposure 1:2:3",
            "zoom 3",
        ] {
            assert_eq!(Adjustment::of_line(line), None, "{line}");
        }
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
