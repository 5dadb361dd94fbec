//! Where to look next for the best focus. Pure: the caller moves the lens and measures.
//!
//! ```text
//!  coarse: the whole range ──▶ fine: round the best, closer each time ──▶ each step, several
//!                                                                         times ──▶ settle
//! ```
//!
//! Every pass goes upwards, after a run-up from below: a lens that rests a little beside where
//! it was sent, depending on which side it came from (backlash), is then always off by the same.
//! Noise is met by measuring the last pass several times and by fitting a parabola to its peak.

use super::sharpness::Sharpness;

/// Positions of the first pass: with a peak about a tenth of the range wide none is missed.
const COARSE: i32 = 16;

/// Positions of each later pass.
const FINE: i32 = 8;

/// How often each position of the last pass is measured.
const REPEATS: usize = 3;

/// Steps of the lens on each side of the best that the last pass measures.
const LAST_REACH: i32 = 4;

/// How far a run-up starts below, in coarse intervals.
const RUN_UP: i32 = 1;

/// How often a position is asked for again when nothing could be measured there.
const MOST_MISSES: u8 = 3;

/// A peak that stands so little out, as a share of the highest, is none: a scene without
/// detail, or a lens that does not move.
const LEAST_RISE: f64 = 0.15;

/// Points at least so high between the lowest and the highest belong to the peak.
const PEAK: f64 = 0.5;

/// A lens position in the camera's own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FocusPosition(pub i32);

/// Which positions a camera has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FocusRange {
    min: i32,
    max: i32,
    step: i32,
}

/// Positions that no camera can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "カメラのピント範囲（{min}〜{max}、間隔{step}）が正しくありません。別のカメラを使うか、ドライバーを確かめてください / the camera's focus range ({min} to {max} by {step}) makes no sense: use another camera, or check its driver"
)]
pub struct FocusRangeError {
    min: i32,
    max: i32,
    step: i32,
}

impl FocusRange {
    /// From the lowest to the highest position in steps.
    ///
    /// # Errors
    /// [`FocusRangeError`] unless there are at least two positions.
    pub fn new(min: i32, max: i32, step: i32) -> Result<Self, FocusRangeError> {
        let error = FocusRangeError { min, max, step };
        let span = max.checked_sub(min).ok_or(error)?;
        if step < 1 || span < step {
            return Err(error);
        }
        let max = min + span / step * step;
        Ok(Self { min, max, step })
    }

    /// The lowest position.
    pub fn min(self) -> FocusPosition {
        FocusPosition(self.min)
    }

    /// The highest position.
    pub fn max(self) -> FocusPosition {
        FocusPosition(self.max)
    }

    /// The distance of neighbouring positions.
    pub fn step(self) -> i32 {
        self.step
    }

    /// The position nearest to `index` steps above the lowest.
    fn at(self, index: i32) -> FocusPosition {
        FocusPosition(self.min + index.clamp(0, self.last()) * self.step)
    }

    /// Index of the highest position.
    fn last(self) -> i32 {
        (self.max - self.min) / self.step
    }
}

/// What the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Move the lens there, wait until it rests, measure, and tell.
    Go(FocusPosition),
    /// The lens is where it is sharpest.
    Done(FocusPosition),
    /// It is nowhere sharper than elsewhere.
    NoPeak,
}

/// Looks for the sharpest position of a lens.
///
/// ```
/// use uketsuke::optics::{FocusRange, FocusSweep, Plan, Sharpness};
///
/// let mut sweep = FocusSweep::new(FocusRange::new(0, 250, 5)?);
/// let mut measured = None;
/// let best = loop {
///     match sweep.next(measured) {
///         Plan::Go(at) => measured = Some(Sharpness(1.0 / (1.0 + f64::from(at.0 - 120).powi(2)))),
///         Plan::Done(best) => break best,
///         Plan::NoPeak => unreachable!(),
///     }
/// };
/// assert_eq!(best.0, 120);
/// # Ok::<(), uketsuke::optics::FocusRangeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FocusSweep {
    range: FocusRange,
    /// Positions of this pass that are still to be gone to, the next one last; with whether
    /// what is measured there counts.
    ahead: Vec<(i32, bool)>,
    /// Where the lens was sent, and whether its measurement counts.
    going: Option<(i32, bool)>,
    /// How often nothing was measured there.
    misses: u8,
    /// Positions between two of this pass.
    interval: i32,
    /// What this pass measured.
    points: Vec<(i32, f64)>,
    /// Everything that was measured, in order, for showing it.
    history: Vec<(FocusPosition, Sharpness)>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Searching,
    Last,
    Settling(i32),
    Over(Plan),
}

impl FocusSweep {
    /// Nothing measured yet.
    pub fn new(range: FocusRange) -> Self {
        let interval = (range.last() / COARSE).max(1);
        let mut sweep = Self {
            range,
            ahead: Vec::new(),
            going: None,
            misses: 0,
            interval,
            points: Vec::new(),
            history: Vec::new(),
            stage: Stage::Searching,
        };
        sweep.pass(0, range.last(), interval, 1);
        sweep
    }

