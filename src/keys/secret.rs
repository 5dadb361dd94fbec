//! Bytes that nobody may see.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

/// Why there is no secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The operating system gave no random numbers.
    #[error(
        "安全な乱数が得られません（{0}）。タブレットを再起動してください / no secure random numbers ({0}): restart the tablet"
    )]
    Random(getrandom::Error),
    /// A key pair could not be made or used, which needs random numbers.
    #[error(
        "鍵の組を使えません。タブレットを再起動してください / the key pair cannot be used: restart the tablet"
    )]
    NoKeyPair,
    /// Not pairs of hexadecimal digits.
    #[error(
        "鍵が16進数になっていません。保管した鍵をそのまま入れてください / the key is not hexadecimal: enter it exactly as it was kept"
    )]
    NotHex,
}

/// A key. Its bytes are wiped when it is dropped and appear in no [`fmt::Debug`]; there is no
/// `Clone`, no `PartialEq` and no `Serialize`, so that every copy is a deliberate one.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A new key of `len` bytes from the operating system's random numbers.
    ///
    /// # Errors
    /// [`SecretError::Random`].
    pub fn random(len: usize) -> Result<Self, SecretError> {
        let mut bytes = Zeroizing::new(vec![0; len]);
        getrandom::fill(&mut bytes).map_err(SecretError::Random)?;
        Ok(Self(bytes))
    }

    /// The key that `bytes` are; the vector becomes the key, no copy is left behind.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key that hexadecimal `text` stands for; white space around it is ignored.
    ///
    /// # Errors
    /// [`SecretError::NotHex`], which does not repeat the text.
    pub fn from_hex(text: &str) -> Result<Self, SecretError> {
        let digits = text.trim().as_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(SecretError::NotHex);
        }
        for [high, low] in pairs {
            bytes.push(nibble(*high)? << 4 | nibble(*low)?);
        }
        Ok(Self(bytes))
    }

    /// The key in hexadecimal digits, wiped when dropped.
    pub fn to_hex(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * 2));
        for byte in self.0.iter() {
            for nibble in [byte >> 4, byte & 0xf] {
                text.push(char::from(HEX[usize::from(nibble)]));
            }
        }
        text
    }

    /// The key's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The value of one hexadecimal digit of either case.
fn nibble(digit: u8) -> Result<u8, SecretError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(SecretError::NotHex),
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_bytes_are_two_forms_of_one_key() {
        let every_byte: Vec<u8> = (0..=255).collect();
        let secret = Secret::from_bytes(every_byte.clone());
        let hex = secret.to_hex();
        assert!(hex.starts_with("000102") && hex.ends_with("fdfeff"));
        assert_eq!(Secret::from_hex(&hex).unwrap().bytes(), every_byte);
        let upper = format!(" {}\n", hex.to_uppercase());
        assert_eq!(Secret::from_hex(&upper).unwrap().bytes(), every_byte);
    }

    #[test]
    fn what_is_not_hex_is_refused_and_not_repeated() {
        for text in ["0", "0g", "鍵", "+1", "0x00"] {
            let error = Secret::from_hex(text).unwrap_err();
            assert!(matches!(error, SecretError::NotHex), "{text}");
            assert!(!error.to_string().contains("0g"));
        }
    }

    #[test]
    fn a_new_key_has_its_length_and_is_not_the_last_one() {
        let (one, other) = (Secret::random(32).unwrap(), Secret::random(32).unwrap());
        assert_eq!(one.bytes().len(), 32);
        assert_ne!(one.bytes(), other.bytes());
    }

    #[test]
    fn debug_shows_nothing_of_a_key() {
        let shown = format!("{:?}", Secret::from_bytes(vec![0xab; 32]));
        assert_eq!(shown, "Secret(..)");
    }
}
