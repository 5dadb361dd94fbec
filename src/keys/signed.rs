//! Documents that a station signs and another one checks: a JSON web token (RFC 7515, compact
//! serialization) whose header carries the signer's public key.
//!
//! ```text
//!  claims ──DeviceKey::sign──▶ token ──Signed::open──▶ claims, signer
//!                                                        └─ is the signer trusted? the caller's question
//! ```

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::device::{COORDINATE, DeviceKey};
use super::store::KeyError;

/// What a document is, so that one of one kind is never taken for one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentKind {
    /// A session card.
    #[serde(rename = "uketsuke-session+jwt")]
    SessionCard,
    /// A day file.
    #[serde(rename = "uketsuke-day+jwt")]
    DayFile,
}

/// Why a signed document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// Not a signed document at all, or cut off.
    #[error(
        "署名つきの文書ではないか、途中で切れています。もう一度作るか、読み直してください / \
         not a signed document, or cut off: make it or read it again"
    )]
    NotSigned,
    /// Another kind of document.
    #[error(
        "別の種類の文書です。正しいファイルかカードを選んでください / \
         a document of another kind: choose the right file or card"
    )]
    AnotherKind,
    /// The signature does not fit: altered or forged.
    #[error(
        "署名が合いません。書き換えられたか偽造されたものです。使わずに、作った端末でもう一度作ってください / \
         the signature does not fit, it was altered or forged: do not use it, make it again at the station it came from"
    )]
    Forged,
}

/// The public half of a [`DeviceKey`]: a point on P-384.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SigningKey {
    x: [u8; COORDINATE],
    y: [u8; COORDINATE],
}

/// A public key as a JSON web key (RFC 7518, section 6.2).
#[derive(Serialize, Deserialize)]
struct Jwk {
    crv: String,
    kty: String,
    x: String,
    y: String,
}

/// The header of a token.
#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: DocumentKind,
    jwk: Jwk,
}

const ALGORITHM: &str = "ES384";
const CURVE: &str = "P-384";
const KEY_TYPE: &str = "EC";

impl SigningKey {
    fn of_jwk(jwk: &Jwk) -> Option<Self> {
        let coordinate = |text: &str| {
            URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok() as Option<[u8; COORDINATE]>
        };
        (jwk.crv == CURVE && jwk.kty == KEY_TYPE).then_some(())?;
        Some(Self {
            x: coordinate(&jwk.x)?,
            y: coordinate(&jwk.y)?,
        })
    }

    fn to_jwk(&self) -> Jwk {
        Jwk {
            crv: CURVE.to_owned(),
            kty: KEY_TYPE.to_owned(),
            x: URL_SAFE_NO_PAD.encode(self.x),
            y: URL_SAFE_NO_PAD.encode(self.y),
        }
    }

    /// What people write down of it: its thumbprint.
    pub fn thumbprint(&self) -> Thumbprint {
        let jwk = self.to_jwk();
        // RFC 7638, section 3: the required members in lexical order, without white space.
        let canonical = format!(
            r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#,
            jwk.crv, jwk.kty, jwk.x, jwk.y
        );
        Thumbprint(URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)))
    }

    fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        // Uncompressed: 0x04, x, y (SEC 1, section 2.3.3).
        let point = [&[4][..], &self.x, &self.y].concat();
        UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)
            .verify(message, signature)
            .is_ok()
    }
}

/// A public key's SHA-256 (RFC 7638), base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(String);

/// Bytes of a SHA-256.
const THUMBPRINT: usize = 32;

/// A text that is no thumbprint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "鍵の指紋ではありません。`uketsuke session key` が表示した 43 文字をそのまま写してください / \
     not a key's thumbprint: copy the 43 characters that `uketsuke session key` prints"
)]
pub struct NoThumbprint;

impl FromStr for Thumbprint {
    type Err = NoThumbprint;

    fn from_str(text: &str) -> Result<Self, NoThumbprint> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == THUMBPRINT => Ok(Self(text.to_owned())),
            _ => Err(NoThumbprint),
        }
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = NoThumbprint;

    fn try_from(text: String) -> Result<Self, NoThumbprint> {
        text.parse()
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl DeviceKey {
    /// The public half.
    ///
    /// # Errors
    /// [`KeyError`] when the key is damaged.
    pub fn public(&self) -> Result<SigningKey, KeyError> {
        let (x, y) = self.coordinates();
        let jwk = Jwk {
            crv: CURVE.to_owned(),
            kty: KEY_TYPE.to_owned(),
            x,
            y,
        };
        SigningKey::of_jwk(&jwk).ok_or(KeyError::Damaged(super::store::KeyName::Device))
    }

    /// `claims` as a signed document that carries this key's public half.
    ///
    /// # Errors
    /// [`KeyError`] when the key is damaged or the system has no random numbers.
    pub fn sign<C: Serialize>(&self, kind: DocumentKind, claims: &C) -> Result<String, KeyError> {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: kind,
            jwk: self.public()?.to_jwk(),
        };
        self.token_with(&header, claims)
    }
}

