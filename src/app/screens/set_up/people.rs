//! 担当者: who sits here; another takes over, or who sits here leaves.

use eframe::egui::{RichText, Ui};

use super::Cx;
use super::guides::command;
use super::sign_in::{self, Asks};
use crate::app::theme;
use crate::app::widgets::{Emphasis, Sign, button, chip};
use crate::app::words::{self, set_up as w};
use crate::station::{Command, Person};

/// Who sits here.
pub(super) fn seated<'a>(cx: &Cx<'a>) -> Option<&'a Person> {
    let people = &cx.view.people;
    people.person(people.seated.as_ref()?)
}

/// Draws the page.
pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, state: &mut sign_in::State) {
    let Some(person) = seated(cx) else {
        chip(ui, Sign::Known, cx.t(w::NOBODY_SIGNS_IN));
        ui.label(cx.t(w::EVERYBODY_MAY));
        ui.label(cx.t(w::ADD_PEOPLE));
        command(
            ui,
            "uketsuke operator add admin-01 --name 佐藤 --role administrator",
        );
        return;
    };
    if !state.is_chosen() {
        ui.horizontal(|ui| {
            let words = format!("{}　{}", cx.t(words::OPERATOR), person.name);
            chip(ui, Sign::Good, &words);
            ui.label(cx.says(&person.role.describe()));
            if button(ui, cx.t(words::SIGN_OUT), Emphasis::Danger).clicked() {
                cx.orders.command(Command::SignOut);
            }
        });
        let title = RichText::new(cx.t(w::RELIEF)).font(theme::bold(theme::TEXT));
        ui.label(title);
    }
    sign_in::ask(ui, cx, state, Asks::AnybodyElse);
}
