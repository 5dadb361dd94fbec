//! What several frames of one voucher at rest say together. Pure.
//!
//! Glare wanders, light flickers, noise differs from frame to frame: a mark that one
//! frame shows may be missing in the next, and the digits of the line that are sure in
//! one may be others in another. Looking again makes a witness surer, it never adds a
//! vote: there is one line, one barcode, one QR, however many frames show them. And a
//! frame that contradicts another one is dissent like any other.

use super::evidence::Evidence;
use super::reason::Reason;
use super::witness::{PLACES, Pattern, Witness, WitnessKind};
use crate::ocr::{CLEAR_DIGIT, DigitRun, Glyph, RunReading, Symbol};

/// What was found wrong with the paper in one frame and does not pass with a hand or a
/// reflection.
const LASTING: [Reason; 3] = [
    Reason::TwoVouchers,
    Reason::AlteredDigit,
    Reason::ForeignMark,
];

/// The 18 places of an OCR line as both recognisers saw them in one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct LineDigits([PlaceReading; PLACES]);

/// One place of the line in one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct PlaceReading {
    /// The digit that both read, each at its frozen threshold.
    sure: Option<u8>,
    /// The digits that A and B are each clear about.
    clear: [Option<u8>; 2],
}

impl LineDigits {
    /// The places of a run that a recogniser reads as 18 glyphs; one that counts otherwise says
    /// nothing.
    pub(super) fn of(run: &DigitRun) -> Option<Self> {
        let readings = [&run.a, &run.b].map(|r| (r.glyphs.len() == PLACES).then_some(r));
        let any = readings.iter().any(Option::is_some);
        any.then(|| {
            Self(std::array::from_fn(|place| {
                PlaceReading::of(readings, place)
            }))
        })
    }
}

impl PlaceReading {
    fn of(readings: [Option<&RunReading>; 2], place: usize) -> Self {
        let digit = |glyph: &Glyph, least: f32| match glyph.symbol {
            Symbol::Digit(digit) if glyph.peak >= least => Some(digit),
            _ => None,
        };
        let at = |r: Option<&RunReading>, least: fn(&RunReading) -> f32| {
            r.and_then(|r| digit(&r.glyphs[place], least(r)))
        };
        let [a, b] = readings.map(|r| at(r, |r| r.threshold));
        Self {
            sure: a.filter(|_| a == b),
            clear: readings.map(|r| at(r, |_| CLEAR_DIGIT)),
        }
    }
}

/// The evidence of the frame `now`, with what `earlier` frames of the same voucher, at
/// rest in the same place, add to it.
///
/// * The line states a digit where in some frame both recognisers are sure of it, and
///   in no frame either is clear about another. It is sure when it states all 18.
/// * A mark or field that an earlier frame showed still speaks; where two frames
///   differ, both speak, and contradict each other.
/// * What was wrong with the paper stays; what was wrong with the picture is that of
///   `now`.
pub fn fuse(earlier: &[Evidence], mut now: Evidence) -> Evidence {
    if earlier.is_empty() {
        return now;
    }
    fuse_lines(earlier, &mut now);
    for before in earlier {
        for witness in &before.witnesses {
            let known = now.witnesses.iter().any(|w| says_all_of(w, witness));
            if witness.sure && witness.kind != WitnessKind::Line && !known {
                now.witnesses.push(witness.clone());
            }
        }
        let lasting = before.alerts.iter().filter(|a| LASTING.contains(a));
        now.alerts.extend(lasting);
    }
    now.number_seen |= earlier.iter().any(|before| before.number_seen);
    now.witnesses.sort_by_key(|witness| witness.kind);
    now.alerts.sort();
    now.alerts.dedup();
    now
}

/// Whether `one` is the same kind of witness and states every digit of `other`, for
/// sure.
fn says_all_of(one: &Witness, other: &Witness) -> bool {
    one.kind == other.kind
        && one.sure
        && (one.digits.0.iter().zip(&other.digits.0)).all(|(a, b)| b.is_none() || a == b)
}

/// Replaces the line of `now` by what all frames say of it, place by place. Frames
/// without a line of 18, or with several, say nothing here.
fn fuse_lines(earlier: &[Evidence], now: &mut Evidence) {
    let frames: Vec<&LineDigits> = (earlier.iter().chain([&*now]))
        .filter_map(|evidence| evidence.line.as_ref())
        .collect();
    let lines = now.witnesses.iter().filter(|w| w.kind == WitnessKind::Line);
    let lines = lines.count();
    // Alone it is what it is; an earlier one speaks on as a mark does, while none is seen now.
    let alone = frames.len() < 2 && (now.line.is_some() || lines > 0);
    if frames.is_empty() || alone || lines > 1 {
        return;
    }
    let digits = Pattern(std::array::from_fn(|place| {
        let readings: Vec<PlaceReading> = frames.iter().map(|line| line.0[place]).collect();
        undisputed(&readings)
    }));
    let confidence = (earlier.iter().chain([&*now]))
        .flat_map(|evidence| &evidence.witnesses)
        .filter(|w| w.kind == WitnessKind::Line)
        .filter_map(|w| w.confidence)
        .reduce(f32::max);
    now.witnesses.retain(|w| w.kind != WitnessKind::Line);
    now.witnesses.push(Witness {
        kind: WitnessKind::Line,
        sure: digits.complete().is_some(),
        digits,
        confidence,
    });
}

