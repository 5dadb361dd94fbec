//! One question at a time, over the whole screen: a few large answers, and a way out.

use eframe::egui::{Ui, vec2};

use super::button::{Emphasis, wide_button};
use crate::app::theme::{GAP, TARGET};

/// A question with its answers.
pub(in crate::app) struct Question<'a, T> {
    /// What is asked.
    pub title: &'a str,
    /// Each answer in words, and what it stands for.
    pub answers: Vec<(String, T)>,
    /// The way out.
    pub never_mind: &'a str,
}

/// What came of it.
pub(in crate::app) enum Chosen<T> {
    /// Not answered yet.
    Nothing,
    /// This answer.
    Answer(T),
    /// No answer after all.
    NeverMind,
}

/// Asks; two answers in a row.
pub(in crate::app) fn choose<T>(ui: &mut Ui, question: Question<'_, T>) -> Chosen<T> {
    ui.heading(question.title);
    ui.add_space(GAP);
    let size = vec2((ui.available_width() - GAP) / 2.0, TARGET * 1.25);
    let mut chosen = Chosen::Nothing;
    let mut answers = question.answers.into_iter().peekable();
    while answers.peek().is_some() {
        ui.horizontal(|ui| {
            for (words, answer) in answers.by_ref().take(2) {
                if wide_button(ui, &words, Emphasis::Plain, size).clicked() {
                    chosen = Chosen::Answer(answer);
                }
            }
        });
    }
    ui.add_space(GAP);
    if wide_button(ui, question.never_mind, Emphasis::Plain, size).clicked() {
        chosen = Chosen::NeverMind;
    }
    chosen
}
