//! Codes from an authenticator: TOTP, RFC 6238, as every such program makes them (SHA-1, six
//! digits, 30 s).

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

use super::lockout::Tries;
use crate::clock::Moment;
use crate::intake::{OperatorId, StationId};
use crate::keys::{Secret, SecretError};

/// Digits of a code.
const DIGITS: u8 = 6;

/// Seconds that a code stands for (RFC 6238, 5.2).
const STEP: u64 = 30;

/// Steps before and after the present one that are taken too (RFC 6238, 5.2 recommends one).
const SKEW: u16 = 1;

/// Why a code was not taken.
#[derive(Debug, Error)]
pub enum TotpError {
    /// Not a code of now.
    #[error(
        "コードが違います。認証アプリの今の6桁を入れ、続くときはタブレットの時刻を確認してください / wrong code: enter the six digits that the authenticator shows now, and check the tablet's clock if this goes on"
    )]
    Wrong,
    /// A code of a step that was used.
    #[error(
        "このコードは使用済みです。次のコードを待ってください / this code was used: wait for the next one"
    )]
    Used,
    /// Too many wrong codes.
    #[error("{} 秒待ってからやり直してください / wait {} s and try again", .wait.as_secs().max(1), .wait.as_secs().max(1))]
    Locked {
        /// How much longer.
        wait: std::time::Duration,
    },
    /// The kept secret has another length than [`Totp::SECRET_BYTES`].
    #[error(
        "認証アプリの登録が壊れています。登録し直してください / the authenticator's registration is damaged: register it again"
    )]
    Damaged,
    /// A new secret could not be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// An operator's authenticator. Wrong codes are counted apart from wrong PINs, so that a right
/// PIN does not clear them.
#[derive(Debug)]
pub struct Totp {
    secret: Secret,
    last_step: Option<u64>,
    tries: Tries,
}

impl Totp {
    /// 160 bits, as RFC 4226 (4, R6) recommends.
    pub const SECRET_BYTES: usize = 20;

    /// A new authenticator, and what it is set up with. Keep the first only after a code of it
    /// was [checked](Self::check): a QR that nobody scanned would lock its owner out.
    ///
    /// # Errors
    /// [`TotpError::Secret`].
    pub fn new(
        operator: &OperatorId,
        station: &StationId,
    ) -> Result<(Self, Provisioning), TotpError> {
        let secret = Secret::random(Self::SECRET_BYTES)?;
        let provisioning = Provisioning::new(&secret, operator, station);
        Ok((
            Self::restored(secret, None, Tries::default())?,
            provisioning,
        ))
    }

    /// An authenticator as it was kept: [`Self::secret`], [`Self::last_step`], [`Self::tries`].
    ///
    /// # Errors
    /// [`TotpError::Damaged`].
    pub fn restored(
        secret: Secret,
        last_step: Option<u64>,
        tries: Tries,
    ) -> Result<Self, TotpError> {
        if secret.bytes().len() == Self::SECRET_BYTES {
            Ok(Self {
                secret,
                last_step,
                tries,
            })
        } else {
            Err(TotpError::Damaged)
        }
    }

    /// The one of RFC 6238, appendix B, whose codes the tests know.
    #[cfg(test)]
    pub(crate) fn of_the_rfc() -> Self {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
        Self {
            secret,
            last_step: None,
            tries: Tries::default(),
        }
    }

    /// The secret, for keeping in the encrypted database and for nothing else.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The last step whose code was taken: seconds since 1970 by 30.
    pub fn last_step(&self) -> Option<u64> {
        self.last_step
    }

    /// Wrong codes so far.
    pub fn tries(&self) -> Tries {
        self.tries
    }

    /// Takes `code` if it is that of now or of one step beside it, and if neither its step nor a
    /// later one was taken before.
    ///
    /// # Errors
    /// [`TotpError::Wrong`] and [`TotpError::Used`] count as wrong tries; a locked authenticator
    /// does not look at the code.
    pub fn check(&mut self, code: &str, now: &Moment) -> Result<(), TotpError> {
        if let Some(wait) = self.tries.wait(now) {
            return Err(TotpError::Locked { wait });
        }
        let taken = self
            .step_of(code, now.wall)
            .and_then(|step| self.fresh(step));
        match taken {
            Ok(step) => {
                self.last_step = Some(step);
                self.tries.right();
                Ok(())
            }
            Err(error) => {
                self.tries.wrong(now);
                Err(error)
            }
        }
    }

    /// The step whose code `code` is.
    fn step_of(&self, code: &str, wall: Timestamp) -> Result<u64, TotpError> {
        let seconds = u64::try_from(wall.as_second()).map_err(|_| TotpError::Wrong)?;
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_skew(SKEW)
            .with_secret(self.secret.bytes())
            .build()
            .map_err(|_| TotpError::Damaged)?;
        totp.check(code.trim(), seconds).ok_or(TotpError::Wrong)
    }

