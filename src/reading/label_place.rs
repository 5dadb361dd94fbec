//! Where in a frame the voucher's own label is, and how near to it something stands. Pure.

use super::evidence::{Sighting, lines_of};
use super::witness::{MUNICIPALITY, PERSONAL};
use crate::marks::{Mark, MarkKind};
use crate::optics::{OrientedBox, Point};
use crate::voucher::VoucherNumber;

/// Where a label lies about its OCR line, in lengths of the line from the line's
/// centre: left, right, above, below. The label is 63 × 33–35 mm and the line
/// 35–45 mm wide, centred or left-aligned, nominally near the lower edge
/// (DOMAIN.md); some towns print it at the top.
const LABEL_ABOUT_LINE: [f32; 4] = [1.15, 1.35, 1.15, 1.0];

/// How far a label reaches from the middle of its bars (28–55 mm wide) and of its
/// QR (10 mm), in widths of the mark: the label is 63 mm wide.
const LABEL_ROUND_BARS: f32 = 1.4;
const LABEL_ROUND_QR: f32 = 6.0;

/// Where in the frame the voucher's own label is. Vouchers of one person lie side
/// by side on a sheet and differ in one digit, so what stands elsewhere may
/// contradict, but never vote.
#[derive(Clone, Copy, Debug)]
pub(super) enum LabelPlace {
    /// About the OCR line, in its direction.
    AboutLine(OrientedBox),
    /// Round the first mark, where no line was seen: centre and radius in pixels.
    RoundMark(Point, f32),
    /// Nothing tells.
    Anywhere,
}

impl LabelPlace {
    /// The place of the label in a sighting.
    pub(super) fn of(sighting: &Sighting) -> Self {
        if let Some(line) = lines_of(sighting).first() {
            return Self::AboutLine(label_about(&line.area));
        }
        match sighting.marks.first() {
            Some(mark) => {
                let [a, b, ..] = mark.corners.0;
                let widths = match mark.kind {
                    MarkKind::Nw7 => LABEL_ROUND_BARS,
                    MarkKind::Qr => LABEL_ROUND_QR,
                };
                Self::RoundMark(centre(mark), widths * a.distance(b))
            }
            None => Self::Anywhere,
        }
    }

    /// Whether a point of the frame lies on the label.
    pub(super) fn contains(&self, p: Point) -> bool {
        match self {
            Self::AboutLine(area) => area.contains(p),
            Self::RoundMark(centre, radius) => centre.distance(p) <= *radius,
            Self::Anywhere => true,
        }
    }
}

/// The place of the label that a line belongs to.
fn label_about(line: &OrientedBox) -> OrientedBox {
    let [left, right, above, below] = LABEL_ABOUT_LINE.map(|share| share * line.length);
    OrientedBox {
        centre: line.point((right - left) / 2.0, (below - above) / 2.0),
        length: left + right,
        height: above + below,
        ..*line
    }
}

/// How much more it counts to stand beyond the line of digits, where that is the
/// outermost of the number's print: the line is the lowest thing on most labels and the
/// highest on some, and what follows is the next label's.
const BEYOND_LINE: f32 = 3.0;

/// The box round everything in a frame that states a number: line, fields and marks.
/// Neighbours on a sheet may reach into the label's place; the nearer a heading is to
/// this box, the likelier it is the number's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnPrint {
    /// Centre and direction in which the box is measured: the line's, where it was read.
    axes: OrientedBox,
    /// Least and greatest distance along and across it, in pixels.
    along: (f32, f32),
    across: (f32, f32),
    /// What a pixel above the box and one below it count.
    weights: (f32, f32),
}

