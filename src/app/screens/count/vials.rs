//! Vials opened, syringes drawn, doses thrown away: counted by a person, held against the records.

use eframe::egui::{RichText, ScrollArea, Ui, vec2};

use crate::app::screens::reasons::{self, Asked};
use crate::app::screens::{Cx, vaccine, within};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Chosen, Emphasis, Key, Sign, chip, keypad, wide_button};
use crate::app::words::{Words, count as w};
use crate::desk::{DrawnFrom, Input, VialCount, VialKey};
use crate::intake::Reason;

/// The most digits of a count.
const DIGITS: usize = 5;

/// What is counted, and what was typed of it.
#[derive(Default)]
pub(in crate::app) struct State {
    /// Which lot; the last one unless said.
    of: Option<VialKey>,
    counting: Option<(What, String)>,
    /// Doses to be thrown away that still need a reason.
    discarding: Option<(DrawnFrom, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Vials,
    Drawn,
    Discarded(DrawnFrom),
}

impl What {
    const ALL: [Self; 4] = [
        Self::Vials,
        Self::Drawn,
        Self::Discarded(DrawnFrom::Vial),
        Self::Discarded(DrawnFrom::Syringe),
    ];

    fn words(self) -> Words {
        match self {
            Self::Vials => w::OPENED,
            Self::Drawn => w::DRAWN,
            Self::Discarded(DrawnFrom::Vial) => w::DISCARDED_VIAL,
            Self::Discarded(DrawnFrom::Syringe) => w::DISCARDED_SYRINGE,
        }
    }

    fn of(self, count: &VialCount) -> u32 {
        match self {
            Self::Vials => count.vials,
            Self::Drawn => count.drawn,
            Self::Discarded(from) => count.discarded(from),
        }
    }
}

/// Draws the part.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let counts = &cx.view.desk.counts;
    let chosen = |count: &&VialCount| Some(&count.of) == state.of.as_ref();
    let Some(count) = counts.iter().find(chosen).or(counts.last()) else {
        ui.heading(cx.t(w::NO_LOT));
        return;
    };
    if let Some((from, doses)) = state.discarding {
        return discard(ui, cx, state, &count.of, (from, doses));
    }
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.right() - 84.0 * MM);
    within(ui, left.with_max_x(left.right() - 2.0 * GAP), |ui| {
        lots(ui, cx, state, count);
        sums(ui, cx, state, count);
    });
    within(ui, right, |ui| pad(ui, cx, state, count));
}

/// The lots of the day, where there are several.
fn lots(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, count: &VialCount) {
    let title = |of: &VialKey| format!("{}　{}", vaccine::name(cx, &of.product), of.lot);
    if cx.view.desk.counts.len() < 2 {
        ui.heading(title(&count.of));
        return;
    }
    ScrollArea::horizontal().show(ui, |ui| {
        ui.horizontal(|ui| {
            for one in &cx.view.desk.counts {
                let on = Emphasis::Switch(one.of == count.of);
                let size = vec2(40.0 * MM, TARGET);
                if wide_button(ui, one.of.lot.as_str(), on, size).clicked() {
                    state.of = Some(one.of.clone());
                    state.counting = None;
                }
            }
        });
    });
}

/// Each count, to be touched; and whether the sums come out even.
fn sums(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, count: &VialCount) {
    let size = vec2(ui.available_width(), TARGET);
    for what in What::ALL {
        let words = format!("{}　{}", cx.t(what.words()), what.of(count));
        let on = state.counting.as_ref().is_some_and(|(now, _)| *now == what);
        if wide_button(ui, &words, Emphasis::Switch(on), size).clicked() {
            state.counting = Some((what, String::new()));
        }
    }
    ui.label(format!("{}　{}", cx.t(w::RECORDED), count.recorded));
    let sign = if count.is_even() {
        Sign::Good
    } else {
        Sign::Ask
    };
    let words = match count.is_even() {
        true => cx.t(w::EVEN).to_owned(),
        false => difference(cx, count),
    };
    chip(ui, sign, &words);
}

fn difference(cx: &Cx<'_>, count: &VialCount) -> String {
    left(cx, count.left_in_vials(), count.left_in_syringes())
}

/// What is left over or missing, in vials and in syringes.
pub(super) fn left(cx: &Cx<'_>, in_vials: Option<i64>, in_syringes: i64) -> String {
    let part = |words: Words, left: i64| (left != 0).then(|| format!("{} {left:+}", cx.t(words)));
    let vials = in_vials.and_then(|left| part(w::IN_VIALS, left));
    let parts: Vec<_> = vials
        .into_iter()
        .chain(part(w::IN_SYRINGES, in_syringes))
        .collect();
    parts.join("　")
}

/// What is typed, and what it is entered as.
fn pad(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, count: &VialCount) {
    let Some((what, typed)) = &mut state.counting else {
        ui.label(cx.t(w::TOUCH_COUNT));
        return;
    };
    ui.label(
        RichText::new(format!("{}　{typed}_", cx.t(what.words())))
            .font(theme::bold(theme::HEADING)),
    );
    match keypad(ui, cx.language) {
        Some(Key::Digit(digit)) if typed.len() < DIGITS => typed.push(digit),
        Some(Key::Back) => {
            typed.pop();
        }
        Some(Key::Clear) => typed.clear(),
        _ => {}
    }
    let size = vec2(ui.available_width(), TARGET);
    let Ok(n) = typed.parse::<u32>() else {
        return;
    };
    if !wide_button(ui, cx.t(w::ENTER), Emphasis::Primary, size).clicked() {
        return;
    }
    let (vials, drawn) = match what {
        What::Vials => (n, count.drawn),
        What::Drawn => (count.vials, n),
        What::Discarded(from) => {
            state.discarding = Some((*from, n));
            return;
        }
    };
    cx.orders.desk(Input::Counted {
        of: count.of.clone(),
        vials,
        drawn,
    });
    state.counting = None;
}

fn discard(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, of: &VialKey, what: (DrawnFrom, u32)) {
    match reasons::ask(ui, cx, Asked::Discard) {
        Chosen::Nothing => return,
        Chosen::NeverMind => {}
        Chosen::Answer(reason) => give_up(cx, of, what, reason),
    }
    (state.discarding, state.counting) = (None, None);
}

fn give_up(cx: &Cx<'_>, of: &VialKey, (from, doses): (DrawnFrom, u32), reason: Reason) {
    cx.orders.desk(Input::Discarded {
        of: of.clone(),
        doses,
        from,
        reason,
    });
}
