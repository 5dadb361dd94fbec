//! 開始 Start of day: the presets that every record of the day shares, each looked at by a person.

mod draft;

use eframe::egui::{Button, RichText, ScrollArea, TextEdit, Ui, vec2};

use self::draft::{Draft, Item};
use super::reasons::{self, Asked};
use super::vaccine::{self, choose_lot, choose_product};
use super::{Cx, Screen, within};
use crate::app::checks::checks;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Chosen, Emphasis, Sign, chip, tabs, wide_button};
use crate::app::words::{self, Words, start as w};
use crate::desk::{Input, Stage};
use crate::intake::{Doctor, Mode, OperatorId, Venue};
use crate::voucher::DoseNumber;

/// Width of the list of presets.
const LIST: f32 = 92.0 * MM;

/// The doses that may be expected of all vouchers.
const DOSES: std::ops::RangeInclusive<u8> = 1..=5;

/// What is being given.
#[derive(Default)]
pub(in crate::app) struct State {
    draft: Option<Draft>,
    /// What is asked on the right; the checks where nothing is.
    asked: Option<Item>,
    /// A venue or a doctor that is being typed.
    typed: String,
    /// A lot that is not on the list.
    typed_lot: Option<String>,
    /// A day that was closed is about to be opened again.
    reopening: bool,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let area = ui.available_rect_before_wrap();
    let (list, right) = area.split_left_right_at_x(area.left() + LIST);
    let before = cx.view.desk.session.as_ref();
    let draft = state
        .draft
        .get_or_insert_with(|| before.map_or_else(Draft::default, Draft::as_before));
    let mut next = None;
    within(ui, list, |ui| {
        if let Some(item) = items(ui, cx, draft, state.asked) {
            state.asked = Some(item);
            state.typed.clear();
            state.typed_lot = None;
        }
        next = confirm(ui, cx, draft);
    });
    let right = right.with_min_x(right.left() + 2.0 * GAP);
    within(ui, right, |ui| match state.asked {
        None => overview(ui, cx, state),
        Some(item) => ask(ui, cx, state, item),
    });
    next
}

/// The presets with what was given, and which one a person wants to change.
fn items(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft, asked: Option<Item>) -> Option<Item> {
    let mut chosen = None;
    let size = vec2(ui.available_width(), 1.05 * TARGET);
    ui.spacing_mut().item_spacing.y = 0.75 * GAP;
    for item in Item::ALL {
        let value = value(cx, draft, item).unwrap_or_else(|| cx.t(w::TO_CHOOSE).to_owned());
        let words = format!("{}　{value}", cx.t(title(item)));
        let emphasis = match draft.has(item) {
            _ if asked == Some(item) => Emphasis::Switch(true),
            true => Emphasis::Plain,
            false => Emphasis::Wanted,
        };
        if wide_button(ui, &words, emphasis, size).clicked() {
            chosen = Some(item);
        }
    }
    chosen
}

fn title(item: Item) -> Words {
    match item {
        Item::Date => w::DATE,
        Item::Venue => w::VENUE,
        Item::Doctor => w::DOCTOR,
        Item::Product => w::PRODUCT,
        Item::Lot => w::LOT,
        Item::Mode => w::MODE,
    }
}

fn value(cx: &Cx<'_>, draft: &Draft, item: Item) -> Option<String> {
    Some(match item {
        Item::Date => draft.date?.to_string(),
        Item::Venue => draft.venue.as_ref()?.to_string(),
        Item::Doctor => draft.doctor.as_ref()?.to_string(),
        Item::Product => vaccine::name(cx, draft.product.as_ref()?).to_owned(),
        Item::Lot => draft.lot.as_ref()?.to_string(),
        Item::Mode => cx.t(mode_words(draft.mode?)).to_owned(),
    })
}

fn mode_words(mode: Mode) -> Words {
    match mode {
        Mode::BeforeShot => w::BEFORE_SHOT,
        Mode::AfterShot => w::AFTER_SHOT,
        Mode::Clerk => w::CLERK,
    }
}

fn confirm(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft) -> Option<Screen> {
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    let session = draft.confirmed(operator(cx))?;
    if !wide_button(ui, cx.t(w::BEGIN), Emphasis::Primary, size).clicked() {
        return None;
    }
    cx.orders.desk(Input::ConfirmSession(session));
    Some(Screen::Reception)
}

/// Who sits here: as before, or nobody in particular.
fn operator(cx: &Cx<'_>) -> OperatorId {
    let before = cx.view.desk.session.as_ref();
    before.map_or_else(
        || cx.facts.operator.clone(),
        |session| session.operator.clone(),
    )
}

