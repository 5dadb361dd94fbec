//! The verdict: votes and vetoes, and nothing else. Pure.
//!
//! Accepted when every digit of the 券番号 has two votes from different marks or
//! fields, every digit before it has a vote from the line or the QR, check digit
//! and municipality list pass, and nothing dissents. A line that no other mark
//! backs is always review, however often it was seen.

use super::evidence::Evidence;
use super::reason::Reason;
use super::witness::{PERSONAL, PLACES, Pattern, Role, Witness, WitnessKind};
use crate::voucher::{DoseNumber, TicketKind, TicketKindCodes, VoucherNumber, municipality};

/// Votes that every digit of the 券番号 needs.
const PERSONAL_VOTES: usize = 2;

/// What is expected of the next voucher: the session's presets, which can veto.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Which digit means which ticket kind.
    pub codes: TicketKindCodes,
    /// The session's ticket kind.
    pub ticket_kind: Option<TicketKind>,
    /// The session's dose.
    pub dose: Option<DoseNumber>,
}

/// What may be believed about a voucher.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The number stands.
    Accepted(VoucherNumber),
    /// A number can be seen, but a person has to decide.
    Review {
        /// What is undisputed; doubtful digits are blank.
        candidate: Pattern,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// Nothing to read.
    Refused {
        /// Why.
        reasons: Vec<Reason>,
    },
}

impl Verdict {
    /// The accepted number.
    pub fn number(&self) -> Option<VoucherNumber> {
        match self {
            Self::Accepted(number) => Some(*number),
            _ => None,
        }
    }

    /// The reasons; none when accepted.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Accepted(_) => &[],
            Self::Review { reasons, .. } | Self::Refused { reasons } => reasons,
        }
    }

    /// `accepted`, `review` or `refused`.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Review { .. } => "review",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Judges the evidence of one frame.
pub fn judge(evidence: &Evidence, expectation: &Expectation) -> Verdict {
    if evidence.witnesses.is_empty() && !evidence.number_seen {
        return Verdict::Refused {
            reasons: with_conditions(vec![], evidence, Reason::NoVoucher),
        };
    }
    let mut reasons = evidence.alerts.clone();
    reasons.extend(dissent(&evidence.witnesses));
    let candidate = undisputed(&evidence.witnesses);
    let number = elected(&evidence.witnesses);
    if let Some(digits) = candidate.complete() {
        reasons.extend(vetoes(&digits, expectation));
    }
    match number {
        Some(digits) if reasons.is_empty() => match VoucherNumber::from_digits(digits) {
            Ok(number) => Verdict::Accepted(number),
            Err(_) => review(candidate, vec![Reason::LineLength]),
        },
        Some(_) => review(candidate, reasons),
        None => review(
            candidate,
            with_conditions(reasons, evidence, Reason::TooFewWitnesses),
        ),
    }
}

