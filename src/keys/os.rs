//! The operating system's credential store: Secret Service, Keychain or Credential Manager.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};
use thiserror::Error as ThisError;
use zeroize::Zeroizing;

use super::secret::Secret;
use super::store::{KeyError, KeyName, KeyStore};
use crate::intake::StationId;
use crate::text::Bilingual;

/// How long the system may take over one call. A session bus that accepts and then says nothing,
/// or a question for the keyring's password that nobody sees, would otherwise keep the station
/// waiting for good.
const PATIENCE: Duration = Duration::from_secs(10);

/// The credential store of the signed-in user. Entries are called `uketsuke/<station>`, one a
/// key. No call takes longer than 10 s; one that is given up may still be carried out.
#[derive(Debug)]
pub struct OsKeyStore {
    service: String,
}

impl OsKeyStore {
    /// The store for the keys of `station`. Where there is none (no D-Bus session, no Secret
    /// Service), the answer comes at once.
    ///
    /// # Errors
    /// [`KeyError::NoStore`].
    pub fn open(station: &StationId) -> Result<Self, KeyError> {
        let status = in_time(PATIENCE, || {
            let status = Entry::store_status().as_ref();
            status.copied().map_err(ToString::to_string)
        });
        let why = match status {
            Ok(Ok(())) => {
                let service = format!("uketsuke/{station}");
                return Ok(Self { service });
            }
            Ok(Err(why)) => why,
            Err(error) => error.to_string(),
        };
        Err(KeyError::NoStore { why })
    }

    /// What `ask` comes to with the entry of `name`.
    fn ask<T: Send + 'static>(
        &self,
        name: KeyName,
        ask: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refused> {
        let service = self.service.clone();
        in_time(PATIENCE, move || ask(&Entry::new(&service, name.as_str())?))?
            .map_err(Refused::Store)
    }
}

/// Why the system did not answer.
#[derive(Debug, ThisError)]
enum NoAnswer {
    #[error("no answer in {} s", .0.as_secs())]
    Late(Duration),
    #[error("it broke off")]
    BrokeOff,
    #[error(transparent)]
    NoThread(#[from] io::Error),
}

/// Why a call came to nothing.
enum Refused {
    Store(Error),
    NoAnswer(NoAnswer),
}

impl From<NoAnswer> for Refused {
    fn from(no_answer: NoAnswer) -> Self {
        Self::NoAnswer(no_answer)
    }
}

impl From<Refused> for KeyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => told(&error),
            // Most likely the store asks on the screen for a password to unlock it.
            Refused::NoAnswer(late @ NoAnswer::Late(_)) => {
                let why = late.to_string();
                Self::Locked { why }
            }
            Refused::NoAnswer(other) => {
                let why = other.to_string();
                Self::Os { why }
            }
        }
    }
}

/// What `ask` says, within `patience`.
///
/// Asked on a thread of its own, which is left behind if no answer comes in time, and whose panic
/// is no answer either.
fn in_time<T: Send + 'static>(
    patience: Duration,
    ask: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NoAnswer> {
    let (tell, answer) = mpsc::channel();
    thread::Builder::new()
        .name("credential-store".to_owned())
        .spawn(move || {
            // Nobody may be waiting any more, and that is fine.
            let _ = tell.send(ask());
        })?;
    answer.recv_timeout(patience).map_err(|error| match error {
        RecvTimeoutError::Timeout => NoAnswer::Late(patience),
        RecvTimeoutError::Disconnected => NoAnswer::BrokeOff,
    })
}

/// Only the words of an error are taken over: some of its variants hold the secret itself.
fn told(error: &Error) -> KeyError {
    let why = error.to_string();
    match error {
        Error::NoDefaultStore => KeyError::NoStore { why },
        Error::NoStorageAccess(_) => KeyError::Locked { why },
        _ => KeyError::Os { why },
    }
}

impl KeyStore for OsKeyStore {
    fn get(&self, name: KeyName) -> Result<Option<Secret>, KeyError> {
        let secret = |entry: &Entry| entry.get_secret().map(Secret::from_bytes);
        match self.ask(name, secret) {
            Ok(secret) => Ok(Some(secret)),
            Err(Refused::Store(Error::NoEntry)) => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Reads the key back before it says so: a database whose key was not kept is lost.
    fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError> {
        let copy = Zeroizing::new(secret.bytes().to_vec());
        self.ask(name, move |entry| entry.set_secret(&copy))?;
        match self.get(name)? {
            Some(kept) if kept.bytes() == secret.bytes() => Ok(()),
            _ => Err(KeyError::NotKept(name)),
        }
    }

    fn delete(&self, name: KeyName) -> Result<(), KeyError> {
        match self.ask(name, Entry::delete_credential) {
            Ok(()) | Err(Refused::Store(Error::NoEntry)) => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    fn describe(&self) -> Bilingual {
        Bilingual::new(
            "OS の資格情報ストア",
            "the operating system's credential store",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::store::contract;

    #[test]
    #[ignore = "writes to the credential store of the session, which must be there and unlocked"]
    fn the_systems_store_does_what_a_store_must() {
        contract(|station| OsKeyStore::open(station).unwrap());
    }

    #[test]
    fn where_the_system_has_no_store_the_remedy_is_told() {
        let error = told(&Error::NoDefaultStore);
        assert!(matches!(error, KeyError::NoStore { .. }), "{error}");
        assert!(error.to_string().contains("UKETSUKE_KEYS_STORE=file"));
    }

    #[test]
    fn a_store_that_never_answers_is_given_up_with_the_remedy() {
        let (end, never) = mpsc::channel::<()>();
        let late = in_time(Duration::ZERO, move || never.recv().is_ok());
        let error = KeyError::from(Refused::from(late.unwrap_err()));
        assert!(matches!(error, KeyError::Locked { .. }), "{error}");
        assert!(error.to_string().contains("unlock it"), "{error}");
        drop(end);
    }

    #[test]
    fn a_store_that_panics_is_no_answer_and_takes_nothing_with_it() {
        let broken = in_time(PATIENCE, || std::panic::resume_unwind(Box::new(())));
        let broken: Result<(), NoAnswer> = broken;
        let error = KeyError::from(Refused::from(broken.unwrap_err()));
        assert!(matches!(error, KeyError::Os { .. }), "{error}");
    }

    #[test]
    fn an_error_that_holds_the_secret_is_told_without_it() {
        let error = told(&Error::BadEncoding(b"very-secret".to_vec()));
        assert!(!format!("{error} {error:?}").contains("secret"));
        let bytes = format!("{:?}", b"very-secret");
        assert!(!format!("{error:?}").contains(&bytes));
    }
}
