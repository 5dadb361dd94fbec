//! PINs: chosen so that they are hard to guess, kept so that a guess costs time.

use std::fmt;
use std::ops::Deref;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use thiserror::Error;
use zeroize::Zeroizing;

use super::weakness::{Weakness, weakness};
use crate::intake::OperatorId;

/// Why something is no PIN. Never repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PinError {
    /// Too short or too long.
    #[error(
        "PIN は {least}〜{most} 桁の数字です / a PIN has {least} to {most} digits",
        least = Pin::SHORTEST,
        most = Pin::LONGEST
    )]
    Length,
    /// A character that is no digit.
    #[error("PIN に使えるのは数字だけです / a PIN has digits only")]
    NotADigit,
    /// Easy to guess.
    #[error("{0}。別の PIN にしてください / choose another PIN")]
    Weak(Weakness),
}

/// A PIN as it was typed, wiped when dropped and in no [`fmt::Debug`].
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// The fewest digits: a million PINs, of which the rules leave more than 790,000.
    pub const SHORTEST: usize = 6;
    /// The most digits.
    pub const LONGEST: usize = 12;

    /// A PIN typed to sign in. Full-width digits count as digits. Only the form is checked: what
    /// may be chosen is asked when it is chosen.
    ///
    /// # Errors
    /// [`PinError::Length`], [`PinError::NotADigit`].
    pub fn typed(text: &str) -> Result<Self, PinError> {
        let mut digits = Zeroizing::new(String::with_capacity(Self::LONGEST));
        for c in text.trim().chars() {
            if digits.len() == Self::LONGEST {
                return Err(PinError::Length);
            }
            digits.push(half_width_digit(c).ok_or(PinError::NotADigit)?);
        }
        if digits.len() < Self::SHORTEST {
            return Err(PinError::Length);
        }
        Ok(Self(digits))
    }

    /// A new PIN for `operator`: the form, and none of the [weaknesses](Weakness).
    ///
    /// # Errors
    /// [`PinError::Weak`] too.
    pub fn chosen(text: &str, operator: &OperatorId) -> Result<ChosenPin, PinError> {
        let pin = Self::typed(text)?;
        let id = values(operator.as_str());
        match weakness(&values(&pin.0), &id) {
            Some(weakness) => Err(PinError::Weak(weakness)),
            None => Ok(ChosenPin(pin)),
        }
    }
}

/// A PIN that was looked at when it was chosen ([`Pin::chosen`]); only such a one can be kept.
pub struct ChosenPin(Pin);

impl Deref for ChosenPin {
    type Target = Pin;

    fn deref(&self) -> &Pin {
        &self.0
    }
}

impl fmt::Debug for ChosenPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChosenPin(..)")
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

fn half_width_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// The values of the digits in `text`.
fn values(text: &str) -> Zeroizing<Vec<u8>> {
    // Room for all of them at once: a vector that grows leaves what it held behind.
    let mut values = Zeroizing::new(Vec::with_capacity(text.len()));
    let digits = text.bytes().filter(u8::is_ascii_digit);
    values.extend(digits.map(|digit| digit - b'0'));
    values
}

/// What one verification costs. Others cannot make one: a PIN is kept at
/// [`PinHash::DEFAULT_COST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// For tests alone.
    #[cfg(test)]
    pub const CHEAP: Self = Self {
        memory_kib: 64,
        passes: 1,
    };

    /// The least that a kept PIN may cost: one that was made cheaper was put there by somebody
    /// who wants to guess it.
    #[cfg(not(test))]
    const LEAST: Self = PinHash::DEFAULT_COST;
    #[cfg(test)]
    const LEAST: Self = Self::CHEAP;

    /// The most that a kept PIN may cost, four times the memory and the passes, about 7 s: more
    /// would keep everybody from signing in.
    const MOST: Self = Self {
        memory_kib: 4 * PinHash::DEFAULT_COST.memory_kib,
        passes: 4 * PinHash::DEFAULT_COST.passes,
    };

    fn is_between(self, least: Self, most: Self) -> bool {
        (least.memory_kib..=most.memory_kib).contains(&self.memory_kib)
            && (least.passes..=most.passes).contains(&self.passes)
    }
}

