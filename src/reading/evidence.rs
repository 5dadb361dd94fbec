//! From marks and digit runs to witnesses: which of the things seen belong to the
//! voucher, and what they say about its 18 places. Pure.

use super::fields::add_fields;
use super::fusion::LineDigits;
use super::headings::add_headings;
use super::label_place::{LabelPlace, centre};
use super::reason::Reason;
use super::witness::{PERSONAL, PLACES, Pattern, Witness, WitnessKind};
use crate::marks::{Mark, MarkKind};
use crate::ocr::{CLEAR_DIGIT, DigitRun, Heading, RunReading, Symbol};
use crate::optics::OrientedBox;
use crate::voucher::TicketKindCodes;

/// Probability from which an unsure recogniser's single digit is certain enough
/// to contradict another witness.
const CERTAIN_DIGIT: f32 = 0.9;

/// Runs of so many digits are taken for a voucher's line of the wrong length: a
/// 10-digit field is shorter, and a line with a digit too many or too few is not.
const LINE_LENGTHS: std::ops::RangeInclusive<usize> = 12..=30;

/// Lengths that nothing but a voucher's line has, so that even an unsure reading
/// tells that there is one.
const LONG_LINES: std::ops::RangeInclusive<usize> = 16..=22;

/// What was seen in one frame.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// Marks that were read.
    pub marks: Vec<Mark>,
    /// Runs of digits that were read.
    pub runs: Vec<DigitRun>,
    /// Headings that were read, the nearest to the voucher's own print first.
    pub headings: Vec<Heading>,
    /// Runs of digits that reach beyond the frame.
    pub cut_off: bool,
    /// What is wrong with the picture.
    pub conditions: Vec<Reason>,
}

/// What is known about one voucher.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Statements about the number.
    pub witnesses: Vec<Witness>,
    /// What forbids acceptance whatever the witnesses say.
    pub alerts: Vec<Reason>,
    /// What was wrong with the picture; told when nothing is accepted.
    pub conditions: Vec<Reason>,
    /// Whether anything like a voucher's number was seen.
    pub number_seen: bool,
    /// The digits of the OCR line, where there is one: what other frames of the same
    /// voucher are compared with.
    pub line: Option<LineDigits>,
}

/// Gathers the evidence of one frame; `codes` tells which first digit a heading's
/// word stands for.
///
/// Lines first, then marks, then fields: each is compared with those before it.
pub fn gather(sighting: &Sighting, codes: &TicketKindCodes) -> Evidence {
    let label = LabelPlace::of(sighting);
    let lines = lines_of(sighting);
    let mut evidence = Evidence {
        conditions: sighting.conditions.clone(),
        number_seen: !sighting.runs.is_empty(),
        line: match lines.as_slice() {
            [line] => LineDigits::of(line),
            _ => None,
        },
        ..Evidence::default()
    };
    for line in &lines {
        add_line(line, &mut evidence);
    }
    if lines.len() > 1 {
        alert_other_lines(&mut evidence);
    }
    for mark in &sighting.marks {
        add_mark(mark, label.contains(centre(mark)), &mut evidence);
    }
    for line in &lines {
        alert_contradicted_line(line, &mut evidence);
    }
    let fields: Vec<&DigitRun> = (sighting.runs.iter())
        .filter(|run| label.contains(run.area.centre))
        .filter(|run| lines.iter().all(|line| !is_part_of(&run.area, &line.area)))
        .collect();
    add_fields(&fields, &mut evidence);
    add_headings(&sighting.headings, codes, &mut evidence);
    alert_broken_lines(sighting, &label, &mut evidence);
    if sighting.cut_off && lines.is_empty() {
        evidence.conditions.push(Reason::CutOff);
    }
    evidence.alerts.sort();
    evidence.alerts.dedup();
    evidence
}

/// The runs that are as long as a voucher's line; sure ones first.
pub(super) fn lines_of(sighting: &Sighting) -> Vec<&DigitRun> {
    let mut lines: Vec<&DigitRun> = (sighting.runs.iter())
        .filter(|run| run.a.glyphs.len() == PLACES)
        .collect();
    lines.sort_by_key(|line| line.agreed().is_none());
    lines
}

