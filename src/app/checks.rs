//! Whether the station is ready for a day: each thing green, or with what to do. Pure.

use super::board::Picture;
use super::view::{CameraState, DeliveryState, View};
use super::widgets::Sign;
use crate::store::CopyState;
use crate::text::Bilingual;

/// Focus from which print is sharp enough to be read at once.
pub(super) const SHARP: f32 = 0.35;

/// Free space below which a person should act: photos of a year of records take less.
const LEAST_FREE: u64 = 500_000_000;

/// Charge below which a morning may not be survived, in percent.
const LEAST_CHARGE: u8 = 50;

/// What the tablet says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Machine {
    /// Free space where the records are, in bytes.
    pub free: Option<u64>,
    /// Charge in percent, and whether it is on a cable; `None` without a battery.
    pub battery: Option<(u8, bool)>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    pub(super) sign: Sign,
    pub(super) what: Bilingual,
    /// What to do; of a green one nothing.
    pub(super) remedy: Bilingual,
}

impl Check {
    fn good(ja: &'static str, en: &'static str) -> Self {
        Self {
            sign: Sign::Good,
            what: Bilingual::new(ja, en),
            remedy: Bilingual::new("", ""),
        }
    }

    fn ask(ja: &'static str, en: &'static str, remedy: Bilingual) -> Self {
        Self {
            sign: Sign::Ask,
            what: Bilingual::new(ja, en),
            remedy,
        }
    }
}

/// Looks at everything.
pub(super) fn checks(view: &View, picture: Option<&Picture>, machine: Machine) -> Vec<Check> {
    let own = [
        Some(camera(view)),
        focus(view, picture),
        mount(view),
        Some(network(view)),
        copy(view),
        disk(machine),
        battery(machine),
    ];
    own.into_iter().flatten().collect()
}

fn camera(view: &View) -> Check {
    match &view.camera {
        CameraState::Looking => Check::good("カメラ", "Camera"),
        CameraState::Starting => Check {
            sign: Sign::Busy,
            ..Check::ask(
                "カメラ",
                "Camera",
                Bilingual::new("起動しています", "it is starting"),
            )
        },
        CameraState::Lost(why) | CameraState::Failed(why) => Check {
            sign: Sign::Stop,
            ..Check::ask("カメラ", "Camera", why.clone())
        },
    }
}

/// Of a picture that shows something; an empty table has no edges to be sharp.
fn focus(view: &View, picture: Option<&Picture>) -> Option<Check> {
    let picture = picture.filter(|picture| !picture.found.is_empty())?;
    if view.camera != CameraState::Looking {
        return None;
    }
    Some(match picture.focus >= SHARP {
        true => Check::good("ピント", "Focus"),
        false => Check::ask(
            "ピント",
            "Focus",
            Bilingual::new(
                "ぼやけています。券を平らに置き、直らなければ「設定」で校正してください",
                "it is blurred: lay the voucher flat; if that does not help, calibrate under Set-up",
            ),
        ),
    })
}

fn mount(view: &View) -> Option<Check> {
    let newest = view.warnings.last()?.clone();
    Some(Check::ask("台", "Mount", newest))
}

fn network(view: &View) -> Check {
    match &view.delivery {
        DeliveryState::Quiet | DeliveryState::Delivered => Check::good("送信", "Delivery"),
        DeliveryState::Waiting(waiting) => Check::ask(
            "送信（記録は続けられます）",
            "Delivery (recording goes on)",
            waiting.why.words(),
        ),
        DeliveryState::Halted(why) => Check::ask(
            "送信（記録は続けられます）",
            "Delivery (recording goes on)",
            why.clone(),
        ),
    }
}

fn copy(view: &View) -> Option<Check> {
    match view.copy.as_ref()? {
        CopyState::NotConfigured => None,
        CopyState::UpToDate => Some(Check::good("写し", "Second copy")),
        CopyState::WasAhead => Some(Check {
            sign: Sign::Stop,
            ..Check::ask(
                "写し",
                "Second copy",
                Bilingual::new(
                    "写しの方が新しい記録を持っていました。責任者に知らせ、「uketsuke recover」で復元してください",
                    "the copy had newer records: tell the person in charge, and restore them with `uketsuke recover`",
                ),
            )
        }),
        CopyState::Behind { .. } => Some(Check::ask(
            "写し",
            "Second copy",
            Bilingual::new(
                "写しを書けません。SD カードや USB メモリーを確かめてください",
                "the second copy cannot be written: check the SD card or USB stick",
            ),
        )),
    }
}

fn disk(machine: Machine) -> Option<Check> {
    Some(match machine.free? >= LEAST_FREE {
        true => Check::good("空き容量", "Free space"),
        false => Check::ask(
            "空き容量",
            "Free space",
            Bilingual::new(
                "残りがわずかです。不要なファイルを消してください",
                "little is left: delete what is not needed",
            ),
        ),
    })
}

fn battery(machine: Machine) -> Option<Check> {
    let (charge, on_cable) = machine.battery?;
    Some(match on_cable || charge >= LEAST_CHARGE {
        true => Check::good("電池", "Battery"),
        false => Check::ask(
            "電池",
            "Battery",
            Bilingual::new("充電してください", "charge the tablet"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_and_a_battery_that_is_nearly_empty_ask_for_something() {
        let signs = |free, battery| {
            let machine = Machine {
                free: Some(free),
                battery: Some(battery),
            };
            [disk(machine), super::battery(machine)].map(|check| check.map(|check| check.sign))
        };
        assert_eq!(signs(1, (10, false)), [Some(Sign::Ask), Some(Sign::Ask)]);
        let plenty = signs(u64::MAX, (10, true));
        assert_eq!(plenty, [Some(Sign::Good), Some(Sign::Good)]);
    }

    #[test]
    fn what_the_tablet_does_not_know_of_itself_is_not_shown() {
        assert_eq!(disk(Machine::default()), None);
        assert_eq!(battery(Machine::default()), None);
    }
}
