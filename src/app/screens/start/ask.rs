//! One preset is asked for.

use eframe::egui::{Button, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::draft::{Draft, Item};
use super::{State, mode_words, title};
use crate::app::screens::Cx;
use crate::app::screens::vaccine::{choose_lot, choose_product};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, tabs, wide_button};
use crate::app::words::{Words, start as w};
use crate::intake::{Doctor, Mode, Venue};
use crate::text::{Bilingual, Language};
use crate::voucher::DoseNumber;

/// The doses that may be expected of all vouchers.
const DOSES: std::ops::RangeInclusive<u8> = 1..=5;

/// Width of the switch for any dose.
const ANY: f32 = 30.0 * MM;

/// Asks for one preset; the next one that is missing follows.
pub(super) fn ask(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, item: Item) {
    let Some(draft) = &mut state.draft else {
        return;
    };
    // The keys need the room.
    if state.typed_lot.is_none() {
        ui.heading(cx.t(title(item)));
    }
    let given = match item {
        Item::Date => date(ui, cx, draft),
        Item::Venue => venue(ui, cx, draft, &mut state.typed),
        Item::Doctor => doctor(ui, cx, draft, &mut state.typed),
        Item::Product => product(ui, cx, draft),
        Item::Lot => lot(ui, cx, draft, &mut state.typed_lot),
        Item::Mode => mode(ui, cx, draft),
    };
    if given {
        let missing = draft.missing();
        state.ask(missing);
    }
}

/// The date is touched, not waved through. People know which day of the week it is.
fn date(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    ui.label(cx.t(w::TOUCH_DATE));
    let today = cx.now.day();
    let size = vec2(ui.available_width(), 2.0 * TARGET);
    let large = Button::new(RichText::new(today.to_string()).font(theme::bold(theme::DIGITS)));
    let touched = ui.add_sized(size, large).clicked();
    if touched {
        draft.date = Some(today);
    }
    let day = RichText::new(weekday(cx)).font(theme::bold(theme::LARGE));
    ui.vertical_centered(|ui| ui.label(day));
    ui.label(cx.t(w::WRONG_DATE));
    touched
}

fn weekday(cx: &Cx<'_>) -> &'static str {
    let names = match cx.language {
        Language::Japanese => [
            "月曜日",
            "火曜日",
            "水曜日",
            "木曜日",
            "金曜日",
            "土曜日",
            "日曜日",
        ],
        Language::English => [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
    };
    let day = cx.now.day().weekday().to_monday_zero_offset();
    usize::try_from(day)
        .ok()
        .and_then(|day| names.get(day))
        .copied()
        .unwrap_or_default()
}

fn venue(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typed: &mut String) -> bool {
    let known = &cx.facts.venues;
    let given = ScrollArea::vertical().show(ui, |ui| match known.is_empty() {
        true => type_in(ui, cx, w::TYPE_NAME, typed, Venue::new),
        false => one_of(ui, known.iter(), draft.venue.as_ref(), Venue::as_str),
    });
    let given = given.inner;
    draft.venue = given.clone().or(draft.venue.take());
    given.is_some()
}

/// One of those who are known, the last one used among them, or another one.
fn doctor(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typed: &mut String) -> bool {
    let last = cx.view.desk.session.iter().map(|session| &session.doctor);
    let last = last.filter(|last| !cx.facts.doctors.contains(last));
    let known: Vec<_> = last.chain(&cx.facts.doctors).collect();
    let how = match known.is_empty() {
        true => w::TYPE_NAME,
        false => w::TYPE_OTHER,
    };
    let given = ScrollArea::vertical().show(ui, |ui| {
        let known = one_of(ui, known.into_iter(), draft.doctor.as_ref(), Doctor::as_str);
        known.or(type_in(ui, cx, how, typed, Doctor::new))
    });
    let given = given.inner;
    draft.doctor = given.clone().or(draft.doctor.take());
    given.is_some()
}

/// A large button each; the one that was pressed.
fn one_of<'a, T: Clone + PartialEq + 'a>(
    ui: &mut Ui,
    known: impl Iterator<Item = &'a T>,
    chosen: Option<&T>,
    words: impl Fn(&T) -> &str,
) -> Option<T> {
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    let mut pressed = None;
    for one in known {
        let on = Emphasis::Switch(chosen == Some(one));
        if wide_button(ui, words(one), on, size).clicked() {
            pressed = Some(one.clone());
        }
    }
    pressed
}

/// A name on the keyboard.
fn type_in<T, E: std::fmt::Display>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    how: Words,
    typed: &mut String,
    check: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    ui.label(cx.t(how));
    let field = TextEdit::singleline(typed).desired_width(ui.available_width());
    ui.add(field.font(theme::bold(theme::HEADING)));
    let name = check(typed);
    if let (Err(error), false) = (&name, typed.is_empty()) {
        let error = Bilingual::of_text(&error.to_string());
        ui.label(RichText::new(cx.says(&error)).color(theme::STOP.ink));
    }
    let size = vec2(ui.available_width(), TARGET);
    let name = name.ok()?;
    let done = wide_button(ui, cx.t(w::USE_NAME), Emphasis::Primary, size);
    done.clicked().then_some(name)
}

fn product(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    let Some(chosen) = choose_product(ui, cx, draft.product.as_ref()) else {
        return false;
    };
    draft.choose_product(chosen);
    true
}

fn lot(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typing: &mut Option<String>) -> bool {
    let Some(product) = draft.product.clone() else {
        ui.label(cx.t(w::PRODUCT_FIRST));
        return false;
    };
    if typing.is_none() {
        ui.label(cx.t(w::COMPARE_LOT));
    }
    let lot = choose_lot(ui, cx, &product, typing);
    let given = lot.is_some();
    draft.lot = lot.or(draft.lot.take());
    given
}

/// What is expected, then when it is read.
fn mode(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    let kinds = [(false, w::VACCINATION), (true, w::CONSULTATION)];
    let kinds = kinds.map(|(consultation, words)| (consultation, cx.t(words).to_owned()));
    draft.consultation = tabs(ui, &kinds, draft.consultation);
    dose(ui, cx, draft);
    let size = vec2(ui.available_width(), 1.1 * TARGET);
    let mut given = false;
    for mode in [Mode::AfterShot, Mode::BeforeShot, Mode::Clerk] {
        let on = Emphasis::Switch(draft.mode == Some(mode));
        if wide_button(ui, cx.t(mode_words(mode)), on, size).clicked() {
            draft.mode = Some(mode);
            given = true;
        }
    }
    given
}

fn dose(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) {
    ui.label(cx.t(w::DOSE));
    let numbers = DOSES.filter_map(|dose| DoseNumber::new(dose).ok());
    let gaps = f32::from(*DOSES.end()) * GAP;
    let width = (ui.available_width() - ANY - gaps) / f32::from(*DOSES.end());
    ui.horizontal(|ui| {
        let any = Emphasis::Switch(draft.dose.is_none());
        if wide_button(ui, cx.t(w::ANY_DOSE), any, vec2(ANY, TARGET)).clicked() {
            draft.dose = None;
        }
        for dose in numbers {
            let on = Emphasis::Switch(draft.dose == Some(dose));
            let words = dose.value().to_string();
            if wide_button(ui, &words, on, vec2(width, TARGET)).clicked() {
                draft.dose = Some(dose);
            }
        }
    });
}