/// Whether a run stands where a line does: a group of its digits, read apart, is
/// no second field.
fn is_part_of(run: &OrientedBox, line: &OrientedBox) -> bool {
    let (u, v) = line.local(run.centre);
    u.abs() < 0.75 * line.length && v.abs() < 1.2 * line.height.max(run.height)
}

/// The line votes when both recognisers are sure and agree. Otherwise it states
/// only the digits that both are certain of.
fn add_line(run: &DigitRun, evidence: &mut Evidence) {
    let agreed = run.agreed();
    let digits = match &agreed {
        Some(digits) => Pattern::at(0, digits),
        None => certain_digits(run),
    };
    if agreed.is_none() {
        evidence.conditions.push(Reason::LineUncertain);
    }
    if run.uneven_ink {
        evidence.alerts.push(Reason::AlteredDigit);
    }
    evidence.witnesses.push(Witness {
        kind: WitnessKind::Line,
        digits,
        confidence: agreed.is_some().then(|| run.confidence()),
        sure: agreed.is_some(),
    });
}

fn certain_digits(run: &DigitRun) -> Pattern {
    let mut pattern = Pattern::SILENT;
    if run.a.glyphs.len() == run.b.glyphs.len() {
        for (place, (a, b)) in run.a.glyphs.iter().zip(&run.b.glyphs).enumerate() {
            if let Symbol::Digit(digit) = a.symbol
                && a.symbol == b.symbol
                && a.peak.min(b.peak) >= CERTAIN_DIGIT
            {
                pattern.0[place] = Some(digit);
            }
        }
    }
    pattern
}

/// A mark on the label must hold a voucher number, or it is foreign there. Away
/// from the label it cannot vote, but another voucher's mark contradicts.
fn add_mark(mark: &Mark, in_label: bool, evidence: &mut Evidence) {
    let statement = match mark.kind {
        MarkKind::Qr => (WitnessKind::Qr, qr_digits(&mark.text)),
        MarkKind::Nw7 => (WitnessKind::Nw7, nw7_digits(&mark.text)),
    };
    match statement {
        (kind, Some(digits)) => {
            evidence.number_seen = true;
            evidence.witnesses.push(Witness {
                kind,
                digits,
                confidence: None,
                sure: in_label,
            });
        }
        (_, None) if in_label => evidence.alerts.push(Reason::ForeignMark),
        (_, None) => {}
    }
}

/// Exactly 18 ASCII digits and nothing else.
fn qr_digits(text: &str) -> Option<Pattern> {
    let digits = ascii_digits(text)?;
    (digits.len() == PLACES).then(|| Pattern::at(0, &digits))
}

/// 10 or 18 digits between a start and a stop letter.
fn nw7_digits(text: &str) -> Option<Pattern> {
    let digits = ascii_digits(text.get(1..text.len().checked_sub(1)?)?)?;
    match digits.len() {
        10 => Some(Pattern::at(PERSONAL.start, &digits)),
        PLACES => Some(Pattern::at(0, &digits)),
        _ => None,
    }
}

fn ascii_digits(text: &str) -> Option<Vec<u8>> {
    (text.bytes())
        .map(|b| b.is_ascii_digit().then(|| b - b'0'))
        .collect()
}

/// Two lines that were not read as the same number are two vouchers.
fn alert_other_lines(evidence: &mut Evidence) {
    let same = (evidence.witnesses.windows(2))
        .all(|pair| pair[0].sure && pair[1].sure && pair[0].digits == pair[1].digits);
    if !same {
        evidence.alerts.push(Reason::TwoVouchers);
    }
}

/// An unsure line in which one recogniser clearly sees another digit than a mark
/// states: the digit may have been altered.
fn alert_contradicted_line(line: &DigitRun, evidence: &mut Evidence) {
    let contradicted = |reading: &RunReading| {
        reading.glyphs.len() == PLACES
            && (reading.glyphs.iter().enumerate()).any(|(place, glyph)| {
                let Symbol::Digit(digit) = glyph.symbol else {
                    return false;
                };
                let denied = |w: &Witness| {
                    w.kind != WitnessKind::Line && w.digits.0[place].is_some_and(|d| d != digit)
                };
                glyph.peak >= CLEAR_DIGIT && evidence.witnesses.iter().any(denied)
            })
    };
    if line.agreed().is_none() && (contradicted(&line.a) || contradicted(&line.b)) {
        evidence.alerts.push(Reason::LineUncertain);
    }
}

