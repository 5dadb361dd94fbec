//! The checks that every form shares. Each says what a cell is, or notes a finding; a row is
//! looked at whole, so that all its flaws are told at once.

use jiff::civil::Date;

use super::finding::{Flaw, RowFinding};
use super::{ImportContext, ImportedRow};
use crate::intake::{Evidence, FieldError, Maker, Outcome, ProductId, VaccinationRecord};
use crate::voucher::{MunicipalityCode, TicketKind, VoucherNumber, municipality};

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
        if text.chars().any(is_private) {
            return self.refuse(column, Flaw::PrivateCharacter);
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

    /// 券種 that the configuration knows.
    pub(super) fn kind(&mut self, column: &'static str, text: &str) -> Option<u8> {
        let [digit] = self.digits(column, text)?;
        if self.context.ticket_kinds.kind(digit).is_none() {
            return self.refuse(column, Flaw::UnknownTicketKind);
        }
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

    /// The code of a municipality that issues vouchers.
    pub(super) fn municipality(&mut self, column: &'static str, text: &str) -> Option<[u8; 6]> {
        let digits = self.digits(column, text)?;
        let code = MunicipalityCode::from_digits(digits).ok()?;
        if !code.is_valid() {
            return self.refuse(column, Flaw::CheckDigit);
        }
        if municipality(code).is_none() {
            return self.refuse(column, Flaw::UnknownMunicipality);
        }
        Some(digits)
    }

    /// A day that has come. One that has not is recorded all the same: the dose was given.
    pub(super) fn day(&mut self, column: &'static str, day: Date) -> Date {
        if day > self.context.today {
            self.note(column, Flaw::FutureDate);
        }
        day
    }

    /// The product that a maker's name stands for on `day`.
    pub(super) fn product(
        &mut self,
        column: &'static str,
        maker: &Maker,
        day: Date,
    ) -> Option<ProductId> {
        let product = self.context.products.by_maker(maker, day);
        product.or_else(|| self.refuse(column, Flaw::UnknownMaker))
    }

    /// A dose was given on a vaccination ticket, a consultation counted on the other one.
    pub(super) fn kind_fits(&mut self, column: &'static str, kind: u8, outcome: &Outcome) {
        let stated = self.context.ticket_kinds.kind(kind);
        let usual = match outcome {
            Outcome::Given(_) => TicketKind::Vaccination,
            Outcome::ConsultationOnly => TicketKind::Consultation,
        };
        if stated.is_some_and(|stated| stated != usual) {
            self.note(column, Flaw::KindAgainstOutcome);
        }
    }
}

/// The evidence of what came in a file that names none.
pub(super) fn imported() -> Evidence {
    Evidence("import".to_owned())
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
    use super::*;

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
    fn private_characters_are_known_and_kanji_beyond_the_first_plane_are_not_private() {
        assert!(is_private('\u{e000}') && is_private('\u{10fffd}'));
        assert!(!is_private('𠮷') && !is_private('髙'));
    }
}
