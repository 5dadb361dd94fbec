//! The screens: each draws a part of a [`View`] and says what people do.

mod count;
mod delivery;
mod entry;
mod lot;
mod reasons;
mod reception;
mod records;
mod review;
mod set_up;
mod sign_in;
mod start;
mod vaccine;

pub(super) use vaccine::look;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Layout, Rect, Ui, UiBuilder};

use super::board::{EnrolmentState, Picture};
use super::front::Facts;
use super::orders::Orders;
use super::view::View;
use super::words::{self, Words};
use crate::clock::{self, Moment};
use crate::desk::Choices;
use crate::intake::VaccinationRecord;
use crate::text::{Bilingual, Language};
use crate::voucher::DoseNumber;

/// Which screen is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Screen {
    /// 受付: vouchers come and go.
    #[default]
    Reception,
    /// 開始: the day's presets.
    Start,
    /// 確認: what a person has to decide.
    Review,
    /// 手入力: a number is typed.
    Entry,
    /// 送信: what is delivered and what is not.
    Delivery,
    /// 照合・集計: the pile of paper, vials, the day's report, the close.
    Count,
    /// 設定: camera, mount, people, enrolment.
    SetUp,
    /// 今日の記録: any of today's can be cancelled. Reached from the reception.
    Records,
    /// ロット変更: a vial of another lot was opened. Reached from the reception.
    Lot,
}

impl Screen {
    /// The screens of the menu, in its order.
    pub const MENU: [Self; 7] = [
        Self::Reception,
        Self::Start,
        Self::Review,
        Self::Entry,
        Self::Delivery,
        Self::Count,
        Self::SetUp,
    ];

    pub(super) fn title(self) -> Words {
        match self {
            Self::Reception => words::RECEPTION,
            Self::Start => words::START,
            Self::Review => words::REVIEW,
            Self::Entry => words::ENTRY,
            Self::Delivery => words::DELIVERY,
            Self::Count => words::COUNT,
            Self::SetUp => words::SET_UP,
            Self::Records => words::TODAYS_RECORDS,
            Self::Lot => words::CHANGE_LOT,
        }
    }
}

/// What a person asks of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To open another screen.
    GoTo(Screen),
    /// To be spoken to in another language.
    Speak(Language),
}

/// What every screen is given.
pub(super) struct Cx<'a> {
    pub(super) view: &'a View,
    pub(super) picture: Option<&'a Arc<Picture>>,
    pub(super) enrolment: Option<EnrolmentState>,
    pub(super) facts: &'a Facts,
    pub(super) orders: &'a Orders,
    pub(super) language: Language,
    pub(super) now: Moment,
    /// How long one drawing in a hundred takes, or longer.
    pub(super) drawing: Option<Duration>,
}

impl<'a> Cx<'a> {
    /// The words in the present language.
    pub(super) fn t(&self, words: Words) -> &'static str {
        words.of(self.language)
    }

    /// What another room says, in the present language.
    pub(super) fn says<'b>(&self, words: &'b Bilingual) -> &'b str {
        words.in_language(self.language)
    }
}

/// What the screens remember of themselves from one drawing to the next.
#[derive(Default)]
pub(super) struct States {
    reception: reception::State,
    start: start::State,
    review: review::State,
    entry: entry::State,
    delivery: delivery::State,
    count: count::State,
    set_up: set_up::State,
    sign_in: sign_in::State,
    records: records::State,
    lot: lot::State,
}

impl States {
    /// Another person takes over: what was half done is given up.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Another screen opens: what was half done is given up, but for the presets of the day, which
    /// take a while.
    pub(super) fn put_down(&mut self) {
        *self = Self {
            start: std::mem::take(&mut self.start).put_down(),
            ..Self::default()
        };
    }
}

/// Draws into a part of the screen.
pub(super) fn within(ui: &mut Ui, area: Rect, draw: impl FnOnce(&mut Ui)) {
    let place = (area.min.x.to_bits(), area.min.y.to_bits());
    ui.scope_builder(
        UiBuilder::new()
            .id_salt(place)
            .max_rect(area)
            .layout(Layout::top_down(Align::Min)),
        draw,
    );
}

/// A dose in words: `2回目`, `dose 2`.
fn dose_words(cx: &Cx<'_>, dose: DoseNumber) -> String {
    let words = cx.t(words::DOSE);
    match cx.language {
        Language::Japanese => format!("{}{words}", dose.value()),
        Language::English => format!("{words} {}", dose.value()),
    }
}

/// What was chosen for one voucher, in words; `None` where nothing was.
fn chosen(cx: &Cx<'_>, choices: &Choices) -> Option<String> {
    let only = choices.outcome.is_consultation_only();
    let consultation = only.then(|| cx.t(words::CHOSEN_CONSULTATION).to_owned());
    let slip = choices.slip;
    consultation.or_else(|| Some(format!("{} {}", cx.t(words::CHOSEN_SLIP), slip?)))
}

/// When a record was made, by the clock on the wall: `09:41`.
fn time_of(record: &VaccinationRecord) -> String {
    clock::japan_time(record.recorded_at)
        .get(11..16)
        .unwrap_or_default()
        .to_owned()
}

/// Draws the open screen, or while nobody sits here who should, the page on which somebody signs
/// in.
pub(super) fn show(ui: &mut Ui, open: Screen, cx: &Cx<'_>, states: &mut States) -> Option<Wish> {
    if cx.view.people.must_sign_in() {
        return sign_in::show(ui, cx, &mut states.sign_in);
    }
    let next = match open {
        Screen::Reception => reception::show(ui, cx, &mut states.reception),
        Screen::Start => start::show(ui, cx, &mut states.start),
        Screen::Review => review::show(ui, cx, &mut states.review),
        Screen::Entry => entry::show(ui, cx, &mut states.entry),
        Screen::Delivery => delivery::show(ui, cx, &mut states.delivery),
        Screen::Count => count::show(ui, cx, &mut states.count),
        Screen::SetUp => return set_up::show(ui, cx, &mut states.set_up),
        Screen::Records => records::show(ui, cx, &mut states.records),
        Screen::Lot => lot::show(ui, cx, &mut states.lot),
    };
    next.map(Wish::GoTo)
}
