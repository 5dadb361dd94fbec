//! Whether the station is ready for a day: each thing green, or with what to do. Pure.

use jiff::Timestamp;
use jiff::civil::Date;

use super::board::Picture;
use super::view::{CameraState, DeliveryState, View};
use super::widgets::Sign;
use crate::clock::{self, TOLERANCE};
use crate::intake::{Catalogue, ListedLot, Lot, ProductId};
use crate::store::CopyState;
use crate::sync::Why;
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

    fn stop(ja: &'static str, en: &'static str, remedy: Bilingual) -> Self {
        Self {
            sign: Sign::Stop,
            ..Self::ask(ja, en, remedy)
        }
    }
}

/// Looks at the station.
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

/// Looks at what changes from day to day: the clock, and the lot that is about to be given, or the
/// list of lots while none is chosen.
pub(super) fn of_the_day(
    view: &View,
    catalogue: &Catalogue,
    now: Timestamp,
    vaccine: Option<(&ProductId, &Lot)>,
) -> Vec<Check> {
    let today = clock::day(now);
    let lots = match vaccine {
        Some((product, lot)) => of_lot(catalogue, today, product, lot),
        None => of_lots(catalogue, today),
    };
    vec![clock(view, catalogue, now), lots]
}

/// A clock that was lost shows a year before all vaccines; one that was set back is before what was
/// recorded last.
fn clock(view: &View, catalogue: &Catalogue, now: Timestamp) -> Check {
    let (what_ja, what_en) = ("時計", "Clock");
    let today = clock::day(now);
    let in_use = |product: &crate::intake::Product| product.validity.covers(today);
    if !catalogue.products().iter().any(in_use) {
        let remedy = Bilingual::new(
            format!("{today} に使われるワクチンはありません。端末の日時を合わせてください"),
            format!("no vaccine was in use on {today}: set the tablet's date and time"),
        );
        return Check::stop(what_ja, what_en, remedy);
    }
    let newest = view.desk.records.iter().map(|kept| kept.record.recorded_at);
    if newest
        .max()
        .is_some_and(|newest| newest.duration_since(now) > TOLERANCE)
    {
        let remedy = Bilingual::new(
            "最後の記録より前の時刻です。端末の日時を合わせてください",
            "it is before the last record: set the tablet's date and time",
        );
        return Check::ask(what_ja, what_en, remedy);
    }
    let differs = matches!(&view.delivery, DeliveryState::Waiting(why) if why.why == Why::Clock);
    match differs || view.delivery == DeliveryState::Halted(Why::Clock.words()) {
        true => Check::ask(what_ja, what_en, Why::Clock.words()),
        false => Check::good(what_ja, what_en),
    }
}

/// Whether the list lets a lot be given on this day.
pub(super) fn is_usable(catalogue: &Catalogue, lot: &ListedLot, today: Date) -> bool {
    let expired = lot.expiry_on(today).is_some_and(|until| until < today);
    catalogue.recalled_on(&lot.lot).is_none() && !expired
}

fn of_lots(catalogue: &Catalogue, today: Date) -> Check {
    let mut lots = catalogue.lots().iter();
    match lots.any(|lot| is_usable(catalogue, lot, today)) {
        true => Check::good("ロットの一覧", "List of lots"),
        false => Check::ask(
            "ロットの一覧",
            "List of lots",
            Bilingual::new(
                "今日使えるロットがありません。一覧の更新を管理者に頼んでください",
                "it has no lot for today: ask an administrator for a newer list",
            ),
        ),
    }
}

/// What the list says of exactly this lot.
pub(super) fn of_lot(catalogue: &Catalogue, today: Date, product: &ProductId, lot: &Lot) -> Check {
    let (what_ja, what_en) = ("ロット", "Lot");
    let stop = |ja, en| Check::stop(what_ja, what_en, Bilingual::new(ja, en));
    if catalogue.recalled_on(lot).is_some() {
        return stop(
            "回収されたロットです。使わず、責任者に知らせてください",
            "it was recalled: do not use it, and tell the person in charge",
        );
    }
    let Some(listed) = catalogue.lot(product, lot) else {
        return unlisted(catalogue, lot);
    };
    match is_usable(catalogue, listed, today) {
        true => Check::good(what_ja, what_en),
        false => stop(
            "有効期限が過ぎています。使わず、責任者に知らせてください",
            "it has expired: do not use it, and tell the person in charge",
        ),
    }
}

