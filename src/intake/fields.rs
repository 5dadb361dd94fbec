//! The texts of a record, each with the length that the national layout gives it.
//!
//! A text that a spreadsheet would take for a formula is refused here, once and for all: what is
//! in a record can be exported as it stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text cannot be part of a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// Nothing but white space.
    #[error("空欄です。値を入れてください / empty: enter a value")]
    Empty,
    /// Longer than the national layout takes.
    #[error(
        "{found} 文字あります。{limit} 文字以内にしてください / {found} characters: shorten to {limit}"
    )]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// A line break, a sign that turns the text around, or one that was lost in decoding.
    #[error(
        "改行などの制御文字か、文字化けした文字があります。取り除いてください / \
         has a control character or one that was lost in decoding: remove it"
    )]
    Control,
    /// Starts like a spreadsheet formula.
    #[error(
        "「{0}」で始まる値は表計算で式として動きます。先頭の記号を除いてください / starts with {0}, which a spreadsheet runs as a formula: remove the sign"
    )]
    Formula(char),
    /// Characters that such a code does not have.
    #[error(
        "使えない文字があります。英数字と「-」「_」「.」で入れてください / use only letters, digits and these signs: - _ ."
    )]
    NotACode,
}

/// Trimmed, of a length that fits, harmless in a spreadsheet.
fn checked(text: &str, limit: usize) -> Result<String, FieldError> {
    let text = text.trim();
    let found = text.chars().count();
    match text.chars().next() {
        None => Err(FieldError::Empty),
        Some(first @ ('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) => {
            Err(FieldError::Formula(first))
        }
        _ if text.chars().any(is_unseen) => Err(FieldError::Control),
        _ if found > limit => Err(FieldError::TooLong { found, limit }),
        _ => Ok(text.to_owned()),
    }
}

/// Whether a person who reads the text would not see it as it is: control characters, the line
/// and paragraph separators, the directional formatting characters of UAX #9 (property
/// `Bidi_Control`), and the replacement character, which stands for what could not be decoded.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffd}')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Full-width letters, digits and signs as their half-width twins.
fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .collect()
}

/// A short code: half-width letters and digits, hyphens, underscores and full stops.
fn code(text: &str, limit: usize) -> Result<String, FieldError> {
    let text = checked(&half_width(text), limit)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.chars().all(fits) {
        Ok(text)
    } else {
        Err(FieldError::NotACode)
    }
}

macro_rules! text_field {
    ($(#[$docs:meta])* $name:ident, $limit:expr, $check:expr) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const LIMIT: usize = $limit;

            /// The text, checked and normalised.
            pub fn new(text: &str) -> Result<Self, FieldError> {
                let check: fn(&str, usize) -> Result<String, FieldError> = $check;
                check(text, Self::LIMIT).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = FieldError;

            fn from_str(text: &str) -> Result<Self, FieldError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = FieldError;

            fn try_from(text: String) -> Result<Self, FieldError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(field: $name) -> String {
                field.0
            }
        }
    };
}

text_field!(
    /// 会場名: where the dose was given.
    Venue, 30, checked
);
text_field!(
    /// 医師名: who was responsible.
    Doctor, 20, checked
);
text_field!(
    /// ワクチンメーカー: the maker's name as the national system writes it.
    Maker, 20, checked
);
text_field!(
    /// ロット番号, width and case normalised and otherwise as it was entered: a lot is never
    /// corrected by likeness.
    Lot, 20, |text, limit| code(text, limit).map(|lot| lot.to_ascii_uppercase())
);
text_field!(
    /// A product's id in the products file, such as `comirnaty-12`.
    ProductId, 40, code
);
text_field!(
    /// A person who works at the station, by the id that administrators gave them.
    OperatorId, 40, code
);
text_field!(
    /// A station, by the id that its data directory was born with.
    StationId, 40, code
);
text_field!(
    /// Why a record was changed, in the words of who changed it.
    Reason, 200, checked
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_characters_and_not_in_bytes() {
        let thirty = "市".repeat(30);
        assert_eq!(Venue::new(&thirty).unwrap().as_str(), thirty);
        assert_eq!(
            Venue::new(&"市".repeat(31)),
            Err(FieldError::TooLong {
                found: 31,
                limit: 30
            })
        );
    }

    #[test]
    fn a_formula_is_no_name_in_either_width() {
        for text in [
            "=1+1",
            "+81",
            "-x",
            "@SUM(A1)",
            "＝１",
            " =cmd|' /C calc'!A0",
        ] {
            assert!(
                matches!(Venue::new(text), Err(FieldError::Formula(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_lot_is_normalised_in_width_and_case_and_in_nothing_else() {
        assert_eq!(Lot::new(" ｆｊ７４８９ ").unwrap().as_str(), "FJ7489");
        assert_eq!(Lot::new("FJ748O").unwrap().as_str(), "FJ748O");
        assert_eq!(Lot::new("FJ 7489"), Err(FieldError::NotACode));
    }

    #[test]
    fn empty_and_broken_texts_are_told_apart() {
        assert_eq!(Doctor::new("　 "), Err(FieldError::Empty));
        assert_eq!(Doctor::new("山田\n太郎"), Err(FieldError::Control));
    }

    #[test]
    fn what_turns_text_around_breaks_lines_or_was_lost_in_decoding_is_refused() {
        for code in [
            0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0x2028, 0x2029, 0xfffd, 0x85,
        ] {
            let sign = char::from_u32(code).unwrap();
            let text = format!("市民{sign}会館");
            assert_eq!(Venue::new(&text), Err(FieldError::Control), "{code:x}");
        }
        assert!(Venue::new("市民会館　２階（南）").is_ok());
    }

    #[test]
    fn the_signs_that_a_code_may_have_are_those_that_its_error_names() {
        let error = Lot::new("AB*12").unwrap_err().to_string();
        for sign in ['-', '_', '.'] {
            assert!(error.matches(sign).count() >= 2, "{sign}: {error}");
            assert!(Lot::new(&format!("AB{sign}12")).is_ok(), "{sign}");
        }
    }

    #[test]
    fn a_field_read_from_a_file_is_checked_like_one_that_was_typed() {
        assert!(serde_json::from_str::<Lot>("\"=1\"").is_err());
        assert_eq!(
            serde_json::from_str::<Lot>("\"fj7489\"").unwrap(),
            Lot::new("FJ7489").unwrap()
        );
    }
}
