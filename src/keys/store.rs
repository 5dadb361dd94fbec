//! What a key store promises, whichever one it is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use super::secret::{Secret, SecretError};
use super::{FileKeyStore, OsKeyStore};
use crate::intake::StationId;
use crate::text::Bilingual;

/// The secrets of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyName {
    /// The raw key of the encrypted database.
    Database,
    /// The key of the watermark's MAC.
    Watermark,
    /// The station's private key for the record API (ES384).
    Device,
}

impl KeyName {
    /// Every name there is.
    pub const ALL: [Self; 3] = [Self::Database, Self::Watermark, Self::Device];

    /// The name as stores write it; never changed, since keys are found by it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Watermark => "watermark",
            Self::Device => "device",
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a key could not be read or kept. No variant carries any part of a key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The operating system offers no credential store.
    #[error(
        "OS の資格情報ストアが使えません（{why}）。ログインし直すか、UKETSUKE_KEYS_STORE=file を設定して鍵をファイルに置いてください / no credential store of the operating system ({why}): sign in to the desktop again, or set UKETSUKE_KEYS_STORE=file to keep keys in files"
    )]
    NoStore {
        /// What the system answered.
        why: String,
    },
    /// The operating system's store is there and refuses.
    #[error(
        "資格情報ストアが開けません（{why}）。ロックを解除してからやり直してください / the credential store does not open ({why}): unlock it and try again"
    )]
    Locked {
        /// What the system answered.
        why: String,
    },
    /// The operating system's store failed otherwise.
    #[error(
        "資格情報ストアで失敗しました（{why}）。`uketsuke doctor` で確認してください / the credential store failed ({why}): check with `uketsuke doctor`"
    )]
    Os {
        /// What the system answered.
        why: String,
    },
    /// A key that was just kept is not there.
    #[error(
        "鍵「{0}」を保存しましたが、読み戻せません。別の保存先にしてください（UKETSUKE_KEYS_STORE） / the key {0} was kept but does not read back: choose another store (UKETSUKE_KEYS_STORE)"
    )]
    NotKept(KeyName),
    /// A key file could not be read or written.
    #[error(
        "鍵のファイル {path} を扱えません（{source}）。空き容量と権限を確認してください / cannot use the key file {path} ({source}): check free space and permissions", path = path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Others than the owner may use a key file.
    #[error(
        "鍵のファイル {path} は他の利用者も使えます（{mode:o}）。chmod {wanted:o} にしてください。FAT や exFAT の媒体には置けません / others may use the key file {path} ({mode:o}): chmod it to {wanted:o}; media formatted FAT or exFAT cannot hold keys", path = path.display()
    )]
    TooOpen {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What they must be.
        wanted: u32,
    },
    /// What is kept under a name is no key any more.
    #[error(
        "鍵「{0}」が壊れています。`uketsuke recover` で復元してください / the key {0} is damaged: restore it with `uketsuke recover`"
    )]
    Damaged(KeyName),
    /// A new key could not be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Neither `os` nor `file`.
    #[error(
        "そのような鍵の保存先はありません。os か file にしてください / there is no such key store: choose os or file"
    )]
    UnknownChoice,
}

/// A place for the secrets of one data directory.
pub trait KeyStore: Send + Sync {
    /// The key kept under `name`; `None` when there never was one.
    ///
    /// # Errors
    /// When the store cannot say, which is not the same as `None`: a new key must not be made
    /// then.
    fn get(&self, name: KeyName) -> Result<Option<Secret>, KeyError>;

    /// Keeps `secret` under `name` in place of what was there. When this returns, the key
    /// outlives a power cut.
    ///
    /// # Errors
    /// When the key was not kept; what was there before may then be lost in the operating
    /// system's store, never in files.
    fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError>;

    /// Forgets the key kept under `name`; fine when there is none.
    ///
    /// # Errors
    /// When the key may still be there.
    fn delete(&self, name: KeyName) -> Result<(), KeyError>;

    /// Where the keys are, in words.
    fn describe(&self) -> Bilingual;

    /// What is not as it should be, for `doctor`.
    fn warnings(&self) -> Vec<Bilingual> {
        Vec::new()
    }
}

/// Which store an installation uses (`UKETSUKE_KEYS_STORE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyStoreChoice {
    /// The operating system's credential store.
    #[default]
    Os,
    /// Files in the data directory.
    File,
}