fn unlisted(catalogue: &Catalogue, lot: &Lot) -> Check {
    match catalogue.lots().iter().any(|other| other.lot == *lot) {
        true => Check::stop(
            "ロット",
            "Lot",
            Bilingual::new(
                "別のワクチンのロットです。バイアルの製品名とロットを見直してください",
                "it is of another vaccine: look at the product and the lot on the vial again",
            ),
        ),
        false => Check::ask(
            "ロット",
            "Lot",
            Bilingual::new(
                "一覧にありません。バイアルと一字ずつ見比べてください",
                "it is not on the list: compare it with the vial, sign by sign",
            ),
        ),
    }
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
        CameraState::Lost(why) | CameraState::Failed(why) => {
            Check::stop("カメラ", "Camera", why.clone())
        }
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
        CopyState::WasAhead => Some(Check::stop(
            "写し",
            "Second copy",
            Bilingual::new(
                "写しの方が新しい記録を持っていました。責任者に知らせ、「uketsuke recover」で復元してください",
                "the copy had newer records: tell the person in charge, and restore them with `uketsuke recover`",
            ),
        )),
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
    use crate::app::tests::paper::{Paper, session};

    /// What is seen of the day at this time, with this lot of this product.
    fn signs(paper: &Paper, now: &str, vaccine: Option<(&str, &str)>) -> Vec<Sign> {
        let catalogue = Catalogue::built_in().unwrap();
        let vaccine = vaccine.map(|(p, l)| (ProductId::new(p).unwrap(), Lot::new(l).unwrap()));
        let vaccine = vaccine.as_ref().map(|(product, lot)| (product, lot));
        let now = now.parse().unwrap();
        let checks = of_the_day(&paper.view(), &catalogue, now, vaccine);
        for check in &checks {
            let remedy = check.remedy.to_string();
            assert_eq!(check.sign == Sign::Good, remedy == " / ", "{remedy}");
        }
        checks.into_iter().map(|check| check.sign).collect()
    }

    const MORNING: &str = "2021-11-20T08:00:00+09:00";

    #[test]
    fn a_clock_that_was_lost_or_set_back_or_differs_from_the_servers_is_not_green() {
        let mut paper = Paper::new();
        assert_eq!(signs(&paper, MORNING, None), [Sign::Good; 2]);
        let lost = signs(&paper, "2015-01-01T08:00:00+09:00", None);
        assert_eq!(lost[0], Sign::Stop);
        paper.tell(crate::desk::Input::ConfirmSession(session()));
        paper.record(1);
        assert_eq!(signs(&paper, MORNING, None)[0], Sign::Ask);
        let mut paper = Paper::new();
        paper.delivery = DeliveryState::Halted(Why::Clock.words());
        assert_eq!(signs(&paper, MORNING, None)[0], Sign::Ask);
    }

    #[test]
    fn a_lot_is_green_only_if_the_list_has_it_for_this_vaccine_and_this_day() {
        let paper = Paper::new();
        let sign = |now, product, lot| signs(&paper, now, Some((product, lot)))[1];
        assert_eq!(sign(MORNING, "comirnaty-12", "FJ7489"), Sign::Good);
        assert_eq!(sign(MORNING, "moderna", "3004733"), Sign::Good);
        assert_eq!(sign(MORNING, "moderna", "3004734"), Sign::Stop);
        assert_eq!(sign(MORNING, "moderna", "FJ7489"), Sign::Stop);
        assert_eq!(sign(MORNING, "comirnaty-12", "ZZ0000"), Sign::Ask);
        let later = "2022-07-20T08:00:00+09:00";
        assert_eq!(sign(later, "comirnaty-12", "FJ7489"), Sign::Stop);
    }

    #[test]
    fn a_list_of_lots_that_all_ran_out_is_not_green() {
        let sign = signs(&Paper::new(), "2024-01-10T08:00:00+09:00", None)[1];
        assert_eq!(sign, Sign::Ask);
    }

    #[test]
    fn a_station_at_which_something_is_wrong_says_each_thing_with_its_remedy() {
        let mut paper = Paper::new();
        let all_good = checks(&paper.view(), None, Machine::default());
        assert!(all_good.iter().all(|check| check.sign == Sign::Good));
        paper.camera = CameraState::Lost(crate::camera::Loss::Stalled.words());
        paper.delivery = DeliveryState::Halted(Why::NotEnrolled.words());
        paper.warnings = vec![Bilingual::new("台が動きました", "the mount moved")];
        let wrong = checks(&paper.view(), None, Machine::default());
        let signs: Vec<_> = wrong.iter().map(|check| check.sign).collect();
        assert_eq!(signs, [Sign::Stop, Sign::Ask, Sign::Ask]);
        assert!(wrong.iter().all(|check| check.remedy.to_string().len() > 3));
    }

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
