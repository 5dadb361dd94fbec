//! The 18-digit number that the OCR line and the QR carry.

use std::fmt;
use std::str::FromStr;

use super::digits::{self, DigitsError};
use super::{DoseNumber, MunicipalityCode, PersonalNumber};

/// The 18 digits of a voucher, of which only the form is promised.
///
/// Personal data: [`fmt::Debug`] masks the person's part, so that a log line holds no whole
/// number by accident, and there is no `Serialize`; [`fmt::Display`] writes all 18 digits for the
/// places that are meant to show them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoucherNumber([u8; Self::LEN]);

impl VoucherNumber {
    /// How many digits a voucher number has.
    pub const LEN: usize = 18;

    /// A number from its digit values, most significant first.
    pub fn from_digits(digits: [u8; Self::LEN]) -> Result<Self, DigitsError> {
        digits::check(digits).map(Self)
    }

    /// The digit values, most significant first.
    pub fn digits(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The first digit; what it means is configured, see [`super::TicketKindCodes`].
    pub fn ticket_kind_digit(&self) -> u8 {
        self.0[0]
    }

    /// The second digit: which dose the voucher is for.
    pub fn dose(&self) -> DoseNumber {
        DoseNumber::from_checked(self.0[1])
    }

    /// Digits 3–8: the municipality that issued the voucher and pays for the dose.
    pub fn municipality(&self) -> MunicipalityCode {
        MunicipalityCode::from_checked(digits::part(&self.0, 2))
    }

    /// Digits 9–18: the person within the municipality.
    pub fn personal(&self) -> PersonalNumber {
        PersonalNumber::from_checked(digits::part(&self.0, 8))
    }

    /// The number for logs, `21131016********78`: ticket kind, dose, municipality, and of the
    /// person's part the last two digits, to tell two lines of a log apart.
    ///
    /// Numbers run in sequence from the start of the range, so in a town of some thousand people
    /// four digits would be the whole of it.
    pub fn masked(&self) -> String {
        format!("{}{}", digits::text(&self.0[..8]), self.personal().masked())
    }

    /// The number in groups that a person can compare with the paper, `2 1 · 131016 · 0012-345-678`.
    pub fn grouped(&self) -> String {
        let text = digits::text(&self.0);
        format!(
            "{} {} · {} · {}",
            &text[..1],
            &text[1..2],
            &text[2..8],
            self.personal().grouped()
        )
    }
}

impl FromStr for VoucherNumber {
    type Err = DigitsError;

    fn from_str(text: &str) -> Result<Self, DigitsError> {
        digits::parse(text).map(Self)
    }
}

impl fmt::Display for VoucherNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digits::write(f, &self.0)
    }
}

impl fmt::Debug for VoucherNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VoucherNumber({})", self.masked())
    }
}

/// A number as text inside something that is kept encrypted; for `#[serde(with = "…")]`. The type
/// itself has no `Serialize`, so that none is written by accident.
pub mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::VoucherNumber;

    /// Writes all 18 digits.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(
        number: &VoucherNumber,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    /// Reads all 18 digits.
    ///
    /// # Errors
    /// What is not 18 digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<VoucherNumber, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }

    /// The same where there may be none.
    pub mod option {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        use super::VoucherNumber;

        #[derive(Serialize, Deserialize)]
        struct Text(#[serde(with = "super")] VoucherNumber);

        /// Writes all 18 digits, or nothing.
        ///
        /// # Errors
        /// The serializer's.
        pub fn serialize<S: Serializer>(
            number: &Option<VoucherNumber>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            number.map(Text).serialize(serializer)
        }

        /// Reads all 18 digits, or nothing.
        ///
        /// # Errors
        /// What is not 18 digits.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<VoucherNumber>, D::Error> {
            let number = Option::<Text>::deserialize(deserializer)?;
            Ok(number.map(|Text(number)| number))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EXAMPLE: &str = "211310160012345678";

    fn example() -> VoucherNumber {
        EXAMPLE.parse().unwrap()
    }

    #[test]
    fn the_parts_are_where_the_form_puts_them() {
        let number = example();
        assert_eq!(number.ticket_kind_digit(), 2);
        assert_eq!(number.dose().value(), 1);
        assert_eq!(number.municipality().to_string(), "131016");
        assert_eq!(number.personal().to_string(), "0012345678");
    }

    #[test]
    fn seventeen_and_nineteen_digits_are_refused() {
        for (text, found) in [(&EXAMPLE[1..], 17), ("2113101600123456789", 19)] {
            assert_eq!(
                text.parse::<VoucherNumber>(),
                Err(DigitsError::Length {
                    expected: 18,
                    found
                })
            );
        }
    }

    #[test]
    fn logs_see_neither_the_number_nor_the_persons_part() {
        let number = example();
        assert_eq!(number.masked(), "21131016********78");
        assert_eq!(format!("{number:?}"), "VoucherNumber(21131016********78)");
        assert!(!format!("{:?}", number.personal()).contains("0012345678"));
    }

    #[test]
    fn groups_are_those_of_the_paper() {
        assert_eq!(example().grouped(), "2 1 · 131016 · 0012-345-678");
    }

    #[test]
    fn display_honours_the_width_of_a_table_column() {
        assert_eq!(format!("{:>20}", example()), format!("  {EXAMPLE}"));
    }

    proptest! {
        #[test]
        fn text_and_digits_are_two_forms_of_one_number(digits in prop::array::uniform18(0u8..10)) {
            let number = VoucherNumber::from_digits(digits).unwrap();
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            prop_assert_eq!(*number.digits(), digits);
        }

        #[test]
        fn a_stray_character_is_named_by_its_position(
            digits in prop::array::uniform18(0u8..10),
            index in 0usize..18,
            stray in "[^0-9]",
        ) {
            let mut text = VoucherNumber::from_digits(digits).unwrap().to_string();
            text.replace_range(index..=index, &stray);
            let found = stray.chars().next().unwrap();
            prop_assert_eq!(
                text.parse::<VoucherNumber>(),
                Err(DigitsError::NotADigit { position: index + 1, found })
            );
        }

        #[test]
        fn a_masked_number_keeps_eight_digits_to_itself(digits in prop::array::uniform18(0u8..10)) {
            let masked = VoucherNumber::from_digits(digits).unwrap().masked();
            prop_assert_eq!(masked.len(), 18);
            prop_assert_eq!(masked.matches('*').count(), 8);
        }
    }
}
