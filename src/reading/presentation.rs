//! One voucher, from being put down until it is taken away. Pure.
//!
//! All evidence of a voucher is owned by its [`Presentation`] and dropped with it:
//! there is no place where a last result could live on. A presentation accepts at
//! most one number. The next one begins with an empty view, or with a view that
//! clearly shows another number.
//!
//! Frames of one view at rest are judged together ([`fuse`]); what was seen before the
//! view moved is not looked at again.

use std::time::Duration;

use super::evidence::Evidence;
use super::fusion::fuse;
use super::reader::{LEAST_FOCUS, Observation};
use super::reason::Reason;
use super::sight::Motion;
use super::verdict::{Expectation, Verdict, backers, judge};
use super::witness::{Pattern, Witness, WitnessKind};
use crate::optics::{Frame, FrameId};
use crate::voucher::VoucherNumber;

/// A view that is empty and at rest for this long ends a presentation: a hand
/// hides a voucher for a moment.
const EMPTY_AT_REST: Duration = Duration::from_millis(100);

/// A view in motion that shows nothing for this long ends it too: vouchers that
/// are exchanged briskly leave no view at rest between them, and one that is
/// pushed about is blurred for less.
const EMPTY_IN_MOTION: Duration = Duration::from_millis(300);

/// Something that shows no number is told as refused only after it lay still this long.
const RESTED_FOR: Duration = Duration::from_millis(1_000);

/// Most frames of a view at rest that are judged together with the present one: the
/// first ones, so that nothing that dissented is forgotten while the view rests. Three
/// seconds at 30 frames a second; what is undecided then is for a person.
const MOST_FRAMES: usize = 90;

/// Without a frame for longer than this, a voucher may have been exchanged unseen: hands take about a
/// second for it. Cameras that work give a frame every 33 to 500 ms.
const UNSEEN: Duration = Duration::from_millis(1_000);

/// Undisputed digits from which a view at rest, after it moved, still shows the number that
/// was accepted: as many as a barcode has, so one mark is enough.
const CONFIRMED: usize = 10;

/// Conflicting digits from which a view at rest that is not accepted shows another number:
/// one alone can be a misread of the same voucher. A number that is accepted is another one
/// if it differs at all: neighbours of one family differ in one digit.
const OTHER_NUMBER: usize = 2;

/// What one frame told, as far as presentations care.
#[derive(Clone, Debug)]
pub struct Glance {
    /// Which frame.
    pub frame: FrameId,
    /// When, on the camera's monotonic clock.
    pub at: Duration,
    /// Whether the view is at rest.
    pub motion: Motion,
    /// Whether anything of a voucher can be seen: digits, marks, a label.
    pub occupied: bool,
    /// Whether its print is in focus.
    pub sharp: bool,
    /// What this frame says about a voucher's number.
    pub evidence: Evidence,
}

impl Glance {
    /// What was observed in a frame.
    pub fn of(frame: &Frame, motion: Motion, seen: &Observation) -> Self {
        Self {
            frame: frame.id,
            at: frame.at,
            motion,
            occupied: seen.shows_voucher(),
            sharp: seen.quality.focus >= LEAST_FOCUS,
            evidence: seen.evidence.clone(),
        }
    }
}

/// Where a presentation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Being put down.
    Settling,
    /// At rest, not yet read.
    Reading,
    /// Read: to be taken away.
    Done,
}

/// A number that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The number.
    pub number: VoucherNumber,
    /// The frame that decided.
    pub frame: FrameId,
    /// From the first frame of the presentation that was at rest and sharp to the one that
    /// decided, on the camera's clock.
    pub took: Duration,
    /// Who stands behind it, each kind once.
    pub witnesses: Vec<WitnessKind>,
}

/// A voucher that lies there, and whose number is not accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct InDoubt {
    /// The frame that told most of it.
    pub frame: FrameId,
    /// What is known of it, and why that is not enough.
    pub verdict: Verdict,
    /// Who said what of its digits.
    pub witnesses: Vec<Witness>,
}

/// What comes out of watching the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A number was accepted; told once for each presentation.
    Accepted(Accepted),
    /// The voucher is gone, or another one has taken its place.
    Ended(Presented),
}