impl FromStr for KeyStoreChoice {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        match text {
            "os" => Ok(Self::Os),
            "file" => Ok(Self::File),
            _ => Err(KeyError::UnknownChoice),
        }
    }
}

impl fmt::Display for KeyStoreChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Os => "os",
            Self::File => "file",
        })
    }
}

/// The chosen store for the keys of the data directory `data_dir`, which was born as `station`.
///
/// # Errors
/// [`KeyError::NoStore`] when the operating system has none.
pub fn open(
    choice: KeyStoreChoice,
    data_dir: &Path,
    station: &StationId,
) -> Result<Box<dyn KeyStore>, KeyError> {
    Ok(match choice {
        KeyStoreChoice::Os => Box::new(OsKeyStore::open(station)?),
        KeyStoreChoice::File => Box::new(FileKeyStore::new(data_dir, station)),
    })
}

/// What every store must do; `make` opens the store of one station, the same one each time.
#[cfg(test)]
pub(super) fn contract<S: KeyStore>(make: impl Fn(&StationId) -> S) {
    let station = |id: &str| StationId::new(id).unwrap();
    let bytes = |store: &S, name| store.get(name).unwrap().map(|key| key.bytes().to_vec());
    let (here, there) = (make(&station("contract-a")), make(&station("contract-b")));
    for name in KeyName::ALL {
        here.delete(name).unwrap();
        assert_eq!(bytes(&here, name), None, "nothing is there before: {name}");
    }
    for (name, byte) in KeyName::ALL.into_iter().zip(1..) {
        let key = Secret::from_bytes(vec![byte; 32]);
        here.set(name, &key).unwrap();
    }
    for (name, byte) in KeyName::ALL.into_iter().zip(1..) {
        assert_eq!(
            bytes(&here, name),
            Some(vec![byte; 32]),
            "told apart: {name}"
        );
        assert_eq!(bytes(&there, name), None, "another station's: {name}");
    }
    let every_byte: Vec<u8> = (0..=255).collect();
    let device = Secret::from_bytes(every_byte.clone());
    here.set(KeyName::Device, &device).unwrap();
    assert_eq!(bytes(&here, KeyName::Device), Some(every_byte.clone()));
    let again = make(&station("contract-a"));
    assert_eq!(bytes(&again, KeyName::Device), Some(every_byte));
    again.delete(KeyName::Device).unwrap();
    again.delete(KeyName::Device).unwrap();
    assert_eq!(bytes(&here, KeyName::Device), None, "forgotten");
    assert_eq!(bytes(&here, KeyName::Database), Some(vec![1; 32]), "kept");
    for name in KeyName::ALL {
        here.delete(name).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_os_or_file_and_nothing_else() {
        for choice in [KeyStoreChoice::Os, KeyStoreChoice::File] {
            let read: KeyStoreChoice = choice.to_string().parse().unwrap();
            assert_eq!(read, choice);
        }
        assert!("OS".parse::<KeyStoreChoice>().is_err());
        assert_eq!(KeyStoreChoice::default(), KeyStoreChoice::Os);
    }

    #[test]
    fn without_a_store_the_remedy_is_named() {
        let error = KeyError::NoStore { why: "x".into() }.to_string();
        assert_eq!(error.matches("UKETSUKE_KEYS_STORE=file").count(), 2);
    }

    #[test]
    fn on_request_keys_are_kept_in_files_of_the_data_directory() {
        let dir = tempfile::tempdir().unwrap();
        let station = StationId::new("st-1").unwrap();
        let store = open(KeyStoreChoice::File, dir.path(), &station).unwrap();
        store
            .set(KeyName::Database, &Secret::from_bytes(vec![7; 32]))
            .unwrap();
        assert!(dir.path().join("keys").is_dir());
    }

    #[test]
    fn a_system_without_a_store_is_never_made_up_for_by_files() {
        let dir = tempfile::tempdir().unwrap();
        let station = StationId::new("st-1").unwrap();
        match open(KeyStoreChoice::Os, dir.path(), &station) {
            Ok(store) => {
                let files = FileKeyStore::new(dir.path(), &station);
                assert_ne!(store.describe(), files.describe());
            }
            Err(error) => assert!(matches!(error, KeyError::NoStore { .. }), "{error}"),
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
