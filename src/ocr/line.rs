//! From a region of digits to runs of digits that both recognisers have read.

use super::calibration::{Calibration, Curve};
use super::ctc::{Glyph, Symbol};
use super::headings::dark_on_light;
use super::ink::is_uneven;
use super::looks::fuse_looks;
use super::print_band::fit_print;
use super::recogniser::{OcrError, Recogniser, STRIP_ROWS};
use super::rule::without_rules;
use super::shadow::Shadow;
use crate::nets::Room;
use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// Rows of the strip that the print fills where A alone looks. The models were
/// trained with 17 to 26 of 32 rows.
const PRINT_ROWS_A: f32 = 21.0;

/// Rows that the print fills for A and for B, look by look: the second and third only
/// where a long run stayed doubtful. B looks a little wider, so that an accident of
/// resampling does not meet both.
const LOOKS: [(f32, f32); 3] = [(PRINT_ROWS_A, 19.5), (24.0, 22.5), (18.5, 17.5)];

/// Rows that the print of a heading fills where A looks for its dose, look by look:
/// kanji are a third taller than the digits beside them.
const HEADING_ROWS: [f32; 3] = [25.0, 28.0, PRINT_ROWS_A];

/// Runs of so many digits are worth further looks.
const LONG_RUN: usize = 10;

/// Probability from which one recogniser's digit is clear enough to cast doubt on whoever states
/// another one: well above a guess, below what makes a vote. Chosen, not fitted.
pub const CLEAR_DIGIT: f32 = 0.7;

/// Least peak of every digit for two readings to be alike: below it a digit is a
/// guess.
pub(super) const LEAST_PEAK: f32 = 0.5;

/// Paper shown left and right of a region, in heights of its print.
const MARGIN: f32 = 0.8;

/// A gap of so many times the usual distance of digits ends a run. Grouped
/// numbers (`24 131237 0000260274`) leave at most one digit free.
const RUN_GAP: f32 = 3.5;

/// A region whose print goes on is lengthened by so many heights, so many times at
/// most: a finder's region can lack a third of a line.
const EXTENSION: f32 = 4.0;
const MOST_EXTENSIONS: usize = 2;

/// Distances of digits in strip columns: below the first they are condensed and
/// shown at the second, but never wider than so many times.
const CONDENSED_PITCH: f32 = 13.5;
const USUAL_PITCH: f32 = 17.0;
const MOST_STRETCH: f32 = 1.7;

/// Widest strip that is read, in columns: 60 digits.
const MAX_COLUMNS: usize = 1_200;

/// What one recogniser read of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunReading {
    /// One glyph a digit.
    pub glyphs: Vec<Glyph>,
    /// Calibrated probability that every digit is right, 0–1.
    pub confidence: f32,
    /// The recogniser's frozen threshold: the least peak of a digit that may vote.
    pub threshold: f32,
    /// Whether the least sure digit reaches the threshold.
    pub sure: bool,
}

impl RunReading {
    pub(super) fn new(glyphs: Vec<Glyph>, curve: &Curve) -> Self {
        let least = (glyphs.iter().map(|g| g.peak).reduce(f32::min)).unwrap_or(0.0);
        Self {
            confidence: curve.probability(least),
            threshold: curve.threshold,
            sure: least >= curve.threshold,
            glyphs,
        }
    }

    fn is_guess(&self) -> bool {
        self.glyphs.iter().any(|g| g.peak < LEAST_PEAK)
    }

    /// The digits 0–9, or `None` at a glyph that is none.
    pub fn digits(&self) -> impl Iterator<Item = Option<u8>> + '_ {
        self.glyphs.iter().map(|g| match g.symbol {
            Symbol::Digit(d) => Some(d),
            Symbol::Other => None,
        })
    }
}

/// Adjacent digits in the frame, read by both recognisers.
#[derive(Clone, Debug)]
pub struct DigitRun {
    /// Where, in reading direction, as high as the print.
    pub area: OrientedBox,
    /// What A read.
    pub a: RunReading,
    /// What B read in the same place; empty where B saw no digits.
    pub b: RunReading,
    /// Whether one digit carries other ink than the rest: a pen may have changed it.
    pub uneven_ink: bool,
}

