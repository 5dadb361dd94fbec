//! The pipeline: one frame in, what was seen and the evidence out.

use super::evidence::{Evidence, Sighting, gather};
use super::fusion::fuse;
use super::guidance::{Guidance, guide, guide_into};
use super::headings::HeadingSearch;
use super::label_place::{LabelPlace, OwnPrint};
use super::reason::Reason;
use super::verdict::{Expectation, judge};
use crate::layout::{Finder, Layout, Region};
use crate::marks::{Mark, MarkKind, read_nw7, read_qr};
use crate::nets::{NetError, Room};
use crate::ocr::{DigitRun, Heading, HeadingReader, LineReader, OcrError};
use crate::optics::{self, Frame, OrientedBox, Point, Quality, glare_centre, measure_quality};
use crate::voucher::VoucherNumber;

/// Shortest run of digits that is read: the 請求先 number has six.
const LEAST_DIGITS: usize = 4;

/// Most regions of each kind that are read in one frame; a voucher has three
/// numbers, one barcode and one QR. More is clutter, and time is bounded.
const MOST_DIGIT_REGIONS: usize = 10;
const MOST_MARK_REGIONS: usize = 4;

/// Nominal side of the QR, in millimetres (DOMAIN.md).
pub(super) const QR_MM: f32 = 10.0;

/// Nominal height of the line's digits, in millimetres: OCR-B at 9 pt.
pub(super) const DIGIT_MM: f32 = 2.3;

/// Below this focus print is told to be out of focus.
pub const LEAST_FOCUS: f32 = 0.22;

/// From this share of saturated pixels on, glare is told.
pub const MOST_GLARE: f32 = 0.08;

/// Below this mean luma it is told to be too dark.
pub const LEAST_EXPOSURE: f32 = 0.08;

/// A gap of at most so many print heights between two runs on one line of print
/// is read across: numbers are printed in groups.
const GROUP_GAP: f32 = 3.0;

/// Runs whose directions differ less, in radians, are parallel print: the
/// direction of a run of six digits is known to a few degrees only.
const PARALLEL: f32 = 0.14;

/// Why reading is impossible: a damaged build, never a bad frame.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The finder does not work.
    #[error(transparent)]
    Finder(#[from] NetError),
    /// A recogniser does not work.
    #[error(transparent)]
    Ocr(#[from] OcrError),
}

/// What one frame showed.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Width and height of the frame in pixels.
    pub size: (u32, u32),
    /// Measured where the voucher lies.
    pub quality: Quality,
    /// Marks and runs, whatever their content.
    pub sighting: Sighting,
    /// What they say about a voucher's number.
    pub evidence: Evidence,
    /// Where something was found, for showing it.
    pub layout: Layout,
    /// What would help to get it read, if it was not.
    pub guidance: Option<Guidance>,
}

impl Observation {
    /// Whether anything of a voucher can be seen: digits, bars or a QR. The finder's
    /// labels do not count: any printed block may look like one.
    pub fn shows_voucher(&self) -> bool {
        !(self.layout.digits.is_empty()
            && self.layout.bars.is_empty()
            && self.layout.qrs.is_empty())
    }

    /// Guides a voucher that lies outside of the `usable` part of the picture into it: being blurred
    /// is no news there. What was read of it counts all the same.
    pub fn guide_into(&mut self, usable: &optics::Region) {
        if matches!(self.guidance, None | Some(Guidance::LayFlat)) {
            let into = guide_into(usable, &self.layout);
            self.guidance = into.or(self.guidance);
        }
    }
}

/// The reader: models loaded once; one per thread.
pub struct Reader {
    finder: Finder,
    lines: LineReader,
    headings: HeadingReader,
    room: Room,
}

impl Reader {
    /// Loads the embedded models.
    ///
    /// # Errors
    /// [`ReadError`] when the build is damaged.
    pub fn new() -> Result<Self, ReadError> {
        Ok(Self {
            finder: Finder::new()?,
            lines: LineReader::new()?,
            headings: HeadingReader::new()?,
            room: Room::default(),
        })
    }

