//! 照合・集計 Reconcile and report: vials against doses, the day in figures, the pile laid down again,
//! the close of the day.

mod close;
mod pile;
mod report;
mod vials;

use eframe::egui::Ui;

use super::{Cx, Screen};
use crate::app::widgets::tabs;
use crate::app::words::count as w;

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Vials,
    Report,
    Pile,
    Close,
}

/// Which part is open, and what is half done in it.
#[derive(Default)]
pub(in crate::app) struct State {
    part: Part,
    vials: vials::State,
    report: report::State,
    close: close::State,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let parts = [
        (Part::Vials, w::VIALS),
        (Part::Report, w::REPORT),
        (Part::Pile, w::PILE),
        (Part::Close, w::CLOSE),
    ];
    let parts = parts.map(|(part, words)| (part, cx.t(words).to_owned()));
    state.part = tabs(ui, &parts, state.part);
    match state.part {
        Part::Vials => vials::show(ui, cx, &mut state.vials),
        Part::Report => report::show(ui, cx, &mut state.report),
        Part::Pile => pile::show(ui, cx),
        Part::Close => return close::show(ui, cx, &mut state.close),
    }
    None
}