/// The digit that some frame is sure of and none is clear against.
fn undisputed(readings: &[PlaceReading]) -> Option<u8> {
    let digit = readings.iter().find_map(|reading| reading.sure)?;
    let against = |reading: &PlaceReading| {
        (reading.clear.into_iter().chain([reading.sure]))
            .flatten()
            .any(|other| other != digit)
    };
    (!readings.iter().any(against)).then_some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::{OrientedBox, Point};

    const NUMBER: [u8; PLACES] = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    fn witness(kind: WitnessKind, digits: Pattern) -> Witness {
        Witness {
            kind,
            digits,
            confidence: Some(0.9),
            sure: true,
        }
    }

    fn barcode(last: u8) -> Witness {
        let mut digits = NUMBER;
        digits[17] = last;
        witness(WitnessKind::Nw7, Pattern::at(8, &digits[8..]))
    }

    /// A line of which both recognisers are sure but for the places in `unsure`, where
    /// they are clear about the digits given, if any.
    fn line(unsure: &[(usize, Option<u8>)]) -> Evidence {
        let mut places = NUMBER.map(|digit| PlaceReading {
            sure: Some(digit),
            clear: [Some(digit); 2],
        });
        for (place, clear) in unsure {
            places[*place] = PlaceReading {
                sure: None,
                clear: [*clear, None],
            };
        }
        let mut unsure_line = witness(WitnessKind::Line, Pattern::SILENT);
        unsure_line.sure = unsure.is_empty();
        Evidence {
            line: Some(LineDigits(places)),
            witnesses: vec![unsure_line],
            ..Evidence::default()
        }
    }

    fn with(witnesses: Vec<Witness>) -> Evidence {
        Evidence {
            witnesses,
            ..Evidence::default()
        }
    }

    /// What a recogniser with the threshold 0.9 read, each digit as sure as `peak`.
    fn reading(digits: &[u8], peak: f32) -> RunReading {
        let glyph = |digit: &u8| Glyph {
            symbol: Symbol::Digit(*digit),
            digits: [0.0; 10],
            peak,
            x: 0.0,
        };
        RunReading {
            glyphs: digits.iter().map(glyph).collect(),
            confidence: peak,
            threshold: 0.9,
            sure: peak >= 0.9,
        }
    }

    fn run(a: RunReading, b: RunReading) -> DigitRun {
        let area = OrientedBox {
            centre: Point::default(),
            angle: 0.0,
            length: 180.0,
            height: 10.0,
        };
        DigitRun {
            area,
            a,
            b,
            uneven_ink: false,
        }
    }

    #[test]
    fn a_place_is_sure_when_both_reach_their_threshold_with_the_same_digit() {
        let mut other = NUMBER;
        other[17] = 1;
        let place = |b: RunReading, place: usize| {
            LineDigits::of(&run(reading(&NUMBER, 0.9), b)).map(|line| line.0[place])
        };
        let of = |sure, b| PlaceReading {
            sure,
            clear: [Some(8), b],
        };
        let [same, differs] = [NUMBER, other].map(|digits| reading(&digits, 0.9));
        assert_eq!(place(same, 17), Some(of(Some(8), Some(8))));
        assert_eq!(place(differs, 17), Some(of(None, Some(1))));
        assert_eq!(place(reading(&other, 0.8), 17), Some(of(None, Some(1))));
        assert_eq!(place(reading(&other, 0.6), 17), Some(of(None, None)));
    }

    #[test]
    fn a_glyph_that_is_no_digit_states_none() {
        let mut b = reading(&NUMBER, 0.99);
        b.glyphs[3].symbol = Symbol::Other;
        let line = LineDigits::of(&run(reading(&NUMBER, 0.99), b));
        let place = line.map(|line| line.0[3]);
        let clear = [Some(NUMBER[3]), None];
        assert_eq!(place, Some(PlaceReading { sure: None, clear }));
    }

    #[test]
    fn a_recogniser_that_reads_a_run_shorter_says_nothing_and_the_other_one_can_still_deny() {
        let [whole, short] = [&NUMBER[..], &NUMBER[1..]].map(|digits| reading(digits, 0.99));
        let first = |a: &RunReading, b: &RunReading| {
            LineDigits::of(&run(a.clone(), b.clone())).map(|line| line.0[0])
        };
        let two = NUMBER[0];
        let clear = |a, b| {
            Some(PlaceReading {
                sure: None,
                clear: [a, b],
            })
        };
        assert_eq!(first(&whole, &short), clear(Some(two), None));
        assert_eq!(first(&short, &whole), clear(None, Some(two)));
        assert_eq!(first(&short, &short), None);
    }

    #[test]
    fn a_frame_alone_stays_as_it_is() {
        let now = with(vec![barcode(8), barcode(3)]);
        assert_eq!(fuse(&[], now.clone()), now);
    }

    #[test]
    fn an_earlier_frame_tells_that_there_is_a_number() {
        let seen = Evidence {
            number_seen: true,
            ..Evidence::default()
        };
        assert!(fuse(std::slice::from_ref(&seen), Evidence::default()).number_seen);
        assert!(fuse(&[Evidence::default()], seen).number_seen);
        assert!(!fuse(&[Evidence::default()], Evidence::default()).number_seen);
    }

    #[test]
    fn an_unsure_mark_of_an_earlier_frame_is_forgotten() {
        let mut unsure = barcode(8);
        unsure.sure = false;
        assert!(
            fuse(&[with(vec![unsure])], Evidence::default())
                .witnesses
                .is_empty()
        );
    }

    #[test]
    fn a_mark_that_is_now_unsure_or_states_less_does_not_silence_the_earlier_one() {
        let mut unsure = barcode(8);
        unsure.sure = false;
        let mut less = barcode(8);
        less.digits.0[17] = None;
        let qr = witness(WitnessKind::Qr, barcode(8).digits);
        for now in [unsure, less, qr] {
            let fused = fuse(&[with(vec![barcode(8)])], with(vec![now.clone()]));
            assert_eq!(fused.witnesses.len(), 2, "{now:?}");
            assert!(fused.witnesses.contains(&barcode(8)), "{now:?}");
        }
    }

    #[test]
    fn a_mark_that_now_states_more_speaks_for_the_earlier_one() {
        let mut less = barcode(8);
        less.digits.0[17] = None;
        let fused = fuse(&[with(vec![less])], with(vec![barcode(8)]));
        assert_eq!(fused.witnesses, [barcode(8)]);
    }

    #[test]
    fn a_line_speaks_on_while_none_is_seen_and_one_of_two_lines_does_not() {
        let before = line(&[(3, None)]);
        let hidden = fuse(&[line(&[])], with(vec![barcode(8)]));
        assert_eq!(hidden.witnesses[0].digits.complete(), Some(NUMBER));
        assert!(hidden.witnesses[0].sure);
        let mut shorter = with(vec![witness(WitnessKind::Line, Pattern::SILENT)]);
        shorter.witnesses[0].sure = false;
        let told = fuse(std::slice::from_ref(&before), shorter.clone());
        assert_eq!(
            told.witnesses, shorter.witnesses,
            "a line of another length"
        );
        let mut two = line(&[]);
        two.witnesses
            .push(witness(WitnessKind::Line, Pattern::at(0, &[1; 18])));
        assert_eq!(fuse(&[before], two.clone()).witnesses, two.witnesses);
    }

    #[test]
    fn marks_beside_the_line_stay_and_the_surest_reading_of_the_line_tells_its_confidence() {
        let mut before = line(&[(3, None)]);
        before.witnesses[0].confidence = Some(0.95);
        let mut now = line(&[(4, None)]);
        let mut surer = barcode(8);
        surer.confidence = Some(0.99);
        now.witnesses.push(surer.clone());
        let fused = fuse(&[before], now).witnesses;
        assert_eq!(fused[0].confidence, Some(0.95));
        assert_eq!(fused[1..], [surer]);
    }

    #[test]
    fn places_that_different_frames_are_sure_of_make_one_sure_line() {
        let fused = fuse(&[line(&[(3, None)])], line(&[(17, None)]));
        assert_eq!(fused.witnesses.len(), 1);
        assert!(fused.witnesses[0].sure);
        assert_eq!(fused.witnesses[0].digits.complete(), Some(NUMBER));
    }

    #[test]
    fn a_place_about_which_one_frame_is_clear_otherwise_is_blank() {
        let fused = fuse(&[line(&[(3, Some(9))])], line(&[]));
        assert!(!fused.witnesses[0].sure);
        assert_eq!(fused.witnesses[0].digits.0[3], None);
        assert_eq!(fused.witnesses[0].digits.0[4], Some(NUMBER[4]));
    }

    #[test]
    fn a_mark_of_an_earlier_frame_still_speaks_and_does_not_speak_twice() {
        let fused = fuse(&[with(vec![barcode(8)]), with(vec![barcode(8)])], line(&[]));
        let kinds: Vec<_> = fused.witnesses.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WitnessKind::Line, WitnessKind::Nw7]);
    }

    #[test]
    fn frames_that_differ_both_speak() {
        let fused = fuse(&[with(vec![barcode(8)])], with(vec![barcode(3)]));
        assert_eq!(fused.witnesses.len(), 2);
        assert_eq!(
            fused.witnesses[0]
                .digits
                .conflicts(&fused.witnesses[1].digits),
            1
        );
    }

    #[test]
    fn a_pen_stroke_is_remembered_and_a_hand_is_not() {
        let before = Evidence {
            alerts: vec![Reason::OccludedDigit, Reason::AlteredDigit],
            ..Evidence::default()
        };
        assert_eq!(fuse(&[before], line(&[])).alerts, [Reason::AlteredDigit]);
    }
}