/// A line of another length than 18, or one with something over its digits; beside
/// a line that was read whole, a second voucher's.
fn alert_broken_lines(sighting: &Sighting, label: &LabelPlace, evidence: &mut Evidence) {
    let lines = lines_of(sighting);
    let whole = lines.iter().find(|line| line.agreed().is_some());
    for run in &sighting.runs {
        let length = run.a.glyphs.len();
        let long = LONG_LINES.contains(&length);
        let sure = LINE_LENGTHS.contains(&length) && run.a.sure && label.contains(run.area.centre);
        match whole {
            _ if length == PLACES => {}
            Some(line) if long && !is_part_of(&run.area, &line.area) => {
                evidence.alerts.push(Reason::TwoVouchers);
            }
            None if long || sure => evidence.alerts.push(Reason::LineLength),
            _ => {}
        }
    }
    if lines.is_empty() && in_pieces(&sighting.runs) {
        evidence.alerts.push(Reason::OccludedDigit);
    }
}

/// Whether runs that lie on one line of print, close together, make up most of a
/// number: something covers the digits between them.
fn in_pieces(runs: &[DigitRun]) -> bool {
    runs.iter().any(|first| {
        let digits: usize = (runs.iter())
            .filter(|run| on_one_line(&first.area, &run.area))
            .map(|run| run.a.glyphs.len())
            .sum();
        let pieces = (runs.iter())
            .filter(|run| on_one_line(&first.area, &run.area))
            .count();
        pieces > 1 && (11..PLACES).contains(&digits)
    })
}

fn on_one_line(a: &OrientedBox, b: &OrientedBox) -> bool {
    let (u, v) = a.local(b.centre);
    let gap = u.abs() - (a.length + b.length) / 2.0;
    v.abs() < 0.6 * a.height && gap < 8.0 * a.height && (0.7..1.4).contains(&(b.height / a.height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::Point;

    #[test]
    fn a_group_of_the_line_is_no_field_and_print_above_it_may_be() {
        let at = |x: f32, y: f32, length: f32| OrientedBox {
            centre: Point::new(x, y),
            angle: 0.0,
            length,
            height: 24.0,
        };
        let line = at(500.0, 500.0, 400.0);
        assert!(is_part_of(&at(600.0, 505.0, 220.0), &line));
        assert!(!is_part_of(&at(500.0, 420.0, 220.0), &line));
    }

    fn mark(text: &str, x: f32) -> Mark {
        let area = OrientedBox {
            centre: Point::new(x, 100.0),
            angle: 0.0,
            length: 100.0,
            height: 100.0,
        };
        Mark {
            kind: MarkKind::Qr,
            text: text.to_owned(),
            corners: area.corners(),
        }
    }

    #[test]
    fn a_mark_away_from_the_label_contradicts_but_does_not_vote() {
        let sighting = Sighting {
            marks: vec![
                mark("211310160012345678", 100.0),
                mark("221310160012345678", 2_000.0),
            ],
            ..Sighting::default()
        };
        let evidence = gather(&sighting, &TicketKindCodes::default());
        let sure: Vec<bool> = evidence.witnesses.iter().map(|w| w.sure).collect();
        assert_eq!(sure, [true, false]);
    }

    #[test]
    fn a_foreign_mark_on_the_label_is_an_alert() {
        let sighting = Sighting {
            marks: vec![mark("https://example.jp/", 100.0)],
            ..Sighting::default()
        };
        let evidence = gather(&sighting, &TicketKindCodes::default());
        assert_eq!(evidence.alerts, [Reason::ForeignMark]);
        assert!(evidence.witnesses.is_empty());
    }

    #[test]
    fn only_the_exact_form_of_a_mark_is_a_number() {
        assert!(qr_digits("211310160012345678").is_some());
        for text in [
            "21131016001234567",
            "2113101600123456789",
            "211310160012345678 ",
            "https://example.jp/",
            "２１１３１０１６００１２３４５６７８",
        ] {
            assert!(qr_digits(text).is_none(), "{text}");
        }
        assert!(nw7_digits("A0012345678B").is_some());
        assert!(nw7_digits("A211310160012345678B").is_some());
        for text in [
            "",
            "A",
            "AB",
            "A001234567B",
            "A00-2345678B",
            "A00123456789B",
        ] {
            assert!(nw7_digits(text).is_none(), "{text}");
        }
    }
}