/// The history of one voucher, told at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Presented {
    /// What was decided; review or refused when nothing was accepted.
    pub verdict: Verdict,
    /// First frame that showed it.
    pub first: FrameId,
    /// Frame that decided.
    pub decided: Option<FrameId>,
    /// Last frame that showed it.
    pub last: FrameId,
}

/// Evidence of one voucher.
#[derive(Clone, Debug)]
struct Voucher {
    first: FrameId,
    last: FrameId,
    /// When the last frame that showed it was taken.
    seen_at: Duration,
    decided: Option<(FrameId, VoucherNumber)>,
    undecided: InDoubt,
    number_seen: bool,
    /// When it first lay at rest and sharp.
    settled: Option<Duration>,
    /// What the frames of the present view at rest say, until it is decided.
    at_rest: Vec<Evidence>,
    /// Whether the view has moved since it was decided, or showed a number.
    moved: bool,
    /// Whether nobody looked for a while, and no view at rest was held against this voucher since.
    unseen: bool,
    /// Since when a view that moved after it was decided lies still and does not show its number.
    strange_since: Option<Duration>,
    still_since: Option<Duration>,
    rested: Duration,
}

/// Watches a desk: empty → settling → reading → done → empty.
#[derive(Clone, Debug, Default)]
pub struct Presentation {
    expectation: Expectation,
    voucher: Option<Voucher>,
    empty: Option<Empty>,
}

impl Presentation {
    /// Nothing on the desk; `expectation` is of every voucher that will lie there.
    pub fn new(expectation: Expectation) -> Self {
        Self {
            expectation,
            ..Self::default()
        }
    }

    /// What the frames of the present view at rest said, for the next one to be read with.
    pub fn at_rest(&self) -> &[Evidence] {
        self.voucher
            .as_ref()
            .map_or(&[], |voucher| voucher.at_rest.as_slice())
    }

    /// Where the present voucher stands; `None` when the desk is empty.
    pub fn phase(&self) -> Option<Phase> {
        self.voucher.as_ref().map(|voucher| match voucher {
            v if v.decided.is_some() => Phase::Done,
            v if v.still_since.is_some() => Phase::Reading,
            _ => Phase::Settling,
        })
    }

    /// Whether the number of the voucher that lies there was accepted.
    pub fn is_decided(&self) -> bool {
        self.phase() == Some(Phase::Done)
    }

    /// Whether what lies there is a voucher, and not a hand or a shadow that passes: its end will
    /// be told.
    pub fn shows_voucher(&self) -> bool {
        self.voucher.as_ref().is_some_and(Voucher::worth_telling)
    }

    /// What is known of a voucher that has lain at rest for long enough to be read and was not.
    pub fn in_doubt(&self) -> Option<&InDoubt> {
        let voucher = self.voucher.as_ref()?;
        let rests = voucher.still_since.is_some() && voucher.rested >= RESTED_FOR;
        (rests && voucher.decided.is_none()).then_some(&voucher.undecided)
    }

    /// Takes in one frame.
    pub fn see(&mut self, glance: &Glance) -> Vec<Outcome> {
        if !glance.occupied {
            return self.see_empty(glance).into_iter().collect();
        }
        let mut outcomes = Vec::new();
        // Frames in between may have been dropped.
        let hidden = |empty: Empty| glance.at.saturating_sub(empty.since);
        if (self.empty.take()).is_some_and(|empty| hidden(empty) >= EMPTY_IN_MOTION) {
            outcomes.extend(self.end());
        }
        if let Some(voucher) = &mut self.voucher
            && glance.at.saturating_sub(voucher.seen_at) > UNSEEN
        {
            voucher.lost_sight();
        }
        let alone = judge(&glance.evidence, &self.expectation);
        let mut at_rest = Vec::new();
        if let Some(voucher) = &mut self.voucher
            && voucher.is_replaced_by(glance, &alone)
        {
            // What this view showed since it moved is the new voucher's.
            at_rest = std::mem::take(&mut voucher.at_rest);
            outcomes.extend(self.end());
        }
        let voucher = self.voucher.get_or_insert_with(|| Voucher {
            at_rest,
            ..Voucher::at(glance)
        });
        outcomes.extend(voucher.see(glance, alone, &self.expectation));
        outcomes
    }

