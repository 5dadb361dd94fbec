//! Products and their lots.

use std::fmt;
use std::num::NonZeroU8;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;

use super::validity::Validity;
use crate::intake::fields::{Lot, Maker, ProductId};

/// A product that can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id, which sessions and records carry.
    pub id: ProductId,
    /// Its name as people read it: `コミナティ筋注`.
    pub name: String,
    /// Its maker, as the national system writes it.
    pub maker: Maker,
    /// Its code in the record API.
    pub cvx: Cvx,
    /// The forms that its lots are known to have; empty where nothing is known.
    pub lot_patterns: Vec<LotPattern>,
    /// Whether it is the one that is meant where only the maker is known.
    pub maker_default: bool,
    /// Doses that one vial gives, by its package insert; `None` where that is not known.
    pub doses_per_vial: Option<NonZeroU8>,
    /// When it is in use.
    pub validity: Validity,
}

impl Product {
    /// Whether `lot` has a form that lots of this product are known to have, or none is known.
    pub fn lot_looks_usual(&self, lot: &Lot) -> bool {
        self.lot_patterns.is_empty() || self.lot_patterns.iter().any(|p| p.fits(lot))
    }
}

/// What a maker's name and a lot say of the product; see
/// [`super::Catalogue::product_for_maker_and_lot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductByMaker<'a> {
    /// The product that is meant.
    pub product: &'a Product,
    /// The lot decided: the list has exactly this one, for one product of the maker. Otherwise the
    /// product was taken by the maker alone.
    pub by_lot: bool,
    /// No other product of the maker was in use on the day, so the maker alone is enough.
    pub only_one: bool,
}

/// A vaccine's code in CDC's CVX list, which the record API uses as `vaccineCode`
/// (<http://hl7.org/fhir/sid/cvx>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Cvx(pub u16);

impl fmt::Display for Cvx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// The form of a lot number: `A` stands for a letter, `9` for a digit, a hyphen for itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LotPattern(String);

impl LotPattern {
    /// Whether `lot` has this form.
    pub fn fits(&self, lot: &Lot) -> bool {
        let lot = lot.as_str();
        let place = |(pattern, found): (char, char)| match pattern {
            'A' => found.is_ascii_uppercase(),
            '9' => found.is_ascii_digit(),
            _ => found == pattern,
        };
        lot.len() == self.0.len() && self.0.chars().zip(lot.chars()).all(place)
    }
}

impl FromStr for LotPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = |c: char| matches!(c, 'A' | '9' | '-');
        if (1..=Lot::LIMIT).contains(&text.len()) && text.chars().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "ロットの型「{text}」は A（英字）・9（数字）・- だけで 20 文字以内にしてください / \
                 lot pattern {text}: use only A (letter), 9 (digit) and -, at most 20 characters"
            ))
        }
    }
}

impl TryFrom<String> for LotPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// A lot that is on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLot {
    /// What is in it.
    pub product: ProductId,
    /// Its number.
    pub lot: Lot,
    /// The day on which it was recalled, if it was.
    pub recalled_on: Option<Date>,
    /// Its effective expiry dates, in the order in which they were announced.
    pub(super) expiry: Vec<Expiry>,
}

/// One announcement of a lot's effective expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expiry {
    /// Since when it holds.
    pub(super) since: Date,
    /// The last day of use.
    pub(super) until: Date,
}

impl ListedLot {
    /// The last day of use, as it stood on `day`: the date printed on the vial was extended
    /// several times, and the last extension that held on that day wins. `None` where the list
    /// has no date.
    pub fn expiry_on(&self, day: Date) -> Option<Date> {
        let held = self.expiry.iter().rev().find(|expiry| expiry.since <= day);
        held.or(self.expiry.first()).map(|expiry| expiry.until)
    }

    /// This lot and what another file says of it: a recall stays, announcements add up.
    pub(super) fn merged(mut self, other: &Self) -> Self {
        self.recalled_on = self.recalled_on.or(other.recalled_on);
        self.expiry.extend(&other.expiry);
        self.expiry.sort();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_tell_letters_from_digits_and_count_them() {
        let pattern: LotPattern = "999999A".parse().unwrap();
        for (lot, fits) in [
            ("000123A", true),
            ("0001234", false),
            ("00123A", false),
            ("0001234A", false),
            ("A001234", false),
        ] {
            assert_eq!(pattern.fits(&Lot::new(lot).unwrap()), fits, "{lot}");
        }
    }

    #[test]
    fn a_pattern_of_other_signs_is_refused() {
        for text in ["", "[A-Z]{2}", "AA9999AA9999AA9999AA9"] {
            assert!(text.parse::<LotPattern>().is_err(), "{text}");
        }
    }
}
