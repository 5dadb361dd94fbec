//! What the server names things by.

use std::fmt;

use super::random;

/// A resource's own id, the `5001` of `Immunization/5001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ResourceId(pub(super) i64);

impl ResourceId {
    /// The id that a URL has; `None` when it is none of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok().map(Self))?
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which version of a resource; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) i64);

impl Version {
    /// What a new resource has.
    pub(super) const FIRST: Self = Self(1);

    /// The one after it.
    pub(super) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// As a weak entity tag (<https://hl7.org/fhir/R4/http.html#versioning>).
    pub(super) fn etag(self) -> String {
        format!("W/\"{}\"", self.0)
    }

    /// The version that an entity tag names; a strong one is understood too.
    pub(super) fn from_etag(text: &str) -> Option<Self> {
        let text = text.trim();
        let quoted = text.strip_prefix("W/").unwrap_or(text);
        let number = quoted.strip_prefix('"')?.strip_suffix('"')?;
        Self::parse(number)
    }

    /// The version that a URL names.
    pub(super) fn parse(text: &str) -> Option<Self> {
        ResourceId::parse(text).map(|number| Self(number.0))
    }
}

/// An enrolled device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ClientId(pub(super) String);

impl ClientId {
    /// A new one.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("st-{}", random::typeable(10)?.to_lowercase())))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_tag_names_its_version_weak_or_strong() {
        assert_eq!(Version(7).etag(), "W/\"7\"");
        for text in ["W/\"7\"", "\"7\"", " W/\"7\" "] {
            assert_eq!(Version::from_etag(text), Some(Version(7)), "{text}");
        }
        for text in ["7", "W/7", "W/\"\"", "W/\"-7\"", "W/\"x\"", "*", ""] {
            assert_eq!(Version::from_etag(text), None, "{text}");
        }
    }

    #[test]
    fn an_id_is_digits_and_nothing_else() {
        assert_eq!(ResourceId::parse("5001"), Some(ResourceId(5001)));
        for text in ["", "-1", "+1", "1a", " 1", "99999999999999999999"] {
            assert_eq!(ResourceId::parse(text), None, "{text}");
        }
    }
}
