//! Fixed-length strings of decimal digits: the form that every number of a voucher has.

use std::fmt;

/// Why a text or a row of values is not a number of `expected` digits.
///
/// Positions count from 1, as a person counts the digits on the paper. The message names the
/// remedy in Japanese and English, and never repeats the number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// Too few or too many characters.
    #[error(
        "{expected}桁の数字が必要ですが{found}桁です。券面の番号を先頭から数え直してください / \
         {expected} digits are needed, {found} were given: count the printed number again from the left"
    )]
    Length {
        /// How many digits are needed.
        expected: usize,
        /// How many characters were given.
        found: usize,
    },
    /// A character that is no ASCII digit.
    #[error(
        "{position}文字目の「{found}」は半角数字ではありません。0〜9の半角数字で入力し直してください / \
         character {position}, {found:?}, is not a digit 0-9: enter half-width digits only"
    )]
    NotADigit {
        /// Where, counted from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// A value outside 0–9.
    #[error(
        "{position}桁目の値{found}は0〜9の範囲外です。この桁を読み直してください / \
         digit {position} has the value {found}, outside 0-9: read that digit again"
    )]
    Value {
        /// Where, counted from 1.
        position: usize,
        /// What stands there.
        found: u8,
    },
}

/// The digit values of `text`, which must be exactly `N` ASCII digits.
pub(super) fn parse<const N: usize>(text: &str) -> Result<[u8; N], DigitsError> {
    for (index, found) in text.chars().enumerate() {
        if !found.is_ascii_digit() {
            return Err(DigitsError::NotADigit {
                position: index + 1,
                found,
            });
        }
    }
    let values: Vec<u8> = text.bytes().map(|b| b - b'0').collect();
    values.try_into().map_err(|v: Vec<u8>| DigitsError::Length {
        expected: N,
        found: v.len(),
    })
}

/// `digits` unchanged when each of them is 0–9.
pub(super) fn check<const N: usize>(digits: [u8; N]) -> Result<[u8; N], DigitsError> {
    match digits.iter().position(|&d| d > 9) {
        None => Ok(digits),
        Some(index) => Err(DigitsError::Value {
            position: index + 1,
            found: digits[index],
        }),
    }
}

/// `digits` as text.
pub(super) fn write(f: &mut fmt::Formatter<'_>, digits: &[u8]) -> fmt::Result {
    f.pad(&text(digits))
}

/// `digits` as text.
pub(super) fn text(digits: &[u8]) -> String {
    digits.iter().map(|&d| char::from(b'0' + d)).collect()
}

/// The digits `FROM..FROM + M` of a longer number.
pub(super) fn part<const N: usize, const M: usize>(digits: &[u8; N], from: usize) -> [u8; M] {
    std::array::from_fn(|i| digits[from + i])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_named_with_its_position_before_the_length_is_complained_about() {
        assert_eq!(
            parse::<4>("12O"),
            Err(DigitsError::NotADigit {
                position: 3,
                found: 'O'
            })
        );
    }

    #[test]
    fn a_full_width_digit_is_refused_with_the_remedy_in_both_languages() {
        let message = parse::<2>("1２").unwrap_err().to_string();
        assert!(message.contains("2文字目"), "{message}");
        assert!(message.contains("half-width"), "{message}");
    }

    #[test]
    fn wrong_lengths_say_how_many_digits_there_are() {
        assert_eq!(
            parse::<3>("1234"),
            Err(DigitsError::Length {
                expected: 3,
                found: 4
            })
        );
        assert_eq!(
            parse::<3>(""),
            Err(DigitsError::Length {
                expected: 3,
                found: 0
            })
        );
    }

    #[test]
    fn a_value_of_ten_is_not_a_digit() {
        assert_eq!(
            check([0, 9, 10]),
            Err(DigitsError::Value {
                position: 3,
                found: 10
            })
        );
    }
}
