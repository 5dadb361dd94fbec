//! 手入力 Manual entry: a person types the 18 digits; what nothing else stands behind is typed twice,
//! the second time without seeing the first.

mod typing;

use eframe::egui::{
    Align2, Direction, Id, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use self::typing::{DIGITS, Typing};
use super::{Cx, Screen, review, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Sign, button, chip, keypad, sign_panel, wide_button};
use crate::app::words::{self, entry as w};
use crate::desk::{HandView, Input, Keyed, OnTable, Target};
use crate::voucher::municipality;

/// Places before which there is a gap.
const GAPS: [usize; 5] = [1, 2, 8, 12, 15];

/// Width of a digit's box: 18 of them and the gaps fill the screen.
const BOX: f32 = 10.5 * MM;

/// Width of the part with the keypad.
const PAD: f32 = 84.0 * MM;

/// Height of the buttons.
const BUTTON: f32 = 1.2 * TARGET;

/// Height of the keypad.
const KEYPAD: f32 = 4.0 * 15.0 * MM + 3.0 * GAP / 2.0;

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
    let typing = match state.typed.take() {
        Some((before, typing)) if goes_on(&before, &hand) => typing,
        _ => Typing::new(&hand.prefill),
    };
    let (_, typing) = state.typed.insert((hand, typing));
    let area = ui.available_rect_before_wrap();
    let (top, rest) = area.split_top_bottom_at_y(area.top() + 15.0 * MM);
    let (left, right) = rest.split_left_right_at_x(rest.right() - PAD);
    within(ui, top, |ui| boxes(ui, typing));
    within(ui, right, |ui| {
        if let Some(key) = keypad(ui, cx.language) {
            typing.press(key);
        }
    });
    let left = left.with_max_x(left.right() - GAP);
    let (above, buttons) = left.split_top_bottom_at_y(right.top() + KEYPAD - BUTTON);
    within(ui, above, |ui| beside(ui, cx, &hand, typing));
    within(ui, buttons, |ui| finish(ui, cx, &hand, typing));
    None
}

/// Whether the same entry of the same voucher goes on. A person may take the paper up to read it:
/// then it is no longer on the table, and the same one all the same.
fn goes_on(before: &HandView, now: &HandView) -> bool {
    let taken_up = matches!(
        (before.target, now.target),
        (Target::OnTable, Target::Undecided(_))
    );
    (before.prefill, before.second) == (now.prefill, now.second)
        && (taken_up || before.target == now.target)
}

/// Nobody types yet: whose number it would be.
fn choose(ui: &mut Ui, cx: &Cx<'_>) -> Option<Screen> {
    let desk = &cx.view.desk;
    let unread = |table: &OnTable| {
        table.number.is_none() && !table.waiting && table.ending.is_none()
    };
    let on_table = desk.table.as_ref().is_some_and(unread);
    let undecided = desk.undecided.iter();
    let undecided: Vec<_> = undecided
        .filter(|one| review::can_be_typed(one, desk))
        .collect();
    let mut next = None;
    ui.horizontal(|ui| {
        if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
            next = Some(Screen::Reception);
        }
        if on_table || !undecided.is_empty() {
            ui.heading(cx.t(w::WHOSE));
        }
    });
    if !on_table && undecided.is_empty() {
        let area = ui.available_rect_before_wrap();
        let (sign, _) = area.split_top_bottom_at_y(area.top() + 34.0 * MM);
        let (title, below) = (cx.t(w::NOTHING_TO_TYPE), cx.t(w::LAY_IT_DOWN));
        sign_panel(ui, sign, Sign::Known, title, below);
        return next;
    }
    ScrollArea::vertical().show(ui, |ui| {
        let size = vec2(ui.available_width(), BUTTON);
        if on_table && wide_button(ui, cx.t(w::ON_TABLE), Emphasis::Primary, size).clicked() {
            cx.orders.desk(Input::EnterByHand(Target::OnTable));
        }
        for one in undecided {
            let known = review::known(cx, &one.known);
            let words = format!("{}　{known}", cx.t(words::UNDECIDED_COUNT));
            if wide_button(ui, &words, Emphasis::Plain, size).clicked() {
                cx.orders.desk(Input::EnterByHand(Target::Undecided(one.id)));
            }
        }
    });
    next
}

/// Which entry it is, of which voucher, and whose town it is.
fn beside(ui: &mut Ui, cx: &Cx<'_>, hand: &HandView, typing: &Typing) {
    let area = ui.available_rect_before_wrap();
    let (sign, rest) = area.split_top_bottom_at_y(area.top() + 22.0 * MM);
    let (look, title, below) = match hand.second {
        false => (Sign::Waiting, w::FIRST, w::LOOK_AT_PAPER),
        true => (Sign::Known, w::SECOND, w::BLIND),
    };
    sign_panel(ui, sign, look, cx.t(title), cx.t(below));
    within(ui, rest.with_min_y(rest.top() + GAP), |ui| {
        town(ui, cx, typing);
        if hand.target != Target::OnTable {
            ui.label(cx.t(w::NOT_ON_TABLE));
        }
    });
}

/// The ways out; they do not move while digits come and go.
fn finish(ui: &mut Ui, cx: &Cx<'_>, hand: &HandView, typing: &mut Typing) {
    let area = ui.max_rect();
    let (left, right) = area.split_left_right_at_fraction(0.4);
    let left = left.with_max_x(left.right() - GAP);
    within(ui, left, |ui| {
        if wide_button(ui, cx.t(words::CANCEL), Emphasis::Plain, left.size()).clicked() {
            cx.orders.desk(Input::StopEntering);
        }
    });
    within(ui, right, |ui| match typing.whole() {
        None => {
            let left = format!("{} {}", cx.t(w::STILL), typing.missing());
            let centred = Layout::centered_and_justified(Direction::TopDown);
            ui.with_layout(centred, |ui| ui.label(RichText::new(left).color(theme::MUTED)));
        }
        Some(digits) => {
            if wide_button(ui, cx.t(w::ENTER), Emphasis::Primary, right.size()).clicked() {
                cx.orders.desk(Input::Typed(Keyed(digits)));
                // A second touch at once would be a second entry of what still stands there.
                *typing = Typing::new(&hand.prefill);
            }
        }
    });
}

/// The municipality that was typed, by name.
fn town(ui: &mut Ui, cx: &Cx<'_>, typing: &Typing) {
    let Some(code) = typing.code() else {
        ui.label(RichText::new(cx.t(w::TOWN_FOLLOWS)).color(theme::MUTED));
        return;
    };
    match municipality(code) {
        Some(town) => chip(
            ui,
            Sign::Good,
            &format!("{}{}", town.prefecture, town.name),
        ),
        None => chip(ui, Sign::Ask, cx.t(w::NO_TOWN)),
    };
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
        let ground = if typing.is_given(place) {
            theme::TABLE
        } else {
            theme::PAPER.ground
        };
        ui.painter()
            .rect(place_of_box, theme::ROUND, ground, edge, StrokeKind::Inside);
        if let Some(digit) = typing.digit(place) {
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
