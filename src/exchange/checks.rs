//! The checks that every form shares. Each says what a cell is, or notes a finding; a row is
//! looked at whole, so that all its flaws are told at once.

use jiff::civil::Date;

use super::finding::{Flaw, RowFinding};
use super::{ImportContext, ImportedRow};
use crate::intake::{Evidence, FieldError, Lot, Maker, ProductId, VaccinationRecord};
use crate::voucher::{MunicipalityCode, VoucherNumber};

/// Looks at one row and keeps what it finds.
pub(super) struct Checks<'a> {
    pub(super) context: &'a ImportContext<'a>,
    line: u64,
    findings: Vec<RowFinding>,
    refused: bool,
}

/// The parts of a voucher number, checked one by one.
pub(super) struct Parts {
    pub(super) kind: Option<u8>,
    pub(super) dose: Option<u8>,
    pub(super) municipality: Option<[u8; 6]>,
    pub(super) personal: Option<[u8; 10]>,
}

impl Parts {
    /// The number, when all its parts are there.
    pub(super) fn number(&self) -> Option<VoucherNumber> {
        let mut digits = Vec::with_capacity(VoucherNumber::LEN);
        digits.extend([self.kind?, self.dose?]);
        digits.extend(self.municipality?);
        digits.extend(self.personal?);
        VoucherNumber::from_digits(digits.try_into().ok()?).ok()
    }
}

impl<'a> Checks<'a> {
    pub(super) fn new(line: u64, context: &'a ImportContext<'a>) -> Self {
        Self {
            context,
            line,
            findings: Vec::new(),
            refused: false,
        }
    }

    /// A flaw for which the row cannot be a record.
    pub(super) fn refuse<T>(&mut self, column: &'static str, flaw: Flaw) -> Option<T> {
        self.refused = true;
        self.note(column, flaw);
        None
    }

    /// A flaw that a person should look at.
    fn note(&mut self, column: &'static str, flaw: Flaw) {
        let finding = RowFinding::new(self.line, Some(column), &flaw);
        self.findings.push(finding);
    }

    /// The row, if nothing refuses it; otherwise all that was found.
    pub(super) fn done(
        self,
        record: Option<VaccinationRecord>,
    ) -> Result<ImportedRow, Vec<RowFinding>> {
        match record {
            Some(record) if !self.refused => Ok(ImportedRow {
                line: self.line,
                record,
                findings: self.findings,
            }),
            _ => Err(self.findings),
        }
    }

