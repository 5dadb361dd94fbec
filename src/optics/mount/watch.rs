//! Notices during work that the mount no longer stands as it was measured. Pure.
//!
//! Ordinary vouchers tell: what is printed on them has known sizes (DOMAIN.md), their print is
//! sharp and their paper white. One voucher tells little, since towns print differently; the
//! median of many tells enough. Where nothing is read any more, a few vouchers in a row that are
//! all too soft or all in another light tell it. What is told is told once, and again only after
//! it had gone.

use std::collections::VecDeque;

use super::Mount;
use crate::optics::Point;

/// Vouchers whose median is looked at: a moved mount is told after some ten vouchers, and as many
/// odd ones among them (hands' shadows, bent sheets) tell nothing. With 15 there were four false
/// alarms in 800,000 vouchers of which a tenth lay in shadow.
const WINDOW: usize = 21;

/// Vouchers in a row that were not read and show the same fault. One may be held up, or lie in a
/// hand's shadow, and a voucher that is read in between tells that the mount can do it.
const UNREAD: usize = 3;

/// A median of focus below this share of what the mount can do: it has moved. Reading suffers
/// from 0.5 on.
const FOCUS_MOVED: f32 = 0.55;
/// Above this it is back.
const FOCUS_BACK: f32 = 0.7;

/// Paper darker or brighter by this factor: a lamp is off, or the sun has come in.
const LIGHT_MOVED: f32 = 1.6;
/// Within this factor it is back.
const LIGHT_BACK: f32 = 1.3;

/// A sign is back within this share of the tolerance.
const SCALE_BACK: f32 = 0.6;

/// Something of known size on a voucher. The NW-7 is none: it is 28–55 mm wide in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScaleSign {
    /// The QR: 10 mm × 10 mm.
    Qr,
    /// Height of the OCR line's digits: nominally OCR-B at 9 pt, other faces in the field.
    DigitHeight,
}

impl ScaleSign {
    const ALL: [Self; 2] = [Self::Qr, Self::DigitHeight];

    /// From which deviation of the median on the mount has moved. The QR's size is prescribed
    /// and printed so; digits are as each town's printer likes them, and a day's vouchers are
    /// mostly of one town.
    fn tolerance(self) -> f32 {
        match self {
            Self::Qr => 0.05,
            Self::DigitHeight => 0.22,
        }
    }
}

/// What one voucher shows of the mount.
#[derive(Clone, Debug, PartialEq)]
pub struct VoucherSigns {
    /// Where it lies, in frame pixels.
    pub at: Point,
    /// Pixels per millimetre by each sign that was seen, its nominal size taken for true.
    pub px_per_mm: Vec<(ScaleSign, f32)>,
    /// Focus relative to the mount's best ([`Mount::relative_focus`]); `None` when there was no
    /// print to judge by.
    pub focus: Option<f32>,
    /// Luma of its paper, 0–1; `None` when it was saturated or not seen.
    pub white: Option<f32>,
}

/// What is no longer as it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The camera is nearer or farther.
    Scale,
    /// The picture is less sharp.
    Focus,
    /// The light is brighter or darker.
    Light,
}

impl Moved {
    /// Stable identifier.
    pub fn id(self) -> &'static str {
        self.words().0
    }

    /// What to tell a person, in Japanese.
    pub fn japanese(self) -> &'static str {
        self.words().1
    }

    /// What to tell a person, in English.
    pub fn english(self) -> &'static str {
        self.words().2
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Scale => (
                "mount_scale",
                "カメラの高さが校正時と違います。台を直すか、校正し直してください",
                "the camera's height has changed: put the stand right, or calibrate again",
            ),
            Self::Focus => (
                "mount_focus",
                "ピントが校正時より甘くなりました。レンズを拭き、台を確かめ、直らなければ校正し直してください",
                "less sharp than when calibrated: wipe the lens, check the stand, else calibrate again",
            ),
            Self::Light => (
                "mount_light",
                "明るさが校正時と違います。照明を戻すか、校正し直してください",
                "the light has changed: put the lamps right, or calibrate again",
            ),
        }
    }
}

/// Watches one day's vouchers.
#[derive(Clone, Debug)]
pub struct MountWatch {
    mount: Mount,
    scales: [Trend; 2],
    focus: Trend,
    light: Trend,
}

impl MountWatch {
    /// Nothing seen yet; the mount is believed to stand as its profile says.
    pub fn new(mount: Mount) -> Self {
        Self {
            mount,
            scales: Default::default(),
            focus: Trend::default(),
            light: Trend::default(),
        }
    }

