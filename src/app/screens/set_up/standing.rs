//! 状態: what a helper on the telephone asks for.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::Cx;
use crate::app::checks::{Check, checks};
use crate::app::theme;
use crate::app::widgets::{Sign, chip};
use crate::app::words::{self, Words, set_up as w};
use crate::store::State as Stands;

/// What was taken over from others.
const LICENCES: &str = "BIZ UDGothic: SIL OFL 1.1　Digital Agency design tokens: MIT";

fn all(cx: &Cx<'_>) -> Vec<Check> {
    checks(cx.view, cx.picture.map(AsRef::as_ref), cx.view.machine)
}

/// The worst of all checks.
pub(super) fn worst(cx: &Cx<'_>) -> (Sign, Words) {
    let checks = all(cx);
    let any = |sign| checks.iter().any(|check| check.sign == sign);
    match () {
        () if any(Sign::Stop) => (Sign::Stop, w::TO_MEND),
        () if any(Sign::Ask) => (Sign::Ask, w::TO_LOOK_AT),
        () => (Sign::Good, w::ALL_WELL),
    }
}

/// Draws the page.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>) {
    ui.spacing_mut().interact_size.y = 0.0;
    ScrollArea::vertical().show(ui, |ui| {
        let is_good = |check: &Check| check.sign == Sign::Good;
        let (good, other): (Vec<_>, Vec<_>) = all(cx).into_iter().partition(is_good);
        for check in &other {
            chip(ui, check.sign, cx.says(&check.what));
            ui.label(cx.says(&check.remedy));
        }
        ui.horizontal_wrapped(|ui| {
            for check in &good {
                chip(ui, check.sign, cx.says(&check.what));
            }
        });
        line(ui, cx, w::STATION, cx.facts.station.as_str());
        line(ui, cx, w::VERSION, env!("CARGO_PKG_VERSION"));
        line(ui, cx, w::QUEUE, &queue(cx));
        let frame = cx.picture.map(|picture| picture.frame.to_string());
        line(ui, cx, w::FRAMES, frame.as_deref().unwrap_or("0"));
        if let Some(drawing) = cx.drawing {
            let millis = format!("{:.1} ms", drawing.as_secs_f64() * 1e3);
            line(ui, cx, w::DRAWING, &millis);
        }
        if let Some(notice) = &cx.view.notice {
            line(ui, cx, w::LAST_NOTICE, cx.says(&notice.words));
        }
        line(ui, cx, w::LICENCES, LICENCES);
    });
}

/// How many entries stand where.
fn queue(cx: &Cx<'_>) -> String {
    let counts = &cx.view.queue.counts;
    let queued = counts.get(Stands::Queued) + counts.get(Stands::Sending);
    let to_check = counts.get(Stands::Rejected) + counts.get(Stands::Conflict);
    let sent = counts.get(Stands::Acknowledged);
    let all = [
        (words::QUEUED, queued),
        (words::SENT, sent),
        (words::TO_A_PERSON, to_check),
    ];
    all.map(|(words, n)| format!("{} {n}", cx.t(words)))
        .join("　")
}

fn line(ui: &mut Ui, cx: &Cx<'_>, name: Words, value: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(cx.t(name)).color(theme::MUTED));
        ui.label(value);
    });
}
