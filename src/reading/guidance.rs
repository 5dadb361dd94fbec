//! What to tell the person at the desk when a voucher does not read: one thing at a time,
//! the one that helps most first. Pure.
//!
//! Directions are those of the picture. That a voucher lies upside down or askew is no
//! fault: it is read at every angle.

use super::reader::{LEAST_EXPOSURE, LEAST_FOCUS, MOST_GLARE};
use crate::layout::Layout;
use crate::optics::{OrientedBox, Point, Quality, Region};

/// Digits lower than this, in pixels, are read by luck: the recognisers learned from 8.5
/// pixels on and read most lines from 12 on.
const LEAST_DIGIT_HEIGHT: f32 = 12.0;

/// A stable identifier of what helps, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guidance {
    /// The picture is too dark.
    Light,
    /// The label is larger than the picture.
    Farther,
    /// The print reaches beyond the right edge.
    MoveLeft,
    /// The print reaches beyond the left edge.
    MoveRight,
    /// The print reaches beyond the lower edge.
    MoveUp,
    /// The print reaches beyond the upper edge.
    MoveDown,
    /// A reflection, about this place in frame pixels.
    Glare(Point),
    /// The print is too small to be read.
    Nearer,
    /// The print is blurred.
    LayFlat,
}

impl Guidance {
    /// The stable identifier.
    pub fn id(&self) -> &'static str {
        self.words().0
    }

    /// What to tell a person, in Japanese.
    pub fn japanese(&self) -> &'static str {
        self.words().1
    }

    /// What to tell a person, in English.
    pub fn english(&self) -> &'static str {
        self.words().2
    }

    fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Light => ("light", "明かりをつけてください", "switch a light on"),
            Self::Farther => (
                "farther",
                "近すぎます。カメラから離してください",
                "too near: move it away from the camera",
            ),
            Self::MoveLeft => ("move_left", "左へ動かしてください", "move it to the left"),
            Self::MoveRight => ("move_right", "右へ動かしてください", "move it to the right"),
            Self::MoveUp => ("move_up", "上へ動かしてください", "move it up"),
            Self::MoveDown => ("move_down", "下へ動かしてください", "move it down"),
            Self::Glare(_) => (
                "glare",
                "光が反射しています。向きを少し変えてください",
                "glare: turn it a little",
            ),
            Self::Nearer => (
                "nearer",
                "遠すぎます。カメラに近づけてください",
                "too far: move it nearer to the camera",
            ),
            Self::LayFlat => (
                "lay_flat",
                "ぼやけています。平らに置いて手を離してください",
                "blurred: lay it flat and let go",
            ),
        }
    }
}

/// What helps most to get the voucher in a frame of `size` (width, height) read; `None`
/// when the picture is good, or shows no print. `glare_at` is where the picture is
/// saturated.
pub(super) fn guide(
    quality: &Quality,
    layout: &Layout,
    size: (u32, u32),
    glare_at: Option<Point>,
) -> Option<Guidance> {
    if quality.exposure < LEAST_EXPOSURE {
        return Some(Guidance::Light);
    }
    let extent = extent(prints(layout))?;
    let frame = Region {
        left: 0.0,
        top: 0.0,
        right: size.0 as f32,
        bottom: size.1 as f32,
    };
    Beyond::of(&extent, &frame).guidance().or_else(|| {
        let glare = glare_at.filter(|_| quality.glare > MOST_GLARE);
        let digits = layout.digits.iter().map(|region| region.area.height);
        let small = digits
            .reduce(f32::max)
            .is_some_and(|h| h < LEAST_DIGIT_HEIGHT);
        let blurred = quality.focus < LEAST_FOCUS;
        (glare.map(Guidance::Glare))
            .or(small.then_some(Guidance::Nearer))
            .or(blurred.then_some(Guidance::LayFlat))
    })
}

/// Where to move a label whose print reaches out of the `usable` part of the picture, where focus
/// and light suffice; `None` when it lies in it, or does not fit into it.
pub(super) fn guide_into(usable: &Region, layout: &Layout) -> Option<Guidance> {
    let label = layout.labels.first()?.area;
    let extent = extent(prints(layout).filter(|area| label.contains(area.centre)))?;
    let ((width, height), (most_width, most_height)) = (extent.size(), usable.size());
    let beyond = Beyond::of(&extent, usable);
    let beyond = Beyond {
        left: beyond.left && width <= most_width,
        right: beyond.right && width <= most_width,
        top: beyond.top && height <= most_height,
        bottom: beyond.bottom && height <= most_height,
    };
    beyond.guidance()
}

/// Where a number is printed.
fn prints(layout: &Layout) -> impl Iterator<Item = &OrientedBox> {
    let regions = layout.digits.iter().chain(&layout.bars).chain(&layout.qrs);
    regions.map(|region| &region.area)
}

/// The upright rectangle round all of them; `None` round nothing.
fn extent<'a>(areas: impl Iterator<Item = &'a OrientedBox>) -> Option<Region> {
    let corners = areas.flat_map(|area| area.corners().0);
    let upright = corners.map(|p| Region {
        left: p.x,
        top: p.y,
        right: p.x,
        bottom: p.y,
    });
    upright.reduce(|a, b| Region {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    })
}

