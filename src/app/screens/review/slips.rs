//! 番号は後日: slips that wait for their voucher.

use eframe::egui::{Ui, vec2};

use crate::app::screens::{Cx, dose_words};
use crate::app::theme::{self, MM, TARGET};
use crate::app::widgets::{
    Chosen, Emphasis, Question, choose, paint_words, tile, wide_button,
};
use crate::app::words::{self, review as w};
use crate::desk::Input;
use crate::intake::{Slip, SlipNumber};
use crate::voucher::DoseNumber;

/// Doses for which a slip may be given out.
const DOSES: std::ops::RangeInclusive<u8> = 1..=5;

/// Room for a slip's number and dose, in a row.
const NUMBER: f32 = 60.0 * MM;

/// The slips; touching one means that the next voucher is its. Whether one is to be given out.
pub(super) fn list(ui: &mut Ui, cx: &Cx<'_>) -> bool {
    let slips = &cx.view.desk.slips;
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    let give = wide_button(ui, cx.t(w::GIVE_SLIP), Emphasis::Plain, size).clicked();
    if !slips.is_empty() {
        ui.label(cx.t(w::CHOOSE_SLIP));
    }
    for slip in slips {
        row(ui, cx, slip);
    }
    give
}

fn row(ui: &mut Ui, cx: &Cx<'_>, slip: &Slip) {
    let chosen = cx.view.desk.chosen_slip == Some(slip.number);
    let which = format!("{}　{}", slip.number, dose_words(cx, slip.dose));
    let state = if chosen { cx.t(w::NEXT_IS_ITS) } else { "" };
    let size = vec2(ui.available_width(), 1.2 * TARGET);
    let name = format!("{which}　{state}");
    let emphasis = Emphasis::Switch(chosen);
    let pressed = tile(ui, name.trim_end(), emphasis, size, |painter, area, ink| {
        let (left, right) = area.split_left_right_at_x(area.left() + NUMBER);
        paint_words(painter, left, &which, theme::HEADING, ink);
        paint_words(painter, right, state, theme::TEXT, ink);
    });
    if pressed.clicked() {
        let choice: Option<SlipNumber> = (!chosen).then_some(slip.number);
        cx.orders.desk(Input::ChooseSlip(choice));
    }
}

/// Asks which dose it was, and gives a slip out; whether it is still asked.
pub(super) fn give(ui: &mut Ui, cx: &Cx<'_>) -> bool {
    let answer = |dose: u8| Some((dose.to_string(), DoseNumber::new(dose).ok()?));
    let question = Question {
        title: cx.t(w::WHICH_DOSE),
        answers: DOSES.filter_map(answer).collect(),
        never_mind: cx.t(words::CANCEL),
    };
    match choose(ui, question) {
        Chosen::Nothing => return true,
        Chosen::NeverMind => {}
        Chosen::Answer(dose) => cx.orders.desk(Input::IssueSlip(dose)),
    }
    false
}