/// Who stands behind a number that was accepted: the witnesses whose votes count and that state
/// digits of it, each once.
pub(super) fn backers(witnesses: &[Witness], number: VoucherNumber) -> Vec<WitnessKind> {
    let whole = Pattern(number.digits().map(Some));
    let mut kinds: Vec<WitnessKind> = (witnesses.iter())
        .filter(|w| w.sure && w.kind.role() == Role::Vote)
        .filter(|w| w.digits != Pattern::SILENT && w.digits.conflicts(&whole) == 0)
        .map(|w| w.kind)
        .collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn review(candidate: Pattern, mut reasons: Vec<Reason>) -> Verdict {
    reasons.sort();
    reasons.dedup();
    Verdict::Review { candidate, reasons }
}

/// Adds what was wrong with the picture; `default` if nothing else explains it.
fn with_conditions(mut reasons: Vec<Reason>, evidence: &Evidence, default: Reason) -> Vec<Reason> {
    reasons.extend(&evidence.conditions);
    if reasons.is_empty() {
        reasons.push(default);
    }
    reasons
}

/// The digits that have the votes they need, if all 18 have.
fn elected(witnesses: &[Witness]) -> Option<[u8; PLACES]> {
    let mut digits = [0; PLACES];
    for (place, elected) in digits.iter_mut().enumerate() {
        *elected = (0..=9).find(|digit| has_votes(witnesses, place, *digit))?;
    }
    Some(digits)
}

fn has_votes(witnesses: &[Witness], place: usize, digit: u8) -> bool {
    let mut voters: Vec<WitnessKind> = (witnesses.iter())
        .filter(|w| w.sure && w.kind.role() == Role::Vote && w.digits.0[place] == Some(digit))
        .map(|w| w.kind)
        .collect();
    voters.sort();
    voters.dedup();
    if PERSONAL.contains(&place) {
        voters.len() >= PERSONAL_VOTES
    } else {
        voters.iter().any(|kind| kind.carries_prefix())
    }
}

/// The reasons for every pair of witnesses that contradict each other, named
/// after the one that stands later in [`WitnessKind`].
fn dissent(witnesses: &[Witness]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (i, one) in witnesses.iter().enumerate() {
        for other in &witnesses[i + 1..] {
            if one.digits.conflicts(&other.digits) > 0 {
                reasons.push(dissent_reason(
                    one.kind.max(other.kind),
                    one.kind == other.kind,
                ));
            }
        }
    }
    reasons
}

fn dissent_reason(kind: WitnessKind, same_kind: bool) -> Reason {
    match kind {
        _ if same_kind => Reason::TwoVouchers,
        WitnessKind::Line => Reason::TwoVouchers,
        WitnessKind::Qr => Reason::QrDisagrees,
        WitnessKind::Nw7 => Reason::BarcodeDisagrees,
        WitnessKind::PrintedNumber => Reason::PrintedNumberDisagrees,
        WitnessKind::PrintedMunicipality => Reason::MunicipalityDisagrees,
        WitnessKind::Heading => Reason::HeadingDisagrees,
        WitnessKind::PrintedDose => Reason::DoseDisagrees,
    }
}

/// What all witnesses that speak at a place say alike.
fn undisputed(witnesses: &[Witness]) -> Pattern {
    Pattern(std::array::from_fn(|place| {
        let mut said = witnesses.iter().filter_map(|w| w.digits.0[place]);
        let first = said.next()?;
        said.all(|digit| digit == first).then_some(first)
    }))
}

/// What the number itself, and the session, have against it.
fn vetoes(digits: &[u8; PLACES], expectation: &Expectation) -> Vec<Reason> {
    let Ok(number) = VoucherNumber::from_digits(*digits) else {
        return vec![Reason::LineLength];
    };
    let code = number.municipality();
    let kind = expectation.codes.kind(number.ticket_kind_digit());
    let preset = |expected: bool, reason: Reason| (!expected).then_some(reason);
    [
        preset(code.is_valid(), Reason::CheckDigit),
        preset(
            !code.is_valid() || municipality(code).is_some(),
            Reason::UnknownMunicipality,
        ),
        preset(kind.is_some(), Reason::UnknownTicketKind),
        preset(number.dose().value() != 0, Reason::UnknownDose),
        preset(
            expectation.ticket_kind.is_none() || kind == expectation.ticket_kind,
            Reason::UnexpectedTicketKind,
        ),
        preset(
            expectation.dose.is_none_or(|dose| dose == number.dose()),
            Reason::UnexpectedDose,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: [u8; 18] = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    fn witness(kind: WitnessKind, digits: Pattern) -> Witness {
        Witness {
            kind,
            digits,
            confidence: None,
            sure: true,
        }
    }

    fn line(digits: [u8; 18]) -> Witness {
        witness(WitnessKind::Line, Pattern(digits.map(Some)))
    }

    fn qr() -> Witness {
        witness(WitnessKind::Qr, Pattern(NUMBER.map(Some)))
    }

    fn barcode(digits: &[u8]) -> Witness {
        witness(WitnessKind::Nw7, Pattern::at(8, digits))
    }

    fn printed() -> Witness {
        witness(WitnessKind::PrintedNumber, Pattern::at(8, &NUMBER[8..]))
    }

    fn verdict(witnesses: Vec<Witness>) -> Verdict {
        let evidence = Evidence {
            witnesses,
            number_seen: true,
            ..Evidence::default()
        };
        judge(&evidence, &Expectation::default())
    }

    fn changed(place: usize, digit: u8) -> [u8; 18] {
        let mut digits = NUMBER;
        digits[place] = digit;
        digits
    }

    #[test]
    fn a_line_with_a_barcode_a_qr_or_its_printed_number_is_accepted() {
        for second in [barcode(&NUMBER[8..]), qr(), printed()] {
            let verdict = verdict(vec![line(NUMBER), second]);
            assert_eq!(verdict.number().map(|n| *n.digits()), Some(NUMBER));
        }
    }

    #[test]
    fn a_qr_with_a_barcode_is_accepted_without_a_line() {
        assert!(
            verdict(vec![qr(), barcode(&NUMBER[8..])])
                .number()
                .is_some()
        );
    }

    #[test]
    fn a_line_that_nothing_backs_is_review_however_often_it_is_seen() {
        let verdict = verdict(vec![line(NUMBER), line(NUMBER), line(NUMBER)]);
        assert_eq!(verdict.reasons(), [Reason::TooFewWitnesses]);
        assert_eq!(verdict.status(), "review");
    }

    #[test]
    fn a_barcode_and_a_printed_number_say_nothing_of_the_municipality() {
        let verdict = verdict(vec![barcode(&NUMBER[8..]), printed()]);
        assert_eq!(verdict.reasons(), [Reason::TooFewWitnesses]);
    }

    #[test]
    fn a_barcode_of_18_digits_does_not_carry_the_first_eight_alone() {
        let whole = witness(WitnessKind::Nw7, Pattern(NUMBER.map(Some)));
        assert_eq!(verdict(vec![whole, printed()]).status(), "review");
    }

    #[test]
    fn any_single_digit_in_which_two_marks_differ_is_review_and_left_blank() {
        for (place, digit) in NUMBER.iter().enumerate() {
            let other = changed(place, (digit + 3) % 10);
            let Verdict::Review { candidate, reasons } =
                verdict(vec![line(other), qr(), printed()])
            else {
                panic!("place {place} was not review");
            };
            assert!(reasons.contains(&Reason::QrDisagrees));
            assert_eq!(candidate.0[place], None);
        }
    }

    #[test]
    fn an_unsure_witness_gives_no_vote_but_can_contradict() {
        let mut unsure = line(NUMBER);
        unsure.sure = false;
        assert_eq!(verdict(vec![unsure.clone(), printed()]).status(), "review");
        assert!(verdict(vec![unsure, qr(), printed()]).number().is_some());
        let mut contradicts = line(changed(17, 1));
        contradicts.sure = false;
        assert_eq!(
            verdict(vec![contradicts, qr(), printed()]).status(),
            "review"
        );
    }

    #[test]
    fn a_printed_municipality_heading_or_dose_vetoes_and_never_votes() {
        let veto = |kind, start, digits: &[u8]| witness(kind, Pattern::at(start, digits));
        let agreeing = veto(WitnessKind::PrintedMunicipality, 2, &NUMBER[2..8]);
        assert_eq!(verdict(vec![line(NUMBER), agreeing]).status(), "review");
        for (dissenting, reason) in [
            (
                veto(WitnessKind::PrintedMunicipality, 2, &[2, 7, 1, 0, 0, 4]),
                Reason::MunicipalityDisagrees,
            ),
            (
                veto(WitnessKind::Heading, 0, &[1]),
                Reason::HeadingDisagrees,
            ),
            (
                veto(WitnessKind::PrintedDose, 1, &[2]),
                Reason::DoseDisagrees,
            ),
        ] {
            let verdict = verdict(vec![line(NUMBER), qr(), dissenting]);
            assert_eq!(verdict.reasons(), [reason]);
        }
    }

    #[test]
    fn check_digit_list_kind_and_dose_each_veto_with_a_reason_of_their_own() {
        let unknown = [2, 1, 1, 3, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        for (digits, reason) in [
            (changed(6, 2), Reason::CheckDigit),
            (unknown, Reason::UnknownMunicipality),
            (changed(0, 7), Reason::UnknownTicketKind),
            (changed(1, 0), Reason::UnknownDose),
        ] {
            let qr = witness(WitnessKind::Qr, Pattern(digits.map(Some)));
            assert_eq!(verdict(vec![line(digits), qr]).reasons(), [reason]);
        }
    }

    #[test]
    fn what_the_session_does_not_expect_goes_to_a_person() {
        let expectation = Expectation {
            dose: DoseNumber::new(3).ok(),
            ticket_kind: Some(TicketKind::Consultation),
            ..Expectation::default()
        };
        let evidence = Evidence {
            witnesses: vec![line(NUMBER), qr()],
            number_seen: true,
            ..Evidence::default()
        };
        assert_eq!(
            judge(&evidence, &expectation).reasons(),
            [Reason::UnexpectedTicketKind, Reason::UnexpectedDose]
        );
    }

    #[test]
    fn an_alert_is_enough_against_any_number_of_votes() {
        let evidence = Evidence {
            witnesses: vec![line(NUMBER), qr(), printed(), barcode(&NUMBER[8..])],
            alerts: vec![Reason::OccludedDigit],
            number_seen: true,
            ..Evidence::default()
        };
        let verdict = judge(&evidence, &Expectation::default());
        assert_eq!(verdict.reasons(), [Reason::OccludedDigit]);
    }

    #[test]
    fn a_number_that_is_seen_is_review_even_when_nobody_states_a_digit() {
        let seen = Evidence {
            number_seen: true,
            ..Evidence::default()
        };
        let stated = Evidence {
            witnesses: vec![printed()],
            ..Evidence::default()
        };
        for evidence in [seen, stated] {
            let verdict = judge(&evidence, &Expectation::default());
            assert_eq!(verdict.status(), "review");
            assert_eq!(verdict.reasons(), [Reason::TooFewWitnesses]);
        }
    }

    #[test]
    fn what_was_wrong_with_the_picture_is_told_instead_of_the_plain_reason() {
        let glaring = |witnesses: Vec<Witness>| Evidence {
            witnesses,
            conditions: vec![Reason::Glare],
            ..Evidence::default()
        };
        for witnesses in [vec![], vec![line(NUMBER)]] {
            let verdict = judge(&glaring(witnesses), &Expectation::default());
            assert_eq!(verdict.reasons(), [Reason::Glare]);
        }
        let good = judge(&glaring(vec![line(NUMBER), qr()]), &Expectation::default());
        assert_eq!((good.status(), good.reasons()), ("accepted", &[][..]));
    }

    #[test]
    fn dissent_is_named_after_the_mark_or_field_that_stands_against_the_line() {
        let mut other = barcode(&NUMBER[8..]);
        other.digits.0[17] = Some(1);
        let of_kind = |kind| Witness {
            kind,
            ..other.clone()
        };
        for (kind, reason) in [
            (WitnessKind::Line, Reason::TwoVouchers),
            (WitnessKind::Qr, Reason::QrDisagrees),
            (WitnessKind::Nw7, Reason::BarcodeDisagrees),
            (WitnessKind::PrintedNumber, Reason::PrintedNumberDisagrees),
        ] {
            let verdict = verdict(vec![of_kind(kind), line(NUMBER)]);
            assert!(
                verdict.reasons().contains(&reason),
                "{:?}",
                verdict.reasons()
            );
        }
    }

    #[test]
    fn two_marks_of_one_kind_that_differ_are_two_vouchers() {
        let mut other = qr();
        other.digits.0[17] = Some(1);
        let verdict = verdict(vec![line(NUMBER), qr(), printed(), other]);
        assert!(verdict.reasons().contains(&Reason::TwoVouchers));
        assert!(verdict.reasons().contains(&Reason::QrDisagrees));
    }

    #[test]
    fn nothing_seen_is_refused() {
        let verdict = judge(&Evidence::default(), &Expectation::default());
        assert_eq!(verdict.status(), "refused");
        assert_eq!(verdict.reasons(), [Reason::NoVoucher]);
    }
}