/// Characters that nobody takes for one another, also read aloud: no 0, 1, I, L, O, U.
const CODE_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Four characters by which staff see that tablets took the same document.
///
/// It is for people who compare tablets that took what was put before them (30⁴, about 810,000
/// codes), and no proof against a forger: that is the signature.
pub fn comparison_code(token: &str) -> String {
    let digest = Sha256::digest(token.trim());
    let (head, _) = digest.split_at(8);
    let mut number = head.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    let base = CODE_ALPHABET.len() as u64;
    (0..4)
        .map(|_| {
            let character = CODE_ALPHABET[(number % base) as usize];
            number /= base;
            char::from(character)
        })
        .collect()
}

/// A document whose signature fits the key that it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<C> {
    /// What it says.
    pub claims: C,
    /// Whose signature it is; whether that one is trusted is for the caller to ask.
    pub signer: SigningKey,
}

impl<C: DeserializeOwned> Signed<C> {
    /// Opens a document of a kind.
    ///
    /// # Errors
    /// [`SignatureError`]: what is signed but cannot be understood is [`SignatureError::NotSigned`].
    pub fn open(kind: DocumentKind, token: &str) -> Result<Self, SignatureError> {
        let token = token.trim();
        let (signed, signature) = token.rsplit_once('.').ok_or(SignatureError::NotSigned)?;
        let (header, claims) = signed.split_once('.').ok_or(SignatureError::NotSigned)?;
        let bytes =
            |text: &str| (URL_SAFE_NO_PAD.decode(text)).map_err(|_| SignatureError::NotSigned);
        let header: Header =
            serde_json::from_slice(&bytes(header)?).map_err(|_| SignatureError::NotSigned)?;
        let signer = SigningKey::of_jwk(&header.jwk).ok_or(SignatureError::NotSigned)?;
        if header.alg != ALGORITHM || !signer.accepts(signed.as_bytes(), &bytes(signature)?) {
            return Err(SignatureError::Forged);
        }
        if header.typ != kind {
            return Err(SignatureError::AnotherKind);
        }
        let claims =
            serde_json::from_slice(&bytes(claims)?).map_err(|_| SignatureError::NotSigned)?;
        Ok(Self { claims, signer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (DeviceKey, String) {
        let key = DeviceKey::generate().unwrap();
        let token = key.sign(DocumentKind::SessionCard, &vec![1, 2, 3]).unwrap();
        (key, token)
    }

    fn open(token: &str) -> Result<Signed<Vec<u8>>, SignatureError> {
        Signed::open(DocumentKind::SessionCard, token)
    }

    #[test]
    fn a_signed_document_opens_and_tells_its_signer() {
        let (key, token) = signed();
        let opened = open(&format!(" {token}\n")).unwrap();
        assert_eq!(opened.claims, [1, 2, 3]);
        assert_eq!(opened.signer, key.public().unwrap());
        assert_ne!(
            opened.signer.thumbprint(),
            DeviceKey::generate()
                .unwrap()
                .public()
                .unwrap()
                .thumbprint()
        );
    }

    #[test]
    fn no_changed_character_goes_unnoticed() {
        let (_, token) = signed();
        for at in (0..token.len()).step_by(7) {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(open(&changed).is_err(), "character {at}");
        }
    }

    #[test]
    fn another_kind_of_document_and_no_document_are_told_apart() {
        let (key, token) = signed();
        let day = key.sign(DocumentKind::DayFile, &vec![1]).unwrap();
        assert_eq!(open(&day), Err(SignatureError::AnotherKind));
        for nothing in ["", "a.b", "a.b.c", &token[..token.len() / 3]] {
            assert_eq!(open(nothing), Err(SignatureError::NotSigned), "{nothing}");
        }
        assert!(open(&token[..token.len() - 3]).is_err());
    }

    #[test]
    fn a_key_that_was_swapped_for_anothers_does_not_fit() {
        let (_, token) = signed();
        let (_, other) = signed();
        let (_, rest) = token.split_once('.').unwrap();
        let (header, _) = other.split_once('.').unwrap();
        assert_eq!(
            open(&format!("{header}.{rest}")),
            Err(SignatureError::Forged)
        );
    }

    #[test]
    fn the_code_to_compare_is_four_plain_characters_of_the_whole_document() {
        let (_, token) = signed();
        let code = comparison_code(&token);
        assert_eq!(code, comparison_code(&format!("{token}\n")));
        assert_eq!(code.len(), 4);
        assert!(code.bytes().all(|c| CODE_ALPHABET.contains(&c)), "{code}");
        let others = (0..200).filter(|n| comparison_code(&format!("{token}{n}")) == code);
        assert!(others.count() <= 1);
    }

    #[test]
    fn thumbprints_are_read_as_they_are_written_and_nothing_else_is() {
        let (key, _) = signed();
        let thumbprint = key.public().unwrap().thumbprint();
        assert_eq!(thumbprint.to_string().parse(), Ok(thumbprint));
        for wrong in ["", "abc", "=", "鍵"] {
            assert_eq!(wrong.parse::<Thumbprint>(), Err(NoThumbprint), "{wrong}");
        }
    }
}
