//! The municipality's recovery key: what opens the data of a tablet that is lost.
//!
//! The format is age's (<https://age-encryption.org/v1>) with an X25519 recipient, binary: the
//! ordinary `age` tool reads what is sealed here, and reads and writes these key files.

use std::fmt;
use std::io::Read;
use std::iter;
use std::str::FromStr;

use age::Decryptor;
use age::secrecy::ExposeSecret;
use age::x25519;
use thiserror::Error;
use zeroize::Zeroizing;

/// How the text of a secret recovery key starts.
const SECRET_PREFIX: &str = "AGE-SECRET-KEY-";

/// Why something could not be sealed or opened. No variant repeats any part of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecoveryError {
    /// Not `age1…`.
    #[error(
        "復元用の公開鍵ではありません。age1 で始まる鍵を入れてください / not a recovery recipient: enter the key that starts with age1"
    )]
    NotARecipient,
    /// The secret key where the public one belongs.
    #[error(
        "これは復元用の秘密鍵です。端末に置かず、金庫に戻し、age1 で始まる公開鍵を入れてください / this is the secret recovery key: put it back into the safe and enter the public one, which starts with age1"
    )]
    SecretAsRecipient,
    /// No line of the file is a secret key.
    #[error(
        "復元用の秘密鍵がありません。AGE-SECRET-KEY-1 で始まる行のあるファイルを選んでください / there is no recovery key: choose the file with a line that starts with AGE-SECRET-KEY-1"
    )]
    NoIdentity,
    /// More than one secret key.
    #[error(
        "復元用の秘密鍵が {0} 個あります。1個だけのファイルにしてください / there are {0} recovery keys: keep one in the file"
    )]
    ManyIdentities(usize),
    /// A line that is neither a comment nor a key.
    #[error(
        "{0} 行目を読めません。保管した鍵のファイルをそのまま使ってください / cannot read line {0}: use the key file exactly as it was kept"
    )]
    BadLine(usize),
    /// Sealed to another key.
    #[error(
        "別の鍵で封じられています。この端末の設定にあった公開鍵と対の秘密鍵を使ってください / sealed to another key: use the secret key that belongs to the station's configured recipient"
    )]
    OtherKey,
    /// Not a whole age file.
    #[error(
        "ファイルが壊れています（{0}）。もう一つの控えを試してください / the file is damaged ({0}): try another copy"
    )]
    Damaged(String),
    /// Sealing failed.
    #[error("封じられませんでした（{0}）。やり直してください / could not seal ({0}): try again")]
    Seal(String),
}

/// The secret half, which opens. It belongs into a safe; a station never keeps it.
#[derive(Clone)]
pub struct RecoveryIdentity(x25519::Identity);

impl RecoveryIdentity {
    /// A new key pair.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The key in a file as the age tool writes it: comment lines and one line
    /// `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// When there is no such line, more than one, or something else.
    pub fn from_text(text: &str) -> Result<Self, RecoveryError> {
        let mut found = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let identity = line
                .parse()
                .map_err(|_| RecoveryError::BadLine(index + 1))?;
            found.push(identity);
        }
        match (found.pop(), found.len()) {
            (Some(identity), 0) => Ok(Self(identity)),
            (Some(_), others) => Err(RecoveryError::ManyIdentities(others + 1)),
            (None, _) => Err(RecoveryError::NoIdentity),
        }
    }

    /// The key as [`Self::from_text`] and the age tool read it; wiped when dropped.
    pub fn to_text(&self) -> Zeroizing<String> {
        let secret = self.0.to_string();
        Zeroizing::new(format!(
            "# public key: {}\n{}\n",
            self.recipient(),
            secret.expose_secret()
        ))
    }

    /// The public half.
    pub fn recipient(&self) -> RecoveryRecipient {
        RecoveryRecipient(self.0.to_public())
    }

    /// What was sealed in `sealed`; wiped when dropped, since it may be keys.
    ///
    /// # Errors
    /// [`RecoveryError::OtherKey`], or [`RecoveryError::Damaged`] when any bit of it changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecoveryError> {
        let mut reader = Decryptor::new_buffered(sealed)
            .and_then(|file| file.decrypt(iter::once(&self.0 as &dyn age::Identity)))
            .map_err(|error| match error {
                age::DecryptError::NoMatchingKeys => RecoveryError::OtherKey,
                error => RecoveryError::Damaged(error.to_string()),
            })?;
        // Room for all of it at once: a vector that grows leaves what it held behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
        match reader.read_to_end(&mut plain) {
            Ok(_) => Ok(plain),
            Err(error) => Err(RecoveryError::Damaged(error.to_string())),
        }
    }
}

impl fmt::Debug for RecoveryIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryIdentity(..)")
    }
}

/// The public half, which seals: `age1…`. It may be shown and configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRecipient(x25519::Recipient);

