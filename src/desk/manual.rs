//! A number typed by a person: one vote, which a mark must match, or which is given twice.
//!
//! ```text
//!  first entry ── a mark says the same of 券番号, nothing dissents ──▶ number (`line,hand`)
//!      │  ▲
//!      │  └─ the second differs: both are forgotten
//!      ▼
//!  second entry, blind ── the same again ──▶ number (`hand,hand`)
//! ```
//!
//! Check digit, the list of municipalities and dose 0 are vetoes: what they refuse is forgotten,
//! and from then on nothing is filled in for the person. What contradicts the session's presets,
//! or a field of the label, has to be typed twice; the rules look at it afterwards.

use thiserror::Error;

use super::evidence::evidence;
use crate::intake::{self, Session};
use crate::reading::{Pattern, Role, Witness, WitnessKind};
use crate::voucher::{DigitsError, TicketKindCodes, VoucherNumber, municipality};

/// Where the municipality code stands in the 18 digits.
const MUNICIPALITY: std::ops::Range<usize> = 2..8;

/// Where the 券番号 begins.
const PERSONAL: std::ops::Range<usize> = 8..18;

/// Why a number that was typed does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ManualError {
    /// Not 18 digits.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// The municipality's check digit does not fit.
    #[error(
        "自治体番号の検査数字が合いません。紙を見て18桁を最初から入力してください / \
         the municipality's check digit does not fit: look at the paper and type all 18 digits again"
    )]
    CheckDigit,
    /// No municipality has this code.
    #[error(
        "この自治体番号は一覧にありません。紙を見て18桁を最初から入力してください / \
         no municipality has this code: look at the paper and type all 18 digits again"
    )]
    UnknownMunicipality,
    /// Dose 0.
    #[error(
        "回数が0になっています。紙を見て18桁を最初から入力してください / the dose number is 0: look at the paper and type all 18 digits again"
    )]
    DoseZero,
    /// The second entry is another number than the first.
    #[error(
        "2回の入力が一致しません。紙を見て最初から2回入力してください / \
         the two entries differ: look at the paper and type it twice again"
    )]
    Differ,
}

/// What follows from an entry that is not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Nothing else stands behind it yet: it has to be typed once more, unseen.
    OnceMore,
    /// The number stands.
    Stands {
        /// The number.
        number: VoucherNumber,
        /// Who stands behind it.
        evidence: intake::Evidence,
    },
}

/// What is expected of the number, by the session's presets.
#[derive(Debug, Clone)]
pub struct Manual {
    codes: TicketKindCodes,
    session: Session,
    witnesses: Vec<Witness>,
    prefill: Pattern,
    first: Option<VoucherNumber>,
}

impl Manual {
    /// A person is going to type the number of a voucher of which `candidate` is undisputed and
    /// `witnesses` said something.
    pub fn new(
        codes: TicketKindCodes,
        session: &Session,
        candidate: Pattern,
        witnesses: &[Witness],
    ) -> Self {
        Self {
            codes,
            session: session.clone(),
            witnesses: witnesses.to_vec(),
            prefill: if may_be_right(&candidate) {
                candidate
            } else {
                Pattern::SILENT
            },
            first: None,
        }
    }

    /// The digits that stand in the fields before the person types: the undisputed ones; none
    /// after a failed check digit, and none for the second entry, which is blind.
    pub fn prefill(&self) -> Pattern {
        match self.first {
            None => self.prefill,
            Some(_) => Pattern::SILENT,
        }
    }

    /// Whether it is the second entry that is awaited.
    pub fn is_second(&self) -> bool {
        self.first.is_some()
    }

    /// Takes in all 18 digits.
    ///
    /// # Errors
    ///
    /// [`ManualError`]; but for [`ManualError::Digits`], what was typed before is forgotten.
    pub fn typed(&mut self, text: &str) -> Result<Typed, ManualError> {
        let number: VoucherNumber = text.parse()?;
        let first = self.first.take();
        if let Err(veto) = vetoed(number) {
            self.prefill = Pattern::SILENT;
            return Err(veto);
        }
        match first {
            None if self.is_backed(number) => Ok(self.stands(number, 1)),
            None => {
                self.first = Some(number);
                Ok(Typed::OnceMore)
            }
            Some(first) if first == number => Ok(self.stands(number, 2)),
            Some(_) => {
                self.prefill = Pattern::SILENT;
                Err(ManualError::Differ)
            }
        }
    }

