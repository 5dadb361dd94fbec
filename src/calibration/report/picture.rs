//! The picture that was measured, with what was found drawn into it.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, Rgb, RgbImage};
use imageproc::drawing::{draw_hollow_circle_mut, draw_hollow_rect_mut, draw_line_segment_mut};
use imageproc::rect::Rect;

use super::super::measure::Calibration;
use crate::optics::Point;

/// Pixels across.
const WIDTH: u32 = 960;
/// Good enough for eyes.
const JPEG_QUALITY: u8 = 82;

const USED: Rgb<u8> = Rgb([30, 180, 90]);
const LEFT_OUT: Rgb<u8> = Rgb([220, 40, 30]);
const REGION: Rgb<u8> = Rgb([40, 110, 230]);

/// The frame with its corners and the usable region, as a JPEG; `None` when it cannot be made.
pub(super) fn corners(calibration: &Calibration) -> Option<Vec<u8>> {
    let luma = &*calibration.frame.luma;
    let scale = WIDTH as f32 / luma.width() as f32;
    let height = ((luma.height() as f32 * scale) as u32).max(1);
    let small = imageops::resize(luma, WIDTH, height, FilterType::Triangle);
    let mut picture = DynamicImage::ImageLuma8(small).into_rgb8();
    for (seen, _) in &calibration.fit.residuals {
        cross(&mut picture, scaled(seen.at, scale), USED);
    }
    for seen in &calibration.fit.left_out {
        let at = scaled(seen.at, scale);
        draw_hollow_circle_mut(&mut picture, (at.x as i32, at.y as i32), 8, LEFT_OUT);
        cross(&mut picture, at, LEFT_OUT);
    }
    let region = &calibration.profile.region;
    let (wide, high) = region.size();
    for inset in 0..3_u8 {
        let inset = f32::from(inset);
        let side = |length: f32| ((length * scale - 2.0 * inset) as u32).max(1);
        let (left, top) = (region.left * scale + inset, region.top * scale + inset);
        let rect = Rect::at(left as i32, top as i32).of_size(side(wide), side(high));
        draw_hollow_rect_mut(&mut picture, rect, REGION);
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(&picture)
        .ok()?;
    Some(jpeg)
}

/// A pixel's coordinates are those of its middle where things are drawn.
fn scaled(p: Point, scale: f32) -> Point {
    Point::new(p.x * scale - 0.5, p.y * scale - 0.5)
}

fn cross(picture: &mut RgbImage, at: Point, colour: Rgb<u8>) {
    const ARM: f32 = 6.0;
    for beside in [-1.0, 0.0, 1.0] {
        let (x, y) = (at.x + beside, at.y + beside);
        draw_line_segment_mut(picture, (at.x - ARM, y), (at.x + ARM, y), colour);
        draw_line_segment_mut(picture, (x, at.y - ARM), (x, at.y + ARM), colour);
    }
}
