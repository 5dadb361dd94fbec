//! Where the station keeps its keys, and the municipality's key that opens everything again.
//!
//! A [`KeyStore`] holds the secrets of one data directory, told apart from those of others by the
//! station's id. The operating system's store is the default; [`FileKeyStore`] is there for
//! tablets that have none, only on request, and says so to whoever asks it for
//! [warnings](KeyStore::warnings).
//!
//! Keys can be lost with the tablet. What must outlive it is sealed to a [`RecoveryRecipient`],
//! whose [`RecoveryIdentity`] lies in the municipality's safe and never on a station.
//!
//! ```
//! use uketsuke::keys::{KeyName, KeyStore, MemoryKeyStore, Secret};
//!
//! let store = MemoryKeyStore::default();
//! let key = Secret::random(32)?;
//! store.set(KeyName::Database, &key)?;
//! assert_eq!(store.get(KeyName::Database)?.unwrap().bytes(), key.bytes());
//! assert_eq!(format!("{key:?}"), "Secret(..)");
//! # Ok::<(), uketsuke::keys::KeyError>(())
//! ```

mod device;
mod file;
mod memory;
mod os;
mod passphrase;
mod recovery;
mod secret;
mod signed;
mod store;

pub use device::DeviceKey;
pub use file::FileKeyStore;
pub use memory::MemoryKeyStore;
pub use os::OsKeyStore;
pub use passphrase::{Passphrase, PassphraseError};
pub use recovery::{RecoveryError, RecoveryIdentity, RecoveryRecipient};
pub use secret::{Secret, SecretError};
pub use signed::{
    DocumentKind, NoThumbprint, SignatureError, Signed, SigningKey, Thumbprint, comparison_code,
};
pub use store::{KeyError, KeyName, KeyStore, KeyStoreChoice, open};
