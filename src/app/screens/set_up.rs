//! 設定 Set-up: camera and focus, calibration, enrolment, how everything stands.

use eframe::egui::{RichText, ScrollArea, Ui, vec2};

use super::{Cx, Screen, within};
use crate::app::board::Picture;
use crate::app::checks::{SHARP, checks};
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Sign, chip, live_picture, tabs};
use crate::app::words::{self, Words, set_up as w};
use crate::store::State as Stands;

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Page {
    #[default]
    Camera,
    Calibration,
    Enrolment,
    Standing,
}

/// Which page is open.
#[derive(Default)]
pub(in crate::app) struct State {
    page: Page,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Screen> {
    let pages = [
        (Page::Camera, w::CAMERA),
        (Page::Calibration, w::CALIBRATION),
        (Page::Enrolment, w::ENROLMENT),
        (Page::Standing, w::STANDING),
    ];
    let pages = pages.map(|(page, words)| (page, cx.t(words).to_owned()));
    state.page = tabs(ui, &pages, state.page);
    match state.page {
        Page::Camera => camera(ui, cx),
        Page::Calibration => steps(
            ui,
            cx,
            &[
                w::PRINT_TARGET,
                w::LAY_TARGET,
                w::RUN_CALIBRATE,
                w::USE_PROFILE,
            ],
            "uketsuke calibrate --camera v4l:0 -o mount.toml",
        ),
        Page::Enrolment => enrolment(ui, cx),
        Page::Standing => standing(ui, cx),
    }
    None
}

/// The live picture and its focus meter.
fn camera(ui: &mut Ui, cx: &Cx<'_>) {
    let area = ui.available_rect_before_wrap();
    let (left, right) = area.split_left_right_at_x(area.right() - 72.0 * MM);
    live_picture(
        ui,
        left.with_max_x(left.right() - GAP),
        cx.picture,
        cx.t(w::CAMERA),
    );
    within(ui, right, |ui| {
        let Some(picture) = cx.picture else {
            ui.label(cx.t(words::CAMERA_LOST));
            return;
        };
        let (sign, words) = focus(picture);
        chip(ui, sign, cx.t(words));
        meter(ui, cx.t(w::FOCUS), picture.focus);
        meter(ui, cx.t(w::LIGHT), picture.exposure);
        meter(ui, cx.t(w::GLARE), picture.glare);
        ScrollArea::vertical().show(ui, |ui| {
            for warning in cx.view.warnings.iter().rev() {
                ui.label(cx.says(warning));
            }
        });
    });
}

/// How sharp a picture is; of an empty table nothing can be said.
fn focus(picture: &Picture) -> (Sign, Words) {
    match picture.focus {
        _ if picture.found.is_empty() => (Sign::Waiting, w::LAY_SOMETHING),
        sharp if sharp >= SHARP => (Sign::Good, w::SHARP),
        _ => (Sign::Ask, w::BLURRED),
    }
}

/// A bar with its name and number.
fn meter(ui: &mut Ui, name: &str, share: f32) {
    let share = share.clamp(0.0, 1.0);
    ui.label(format!("{name}　{:.0}", 100.0 * share));
    let size = vec2(ui.available_width(), 5.0 * MM);
    let (area, _) = ui.allocate_exact_size(size, eframe::egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(area, 0.0, theme::PAPER.ground);
    let full = area.with_max_x(area.left() + share * area.width());
    painter.rect_filled(full, 0.0, theme::ACTION.ground);
}

/// Numbered steps, and the command that they need.
fn steps(ui: &mut Ui, cx: &Cx<'_>, steps: &[Words], command: &str) {
    ui.add_space(GAP);
    for (place, step) in steps.iter().enumerate() {
        ui.label(format!("{}. {}", place + 1, cx.t(*step)));
    }
    ui.add_space(GAP);
    ui.label(RichText::new(command).font(theme::bold(theme::TEXT)));
}

fn enrolment(ui: &mut Ui, cx: &Cx<'_>) {
    ui.add_space(GAP);
    match &cx.facts.server {
        Some(server) => {
            chip(ui, Sign::Good, cx.t(w::ENROLLED));
            ui.label(server);
        }
        None => {
            chip(ui, Sign::Ask, cx.t(w::NOT_ENROLLED));
        }
    }
    let command = "uketsuke enrol --server URL --code - --production";
    steps(
        ui,
        cx,
        &[w::GET_CODE, w::RUN_ENROL, w::START_AGAIN],
        command,
    );
}

fn standing(ui: &mut Ui, cx: &Cx<'_>) {
    let line = |ui: &mut Ui, name: Words, value: &str| {
        ui.horizontal(|ui| {
            ui.set_min_height(TARGET * 0.6);
            ui.label(RichText::new(cx.t(name)).color(theme::MUTED));
            ui.label(value);
        });
    };
    ScrollArea::vertical().show(ui, |ui| {
        line(ui, w::STATION, &cx.facts.station.to_string());
        line(ui, w::VERSION, env!("CARGO_PKG_VERSION"));
        let counts = &cx.view.queue.counts;
        for (name, stands) in [
            (words::QUEUED, Stands::Queued),
            (words::SENT, Stands::Acknowledged),
        ] {
            line(ui, name, &counts.get(stands).to_string());
        }
        for check in checks(cx.view, cx.picture.map(AsRef::as_ref), cx.view.machine) {
            chip(ui, check.sign, cx.says(&check.what));
            if check.sign != Sign::Good {
                ui.label(cx.says(&check.remedy));
            }
        }
        line(
            ui,
            w::LICENCES,
            "BIZ UDGothic (SIL OFL 1.1), Digital Agency design tokens (MIT)",
        );
    });
}