    fn stands(&self, number: VoucherNumber, by_hand: usize) -> Typed {
        Typed::Stands {
            number,
            evidence: evidence(&self.agreeing(number), by_hand),
        }
    }

    /// Whether a mark says the same of every digit of the 券番号, and nothing dissents.
    fn is_backed(&self, number: VoucherNumber) -> bool {
        let typed = pattern(number);
        let dissents = (self.witnesses.iter()).any(|witness| witness.digits.conflicts(&typed) > 0);
        !dissents && self.fits_presets(number) && !self.agreeing(number).is_empty()
    }

    fn fits_presets(&self, number: VoucherNumber) -> bool {
        let kind = self.codes.kind(number.ticket_kind_digit());
        let dose = self.session.dose;
        kind == Some(self.session.ticket_kind) && dose.is_none_or(|dose| dose == number.dose())
    }

    /// The marks that vote for every digit of the 券番号 as it was typed, and for no other digit.
    fn agreeing(&self, number: VoucherNumber) -> Vec<WitnessKind> {
        let typed = pattern(number);
        (self.witnesses.iter())
            .filter(|witness| witness.sure && witness.kind.role() == Role::Vote)
            .filter(|witness| witness.digits.conflicts(&typed) == 0)
            .filter(|witness| PERSONAL.clone().all(|p| witness.digits.0[p].is_some()))
            .map(|witness| witness.kind)
            .collect()
    }
}

fn pattern(number: VoucherNumber) -> Pattern {
    Pattern(number.digits().map(Some))
}

fn vetoed(number: VoucherNumber) -> Result<(), ManualError> {
    let code = number.municipality();
    if !code.is_valid() {
        Err(ManualError::CheckDigit)
    } else if municipality(code).is_none() {
        Err(ManualError::UnknownMunicipality)
    } else if number.dose().value() == 0 {
        Err(ManualError::DoseZero)
    } else {
        Ok(())
    }
}

