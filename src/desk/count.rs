//! Vials, syringes and doses: what was opened against what became of it.
//!
//! Two sums have to come out even for each lot, or be explained:
//!
//! ```text
//!  vials × doses per vial  =  drawn + thrown away in the vial
//!  drawn                   =  recorded + thrown away in the syringe
//! ```

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::intake::{Lot, ProductId, Reason, Vaccine};

/// More than any venue opens or draws in a day: a typing error.
const MOST: u32 = 100_000;

/// Vials that are counted together: one product, one lot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VialKey {
    /// The product.
    pub product: ProductId,
    /// The lot.
    pub lot: Lot,
}

impl From<&Vaccine> for VialKey {
    fn from(vaccine: &Vaccine) -> Self {
        Self {
            product: vaccine.product.clone(),
            lot: vaccine.lot.clone(),
        }
    }
}

/// Where doses were that were thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawnFrom {
    /// In the vial: broken, left over, out of time.
    Vial,
    /// In a syringe: drawn and not given.
    Syringe,
}

/// Doses that were thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discard {
    /// How many.
    pub doses: u32,
    /// Where they were.
    pub from: DrawnFrom,
    /// Why.
    pub reason: Reason,
}

/// Why a count cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CountError {
    /// Nothing, or more than any venue has.
    #[error(
        "数 {0} が正しくありません。1〜{MOST} の数を入れてください / {0} cannot be right: enter a number from 1 to {MOST}"
    )]
    OutOfRange(u32),
    /// A lot that was neither given nor set.
    #[error(
        "このロットは今日使われていません。ロットを確かめてください / this lot is not in use today: check the lot"
    )]
    UnknownLot,
}

/// What is counted of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VialCount {
    /// Which vials.
    pub of: VialKey,
    /// Vials opened today, counted by a person.
    pub vials: u32,
    /// Doses that one vial gives, from the catalogue; `None` where it does not say.
    pub doses_per_vial: Option<u8>,
    /// Doses drawn today, counted by a person.
    pub drawn: u32,
    /// Doses recorded here today and not cancelled; told by the records, and not kept.
    #[serde(skip)]
    pub recorded: u32,
    /// What was thrown away.
    pub discards: Vec<Discard>,
}

impl VialCount {
    pub(super) fn new(of: VialKey, doses_per_vial: Option<u8>) -> Self {
        Self {
            of,
            vials: 0,
            doses_per_vial,
            drawn: 0,
            recorded: 0,
            discards: Vec::new(),
        }
    }

    /// Doses thrown away there.
    pub fn discarded(&self, from: DrawnFrom) -> u32 {
        let there = self.discards.iter().filter(|discard| discard.from == from);
        there
            .map(|discard| discard.doses)
            .fold(0, u32::saturating_add)
    }

    /// Doses of opened vials that are neither drawn nor thrown away; negative when more was drawn
    /// than the vials are said to give. `None` where the catalogue does not say what they give.
    pub fn left_in_vials(&self) -> Option<i64> {
        let given = i64::from(self.vials) * i64::from(self.doses_per_vial?);
        Some(given - i64::from(self.drawn) - i64::from(self.discarded(DrawnFrom::Vial)))
    }

    /// Doses drawn that are neither recorded nor thrown away; negative when more was recorded.
    pub fn left_in_syringes(&self) -> i64 {
        i64::from(self.drawn)
            - i64::from(self.recorded)
            - i64::from(self.discarded(DrawnFrom::Syringe))
    }

    /// Whether both sums come out even.
    pub fn is_even(&self) -> bool {
        self.left_in_vials().unwrap_or(0) == 0 && self.left_in_syringes() == 0
    }

    pub(super) fn set(&mut self, vials: u32, drawn: u32) -> Result<(), CountError> {
        at_most(vials)?;
        at_most(drawn)?;
        (self.vials, self.drawn) = (vials, drawn);
        Ok(())
    }

    pub(super) fn discard(&mut self, discard: Discard) -> Result<(), CountError> {
        at_most(discard.doses)?;
        if discard.doses == 0 {
            return Err(CountError::OutOfRange(0));
        }
        self.discards.push(discard);
        Ok(())
    }
}

fn at_most(count: u32) -> Result<(), CountError> {
    if count > MOST {
        return Err(CountError::OutOfRange(count));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> VialCount {
        let key = VialKey {
            product: ProductId::new("comirnaty-12").unwrap(),
            lot: Lot::new("FJ7489").unwrap(),
        };
        VialCount::new(key, Some(6))
    }

    fn thrown_away(doses: u32, from: DrawnFrom) -> Discard {
        Discard {
            doses,
            from,
            reason: Reason::new("落とした").unwrap(),
        }
    }

    #[test]
    fn ten_vials_of_six_are_sixty_doses_drawn_recorded_or_thrown_away() {
        let mut count = count();
        count.set(10, 58).unwrap();
        count.recorded = 57;
        assert_eq!(count.left_in_vials(), Some(2));
        assert_eq!(count.left_in_syringes(), 1);
        count.discard(thrown_away(2, DrawnFrom::Vial)).unwrap();
        assert!(!count.is_even());
        count.discard(thrown_away(1, DrawnFrom::Syringe)).unwrap();
        assert!(count.is_even());
    }

    #[test]
    fn a_seventh_dose_of_a_vial_is_a_difference_to_be_explained() {
        let mut count = count();
        count.set(1, 7).unwrap();
        count.recorded = 7;
        assert_eq!(
            (count.left_in_vials(), count.left_in_syringes()),
            (Some(-1), 0)
        );
    }

    #[test]
    fn where_the_catalogue_does_not_say_what_a_vial_gives_only_syringes_are_compared() {
        let mut count = count();
        count.doses_per_vial = None;
        count.set(3, 20).unwrap();
        count.recorded = 20;
        assert!(count.is_even());
    }

    #[test]
    fn numbers_that_no_venue_has_are_typing_errors() {
        let mut count = count();
        assert_eq!(count.set(100_001, 0), Err(CountError::OutOfRange(100_001)));
        let none = count.discard(thrown_away(0, DrawnFrom::Vial));
        assert_eq!(none, Err(CountError::OutOfRange(0)));
        assert_eq!(count.vials, 0);
    }
}
