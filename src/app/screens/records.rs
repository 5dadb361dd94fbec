//! 今日の記録: every record of the day, newest first; any of them can be cancelled or get another lot.

use eframe::egui::{ScrollArea, Ui, vec2};

use super::reasons::{self, Asked};
use super::vaccine::{self, choose_lot};
use super::{Cx, Screen, dose_words, time_of, within};
use crate::app::theme::{GAP, MM, TARGET};
use crate::app::widgets::{Chosen, Emphasis, Sign, button, chip, number, wide_button};
use crate::app::words::{self, Words};
use crate::desk::{Change, DayRecord, Input, Standing};
use crate::intake::{Lot, Outcome, ProductId, RecordId};

/// Height of a row.
const ROW: f32 = 1.1 * TARGET;

/// Which record is looked at, and what is being done about it.
#[derive(Default)]
pub(in crate::app) struct State {
    open: Option<RecordId>,
    doing: Doing,
    typing: Option<String>,
}

#[derive(Default)]
enum Doing {
    #[default]
    Looking,
    Cancelling,
    ChoosingLot(ProductId),
    Correcting(ProductId, Lot),
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let records = &cx.view.desk.records;
    let open = (state.open).and_then(|id| records.iter().find(|record| record.record.id == id));
    match open {
        Some(record) => {
            detail(ui, cx, state, record);
            None
        }
        None => list(ui, cx, state),
    }
}

fn list(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let records = &cx.view.desk.records;
    let mut next = None;
    ui.horizontal(|ui| {
        if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
            next = Some(Screen::Reception);
        }
        ui.heading(format!(
            "{}　{} {}",
            cx.t(words::TODAYS_RECORDS),
            records.len(),
            cx.t(words::RECORDS)
        ));
    });
    let height = ui.available_height();
    ScrollArea::vertical()
        .max_height(height)
        .show_rows(ui, ROW, records.len(), |ui, rows| {
            for place in rows {
                let record = &records[records.len() - 1 - place];
                let size = vec2(ui.available_width(), ROW);
                let words = line(cx, record);
                if wide_button(ui, &words, row_emphasis(record), size).clicked() {
                    state.open = Some(record.record.id);
                }
            }
        });
    next
}

/// Time, number, dose, what was given, and how it stands.
fn line(cx: &Cx<'_>, record: &DayRecord) -> String {
    format!(
        "{}　{}　{}　{}　{}",
        time_of(&record.record),
        title(cx, record),
        dose(cx, record),
        given(cx, record),
        cx.t(standing(cx, record).1)
    )
}

fn title(cx: &Cx<'_>, record: &DayRecord) -> String {
    let number = record.record.subject.voucher();
    number.map_or_else(
        || cx.t(words::NUMBER_TO_FOLLOW).to_owned(),
        |number| number.personal().grouped(),
    )
}

fn dose(cx: &Cx<'_>, record: &DayRecord) -> String {
    dose_words(cx, record.record.subject.dose())
}

fn given(cx: &Cx<'_>, record: &DayRecord) -> String {
    match &record.record.outcome {
        Outcome::Given(vaccine) => vaccine.lot.to_string(),
        Outcome::ConsultationOnly => cx.t(words::CONSULTED).to_owned(),
    }
}

/// How a record stands, as sign and word.
fn standing(cx: &Cx<'_>, record: &DayRecord) -> (Sign, Words) {
    let id = record.record.id;
    let changing = |pending: &crate::desk::Pending| pending.entry.record.id == id;
    match record.standing {
        _ if cx.view.desk.pending.iter().any(changing) => (Sign::Busy, words::CHANGING),
        Standing::Cancelled => (Sign::Known, words::CANCELLED),
        Standing::Standing if record.is_open() => (Sign::Ask, words::TO_A_PERSON),
        Standing::Standing => (Sign::Good, words::STANDS),
    }
}

