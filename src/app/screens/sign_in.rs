//! サインイン: choose a name, type the PIN. It stands in front of everything while nobody sits at
//! the station, and is how another takes over.

use eframe::egui::{
    self, Align, Color32, Layout, Painter, Rect, RichText, ScrollArea, Ui, Vec2, vec2,
};
use zeroize::Zeroizing;

use super::{Cx, Wish, within};
use crate::accounts::Pin;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Key, Sign, chip, keypad, paint_words, tile, wide_button};
use crate::app::words::sign_in as w;
use crate::intake::OperatorId;
use crate::station::{Command, Person};
use crate::text::Language;

/// Width of the keypad.
const KEYS: f32 = 84.0 * MM;

/// Who is signing in, and what was typed so far.
pub(super) struct State {
    chosen: Option<OperatorId>,
    /// Room for all digits at once: a text that grows leaves what it held behind.
    pin: Zeroizing<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            chosen: None,
            pin: Zeroizing::new(String::with_capacity(Pin::LONGEST)),
        }
    }
}

impl State {
    /// Whether somebody was chosen.
    pub(super) fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Digit(digit) if self.pin.len() < Pin::LONGEST => self.pin.push(digit),
            Key::Digit(_) => {}
            Key::Back => {
                self.pin.pop();
            }
            Key::Clear => self.pin.clear(),
        }
    }
}

/// Who may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Everybody of the list.
    Anybody,
    /// Everybody but who sits here.
    AnybodyElse,
}

/// The page in front of everything.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Wish> {
    if state.is_chosen() {
        ask(ui, cx, state, Asks::Anybody);
        return None;
    }
    let mut wish = None;
    let area = ui.available_rect_before_wrap();
    let (top, below) = area.split_top_bottom_at_y(area.top() + TARGET + GAP);
    let top = top.with_max_y(top.bottom() - GAP);
    let (left, right) = top.split_left_right_at_x(top.right() - 32.0 * MM);
    within(ui, left, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.heading(cx.t(w::WHO));
        });
    });
    within(ui, right, |ui| {
        let (name, other) = match cx.language {
            Language::Japanese => ("English", Language::English),
            Language::English => ("日本語", Language::Japanese),
        };
        let size = vec2(right.width(), TARGET);
        if wide_button(ui, name, Emphasis::Plain, size).clicked() {
            wish = Some(Wish::Speak(other));
        }
    });
    within(ui, below, |ui| {
        if let Some(left) = &cx.view.people.locked_by {
            let person = cx.view.people.person(left);
            let name = person.map_or(left.as_str(), |person| person.name.as_str());
            chip(ui, Sign::Known, &format!("{}　{name}", cx.t(w::LOCKED)));
            ui.add_space(GAP);
        }
        ask(ui, cx, state, Asks::Anybody);
    });
    wish
}

/// The names; or of who was chosen, the PIN.
pub(super) fn ask(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, asks: Asks) {
    let people = &cx.view.people;
    let chosen = state.chosen.as_ref().and_then(|id| people.person(id));
    match chosen {
        Some(person) => pin(ui, cx, state, person),
        None => names(ui, cx, state, asks),
    }
}

fn names(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, asks: Asks) {
    let people = &cx.view.people;
    let shown =
        |person: &&Person| asks == Asks::Anybody || people.seated.as_ref() != Some(&person.id);
    let shown: Vec<_> = people.list.iter().filter(shown).collect();
    ScrollArea::vertical().show(ui, |ui| {
        let size = vec2((ui.available_width() - GAP) / 2.0, 1.4 * TARGET);
        for row in shown.chunks(2) {
            ui.horizontal(|ui| {
                for person in row {
                    if name(ui, cx, person, size) {
                        state.chosen = Some(person.id.clone());
                    }
                }
            });
        }
    });
}

/// A person's name and role; whether it was touched.
fn name(ui: &mut Ui, cx: &Cx<'_>, person: &Person, size: Vec2) -> bool {
    let role = person.role.describe();
    let role = cx.says(&role);
    let paint = |painter: &Painter, inside: Rect, ink: Color32| {
        let (left, right) = inside.split_left_right_at_fraction(0.6);
        paint_words(painter, left, person.name.as_str(), theme::HEADING, ink);
        paint_words(painter, right, role, theme::TEXT, ink);
    };
    let name = format!("{}　{role}", person.name);
    tile(ui, &name, Emphasis::Plain, size, paint).clicked()
}

fn pin(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, person: &Person) {
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.right() - KEYS);
    within(ui, left.with_max_x(left.right() - GAP), |ui| {
        ui.heading(format!(
            "{}　{}",
            person.name,
            cx.says(&person.role.describe())
        ));
        ui.label(cx.t(w::TYPE_PIN));
        dots(ui, cx, state.pin.len());
        if cx.view.people.checking {
            chip(ui, Sign::Busy, cx.t(w::CHECKING));
        } else {
            enter(ui, cx, state, person);
        }
        let size = vec2(ui.available_width(), TARGET);
        if wide_button(ui, cx.t(w::OTHER_PERSON), Emphasis::Plain, size).clicked() {
            *state = State::default();
        }
    });
    within(ui, right, |ui| {
        if let Some(key) = keypad(ui, cx.language) {
            state.press(key);
        }
    });
}

/// As many dots as digits were typed.
fn dots(ui: &mut Ui, cx: &Cx<'_>, digits: usize) {
    let words = match digits {
        0 => cx.t(w::SIX_DIGITS).to_owned(),
        digits => "●".repeat(digits),
    };
    let font = match digits {
        0 => egui::FontId::proportional(theme::TEXT),
        _ => theme::bold(theme::LARGE),
    };
    let row = vec2(ui.available_width(), 14.0 * MM);
    ui.allocate_ui(row, |ui| {
        ui.set_min_size(row);
        ui.label(RichText::new(words).font(font));
    });
}

/// The PIN goes to be checked once it is long enough.
fn enter(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, person: &Person) {
    let size = vec2(ui.available_width(), 1.3 * TARGET);
    let Ok(pin) = Pin::typed(&state.pin) else {
        ui.add_space(size.y + ui.spacing().item_spacing.y);
        return;
    };
    let button = wide_button(ui, cx.t(w::SIGN_IN), Emphasis::Primary, size);
    // Enter presses what has the keyboard; where nothing has it, it does what is usual.
    let nothing_has_keys = ui.memory(|memory| memory.focused().is_none());
    let enter = nothing_has_keys && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if button.clicked() || enter {
        state.pin.clear();
        let operator = person.id.clone();
        cx.orders.command(Command::SignIn { operator, pin });
    }
}
