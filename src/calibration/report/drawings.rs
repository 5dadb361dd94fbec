//! Drawings of the report, as SVG.

use std::fmt::Write as _;

use super::super::fit::Fit;
use crate::optics::{FocusPosition, FocusSetting, Region, Sharpness, TileMap};

/// How much longer residuals may be drawn: the most at which the longest stays below
/// [`LONGEST`], so that those of a good mount are seen too.
const LONGER: [f64; 4] = [50.0, 100.0, 200.0, 500.0];

/// Longest arrow, as a share of the picture's width: half a square at 20 px/mm.
const LONGEST: f64 = 0.03;

/// Size of the focus curve in its own units, and room for labels under it.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 220.0;
const FOOT: f64 = 24.0;
const HEAD: f64 = 18.0;

/// How much longer the residuals of a fit are drawn.
pub(super) fn longer(fit: &Fit) -> f64 {
    let lengths = fit.residuals.iter().map(|(_, [dx, dy])| dx.hypot(*dy));
    let longest = lengths.fold(0.0, f64::max);
    let room = LONGEST * f64::from(fit.geometry.size.0);
    let fits = |factor: &&f64| **factor * longest <= room;
    LONGER.iter().rev().find(fits).copied().unwrap_or(LONGER[0])
}

/// Arrows from where corners should be to where they are seen, so much longer.
pub(super) fn residuals(fit: &Fit, longer: f64) -> String {
    let (width, height) = fit.geometry.size;
    // A head as long as a corner is wide in pictures of any size.
    let unit = f64::from(width) / 1_920.0;
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <rect class=\"frame\" width=\"{width}\" height=\"{height}\"/>\n"
    );
    for (seen, [dx, dy]) in &fit.residuals {
        let (x1, y1) = (f64::from(seen.at.x) - dx, f64::from(seen.at.y) - dy);
        let (x2, y2) = (x1 + longer * dx, y1 + longer * dy);
        let _ = writeln!(
            svg,
            "<path class=\"arrow\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>\
             <circle class=\"dot\" cx=\"{x2:.1}\" cy=\"{y2:.1}\" r=\"{:.1}\"/>",
            3.5 * unit
        );
    }
    for seen in &fit.left_out {
        let _ = writeln!(
            svg,
            "<circle class=\"out\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\"/>",
            seen.at.x,
            seen.at.y,
            12.0 * unit
        );
    }
    let bar = longer * 0.1;
    let _ = writeln!(
        svg,
        "<path class=\"scale\" d=\"M30 {y:.1}h{bar:.1}\"/><text class=\"large\" x=\"{:.1}\" y=\"{:.1}\">0.1 px</text>\n</svg>",
        40.0 + bar,
        f64::from(height) - 22.0,
        y = f64::from(height) - 30.0,
    );
    svg
}

/// Sharpness over the lens positions, with the best one.
pub(super) fn sweep(points: &[(FocusPosition, Sharpness)], setting: FocusSetting) -> String {
    let (low, high) = (
        f64::from(setting.range.min().0),
        f64::from(setting.range.max().0),
    );
    let most = points
        .iter()
        .map(|(_, s)| s.0)
        .fold(f64::MIN_POSITIVE, f64::max);
    let floor = HEIGHT - FOOT;
    let x = |position: FocusPosition| {
        20.0 + (f64::from(position.0) - low) / (high - low) * (WIDTH - 40.0)
    };
    let y = |sharpness: &Sharpness| floor - sharpness.0 / most * (floor - HEAD);
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|(position, _)| *position);
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <path class=\"axis\" d=\"M20 {floor}H{}\"/>\n<path class=\"curve\" d=\"",
        WIDTH - 20.0
    );
    for (i, (position, sharpness)) in sorted.iter().enumerate() {
        let step = if i == 0 { 'M' } else { 'L' };
        let _ = write!(svg, "{step}{:.1} {:.1}", x(*position), y(sharpness));
    }
    svg.push_str("\"/>\n");
    for (position, sharpness) in &sorted {
        let _ = writeln!(
            svg,
            "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"><title>{}: {:.4}</title></circle>",
            x(*position),
            y(sharpness),
            position.0,
            sharpness.0
        );
    }
    for (class, position) in [
        ("", setting.range.min()),
        ("", setting.range.max()),
        ("mark", setting.position),
    ] {
        let _ = writeln!(
            svg,
            "<text class=\"middle {class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x(position),
            HEIGHT - 6.0,
            position.0
        );
    }
    let at = x(setting.position);
    let _ = writeln!(
        svg,
        "<path class=\"mark\" d=\"M{at:.1} {HEAD}V{floor}\"/>\n</svg>"
    );
    svg
}

/// A map's tiles as greys with their values in per cent, and the usable region.
pub(super) fn tiles(map: &TileMap, region: &Region, size: (u32, u32)) -> String {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let (wide, high) = (
        width / TileMap::COLUMNS as f64,
        height / TileMap::ROWS as f64,
    );
    let mut svg = format!("<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n");
    for (row, values) in map.rows().iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let (x, y) = (column as f64 * wide, row as f64 * high);
            // Half of the greys, so that black words stay legible on the darkest.
            let luma = 110.0 + 145.0 * value.clamp(0.0, 1.0);
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" fill=\"rgb({luma:.0} {luma:.0} {luma:.0})\"/>\
                 <text class=\"tile\" x=\"{:.1}\" y=\"{:.1}\">{:.0}</text>",
                x + wide / 2.0,
                y + high / 2.0 + 14.0,
                100.0 * value
            );
        }
    }
    let (region_width, region_height) = region.size();
    let _ = writeln!(
        svg,
        "<rect class=\"region\" x=\"{:.1}\" y=\"{:.1}\" width=\"{region_width:.1}\" height=\"{region_height:.1}\"/>\n</svg>",
        region.left, region.top
    );
    svg
}

/// Steps from white to black side by side, each as bright as it is seen, with its figure.
pub(super) fn tones(tones: &[f32]) -> String {
    let wide = WIDTH / tones.len() as f64;
    let mut svg = format!("<svg class=\"plot\" viewBox=\"0 0 {WIDTH} 84\" role=\"img\">\n");
    for (i, tone) in tones.iter().enumerate() {
        let luma = 255.0 * tone.clamp(0.0, 1.0);
        let x = i as f64 * wide;
        let _ = writeln!(
            svg,
            "<rect class=\"frame\" x=\"{x:.1}\" y=\"0\" width=\"{wide:.1}\" height=\"56\" style=\"fill:rgb({luma:.0} {luma:.0} {luma:.0})\"/>\
             <text class=\"middle\" x=\"{:.1}\" y=\"76\">{:.0} %</text>",
            x + wide / 2.0,
            100.0 * tone
        );
    }
    svg.push_str("</svg>\n");
    svg
}
