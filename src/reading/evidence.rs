//! From marks and digit runs to witnesses: which of the things seen belong to the
//! voucher, and what they say about its 18 places. Pure.

use super::fusion::LineDigits;
use super::reason::Reason;
use super::witness::{MUNICIPALITY, PERSONAL, PLACES, Pattern, Witness, WitnessKind};
use crate::marks::{Mark, MarkKind};
use crate::ocr::{DigitRun, Heading, HeadingWord, RunReading, Symbol};
use crate::optics::{OrientedBox, Point};
use crate::voucher::{MunicipalityCode, TicketKindCodes, municipality};

/// Where a label lies about its OCR line, in lengths of the line from the line's
/// centre: left, right, above, below. The label is 63 × 33–35 mm and the line
/// 35–45 mm wide, centred or left-aligned, nominally near the lower edge
/// (DOMAIN.md); some towns print it at the top.
const LABEL_ABOUT_LINE: [f32; 4] = [1.15, 1.35, 1.15, 1.0];

/// A field that differs from the voters' number in so many digits at most is that
/// field and contradicts them, even where it is unsure or its own check digit
/// fails: someone or something changed it.
const ALTERED_DIGITS: usize = 2;

/// Probability from which an unsure recogniser's single digit is certain enough
/// to contradict another witness.
const CERTAIN_DIGIT: f32 = 0.9;

/// Probability from which one recogniser's digit is clear enough to cast doubt on
/// a mark that states another.
const CLEAR_DIGIT: f32 = 0.7;

/// How far a label reaches from the middle of its bars (28–55 mm wide) and of its
/// QR (10 mm), in widths of the mark: the label is 63 mm wide.
const LABEL_ROUND_BARS: f32 = 1.4;
const LABEL_ROUND_QR: f32 = 6.0;

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
fn lines_of(sighting: &Sighting) -> Vec<&DigitRun> {
    let mut lines: Vec<&DigitRun> = (sighting.runs.iter())
        .filter(|run| run.a.glyphs.len() == PLACES)
        .collect();
    lines.sort_by_key(|line| line.agreed().is_none());
    lines
}

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

/// The separately printed 券番号 (10 digits) and 請求先 number (6 digits).
///
/// A label may show other numbers of the same length (dates, telephone numbers):
/// one that agrees with what others read is the field; if none does, one that is
/// surely the field, or differs in a digit or two, dissents. An unsure field may
/// support a number that a sure witness states whole.
fn add_fields(fields: &[&DigitRun], evidence: &mut Evidence) {
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
    let number = supported(&numbers, &evidence.witnesses)
        .or_else(|| contradicting_number(numbers, &evidence.witnesses));
    evidence.witnesses.extend(number);

    let codes = read(WitnessKind::PrintedMunicipality, MUNICIPALITY.start, 6);
    let code = supported(&codes, &evidence.witnesses)
        .or_else(|| contradicting_municipality(codes, &evidence.witnesses));
    evidence.witnesses.extend(code);
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