impl RecoveryRecipient {
    /// `plain` as an age file that only the [`RecoveryIdentity`] opens.
    ///
    /// # Errors
    /// [`RecoveryError::Seal`]; it writes to memory only, so this is not expected.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, RecoveryError> {
        age::encrypt(&self.0, plain).map_err(|error| RecoveryError::Seal(error.to_string()))
    }
}

impl FromStr for RecoveryRecipient {
    type Err = RecoveryError;

    fn from_str(text: &str) -> Result<Self, RecoveryError> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with(SECRET_PREFIX) {
            return Err(RecoveryError::SecretAsRecipient);
        }
        let recipient = text.parse().map_err(|_| RecoveryError::NotARecipient)?;
        Ok(Self(recipient))
    }
}

impl fmt::Display for RecoveryRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Secret;

    #[test]
    fn what_is_sealed_opens_with_the_key_in_the_safe() {
        let safe = RecoveryIdentity::generate();
        let station: RecoveryRecipient = safe.recipient().to_string().parse().unwrap();
        let sealed = station.seal("記録".as_bytes()).unwrap();
        let kept = RecoveryIdentity::from_text(&safe.to_text()).unwrap();
        let plain: Zeroizing<Vec<u8>> = kept.open(&sealed).unwrap();
        assert_eq!(*plain, "記録".as_bytes());
        assert_eq!(plain.capacity(), sealed.len(), "it never grew");
        assert_eq!(kept.recipient(), station);
    }

    #[test]
    fn sealed_bytes_are_a_binary_age_file_for_one_x25519_recipient() {
        let sealed = RecoveryIdentity::generate().recipient().seal(b"x").unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1\n-> X25519 "));
    }

    /// The test vector `x25519` of the age specification
    /// (C2SP CCTV, <https://github.com/C2SP/CCTV/tree/main/age>).
    #[test]
    fn a_file_of_the_reference_implementation_opens() {
        let text = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
        let header = "age-encryption.org/v1\n\
            -> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n\
            hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE\n\
            --- WyJp9F/9FOZh7gJdheq2WIJcwHgYc8NIVh3ddwhrcNg\n";
        let body = "eecf62c7ce91b433274e68d4f2f9134cb74c5bfef7beaa52c8f0bc0e992c1e8331fb66";
        let body = Secret::from_hex(body).unwrap();
        let sealed = [header.as_bytes(), body.bytes()].concat();
        let identity = RecoveryIdentity::from_text(text).unwrap();
        assert_eq!(*identity.open(&sealed).unwrap(), b"age");
    }

    #[test]
    fn another_key_and_a_changed_file_are_told_apart() {
        let identity = RecoveryIdentity::generate();
        let sealed = identity.recipient().seal(b"record").unwrap();
        let other = RecoveryIdentity::generate();
        assert_eq!(other.open(&sealed), Err(RecoveryError::OtherKey));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        let cut = &sealed[..sealed.len() - 1];
        for damaged in [&changed[..], cut, b"", b"age-encryption.org/v1\n"] {
            let error = identity.open(damaged).unwrap_err();
            assert!(matches!(error, RecoveryError::Damaged(_)), "{error}");
        }
    }

    #[test]
    fn a_key_file_may_have_comments_and_only_one_key() {
        let one = RecoveryIdentity::generate().to_text();
        let file = format!("# created: 2021-11-20T10:15:30+09:00\r\n\r\n{}\r\n", *one);
        assert!(RecoveryIdentity::from_text(&file).is_ok());
        let read = |text: &str| RecoveryIdentity::from_text(text).map(|_| ()).unwrap_err();
        assert_eq!(read("# nothing\n"), RecoveryError::NoIdentity);
        assert_eq!(read("# x\nage1abc"), RecoveryError::BadLine(2));
        let two = format!("{}{}", *one, *RecoveryIdentity::generate().to_text());
        assert_eq!(read(&two), RecoveryError::ManyIdentities(2));
    }

    #[test]
    fn the_secret_key_is_refused_where_the_public_one_belongs_and_not_repeated() {
        let text = RecoveryIdentity::generate().to_text();
        let secret = text.lines().last().unwrap();
        for text in [secret.to_owned(), secret.to_lowercase()] {
            let error = text.parse::<RecoveryRecipient>().unwrap_err();
            assert_eq!(error, RecoveryError::SecretAsRecipient);
            assert!(!error.to_string().contains(&text));
        }
        let wrong = "age1abc".parse::<RecoveryRecipient>();
        assert_eq!(wrong, Err(RecoveryError::NotARecipient));
    }

    #[test]
    fn debug_shows_nothing_of_the_secret_key() {
        let identity = RecoveryIdentity::generate();
        assert_eq!(format!("{identity:?}"), "RecoveryIdentity(..)");
    }
}