/// Nothing is asked: how everything stands, or that the day is closed.
fn overview(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let size = vec2(ui.available_width(), TARGET);
    if cx.view.desk.stage == Stage::Closed {
        ui.heading(cx.t(words::DAY_CLOSED));
        if let Some(seal) = &cx.view.seal {
            ui.label(format!("{}　{seal}", cx.t(w::SEAL)));
        }
        if state.reopening {
            reopen(ui, cx, state);
        } else if wide_button(ui, cx.t(words::REOPEN), Emphasis::Danger, size).clicked() {
            state.reopening = true;
        }
        return;
    }
    if cx.facts.training
        && cx.view.desk.session.is_none()
        && wide_button(ui, cx.t(w::USUAL), Emphasis::Plain, size).clicked()
        && let Some(usual) = &cx.facts.usual
    {
        state.draft = Some(Draft::as_before(usual));
    }
    if let Some((session, code)) = &cx.view.card {
        let words = format!("{}　{code}", cx.t(w::USE_CARD));
        if wide_button(ui, &words, Emphasis::Primary, size).clicked() {
            state.draft = Some(Draft::of_card(session));
        }
        ui.label(cx.t(w::COMPARE_CODE));
    }
    ui.heading(cx.t(w::CHECKS));
    ScrollArea::vertical().show(ui, |ui| {
        for check in checks(cx.view, cx.picture.map(AsRef::as_ref), cx.view.machine) {
            chip(ui, check.sign, cx.says(&check.what));
            if check.sign != Sign::Good {
                ui.label(cx.says(&check.remedy));
            }
        }
    });
}

fn reopen(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    match reasons::ask(ui, cx, Asked::Reopen) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => cx.orders.desk(Input::Reopen(reason)),
    }
    state.reopening = false;
}

/// Asks for one preset; the next one that is missing follows.
fn ask(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, item: Item) {
    ui.heading(cx.t(title(item)));
    let Some(draft) = &mut state.draft else {
        return;
    };
    let given = match item {
        Item::Date => date(ui, cx, draft),
        Item::Venue => venue(ui, cx, draft, &mut state.typed),
        Item::Doctor => doctor(ui, cx, draft, &mut state.typed),
        Item::Product => {
            let chosen = choose_product(ui, cx, draft.product.as_ref());
            let given = chosen.is_some();
            chosen
                .into_iter()
                .for_each(|product| draft.choose_product(product));
            given
        }
        Item::Lot => lot(ui, cx, draft, &mut state.typed_lot),
        Item::Mode => mode(ui, cx, draft),
    };
    if given {
        state.asked = draft.missing();
        state.typed.clear();
        state.typed_lot = None;
    }
}

/// The date is touched, not waved through.
fn date(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    ui.label(cx.t(w::TOUCH_DATE));
    let today = cx.now.day();
    let size = vec2(ui.available_width(), 2.0 * TARGET);
    let large = Button::new(RichText::new(today.to_string()).font(theme::bold(theme::DIGITS)));
    let touched = ui.add_sized(size, large).clicked();
    if touched {
        draft.date = Some(today);
    }
    ui.label(cx.t(w::WRONG_DATE));
    touched
}

fn venue(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typed: &mut String) -> bool {
    if cx.facts.venues.is_empty() {
        let venue = type_in(ui, cx, typed, Venue::new);
        let given = venue.is_some();
        draft.venue = venue.or(draft.venue.take());
        return given;
    }
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    for known in &cx.facts.venues {
        let on = Emphasis::Switch(draft.venue.as_ref() == Some(known));
        if wide_button(ui, known.as_str(), on, size).clicked() {
            draft.venue = Some(known.clone());
            return true;
        }
    }
    false
}

fn doctor(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typed: &mut String) -> bool {
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    for known in &cx.facts.doctors {
        let on = Emphasis::Switch(draft.doctor.as_ref() == Some(known));
        if wide_button(ui, known.as_str(), on, size).clicked() {
            draft.doctor = Some(known.clone());
            return true;
        }
    }
    let doctor = type_in(ui, cx, typed, Doctor::new);
    let given = doctor.is_some();
    draft.doctor = doctor.or(draft.doctor.take());
    given
}

/// A name on the keyboard.
fn type_in<T, E: std::fmt::Display>(
    ui: &mut Ui,
    cx: &Cx<'_>,
    typed: &mut String,
    check: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    ui.label(cx.t(w::TYPE_NAME));
    let field = TextEdit::singleline(typed).desired_width(ui.available_width());
    ui.add(field.font(theme::bold(theme::HEADING)));
    let name = check(typed);
    if let (Err(error), false) = (&name, typed.is_empty()) {
        let error = crate::text::Bilingual::of_text(&error.to_string());
        ui.label(RichText::new(cx.says(&error)).color(theme::STOP.ink));
    }
    let size = vec2(ui.available_width(), TARGET);
    let done = wide_button(ui, cx.t(w::USE_NAME), Emphasis::Primary, size);
    name.ok().filter(|_| done.clicked())
}

fn lot(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft, typing: &mut Option<String>) -> bool {
    let Some(product) = draft.product.clone() else {
        ui.label(cx.t(w::PRODUCT_FIRST));
        return false;
    };
    ui.label(cx.t(w::COMPARE_LOT));
    let lot = choose_lot(ui, cx, &product, typing);
    let given = lot.is_some();
    draft.lot = lot.or(draft.lot.take());
    given
}

fn mode(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) -> bool {
    let kinds = [(false, w::VACCINATION), (true, w::CONSULTATION)];
    let kinds = kinds.map(|(consultation, words)| (consultation, cx.t(words).to_owned()));
    draft.consultation = tabs(ui, &kinds, draft.consultation);
    let number = |dose: u8| (DoseNumber::new(dose).ok(), dose.to_string());
    let any = (None, cx.t(w::ANY_DOSE).to_owned());
    let doses: Vec<_> = [any].into_iter().chain(DOSES.map(number)).collect();
    ui.label(cx.t(w::DOSE));
    draft.dose = tabs(ui, &doses, draft.dose);
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