impl OwnPrint {
    /// The box round what states `number`; `None` where nothing does.
    pub(super) fn of(sighting: &Sighting, number: &VoucherNumber) -> Option<Self> {
        let whole = number.to_string();
        let (personal, municipality) = (&whole[PERSONAL], &whole[MUNICIPALITY]);
        let runs = (sighting.runs.iter())
            .filter(|run| [&whole, personal, municipality].contains(&run.text().as_str()))
            .map(|run| run.area.corners());
        let marks = (sighting.marks.iter())
            .filter(|mark| mark.text.contains(personal))
            .map(|mark| mark.corners);
        let corners: Vec<Point> = runs.chain(marks).flat_map(|quad| quad.0).collect();
        let line = (sighting.runs.first()).filter(|run| run.text() == whole);
        let axes = OrientedBox {
            centre: *corners.first()?,
            angle: sighting.runs.first().map_or(0.0, |run| run.area.angle),
            length: 0.0,
            height: 0.0,
        };
        let axes = line.map_or(axes, |line| line.area);
        let local: Vec<(f32, f32)> = corners.iter().map(|p| axes.local(*p)).collect();
        let across = range(local.iter().map(|p| p.1));
        Some(Self {
            axes,
            along: range(local.iter().map(|p| p.0)),
            across,
            weights: line.map_or((1.0, 1.0), |line| weights(across, line.area.height)),
        })
    }

    /// Direction of the print.
    pub(super) fn up(&self) -> f32 {
        self.axes.angle
    }

    /// How far the middle line of an area is from the box, in weighted pixels; 0 where
    /// they meet.
    pub(super) fn distance(&self, area: &OrientedBox) -> f32 {
        let (u, v) = self.axes.local(area.centre);
        let half = area.length / 2.0;
        let aside = (self.along.0 - (u + half)).max(u - half - self.along.1);
        let above = self.weights.0 * (self.across.0 - v);
        let below = self.weights.1 * (v - self.across.1);
        aside.max(0.0).hypot(above.max(below).max(0.0))
    }
}

/// Least and greatest of some values.
fn range(values: impl Iterator<Item = f32>) -> (f32, f32) {
    values.fold((f32::MAX, f32::MIN), |(low, high), v| {
        (low.min(v), high.max(v))
    })
}

/// What a pixel above and one below the number's print count, by how far it reaches
/// across its line.
fn weights(across: (f32, f32), line_height: f32) -> (f32, f32) {
    match (-across.0 > line_height, across.1 > line_height) {
        (true, false) => (1.0, BEYOND_LINE),
        (false, true) => (BEYOND_LINE, 1.0),
        _ => (1.0, 1.0),
    }
}

/// The middle of a mark.
pub(super) fn centre(mark: &Mark) -> Point {
    let [a, b, c, d] = mark.corners.0;
    Point::new((a.x + b.x + c.x + d.x) / 4.0, (a.y + b.y + c.y + d.y) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_reaches_above_and_below_its_line_but_not_to_the_next_label() {
        let line = OrientedBox {
            centre: Point::new(500.0, 500.0),
            angle: 0.0,
            length: 400.0,
            height: 24.0,
        };
        let label = label_about(&line);
        assert!(label.contains(Point::new(500.0, 200.0)));
        assert!(label.contains(Point::new(500.0, 880.0)));
        assert!(!label.contains(Point::new(500.0, 950.0)));
    }

    #[test]
    fn what_follows_a_line_at_the_foot_is_farther_than_what_stands_above_the_fields() {
        let line = OrientedBox {
            centre: Point::new(500.0, 500.0),
            angle: 0.0,
            length: 400.0,
            height: 24.0,
        };
        let across = (-200.0, 12.0);
        let own = OwnPrint {
            axes: line,
            along: (-200.0, 200.0),
            across,
            weights: weights(across, line.height),
        };
        let at = |x: f32, y: f32| OrientedBox {
            centre: Point::new(x, y),
            ..line
        };
        assert_eq!(own.distance(&at(450.0, 400.0)), 0.0);
        assert!(own.distance(&at(450.0, 200.0)) < own.distance(&at(450.0, 600.0)));
        assert!(own.distance(&at(1_200.0, 400.0)) > own.distance(&at(450.0, 200.0)));
    }
}
