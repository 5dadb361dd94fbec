//! 開始 Start of day: the presets that every record of the day shares, each looked at by a person.

mod ask;
mod draft;
mod overview;

use eframe::egui::{Rect, Ui, vec2};
use jiff::civil::Date;

use self::draft::{Draft, Item};
use super::{Cx, Screen, vaccine, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Sign, paint_shape, paint_words, tile};
use crate::app::words::{Words, start as w};
use crate::desk::Stage;
use crate::intake::{Mode, OperatorId};

/// Width of the list of presets.
const LIST: f32 = 96.0 * MM;

/// Width of what a preset is called: four kanji.
const TITLE: f32 = 26.0 * MM;

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
    /// Presets that are confirmed already are given anew.
    changing: bool,
    /// A day that was closed is about to be opened again.
    reopening: bool,
}

impl State {
    /// What stays while another screen is looked at: the presets so far.
    pub(in crate::app) fn put_down(self) -> Self {
        Self {
            draft: self.draft,
            changing: self.changing,
            ..Self::default()
        }
    }

    /// Presets that were begun on another day do not bring their date along.
    fn keep_to(&mut self, today: Date) {
        if let Some(draft) = &mut self.draft {
            draft.date = draft.date.filter(|date| *date == today);
        }
    }

    /// Asks for this, or for nothing; what was half typed is given up.
    fn ask(&mut self, item: Option<Item>) {
        self.asked = item;
        self.typed.clear();
        self.typed_lot = None;
    }
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    state.keep_to(cx.now.day());
    match (cx.view.desk.stage, &cx.view.desk.session) {
        (Stage::Closed, _) => {
            overview::closed(ui, cx, state);
            None
        }
        (Stage::NoSession, _) | (_, None) => steps(ui, cx, state),
        _ if state.changing => steps(ui, cx, state),
        (_, Some(session)) => {
            state.draft = None;
            overview::begun(ui, cx, state, session)
        }
    }
}

/// The list of presets on the left; on the right the one that is asked, or how everything stands.
fn steps(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let (list, right) = halves(ui);
    let before = cx.view.desk.session.as_ref();
    let draft = state
        .draft
        .get_or_insert_with(|| before.map_or_else(Draft::default, Draft::as_before))
        .clone();
    within(ui, list, |ui| {
        if let Some(item) = items(ui, cx, &draft, state.asked) {
            state.ask(Some(item));
        }
    });
    let mut next = None;
    within(ui, right, |ui| match state.asked {
        None => next = overview::before(ui, cx, state, &draft),
        Some(item) => ask::ask(ui, cx, state, item),
    });
    next
}

/// The left and the right half.
fn halves(ui: &Ui) -> (Rect, Rect) {
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.left() + LIST);
    (left, right.with_min_x(right.left() + 2.0 * GAP))
}

/// The presets with what was given, and which one a person wants to change.
fn items(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft, asked: Option<Item>) -> Option<Item> {
    let mut chosen = None;
    let size = vec2(ui.available_width(), 1.05 * TARGET);
    ui.spacing_mut().item_spacing.y = 0.75 * GAP;
    for item in Item::ALL {
        let value = value(cx, draft, item).unwrap_or_else(|| cx.t(w::TO_CHOOSE).to_owned());
        let title = cx.t(title(item));
        let emphasis = match draft.has(item) {
            _ if asked == Some(item) => Emphasis::Switch(true),
            true => Emphasis::Plain,
            false => Emphasis::Wanted,
        };
        let name = format!("{title}　{value}");
        let row = tile(ui, &name, emphasis, size, |painter, area, ink| {
            let (left, rest) = area.split_left_right_at_x(area.left() + TITLE);
            let (middle, right) = rest.split_left_right_at_x(rest.right() - 7.0 * MM);
            paint_words(painter, left, title, theme::TEXT, ink);
            paint_words(painter, middle, &value, theme::TEXT, ink);
            if draft.has(item) {
                let good = Sign::Good.colours();
                paint_shape(painter, right, Sign::Good.shape(), good.ink, good.ground);
            }
        });
        if row.clicked() {
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
        Item::Mode => reading(cx, draft)?,
    })
}

/// When is read, and what is expected where it is not any vaccination.
fn reading(cx: &Cx<'_>, draft: &Draft) -> Option<String> {
    let mut words = vec![cx.t(mode_words(draft.mode?)).to_owned()];
    if draft.consultation {
        words.push(cx.t(w::CONSULTATION).to_owned());
    }
    words.extend(draft.dose.map(|dose| super::dose_words(cx, dose)));
    Some(words.join(cx.t(w::AND)))
}

fn mode_words(mode: Mode) -> Words {
    match mode {
        Mode::BeforeShot => w::BEFORE_SHOT,
        Mode::AfterShot => w::AFTER_SHOT,
        Mode::Clerk => w::CLERK,
    }
}

/// Who sits here; where nobody signs in, nobody in particular.
fn operator(cx: &Cx<'_>) -> OperatorId {
    let seated = cx.view.people.seated.as_ref();
    seated.unwrap_or(&cx.facts.operator).clone()
}
