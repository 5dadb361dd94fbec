//! Buttons that a gloved thumb hits.

use eframe::egui::{Button, Response, RichText, Stroke, Ui, Vec2, vec2};

use crate::app::theme::{self, Colours, TARGET};

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Emphasis {
    /// What is usually done next.
    Primary,
    /// What may be done.
    Plain,
    /// What is still to be given.
    Wanted,
    /// What takes something back.
    Danger,
    /// What is on, or off.
    Switch(bool),
}

impl Emphasis {
    pub(super) fn colours(self) -> Colours {
        match self {
            Self::Primary => theme::ACTION,
            Self::Plain | Self::Switch(false) => theme::PAPER,
            Self::Wanted => theme::ASK,
            Self::Danger => theme::STOP,
            Self::Switch(true) => theme::KNOWN,
        }
    }
}

/// A button of at least a target's size, as wide as its words.
pub(in crate::app) fn button(ui: &mut Ui, words: &str, emphasis: Emphasis) -> Response {
    sized(ui, words, emphasis, vec2(2.0 * TARGET, TARGET))
}

/// A button of this size; its words wrap.
pub(in crate::app) fn wide_button(
    ui: &mut Ui,
    words: &str,
    emphasis: Emphasis,
    size: Vec2,
) -> Response {
    ui.add_sized(
        size.max(vec2(TARGET, TARGET)),
        styled(words, emphasis).wrap(),
    )
}

fn sized(ui: &mut Ui, words: &str, emphasis: Emphasis, least: Vec2) -> Response {
    ui.add(styled(words, emphasis).min_size(least))
}

fn styled(words: &str, emphasis: Emphasis) -> Button<'static> {
    let colours = emphasis.colours();
    let width = if matches!(emphasis, Emphasis::Plain) {
        1.5
    } else {
        3.0
    };
    let text = RichText::new(words)
        .font(theme::bold(theme::TEXT))
        .color(colours.ink);
    Button::new(text)
        .fill(colours.ground)
        .stroke(Stroke::new(width, colours.edge))
        .corner_radius(theme::ROUND)
        .selected(false)
}
