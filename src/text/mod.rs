//! Words for people: everything they read exists in Japanese and English.
//!
//! A message is a [`Bilingual`]. Where only one language fits, a screen takes that one with
//! [`Bilingual::in_language`]; on the command line and in reports both stand side by side.
//!
//! ```
//! use uketsuke::text::{Bilingual, Language};
//!
//! let message = Bilingual::new("充電してください", "charge the tablet");
//! assert_eq!(message.to_string(), "充電してください / charge the tablet");
//! assert_eq!(message.in_language(Language::Japanese), "充電してください");
//! ```

pub mod html;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A language that the station speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// 日本語
    Japanese,
    /// English
    English,
}

/// One message in both languages; [`fmt::Display`] writes `日本語 / English`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    ja: Cow<'static, str>,
    en: Cow<'static, str>,
}

impl Bilingual {
    /// A message from its Japanese and its English words.
    pub fn new(ja: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }

    /// A message from a text that says `日本語 / English`, as errors do; the same words in both
    /// languages where it does not.
    pub fn of_text(text: &str) -> Self {
        let (ja, en) = text.split_once(" / ").unwrap_or((text, text));
        Self::new(ja.to_owned(), en.to_owned())
    }

    /// The words of one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.ja,
            Language::English => &self.en,
        }
    }
}

impl fmt::Display for Bilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.ja, self.en)
    }
}
