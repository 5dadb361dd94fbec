//! From marks and digit runs to witnesses: which of the things seen belong to the
//! voucher, and what they say about its 18 places. Pure.

use super::reason::Reason;
use super::witness::{MUNICIPALITY, PERSONAL, PLACES, Pattern, Witness, WitnessKind};
use crate::marks::{Mark, MarkKind};
use crate::ocr::{DigitRun, Heading, HeadingWord, Symbol};
use crate::optics::{OrientedBox, Point};
use crate::voucher::{MunicipalityCode, TicketKindCodes, municipality};

/// Where a label lies about its OCR line, in lengths of the line from the line's
/// centre: left, right, above, below. The label is 63 × 33–35 mm and the line
/// 35–45 mm wide, centred or left-aligned, nominally near the lower edge
/// (DOMAIN.md); some towns print it at the top.
const LABEL_ABOUT_LINE: [f32; 4] = [1.15, 1.35, 1.15, 1.0];

/// A six-digit field that differs from the voters' municipality in so many digits
/// at most is the 請求先 number and contradicts them, even where its own check
/// digit fails: someone or something changed it.
const ALTERED_DIGITS: usize = 2;

/// Probability from which an unsure recogniser's single digit is certain enough
/// to contradict another witness.
const CERTAIN_DIGIT: f32 = 0.9;

/// Runs of so many digits are taken for a voucher's line of the wrong length: a
/// 10-digit field is shorter, and a line with a digit too many or too few is not.
const LINE_LENGTHS: std::ops::RangeInclusive<usize> = 12..=30;

/// What was seen in one frame.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// Marks that were read.
    pub marks: Vec<Mark>,
    /// Runs of digits that were read.
    pub runs: Vec<DigitRun>,
    /// Headings that were read.
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
}

/// Gathers the evidence of one frame; `codes` tells which first digit a heading's
/// word stands for.
pub fn gather(sighting: &Sighting, codes: &TicketKindCodes) -> Evidence {
    let lines: Vec<&DigitRun> = (sighting.runs.iter())
        .filter(|run| run.a.glyphs.len() == PLACES)
        .collect();
    let label = lines.first().map(|line| label_about(&line.area));
    let in_label = |p: Point| label.is_none_or(|label| label.contains(p));

    let mut evidence = Evidence {
        conditions: sighting.conditions.clone(),
        number_seen: !sighting.runs.is_empty(),
        ..Evidence::default()
    };
    for line in &lines {
        add_line(line, &mut evidence);
    }
    add_fields(sighting, in_label, &mut evidence);
    for mark in &sighting.marks {
        add_mark(mark, in_label(centre(mark)), &mut evidence);
    }
    add_headings(&sighting.headings, codes, &mut evidence);
    alert_broken_lines(sighting, !lines.is_empty(), &mut evidence);
    if sighting.cut_off && lines.is_empty() {
        evidence.conditions.push(Reason::CutOff);
    }
    evidence.alerts.sort();
    evidence.alerts.dedup();
    evidence
}