    /// A text of a record, as `make` makes it.
    pub(super) fn text<T>(
        &mut self,
        column: &'static str,
        text: &str,
        make: fn(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        if let Some(flaw) = text.chars().find_map(flaw_of_character) {
            return self.refuse(column, flaw);
        }
        match make(text) {
            Ok(value) => Some(value),
            Err(error) => self.refuse(column, flaw_of_text(&error)),
        }
    }

    /// Exactly `N` digits.
    pub(super) fn digits<const N: usize>(
        &mut self,
        column: &'static str,
        text: &str,
    ) -> Option<[u8; N]> {
        if let Some(flaw) = flaw_of_digits(text, N) {
            return self.refuse(column, flaw);
        }
        let values: Vec<u8> = text.bytes().map(|b| b - b'0').collect();
        values.try_into().ok()
    }

    /// 券種, any digit: a dose on a ticket of an unknown kind was given all the same.
    pub(super) fn kind(&mut self, column: &'static str, text: &str) -> Option<u8> {
        let [digit] = self.digits(column, text)?;
        Some(digit)
    }

    /// 回数, 1–9.
    pub(super) fn dose(&mut self, column: &'static str, text: &str) -> Option<u8> {
        let [digit] = self.digits(column, text)?;
        if digit == 0 {
            return self.refuse(column, Flaw::UnknownDose);
        }
        Some(digit)
    }

    /// A municipality's code. One that fails its check digit was mistyped and is refused; one that
    /// is on no list may be too new for it.
    pub(super) fn municipality(&mut self, column: &'static str, text: &str) -> Option<[u8; 6]> {
        let digits = self.digits(column, text)?;
        let code = MunicipalityCode::from_digits(digits).ok()?;
        if !code.is_valid() {
            return self.refuse(column, Flaw::CheckDigit);
        }
        Some(digits)
    }

    /// The product that a maker's name stands for on `day`, by its lot where that is known.
    pub(super) fn product(
        &mut self,
        column: &'static str,
        maker: &Maker,
        lot: Option<&Lot>,
        day: Date,
    ) -> Option<ProductId> {
        let Some(found) = self.context.products.by_maker(maker, lot, day) else {
            return self.refuse(column, Flaw::UnknownMaker);
        };
        if !found.sure {
            self.note(column, Flaw::ProductByMakerAlone);
        }
        Some(found.product)
    }
}

/// The evidence of what came in a file that names none.
pub(super) fn imported() -> Evidence {
    Evidence("import".to_owned())
}

/// What is wrong with a character, where that can be told better than by [`FieldError`].
fn flaw_of_character(c: char) -> Option<Flaw> {
    match c {
        char::REPLACEMENT_CHARACTER => Some(Flaw::LostCharacter),
        _ => is_private(c).then_some(Flaw::PrivateCharacter),
    }
}

/// A character of the user's own (外字): nobody else's machine shows the same.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

fn flaw_of_text(error: &FieldError) -> Flaw {
    match *error {
        FieldError::Empty => Flaw::Empty,
        FieldError::TooLong { found, limit } => Flaw::TooLong { found, limit },
        FieldError::Control => Flaw::ControlCharacter,
        FieldError::Formula(sign) => Flaw::Formula { sign },
        FieldError::NotACode => Flaw::NotACode,
    }
}

/// Why `text` is not `expected` digits.
fn flaw_of_digits(text: &str, expected: usize) -> Option<Flaw> {
    if let Some(sign @ ('=' | '+' | '-' | '@')) = text.chars().next() {
        return Some(Flaw::Formula { sign });
    }
    if is_scientific(text) {
        return Some(Flaw::Scientific);
    }
    if let Some(index) = text.chars().position(|c| !c.is_ascii_digit()) {
        let position = index + 1;
        return Some(Flaw::NotADigit { position });
    }
    match text.len() {
        0 => Some(Flaw::Empty),
        found if found < expected => Some(Flaw::LostZeros { expected, found }),
        found if found > expected => Some(Flaw::TooManyDigits { expected, found }),
        _ => None,
    }
}

/// `1.23E+09`: what a spreadsheet makes of a number that is too long for its cell.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(&mantissa.replacen('.', "", 1)) && digits(exponent.trim_start_matches(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::super::samples::with_context;
    use super::*;
    use crate::intake::Venue;

    fn flaw(text: &str) -> Option<&'static str> {
        flaw_of_digits(text, 10).map(|flaw| flaw.id())
    }

    #[test]
    fn ten_digits_are_ten_digits() {
        assert_eq!(flaw("0012345678"), None);
    }

    #[test]
    fn what_spreadsheets_do_to_numbers_is_told_apart() {
        for text in ["1.23E+09", "1E9", "1.2e+10", "12E-3"] {
            assert_eq!(flaw(text), Some("scientific"), "{text}");
        }
        assert_eq!(flaw("12345678"), Some("lost_zeros"));
        assert_eq!(flaw("=\"0012345678\""), Some("formula"));
        assert_eq!(flaw("12,345,678"), Some("not_a_digit"));
        assert_eq!(flaw("E12345678"), Some("not_a_digit"));
    }

    #[test]
    fn other_lengths_and_signs_are_told_apart() {
        assert_eq!(flaw(""), Some("empty"));
        assert_eq!(flaw("0012345678900000000"), Some("too_many_digits"));
        assert_eq!(flaw("001234567８"), Some("not_a_digit"));
        assert_eq!(flaw("-012345678"), Some("formula"));
    }

    #[test]
    fn lost_private_and_unseen_characters_are_refused_each_by_its_name() {
        for (c, code) in [
            ('\u{fffd}', "lost_character"),
            ('\u{e000}', "private_character"),
            ('\u{202e}', "control_character"),
            ('\u{2066}', "control_character"),
            ('\u{200f}', "control_character"),
            ('\u{2028}', "control_character"),
            ('\u{2029}', "control_character"),
        ] {
            with_context(|context| {
                let mut checks = Checks::new(1, &context);
                let name = checks.text("会場名", &format!("市民{c}会館"), Venue::new);
                assert_eq!((name, checks.findings[0].code), (None, code), "{c:?}");
            });
        }
    }

    #[test]
    fn private_characters_are_known_and_kanji_beyond_the_first_plane_are_not_private() {
        assert!(is_private('\u{e000}') && is_private('\u{10fffd}'));
        assert!(!is_private('𠮷') && !is_private('髙'));
    }
}