    /// Everything that was measured where it counted.
    pub fn history(&self) -> &[(FocusPosition, Sharpness)] {
        &self.history
    }

    /// Takes in what was measured at the position that the last plan went to, `None` where
    /// nothing could be (and at the first call), and plans on.
    pub fn next(&mut self, measured: Option<Sharpness>) -> Plan {
        if let Stage::Over(plan) = self.stage {
            return plan;
        }
        if let Some((index, counts)) = self.going {
            match measured.filter(|sharpness| sharpness.0.is_finite()) {
                None if counts && self.misses + 1 < MOST_MISSES => {
                    self.misses += 1;
                    return Plan::Go(self.range.at(index));
                }
                Some(sharpness) if counts => {
                    self.points.push((index, sharpness.0));
                    self.history.push((self.range.at(index), sharpness));
                }
                _ => {}
            }
        }
        self.misses = 0;
        self.go_on()
    }

    /// The next position of this pass, or of the next pass.
    fn go_on(&mut self) -> Plan {
        while self.ahead.is_empty() {
            if let Some(plan) = self.finish_pass() {
                self.stage = Stage::Over(plan);
                return plan;
            }
        }
        self.going = self.ahead.pop();
        match self.going {
            Some((index, _)) => Plan::Go(self.range.at(index)),
            None => Plan::NoPeak,
        }
    }

    /// What comes after a pass; a plan when it was the last.
    fn finish_pass(&mut self) -> Option<Plan> {
        match self.stage {
            Stage::Searching if !stands_out(&self.points) => Some(Plan::NoPeak),
            Stage::Searching if self.interval == 1 => {
                let best = highest(&self.points);
                self.stage = Stage::Last;
                self.pass(best - LAST_REACH, best + LAST_REACH, 1, REPEATS);
                None
            }
            Stage::Searching => {
                let best = highest(&self.points);
                let reach = self.interval;
                self.interval = (2 * reach / FINE).max(1);
                self.pass(best - reach, best + reach, self.interval, 1);
                None
            }
            Stage::Last => {
                let best = peak(&self.points);
                self.stage = Stage::Settling(best);
                self.ahead = vec![(best, false), (best - self.run_up(), false)];
                None
            }
            Stage::Settling(best) => Some(Plan::Done(self.range.at(best))),
            Stage::Over(plan) => Some(plan),
        }
    }

    /// Plans to measure from `low` to `high`, upwards, after a run-up, so many times.
    fn pass(&mut self, low: i32, high: i32, interval: i32, times: usize) {
        let (low, high) = (low.max(0), high.min(self.range.last()));
        self.points.clear();
        let mut way = Vec::new();
        for _ in 0..times {
            way.push((low - self.run_up(), false));
            let steps = (low..=high).step_by(interval.max(1).unsigned_abs() as usize);
            way.extend(steps.map(|index| (index, true)));
            if (high - low) % interval != 0 {
                way.push((high, true));
            }
        }
        way.reverse();
        self.ahead = way;
    }

    /// Steps that a run-up starts below.
    fn run_up(&self) -> i32 {
        RUN_UP * (self.range.last() / COARSE).max(1)
    }
}

/// Whether the highest point stands out.
fn stands_out(points: &[(i32, f64)]) -> bool {
    let high = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let low = points.iter().map(|p| p.1).fold(f64::MAX, f64::min);
    points.len() > 1 && high > 0.0 && high - low > LEAST_RISE * high
}

/// Where the highest point is; 0 when there is none.
fn highest(points: &[(i32, f64)]) -> i32 {
    let best = points.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0, |(index, _)| *index)
}

/// Top of the parabola through the points of the peak, within what was measured.
fn peak(points: &[(i32, f64)]) -> i32 {
    let centre = highest(points);
    let high = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let low = points.iter().map(|p| p.1).fold(f64::MAX, f64::min);
    let of_peak = |p: &&(i32, f64)| p.1 >= low + PEAK * (high - low);
    let near = points.iter().filter(of_peak);
    let near = near.map(|(index, value)| (f64::from(index - centre), *value));
    match parabola(near) {
        Some((slope, bend)) if bend < 0.0 => {
            let offset = (-slope / (2.0 * bend)).round() as i32;
            centre + offset.clamp(-LAST_REACH, LAST_REACH)
        }
        _ => centre,
    }
}

