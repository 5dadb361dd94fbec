//! The 18 places of a number as far as they are filled. Pure.

use crate::app::widgets::Key;
use crate::reading::Pattern;
use crate::voucher::{MunicipalityCode, VoucherNumber};

/// Digits of a number.
pub(super) const DIGITS: usize = VoucherNumber::LEN;

/// Where the municipality's code stands.
const CODE: std::ops::Range<usize> = 2..8;

/// Where the 券番号 stands.
const PERSONAL: std::ops::Range<usize> = 8..DIGITS;

/// What stands in the places, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typing {
    digits: [Option<char>; DIGITS],
    /// Undisputed digits, which a person need not type.
    given: [bool; DIGITS],
}

impl Typing {
    /// What may stand there before a person types. Of a number that is whole, the 券番号 is left
    /// out: a person who typed nothing would be no vote.
    pub(super) fn new(prefill: &Pattern) -> Self {
        let mut prefill = *prefill;
        if prefill.complete().is_some() {
            prefill.0[PERSONAL].fill(None);
        }
        let digit = |digit: Option<u8>| digit.map(|digit| char::from(b'0' + digit));
        Self {
            digits: prefill.0.map(digit),
            given: prefill.0.map(|digit| digit.is_some()),
        }
    }

    /// The digit in this place.
    pub(super) fn digit(&self, place: usize) -> Option<char> {
        self.digits[place]
    }

    /// Whether the digit in this place need not be typed.
    pub(super) fn is_given(&self, place: usize) -> bool {
        self.given[place]
    }

    /// The place that is typed next.
    pub(super) fn cursor(&self) -> Option<usize> {
        self.digits.iter().position(Option::is_none)
    }

    /// Does what a key says.
    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Digit(digit) => {
                if let Some(place) = self.cursor() {
                    self.digits[place] = Some(digit);
                }
            }
            Key::Back => {
                let typed = |place: &usize| !self.given[*place] && self.digits[*place].is_some();
                if let Some(place) = (0..DIGITS).rev().find(typed) {
                    self.digits[place] = None;
                }
            }
            Key::Clear => {
                for place in 0..DIGITS {
                    if !self.given[place] {
                        self.digits[place] = None;
                    }
                }
            }
        }
    }

    /// How many digits are to be typed yet.
    pub(super) fn missing(&self) -> usize {
        self.digits.iter().filter(|digit| digit.is_none()).count()
    }

    /// All 18 digits.
    pub(super) fn whole(&self) -> Option<String> {
        self.digits.iter().copied().collect()
    }

    /// The municipality's code, once it is whole.
    pub(super) fn code(&self) -> Option<MunicipalityCode> {
        let code: Option<String> = self.digits[CODE].iter().copied().collect();
        code?.parse().ok()
    }

    /// As a screen reader says it.
    pub(super) fn said(&self) -> String {
        let digit = |digit: &Option<char>| digit.unwrap_or('_');
        self.digits.iter().map(digit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_blanks() -> Typing {
        let mut pattern = Pattern([2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8].map(Some));
        pattern.0[4] = None;
        pattern.0[16] = None;
        Typing::new(&pattern)
    }

    #[test]
    fn only_the_blanks_are_typed_and_only_they_are_cleared() {
        let mut typing = with_blanks();
        assert_eq!((typing.cursor(), typing.missing()), (Some(4), 2));
        typing.press(Key::Digit('1'));
        typing.press(Key::Digit('7'));
        assert_eq!(typing.whole().as_deref(), Some("211310160012345678"));
        typing.press(Key::Back);
        assert_eq!(typing.cursor(), Some(16));
        typing.press(Key::Clear);
        assert_eq!(typing, with_blanks());
    }

    #[test]
    fn of_a_number_that_is_whole_a_person_types_their_part_all_the_same() {
        let whole = Pattern([2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8].map(Some));
        let typing = Typing::new(&whole);
        assert_eq!((typing.cursor(), typing.missing()), (Some(8), 10));
        assert_eq!(typing.whole(), None);
    }

    #[test]
    fn a_digit_too_many_goes_nowhere() {
        let mut typing = with_blanks();
        "1799"
            .chars()
            .for_each(|digit| typing.press(Key::Digit(digit)));
        assert_eq!(typing.whole().as_deref(), Some("211310160012345678"));
    }

    #[test]
    fn the_municipality_is_known_once_its_six_digits_are() {
        let mut typing = with_blanks();
        assert_eq!(typing.code(), None);
        typing.press(Key::Digit('1'));
        assert_eq!(typing.code(), "131016".parse().ok());
    }
}