    fn fresh(&self, step: u64) -> Result<u64, TotpError> {
        match self.last_step {
            Some(last) if step <= last => Err(TotpError::Used),
            _ => Ok(step),
        }
    }
}

/// What an authenticator is set up with: shown once, as text or QR, and gone.
pub struct Provisioning(Zeroizing<String>);

impl Provisioning {
    fn new(secret: &Secret, operator: &OperatorId, station: &StationId) -> Self {
        let secret = base32(secret.bytes());
        Self(Zeroizing::new(format!(
            "otpauth://totp/uketsuke:{operator}@{station}?secret={}&issuer=uketsuke&algorithm=SHA1&digits={DIGITS}&period={STEP}",
            *secret
        )))
    }

    /// The `otpauth:` URI. Ids are made of letters, digits, hyphens, dots and underscores, which
    /// a URI takes as they are.
    pub fn into_uri(self) -> Zeroizing<String> {
        self.0
    }
}

impl fmt::Debug for Provisioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provisioning(..)")
    }
}

/// RFC 4648 base 32 without padding, as authenticators read it.
fn base32(bytes: &[u8]) -> Zeroizing<String> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |index: usize| match bytes.get(index / 8) {
        Some(byte) => usize::from(byte >> (7 - index % 8) & 1),
        None => 0,
    };
    let letters = (bytes.len() * 8).div_ceil(5);
    let mut text = Zeroizing::new(String::with_capacity(letters));
    for letter in 0..letters {
        let value = (0..5).fold(0, |value, i| value << 1 | bit(letter * 5 + i));
        text.push(char::from(ALPHABET[value]));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::RunId;

    /// The SHA-1 key of RFC 6238, appendix B.
    const KEY: &[u8; 20] = b"12345678901234567890";

    fn totp() -> Totp {
        let secret = Secret::from_bytes(KEY.to_vec());
        Totp::restored(secret, None, Tries::default()).unwrap()
    }

    fn at(seconds: i64) -> Moment {
        Moment {
            wall: Timestamp::from_second(seconds).unwrap(),
            monotonic: Duration::from_secs(10),
            run: RunId(1),
        }
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, eight_digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let code = &eight_digits[2..];
            assert!(totp().check(code, &at(seconds)).is_ok(), "{seconds}");
        }
    }

    #[test]
    fn one_step_beside_is_taken_and_two_are_not() {
        for (seconds, taken) in [(29, true), (59, true), (89, true), (90, false)] {
            assert_eq!(
                totp().check("287082", &at(seconds)).is_ok(),
                taken,
                "{seconds}"
            );
        }
        assert!(totp().check("287082", &at(-30)).is_err());
    }

    #[test]
    fn a_code_is_taken_once_and_an_earlier_one_never_again() {
        let mut totp = totp();
        totp.check("050471", &at(1_111_111_111)).unwrap();
        assert_eq!(totp.last_step(), Some(37_037_037));
        let again = totp.check("050471", &at(1_111_111_112));
        assert!(matches!(again, Err(TotpError::Used)));
        let earlier = totp.check("081804", &at(1_111_111_111));
        assert!(matches!(earlier, Err(TotpError::Used)));
    }

    #[test]
    fn wrong_codes_lock_and_the_lock_outlives_a_restart() {
        let mut totp = totp();
        for code in ["000000", "28708", "+87082", "２８７０８２", ""] {
            let result = totp.check(code, &at(59));
            assert!(matches!(result, Err(TotpError::Wrong)), "{code}");
        }
        let secret = Secret::from_bytes(KEY.to_vec());
        let mut totp = Totp::restored(secret, totp.last_step(), totp.tries()).unwrap();
        let locked = totp.check("287082", &at(59)).unwrap_err();
        assert!(locked.to_string().contains("wait 30 s"), "{locked}");
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        assert_eq!(*base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(*base32(KEY), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn the_secret_leaves_once_and_debug_does_not_show_it() {
        let operator = OperatorId::new("admin-01").unwrap();
        let station = StationId::new("st-1").unwrap();
        let (totp, provisioning) = Totp::new(&operator, &station).unwrap();
        assert_eq!(format!("{provisioning:?}"), "Provisioning(..)");
        let uri = provisioning.into_uri();
        let secret = base32(totp.secret().bytes());
        assert_eq!(secret.len(), 32);
        assert_eq!(
            *uri,
            format!(
                "otpauth://totp/uketsuke:admin-01@st-1?secret={}&issuer=uketsuke&algorithm=SHA1&digits=6&period=30",
                *secret
            )
        );
        let shown = format!("{totp:?}");
        assert!(!shown.contains(&*secret) && shown.contains("Secret(..)"));
    }

    #[test]
    fn a_kept_secret_of_another_length_is_damaged() {
        let short = Secret::from_bytes(vec![1; 10]);
        let restored = Totp::restored(short, None, Tries::default());
        assert!(matches!(restored, Err(TotpError::Damaged)));
    }
}
