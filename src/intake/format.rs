//! The form that all of this room's TOML files share: a `version`, and no key that is unknown.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Version of the formats that is understood.
pub(super) const VERSION: u32 = 1;

/// Why a text is no file of this format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Made for another version of the program.
    #[error(
        "バージョン {0} には対応していません。version = {VERSION} の形式で書いてください / \
         version {0} is not understood: write the file as version = {VERSION}"
    )]
    Version(u32),
    /// A line that cannot be read, a key that is missing or unknown, a value that is not allowed.
    #[error(
        "{line} 行目が正しくありません。直してください / line {line} is not valid, mend it: {problem}"
    )]
    Line {
        /// Where, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// What `text` says, once its version is understood: a file of a later version is told by that,
/// and not by the first key that is new in it.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, FormatError> {
    let found: Version = toml::from_str(text).map_err(|error| at_line(text, &error))?;
    if found.version != VERSION {
        return Err(FormatError::Version(found.version));
    }
    toml::from_str(text).map_err(|error| at_line(text, &error))
}

fn at_line(text: &str, error: &toml::de::Error) -> FormatError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or("");
    FormatError::Line {
        line: before.matches('\n').count() + 1,
        problem: error.message().to_owned(),
    }
}