    /// The camera has ended: whatever lies there is taken away.
    pub fn end(&mut self) -> Option<Outcome> {
        self.empty = None;
        let voucher = self.voucher.take()?;
        voucher
            .worth_telling()
            .then(|| Outcome::Ended(voucher.into_presented()))
    }

    fn see_empty(&mut self, glance: &Glance) -> Option<Outcome> {
        let voucher = self.voucher.as_mut()?;
        voucher.still_since = None;
        voucher.at_rest.clear();
        let empty = self.empty.get_or_insert_with(|| Empty::since(glance.at));
        match glance.motion {
            Motion::Moving => empty.at_rest_since = None,
            Motion::Still => {
                empty.at_rest_since.get_or_insert(glance.at);
            }
        }
        empty.is_final(glance.at).then(|| self.end()).flatten()
    }
}

/// A view that shows nothing, while a voucher was there before.
#[derive(Clone, Copy, Debug)]
struct Empty {
    since: Duration,
    at_rest_since: Option<Duration>,
}

impl Empty {
    fn since(at: Duration) -> Self {
        Self {
            since: at,
            at_rest_since: None,
        }
    }

    /// Whether the voucher is gone, not hidden.
    fn is_final(&self, now: Duration) -> bool {
        let lasted = |since: Duration| now.saturating_sub(since);
        lasted(self.since) >= EMPTY_IN_MOTION
            || (self.at_rest_since).is_some_and(|since| lasted(since) >= EMPTY_AT_REST)
    }
}

impl Voucher {
    fn at(glance: &Glance) -> Self {
        Self {
            first: glance.frame,
            last: glance.frame,
            seen_at: glance.at,
            decided: None,
            undecided: InDoubt {
                frame: glance.frame,
                verdict: Verdict::Refused {
                    reasons: vec![Reason::NoVoucher],
                },
                witnesses: Vec::new(),
            },
            number_seen: false,
            settled: None,
            at_rest: Vec::new(),
            moved: false,
            unseen: false,
            strange_since: None,
            still_since: None,
            rested: Duration::ZERO,
        }
    }

    /// Takes in one more frame; `alone` is the verdict on nothing but it.
    fn see(
        &mut self,
        glance: &Glance,
        alone: Verdict,
        expectation: &Expectation,
    ) -> Option<Outcome> {
        (self.last, self.seen_at) = (glance.frame, glance.at);
        self.number_seen |= glance.evidence.number_seen;
        self.rest(glance);
        if let Some((_, number)) = self.decided {
            self.look_for(number, glance, &alone);
            return None;
        }
        if glance.motion == Motion::Moving {
            self.doubt(glance, alone, &glance.evidence.witnesses);
            return None;
        }
        // What this view shows is this voucher's until it moves again.
        self.moved &= known_pattern(&alone).is_none_or(|shown| shown == Pattern::SILENT);
        let together = fuse(&self.at_rest, glance.evidence.clone());
        if self.at_rest.len() < MOST_FRAMES {
            self.at_rest.push(glance.evidence.clone());
        }
        let Verdict::Accepted(number) = judge(&together, expectation) else {
            self.doubt(glance, judge(&together, expectation), &together.witnesses);
            return None;
        };
        self.decided = Some((glance.frame, number));
        self.moved = false;
        self.at_rest.clear();
        let since = self.settled.unwrap_or(glance.at);
        Some(Outcome::Accepted(Accepted {
            number,
            frame: glance.frame,
            took: glance.at.saturating_sub(since),
            witnesses: backers(&together.witnesses, number),
        }))
    }

    /// Nobody looked for so long that another voucher, which looks alike, may lie there: what was
    /// seen before is not held together with what comes, and a number has to be shown again.
    fn lost_sight(&mut self) {
        (self.moved, self.unseen) = (true, true);
        self.at_rest.clear();
        (self.settled, self.strange_since) = (None, None);
    }

