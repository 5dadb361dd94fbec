//! Municipality codes (全国地方公共団体コード), their check digit, and the list of municipalities
//! that issue vouchers.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use super::digits::{self, DigitsError};

/// The list as committed: `code,prefecture,name`, one municipality a line, in order of the codes.
/// `make municipalities` renews it.
const LIST: &str = include_str!("municipalities.csv");

/// Weights of the first five digits: 総務省「全国地方公共団体コード仕様」,
/// <https://www.soumu.go.jp/denshijiti/code.html>.
const WEIGHTS: [u32; 5] = [6, 5, 4, 3, 2];

/// Every municipality that issues vouchers, in order of the codes: cities, towns, villages and
/// Tokyo's 23 special wards; prefectures and the wards of ordinance cities issue none.
pub static MUNICIPALITIES: LazyLock<Vec<Municipality>> = LazyLock::new(|| {
    LIST.lines()
        .skip(1)
        .filter_map(Municipality::from_line)
        .collect()
});

/// A municipality that issues vouchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Municipality {
    /// Its code, check digit included.
    pub code: MunicipalityCode,
    /// The prefecture it lies in, in Japanese: `東京都`.
    pub prefecture: &'static str,
    /// Its own name, in Japanese: `千代田区`.
    pub name: &'static str,
}

impl Municipality {
    fn from_line(line: &'static str) -> Option<Self> {
        let mut fields = line.splitn(3, ',');
        let code = fields.next()?.parse().ok()?;
        Some(Self {
            code,
            prefecture: fields.next()?,
            name: fields.next()?,
        })
    }
}

/// The municipality that has `code`, if one that issues vouchers does.
pub fn municipality(code: MunicipalityCode) -> Option<&'static Municipality> {
    let list = &*MUNICIPALITIES;
    list.binary_search_by_key(&code, |m| m.code)
        .ok()
        .map(|index| &list[index])
}

/// The sixth digit that belongs to the first five digits of a code: the digits weighted with
/// 6, 5, 4, 3, 2, summed, modulo 11; 11 minus the remainder, of that the last decimal digit.
pub fn check_digit(first: &[u8; 5]) -> u8 {
    let sum: u32 = first
        .iter()
        .zip(WEIGHTS)
        .map(|(&digit, weight)| u32::from(digit) * weight)
        .sum();
    ((11 - sum % 11) % 10) as u8
}

/// Six digits in the place of a municipality code; neither the check digit nor the list is
/// promised to fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MunicipalityCode([u8; Self::LEN]);

impl MunicipalityCode {
    /// How many digits a code has, check digit included.
    pub const LEN: usize = 6;

    /// A code from its digit values, most significant first.
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

    /// Does the sixth digit fit the first five?
    ///
    /// Not enough on its own: of all single-digit errors in real codes 1.5 % pass it. Ask
    /// [`municipality()`] as well, which leaves 0.37 %.
    pub fn is_valid(&self) -> bool {
        check_digit(&digits::part(&self.0, 0)) == self.0[5]
    }
}

impl FromStr for MunicipalityCode {
    type Err = DigitsError;

    fn from_str(text: &str) -> Result<Self, DigitsError> {
        digits::parse(text).map(Self)
    }
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digits::write(f, &self.0)
    }
}

impl fmt::Debug for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MunicipalityCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every code that differs from `code` in exactly one digit.
    fn single_digit_errors(code: MunicipalityCode) -> impl Iterator<Item = MunicipalityCode> {
        (0..MunicipalityCode::LEN).flat_map(move |place| {
            (1..10).map(move |offset| {
                let mut digits = *code.digits();
                digits[place] = (digits[place] + offset) % 10;
                MunicipalityCode(digits)
            })
        })
    }

    fn code(text: &str) -> MunicipalityCode {
        text.parse().unwrap()
    }

    #[test]
    fn every_line_of_the_list_is_a_municipality() {
        assert_eq!(LIST.lines().count() - 1, MUNICIPALITIES.len());
        assert_eq!(MUNICIPALITIES.len(), 1741);
    }

    #[test]
    fn the_list_is_sorted_and_holds_no_code_twice() {
        assert!(MUNICIPALITIES.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn every_code_verifies_and_is_found_again() {
        for entry in MUNICIPALITIES.iter() {
            assert!(entry.code.is_valid(), "{entry:?}");
            assert_eq!(municipality(entry.code), Some(entry));
        }
    }

    #[test]
    fn tokyos_wards_issue_vouchers_and_an_ordinance_citys_wards_and_prefectures_do_not() {
        let wards = MUNICIPALITIES
            .iter()
            .filter(|m| m.name.ends_with('区'))
            .count();
        assert_eq!(wards, 23);
        for (text, name) in [
            ("131016", "千代田区"),
            ("011002", "札幌市"),
            ("473821", "与那国町"),
        ] {
            assert_eq!(municipality(code(text)).map(|m| m.name), Some(name));
        }
        for (text, what) in [("011011", "札幌市中央区"), ("130001", "東京都")] {
            assert!(code(text).is_valid(), "{what}");
            assert_eq!(municipality(code(text)), None, "{what}");
        }
    }

    #[test]
    fn of_all_single_digit_errors_in_real_codes_1417_pass_the_check_digit_and_348_hit_another_code()
    {
        let errors: Vec<_> = MUNICIPALITIES
            .iter()
            .flat_map(|m| single_digit_errors(m.code))
            .collect();
        let passing: Vec<_> = errors.iter().filter(|c| c.is_valid()).collect();
        let real = passing
            .iter()
            .filter(|c| municipality(***c).is_some())
            .count();
        assert_eq!((errors.len(), passing.len(), real), (94_014, 1_417, 348));
    }

    #[test]
    fn a_code_is_six_digits_as_text_and_as_values() {
        let tokyo = code("131016");
        assert_eq!(*tokyo.digits(), [1, 3, 1, 0, 1, 6]);
        assert_eq!(MunicipalityCode::from_digits(*tokyo.digits()), Ok(tokyo));
        assert_eq!(
            format!("{tokyo} {tokyo:?}"),
            "131016 MunicipalityCode(131016)"
        );
        assert!(MunicipalityCode::from_digits([1, 3, 1, 0, 1, 10]).is_err());
    }

    #[test]
    fn a_remainder_of_zero_or_one_gives_the_last_digit_of_eleven_or_ten() {
        assert_eq!(check_digit(&[0, 0, 0, 0, 0]), 1);
        assert_eq!(check_digit(&[0, 0, 0, 0, 6]), 0);
    }

    proptest! {
        #[test]
        fn exactly_one_sixth_digit_fits_any_five(first in prop::array::uniform5(0u8..10)) {
            let fitting = (0..10)
                .map(|last| MunicipalityCode([first[0], first[1], first[2], first[3], first[4], last]))
                .filter(MunicipalityCode::is_valid)
                .count();
            prop_assert_eq!(fitting, 1);
        }
    }
}