/// Why a PIN could not be hashed or compared. Does not count as a wrong try.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PinHashError {
    /// Not an Argon2id hash, or one at a cost that no PIN is kept at.
    #[error(
        "PIN の記録が壊れています。管理者が PIN を設定し直してください / the kept PIN is damaged: have an administrator set a new one"
    )]
    Damaged,
    /// Too little memory, or no random numbers.
    #[error(
        "PIN を確認できません（{0}）。ほかのアプリを閉じてからやり直してください / cannot check the PIN ({0}): close other programs and try again"
    )]
    Failed(password_hash::Error),
}

/// A PIN as it is kept: an Argon2id hash in PHC form, `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
#[derive(Clone, PartialEq, Eq)]
pub struct PinHash(String);

impl PinHash {
    /// What a PIN is kept at. 64 MiB is what RFC 9106 (section 4, second choice) gives machines
    /// with little memory; one lane, because lanes would be computed one after the other here and
    /// side by side by who guesses. Eight passes took 310 to 630 ms, median about 450 ms, on two
    /// cores that had other work too: no try in less than 200 ms, and none that a person minds.
    pub const DEFAULT_COST: Cost = Cost {
        memory_kib: 64 * 1024,
        passes: 8,
    };

    /// `pin` at `cost`, with a random salt of its own.
    ///
    /// # Errors
    /// [`PinHashError::Failed`].
    pub fn new(pin: &ChosenPin, cost: Cost) -> Result<Self, PinHashError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|error| PinHashError::Failed(error.into()))?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password(pin.0.0.as_bytes())
            .map(|hash| Self(hash.to_string()))
            .map_err(PinHashError::Failed)
    }

    /// A hash that was kept, neither cheaper to guess nor dearer to check than PINs are kept.
    ///
    /// # Errors
    /// [`PinHashError::Damaged`].
    pub fn parse(text: &str) -> Result<Self, PinHashError> {
        let hash = parsed(text)?;
        let whole = hash.algorithm == ARGON2ID_IDENT && hash.salt.is_some() && hash.hash.is_some();
        if whole && cost(&hash)?.is_between(Cost::LEAST, Cost::MOST) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PinHashError::Damaged)
        }
    }

    /// The hash to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `pin` is the one; the hashes are compared in constant time. Takes as long as the
    /// cost says, whatever the answer.
    ///
    /// # Errors
    /// [`PinHashError`] when it could not be found out.
    pub fn verify(&self, pin: &Pin) -> Result<bool, PinHashError> {
        let hash = parsed(&self.0)?;
        match Argon2::default().verify_password(pin.0.as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(PinHashError::Failed(error)),
        }
    }
}

fn parsed(text: &str) -> Result<PasswordHash, PinHashError> {
    PasswordHash::new(text).map_err(|_| PinHashError::Damaged)
}