impl DigitRun {
    /// The digits that both recognisers read, each at its threshold.
    pub fn agreed(&self) -> Option<Vec<u8>> {
        (self.a.sure && self.b.sure).then(|| self.read_alike())?
    }

    /// The digits that both recognisers read alike, sure or not. Enough for a field
    /// whose digits another voter states too, never for the line.
    pub fn read_alike(&self) -> Option<Vec<u8>> {
        let (a, b) = (&self.a, &self.b);
        if a.glyphs.len() != b.glyphs.len() || a.is_guess() || b.is_guess() {
            return None;
        }
        (self.a.digits().zip(self.b.digits()))
            .map(|(a, b)| a.filter(|_| a == b))
            .collect()
    }

    /// Whether it is worth a further look.
    fn is_doubtful(&self) -> bool {
        self.a.glyphs.len() >= LONG_RUN && self.agreed().is_none()
    }

    /// Takes over what both recognisers are sure of in the same place of `others`, unless one of
    /// them was clear about another digit here.
    fn replace_by_one_of(&mut self, others: &[Self]) {
        let surer = (others.iter())
            .find(|other| other.area.contains(self.area.centre) && other.agreed().is_some())
            .filter(|other| !self.denies(other));
        if let Some(surer) = surer {
            let uneven_ink = self.uneven_ink || surer.uneven_ink;
            *self = Self {
                uneven_ink,
                ..surer.clone()
            };
        }
    }

    /// Whether a recogniser that counts as many digits is clear about another one.
    fn denies(&self, other: &Self) -> bool {
        let differs =
            |(own, other): (&Glyph, &Glyph)| own.symbol != other.symbol && own.peak >= CLEAR_DIGIT;
        let denied = |own: &RunReading| {
            own.glyphs.len() == other.a.glyphs.len()
                && own.glyphs.iter().zip(&other.a.glyphs).any(differs)
        };
        denied(&self.a) || denied(&self.b)
    }

    /// A's digits as text: what was seen, sure or not.
    pub fn text(&self) -> String {
        (self.a.digits())
            .map(|d| d.map_or('?', |d| char::from(b'0' + d)))
            .collect()
    }

    /// The lower of the two calibrated confidences.
    pub fn confidence(&self) -> f32 {
        self.a.confidence.min(self.b.confidence)
    }
}

/// Both recognisers and their calibration.
pub struct LineReader {
    a: Recogniser,
    b: Recogniser,
    calibration: Calibration,
}

impl LineReader {
    /// Loads the embedded models.
    ///
    /// # Errors
    /// [`OcrError`] when the build is damaged.
    pub fn new() -> Result<Self, OcrError> {
        Ok(Self {
            a: Recogniser::a()?,
            b: Recogniser::b()?,
            calibration: Calibration::embedded()?,
        })
    }

    /// Fits a region to its print and turns it the right way up: the direction in
    /// which A reads more digits, and surer ones.
    ///
    /// # Errors
    /// [`OcrError`] when a model does not run.
    pub fn upright(&self, luma: &Plane, area: &OrientedBox, room: &Room) -> Result<Look, OcrError> {
        let area = fit_print(luma, area);
        let here = self.look(luma, area, room)?;
        let turned = self.look(luma, area.turned(), room)?;
        Ok(if turned.digits_seen() > here.digits_seen() {
            turned
        } else {
            here
        })
    }

    /// What A reads in a fitted area.
    fn look(&self, luma: &Plane, area: OrientedBox, room: &Room) -> Result<Look, OcrError> {
        let strip = strip_of(luma, &area, PRINT_ROWS_A, 1.0);
        let glyphs = self.a.read(&strip, room)?;
        Ok(Look {
            area,
            strip,
            glyphs,
        })
    }

