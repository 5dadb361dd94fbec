//! Ticket kind, dose number and 券番号: the parts of a voucher number other than the municipality.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::{self, DigitsError};

/// What a ticket entitles to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TicketKind {
    /// 接種券: consultation and vaccination.
    Vaccination,
    /// 予診のみ: the consultation ended without a vaccination.
    Consultation,
}

/// Which first digit stands for which ticket kind.
///
/// The code values are published nowhere, so they are configuration with an assumed default. A
/// digit that stands for nothing is for a person to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketKindCodes {
    /// The digit of 接種券.
    pub vaccination: u8,
    /// The digit of 予診のみ.
    pub consultation: u8,
}

impl Default for TicketKindCodes {
    fn default() -> Self {
        Self {
            vaccination: 2,
            consultation: 1,
        }
    }
}

impl TicketKindCodes {
    /// The kind that `digit` stands for.
    pub fn kind(&self, digit: u8) -> Option<TicketKind> {
        if digit == self.vaccination {
            Some(TicketKind::Vaccination)
        } else if digit == self.consultation {
            Some(TicketKind::Consultation)
        } else {
            None
        }
    }
}

/// 回数: which dose a voucher is for, one digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct DoseNumber(u8);

impl DoseNumber {
    /// A dose number from its digit, 0–9.
    pub fn new(digit: u8) -> Result<Self, DigitsError> {
        digits::check([digit]).map(|[digit]| Self(digit))
    }

    pub(super) fn from_checked(digit: u8) -> Self {
        Self(digit)
    }

    /// The digit, 0–9.
    pub fn value(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for DoseNumber {
    type Error = DigitsError;

    fn try_from(digit: u8) -> Result<Self, DigitsError> {
        Self::new(digit)
    }
}

impl From<DoseNumber> for u8 {
    fn from(dose: DoseNumber) -> Self {
        dose.0
    }
}

impl fmt::Display for DoseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// 券番号: ten digits, unique within a municipality and without a check digit, so a misread one
/// is another person's.
///
/// Personal data, masked in [`fmt::Debug`] like [`super::VoucherNumber`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalNumber([u8; Self::LEN]);

impl PersonalNumber {
    /// How many digits a 券番号 has.
    pub const LEN: usize = 10;

    /// A number from its digit values, most significant first.
    pub fn from_digits(digits: [u8; Self::LEN]) -> Result<Self, DigitsError> {
        digits::check(digits).map(Self)
    }

    pub(super) fn from_checked(digits: [u8; Self::LEN]) -> Self {
        Self(digits)
    }

    /// The digit values, most significant first.
    pub fn digits(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The number in groups that a person can compare with the paper, `0012-345-678`.
    pub fn grouped(&self) -> String {
        let text = digits::text(&self.0);
        format!("{}-{}-{}", &text[..4], &text[4..7], &text[7..])
    }

    /// The number for logs, `********78`; see [`super::VoucherNumber::masked`].
    pub fn masked(&self) -> String {
        format!("********{}", digits::text(&self.0[8..]))
    }
}

impl FromStr for PersonalNumber {
    type Err = DigitsError;

    fn from_str(text: &str) -> Result<Self, DigitsError> {
        digits::parse(text).map(Self)
    }
}

impl fmt::Display for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digits::write(f, &self.0)
    }
}

impl fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_two_is_a_vaccination_and_one_a_consultation_and_nothing_else_is_either() {
        let codes = TicketKindCodes::default();
        for digit in 0..=9 {
            let expected = match digit {
                1 => Some(TicketKind::Consultation),
                2 => Some(TicketKind::Vaccination),
                _ => None,
            };
            assert_eq!(codes.kind(digit), expected, "digit {digit}");
        }
    }

    #[test]
    fn a_dose_number_is_one_digit() {
        assert_eq!(DoseNumber::new(3).map(DoseNumber::value), Ok(3));
        assert!(DoseNumber::new(10).is_err());
        assert_eq!(
            DoseNumber::new(3).map(|dose| dose.to_string()),
            Ok("3".to_owned())
        );
    }

    #[test]
    fn a_personal_number_has_ten_digits() {
        let number: PersonalNumber = "0012345678".parse().unwrap();
        assert_eq!(number.to_string(), "0012345678");
        assert!("012345678".parse::<PersonalNumber>().is_err());
        assert_eq!(PersonalNumber::from_digits(*number.digits()), Ok(number));
    }

    #[test]
    fn logs_see_the_last_two_digits_of_a_personal_number() {
        let number: PersonalNumber = "0012345678".parse().unwrap();
        assert_eq!(number.masked(), "********78");
        assert_eq!(format!("{number:?}"), "PersonalNumber(********78)");
    }
}
