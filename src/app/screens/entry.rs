//! 手入力 Manual entry: a person types the 18 digits; what nothing else stands behind is typed twice,
//! the second time without seeing the first.

use eframe::egui::Role;
use eframe::egui::{
    Align2, Id, Rect, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{Cx, Screen, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Key, Sign, button, keypad, sign_panel, wide_button};
use crate::app::words::{self, entry as w};
use crate::desk::{HandView, Input, Keyed, Target};
use crate::reading::Pattern;
use crate::voucher::{MunicipalityCode, VoucherNumber, municipality};

/// Digits of a number.
const DIGITS: usize = VoucherNumber::LEN;

/// Where the municipality's code stands.
const CODE: std::ops::Range<usize> = 2..8;

/// Digits after which there is a gap.
const GAPS: [usize; 5] = [1, 2, 8, 12, 15];

/// Width of a digit's box: 18 of them and the gaps fill the screen.
const BOX: f32 = 10.5 * MM;

/// Width of the part with the keypad.
const PAD: f32 = 84.0 * MM;

/// What was typed for this voucher.
#[derive(Default)]
pub(in crate::app) struct State {
    typed: Option<(HandView, Typing)>,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let Some(hand) = cx.view.desk.hand else {
        // It was entered, or given up, since this screen was drawn last.
        let was_typing = state.typed.take().is_some();
        return if was_typing {
            Some(Screen::Reception)
        } else {
            choose(ui, cx)
        };
    };
    let fresh = !matches!(&state.typed, Some((known, _)) if *known == hand);
    if fresh {
        state.typed = Some((hand, Typing::new(&hand.prefill)));
    }
    let (_, typing) = state.typed.as_mut()?;
    let area = ui.available_rect_before_wrap();
    let (top, rest) = area.split_top_bottom_at_y(area.top() + 15.0 * MM);
    let (left, right) = rest.split_left_right_at_x(rest.right() - PAD);
    within(ui, top, |ui| boxes(ui, typing));
    within(ui, right, |ui| {
        if let Some(key) = keypad(ui, cx.language) {
            typing.press(key);
        }
    });
    let left = left
        .with_max_x(left.right() - GAP)
        .with_min_y(left.top() + GAP);
    within(ui, left, |ui| beside(ui, cx, hand.second, typing));
    None
}

/// Nobody types yet: whose number it would be.
fn choose(ui: &mut Ui, cx: &Cx<'_>) -> Option<Screen> {
    let desk = &cx.view.desk;
    let unread =
        (desk.table.as_ref()).is_some_and(|table| table.number.is_none() && !table.waiting);
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    ui.heading(cx.t(w::WHOSE));
    if unread && wide_button(ui, cx.t(w::ON_TABLE), Emphasis::Primary, size).clicked() {
        cx.orders.desk(Input::EnterByHand(Target::OnTable));
    }
    if !desk.undecided.is_empty()
        && wide_button(ui, cx.t(w::FROM_LIST), Emphasis::Plain, size).clicked()
    {
        return Some(Screen::Review);
    }
    if !unread && desk.undecided.is_empty() {
        ui.label(cx.t(w::NOTHING_TO_TYPE));
    }
    button(ui, cx.t(words::BACK), Emphasis::Plain)
        .clicked()
        .then_some(Screen::Reception)
}

/// Which entry it is, whose town it is, and what can be done.
fn beside(ui: &mut Ui, cx: &Cx<'_>, second: bool, typing: &Typing) {
    let area = ui.available_rect_before_wrap();
    let (sign, rest) = area.split_top_bottom_at_y(area.top() + 24.0 * MM);
    let (title, below) = match second {
        false => (w::FIRST, w::LOOK_AT_PAPER),
        true => (w::SECOND, w::BLIND),
    };
    sign_panel(ui, sign, Sign::Waiting, cx.t(title), cx.t(below));
    within(ui, rest.with_min_y(rest.top() + GAP), |ui| {
        ui.label(town(cx, typing));
        let size = vec2(ui.available_width(), 1.2 * TARGET);
        match typing.whole() {
            Some(digits) => {
                if wide_button(ui, cx.t(w::ENTER), Emphasis::Primary, size).clicked() {
                    cx.orders.desk(Input::Typed(Keyed(digits)));
                }
            }
            None => {
                let left = format!("{} {}", cx.t(w::STILL), typing.missing());
                ui.label(RichText::new(left).color(theme::MUTED));
            }
        }
        if wide_button(ui, cx.t(words::CANCEL), Emphasis::Plain, size).clicked() {
            cx.orders.desk(Input::StopEntering);
        }
    });
}

/// The municipality that was typed, by name.
fn town(cx: &Cx<'_>, typing: &Typing) -> String {
    let Some(code) = typing.code() else {
        return cx.t(w::TOWN_FOLLOWS).to_owned();
    };
    match municipality(code) {
        Some(town) => format!("{}{}", town.prefecture, town.name),
        None => cx.t(w::NO_TOWN).to_owned(),
    }
}

fn boxes(ui: &mut Ui, typing: &Typing) {
    let area = ui.available_rect_before_wrap();
    let mut left = area.left();
    for place in 0..DIGITS {
        if GAPS.contains(&place) {
            left += 2.5 * MM;
        }
        let place_of_box = Rect::from_min_size(pos2(left, area.top()), vec2(BOX, 13.0 * MM));
        let here = typing.cursor() == Some(place);
        let edge = if here {
            theme::FOCUS
        } else {
            Stroke::new(1.5, theme::PAPER.edge)
        };
        let ground = if typing.given[place] {
            theme::TABLE
        } else {
            theme::PAPER.ground
        };
        ui.painter()
            .rect(place_of_box, theme::ROUND, ground, edge, StrokeKind::Inside);
        if let Some(digit) = typing.digits[place] {
            let font = theme::bold(theme::DIGITS);
            let centre = place_of_box.center();
            ui.painter()
                .text(centre, Align2::CENTER_CENTER, digit, font, theme::PAPER.ink);
        }
        left += BOX + 0.5 * MM;
    }
    let said = typing.said();
    ui.interact(area, Id::unique("typed number"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
}

/// The 18 places as far as they are filled. Pure.
#[derive(Debug, Clone, PartialEq)]
struct Typing {
    digits: [Option<char>; DIGITS],
    /// Undisputed digits, which a person need not type.
    given: [bool; DIGITS],
}

impl Typing {
    fn new(prefill: &Pattern) -> Self {
        let digit = |digit: Option<u8>| digit.map(|digit| char::from(b'0' + digit));
        Self {
            digits: prefill.0.map(digit),
            given: prefill.0.map(|digit| digit.is_some()),
        }
    }

    /// The place that is typed next.
    fn cursor(&self) -> Option<usize> {
        self.digits.iter().position(Option::is_none)
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Digit(digit) => {
                if let Some(place) = self.cursor() {
                    self.digits[place] = Some(digit);
                }
            }
            Key::Back => {
                let typed = |place: &usize| !self.given[*place] && self.digits[*place].is_some();
                if let Some(place) = (0..DIGITS).rev().find(typed) {
                    self.digits[place] = None;
                }
            }
            Key::Clear => {
                for place in 0..DIGITS {
                    if !self.given[place] {
                        self.digits[place] = None;
                    }
                }
            }
        }
    }

    fn missing(&self) -> usize {
        self.digits.iter().filter(|digit| digit.is_none()).count()
    }

    /// All 18 digits.
    fn whole(&self) -> Option<String> {
        self.digits.iter().copied().collect()
    }

    fn code(&self) -> Option<MunicipalityCode> {
        let code: Option<String> = self.digits[CODE].iter().copied().collect();
        code?.parse().ok()
    }

    /// As a screen reader says it.
    fn said(&self) -> String {
        let digit = |digit: &Option<char>| digit.unwrap_or('_');
        self.digits.iter().map(digit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_blanks() -> Typing {
        let mut pattern = Pattern([2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8].map(Some));
        pattern.0[4] = None;
        pattern.0[16] = None;
        Typing::new(&pattern)
    }

    #[test]
    fn only_the_blanks_are_typed_and_only_they_are_cleared() {
        let mut typing = with_blanks();
        assert_eq!((typing.cursor(), typing.missing()), (Some(4), 2));
        typing.press(Key::Digit('1'));
        typing.press(Key::Digit('7'));
        assert_eq!(typing.whole().as_deref(), Some("211310160012345678"));
        typing.press(Key::Back);
        assert_eq!(typing.cursor(), Some(16));
        typing.press(Key::Clear);
        assert_eq!(typing, with_blanks());
    }

    #[test]
    fn a_digit_too_many_goes_nowhere() {
        let mut typing = with_blanks();
        "1799"
            .chars()
            .for_each(|digit| typing.press(Key::Digit(digit)));
        assert_eq!(typing.whole().as_deref(), Some("211310160012345678"));
    }

    #[test]
    fn the_municipality_is_known_once_its_six_digits_are() {
        let mut typing = with_blanks();
        assert_eq!(typing.code(), None);
        typing.press(Key::Digit('1'));
        assert_eq!(typing.code(), "131016".parse().ok());
    }
}