    /// Takes in one voucher; what is to be told now, if anything.
    pub fn see(&mut self, signs: &VoucherSigns) -> Vec<Moved> {
        let mut told = Vec::new();
        let expected = self.mount.px_per_mm_at(signs.at);
        let before = self.has_moved(Moved::Scale);
        for (sign, px_per_mm) in &signs.px_per_mm {
            let tolerance = sign.tolerance();
            let off = |median: f32| (median - 1.0).abs() / tolerance;
            self.scales[*sign as usize].see(px_per_mm / expected, |median| match off(median) {
                off if off > 1.0 => Some(true),
                off if off < SCALE_BACK => Some(false),
                _ => None,
            });
        }
        if !before && self.has_moved(Moved::Scale) {
            told.push(Moved::Scale);
        }
        if let Some(focus) = signs.focus {
            told.extend(self.focus.see(focus, focus_moved).then_some(Moved::Focus));
        }
        if let Some(light) = self.relative_light(signs) {
            told.extend(self.light.see(light, light_moved).then_some(Moved::Light));
        }
        self.focus.unread = 0;
        self.light.unread = 0;
        told
    }

    /// Takes in one voucher that was taken away unread, as it lay at rest; what is to be told now,
    /// if anything. Its scale tells nothing: only what was read is surely of a known size.
    pub fn see_unread(&mut self, signs: &VoucherSigns) -> Vec<Moved> {
        let soft = signs.focus.and_then(focus_moved) == Some(true);
        let lit = self.relative_light(signs).and_then(light_moved) == Some(true);
        let focus = (self.focus.see_unread(soft)).then_some(Moved::Focus);
        let light = (self.light.see_unread(lit)).then_some(Moved::Light);
        focus.into_iter().chain(light).collect()
    }

    /// How bright its paper is, relative to white paper there when it was measured.
    fn relative_light(&self, signs: &VoucherSigns) -> Option<f32> {
        let expected = self.mount.profile().white as f32 * self.mount.light_at(signs.at);
        signs.white.map(|white| white / expected.max(0.01))
    }

    /// Whether this is so at present.
    pub fn has_moved(&self, what: Moved) -> bool {
        match what {
            Moved::Scale => ScaleSign::ALL
                .iter()
                .any(|sign| self.scales[*sign as usize].moved),
            Moved::Focus => self.focus.moved,
            Moved::Light => self.light.moved,
        }
    }
}

/// Whether so much of the mount's best focus is a mount that moved, or one that is right.
fn focus_moved(focus: f32) -> Option<bool> {
    match focus {
        low if low < FOCUS_MOVED => Some(true),
        high if high > FOCUS_BACK => Some(false),
        _ => None,
    }
}

/// Whether light that differs by this factor has changed, or is right.
fn light_moved(light: f32) -> Option<bool> {
    match light.max(1.0 / light.max(0.01)) {
        far if far > LIGHT_MOVED => Some(true),
        near if near < LIGHT_BACK => Some(false),
        _ => None,
    }
}

/// The last values of one figure, and what their median said.
#[derive(Clone, Debug, Default)]
struct Trend {
    last: VecDeque<f32>,
    /// Vouchers in a row that were not read and show it.
    unread: usize,
    moved: bool,
}

impl Trend {
    /// Takes in a value; `judge` tells of a median whether it has moved (`Some(true)`), is back
    /// (`Some(false)`), or neither. Returns whether it has moved just now.
    fn see(&mut self, value: f32, judge: impl Fn(f32) -> Option<bool>) -> bool {
        if !value.is_finite() {
            return false;
        }
        if self.last.len() == WINDOW {
            self.last.pop_front();
        }
        self.last.push_back(value);
        if self.last.len() < WINDOW {
            return false;
        }
        let before = self.moved;
        self.moved = judge(self.median()).unwrap_or(before);
        self.moved && !before
    }

    /// Takes in a voucher that was not read, and whether it shows that this has moved. Returns
    /// whether it has moved just now.
    fn see_unread(&mut self, moved: bool) -> bool {
        self.unread = if moved { self.unread + 1 } else { 0 };
        let now = self.unread >= UNREAD && !self.moved;
        if now {
            self.moved = true;
            // What is older is of the mount as it stood before.
            self.last.clear();
        }
        now
    }

