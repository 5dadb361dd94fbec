//! 設定 Set-up: how each part of the station stands, and a page for each of them.

mod camera;
mod enrolment;
mod guides;
mod people;
mod standing;

use eframe::egui::{Color32, Painter, Rect, Ui, vec2};

use super::sign_in;
use super::{Cx, Wish, within};
use crate::app::board::EnrolmentState;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::view::CameraState;
use crate::app::widgets::{Emphasis, Sign, button, paint_shape, paint_words, tile, wide_button};
use crate::app::words::{self, Words, set_up as w};
use crate::text::Language;

/// A part of the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Camera,
    Calibration,
    Enrolment,
    People,
    Language,
    Standing,
}

impl Page {
    const ALL: [Self; 6] = [
        Self::Camera,
        Self::Calibration,
        Self::Enrolment,
        Self::People,
        Self::Language,
        Self::Standing,
    ];

    fn title(self) -> Words {
        match self {
            Self::Camera => w::CAMERA,
            Self::Calibration => w::CALIBRATION,
            Self::Enrolment => w::ENROLMENT,
            Self::People => w::PEOPLE,
            Self::Language => w::LANGUAGE,
            Self::Standing => w::STANDING,
        }
    }
}

/// Which page is open, and what was typed there.
#[derive(Default)]
pub(in crate::app) struct State {
    page: Option<Page>,
    sign_in: sign_in::State,
    enrolment: enrolment::State,
}

/// Draws the screen.
pub(in crate::app) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> Option<Wish> {
    let Some(page) = state.page else {
        state.page = overview(ui, cx);
        return None;
    };
    // A person who types a PIN has a way back of their own.
    if !state.sign_in.is_chosen() {
        ui.horizontal(|ui| {
            if button(ui, cx.t(words::BACK), Emphasis::Plain).clicked() {
                *state = State::default();
            }
            ui.heading(cx.t(page.title()));
        });
    }
    let mut wish = None;
    let area = ui.available_rect_before_wrap();
    within(ui, area, |ui| match page {
        Page::Camera => camera::show(ui, cx),
        Page::Calibration => guides::calibration(ui, cx),
        Page::Enrolment => enrolment::show(ui, cx, &mut state.enrolment),
        Page::People => people::show(ui, cx, &mut state.sign_in),
        Page::Language => wish = language(ui, cx),
        Page::Standing => standing::show(ui, cx),
    });
    wish
}

/// A tile for each part; the one that was touched.
fn overview(ui: &mut Ui, cx: &Cx<'_>) -> Option<Page> {
    let area = ui.available_rect_before_wrap();
    let size = vec2(
        (area.width() - 2.0 * GAP) / 3.0,
        (area.height() - GAP) / 2.0,
    );
    let mut touched = None;
    for row in Page::ALL.chunks(3) {
        ui.horizontal(|ui| {
            for page in row {
                let title = cx.t(page.title());
                let (sign, stands) = stands(cx, *page);
                let name = format!("{title}　{stands}");
                let paint = |painter: &Painter, inside: Rect, ink: Color32| {
                    paint_part(painter, inside, (title, ink), (sign, &stands));
                };
                if tile(ui, &name, Emphasis::Plain, size, paint).clicked() {
                    touched = Some(*page);
                }
            }
        });
    }
    touched
}

/// The part's name, and below it how it stands.
fn paint_part(
    painter: &Painter,
    inside: Rect,
    (title, ink): (&str, Color32),
    (sign, stands): (Sign, &str),
) {
    let middle = inside.shrink2(vec2(0.0, 0.15 * inside.height()));
    let (top, below) = middle.split_top_bottom_at_fraction(0.5);
    paint_words(painter, top, title, theme::HEADING, ink);
    let (place, text) = below.split_left_right_at_x(below.left() + 9.0 * MM);
    let colours = sign.colours();
    let place = Rect::from_center_size(place.center() - vec2(MM, 0.0), vec2(7.0, 7.0) * MM);
    paint_shape(painter, place, sign.shape(), colours.edge, colours.ground);
    paint_words(painter, text, stands, theme::TEXT, ink);
}

/// How a part stands, in few words.
fn stands(cx: &Cx<'_>, page: Page) -> (Sign, String) {
    let facts = cx.facts;
    let (sign, words) = match page {
        Page::Camera => match &cx.view.camera {
            CameraState::Lost(_) | CameraState::Failed(_) => (Sign::Stop, words::CAMERA_LOST),
            CameraState::Starting => (Sign::Busy, words::STARTING),
            CameraState::Looking => camera::focus(cx.picture.map(AsRef::as_ref)),
        },
        Page::Calibration => match &facts.mount {
            Some(file) => return (Sign::Good, file.clone()),
            None => (Sign::Ask, w::NOT_CALIBRATED),
        },
        Page::Enrolment => match (&cx.enrolment, &facts.server) {
            (Some(EnrolmentState::Enrolled(_) | EnrolmentState::EnrolledAnew), _)
            | (_, Some(_)) => (Sign::Good, w::ENROLLED),
            _ => (Sign::Ask, w::NOT_ENROLLED),
        },
        Page::People => match people::seated(cx) {
            Some(person) => return (Sign::Good, person.name.to_string()),
            None => (Sign::Known, w::NOBODY_SIGNS_IN),
        },
        Page::Language => (Sign::Known, w::THIS_LANGUAGE),
        Page::Standing => standing::worst(cx),
    };
    (sign, cx.t(words).to_owned())
}

fn language(ui: &mut Ui, cx: &Cx<'_>) -> Option<Wish> {
    let languages = [
        (Language::Japanese, "日本語"),
        (Language::English, "English"),
    ];
    let size = vec2((ui.available_width() - GAP) / 2.0, 2.0 * TARGET);
    let mut wish = None;
    ui.horizontal(|ui| {
        for (language, name) in languages {
            let on = Emphasis::Switch(language == cx.language);
            if wide_button(ui, name, on, size).clicked() {
                wish = Some(Wish::Speak(language));
            }
        }
    });
    wish
}
