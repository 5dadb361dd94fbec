//! The target in a picture: which corners of the board are seen where.

use std::collections::HashMap;

use image::GrayImage;

use super::corners::{find_corners, place_corner};
use super::error::CalibrationError;
use super::fit::SeenCorner;
use super::lattice::{Node, largest_lattice};
use super::placing::{Handedness, Placing, Shades, place, shades, square_corners};
use super::target::Square;
use crate::optics::{Frame, Point, measure_quality};

/// Fewest corners in a grid for it to be a checkerboard at all: fewer come about by chance.
const LEAST_GRID: usize = 24;

/// How far a corner's place reaches, as a share of a square: 0.9 mm, inside of which are only
/// its own two edges.
const REACH: f32 = 0.18;

/// Focus below which corners are moved by what is round them, and vouchers would not be read: a
/// blur of some 4 pixels.
const BLURRED: f32 = 0.2;

/// Squares smaller than this on a reduced plane, in pixels, are looked at on a larger one too:
/// the detector's ring would touch what is in their middles.
const LEAST_SIDE: f32 = 13.0;

/// The target as seen in one picture.
#[derive(Clone, Debug)]
pub struct Detection {
    nodes: HashMap<Node, Point>,
    placing: Placing,
}

/// A square of the board as seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SeenSquare {
    pub(super) square: Square,
    pub(super) middle: Point,
    pub(super) shades: Shades,
}

impl Detection {
    /// The corners, in the board's order.
    pub fn corners(&self) -> Vec<SeenCorner> {
        let mut corners: Vec<SeenCorner> = (self.nodes.iter())
            .map(|(node, at)| SeenCorner {
                corner: self.placing.corner(*node),
                at: *at,
            })
            .collect();
        corners.sort_by_key(|seen| seen.corner);
        corners
    }

    /// The squares of which all four corners are seen.
    pub(super) fn squares(&self, luma: &GrayImage) -> Vec<SeenSquare> {
        (self.nodes.keys())
            .filter_map(|node| {
                let corners = square_corners(&self.nodes, *node)?;
                let [a, _, c, _] = corners;
                Some(SeenSquare {
                    square: self.placing.square(*node),
                    middle: Point::new((a.x + c.x) / 2.0, (a.y + c.y) / 2.0),
                    shades: shades(luma, &corners),
                })
            })
            .collect()
    }
}

/// Finds the target.
///
/// # Errors
/// [`CalibrationError::NoTarget`], [`CalibrationError::OtherTarget`],
/// [`CalibrationError::Blurred`], [`CalibrationError::Mirrored`].
pub fn detect(frame: &Frame) -> Result<Detection, CalibrationError> {
    let mut found: Option<Detection> = None;
    let mut grid_seen = false;
    for step in [4.0, 2.0, 1.0] {
        let (plane, scale) = frame.luma.level_for(step);
        let nodes = largest_lattice(&find_corners(plane, scale));
        if nodes.len() < LEAST_GRID {
            continue;
        }
        grid_seen = true;
        let side = side(&nodes);
        if let Some(detection) = placed(&frame.luma, &nodes, side)
            && (found.as_ref()).is_none_or(|before| detection.nodes.len() > before.nodes.len())
        {
            found = Some(detection);
        }
        if found.is_some() && side / scale >= LEAST_SIDE {
            break;
        }
    }
    if grid_seen && measure_quality(&frame.luma, None).focus < BLURRED {
        return Err(CalibrationError::Blurred);
    }
    match found {
        Some(detection) if detection.placing.handedness == Handedness::Mirrored => {
            Err(CalibrationError::Mirrored)
        }
        Some(detection) => Ok(detection),
        None if grid_seen => Err(CalibrationError::OtherTarget),
        None => Err(CalibrationError::NoTarget),
    }
}

/// The grid with its corners placed exactly; `None` when it is not part of the board.
fn placed(luma: &GrayImage, nodes: &HashMap<Node, Point>, side: f32) -> Option<Detection> {
    let exact: HashMap<Node, Point> = (nodes.iter())
        .filter_map(|(node, at)| Some((*node, place_corner(luma, *at, REACH * side)?)))
        .collect();
    let placing = place(luma, &exact)?;
    Some(Detection {
        nodes: exact,
        placing,
    })
}

/// Median distance of neighbours in pixels.
fn side(nodes: &HashMap<Node, Point>) -> f32 {
    let mut sides: Vec<f32> = (nodes.iter())
        .filter_map(|((i, j), p)| Some(p.distance(*nodes.get(&(i + 1, *j))?)))
        .collect();
    sides.sort_by(f32::total_cmp);
    sides.get(sides.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::target::Corner;
    use super::*;
    use image::imageops::{self, FilterType};

    /// A part of the page as printed, 20 px/mm, its top left corner at (x, y) mm on the board.
    fn printed(x: f64, y: f64, width: u32, height: u32) -> GrayImage {
        let page = image::open("calibration/target.png").unwrap().into_luma8();
        let px = |mm: f64| (mm * 600.0 / 25.4).round() as u32;
        let (w, h) = (px(f64::from(width) / 20.0), px(f64::from(height) / 20.0));
        let part = imageops::crop_imm(&page, px(12.5 + x), px(36.0 + y), w, h).to_image();
        imageops::resize(&part, width, height, FilterType::Triangle)
    }

    #[test]
    fn the_printed_page_is_read_as_it_was_drawn() {
        let frame = Frame::still(printed(52.5, 62.5, 1_280, 720));
        let corners = detect(&frame).unwrap().corners();
        assert!(corners.len() > 60, "{}", corners.len());
        for seen in corners {
            let Corner { column, row } = seen.corner;
            let x = (f64::from(column) * 5.0 - 52.5) * 20.0;
            let y = (f64::from(row) * 5.0 - 62.5) * 20.0;
            let off = seen.at.distance(Point::new(x as f32, y as f32));
            assert!(off < 1.0, "{seen:?} {x} {y}");
        }
    }

    #[test]
    fn a_turned_page_is_read_and_a_mirrored_one_told() {
        let part = printed(20.0, 90.0, 1_280, 720);
        let corner =
            |picture: GrayImage| detect(&Frame::still(picture)).map(|d| d.corners()[0].corner);
        let upright = corner(part.clone()).unwrap();
        assert_eq!(corner(imageops::rotate180(&part)).unwrap(), upright);
        assert_eq!(corner(imageops::rotate90(&part)).unwrap(), upright);
        let mirrored = corner(imageops::flip_horizontal(&part));
        assert!(matches!(mirrored, Err(CalibrationError::Mirrored)));
    }

    #[test]
    fn a_plain_checkerboard_a_voucher_and_a_blank_are_told_apart_from_the_target() {
        let plain = GrayImage::from_fn(1_280, 720, |x, y| {
            image::Luma([if (x / 80 + y / 80) % 2 == 0 { 30 } else { 220 }])
        });
        let told = |picture| detect(&Frame::still(picture)).unwrap_err();
        assert!(matches!(told(plain), CalibrationError::OtherTarget));
        assert!(matches!(
            told(GrayImage::new(1_280, 720)),
            CalibrationError::NoTarget
        ));
        let voucher = image::open("samples/set/stills/n_00002.jpg").unwrap();
        assert!(matches!(
            told(voucher.into_luma8()),
            CalibrationError::NoTarget
        ));
    }
}