/// Over which edges print reaches.
#[derive(Default)]
struct Beyond {
    left: bool,
    right: bool,
    top: bool,
    bottom: bool,
}

impl Beyond {
    fn of(print: &Region, within: &Region) -> Self {
        Self {
            left: print.left < within.left,
            right: print.right > within.right,
            top: print.top < within.top,
            bottom: print.bottom > within.bottom,
        }
    }

    fn guidance(&self) -> Option<Guidance> {
        match (self.left, self.right, self.top, self.bottom) {
            (true, true, ..) | (_, _, true, true) => Some(Guidance::Farther),
            (_, true, ..) => Some(Guidance::MoveLeft),
            (true, ..) => Some(Guidance::MoveRight),
            (_, _, _, true) => Some(Guidance::MoveUp),
            (_, _, true, _) => Some(Guidance::MoveDown),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Kind, Region};
    use crate::optics;

    const SIZE: (u32, u32) = (1_920, 1_080);
    const GOOD: Quality = Quality {
        focus: 0.8,
        glare: 0.0,
        exposure: 0.6,
        px_per_mm: None,
    };

    /// A view of one line of digits so high, about a place.
    fn line_at(x: f32, y: f32, height: f32) -> Layout {
        let area = OrientedBox {
            centre: Point::new(x, y),
            angle: 0.0,
            length: 13.0 * height,
            height,
        };
        Layout {
            digits: vec![Region {
                kind: Kind::Digits,
                area,
                confidence: 0.9,
            }],
            ..Layout::default()
        }
    }

    fn said(quality: Quality, layout: &Layout, glare_at: Option<Point>) -> Option<&'static str> {
        guide(&quality, layout, SIZE, glare_at).map(|guidance| guidance.id())
    }

    #[test]
    fn a_good_view_needs_no_guidance_and_an_empty_desk_none_either() {
        assert_eq!(said(GOOD, &line_at(960.0, 540.0, 30.0), None), None);
        let dim = Quality { focus: 0.0, ..GOOD };
        assert_eq!(said(dim, &Layout::default(), None), None);
    }

    #[test]
    fn print_beyond_an_edge_is_moved_to_the_other_side() {
        assert_eq!(
            said(GOOD, &line_at(1_800.0, 540.0, 30.0), None),
            Some("move_left")
        );
        assert_eq!(
            said(GOOD, &line_at(100.0, 540.0, 30.0), None),
            Some("move_right")
        );
        assert_eq!(
            said(GOOD, &line_at(960.0, 1_075.0, 30.0), None),
            Some("move_up")
        );
        assert_eq!(
            said(GOOD, &line_at(960.0, 4.0, 30.0), None),
            Some("move_down")
        );
        assert_eq!(
            said(GOOD, &line_at(960.0, 540.0, 160.0), None),
            Some("farther")
        );
    }

    /// The same, on a label round the line.
    fn labelled_at(x: f32, y: f32) -> Layout {
        let line = line_at(x, y, 30.0);
        let area = OrientedBox {
            centre: Point::new(x, y),
            angle: 0.0,
            length: 900.0,
            height: 500.0,
        };
        let label = Region {
            kind: Kind::Label,
            area,
            confidence: 0.9,
        };
        Layout {
            labels: vec![label],
            ..line
        }
    }

    #[test]
    fn print_beyond_the_usable_region_is_moved_into_it_and_the_labels_margin_does_not_matter() {
        let usable = optics::Region {
            left: 480.0,
            top: 154.0,
            right: 1_440.0,
            bottom: 926.0,
        };
        let said = |layout: &Layout| guide_into(&usable, layout).map(|guidance| guidance.id());
        // The line is 390 px long; label and margin reach out.
        assert_eq!(said(&labelled_at(700.0, 200.0)), None);
        assert_eq!(said(&labelled_at(600.0, 540.0)), Some("move_right"));
        assert_eq!(said(&labelled_at(1_300.0, 540.0)), Some("move_left"));
        assert_eq!(said(&labelled_at(960.0, 930.0)), Some("move_up"));
        assert_eq!(said(&labelled_at(960.0, 150.0)), Some("move_down"));
        // Print without a label is some other paper.
        assert_eq!(said(&line_at(600.0, 540.0, 30.0)), None);
        let narrow = optics::Region {
            right: 700.0,
            ..usable
        };
        assert_eq!(guide_into(&narrow, &labelled_at(600.0, 540.0)), None);
    }

    #[test]
    fn what_is_wrong_with_the_picture_is_told_one_thing_at_a_time() {
        let at = Some(Point::new(300.0, 200.0));
        let line = line_at(960.0, 540.0, 30.0);
        let dark = Quality {
            exposure: 0.02,
            ..GOOD
        };
        let soft = Quality { focus: 0.1, ..GOOD };
        let shiny = Quality { glare: 0.3, ..soft };
        assert_eq!(said(dark, &line, None), Some("light"));
        assert_eq!(said(shiny, &line, at), Some("glare"));
        assert_eq!(said(soft, &line, at), Some("lay_flat"));
        assert_eq!(
            said(soft, &line_at(960.0, 540.0, 9.0), None),
            Some("nearer")
        );
    }
}
