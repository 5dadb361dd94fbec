//! What the camera sees, with what was found drawn on it.

use std::sync::Arc;

use eframe::egui::{
    Color32, ColorImage, Id, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextureHandle,
    TextureOptions, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::board::Picture;
use crate::app::theme::{self, MM};
use crate::layout::Kind;

/// The picture that is on the graphics card, and which frame it is.
#[derive(Clone)]
struct Uploaded {
    frame: u64,
    texture: TextureHandle,
}

/// Draws the picture as large as `area` allows, with the guide where a voucher's label lies.
pub(in crate::app) fn live_picture(
    ui: &Ui,
    area: Rect,
    picture: Option<&Arc<Picture>>,
    name: &str,
) {
    let painter = ui.painter_at(area);
    painter.rect_filled(area, theme::ROUND, Color32::BLACK);
    if let Some(picture) = picture {
        let shown = fitted(area, picture.size);
        let texture = upload(ui, picture);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture.id(), shown, whole, Color32::WHITE);
        guide(&painter, shown);
        for area in &picture.found {
            let colour = match area.kind {
                Kind::Bars => theme::KNOWN.ground,
                Kind::Qr => theme::ASK.ground,
                _ => theme::GOOD.ground,
            };
            outline(&painter, area.corners.map(|[x, y]| at(shown, x, y)), colour);
        }
    }
    ui.interact(area, Id::unique("live picture"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
}

/// The picture's place in `area`, its proportions kept.
fn fitted(area: Rect, [width, height]: [usize; 2]) -> Rect {
    let size = vec2(width.max(1) as f32, height.max(1) as f32);
    let scale = (area.size() / size).min_elem();
    Rect::from_center_size(area.center(), size * scale)
}

fn at(shown: Rect, x: f32, y: f32) -> Pos2 {
    shown.min + shown.size() * vec2(x, y)
}

/// Where the label should lie: the middle, with room for a hand around it.
fn guide(painter: &Painter, shown: Rect) {
    let place = Rect::from_center_size(shown.center(), shown.size() * 0.86);
    let pen = Stroke::new(1.0, Color32::from_white_alpha(140));
    painter.rect_stroke(place, 2.0 * MM, pen, StrokeKind::Middle);
}

fn outline(painter: &Painter, corners: [Pos2; 4], colour: Color32) {
    // Twice, so that it shows on white paper and on a dark table.
    for (width, colour) in [(5.0, Color32::from_black_alpha(160)), (2.5, colour)] {
        let pen = Stroke::new(width, colour);
        for n in 0..4 {
            painter.line_segment([corners[n], corners[(n + 1) % 4]], pen);
        }
    }
}

/// The picture's texture; a new frame replaces the one before.
fn upload(ui: &Ui, picture: &Picture) -> TextureHandle {
    let id = Id::unique("live picture texture");
    let known: Option<Uploaded> = ui.data(|data| data.get_temp(id));
    if let Some(known) = &known
        && known.frame == picture.frame
    {
        return known.texture.clone();
    }
    let image = ColorImage::from_gray(picture.size, &picture.luma);
    let texture = match known {
        Some(mut known) => {
            known.texture.set(image, TextureOptions::LINEAR);
            known.texture
        }
        None => ui
            .ctx()
            .load_texture("live picture", image, TextureOptions::LINEAR),
    };
    let uploaded = Uploaded {
        frame: picture.frame,
        texture: texture.clone(),
    };
    ui.data_mut(|data| data.insert_temp(id, uploaded));
    texture
}
