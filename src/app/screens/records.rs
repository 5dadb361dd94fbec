//! Being written.

use eframe::egui::Ui;

use super::{Cx, Screen};

/// What the screen remembers from one drawing to the next.
#[derive(Default)]
pub(in crate::app) struct State {}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let _ = (ui, cx, state);
    None
}
