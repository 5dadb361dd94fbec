//! The separately printed numbers of a label, and what they say about the line's. Pure.

use super::evidence::Evidence;
use super::witness::{MUNICIPALITY, PERSONAL, Pattern, Witness, WitnessKind};
use crate::ocr::{CLEAR_DIGIT, DigitRun};
use crate::voucher::{MunicipalityCode, municipality};

/// A field that differs from the voters' number in so many digits at most is that
/// field and contradicts them, even where it is unsure or its own check digit
/// fails: someone or something changed it.
const ALTERED_DIGITS: usize = 2;

/// The separately printed 券番号 (10 digits) and 請求先 number (6 digits).
///
/// A label may show other numbers of the same length (dates, telephone numbers):
/// one that agrees with what others read is the field; if none does, one that is
/// surely the field, or differs in a digit or two, dissents. Besides the field that
/// agrees, one that was surely read and differs in a digit or two dissents too: the
/// paper says two things. An unsure field may support a number that a sure witness
/// states whole.
pub(super) fn add_fields(fields: &[&DigitRun], evidence: &mut Evidence) {
    let read = |kind, start, length: usize| -> Vec<(Witness, bool)> {
        (fields.iter())
            .filter_map(|run| Some((run, run.read_alike()?)))
            .filter(|(_, digits)| digits.len() == length)
            .map(|(run, digits)| {
                let witness = Witness {
                    kind,
                    digits: Pattern::at(start, &digits),
                    confidence: Some(run.confidence()),
                    sure: true,
                };
                (witness, run.agreed().is_some())
            })
            .collect()
    };
    let numbers = read(WitnessKind::PrintedNumber, PERSONAL.start, 10);
    let nearly = nearly_the_same(&numbers, &evidence.witnesses);
    let number = supported(&numbers, &evidence.witnesses)
        .or_else(|| contradicting_number(numbers, &evidence.witnesses));
    evidence.witnesses.extend(number.into_iter().chain(nearly));

    let codes = read(WitnessKind::PrintedMunicipality, MUNICIPALITY.start, 6);
    let nearly = nearly_the_same(&codes, &evidence.witnesses);
    let code = supported(&codes, &evidence.witnesses)
        .or_else(|| contradicting_municipality(codes, &evidence.witnesses))
        .or_else(|| altered_municipality(fields, &evidence.witnesses));
    evidence.witnesses.extend(code.into_iter().chain(nearly));
}

/// The first field that was surely read and differs from the others' number in a digit or two.
fn nearly_the_same(fields: &[(Witness, bool)], witnesses: &[Witness]) -> Option<Witness> {
    (fields.iter())
        .find(|(field, sure)| *sure && (1..=ALTERED_DIGITS).contains(&conflicts(witnesses, field)))
        .map(|(field, _)| field.clone())
}

/// The first field whose every digit some sure witness states, and none denies.
fn supported(fields: &[(Witness, bool)], witnesses: &[Witness]) -> Option<Witness> {
    let states_all = |w: &Witness, field: &Witness| {
        w.sure && (w.digits.0.iter().zip(&field.digits.0)).all(|(w, f)| f.is_none() || w == f)
    };
    (fields.iter())
        .find(|(field, _)| {
            conflicts(witnesses, field) == 0 && witnesses.iter().any(|w| states_all(w, field))
        })
        .map(|(field, _)| field.clone())
}

/// A ten-digit number that was surely read, or is nearly the one that the others
/// state, and not theirs.
fn contradicting_number(numbers: Vec<(Witness, bool)>, witnesses: &[Witness]) -> Option<Witness> {
    (numbers.into_iter())
        .find(|(number, sure)| {
            *sure || (1..=ALTERED_DIGITS).contains(&conflicts(witnesses, number))
        })
        .map(|(number, _)| number)
}

/// A six-digit number that is a municipality's code, or nearly the one that the
/// others state, and not theirs.
fn contradicting_municipality(
    codes: Vec<(Witness, bool)>,
    witnesses: &[Witness],
) -> Option<Witness> {
    (codes.into_iter())
        .find(|(code, sure)| {
            let differing = conflicts(witnesses, code);
            (1..=ALTERED_DIGITS).contains(&differing) || *sure && is_municipality(&code.digits)
        })
        .map(|(code, _)| code)
}

