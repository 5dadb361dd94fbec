//! Witnesses: who says what about which of the 18 digits, and what their word is
//! worth.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Places of a voucher number.
pub const PLACES: usize = 18;

/// Where the 券番号 (voucher number within the municipality) begins.
pub const PERSONAL: std::ops::Range<usize> = 8..18;

/// Where the municipality code stands.
pub const MUNICIPALITY: std::ops::Range<usize> = 2..8;

/// What a witness says about the 18 places: a digit, or nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pattern(pub [Option<u8>; PLACES]);

impl Pattern {
    /// A pattern that says nothing.
    pub const SILENT: Pattern = Pattern([None; PLACES]);

    /// These digits from place `start` on; silent elsewhere. Digits that do not
    /// fit are left out.
    pub fn at(start: usize, digits: &[u8]) -> Self {
        let mut places = [None; PLACES];
        for (place, digit) in places[start..].iter_mut().zip(digits) {
            *place = Some(*digit);
        }
        Self(places)
    }

    /// Places at which both speak and say different digits.
    pub fn conflicts(&self, other: &Pattern) -> usize {
        (self.0.iter().zip(&other.0))
            .filter(|(a, b)| matches!((a, b), (Some(a), Some(b)) if a != b))
            .count()
    }

    /// All 18 digits, if none is missing.
    pub fn complete(&self) -> Option<[u8; PLACES]> {
        let mut digits = [0; PLACES];
        for (digit, place) in digits.iter_mut().zip(&self.0) {
            *digit = (*place)?;
        }
        Some(digits)
    }
}

impl fmt::Display for Pattern {
    /// 18 characters, `.` where the witness is silent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.0 {
            match place {
                Some(digit) => write!(f, "{digit}")?,
                None => f.write_str(".")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pattern {
    /// Masked: which places speak, not what they say.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0.iter()).try_for_each(|p| f.write_str(if p.is_some() { "#" } else { "." }))
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let place = |c: char| match c {
            '.' => Ok(None),
            c => c
                .to_digit(10)
                .map(|digit| Some(digit as u8))
                .ok_or(NotAPattern),
        };
        let places: Vec<_> = text.chars().map(place).collect::<Result<_, _>>()?;
        places.try_into().map(Self).map_err(|_| NotAPattern)
    }
}

/// A text that is no [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("18桁の数字と「.」ではありません / not 18 digits or dots")]
pub struct NotAPattern;

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Who speaks. Each is another mark or field of the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WitnessKind {
    /// The 18-digit OCR line.
    Line,
    /// The QR.
    Qr,
    /// The NW-7 barcode.
    Nw7,
    /// The separately printed 券番号.
    PrintedNumber,
    /// The separately printed 請求先 number.
    PrintedMunicipality,
    /// The printed heading 接種券 or 予診のみ.
    Heading,
    /// The printed 回数.
    PrintedDose,
}

/// What a witness's word is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Counts for the digits it states, and can contradict.
    Vote,
    /// Can contradict only.
    Veto,
}

impl WitnessKind {
    /// The votes and vetoes, in one table. The measured rate is how often the
    /// witness stated a wrong digit per statement; figures and dates are in
    /// `docs/MEASURED.md`.
    ///
    /// | witness | for | role |
    /// |---|---|---|
    /// | OCR line | 1–18 | vote, when A and B agree, each at its threshold |
    /// | QR | 1–18 | vote (Reed–Solomon guards its digits) |
    /// | NW-7 | 9–18, or 1–18 where it carries them | vote |
    /// | printed 券番号 | 9–18 | vote, when A and B read it alike and a sure witness states it whole; dissents when sure, or when it differs in one or two digits |
    /// | printed 請求先 number | 3–8 | veto |
    /// | heading | 1 | veto |
    /// | printed 回数 | 2 | veto |
    pub fn role(self) -> Role {
        match self {
            Self::Line | Self::Qr | Self::Nw7 | Self::PrintedNumber => Role::Vote,
            Self::PrintedMunicipality | Self::Heading | Self::PrintedDose => Role::Veto,
        }
    }

    /// Whether its vote counts for the first eight digits. A barcode of 18 digits
    /// states them, but only the line or the QR may carry them alone.
    pub fn carries_prefix(self) -> bool {
        matches!(self, Self::Line | Self::Qr)
    }
}

/// One witness's statement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Witness {
    /// Who.
    pub kind: WitnessKind,
    /// What.
    pub digits: Pattern,
    /// Calibrated probability that every stated digit is right, 0–1; `None` where
    /// the witness has none.
    pub confidence: Option<f32>,
    /// Whether it is sure enough to vote. An unsure witness states only the digits
    /// it is certain of, and can contradict with them.
    #[serde(skip)]
    pub sure: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_of_ten_digits_is_silent_about_the_first_eight() {
        let pattern = Pattern::at(8, &[0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(pattern.to_string(), "........0012345678");
        assert!(pattern.complete().is_none());
    }

    #[test]
    fn a_pattern_is_read_as_it_was_written_and_nothing_else_is() {
        let pattern = Pattern::at(8, &[0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(pattern.to_string().parse(), Ok(pattern));
        for other in [
            "",
            "0012345678",
            "........001234567x",
            "...................",
        ] {
            assert_eq!(other.parse::<Pattern>(), Err(NotAPattern), "{other}");
        }
    }

    #[test]
    fn debug_output_tells_which_places_speak_and_not_what_they_say() {
        let pattern = Pattern::at(8, &[7; 10]);
        assert_eq!(format!("{pattern:?}"), "........##########");
    }

    #[test]
    fn a_pattern_is_complete_when_no_place_is_silent() {
        let digits = [2, 1, 1, 3, 1, 0, 1, 6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(Pattern::at(0, &digits).complete(), Some(digits));
    }

    #[test]
    fn silence_contradicts_nobody() {
        let line = Pattern::at(0, &[1; 18]);
        assert_eq!(line.conflicts(&Pattern::SILENT), 0);
        assert_eq!(line.conflicts(&Pattern::at(8, &[1, 2, 1])), 1);
    }
}