fn cost(hash: &PasswordHash) -> Result<Cost, PinHashError> {
    let params = Params::try_from(hash).map_err(|_| PinHashError::Damaged)?;
    Ok(Cost {
        memory_kib: params.m_cost(),
        passes: params.t_cost(),
    })
}

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinHash(..)")
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn clerk() -> OperatorId {
        OperatorId::new("clerk-20417").unwrap()
    }

    fn chosen(text: &str) -> ChosenPin {
        Pin::chosen(text, &clerk()).unwrap()
    }

    fn hash(text: &str) -> PinHash {
        PinHash::new(&chosen(text), Cost::CHEAP).unwrap()
    }

    #[test]
    fn a_pin_has_six_to_twelve_digits_of_either_width() {
        let form = |text: &str| Pin::typed(text).map(|_| ());
        assert_eq!(form("72941"), Err(PinError::Length));
        assert_eq!(form("7294158302641"), Err(PinError::Length));
        assert_eq!(form("72941x"), Err(PinError::NotADigit));
        assert_eq!(form("７２９４１６"), Ok(()));
        assert!(
            hash("７２９４１６")
                .verify(&Pin::typed(" 729416 ").unwrap())
                .unwrap()
        );
    }

    #[test]
    fn a_weak_pin_cannot_be_chosen_and_the_message_says_why_in_both_languages() {
        for (text, word) in [
            ("650512", "date"),
            ("234567", "run"),
            ("121212", "repeats"),
            ("420417", "id"),
        ] {
            let error = Pin::chosen(text, &clerk()).unwrap_err().to_string();
            assert!(
                error.contains(word) && error.contains("別の PIN"),
                "{error}"
            );
            assert!(!error.contains(text));
        }
        assert!(Pin::chosen("729416", &clerk()).is_ok());
    }

    #[test]
    fn a_weak_pin_of_old_can_still_be_typed() {
        assert!(Pin::typed("123456").is_ok());
    }

    #[test]
    fn only_the_pin_itself_is_right() {
        let kept = hash("729416");
        let read = PinHash::parse(kept.as_str()).unwrap();
        assert!(read.verify(&Pin::typed("729416").unwrap()).unwrap());
        assert!(!read.verify(&Pin::typed("729417").unwrap()).unwrap());
        assert!(!read.verify(&Pin::typed("7294160").unwrap()).unwrap());
    }

    #[test]
    fn the_same_pin_is_kept_differently_each_time() {
        assert_ne!(hash("729416"), hash("729416"));
    }

    #[test]
    fn a_damaged_hash_is_no_wrong_pin() {
        let argon2i = hash("729416").0.replace("argon2id", "argon2i");
        let no_hash = "$argon2id$v=19$m=64,t=1,p=1".to_owned();
        for text in ["".to_owned(), "729416".to_owned(), argon2i, no_hash] {
            assert_eq!(PinHash::parse(&text), Err(PinHashError::Damaged), "{text}");
        }
    }

    #[test]
    fn a_hash_at_a_cost_that_no_pin_is_kept_at_is_damaged() {
        let kept = hash("729416").0;
        for (of, cost) in [("m=64", "m=262145"), ("m=64", "m=32"), ("t=1", "t=33")] {
            let text = kept.replacen(of, cost, 1);
            assert_eq!(PinHash::parse(&text), Err(PinHashError::Damaged), "{cost}");
        }
    }

    #[test]
    fn outside_tests_nothing_cheaper_than_the_default_is_taken() {
        let fits = |cost: Cost| cost.is_between(PinHash::DEFAULT_COST, Cost::MOST);
        let Cost { memory_kib, passes } = PinHash::DEFAULT_COST;
        assert!(fits(PinHash::DEFAULT_COST) && fits(Cost::MOST));
        assert!(!fits(Cost::CHEAP));
        assert!(!fits(Cost {
            memory_kib: memory_kib - 1,
            passes
        }));
        assert!(!fits(Cost {
            memory_kib,
            passes: passes - 1
        }));
    }

    #[test]
    fn the_default_cost_is_written_into_the_hash() {
        let pin = chosen("729416");
        let kept = PinHash::new(&pin, PinHash::DEFAULT_COST).unwrap();
        assert_eq!(PinHash::parse(kept.as_str()), Ok(kept.clone()));
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=65536,t="));
        assert!(kept.verify(&pin).unwrap());
    }

    #[test]
    fn debug_shows_neither_pin_nor_hash() {
        let pin = chosen("729416");
        let shown = format!("{:?} {pin:?} {:?}", *pin, hash("729416"));
        assert_eq!(shown, "Pin(..) ChosenPin(..) PinHash(..)");
    }
}