/// Whether the municipality code of `candidate`, if it is whole, is a real one.
fn may_be_right(candidate: &Pattern) -> bool {
    let whole = MUNICIPALITY
        .clone()
        .all(|place| candidate.0[place].is_some());
    let digits = candidate.0.map(|digit| digit.unwrap_or(0));
    let number = VoucherNumber::from_digits(digits).map(|number| number.municipality());
    !whole || number.is_ok_and(|code| code.is_valid() && municipality(code).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::desk::tests::world::session;

    const NUMBER: &str = "221310160012345678";
    /// The sixth digit of the municipality is not the one that fits.
    const MISREAD: &str = "221310170012345678";
    /// Passes the check digit, and no municipality has it.
    const NOWHERE: &str = "221300010012345678";

    fn whole(text: &str) -> Pattern {
        pattern(text.parse().unwrap())
    }

    fn states(kind: WitnessKind, digits: Pattern, sure: bool) -> Witness {
        Witness {
            kind,
            digits,
            confidence: None,
            sure,
        }
    }

    fn line() -> Witness {
        states(WitnessKind::Line, whole(NUMBER), true)
    }

    fn manual(witnesses: &[Witness]) -> Manual {
        let codes = TicketKindCodes::default();
        Manual::new(codes, &session(), whole(NUMBER), witnesses)
    }

    fn evidence_of(typed: Result<Typed, ManualError>) -> String {
        match typed {
            Ok(Typed::Stands { evidence, .. }) => evidence.0,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_entry_that_a_mark_matches_stands_beside_the_mark() {
        let barcode = Pattern::at(8, &whole(NUMBER).complete().unwrap()[8..]);
        let barcode = states(WitnessKind::Nw7, barcode, true);
        for (witnesses, said) in [
            (vec![line()], "line,hand"),
            (vec![barcode.clone()], "nw7,hand"),
            (vec![barcode, line()], "line,nw7,hand"),
        ] {
            assert_eq!(evidence_of(manual(&witnesses).typed(NUMBER)), said);
        }
    }

    #[test]
    fn one_entry_that_nothing_backs_is_asked_for_again_and_twice_the_same_stands() {
        let mut other = whole(NUMBER);
        other.0[17] = Some(1);
        let mut silent = whole(NUMBER);
        silent.0[17] = None;
        for witnesses in [
            vec![],
            vec![states(WitnessKind::Line, whole(NUMBER), false)],
            vec![states(WitnessKind::Line, silent, true)],
            vec![states(
                WitnessKind::PrintedMunicipality,
                whole(NUMBER),
                true,
            )],
            vec![line(), states(WitnessKind::Nw7, other, false)],
        ] {
            let mut manual = manual(&witnesses);
            assert_eq!(manual.typed(NUMBER), Ok(Typed::OnceMore), "{witnesses:?}");
            assert!(evidence_of(manual.typed(NUMBER)).ends_with("hand,hand"));
        }
    }

    #[test]
    fn what_the_presets_do_not_expect_is_typed_twice() {
        for other in ["231310160012345678", "121310160012345678"] {
            let backing = states(WitnessKind::Line, whole(other), true);
            let mut session = session();
            session.dose = "221310160012345678"
                .parse()
                .ok()
                .map(|n: VoucherNumber| n.dose());
            let codes = TicketKindCodes::default();
            let mut manual = Manual::new(codes, &session, Pattern::SILENT, &[backing]);
            assert_eq!(manual.typed(other), Ok(Typed::OnceMore));
            assert_eq!(evidence_of(manual.typed(other)), "line,hand,hand");
        }
    }

    #[test]
    fn two_entries_that_differ_are_both_forgotten() {
        let mut manual = manual(&[]);
        assert_eq!(manual.typed(NUMBER), Ok(Typed::OnceMore));
        let other = "221310160012345679";
        assert_eq!(manual.typed(other), Err(ManualError::Differ));
        assert_eq!(manual.typed(other), Ok(Typed::OnceMore));
        assert!(matches!(manual.typed(other), Ok(Typed::Stands { .. })));
    }

    #[test]
    fn the_second_entry_is_blind_and_a_slip_of_the_finger_does_not_end_it() {
        let mut manual = manual(&[]);
        assert_eq!(manual.prefill(), whole(NUMBER));
        assert_eq!(manual.typed(NUMBER), Ok(Typed::OnceMore));
        assert_eq!(manual.prefill(), Pattern::SILENT);
        assert!(matches!(manual.typed("22"), Err(ManualError::Digits(_))));
        assert!(manual.is_second());
    }

    #[test]
    fn check_digit_list_and_dose_veto_and_nothing_is_filled_in_afterwards() {
        for (text, error) in [
            (MISREAD, ManualError::CheckDigit),
            (NOWHERE, ManualError::UnknownMunicipality),
            ("201310160012345678", ManualError::DoseZero),
        ] {
            let backing = states(WitnessKind::Line, whole(text), true);
            let mut manual = manual(&[backing]);
            for _ in 0..2 {
                assert_eq!(manual.typed(text), Err(error));
                assert_eq!(manual.prefill(), Pattern::SILENT);
                assert!(!manual.is_second());
            }
        }
    }

    #[test]
    fn a_candidate_that_fails_the_check_digit_is_not_filled_in() {
        let prefill = |candidate| {
            let codes = TicketKindCodes::default();
            Manual::new(codes, &session(), candidate, &[]).prefill()
        };
        assert_eq!(prefill(whole(MISREAD)), Pattern::SILENT);
        assert_eq!(prefill(whole(NOWHERE)), Pattern::SILENT);
        let mut blank = whole(MISREAD);
        blank.0[7] = None;
        assert_eq!(prefill(blank), blank);
    }

    proptest! {
        #[test]
        fn a_number_that_stands_passes_the_vetoes_and_has_two_behind_it(
            entries in prop::collection::vec(
                prop::sample::select(vec![NUMBER, MISREAD, NOWHERE, "221310160012345679"]), 1..12),
            backed in any::<bool>(),
        ) {
            let witnesses = if backed { vec![line()] } else { Vec::new() };
            let mut manual = manual(&witnesses);
            let mut before = None;
            for entry in entries {
                if let Ok(Typed::Stands { number, .. }) = manual.typed(entry) {
                    prop_assert!(number.municipality().is_valid());
                    prop_assert!(municipality(number.municipality()).is_some());
                    prop_assert!(backed && entry == NUMBER || before == Some(entry));
                }
                before = Some(entry);
            }
        }
    }
}