    fn median(&self) -> f32 {
        let mut sorted: Vec<f32> = self.last.iter().copied().collect();
        sorted.sort_by(f32::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::*;

    fn watch() -> MountWatch {
        MountWatch::new(Mount::new(Profile::example()))
    }

    fn voucher(scale: f32, focus: f32, white: f32) -> VoucherSigns {
        VoucherSigns {
            at: Point::new(960.0, 540.0),
            px_per_mm: vec![(ScaleSign::Qr, 19.81 * scale)],
            focus: Some(focus),
            white: Some(0.75 * 0.9375 * white),
        }
    }

    /// What is told of so many vouchers alike.
    fn told(watch: &mut MountWatch, signs: &VoucherSigns, count: usize) -> Vec<Moved> {
        (0..count).flat_map(|_| watch.see(signs)).collect()
    }

    #[test]
    fn a_mount_that_stands_as_measured_is_never_told() {
        assert!(told(&mut watch(), &voucher(1.02, 0.8, 1.2), 500).is_empty());
    }

    #[test]
    fn each_thing_that_moved_is_told_once() {
        for (signs, moved) in [
            (voucher(1.08, 0.9, 1.0), Moved::Scale),
            (voucher(0.92, 0.9, 1.0), Moved::Scale),
            (voucher(1.0, 0.4, 1.0), Moved::Focus),
            (voucher(1.0, 0.9, 0.5), Moved::Light),
            (voucher(1.0, 0.9, 1.7), Moved::Light),
        ] {
            assert_eq!(told(&mut watch(), &signs, 100), [moved]);
        }
    }

    #[test]
    fn it_is_told_again_only_after_it_had_been_put_right() {
        let mut watch = watch();
        assert_eq!(
            told(&mut watch, &voucher(1.0, 0.4, 1.0), 40),
            [Moved::Focus]
        );
        // Better, but not right.
        assert!(told(&mut watch, &voucher(1.0, 0.6, 1.0), 40).is_empty());
        assert!(told(&mut watch, &voucher(1.0, 0.4, 1.0), 40).is_empty());
        assert!(told(&mut watch, &voucher(1.0, 0.9, 1.0), 40).is_empty());
        assert!(!watch.has_moved(Moved::Focus));
        assert_eq!(
            told(&mut watch, &voucher(1.0, 0.4, 1.0), 40),
            [Moved::Focus]
        );
    }

    #[test]
    fn a_few_odd_vouchers_tell_nothing() {
        let mut watch = watch();
        for _ in 0..30 {
            assert!(told(&mut watch, &voucher(1.0, 0.9, 1.0), 10).is_empty());
            assert!(told(&mut watch, &voucher(1.4, 0.1, 0.3), 5).is_empty());
        }
    }

    /// What is told of so many vouchers alike that are not read.
    fn told_unread(watch: &mut MountWatch, signs: &VoucherSigns, count: usize) -> Vec<Moved> {
        (0..count).flat_map(|_| watch.see_unread(signs)).collect()
    }

    #[test]
    fn a_mount_on_which_nothing_is_read_any_more_is_told_at_the_third_voucher_and_once() {
        for (signs, moved) in [
            (voucher(1.0, 0.2, 1.0), Moved::Focus),
            (voucher(1.0, 0.9, 0.4), Moved::Light),
        ] {
            let mut watch = watch();
            told(&mut watch, &voucher(1.0, 0.9, 1.0), 40);
            assert!(told_unread(&mut watch, &signs, 2).is_empty());
            assert_eq!(told_unread(&mut watch, &signs, 20), [moved]);
            assert!(told(&mut watch, &voucher(1.0, 0.9, 1.0), 40).is_empty());
            assert!(!watch.has_moved(moved));
            assert_eq!(told_unread(&mut watch, &signs, 3), [moved]);
        }
    }

    #[test]
    fn vouchers_that_are_not_read_on_a_good_mount_tell_nothing() {
        let mut watch = watch();
        assert!(told_unread(&mut watch, &voucher(1.0, 0.9, 1.0), 100).is_empty());
        // A town's labels of another size, none of which can be read.
        assert!(told_unread(&mut watch, &voucher(1.4, 0.9, 1.0), 100).is_empty());
        let unseen = VoucherSigns {
            focus: None,
            white: None,
            ..voucher(1.0, 0.9, 1.0)
        };
        assert!(told_unread(&mut watch, &unseen, 100).is_empty());
    }

    #[test]
    fn what_is_read_or_sharp_in_between_begins_the_count_anew() {
        let (soft, good) = (voucher(1.0, 0.2, 1.0), voucher(1.0, 0.9, 1.0));
        let mut watch = watch();
        for _ in 0..30 {
            assert!(told_unread(&mut watch, &soft, 2).is_empty());
            assert!(told(&mut watch, &good, 1).is_empty());
            assert!(told_unread(&mut watch, &soft, 2).is_empty());
            assert!(told_unread(&mut watch, &good, 1).is_empty());
        }
        // Soft ones and dark ones are no common fault.
        let dark = voucher(1.0, 0.9, 0.4);
        for _ in 0..30 {
            assert!(told_unread(&mut watch, &soft, 1).is_empty());
            assert!(told_unread(&mut watch, &dark, 1).is_empty());
        }
    }

    #[test]
    fn a_town_that_prints_larger_digits_does_not_move_the_mount() {
        let signs = VoucherSigns {
            px_per_mm: vec![
                (ScaleSign::DigitHeight, 19.81 * 1.15),
                (ScaleSign::Qr, f32::NAN),
            ],
            ..voucher(1.0, 0.9, 1.0)
        };
        assert!(told(&mut watch(), &signs, 100).is_empty());
    }
}
