//! From the finder's probability maps to oriented boxes in frame pixels.

use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};

use crate::nets::Map;
use crate::optics::{OrientedBox, Point};

/// Probability from which a map pixel belongs to a region. Evaluated with the
/// finder: see `models/MODEL_CARD.md`.
const MAP_THRESHOLD: f32 = 0.4;

/// Finder pixels per map pixel.
const MAP_STRIDE: f32 = 2.0;

/// Fewer map pixels than this are noise: four digits at the smallest readable
/// print are 10 × 1.
const LEAST_PIXELS: u32 = 8;

/// Share of a text line's height that the finder marks as its core.
const CORE_SHARE: f32 = 0.5;

/// What a region holds. The order is that of the finder's output channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A run of printed digits.
    Digits,
    /// The bars of an NW-7.
    Bars,
    /// A QR.
    Qr,
    /// Another line of print.
    Text,
    /// A whole label.
    Label,
}

/// A place in the frame where something is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// What the finder takes it for.
    pub kind: Kind,
    /// Where. Of text and digits the box has the full height of the print; its
    /// direction is known modulo half a turn only.
    pub area: OrientedBox,
    /// Mean probability over the region, 0–1.
    pub confidence: f32,
}

/// All regions of a frame, each kind sorted by length, longest first.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Runs of digits.
    pub digits: Vec<Region>,
    /// Bars.
    pub bars: Vec<Region>,
    /// QRs.
    pub qrs: Vec<Region>,
    /// Other lines of print.
    pub texts: Vec<Region>,
    /// Labels.
    pub labels: Vec<Region>,
}

/// Cuts the finder's five maps into regions; `scale` is frame pixels per finder pixel.
pub(super) fn regions_of(maps: &Map, scale: f32) -> Layout {
    let per_map_pixel = scale * MAP_STRIDE;
    let of = |channel: usize, kind: Kind| {
        let mut regions = components(maps, channel, kind, per_map_pixel);
        regions.sort_by(|a, b| b.area.length.total_cmp(&a.area.length));
        regions
    };
    Layout {
        digits: of(0, Kind::Digits),
        bars: of(1, Kind::Bars),
        qrs: of(2, Kind::Qr),
        texts: of(3, Kind::Text),
        labels: of(4, Kind::Label),
    }
}

fn components(maps: &Map, channel: usize, kind: Kind, per_map_pixel: f32) -> Vec<Region> {
    let [h, w] = [maps.rows, maps.columns];
    let probability = |x: u32, y: u32| maps.at(channel, y as usize, x as usize);
    let mask = GrayImage::from_fn(w as u32, h as u32, |x, y| {
        Luma([u8::from(probability(x, y) >= MAP_THRESHOLD)])
    });
    let labels = connected_components(&mask, Connectivity::Eight, Luma([0]));
    let count = labels.pixels().map(|p| p[0]).max().unwrap_or(0) as usize;
    let mut shapes = vec![Shape::default(); count];
    for (x, y, label) in labels.enumerate_pixels() {
        if label[0] > 0 {
            let shape = &mut shapes[label[0] as usize - 1];
            shape.add(x as f32 + 0.5, y as f32 + 0.5, probability(x, y));
        }
    }
    shapes
        .iter()
        .filter(|shape| shape.pixels.len() as u32 >= LEAST_PIXELS)
        .map(|shape| Region {
            kind,
            area: shape.oriented_box(kind, per_map_pixel),
            confidence: shape.probability / shape.pixels.len() as f32,
        })
        .collect()
}

/// One connected component, in map pixels.
#[derive(Clone, Default)]
struct Shape {
    pixels: Vec<Point>,
    probability: f32,
}

impl Shape {
    fn add(&mut self, x: f32, y: f32, probability: f32) {
        self.pixels.push(Point::new(x, y));
        self.probability += probability;
    }

    /// The box along the principal axis, scaled to frame pixels.
    fn oriented_box(&self, kind: Kind, per_map_pixel: f32) -> OrientedBox {
        let n = self.pixels.len() as f32;
        let (sx, sy) = (self.pixels.iter()).fold((0.0, 0.0), |(sx, sy), p| (sx + p.x, sy + p.y));
        let mean = Point::new(sx / n, sy / n);
        let axis = OrientedBox {
            centre: mean,
            angle: self.principal_angle(mean),
            length: 0.0,
            height: 0.0,
        };
        let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
        let mut spread = 0.0;
        for pixel in &self.pixels {
            let (u, v) = axis.local(*pixel);
            low = (low.0.min(u), low.1.min(v));
            high = (high.0.max(u), high.1.max(v));
            spread += v * v;
        }
        let length = high.0 - low.0 + 1.0;
        let height = match kind {
            // The spread of a band is less moved by one stray pixel than its
            // extremes are: a uniform band of height t has variance t²/12.
            Kind::Digits | Kind::Text => ((spread / n + 1.0 / 12.0) * 12.0).sqrt() / CORE_SHARE,
            Kind::Bars | Kind::Qr | Kind::Label => high.1 - low.1 + 1.0,
        };
        let centre = match kind {
            Kind::Digits | Kind::Text => axis.point((low.0 + high.0) / 2.0, 0.0),
            _ => axis.point((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0),
        };
        OrientedBox {
            centre: Point::new(centre.x * per_map_pixel, centre.y * per_map_pixel),
            angle: axis.angle,
            length: length * per_map_pixel,
            height: height * per_map_pixel,
        }
    }

    /// Direction of the largest second moment, in (−π/2, π/2].
    fn principal_angle(&self, mean: Point) -> f32 {
        let (mut xx, mut yy, mut xy) = (0.0f32, 0.0f32, 0.0f32);
        for p in &self.pixels {
            let (dx, dy) = (p.x - mean.x, p.y - mean.y);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        0.5 * (2.0 * xy).atan2(xx - yy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilted_band_in_the_digit_map_becomes_one_box_of_its_angle() {
        let (h, w) = (100, 200);
        let angle = 0.3f32;
        let band = OrientedBox {
            centre: Point::new(100.0, 50.0),
            angle,
            length: 120.0,
            height: 6.0,
        };
        let mut maps = Map {
            channels: 5,
            rows: h,
            columns: w,
            data: vec![0.0; 5 * h * w],
        };
        for y in 0..h {
            for x in 0..w {
                if band.contains(Point::new(x as f32 + 0.5, y as f32 + 0.5)) {
                    maps.data[y * w + x] = 0.9;
                }
            }
        }
        let layout = regions_of(&maps, 2.5);
        assert_eq!(layout.digits.len(), 1);
        let area = layout.digits[0].area;
        assert!((area.angle - angle).abs() < 0.01);
        assert!((area.length / 5.0 - 120.0).abs() < 3.0, "{}", area.length);
        assert!((area.height / 5.0 - 12.0).abs() < 1.0, "{}", area.height);
        assert!(area.centre.distance(Point::new(500.0, 250.0)) < 3.0);
    }
}
