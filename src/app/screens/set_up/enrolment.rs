//! 端末の登録: the station is made known to a server, by its address and a code that works once.

use eframe::egui::{Align2, Label, RichText, ScrollArea, TextEdit, Ui, vec2};
use zeroize::Zeroizing;

use super::{Cx, within};
use crate::app::board::EnrolmentState;
use crate::app::theme::{self, GAP, MM, TARGET};
use crate::app::widgets::{Emphasis, Sign, chip, wide_button};
use crate::app::words::{Words, set_up as w};
use crate::station::{Command, Enrolling};

/// Width of a field's name.
const NAME: f32 = 60.0 * MM;

/// What is typed.
#[derive(Default)]
pub(super) struct State {
    server: String,
    code: Zeroizing<String>,
    authenticator: Zeroizing<String>,
}

impl State {
    /// What is asked for; `None` while something is missing.
    fn asked(&self, signs_in: bool) -> Option<Enrolling> {
        let given = |text: &str| !text.trim().is_empty();
        let complete = given(&self.server) && given(&self.code);
        let complete = complete && (!signs_in || given(&self.authenticator));
        complete.then(|| Enrolling {
            server: self.server.trim().to_owned(),
            code: Zeroizing::new(self.code.trim().to_owned()),
            authenticator: signs_in.then(|| Zeroizing::new(self.authenticator.trim().to_owned())),
        })
    }
}

/// Draws the page.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let area = ui.available_rect_before_wrap();
    let (above, foot) = area.split_top_bottom_at_y(area.bottom() - TARGET);
    let signs_in = !cx.view.people.list.is_empty();
    within(ui, above.with_max_y(above.bottom() - GAP), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            standing(ui, cx);
            field(ui, cx, w::SERVER, &mut state.server, false);
            field(ui, cx, w::CODE, &mut state.code, true);
            if signs_in {
                field(ui, cx, w::AUTHENTICATOR, &mut state.authenticator, true);
            }
            ui.label(RichText::new(cx.t(w::CODE_ONCE)).color(theme::MUTED));
        });
    });
    let asked = (state.asked(signs_in)).filter(|_| cx.enrolment != Some(EnrolmentState::Asking));
    within(ui, foot, |ui| {
        let Some(asked) = asked else { return };
        let size = vec2(ui.available_width(), TARGET);
        if wide_button(ui, cx.t(w::ENROL), Emphasis::Primary, size).clicked() {
            cx.orders.command(Command::Enrol(asked));
            // Neither works twice.
            (state.code, state.authenticator) = Default::default();
        }
    });
}

/// How it stands: what came of the last attempt, or how it was when the window opened.
fn standing(ui: &mut Ui, cx: &Cx<'_>) {
    let (sign, word, more) = match (&cx.enrolment, &cx.facts.server) {
        (Some(EnrolmentState::Asking), _) => (Sign::Busy, w::ASKING, ""),
        (Some(EnrolmentState::Enrolled(server)), _) => (Sign::Good, w::ENROLLED, server.as_str()),
        (Some(EnrolmentState::EnrolledAnew), _) => (Sign::Good, w::ENROLLED, cx.t(w::START_AGAIN)),
        (Some(EnrolmentState::Failed(why)), _) => (Sign::Stop, w::NOT_ENROLLED, cx.says(why)),
        (None, Some(server)) => (Sign::Good, w::ENROLLED, server.as_str()),
        (None, None) => (Sign::Ask, w::NOT_ENROLLED, cx.t(w::RECORDS_ALL_THE_SAME)),
    };
    chip(ui, sign, cx.t(word));
    ui.add(Label::new(more).wrap());
}

/// A name, and what is typed beside it on a keyboard.
fn field(ui: &mut Ui, cx: &Cx<'_>, name: Words, text: &mut String, hidden: bool) {
    ui.horizontal(|ui| {
        let label = ui
            .scope(|ui| {
                ui.set_min_width(NAME);
                ui.label(cx.t(name))
            })
            .inner;
        let field = TextEdit::singleline(text)
            .password(hidden)
            .desired_width(ui.available_width())
            .font(theme::bold(theme::TEXT))
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(0.0, TARGET));
        ui.add(field).labelled_by(label.id);
    });
}