/// Least squares of value = c + slope·x + bend·x²: slope and bend; `None` when the points do
/// not tell.
fn parabola(points: impl Iterator<Item = (f64, f64)>) -> Option<(f64, f64)> {
    let (mut n, mut x1, mut x2, mut x3, mut x4) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut y0, mut y1, mut y2) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        n += 1.0;
        x1 += x;
        x2 += x * x;
        x3 += x * x * x;
        x4 += x * x * x * x;
        y0 += y;
        y1 += x * y;
        y2 += x * x * y;
    }
    // Cramer's rule.
    let minor = |a: f64, b: f64, c: f64, d: f64| a * d - b * c;
    let whole = n * minor(x2, x3, x3, x4) - x1 * minor(x1, x3, x2, x4) + x2 * minor(x1, x2, x2, x3);
    if whole.abs() < 1e-9 {
        return None;
    }
    let slope = n * minor(y1, x3, y2, x4) - y0 * minor(x1, x3, x2, x4) + x2 * minor(x1, y1, x2, y2);
    let bend = n * minor(x2, y1, x3, y2) - x1 * minor(x1, y1, x2, y2) + y0 * minor(x1, x2, x2, x3);
    Some((slope / whole, bend / whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A lens with backlash: it lags behind by so much, on whichever side it comes from.
    struct Lens {
        best: f64,
        width: f64,
        backlash: f64,
        at: f64,
        noise: u64,
    }

    impl Lens {
        fn go(&mut self, to: f64) {
            let slack = self.backlash / 2.0;
            self.at = self.at.clamp(to - slack, to + slack);
        }

        /// Within one in a hundred.
        fn measure(&mut self) -> Sharpness {
            self.noise = self
                .noise
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let noise = (self.noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
            let off = (self.at - self.best) / self.width;
            Sharpness((0.05 + 1.0 / (1.0 + off * off)) * (1.0 + 0.02 * noise))
        }
    }

    fn found(range: FocusRange, lens: &mut Lens) -> (Plan, usize) {
        let mut sweep = FocusSweep::new(range);
        let mut measured = None;
        for looks in 0..500 {
            match sweep.next(measured) {
                Plan::Go(position) => {
                    lens.go(f64::from(position.0));
                    measured = Some(lens.measure());
                }
                over => return (over, looks),
            }
        }
        panic!("no end");
    }

    proptest! {
        #[test]
        fn the_best_is_found_within_one_step_in_spite_of_noise_and_backlash(
            best in 30.0..1_000.0_f64, noise: u64, backlash in 0.0..12.0_f64, width in 25.0..80.0_f64
        ) {
            let range = FocusRange::new(0, 1_023, 8).unwrap();
            let mut lens = Lens { best, width, backlash, at: 500.0, noise };
            let (plan, looks) = found(range, &mut lens);
            let Plan::Done(_) = plan else { panic!("{plan:?}") };
            prop_assert!((lens.at - best).abs() <= 8.0 + backlash / 2.0, "{} {best}", lens.at);
            prop_assert!(looks < 90, "{looks}");
        }

        #[test]
        fn every_position_is_one_that_the_camera_has(
            min in -100..100, count in 1..400i32, step in 1..20i32, peak in 0.0..1.0_f64
        ) {
            let range = FocusRange::new(min, min + count * step, step).unwrap();
            let best = f64::from(min) + peak * f64::from(count * step);
            let mut sweep = FocusSweep::new(range);
            let mut measured = None;
            loop {
                let plan = sweep.next(measured);
                let (Plan::Go(at) | Plan::Done(at)) = plan else { break };
                prop_assert!(at >= range.min() && at <= range.max());
                prop_assert_eq!((at.0 - min) % step, 0);
                if plan == Plan::Done(at) {
                    break;
                }
                let off = f64::from(at.0) - best;
                measured = Some(Sharpness(1.0 / (1.0 + off * off)));
            }
        }
    }

    #[test]
    fn a_lens_that_does_not_move_has_no_peak() {
        let range = FocusRange::new(0, 255, 5).unwrap();
        let mut lens = Lens {
            best: 100.0,
            width: 1e9,
            backlash: 0.0,
            at: 0.0,
            noise: 3,
        };
        assert_eq!(found(range, &mut lens).0, Plan::NoPeak);
    }

    #[test]
    fn a_position_where_nothing_can_be_measured_is_asked_for_again_and_then_left() {
        let range = FocusRange::new(0, 20, 1).unwrap();
        let mut sweep = FocusSweep::new(range);
        assert_eq!(sweep.next(None), Plan::Go(FocusPosition(0)));
        let asked: Vec<_> = (0..4).map(|_| sweep.next(None)).collect();
        let at = |position| Plan::Go(FocusPosition(position));
        assert_eq!(asked, [at(0), at(0), at(0), at(1)]);
        let ended = (0..500).any(|_| sweep.next(None) == Plan::NoPeak);
        assert!(ended && sweep.history().is_empty());
    }

    #[test]
    fn a_range_without_positions_is_none() {
        for (min, max, step) in [(0, 0, 1), (5, 1, 1), (0, 10, 0), (i32::MIN, i32::MAX, 1)] {
            assert!(FocusRange::new(min, max, step).is_err());
        }
        assert_eq!(FocusRange::new(0, 11, 5).unwrap().max(), FocusPosition(10));
    }
}
