//! 照合: the pile is laid down again, sheet by sheet; what has a record says so.

use eframe::egui::{RichText, Ui};

use crate::app::screens::Cx;
use crate::app::theme::{self, GAP, MM};
use crate::app::widgets::{Sign, number, sign_panel};
use crate::app::words::{self, count as w};
use crate::desk::Ending;

/// Draws the part.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>) {
    let area = ui.available_rect_before_wrap();
    let (sign, rest) = area.split_top_bottom_at_y(area.top() + 28.0 * MM);
    let table = cx.view.desk.table.as_ref();
    let (state, title) = match table.map(|table| table.ending) {
        None => (Sign::Waiting, w::LAY_AGAIN),
        Some(Some(Ending::AlreadyRecorded)) => (Sign::Good, w::HAS_RECORD),
        Some(Some(Ending::Recorded(_))) => (Sign::Ask, w::HAD_NONE),
        Some(_) => (Sign::Busy, words::READING),
    };
    sign_panel(ui, sign, state, cx.t(title), "");
    super::super::within(ui, rest.with_min_y(rest.top() + GAP), |ui| {
        if let Some(voucher) = table.and_then(|table| table.number) {
            number(ui, &voucher.grouped());
        }
        ui.add_space(GAP);
        ui.label(cx.t(w::SEVERAL));
        ui.label(RichText::new("uketsuke day-file … ").color(theme::MUTED));
        ui.label(RichText::new("uketsuke reconcile …").color(theme::MUTED));
    });
}
