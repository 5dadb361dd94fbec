//! Paints what egui draws into a picture, on the processor: snapshots need no graphics card, and
//! are the same on every machine.

use std::collections::HashMap;

use eframe::egui::epaint::{ImageDelta, Mesh, Primitive, Vertex};
use eframe::egui::{ColorImage, Context, FullOutput, Rect, TextureId, TexturesDelta, vec2};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};

/// Textures, and nothing else.
#[derive(Default)]
pub(super) struct Painter {
    textures: HashMap<TextureId, ColorImage>,
}

impl TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, changes) in std::mem::take(&mut delta.set) {
            for change in changes {
                self.change(id, change);
            }
        }
        for id in std::mem::take(&mut delta.free) {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let white = Rgba([255; 4]);
        let mut picture =
            RgbaImage::from_pixel(size.x.round() as u32, size.y.round() as u32, white);
        for drawn in ctx.tessellate(output.shapes.clone(), scale) {
            if let Primitive::Mesh(mesh) = drawn.primitive {
                let clip = Rect::from_min_max(
                    (drawn.clip_rect.min * scale).round(),
                    (drawn.clip_rect.max * scale).round(),
                );
                self.paint(&mut picture, &mesh, clip, scale)?;
            }
        }
        Ok(picture)
    }
}

impl Painter {
    fn change(&mut self, id: TextureId, change: ImageDelta) {
        let eframe::egui::ImageData::Color(image) = change.image;
        let Some([left, top]) = change.pos else {
            self.textures.insert(id, (*image).clone());
            return;
        };
        let Some(whole) = self.textures.get_mut(&id) else {
            return;
        };
        let [width, height] = image.size;
        for y in 0..height {
            for x in 0..width {
                whole[(left + x, top + y)] = image[(x, y)];
            }
        }
    }

    fn paint(
        &self,
        picture: &mut RgbaImage,
        mesh: &Mesh,
        clip: Rect,
        scale: f32,
    ) -> Result<(), String> {
        let texture = self.textures.get(&mesh.texture_id);
        let texture = texture.ok_or("a texture is missing")?;
        for corners in mesh.indices.chunks_exact(3) {
            let corner = |n: usize| {
                let vertex = mesh.vertices[corners[n] as usize];
                Vertex {
                    pos: (vertex.pos.to_vec2() * scale).to_pos2(),
                    ..vertex
                }
            };
            triangle(picture, texture, [corner(0), corner(1), corner(2)], clip);
        }
        Ok(())
    }
}

/// Twice the area of a triangle, negative when it turns the other way.
fn area(a: eframe::egui::Pos2, b: eframe::egui::Pos2, c: eframe::egui::Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn triangle(picture: &mut RgbaImage, texture: &ColorImage, mut v: [Vertex; 3], clip: Rect) {
    let mut whole = area(v[0].pos, v[1].pos, v[2].pos);
    if whole == 0.0 {
        return;
    }
    if whole < 0.0 {
        v.swap(1, 2);
        whole = -whole;
    }
    let reach = Rect::from_points(&[v[0].pos, v[1].pos, v[2].pos]).intersect(clip);
    let size = Rect::from_min_size(
        eframe::egui::Pos2::ZERO,
        vec2(picture.width() as f32, picture.height() as f32),
    );
    let reach = reach.intersect(size);
    if !reach.is_positive() {
        return;
    }
    // A pixel on a common edge belongs to one of the two triangles: the one below or to the right.
    let owns = |from: Vertex, to: Vertex| {
        let along = to.pos - from.pos;
        along.y < 0.0 || (along.y == 0.0 && along.x > 0.0)
    };
    let edges = [owns(v[1], v[2]), owns(v[2], v[0]), owns(v[0], v[1])];
    for y in reach.min.y.floor() as u32..(reach.max.y.ceil() as u32).min(picture.height()) {
        for x in reach.min.x.floor() as u32..(reach.max.x.ceil() as u32).min(picture.width()) {
            let at = eframe::egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
            if !clip.contains(at) {
                continue;
            }
            let shares = [
                area(v[1].pos, v[2].pos, at),
                area(v[2].pos, v[0].pos, at),
                area(v[0].pos, v[1].pos, at),
            ];
            let inside = |n: usize| shares[n] > 0.0 || (shares[n] == 0.0 && edges[n]);
            if inside(0) && inside(1) && inside(2) {
                blend(
                    picture.get_pixel_mut(x, y),
                    shade(texture, &v, shares.map(|s| s / whole)),
                );
            }
        }
    }
}

/// The colour at a place of a triangle: its vertices' colour, times the texture's.
fn shade(texture: &ColorImage, v: &[Vertex; 3], shares: [f32; 3]) -> [f32; 4] {
    let mix = |part: &dyn Fn(&Vertex) -> f32| {
        part(&v[0]) * shares[0] + part(&v[1]) * shares[1] + part(&v[2]) * shares[2]
    };
    let texel = sample(texture, mix(&|v| v.uv.x), mix(&|v| v.uv.y));
    let mut colour = [0.0; 4];
    for (n, channel) in colour.iter_mut().enumerate() {
        *channel = mix(&|v| f32::from(v.color.to_array()[n])) * texel[n] / 255.0;
    }
    colour
}

/// The texture between its four nearest texels.
fn sample(texture: &ColorImage, u: f32, v: f32) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right, below) = (x - left, y - top);
    let texel = |x: f32, y: f32| {
        let x = (x.max(0.0) as usize).min(width - 1);
        let y = (y.max(0.0) as usize).min(height - 1);
        texture[(x, y)].to_array().map(f32::from)
    };
    let four = [
        (texel(left, top), (1.0 - right) * (1.0 - below)),
        (texel(left + 1.0, top), right * (1.0 - below)),
        (texel(left, top + 1.0), (1.0 - right) * below),
        (texel(left + 1.0, top + 1.0), right * below),
    ];
    let mut mixed = [0.0; 4];
    for (colour, share) in four {
        for (sum, part) in mixed.iter_mut().zip(colour) {
            *sum += part * share;
        }
    }
    mixed
}

/// Lays a premultiplied colour over a pixel, in the space that egui blends in.
fn blend(pixel: &mut Rgba<u8>, colour: [f32; 4]) {
    let through = 1.0 - colour[3] / 255.0;
    for (under, over) in pixel.0.iter_mut().zip(colour) {
        let mixed = over + f32::from(*under) * through;
        *under = mixed.round().clamp(0.0, 255.0) as u8;
    }
}