    /// Whether a view that moved still shows the number that was accepted.
    fn look_for(&mut self, number: VoucherNumber, glance: &Glance, alone: &Verdict) {
        if glance.motion == Motion::Moving || !self.moved {
            self.strange_since = None;
            return;
        }
        let shown = known_pattern(alone).unwrap_or(Pattern::SILENT);
        let whole = Pattern(number.digits().map(Some));
        if shown.conflicts(&whole) == 0 && shown.0.iter().flatten().count() >= CONFIRMED {
            self.moved = false;
            self.strange_since = None;
            self.at_rest.clear();
            return;
        }
        self.strange_since.get_or_insert(glance.at);
        if self.at_rest.len() < MOST_FRAMES {
            self.at_rest.push(glance.evidence.clone());
        }
    }

    /// Keeps what tells most of a voucher that is not decided.
    fn doubt(&mut self, glance: &Glance, verdict: Verdict, witnesses: &[Witness]) {
        // In motion nothing is accepted, and so nothing is doubted either.
        let accepted = verdict.number().is_some();
        if !accepted && known_digits(&verdict) >= known_digits(&self.undecided.verdict) {
            self.undecided = InDoubt {
                frame: glance.frame,
                verdict,
                witnesses: witnesses.to_vec(),
            };
        }
    }

    fn rest(&mut self, glance: &Glance) {
        match glance.motion {
            Motion::Moving => {
                self.still_since = None;
                self.moved = true;
                self.at_rest.clear();
            }
            Motion::Still => {
                let since = *self.still_since.get_or_insert(glance.at);
                if glance.sharp {
                    self.settled.get_or_insert(glance.at);
                }
                self.rested = self.rested.max(glance.at.saturating_sub(since));
            }
        }
    }

    /// Whether the glance, at rest, shows another number than this voucher's; `alone` is
    /// the verdict on nothing but it.
    fn is_replaced_by(&mut self, glance: &Glance, alone: &Verdict) -> bool {
        if glance.motion == Motion::Moving || !self.moved {
            return false;
        }
        // It does not show its number any more: whatever lies there is for itself.
        let strange = (self.strange_since).map(|since| glance.at.saturating_sub(since));
        if strange.is_some_and(|lasted| lasted >= RESTED_FOR) {
            return true;
        }
        let shown = known_pattern(alone);
        if std::mem::take(&mut self.unseen) && self.decided.is_none() && self.worth_telling() {
            let mine = known_pattern(&self.undecided.verdict).unwrap_or(Pattern::SILENT);
            return !shown.is_some_and(|shown| agree(&shown, &mine));
        }
        let Some(shown) = shown else {
            return false;
        };
        let whole = |number: VoucherNumber| Pattern(number.digits().map(Some));
        let mine = match self.decided {
            Some((_, number)) => Some(whole(number)),
            None => known_pattern(&self.undecided.verdict),
        };
        let mine = mine.unwrap_or(Pattern::SILENT);
        let certain = alone.number().is_some() && mine.complete().is_some();
        shown.conflicts(&mine) >= if certain { 1 } else { OTHER_NUMBER }
    }

    /// Shadows and hands come and go; only what showed a number, or lay there, is
    /// a voucher that was put down.
    fn worth_telling(&self) -> bool {
        self.number_seen || self.rested >= RESTED_FOR
    }

    fn into_presented(self) -> Presented {
        Presented {
            verdict: match self.decided {
                Some((_, number)) => Verdict::Accepted(number),
                None => self.undecided.verdict,
            },
            first: self.first,
            decided: self.decided.map(|(frame, _)| frame),
            last: self.last,
        }
    }
}

/// The digits that a verdict states.
fn known_pattern(verdict: &Verdict) -> Option<Pattern> {
    match verdict {
        Verdict::Accepted(number) => Some(Pattern(number.digits().map(Some))),
        Verdict::Review { candidate, .. } => Some(*candidate),
        Verdict::Refused { .. } => None,
    }
}

/// Whether both state some of the same digits, and nothing that differs.
fn agree(one: &Pattern, other: &Pattern) -> bool {
    let both = one.0.iter().zip(&other.0);
    let mut stated = both.filter(|(one, other)| one.is_some() && other.is_some());
    one.conflicts(other) == 0 && stated.next().is_some()
}

/// How much an undecided verdict knows: the most telling one is kept.
fn known_digits(verdict: &Verdict) -> usize {
    known_pattern(verdict).map_or(0, |pattern| 1 + pattern.0.iter().flatten().count())
}

#[cfg(test)]
mod tests;
