//! What people carry from tablet to tablet, sealed with a passphrase that they share: age's scrypt
//! recipient (<https://age-encryption.org/v1>), which the ordinary `age` tool opens too.

use age::scrypt;
use age::secrecy::SecretString;
use thiserror::Error;
use zeroize::Zeroizing;

/// Fewest characters of a passphrase: a venue's, for one day.
const LEAST: usize = 8;

/// Largest work factor that is tried, as a power of two: more would hold a tablet up for minutes.
const MOST_WORK: u8 = 20;

/// Why something could not be sealed or opened. Never repeats the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PassphraseError {
    /// Too short.
    #[error(
        "合言葉は {LEAST} 文字以上にしてください / the passphrase has to have at least {LEAST} characters"
    )]
    TooShort,
    /// Another passphrase, or a file that is damaged or none.
    #[error(
        "開けません。合言葉が違うか、ファイルが壊れています。合言葉を確かめ、ファイルをコピーし直してください / \
         it does not open: the passphrase is another one or the file is damaged; check the passphrase, copy the file again"
    )]
    DoesNotOpen,
    /// The system has no random numbers.
    #[error("封じられませんでした。端末を再起動してください / could not seal: restart the tablet")]
    Seal,
}

/// A passphrase that people share for a day.
pub struct Passphrase(SecretString);

impl Passphrase {
    /// The passphrase, without the line's end.
    ///
    /// # Errors
    /// [`PassphraseError::TooShort`].
    pub fn new(text: &str) -> Result<Self, PassphraseError> {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.chars().count() < LEAST {
            return Err(PassphraseError::TooShort);
        }
        Ok(Self(SecretString::from(text.to_owned())))
    }

    /// Seals `bytes`.
    ///
    /// # Errors
    /// [`PassphraseError::Seal`].
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>, PassphraseError> {
        let recipient = scrypt::Recipient::new(self.0.clone());
        age::encrypt(&recipient, bytes).map_err(|_| PassphraseError::Seal)
    }

    /// Opens what was sealed with the same passphrase.
    ///
    /// # Errors
    /// [`PassphraseError::DoesNotOpen`].
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
        let mut identity = scrypt::Identity::new(self.0.clone());
        identity.set_max_work_factor(MOST_WORK);
        let opened = age::decrypt(&identity, sealed);
        opened
            .map(Zeroizing::new)
            .map_err(|_| PassphraseError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_passphrase_opens_it() {
        let passphrase = Passphrase::new("桜の木の下で待つ\n").unwrap();
        let sealed = passphrase.seal(b"day").unwrap();
        assert_eq!(passphrase.open(&sealed).unwrap().as_slice(), b"day");
        let other = Passphrase::new("梅の木の下で待つ").unwrap();
        assert_eq!(
            other.open(&sealed).err(),
            Some(PassphraseError::DoesNotOpen)
        );
        assert!(passphrase.open(b"no file").is_err());
        assert!(Passphrase::new("short\n").is_err());
    }
}
