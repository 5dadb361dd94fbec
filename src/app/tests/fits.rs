//! Whether every text on a screen can be read: whole, inside what it is written on, and not over
//! another one.

use eframe::egui::epaint::ClippedShape;
use eframe::egui::{Rect, Shape};

/// What blurs at an edge without being missed, in points.
const SLACK: f32 = 1.5;

/// A text as it is drawn.
struct Written {
    text: String,
    place: Rect,
    /// Whether words were left out.
    elided: bool,
    /// Outside of it nothing is drawn.
    clip: Rect,
    /// The smallest rectangle below it.
    ground: Option<Rect>,
}

/// What cannot be read of what was drawn on this screen, in words.
pub(super) fn unreadable(shapes: &[ClippedShape], screen: Rect) -> Vec<String> {
    let texts = written(shapes);
    let mut found = Vec::new();
    for (n, one) in texts.iter().enumerate() {
        if !one.clip.intersects(one.place) {
            continue;
        }
        if one.elided {
            found.push(format!("words are left out: {}", one.text));
        }
        // Below its end a list goes on when it is scrolled.
        let sides = Rect::from_x_y_ranges(one.clip.x_range(), screen.y_range());
        if !sides.expand(SLACK).contains_rect(one.place) {
            found.push(format!("cut off: {}", one.text));
        }
        let shown = one.place.intersect(one.clip);
        if (one.ground).is_some_and(|ground| !ground.expand(SLACK).contains_rect(shown)) {
            found.push(format!("larger than what it is written on: {}", one.text));
        }
        let seen = shown.shrink(SLACK);
        let over = |other: &&Written| {
            other
                .place
                .intersect(other.clip)
                .shrink(SLACK)
                .intersects(seen)
        };
        if let Some(other) = texts[n + 1..].iter().find(over) {
            found.push(format!("over each other: {} / {}", one.text, other.text));
        }
    }
    found
}

fn written(shapes: &[ClippedShape]) -> Vec<Written> {
    let (mut texts, mut grounds) = (Vec::<Written>::new(), Vec::new());
    for ClippedShape {
        clip_rect, shape, ..
    } in shapes
    {
        collect(shape, *clip_rect, &mut texts, &mut grounds);
    }
    texts
}

fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<Written>, grounds: &mut Vec<Rect>) {
    match shape {
        Shape::Vec(shapes) => {
            for shape in shapes {
                collect(shape, clip, texts, grounds);
            }
        }
        Shape::Rect(drawn) if drawn.fill.a() > 0 => grounds.push(drawn.rect),
        Shape::Text(drawn) if !drawn.galley.text().trim().is_empty() => {
            let place = drawn.galley.mesh_bounds.translate(drawn.pos.to_vec2());
            let below = grounds
                .iter()
                .filter(|ground| ground.contains(place.center()));
            texts.push(Written {
                text: drawn.galley.text().to_owned(),
                place,
                elided: drawn.galley.elided,
                clip,
                ground: below.copied().min_by(|a, b| a.area().total_cmp(&b.area())),
            });
        }
        _ => {}
    }
}

mod tests {
    use eframe::egui::{CentralPanel, Context, Label, RawInput, Ui, pos2, vec2};

    use super::*;
    use crate::app::theme;

    /// What cannot be read of a small screen.
    fn found(draw: impl Fn(&mut Ui)) -> String {
        let context = Context::default();
        theme::install(&context);
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 300.0));
        let input = || RawInput {
            screen_rect: Some(screen),
            ..RawInput::default()
        };
        // Fonts are laid out from the second frame on.
        let _ = context.run_ui(input(), |ui| {
            CentralPanel::default().show(ui, &draw);
        });
        let output = context.run_ui(input(), |ui| {
            CentralPanel::default().show(ui, &draw);
        });
        unreadable(&output.shapes, screen).join("; ")
    }

    const LONG: &str = "長い言葉が続いて画面の幅を超えても終わらない一行の文章です";

    #[test]
    fn a_text_that_has_room_is_readable() {
        assert_eq!(found(|ui| _ = ui.label("読めます")), "");
        assert_eq!(found(|ui| _ = ui.button("押せます")), "");
    }

    #[test]
    fn a_text_that_is_cut_off_too_large_or_over_another_is_found() {
        let elided = found(|ui| _ = ui.add(Label::new(LONG).truncate()));
        assert!(elided.contains("left out"), "{elided}");
        let cut = found(|ui| _ = ui.add(Label::new(LONG).extend()));
        assert!(cut.contains("cut off"), "{cut}");
        let large = found(|ui| {
            let area = Rect::from_min_size(pos2(20.0, 20.0), vec2(90.0, 30.0));
            ui.painter().rect_filled(area, 0.0, theme::ASK.ground);
            ui.put(area, Label::new("大きすぎる言葉").extend());
        });
        assert!(large.contains("larger"), "{large}");
        let over = found(|ui| {
            for left in [20.0, 40.0] {
                let area = Rect::from_min_size(pos2(left, 20.0), vec2(200.0, 30.0));
                ui.put(area, Label::new("重なる"));
            }
        });
        assert!(over.contains("over each other"), "{over}");
    }
}
