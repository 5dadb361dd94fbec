//! A session card under the camera: when to look for one, and that each is told once. Pure.
//!
//! Whose card it is and whether that one is trusted, is for whoever may use keys: see [`OpenCard`].

use std::time::Duration;

use crate::intake::SessionCard;
use crate::text::Bilingual;

/// From one look for a card to the next: nobody waits for so long, and reading goes on beside it.
const PAUSE: Duration = Duration::from_millis(400);

/// Looks in a row that find no card before the one that lay there is gone: a hand hides it for a
/// moment, and it shall not be told again then.
const GONE: u32 = 3;

/// A session card that was opened: its signature fits, and its signer is trusted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCard {
    /// What it says.
    pub card: SessionCard,
    /// The four characters that every tablet shows for it.
    pub code: String,
}

/// Opens the text of a session card; or says why it is not taken, with the remedy.
pub type OpenCard<'a> = dyn Fn(&str) -> Result<OpenedCard, Bilingual> + 'a;

/// Whether a QR's text is a signed document, such as a session card: three parts of base64url of
/// which the first is a JSON object (RFC 7515, section 7.1). A voucher's is not.
pub(super) fn is_signed(text: &str) -> bool {
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let parts: Vec<&str> = text.trim().split('.').collect();
    let whole = |part: &&str| !part.is_empty() && part.chars().all(is_base64url);
    // `{"` in base64.
    parts.len() == 3 && parts.iter().all(whole) && parts[0].starts_with("eyJ")
}

/// Looks for session cards, and knows which one lies there.
#[derive(Debug, Default)]
pub(super) struct CardWatch {
    looked: Option<Duration>,
    lying: Option<Lying>,
}

/// The card that lies there.
#[derive(Debug)]
struct Lying {
    text: String,
    /// Looks in a row that did not find it.
    missed: u32,
}

impl CardWatch {
    /// Whether to look at a frame of this moment. Where cards are not `wanted`, one that lies there
    /// is still looked after until it is gone: it is no voucher.
    pub(super) fn is_due(&mut self, at: Duration, wanted: bool) -> bool {
        let waits = |looked: Duration| at.saturating_sub(looked) < PAUSE;
        let due = (wanted || self.lies()) && !self.looked.is_some_and(waits);
        if due {
            self.looked = Some(at);
        }
        due
    }

    /// Takes in what a look found; whether that card is new.
    pub(super) fn sees(&mut self, found: Option<&str>) -> bool {
        match (found, &mut self.lying) {
            (Some(text), Some(lying)) if lying.text == text => {
                lying.missed = 0;
                false
            }
            (Some(text), lying) => {
                let text = text.to_owned();
                *lying = Some(Lying { text, missed: 0 });
                true
            }
            (None, Some(lying)) if lying.missed + 1 < GONE => {
                lying.missed += 1;
                false
            }
            (None, lying) => {
                *lying = None;
                false
            }
        }
    }

    /// Whether a card lies there; then no voucher does.
    pub(super) fn lies(&self) -> bool {
        self.lying.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten frames a second, each showing the card of that letter, or `.` none; which were looked
    /// at, and which cards were told.
    fn play(watch: &mut CardWatch, wanted: bool, frames: &str) -> (usize, String) {
        let start = watch
            .looked
            .map_or(0, |looked| looked.as_millis() as u64 + 100);
        let (mut looks, mut told) = (0, String::new());
        for (i, card) in (0..).zip(frames.chars()) {
            if watch.is_due(Duration::from_millis(start + 100 * i), wanted) {
                looks += 1;
                let text = card.to_string();
                if watch.sees((card != '.').then_some(text.as_str())) {
                    told.push(card);
                }
            }
        }
        (looks, told)
    }

    #[test]
    fn a_card_is_told_once_however_long_it_lies_and_again_when_it_is_laid_down_again() {
        let mut watch = CardWatch::default();
        let lies = "AAAAAAAAAAAAAAAAAAAA";
        assert_eq!(play(&mut watch, true, lies), (5, "A".to_owned()));
        let hidden = "....AAAA........AAAA";
        assert_eq!(play(&mut watch, true, hidden).1, "", "a hand passed");
        let taken_away = "............................AAAA";
        assert_eq!(play(&mut watch, true, taken_away).1, "A");
    }

    #[test]
    fn another_card_is_told_at_once() {
        let told = play(&mut CardWatch::default(), true, "AAAABBBBAAAA");
        assert_eq!(told.1, "ABA");
    }

    #[test]
    fn in_a_session_no_card_is_looked_for_but_one_that_lies_there_is_until_it_is_gone() {
        let mut watch = CardWatch::default();
        assert_eq!(play(&mut watch, false, "AAAAAAAAAAAA"), (0, String::new()));
        play(&mut watch, true, "AAAA");
        assert_eq!(play(&mut watch, false, "AAAAAAAA"), (2, String::new()));
        assert!(watch.lies());
        assert_eq!(play(&mut watch, false, "........................").0, 3);
        assert!(!watch.lies());
    }

    #[test]
    fn a_vouchers_qr_and_an_address_are_no_cards() {
        assert!(is_signed("eyJhbGciOiJFUzM4NCJ9.eyJ2IjoxfQ.c2lnbmF0dXJl"));
        for other in [
            "",
            "221310160012345678",
            "https://www.example.jp/",
            "www.example.jp",
            "eyJhbGciOiJFUzM4NCJ9.eyJ2IjoxfQ",
            "eyJhbGciOiJFUzM4NCJ9..c2lnbmF0dXJl",
        ] {
            assert!(!is_signed(other), "{other}");
        }
    }
}
