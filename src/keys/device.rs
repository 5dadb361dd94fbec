//! The station's own key for the record API: ECDSA on P-384 with SHA-384 (ES384, RFC 7518 section
//! 3.4), made at enrolment, never leaving the station.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::Serialize;

use super::secret::{Secret, SecretError};
use super::store::{KeyError, KeyName};

/// Bytes of one coordinate of a point on P-384.
pub(super) const COORDINATE: usize = 48;

/// A key pair; the private half is a PKCS #8 document.
pub struct DeviceKey {
    private: Secret,
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl DeviceKey {
    /// A new key.
    ///
    /// # Errors
    /// [`KeyError::Secret`] when the system has no random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random)
            .map_err(|_| SecretError::NoKeyPair)?;
        Self::from_secret(Secret::from_bytes(document.as_ref().to_vec()))
    }

    /// The key that was kept.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] when it is none.
    pub fn from_secret(private: Secret) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private.bytes(), &random)
            .map_err(|_| KeyError::Damaged(KeyName::Device))?;
        Ok(Self {
            private,
            pair,
            random,
        })
    }

    /// What is kept of it.
    pub fn secret(&self) -> &Secret {
        &self.private
    }

    /// The public point's x and y, base64url, as a JSON web key has them.
    pub fn coordinates(&self) -> (String, String) {
        // Uncompressed: 0x04, x, y (SEC 1, section 2.3.3).
        let point = &self.pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(COORDINATE);
        (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
    }

    /// `claims` as a signed JSON web token (RFC 7515, section 3.1: compact serialization).
    ///
    /// # Errors
    /// [`KeyError::Secret`] when the system has no random numbers.
    pub fn token<C: Serialize>(&self, claims: &C) -> Result<String, KeyError> {
        let header = serde_json::json!({"alg": "ES384", "typ": "JWT"});
        self.token_with(&header, claims)
    }

    /// The same with a header of its own.
    pub(super) fn token_with<H: Serialize, C: Serialize>(
        &self,
        header: &H,
        claims: &C,
    ) -> Result<String, KeyError> {
        let failed = |_| SecretError::NoKeyPair;
        let header = serde_json::to_vec(header).map_err(failed)?;
        let claims = serde_json::to_vec(claims).map_err(failed)?;
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{claims}");
        let signature = self.pair.sign(&self.random, signed.as_bytes());
        let signature = signature.map_err(|_| SecretError::NoKeyPair)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_kept_key_is_the_same_key_and_signs_what_its_public_half_accepts() {
        let key = DeviceKey::generate().unwrap();
        let kept = Secret::from_bytes(key.secret().bytes().to_vec());
        let again = DeviceKey::from_secret(kept).unwrap();
        assert_eq!(again.coordinates(), key.coordinates());
        let token = again.token(&serde_json::json!({"sub": "st-1"})).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key.pair.public_key());
        public.verify(signed.as_bytes(), &signature).unwrap();
        assert!(public.verify(b"something else", &signature).is_err());
    }

    #[test]
    fn what_is_no_key_is_told_as_damaged() {
        let damaged = DeviceKey::from_secret(Secret::from_bytes(vec![7; 32]));
        assert!(matches!(damaged, Err(KeyError::Damaged(KeyName::Device))));
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let key = DeviceKey::generate().unwrap();
        assert_eq!(format!("{key:?}"), "DeviceKey(..)");
    }
}
