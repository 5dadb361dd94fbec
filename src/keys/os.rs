//! The operating system's credential store: Secret Service, Keychain or Credential Manager.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};

use super::secret::Secret;
use super::store::{KeyError, KeyName, KeyStore};
use crate::intake::StationId;
use crate::text::Bilingual;

/// How long the system may take to bring up its store. A session bus that accepts and then says
/// nothing would otherwise keep the station waiting for good.
const PATIENCE: Duration = Duration::from_secs(10);

/// The credential store of the signed-in user. Entries are called `uketsuke/<station>`, one a
/// key.
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
        status_in_time().map_err(|why| KeyError::NoStore { why })?;
        Ok(Self {
            service: format!("uketsuke/{station}"),
        })
    }

    fn entry(&self, name: KeyName) -> Result<Entry, KeyError> {
        Entry::new(&self.service, name.as_str()).map_err(|error| told(&error))
    }
}

/// Whether there is a store, or why not.
///
/// Asked on a thread of its own, which is left behind if no answer comes in time, and whose panic
/// is no answer either.
fn status_in_time() -> Result<(), String> {
    let (tell, answer) = mpsc::channel();
    let ask = move || {
        let status = Entry::store_status().as_ref();
        // Nobody may be waiting any more, and that is fine.
        let _ = tell.send(status.copied().map_err(ToString::to_string));
    };
    thread::Builder::new()
        .name("credential-store".to_owned())
        .spawn(ask)
        .map_err(|error| error.to_string())?;
    match answer.recv_timeout(PATIENCE) {
        Ok(status) => status,
        Err(_) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
    }
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
        match self.entry(name)?.get_secret() {
            Ok(bytes) => Ok(Some(Secret::from_bytes(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    /// Reads the key back before it says so: a database whose key was not kept is lost.
    fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError> {
        let entry = self.entry(name)?;
        entry
            .set_secret(secret.bytes())
            .map_err(|error| told(&error))?;
        match self.get(name)? {
            Some(kept) if kept.bytes() == secret.bytes() => Ok(()),
            _ => Err(KeyError::NotKept(name)),
        }
    }

    fn delete(&self, name: KeyName) -> Result<(), KeyError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(&error)),
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

    /// Where a Secret Service answers, the whole contract; elsewhere, the remedy.
    #[test]
    fn the_systems_store_does_what_a_store_must_or_says_that_there_is_none() {
        let station = StationId::new("contract-probe").unwrap();
        match OsKeyStore::open(&station) {
            Ok(_) => contract(|station| OsKeyStore::open(station).unwrap()),
            Err(error) => {
                assert!(matches!(error, KeyError::NoStore { .. }));
                assert!(error.to_string().contains("UKETSUKE_KEYS_STORE=file"));
            }
        }
    }

    #[test]
    fn an_error_that_holds_the_secret_is_told_without_it() {
        let error = told(&Error::BadEncoding(b"very-secret".to_vec()));
        assert!(!format!("{error} {error:?}").contains("secret"));
        let bytes = format!("{:?}", b"very-secret");
        assert!(!format!("{error:?}").contains(&bytes));
    }
}