    /// Whether this is the digit that A sees most clearly in a line of headings, in
    /// one of several looks.
    ///
    /// # Errors
    /// [`OcrError`] when the model does not run.
    pub fn sees_digit(
        &self,
        luma: &Plane,
        area: &OrientedBox,
        digit: u8,
        room: &Room,
    ) -> Result<bool, OcrError> {
        let area = fit_print(luma, area);
        for rows in HEADING_ROWS {
            let strip = dark_on_light(strip_of(luma, &area, rows, 1.0));
            let glyphs = self.a.read(&strip, room)?;
            let strongest = (glyphs.iter())
                .filter(|g| matches!(g.symbol, Symbol::Digit(_)))
                .max_by(|a, b| a.peak.total_cmp(&b.peak));
            if strongest.is_some_and(|g| g.symbol == Symbol::Digit(digit) && g.peak >= LEAST_PEAK) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads every run of at least `least` digits in a region given in reading
    /// direction.
    ///
    /// # Errors
    /// [`OcrError`] when a model does not run.
    pub fn read(
        &self,
        luma: &Plane,
        area: &OrientedBox,
        least: usize,
        room: &Room,
    ) -> Result<Vec<DigitRun>, OcrError> {
        let look = self.look(luma, fit_print(luma, area), room)?;
        self.read_on(luma, look, least, room)
    }

    /// Reads every run of at least `least` digits in a region that A has looked at.
    ///
    /// # Errors
    /// [`OcrError`] when a model does not run.
    pub fn read_on(
        &self,
        luma: &Plane,
        look: Look,
        least: usize,
        room: &Room,
    ) -> Result<Vec<DigitRun>, OcrError> {
        let Some(mut fitted) = self.fit(luma, look, least, room)? else {
            return Ok(Vec::new());
        };
        let mut runs = self.runs_in_looks(luma, &fitted, least, room)?;
        if runs.iter().any(DigitRun::is_doubtful)
            && let Some(shadow) = Shadow::across(&fitted.strip)
        {
            fitted.shadow = Some(shadow);
            fitted.strip = fitted.strip_of(luma, PRINT_ROWS_A);
            fitted.glyphs = self.a.read(&fitted.strip, room)?;
            let clear = self.runs_in_looks(luma, &fitted, least, room)?;
            for run in runs.iter_mut().filter(|run| run.is_doubtful()) {
                run.replace_by_one_of(&clear);
            }
        }
        Ok(runs)
    }

    /// The runs of at least `least` digits of a fitted region, the long ones in as many looks as
    /// it takes.
    fn runs_in_looks(
        &self,
        luma: &Plane,
        fitted: &Fitted,
        least: usize,
        room: &Room,
    ) -> Result<Vec<DigitRun>, OcrError> {
        let mut runs = self.runs_of(luma, fitted, LOOKS[0].1, room)?;
        runs.retain(|run| run.a.glyphs.len() >= least);
        let mut looks: Vec<Vec<DigitRun>> = runs.iter().map(|run| vec![run.clone()]).collect();
        for (rows_a, rows_b) in LOOKS.into_iter().skip(1) {
            if !runs.iter().any(DigitRun::is_doubtful) {
                break;
            }
            let again = self.look_again(luma, fitted, (rows_a, rows_b), room)?;
            for (run, looks) in runs
                .iter_mut()
                .zip(&mut looks)
                .filter(|(run, _)| run.is_doubtful())
            {
                looks.extend(
                    again
                        .iter()
                        .filter(|other| other.area.contains(run.area.centre))
                        .cloned(),
                );
                if let Some(surer) = fuse_looks(looks, [&self.calibration.a, &self.calibration.b]) {
                    *run = surer;
                }
            }
        }
        Ok(runs)
    }

    /// Reads a fitted region once more, its print filling so many rows of A's strip and of B's.
    fn look_again(
        &self,
        luma: &Plane,
        fitted: &Fitted,
        (rows_a, rows_b): (f32, f32),
        room: &Room,
    ) -> Result<Vec<DigitRun>, OcrError> {
        let strip = fitted.strip_of(luma, rows_a);
        let glyphs = without_rules(luma, &fitted.area, &strip, self.a.read(&strip, room)?);
        let again = Fitted {
            strip,
            glyphs,
            ..*fitted
        };
        self.runs_of(luma, &again, rows_b, room)
    }

    /// Fits a region to its print along and across, and finds the stretch that its
    /// digits need; `None` when it holds no run of `least` digits.
    fn fit(
        &self,
        luma: &Plane,
        look: Look,
        least: usize,
        room: &Room,
    ) -> Result<Option<Fitted>, OcrError> {
        let mut look = look;
        for _ in 0..MOST_EXTENSIONS {
            let Some(longer) = extended(&look.area, &look.glyphs, &look.strip) else {
                break;
            };
            look = self.look(luma, fit_print(luma, &longer), room)?;
        }
        let Look {
            area,
            mut strip,
            mut glyphs,
        } = look;
        if split_runs(&glyphs).iter().all(|run| run.len() < least) {
            return Ok(None);
        }
        let stretch = stretch_for(&glyphs);
        if stretch > 1.0 {
            strip = strip_of(luma, &area, PRINT_ROWS_A, stretch);
            glyphs = self.a.read(&strip, room)?;
        }
        Ok(Some(Fitted {
            glyphs: without_rules(luma, &area, &strip, glyphs),
            area,
            stretch,
            shadow: None,
            strip,
        }))
    }

    /// Adds B's reading to A's of a fitted region, its print filling so many rows of
    /// B's strip.
    fn runs_of(
        &self,
        luma: &Plane,
        fitted: &Fitted,
        rows_b: f32,
        room: &Room,
    ) -> Result<Vec<DigitRun>, OcrError> {
        let (area, strip_a, glyphs_a) = (&fitted.area, &fitted.strip, &fitted.glyphs);
        let strip_b = fitted.strip_of(luma, rows_b);
        let glyphs_b = self.b.read(&strip_b, room)?;
        Ok((split_runs(glyphs_a).into_iter())
            .map(|run| {
                let a = &glyphs_a[run];
                let (from, to) = extent(a, strip_a);
                let place = area.section(from, to);
                let mut run = DigitRun {
                    area: place,
                    uneven_ink: false,
                    a: RunReading::new(a.to_vec(), &self.calibration.a),
                    b: RunReading::new(within(&glyphs_b, &strip_b, from, to), &self.calibration.b),
                };
                let sure = run.agreed().is_some();
                run.uneven_ink = a.len() >= LONG_RUN && is_uneven(luma, &place, a.len(), sure);
                run
            })
            .collect())
    }
}

/// What A read in a region, shown as wide as it is.
pub struct Look {
    /// The region, fitted to its print.
    pub area: OrientedBox,
    strip: Strip,
    glyphs: Vec<Glyph>,
}

impl Look {
    /// How many digits were read, and how surely; other glyphs speak against.
    fn digits_seen(&self) -> f32 {
        (self.glyphs.iter())
            .map(|g| match g.symbol {
                Symbol::Digit(_) => g.peak,
                Symbol::Other => -0.5 * g.peak,
            })
            .sum()
    }
}

/// A region fitted to its print, as A read it.
struct Fitted {
    area: OrientedBox,
    stretch: f32,
    /// What is lifted off its strips.
    shadow: Option<Shadow>,
    strip: Strip,
    glyphs: Vec<Glyph>,
}

impl Fitted {
    /// Its strip, the print filling so many rows.
    fn strip_of(&self, luma: &Plane, print_rows: f32) -> Strip {
        let strip = strip_of(luma, &self.area, print_rows, self.stretch);
        match self.shadow {
            Some(shadow) => shadow.lifted_off(strip),
            None => strip,
        }
    }
}

/// The strip of a region, with margins, so that its print fills `print_rows`,
/// `stretch` times as wide as it is.
fn strip_of(luma: &Plane, area: &OrientedBox, print_rows: f32, stretch: f32) -> Strip {
    let scale = print_rows / area.height;
    let shown = OrientedBox {
        length: area.length + 2.0 * MARGIN * area.height,
        height: STRIP_ROWS as f32 / scale,
        ..*area
    };
    let columns =
        ((shown.length * scale * stretch).round() as usize).clamp(STRIP_ROWS, MAX_COLUMNS);
    rectify(luma, &shown, columns, STRIP_ROWS)
}

/// How much wider a line of condensed digits is to be shown: a recogniser has a
/// column for every four of the strip, and needs two columns a digit at least.
fn stretch_for(glyphs: &[Glyph]) -> f32 {
    let pitch = usual_pitch(glyphs);
    if pitch < CONDENSED_PITCH {
        (USUAL_PITCH / pitch).min(MOST_STRETCH)
    } else {
        1.0
    }
}

/// The area lengthened where a glyph stands in the margin, which is paper when the
/// whole line was found: a digit, or one that the end cuts into something else.
/// `None` when none does.
fn extended(area: &OrientedBox, glyphs: &[Glyph], strip: &Strip) -> Option<OrientedBox> {
    let margin = MARGIN * PRINT_ROWS_A;
    let end = strip.width as f32 - margin;
    let cut = |at_end: bool| if at_end { EXTENSION * area.height } else { 0.0 };
    let before = cut(glyphs.first().is_some_and(|g| g.x < margin));
    let after = cut(glyphs.last().is_some_and(|g| g.x > end));
    let half = area.length / 2.0;
    (before + after > 0.0).then(|| area.section(-half - before, half + after))
}

/// Index ranges of adjacent digits: a run ends at another glyph or a wide gap.
fn split_runs(glyphs: &[Glyph]) -> Vec<std::ops::Range<usize>> {
    let pitch = usual_pitch(glyphs);
    let mut runs = Vec::new();
    let mut start: Option<usize> = None;
    for (i, glyph) in glyphs.iter().enumerate() {
        let is_digit = matches!(glyph.symbol, Symbol::Digit(_));
        let far = i > 0 && glyph.x - glyphs[i - 1].x > RUN_GAP * pitch;
        if let Some(first) = start
            && (!is_digit || far)
        {
            runs.push(first..i);
            start = None;
        }
        if is_digit && start.is_none() {
            start = Some(i);
        }
    }
    runs.extend(start.map(|first| first..glyphs.len()));
    runs
}

/// Median distance of neighbouring glyphs, in strip columns.
pub(super) fn usual_pitch(glyphs: &[Glyph]) -> f32 {
    let mut steps: Vec<f32> = glyphs.windows(2).map(|w| w[1].x - w[0].x).collect();
    steps.sort_by(f32::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(f32::MAX)
}

/// Where the glyphs begin and end, in frame pixels from the strip's centre:
/// half a pitch beyond the outer centres.
fn extent(glyphs: &[Glyph], strip: &Strip) -> (f32, f32) {
    let to_frame = strip.shows.length / strip.width as f32;
    let half = match glyphs.len() {
        0 | 1 => STRIP_ROWS as f32 / 4.0,
        n => (glyphs[n - 1].x - glyphs[0].x) / (n - 1) as f32 / 2.0,
    };
    let first = glyphs.first().map_or(0.0, |g| g.x) - half;
    let last = glyphs.last().map_or(0.0, |g| g.x) + half;
    let middle = strip.width as f32 / 2.0;
    ((first - middle) * to_frame, (last - middle) * to_frame)
}

/// The glyphs whose centres lie between two frame distances from the centre.
fn within(glyphs: &[Glyph], strip: &Strip, from: f32, to: f32) -> Vec<Glyph> {
    let to_frame = strip.shows.length / strip.width as f32;
    let middle = strip.width as f32 / 2.0;
    (glyphs.iter())
        .filter(|g| {
            let u = (g.x - middle) * to_frame;
            u > from && u < to
        })
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(text: &str) -> Vec<Glyph> {
        (text.chars().enumerate())
            .filter(|(_, c)| *c != ' ')
            .map(|(i, c)| Glyph {
                symbol: c
                    .to_digit(10)
                    .map_or(Symbol::Other, |d| Symbol::Digit(d as u8)),
                digits: [0.0; 10],
                peak: 1.0,
                x: i as f32 * 18.0,
            })
            .collect()
    }

    #[test]
    fn groups_with_a_digit_of_space_stay_one_run() {
        assert_eq!(split_runs(&glyphs("24 131237 0000260274")).len(), 1);
    }

    #[test]
    fn a_wide_gap_or_another_glyph_ends_a_run() {
        assert_eq!(split_runs(&glyphs("123456     789012")).len(), 2);
        assert_eq!(split_runs(&glyphs("12?34")), vec![0..2, 3..5]);
    }
}