/// The place of the label that a line belongs to.
pub(super) fn label_about(line: &OrientedBox) -> OrientedBox {
    let [left, right, above, below] = LABEL_ABOUT_LINE.map(|share| share * line.length);
    OrientedBox {
        centre: line.point((right - left) / 2.0, (below - above) / 2.0),
        length: left + right,
        height: above + below,
        ..*line
    }
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

/// The separately printed 券番号 (10 digits) and 請求先 number (6 digits).
fn add_fields(sighting: &Sighting, in_label: impl Fn(Point) -> bool, evidence: &mut Evidence) {
    let mut municipalities = Vec::new();
    for run in sighting.runs.iter().filter(|run| in_label(run.area.centre)) {
        let Some(digits) = run.read_alike() else {
            continue;
        };
        let sure = run.agreed().is_some();
        let field = |kind, start| Witness {
            kind,
            digits: Pattern::at(start, &digits),
            confidence: Some(run.confidence()),
            sure: true,
        };
        match digits.len() {
            10 => {
                let number = field(WitnessKind::PrintedNumber, PERSONAL.start);
                // An unsure field may support what others read; it is too weak to
                // contradict them.
                if sure || conflicts(&evidence.witnesses, &number) == 0 {
                    evidence.witnesses.push(number);
                }
            }
            6 if sure => {
                municipalities.push(field(WitnessKind::PrintedMunicipality, MUNICIPALITY.start));
            }
            _ => {}
        }
    }
    evidence
        .witnesses
        .extend(municipality_witness(municipalities, &evidence.witnesses));
}

/// A label may show other six-digit numbers (dates, telephone numbers). One that
/// agrees with the voters is the municipality; if none does, one that is a
/// municipality's code or nearly theirs dissents.
fn municipality_witness(candidates: Vec<Witness>, voters: &[Witness]) -> Option<Witness> {
    let supporting = (candidates.iter())
        .find(|c| conflicts(voters, c) == 0)
        .cloned();
    supporting.or_else(|| {
        (candidates.into_iter())
            .find(|c| is_municipality(&c.digits) || conflicts(voters, c) <= ALTERED_DIGITS)
    })
}

/// Digits in which a candidate differs from the voter it differs from most.
fn conflicts(voters: &[Witness], candidate: &Witness) -> usize {
    (voters.iter())
        .map(|voter| voter.digits.conflicts(&candidate.digits))
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

/// A mark on the label must hold a voucher number, or it is foreign there. Away
/// from the label another voucher's mark still counts: it contradicts.
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
                sure: true,
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

/// What the headings say of ticket kind and dose. Headings that contradict one
/// another (a form about vouchers names both kinds) say nothing.
fn add_headings(headings: &[Heading], codes: &TicketKindCodes, evidence: &mut Evidence) {
    let kinds = headings.iter().filter_map(|heading| heading.word);
    let doses = headings.iter().filter_map(|heading| heading.dose);
    let kind_digit = unanimous(kinds).map(|word| match word {
        HeadingWord::Vaccination => codes.vaccination,
        HeadingWord::Consultation => codes.consultation,
    });
    let said = [
        (WitnessKind::Heading, 0, kind_digit),
        (WitnessKind::PrintedDose, 1, unanimous(doses)),
    ];
    evidence
        .witnesses
        .extend(said.into_iter().filter_map(|(kind, place, digit)| {
            Some(Witness {
                kind,
                digits: Pattern::at(place, &[digit?]),
                confidence: None,
                sure: true,
            })
        }));
}

/// What all say, if all say the same.
fn unanimous<T: PartialEq>(mut said: impl Iterator<Item = T>) -> Option<T> {
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

/// A line of another length than 18, or one with something over its digits.
fn alert_broken_lines(sighting: &Sighting, whole_line: bool, evidence: &mut Evidence) {
    for run in &sighting.runs {
        let length = run.a.glyphs.len();
        if LINE_LENGTHS.contains(&length) && length != PLACES && run.a.sure {
            evidence.alerts.push(Reason::LineLength);
        }
    }
    if !whole_line && in_pieces(&sighting.runs) {
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

fn centre(mark: &Mark) -> Point {
    let [a, b, c, d] = mark.corners.0;
    Point::new((a.x + b.x + c.x + d.x) / 4.0, (a.y + b.y + c.y + d.y) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let date = six_digits([0, 4, 0, 3, 1, 2]);
        let altered = six_digits([7, 3, 1, 0, 1, 6]);
        let right = six_digits([1, 3, 1, 0, 1, 6]);
        let voters = [line];
        assert_eq!(municipality_witness(vec![date.clone()], &voters), None);
        let found = municipality_witness(vec![date.clone(), altered.clone()], &voters);
        assert_eq!(found, Some(altered.clone()));
        assert_eq!(
            municipality_witness(vec![altered, date, right.clone()], &voters),
            Some(right)
        );
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
}