fn row_emphasis(record: &DayRecord) -> Emphasis {
    match record.is_open() {
        true => Emphasis::Wanted,
        false => Emphasis::Plain,
    }
}

fn detail(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, record: &DayRecord) {
    match &state.doing {
        Doing::Cancelling => return cancel(ui, cx, state, record.record.id),
        Doing::ChoosingLot(product) => {
            let product = product.clone();
            return choose(ui, cx, state, product);
        }
        Doing::Correcting(product, lot) => {
            let vaccine = (product.clone(), lot.clone());
            return correct(ui, cx, state, record.record.id, vaccine);
        }
        Doing::Looking => {}
    }
    let area = ui.available_rect_before_wrap();
    let (top, bottom) = area.split_top_bottom_at_y(area.bottom() - TARGET);
    within(ui, top, |ui| {
        match record.record.subject.voucher() {
            Some(voucher) => number(ui, &voucher.grouped()),
            None => ui.heading(cx.t(words::NUMBER_TO_FOLLOW)),
        };
        let (sign, word) = standing(cx, record);
        chip(ui, sign, cx.t(word));
        let what = match &record.record.outcome {
            Outcome::Given(vaccine) => vaccine::name(cx, &vaccine.product).to_owned(),
            Outcome::ConsultationOnly => String::new(),
        };
        ui.label(format!(
            "{}　{}　{what}　{}",
            time_of(&record.record),
            dose(cx, record),
            given(cx, record)
        ));
        ScrollArea::vertical().show(ui, |ui| {
            for finding in &record.findings {
                ui.label(format!(
                    "{} → {}",
                    cx.says(&finding.message),
                    cx.says(&finding.remedy)
                ));
            }
        });
    });
    within(ui, bottom, |ui| actions(ui, cx, state, record));
}

fn actions(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, record: &DayRecord) {
    ui.horizontal(|ui| {
        if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
            state.open = None;
        }
        if record.standing == Standing::Cancelled {
            return;
        }
        if record.is_open() && button(ui, cx.t(words::LEAVE_IT), Emphasis::Plain).clicked() {
            cx.orders.desk(Input::Reviewed(record.record.id));
        }
        if let Outcome::Given(vaccine) = &record.record.outcome
            && button(ui, cx.t(words::CORRECT_LOT), Emphasis::Plain).clicked()
        {
            state.doing = Doing::ChoosingLot(vaccine.product.clone());
        }
        ui.add_space(6.0 * MM);
        if button(ui, cx.t(words::UNDO), Emphasis::Danger).clicked() {
            state.doing = Doing::Cancelling;
        }
    });
}

fn cancel(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, record: RecordId) {
    match reasons::ask(ui, cx, Asked::Cancel) {
        Chosen::Nothing => {}
        Chosen::NeverMind => state.doing = Doing::Looking,
        Chosen::Answer(reason) => {
            cx.orders.desk(Input::Cancel { record, reason });
            state.doing = Doing::Looking;
        }
    }
}

fn choose(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, product: ProductId) {
    if button(ui, cx.t(words::CANCEL), Emphasis::Plain).clicked() {
        state.doing = Doing::Looking;
        return;
    }
    ui.add_space(GAP);
    if let Some(lot) = choose_lot(ui, cx, &product, &mut state.typing) {
        state.doing = Doing::Correcting(product, lot);
        state.typing = None;
    }
}

fn correct(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    record: RecordId,
    vaccine: (ProductId, Lot),
) {
    match reasons::ask(ui, cx, Asked::Correct) {
        Chosen::Nothing => {}
        Chosen::NeverMind => state.doing = Doing::Looking,
        Chosen::Answer(reason) => {
            let change = Change {
                vaccine: Some(vaccine),
                ..Change::default()
            };
            cx.orders.desk(Input::Correct {
                record,
                change,
                reason,
            });
            state.doing = Doing::Looking;
        }
    }
}
