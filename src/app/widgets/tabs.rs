//! A row of large switches of which one is on.

use eframe::egui::{Ui, vec2};

use super::button::{Emphasis, wide_button};
use crate::app::theme::{GAP, TARGET};

/// The tabs, equally wide; the one that is on afterwards.
pub(in crate::app) fn tabs<T: Copy + PartialEq>(ui: &mut Ui, tabs: &[(T, String)], on: T) -> T {
    let n = tabs.len().max(1) as f32;
    let size = vec2((ui.available_width() - (n - 1.0) * GAP) / n, TARGET);
    let mut now = on;
    ui.horizontal(|ui| {
        for (tab, words) in tabs {
            if wide_button(ui, words, Emphasis::Switch(*tab == on), size).clicked() {
                now = *tab;
            }
        }
    });
    now
}
