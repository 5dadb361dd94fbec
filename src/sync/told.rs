//! What a server told of one entry, as the book keeps it beside the entry and a screen shows it
//! again. Never with a voucher's number.

use serde::{Deserialize, Serialize};

use crate::exchange::Immunization;
use crate::text::Bilingual;

/// Between two things that a server told.
pub(super) const AND: &str = "; ";

/// How a record begins that is kept behind the words.
const THERE: &str = "; {\"date\":";

/// A record that a server has in the place of this one, as far as it showed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct There {
    /// The day, as the server writes it: `2021-11-20`.
    #[serde(default)]
    pub date: Option<String>,
    /// The vaccine's name.
    #[serde(default)]
    pub vaccine: Option<String>,
    /// The lot.
    #[serde(default)]
    pub lot: Option<String>,
    /// The venue.
    #[serde(default)]
    pub venue: Option<String>,
}

impl There {
    pub(super) fn of(resource: &Immunization) -> Self {
        Self {
            date: resource.occurrence_date_time.clone(),
            vaccine: resource.vaccine_code.text.clone(),
            lot: resource.lot_number.clone(),
            venue: (resource.location.as_ref()).and_then(|venue| venue.display.clone()),
        }
    }

    /// The server's words with this behind them.
    pub(super) fn behind(&self, words: &str) -> String {
        let this = serde_json::to_string(self).unwrap_or_default();
        format!("{words}{AND}{this}")
    }
}

/// A part of a record to which a server objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Element {
    /// Whose it is.
    Number,
    /// Which dose.
    Dose,
    /// When.
    Date,
    /// Which vaccine.
    Vaccine,
    /// Which lot.
    Lot,
    /// Where.
    Venue,
    /// By whom.
    Doctor,
}

impl Element {
    /// The part that a FHIR path names, such as `Immunization.lotNumber`.
    fn of_path(path: &str) -> Option<Self> {
        let part = path.strip_prefix("Immunization.")?;
        let parts = [
            ("patient", Self::Number),
            ("protocolApplied", Self::Dose),
            ("occurrence", Self::Date),
            ("vaccineCode", Self::Vaccine),
            ("manufacturer", Self::Vaccine),
            ("lotNumber", Self::Lot),
            ("location", Self::Venue),
            ("performer", Self::Doctor),
        ];
        let named = parts.iter().find(|(name, _)| part.starts_with(name));
        named.map(|(_, element)| *element)
    }
}

/// What a server told of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// In its words, without the status.
    pub words: Vec<Bilingual>,
    /// To which parts it objects.
    pub elements: Vec<Element>,
    /// What it has in its place.
    pub there: Option<There>,
}

impl Told {
    /// What the book keeps, taken apart again.
    pub fn of(kept: &str) -> Self {
        let mut told = Self::default();
        let mut words = kept;
        if let Some(place) = kept.find(THERE)
            && let (before, there) = kept.split_at(place)
            && let Ok(there) = serde_json::from_str(there.trim_start_matches(AND))
        {
            (words, told.there) = (before, Some(there));
        }
        for part in words.split(AND) {
            match Element::of_path(part) {
                Some(element) => told.elements.push(element),
                None if is_status(part) || part.starts_with("Immunization") => {}
                None => told.words.push(Bilingual::of_text(part)),
            }
        }
        told
    }
}

/// Whether this is an HTTP status, such as `409 Conflict`.
fn is_status(part: &str) -> bool {
    let digits = part.split(' ').next().unwrap_or_default();
    digits.len() == 3 && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_told_is_taken_apart_again() {
        let told = Told::of(
            "422 Unprocessable Entity; ロットが違います / unknown lot; Immunization.lotNumber",
        );
        assert_eq!(
            told.words,
            [Bilingual::new("ロットが違います", "unknown lot")]
        );
        assert_eq!(told.elements, [Element::Lot]);
        assert_eq!(told.there, None);
    }

    #[test]
    fn what_a_server_has_is_kept_behind_its_words() {
        let there = There {
            date: Some("2021-11-18".to_owned()),
            venue: Some("体育館; {2階}".to_owned()),
            ..There::default()
        };
        let told = Told::of(&there.behind("412 Precondition Failed; changed"));
        assert_eq!(told.there, Some(there));
        assert_eq!(told.words, [Bilingual::of_text("changed")]);
    }

    #[test]
    fn words_of_any_kind_are_kept_as_they_are() {
        for words in ["nothing is known of it", "; {", "a{b}; {c}"] {
            let told = Told::of(words);
            assert_eq!(told.there, None, "{words}");
            assert!(!told.words.is_empty(), "{words}");
        }
    }
}
