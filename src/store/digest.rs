//! Digests over rows: SHA-256 over every field with its length, so that no two rows read alike.

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// Collects the fields of a row, in a fixed order.
pub(super) struct Fields(Sha256);

impl Fields {
    /// `purpose` names the kind of row and the version of its order of fields.
    pub(super) fn of(purpose: &str) -> Self {
        Self(Sha256::new()).bytes(purpose.as_bytes())
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(super) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Nothing differs from an empty value by its missing length.
    pub(super) fn optional<T>(mut self, value: Option<T>, add: fn(Self, T) -> Self) -> Self {
        match value {
            Some(value) => {
                self.0.update([1]);
                add(self, value)
            }
            None => {
                self.0.update([0]);
                self
            }
        }
    }

    pub(super) fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_letter_to_the_next_field_changes_the_digest() {
        let one = Fields::of("test").text("ab").text("c").finish();
        let other = Fields::of("test").text("a").text("bc").finish();
        assert_ne!(one, other);
    }

    #[test]
    fn nothing_is_not_an_empty_text() {
        let nothing = Fields::of("test").optional(None, Fields::text).finish();
        let empty = Fields::of("test").optional(Some(""), Fields::text).finish();
        assert_ne!(nothing, empty);
    }
}