    /// Looks at one frame and gathers what it says about a voucher's number.
    ///
    /// Headings can only veto, so they are read only where without them the number
    /// would be accepted, together with what `earlier` frames of the same view said.
    ///
    /// # Errors
    /// [`ReadError`] when a model does not run.
    pub fn observe(
        &self,
        frame: &Frame,
        earlier: &[Evidence],
        expectation: &Expectation,
    ) -> Result<Observation, ReadError> {
        let layout = self.finder.find(frame, &self.room);
        let runs = self.read_runs(frame, &layout)?;
        let marks = read_marks(frame, &layout);
        let quality = quality_of(frame, &layout, &marks, &runs);
        let mut sighting = Sighting {
            cut_off: (layout.digits.iter()).any(|r| r.area.leaves(frame.width(), frame.height())),
            conditions: conditions(&quality, &layout),
            headings: Vec::new(),
            marks,
            runs,
        };
        let mut evidence = gather(&sighting, &expectation.codes);
        let so_far = fuse(earlier, evidence.clone());
        let elected = [&so_far, &evidence].map(|evidence| judge(evidence, expectation).number());
        if let Some(number) = elected.into_iter().flatten().next() {
            match self.read_headings(frame, &layout, &sighting, number)? {
                Some(headings) => {
                    sighting.headings = headings;
                    evidence = gather(&sighting, &expectation.codes);
                }
                // Earlier frames elected it, and nothing here tells where its headings would be: it
                // waits for a frame that shows it.
                None => evidence.alerts.push(Reason::TooFewWitnesses),
            }
        }
        Ok(Observation {
            size: (frame.width(), frame.height()),
            guidance: guidance_of(frame, &layout, &quality),
            evidence,
            quality,
            sighting,
            layout,
        })
    }

    /// Reads the label's other lines of print, those nearest to the number's own first; `None` where
    /// the frame does not show the number.
    fn read_headings(
        &self,
        frame: &Frame,
        layout: &Layout,
        sighting: &Sighting,
        number: VoucherNumber,
    ) -> Result<Option<Vec<Heading>>, ReadError> {
        let Some(own) = OwnPrint::of(sighting, &number) else {
            return Ok(None);
        };
        let label = LabelPlace::of(sighting);
        let mut areas: Vec<OrientedBox> = (layout.texts.iter())
            .map(|region| facing(&region.area, own.up()))
            .filter(|area| label.contains(area.centre))
            .collect();
        areas.sort_by(|a, b| own.distance(a).total_cmp(&own.distance(b)));
        let search = HeadingSearch {
            reader: &self.headings,
            lines: &self.lines,
            room: &self.room,
            frame,
            number,
            up: own.up(),
            digit_height: sighting
                .runs
                .first()
                .map_or(f32::MAX, |run| run.area.height),
        };
        Ok(Some(search.run(&areas)?))
    }

    /// Reads the digit regions, longest first; the longest one tells which way is up.
    fn read_runs(&self, frame: &Frame, layout: &Layout) -> Result<Vec<DigitRun>, ReadError> {
        let areas = joined_groups(&layout.digits);
        let Some((longest, others)) = areas.split_first() else {
            return Ok(Vec::new());
        };
        let look = self.lines.upright(&frame.luma, longest, &self.room)?;
        let up = look.area.angle;
        let mut runs = (self.lines).read_on(&frame.luma, look, LEAST_DIGITS, &self.room)?;
        for area in others.iter().take(MOST_DIGIT_REGIONS - 1) {
            let area = facing(area, up);
            runs.extend(
                self.lines
                    .read(&frame.luma, &area, LEAST_DIGITS, &self.room)?,
            );
        }
        runs.sort_by_key(|run| std::cmp::Reverse(run.a.glyphs.len()));
        Ok(without_repeats(runs))
    }
}

/// The area in whichever of its two directions is nearer to `up`. One that is
/// nearly parallel takes over the direction of the longest run, which is known
/// best.
fn facing(area: &OrientedBox, up: f32) -> OrientedBox {
    let area = if (area.angle - up).cos() < 0.0 {
        area.turned()
    } else {
        *area
    };
    if (area.angle - up).cos() > PARALLEL.cos() {
        OrientedBox { angle: up, ..area }
    } else {
        area
    }
}

