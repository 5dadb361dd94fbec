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
    decided: Option<(FrameId, VoucherNumber)>,
    undecided: InDoubt,
    number_seen: bool,
    /// When it first lay at rest and sharp.
    settled: Option<Duration>,
    /// What the frames of the present view at rest say, until it is decided.
    at_rest: Vec<Evidence>,
    /// Whether the view has moved since it was decided, or showed a number.
    moved: bool,
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
        self.last = glance.frame;
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
    fn is_replaced_by(&self, glance: &Glance, alone: &Verdict) -> bool {
        if glance.motion == Motion::Moving || !self.moved {
            return false;
        }
        // It does not show its number any more: whatever lies there is for itself.
        let strange = (self.strange_since).map(|since| glance.at.saturating_sub(since));
        if strange.is_some_and(|lasted| lasted >= RESTED_FOR) {
            return true;
        }
        let Some(shown) = known_pattern(alone) else {
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

/// How much an undecided verdict knows: the most telling one is kept.
fn known_digits(verdict: &Verdict) -> usize {
    known_pattern(verdict).map_or(0, |pattern| 1 + pattern.0.iter().flatten().count())
}

#[cfg(test)]
mod tests {
    use super::super::witness::{Witness, WitnessKind};
    use super::*;
    use proptest::prelude::*;

    fn number(last: u8) -> VoucherNumber {
        let mut digits = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        digits[16] = last / 10 % 10;
        digits[17] = last % 10;
        VoucherNumber::from_digits(digits).unwrap()
    }

    fn evidence(frame: char) -> Evidence {
        let states = |kind, number: VoucherNumber| Witness {
            kind,
            digits: Pattern(number.digits().map(Some)),
            confidence: None,
            sure: true,
        };
        let witnesses = match frame {
            '1'..='9' => {
                let number = number((frame as u8 - b'0') * 11);
                vec![
                    states(WitnessKind::Line, number),
                    states(WitnessKind::Nw7, number),
                ]
            }
            'a'..='i' => vec![states(
                WitnessKind::Line,
                number((frame as u8 - b'a' + 1) * 11),
            )],
            'A'..='I' => vec![states(
                WitnessKind::Nw7,
                number((frame as u8 - b'A' + 1) * 11),
            )],
            _ => Vec::new(),
        };
        Evidence {
            witnesses,
            number_seen: frame == '?' || frame.is_ascii_alphanumeric(),
            ..Evidence::default()
        }
    }

    /// `.` empty, `~` moving and blurred, `?` a number that cannot be read, a digit:
    /// that voucher, read; `a` to `i`: the line of vouchers 1 to 9 alone, `A` to `I` their
    /// barcode alone. Ten frames a second.
    fn play(frames: &str) -> Vec<Outcome> {
        let mut desk = Presentation::default();
        let mut outcomes = Vec::new();
        for (i, frame) in frames.chars().enumerate() {
            outcomes.extend(desk.see(&Glance {
                frame: FrameId(i as u64),
                at: Duration::from_millis(100 * i as u64),
                motion: if frame == '~' {
                    Motion::Moving
                } else {
                    Motion::Still
                },
                occupied: frame != '.',
                sharp: true,
                evidence: evidence(frame),
            }));
        }
        outcomes.extend(desk.end());
        outcomes
    }

    fn accepted(outcomes: &[Outcome]) -> Vec<VoucherNumber> {
        (outcomes.iter())
            .filter_map(|outcome| match outcome {
                Outcome::Accepted(accepted) => Some(accepted.number),
                Outcome::Ended(_) => None,
            })
            .collect()
    }

    fn ended(outcomes: &[Outcome]) -> usize {
        outcomes.len() - accepted(outcomes).len()
    }

    #[test]
    fn a_voucher_that_lies_there_is_accepted_once() {
        let outcomes = play("..~~111111~~...");
        assert_eq!(accepted(&outcomes), [number(11)]);
        let Some(Outcome::Ended(presented)) = outcomes.last() else {
            panic!("did not end")
        };
        assert_eq!(presented.first, FrameId(2));
        assert_eq!(presented.decided, Some(FrameId(4)));
        assert_eq!(presented.last, FrameId(11));
    }

    #[test]
    fn how_long_it_took_counts_from_the_first_frame_at_rest_and_who_backs_it_is_told() {
        let outcomes = play("..~~??11...");
        let Some(Outcome::Accepted(accepted)) = outcomes.first() else {
            panic!("not accepted")
        };
        assert_eq!(accepted.frame, FrameId(6));
        assert_eq!(accepted.took, Duration::from_millis(200));
        assert_eq!(accepted.witnesses, [WitnessKind::Line, WitnessKind::Nw7]);
    }

    #[test]
    fn a_voucher_is_in_doubt_once_it_has_lain_there_for_a_second_and_not_when_it_was_read() {
        let mut desk = Presentation::default();
        let mut doubts = Vec::new();
        for (i, frame) in "~aaaaaaaaaaaaa1".chars().enumerate() {
            let glance = Glance {
                frame: FrameId(i as u64),
                at: Duration::from_millis(100 * i as u64),
                motion: Motion::Still,
                occupied: true,
                sharp: true,
                evidence: evidence(frame),
            };
            desk.see(&glance);
            doubts.push(desk.in_doubt().is_some());
        }
        let first = doubts.iter().position(|doubt| *doubt);
        assert_eq!((first, doubts.last()), (Some(10), Some(&false)));
    }

    /// What is told of a view in which the line and barcode of each number are seen, ten a second;
    /// `None` is a hand, an empty list a voucher that cannot be read.
    fn play_numbers(frames: &[Option<&[VoucherNumber]>]) -> Vec<Outcome> {
        let mut desk = Presentation::default();
        let mut outcomes = Vec::new();
        for (i, frame) in frames.iter().enumerate() {
            let states = |number: &VoucherNumber| {
                [WitnessKind::Line, WitnessKind::Nw7].map(|kind| Witness {
                    kind,
                    digits: Pattern(number.digits().map(Some)),
                    confidence: None,
                    sure: true,
                })
            };
            let witnesses = frame.unwrap_or(&[]).iter().flat_map(states).collect();
            outcomes.extend(desk.see(&Glance {
                frame: FrameId(i as u64),
                at: Duration::from_millis(100 * i as u64),
                motion: match frame {
                    Some(_) => Motion::Still,
                    None => Motion::Moving,
                },
                occupied: true,
                sharp: true,
                evidence: Evidence {
                    witnesses,
                    number_seen: frame.is_some(),
                    ..Evidence::default()
                },
            }));
        }
        outcomes.extend(desk.end());
        outcomes
    }

    #[test]
    fn neighbours_of_one_family_that_are_swapped_are_two_vouchers() {
        let (first, second) = ([number(78)], [number(79)]);
        let frames = [
            Some(&first[..]),
            Some(&first),
            None,
            Some(&second),
            Some(&second),
        ];
        let outcomes = play_numbers(&frames);
        assert_eq!(accepted(&outcomes), [number(78), number(79)]);
        assert_eq!(ended(&outcomes), 2);
    }

    #[test]
    fn a_voucher_that_is_not_read_does_not_hide_behind_the_one_before_it() {
        let first = [number(78)];
        let mut frames = vec![Some(&first[..]), Some(&first), None];
        frames.extend([Some(&[][..]); 15]);
        let outcomes = play_numbers(&frames);
        assert_eq!(accepted(&outcomes), [number(78)]);
        let Some(Outcome::Ended(last)) = outcomes.last() else {
            panic!("did not end")
        };
        assert_eq!((ended(&outcomes), last.verdict.number()), (2, None));
    }

    #[test]
    fn a_voucher_that_was_pushed_about_shows_its_number_and_stays_what_it_is() {
        let first = [number(78)];
        let mut frames = vec![Some(&first[..]), Some(&first), None];
        frames.extend([Some(&[][..]); 5]);
        frames.extend([Some(&first[..])]);
        frames.extend([Some(&[][..]); 15]);
        let outcomes = play_numbers(&frames);
        assert_eq!((accepted(&outcomes).len(), ended(&outcomes)), (1, 1));
    }

    #[test]
    fn what_dissents_while_a_voucher_is_exchanged_holds_the_next_one_back() {
        let (first, both) = ([number(78)], [number(79), number(80)]);
        let second = [number(79)];
        let frames = [
            Some(&first[..]),
            None,
            Some(&both),
            Some(&second),
            Some(&second),
        ];
        assert_eq!(accepted(&play_numbers(&frames)), [number(78)]);
    }

    #[test]
    fn the_next_voucher_never_shows_the_last_number() {
        let outcomes = play("..111~~...~~????~~...");
        assert_eq!(accepted(&outcomes), [number(11)]);
        let Some(Outcome::Ended(second)) = outcomes.last() else {
            panic!("did not end")
        };
        assert_eq!(second.verdict.status(), "review");
        assert_eq!(second.verdict.number(), None);
    }

    #[test]
    fn a_quick_swap_without_an_empty_view_is_two_vouchers() {
        assert_eq!(accepted(&play("..111~222...")), [number(11), number(22)]);
    }

    #[test]
    fn an_undecided_voucher_is_told_before_the_one_that_takes_its_place() {
        let outcomes = play("..~aaa~222...");
        assert_eq!(accepted(&outcomes), [number(22)]);
        assert_eq!(ended(&outcomes), 2);
        assert_eq!(ended(&play("..~aaa~bbb...")), 2);
    }

    #[test]
    fn two_labels_that_are_read_in_turns_are_accepted_once() {
        assert_eq!(accepted(&play("..~1212121...")), [number(11)]);
    }

    #[test]
    fn a_line_and_a_barcode_that_different_frames_show_are_accepted_together() {
        assert_eq!(accepted(&play("..~A?a...")), [number(11)]);
    }

    #[test]
    fn what_was_seen_before_the_view_moved_backs_nothing() {
        assert_eq!(accepted(&play("..~A~a...")), []);
        assert_eq!(accepted(&play("..~A.a...")), []);
    }

    #[test]
    fn frames_at_rest_that_differ_are_accepted_by_no_number_of_further_ones() {
        let mut frames = String::from("..~A");
        frames.push_str(&"2".repeat(60));
        frames.push_str("...");
        let outcomes = play(&frames);
        assert_eq!(accepted(&outcomes), []);
        assert_eq!(ended(&outcomes), 1);
    }

    #[test]
    fn nothing_is_accepted_while_the_view_moves() {
        assert_eq!(accepted(&play("..~~~~...")), []);
    }

    #[test]
    fn moving_a_voucher_about_does_not_report_it_again() {
        assert_eq!(accepted(&play("..111~~~1~~?1.11...")), [number(11)]);
    }

    #[test]
    fn the_same_voucher_after_an_empty_desk_is_another_presentation() {
        assert_eq!(accepted(&play("..111....111...")), [number(11), number(11)]);
    }

    #[test]
    fn a_passing_hand_is_not_a_voucher() {
        assert_eq!(play("...~~~~..."), []);
    }

    #[test]
    fn something_unreadable_that_lies_there_is_told_when_it_goes() {
        let mut frames = String::from("..~");
        frames.push_str(&"?".repeat(12));
        frames.push_str("....");
        assert_eq!(ended(&play(&frames)), 1);
    }

    proptest! {
        #[test]
        fn every_accepted_number_was_seen_in_its_own_presentation(frames in "[.~?123abAB]{0,60}") {
            let outcomes = play(&frames);
            let shows = |frame: char, number: VoucherNumber| {
                let whole = Pattern(number.digits().map(Some));
                evidence(frame).witnesses.iter().any(|w| w.digits == whole)
            };
            let mut open: Option<VoucherNumber> = None;
            for outcome in outcomes {
                match outcome {
                    Outcome::Accepted(accepted) => {
                        prop_assert!(open.is_none());
                        open = Some(accepted.number);
                    }
                    Outcome::Ended(presented) => {
                        prop_assert_eq!(presented.verdict.number(), open.take());
                        let FrameId(first) = presented.first;
                        let FrameId(last) = presented.last;
                        prop_assert!(first <= last);
                        if let Some(number) = presented.verdict.number() {
                            let mut own = frames.chars().take(last as usize + 1).skip(first as usize);
                            prop_assert!(own.any(|frame| shows(frame, number)));
                        }
                    }
                }
            }
        }
    }
}
