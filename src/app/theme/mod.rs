//! How the screen looks: colours and type of the Digital Agency's design system, sizes in
//! millimetres.
//!
//! A tablet of 10.1 inches and 16 : 10 is 217.5 mm wide. Sizes are demanded in millimetres: digits
//! of a number at least 8, text at least 5, what is touched at least 12, with gloves on. So a
//! point is a quarter of a millimetre of such a tablet, and a window is drawn as large as it is.

mod fonts;
mod tokens;

use eframe::egui::{self, Color32, CornerRadius, FontId, Stroke, Style, TextStyle, Vec2, vec2};

pub use fonts::{BOLD, bold};

/// Points in a millimetre.
pub const MM: f32 = 4.0;

/// The smallest screen that everything fits, in points: 217 mm × 135 mm.
pub const CANVAS: Vec2 = vec2(868.0, 542.0);

/// Type size of text: a kanji fills 0.92 of it, so 5 mm.
pub const TEXT: f32 = 22.0;

/// Type size of headings.
pub const HEADING: f32 = 28.0;

/// Type size of what has to be seen from a step away.
pub const LARGE: f32 = 38.0;

/// Type size of a voucher's number: a digit fills 0.74 of it, so 8 mm.
pub const DIGITS: f32 = 44.0;

/// The least height and width of what is touched: 12 mm.
pub const TARGET: f32 = 12.0 * MM;

/// Between things that belong together.
pub const GAP: f32 = 2.0 * MM;

/// Rounding of corners.
pub const ROUND: CornerRadius = CornerRadius::same(6);

/// The colours of a state or a button: what it is drawn on, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colours {
    /// The ground.
    pub ground: Color32,
    /// Text and shapes on it: at least 4.5 : 1.
    pub ink: Color32,
    /// The edge.
    pub edge: Color32,
}

/// Paper: where nothing is the matter.
pub const PAPER: Colours = Colours {
    ground: tokens::WHITE,
    ink: tokens::SOLID_GRAY_900,
    edge: tokens::SOLID_GRAY_536,
};

/// The table behind the paper.
pub const TABLE: Color32 = tokens::SOLID_GRAY_50;

/// Small print; 4.5 : 1 on paper and on the table.
pub const MUTED: Color32 = tokens::SOLID_GRAY_700;

/// What a person is asked to do next.
pub const ACTION: Colours = Colours {
    ground: tokens::BLUE_800,
    ink: tokens::WHITE,
    edge: tokens::BLUE_800,
};

/// Recorded.
pub const GOOD: Colours = Colours {
    ground: tokens::GREEN_50,
    ink: tokens::GREEN_900,
    edge: tokens::GREEN_700,
};

/// Known already.
pub const KNOWN: Colours = Colours {
    ground: tokens::BLUE_50,
    ink: tokens::BLUE_900,
    edge: tokens::BLUE_700,
};

/// A person has to look.
pub const ASK: Colours = Colours {
    ground: tokens::YELLOW_50,
    ink: tokens::YELLOW_1100,
    edge: tokens::YELLOW_900,
};

/// It does not go on like this.
pub const STOP: Colours = Colours {
    ground: tokens::RED_50,
    ink: tokens::RED_1000,
    edge: tokens::RED_800,
};

/// Training, so that nobody takes it for the real thing.
pub const TRAINING: Colours = Colours {
    ground: tokens::PURPLE_800,
    ink: tokens::WHITE,
    edge: tokens::PURPLE_800,
};

/// The keyboard's place.
pub const FOCUS: Stroke = Stroke {
    width: 3.0,
    color: tokens::YELLOW_500,
};

/// Makes a window look like this.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.set_theme(egui::Theme::Light);
    ctx.all_styles_mut(restyle);
}

/// The zoom at which `points` × the present zoom show [`CANVAS`]: as large as the window allows.
pub fn zoom(window_points: Vec2, present: f32) -> f32 {
    let fits = (window_points * present) / CANVAS;
    fits.min_elem().max(0.25)
}

fn restyle(style: &mut Style) {
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(TEXT)),
        (TextStyle::Body, FontId::proportional(TEXT)),
        (TextStyle::Button, FontId::new(TEXT, BOLD.clone())),
        (TextStyle::Heading, FontId::new(HEADING, BOLD.clone())),
        (TextStyle::Monospace, FontId::monospace(TEXT)),
    ]
    .into();
    style.spacing.item_spacing = vec2(GAP, GAP);
    style.spacing.button_padding = vec2(3.0 * MM, 1.5 * MM);
    style.spacing.interact_size = vec2(TARGET, TARGET);
    style.spacing.scroll = egui::style::ScrollStyle::solid();
    style.spacing.scroll.bar_width = 6.0 * MM;
    // Nothing moves by itself: it would draw for nothing.
    style.animation_time = 0.0;
    // A gloved finger that slips selects no text.
    style.interaction.selectable_labels = false;
    let visuals = &mut style.visuals;
    visuals.panel_fill = TABLE;
    visuals.window_fill = PAPER.ground;
    visuals.extreme_bg_color = PAPER.ground;
    visuals.override_text_color = Some(PAPER.ink);
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, PAPER.edge);
    visuals.selection.stroke = FOCUS;
    for widget in [
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = ROUND;
        widget.expansion = 0.0;
        widget.bg_fill = PAPER.ground;
        widget.weak_bg_fill = PAPER.ground;
        widget.bg_stroke = Stroke::new(1.5, PAPER.edge);
        widget.fg_stroke = Stroke::new(2.0, PAPER.ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: Color32) -> f32 {
        let linear = |channel: u8| {
            let c = f32::from(channel) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f32 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_stands_out_from_its_ground_as_jis_x_8341_3_wants() {
        for colours in [PAPER, ACTION, GOOD, KNOWN, ASK, STOP, TRAINING] {
            let found = contrast(colours.ink, colours.ground);
            assert!(found >= 4.5, "{colours:?}: {found:.2}");
        }
        for ground in [PAPER.ground, TABLE] {
            assert!(contrast(MUTED, ground) >= 4.5);
        }
    }

    #[test]
    fn every_edge_can_be_told_from_the_table_as_jis_x_8341_3_wants() {
        for colours in [PAPER, ACTION, GOOD, KNOWN, ASK, STOP, TRAINING] {
            let found = contrast(colours.edge, TABLE);
            assert!(found >= 3.0, "{colours:?}: {found:.2}");
        }
    }

    #[test]
    fn the_tablet_shows_the_canvas_at_either_size() {
        for (width, height) in [(1280.0, 800.0), (1920.0, 1200.0)] {
            let zoom = zoom(vec2(width, height), 1.0);
            let shown = vec2(width, height) / zoom;
            assert!(shown.x >= CANVAS.x - 0.1 && shown.y >= CANVAS.y - 0.1);
            assert!(shown.x < CANVAS.x + 2.0);
        }
    }
}
