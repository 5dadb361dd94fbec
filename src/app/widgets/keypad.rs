//! Ten keys for gloved fingers: there is no keyboard on the screen.

use eframe::egui::{Ui, vec2};

use super::button::{Emphasis, wide_button};
use crate::app::theme::{GAP, MM};
use crate::text::Language;

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Key {
    /// A digit.
    Digit(char),
    /// The last digit goes.
    Back,
    /// All digits go.
    Clear,
}

/// The keypad, three columns wide; the physical keyboard's digits and backspace work too.
pub(in crate::app) fn keypad(ui: &mut Ui, language: Language) -> Option<Key> {
    let (back, clear) = (delete(language), clear(language));
    let rows: [[&str; 3]; 4] = [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7", "8", "9"],
        [clear, "0", back],
    ];
    let mut pressed = typed(ui);
    let size = vec2(26.0 * MM, 15.0 * MM);
    ui.spacing_mut().item_spacing = vec2(GAP / 2.0, GAP / 2.0);
    for row in rows {
        ui.horizontal(|ui| {
            for words in row {
                if wide_button(ui, words, Emphasis::Plain, size).clicked() {
                    pressed = Some(match words.chars().next() {
                        Some(digit) if digit.is_ascii_digit() && words.len() == 1 => {
                            Key::Digit(digit)
                        }
                        _ if words == back => Key::Back,
                        _ => Key::Clear,
                    });
                }
            }
        });
    }
    pressed
}

/// Letters and digits of a lot, eight in a row; a physical keyboard's work too.
pub(in crate::app) fn letters(ui: &mut Ui, language: Language, text: &mut String) {
    /// Digits first: most lots have more of them.
    const ROWS: [&str; 5] = ["01234567", "89ABCDEF", "GHIJKLMN", "OPQRSTUV", "WXYZ-"];
    let size = vec2((ui.available_width() - 7.0 * GAP / 2.0) / 8.0, 12.0 * MM);
    ui.spacing_mut().item_spacing = vec2(GAP / 2.0, GAP / 2.0);
    for row in ROWS {
        ui.horizontal(|ui| {
            for letter in row.chars() {
                if wide_button(ui, &letter.to_string(), Emphasis::Plain, size).clicked() {
                    text.push(letter);
                }
            }
            let back = delete(language);
            let wide = vec2(3.0 * size.x + GAP, size.y);
            if row.ends_with('-') && wide_button(ui, back, Emphasis::Plain, wide).clicked() {
                text.pop();
            }
        });
    }
}

/// The key that takes the last one away; not "Back", which leads to another page.
fn delete(language: Language) -> &'static str {
    match language {
        Language::Japanese => "1字消す",
        Language::English => "Delete",
    }
}

fn clear(language: Language) -> &'static str {
    match language {
        Language::Japanese => "全消去",
        Language::English => "Clear",
    }
}

/// What was typed on a physical keyboard.
fn typed(ui: &Ui) -> Option<Key> {
    use eframe::egui::{Event, Key as Physical};
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Text(text) => {
                let digit = text.chars().next().filter(char::is_ascii_digit);
                digit.map(Key::Digit)
            }
            Event::Key {
                key: Physical::Backspace,
                pressed: true,
                ..
            } => Some(Key::Back),
            _ => None,
        })
    })
}