/// Areas of digits with neighbours on the same line of print joined, longest first.
fn joined_groups(regions: &[Region]) -> Vec<OrientedBox> {
    let mut areas: Vec<OrientedBox> = regions.iter().map(|r| r.area).collect();
    let mut i = 0;
    while i < areas.len() {
        let near = (i + 1..areas.len()).find(|j| is_group(&areas[i], &areas[*j]));
        match near {
            Some(j) => {
                let other = areas.remove(j);
                areas[i] = joined(&areas[i], &other);
            }
            None => i += 1,
        }
    }
    areas.sort_by(|a, b| b.length.total_cmp(&a.length));
    areas
}

fn is_group(a: &OrientedBox, b: &OrientedBox) -> bool {
    let (u, v) = a.local(b.centre);
    let gap = u.abs() - (a.length + b.length) / 2.0;
    v.abs() < 0.5 * a.height.max(b.height)
        && gap < GROUP_GAP * a.height.min(b.height)
        && (0.6..1.6).contains(&(b.height / a.height))
}

fn joined(a: &OrientedBox, b: &OrientedBox) -> OrientedBox {
    let (far_a, far_b) = match a.local(b.centre).0 >= 0.0 {
        true => (-a.length / 2.0, b.length / 2.0),
        false => (a.length / 2.0, -b.length / 2.0),
    };
    let sign = if (a.angle - b.angle).cos() < 0.0 {
        -1.0
    } else {
        1.0
    };
    let (from, to) = (a.point(far_a, 0.0), b.point(sign * far_b, 0.0));
    let (from, to) = if far_a < 0.0 { (from, to) } else { (to, from) };
    OrientedBox {
        centre: Point::new((from.x + to.x) / 2.0, (from.y + to.y) / 2.0),
        angle: (to.y - from.y).atan2(to.x - from.x),
        length: from.distance(to),
        height: a.height.max(b.height),
    }
}

/// Drops runs that were read out of a longer run's place.
fn without_repeats(runs: Vec<DigitRun>) -> Vec<DigitRun> {
    let mut kept: Vec<DigitRun> = Vec::new();
    for run in runs {
        if !kept
            .iter()
            .any(|other| other.area.contains(run.area.centre))
        {
            kept.push(run);
        }
    }
    kept
}

fn read_marks(frame: &Frame, layout: &Layout) -> Vec<Mark> {
    let bars = (layout.bars.iter().take(MOST_MARK_REGIONS))
        .filter_map(|region| read_nw7(&frame.luma, &region.area));
    let qrs = (layout.qrs.iter().take(MOST_MARK_REGIONS))
        .filter_map(|region| read_qr(&frame.luma, &region.area));
    bars.chain(qrs).collect()
}

fn quality_of(frame: &Frame, layout: &Layout, marks: &[Mark], runs: &[DigitRun]) -> Quality {
    let label = layout.labels.first().map(|region| region.area);
    let mut quality = measure_quality(&frame.luma, label.as_ref());
    let by_qr = (marks.iter().find(|mark| mark.kind == MarkKind::Qr)).map(|qr| {
        let [a, b, c, _] = qr.corners.0;
        (a.distance(b) + b.distance(c)) / 2.0 / QR_MM
    });
    quality.px_per_mm = by_qr.or_else(|| runs.first().map(|run| run.area.height / DIGIT_MM));
    quality
}

fn guidance_of(frame: &Frame, layout: &Layout, quality: &Quality) -> Option<Guidance> {
    let label = layout.labels.first().map(|region| &region.area);
    let glare_at = (quality.glare > MOST_GLARE).then(|| glare_centre(&frame.luma, label));
    guide(
        quality,
        layout,
        (frame.width(), frame.height()),
        glare_at.flatten(),
    )
}

fn conditions(quality: &Quality, layout: &Layout) -> Vec<Reason> {
    let seen = !layout.digits.is_empty() || !layout.labels.is_empty() || !layout.texts.is_empty();
    [
        (quality.exposure < LEAST_EXPOSURE, Reason::TooDark),
        (seen && quality.focus < LEAST_FOCUS, Reason::OutOfFocus),
        (quality.glare > MOST_GLARE, Reason::Glare),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}