/// Six digits that A alone reads clearly, nearly the code that the others state and not
/// theirs: B drops condensed digits that repeat. Of 10 payer traps that were accepted on
/// the development renderings 5 hold one, of 1,069 nominal vouchers none.
fn altered_municipality(fields: &[&DigitRun], witnesses: &[Witness]) -> Option<Witness> {
    (fields.iter())
        .filter(|run| run.a.glyphs.iter().all(|glyph| glyph.peak >= CLEAR_DIGIT))
        .filter_map(|run| run.a.digits().collect::<Option<Vec<u8>>>())
        .filter(|digits| digits.len() == MUNICIPALITY.len())
        .map(|digits| Witness {
            kind: WitnessKind::PrintedMunicipality,
            digits: Pattern::at(MUNICIPALITY.start, &digits),
            confidence: None,
            sure: true,
        })
        .find(|code| (1..=ALTERED_DIGITS).contains(&conflicts(witnesses, code)))
}

/// Digits in which a field differs from the witness it differs from most.
fn conflicts(witnesses: &[Witness], field: &Witness) -> usize {
    (witnesses.iter())
        .map(|witness| witness.digits.conflicts(&field.digits))
        .max()
        .unwrap_or(0)
}

fn is_municipality(pattern: &Pattern) -> bool {
    let mut digits = [0; 6];
    for (digit, place) in digits.iter_mut().zip(&pattern.0[MUNICIPALITY]) {
        match place {
            Some(value) => *digit = *value,
            None => return false,
        }
    }
    MunicipalityCode::from_digits(digits).is_ok_and(|code| municipality(code).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::{Glyph, RunReading, Symbol};
    use crate::optics::{OrientedBox, Point};

    fn six_digits(digits: [u8; 6]) -> Witness {
        Witness {
            kind: WitnessKind::PrintedMunicipality,
            digits: Pattern::at(2, &digits),
            confidence: None,
            sure: true,
        }
    }

    #[test]
    fn a_date_on_the_label_is_no_municipality_and_an_altered_code_is() {
        let line = Witness {
            kind: WitnessKind::Line,
            ..six_digits([1, 3, 1, 0, 1, 6])
        };
        let date = (six_digits([0, 4, 0, 3, 1, 0]), true);
        let altered = (six_digits([7, 3, 1, 0, 1, 6]), false);
        let right = (six_digits([1, 3, 1, 0, 1, 6]), false);
        let witnesses = [line];
        let contradicting =
            |codes: &[(Witness, bool)]| contradicting_municipality(codes.to_vec(), &witnesses);
        assert_eq!(contradicting(std::slice::from_ref(&date)), None);
        let both = [date.clone(), altered.clone()];
        assert_eq!(contradicting(&both), Some(altered.0.clone()));
        assert_eq!(supported(&both, &witnesses), None);
        let all = [altered, date, right.clone()];
        assert_eq!(supported(&all, &witnesses), Some(right.0));
    }

    #[test]
    fn beside_a_field_that_agrees_one_that_was_surely_read_and_nearly_agrees_dissents() {
        let line = Witness {
            kind: WitnessKind::Line,
            ..six_digits([1, 3, 1, 0, 1, 6])
        };
        let right = (six_digits([1, 3, 1, 0, 1, 6]), true);
        let near = |sure| (six_digits([1, 3, 1, 0, 1, 8]), sure);
        let witnesses = [line];
        let nearly = |other| nearly_the_same(&[right.clone(), other], &witnesses);
        assert_eq!(nearly(near(true)), Some(near(true).0));
        assert_eq!(nearly(near(false)), None, "a misread");
        assert_eq!(
            nearly((six_digits([0, 4, 0, 3, 1, 0]), true)),
            None,
            "a date"
        );
    }

    fn reading(text: &str, peak: f32) -> RunReading {
        let glyphs = (text.bytes())
            .map(|b| Glyph {
                symbol: Symbol::Digit(b - b'0'),
                digits: [0.0; 10],
                peak,
                x: 0.0,
            })
            .collect();
        RunReading {
            glyphs,
            confidence: 0.5,
            threshold: 0.9,
            sure: false,
        }
    }

    #[test]
    fn a_code_that_a_alone_reads_clearly_dissents_and_a_guess_does_not() {
        let line = Witness {
            kind: WitnessKind::Line,
            ..six_digits([0, 4, 2, 0, 3, 0])
        };
        let code = |text: &str, peak: f32| DigitRun {
            area: OrientedBox {
                centre: Point::new(0.0, 0.0),
                angle: 0.0,
                length: 60.0,
                height: 10.0,
            },
            a: reading(text, peak),
            b: reading("94203", peak),
            uneven_ink: false,
        };
        let dissents =
            |run: &DigitRun| altered_municipality(&[run], std::slice::from_ref(&line)).is_some();
        assert!(dissents(&code("942030", 0.9)));
        assert!(!dissents(&code("942030", 0.6)));
        assert!(!dissents(&code("042030", 0.9)));
        assert!(!dissents(&code("951131", 0.9)));
    }
}
