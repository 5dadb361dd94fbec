//! 校正: what is so now, and the steps that change it.

use eframe::egui::{Frame, Margin, RichText, ScrollArea, Stroke, Ui};

use super::Cx;
use crate::app::theme::{self, GAP};
use crate::app::widgets::{Sign, chip};
use crate::app::words::{Words, set_up as w};

/// How the mount is calibrated.
pub(super) fn calibration(ui: &mut Ui, cx: &Cx<'_>) {
    ScrollArea::vertical().show(ui, |ui| {
        match &cx.facts.mount {
            Some(file) => {
                let words = format!("{}　{file}", cx.t(w::PROFILE));
                chip(ui, Sign::Good, &words);
            }
            None => {
                chip(ui, Sign::Ask, cx.t(w::NOT_CALIBRATED));
            }
        }
        step(ui, cx, 1, w::LAY_TARGET);
        step(ui, cx, 2, w::RUN_CALIBRATE);
        command(ui, "uketsuke calibrate --camera v4l:0 -o mount.toml");
        step(ui, cx, 3, w::USE_PROFILE);
        command(ui, "uketsuke --mount mount.toml");
    });
}

fn step(ui: &mut Ui, cx: &Cx<'_>, number: u8, words: Words) {
    ui.add_space(GAP);
    ui.label(format!("{number}. {}", cx.t(words)));
}

/// What is typed in a terminal, sign by sign.
pub(super) fn command(ui: &mut Ui, command: &str) {
    let frame = Frame::new()
        .fill(theme::PAPER.ground)
        .stroke(Stroke::new(1.0, theme::PAPER.edge))
        .inner_margin(Margin::same(8));
    frame.show(ui, |ui| ui.label(RichText::new(command).monospace()));
}
