//! Every word on the screen, in both languages. Sentences that the station's rooms say
//! themselves, such as refusals and findings, come from there.

use crate::text::Language;

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    ja: &'static str,
    en: &'static str,
}

impl Words {
    /// A text from its Japanese and its English words.
    const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in one language.
    pub(super) const fn of(self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.ja,
            Language::English => self.en,
        }
    }
}

macro_rules! words {
    ($($name:ident = $ja:literal, $en:literal;)*) => {
        $(pub(in crate::app) const $name: crate::app::words::Words =
            crate::app::words::Words::new($ja, $en);)*

        #[cfg(test)]
        pub(in crate::app) const ALL: &[crate::app::words::Words] = &[$($name),*];
    };
}

mod bars;
pub(super) mod count;
pub(super) mod delivery;
pub(super) mod entry;
pub(super) mod review;
pub(super) mod set_up;
pub(super) mod sign_in;
pub(super) mod start;

pub(super) use bars::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_exists_in_both_languages() {
        let tables = [
            ALL,
            count::ALL,
            delivery::ALL,
            entry::ALL,
            review::ALL,
            set_up::ALL,
            sign_in::ALL,
            start::ALL,
        ];
        for words in tables.concat() {
            let (ja, en) = (words.of(Language::Japanese), words.of(Language::English));
            assert!(!ja.trim().is_empty() && !en.trim().is_empty(), "{words:?}");
            assert!(!en.contains(|c| c > '\u{2000}'), "{en}");
        }
    }
}
