//! A data directory: born once as training or production, with its keys and its database.
//!
//! ```text
//! directory.toml       kind, station and which generation of the database is in use
//! station.db, -wal     the encrypted book (station-2.db … after a salvage; the old ones stay)
//! watermark            how far it had come (watermark-2 …)
//! recovery-keys.age    the keys, for the holder of the recovery identity
//! lock                 held by whoever writes
//! delivery.lock        held by whoever delivers to the record API
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::audit::Witnessed;
use super::error::{Damage, StoreError};
use super::files::{Files as _, LocalFiles};
use super::probe::{Probe, Step};
use super::second_copy::{self, Medium};
use super::sqlite::{Opening, SqliteStore};
use super::{connection, migrations};
use crate::config::DirectoryKind;
use crate::intake::StationId;
use crate::keys::{KeyName, KeyStore, RecoveryIdentity, RecoveryRecipient, Secret};

/// What is wrong with a data directory.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// Asked for as one kind, born as the other.
    #[error(
        "このフォルダーは{}用です。{}には別のフォルダー（--data-dir）を使ってください / \
         this directory was born as {born}: use another one (--data-dir) for {asked}",
        born.in_japanese(), asked.in_japanese()
    )]
    OtherKind {
        /// What it was born as.
        born: DirectoryKind,
        /// What it was asked to be.
        asked: DirectoryKind,
    },
    /// The server is not for what the directory is for.
    #[error(
        "このフォルダーは{}用で、サーバーは{}用です。記録は送っていません。アドレスかフォルダー（--data-dir）を確かめてください / \
         this directory is for {born} and the server for {server}; nothing was sent: check the address, or use another directory (--data-dir)",
        born.in_japanese(), server.in_japanese()
    )]
    OtherServer {
        /// What the directory was born as.
        born: DirectoryKind,
        /// What the server is for.
        server: DirectoryKind,
    },
    /// The database belongs to another directory.
    #[error(
        "データベースがこのフォルダーのものではありません。directory.toml と一緒に元の場所へ戻してください / \
         the database belongs to another directory: put it back beside its own directory.toml"
    )]
    NotThisDatabase,
    /// No directory here.
    #[error(
        "{0}: データフォルダーがありません。--data-dir を確かめてください / there is no data directory: check --data-dir"
    )]
    NotBorn(PathBuf),
    /// The folder is a sandbox's.
    #[error(
        "{0} は研修用サーバー（sandbox）のフォルダーです。端末には別のフォルダー（--data-dir）を使ってください / {0} is a sandbox's folder: give the station one of its own (--data-dir)"
    )]
    OfASandbox(PathBuf),
    /// The database was rescued into a new one while this program ran.
    #[error(
        "データベースは新しいものに切り替わりました。uketsuke を起動し直してください / \
         the database was replaced by a rescued one: start uketsuke again"
    )]
    Superseded,
    /// There is a database and no `directory.toml`.
    #[error(
        "{0}: データベースがあるのに directory.toml がありません。元の場所から戻してください。戻せなければ、新しいフォルダーに「uketsuke recover --from」で復元してください / \
         a database without its directory.toml: put that back, or restore into a new directory with `uketsuke recover --from`"
    )]
    NoManifest(PathBuf),
    /// The directory cannot be made or written.
    #[error(
        "{path}: データフォルダーとして使えません。フォルダーの場所と権限を確かめてください / cannot be used as a data directory: check the place and who may write there ({why})"
    )]
    CannotMake {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// There are data and no key.
    #[error(
        "データベースの鍵が見つかりません。同じ利用者でログインするか、復旧鍵を使って\
         「uketsuke recover --keys-only --identity FILE」を実行してください / \
         the key of the database is missing: sign in as the user who made it, or run \
         `uketsuke recover --keys-only --identity FILE`"
    )]
    LostKey,
    /// Enrolled, and the key that was enrolled is gone.
    #[error(
        "接種記録 API の鍵が見つかりません。「uketsuke enrol」で登録し直してください / \
         the key for the record API is missing: enrol the station again with `uketsuke enrol`"
    )]
    LostDeviceKey,
    /// Another program is the station of this directory.
    #[error(
        "このフォルダーの受付は、別の画面かプログラムで動いています。そちらを閉じるか、そのまま使ってください / \
         the station of this directory runs in another window or program already: use that one, or close it first"
    )]
    AnotherStation,
    /// The recovery identity opens other keys.
    #[error(
        "鍵の控えは別の端末のものです。復旧鍵とフォルダーを確かめてください / the kept keys are another station's: check the identity and the folder"
    )]
    OtherKeys,
    /// `directory.toml` cannot be read.
    #[error(
        "{path}: 読めません。バックアップから戻してください / cannot be read: restore it from a backup ({why})"
    )]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// A file that only a sandbox's folder has.
const OF_A_SANDBOX: &str = "sandbox.db";

/// The files of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPaths {
    /// The directory itself.
    pub folder: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// Its write-ahead log.
    pub log: PathBuf,
    /// The watermark.
    pub watermark: PathBuf,
    /// The lock of whoever writes.
    pub lock: PathBuf,
    /// The keys, sealed to the recovery key.
    pub recovery_keys: PathBuf,
}

impl DirectoryPaths {
    /// The files of the given generation of the database, counted from 1.
    pub fn of(folder: &Path, generation: u32) -> Self {
        let suffix = match generation {
            0 | 1 => String::new(),
            later => format!("-{later}"),
        };
        Self {
            folder: folder.to_owned(),
            database: folder.join(format!("station{suffix}.db")),
            log: folder.join(format!("station{suffix}.db-wal")),
            watermark: folder.join(format!("watermark{suffix}")),
            lock: folder.join("lock"),
            recovery_keys: folder.join("recovery-keys.age"),
        }
    }
}

/// `directory.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    kind: DirectoryKind,
    station: StationId,
    generation: u32,
    /// Whether the database was ever made: from then on, a missing one is a loss.
    born: bool,
}

const MANIFEST_VERSION: u32 = 1;

/// A directory that was born.
#[derive(Debug, Clone)]
pub struct DataDirectory {
    folder: PathBuf,
    manifest: Manifest,
}

impl DataDirectory {
    /// The directory at `folder`, if one was born there.
    ///
    /// # Errors
    /// [`DirectoryError::Manifest`].
    pub fn find(folder: &Path) -> Result<Option<Self>, DirectoryError> {
        let path = manifest_path(folder);
        let broken = |why: String| DirectoryError::Manifest {
            path: path.clone(),
            why,
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return if DirectoryPaths::of(folder, 1).database.exists() {
                    Err(DirectoryError::NoManifest(folder.to_owned()))
                } else {
                    Ok(None)
                };
            }
            Err(error) => return Err(broken(error.to_string())),
        };
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| broken(error.message().to_owned()))?;
        if manifest.version != MANIFEST_VERSION {
            return Err(broken(format!("version {}", manifest.version)));
        }
        Ok(Some(Self {
            folder: folder.to_owned(),
            manifest,
        }))
    }

    /// The directory at `folder`, born now as `kind` if there is none.
    ///
    /// The name comes first, keys and database follow when the store is opened; killed in
    /// between, the next opening goes on where this one stopped.
    ///
    /// # Errors
    /// [`DirectoryError::Manifest`].
    pub fn find_or_bear(
        folder: &Path,
        kind: DirectoryKind,
        probe: &Probe,
    ) -> Result<Self, DirectoryError> {
        if let Some(found) = Self::find(folder)? {
            return Ok(found);
        }
        if folder.join(OF_A_SANDBOX).exists() {
            return Err(DirectoryError::OfASandbox(folder.to_owned()));
        }
        let failed = |why: String| DirectoryError::CannotMake {
            path: folder.to_owned(),
            why,
        };
        private_folder(folder).map_err(|error| failed(error.to_string()))?;
        let lock = DirectoryPaths::of(folder, 1).lock;
        let _held = (LocalFiles.lock(&lock)).map_err(|error| failed(error.to_string()))?;
        if let Some(found) = Self::find(folder)? {
            return Ok(found);
        }
        let station = StationId::new(&format!("st-{}", short_random()))
            .map_err(|error| failed(error.to_string()))?;
        let directory = Self {
            folder: folder.to_owned(),
            manifest: Manifest {
                version: MANIFEST_VERSION,
                kind,
                station,
                generation: 1,
                born: false,
            },
        };
        directory.save()?;
        probe.reached(Step::DirectoryNamed);
        Ok(directory)
    }

    fn save(&self) -> Result<(), DirectoryError> {
        let path = manifest_path(&self.folder);
        let text = toml::to_string(&self.manifest).map_err(|error| error.to_string());
        text.and_then(|text| {
            LocalFiles
                .replace(&path, text.as_bytes())
                .map_err(|error| error.to_string())
        })
        .map_err(|why| DirectoryError::Manifest { path, why })
    }

    /// What it was born as.
    pub fn kind(&self) -> DirectoryKind {
        self.manifest.kind
    }

    /// Whose it is.
    pub fn station(&self) -> &StationId {
        &self.manifest.station
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files in use.
    pub fn paths(&self) -> DirectoryPaths {
        DirectoryPaths::of(&self.folder, self.manifest.generation)
    }

    /// Refuses to be taken for the other kind.
    ///
    /// # Errors
    /// [`DirectoryError::OtherKind`].
    pub fn ensure_kind(&self, asked: DirectoryKind) -> Result<(), DirectoryError> {
        if self.kind() == asked {
            return Ok(());
        }
        Err(DirectoryError::OtherKind {
            born: self.kind(),
            asked,
        })
    }

    /// The right to deliver, which one program at a time has; `None` while another one has it.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn delivery_lock(&self) -> Result<Option<DeliveryLock>, StoreError> {
        Ok(self.hold("delivery.lock")?.map(DeliveryLock))
    }

    /// The right to be the station, which one program at a time has.
    ///
    /// # Errors
    /// [`DirectoryError::AnotherStation`] while another one has it; [`StoreError::File`].
    pub fn station_lock(&self) -> Result<StationLock, StoreError> {
        let held = self.hold("station.lock")?;
        let file = held.ok_or(StoreError::Directory(DirectoryError::AnotherStation))?;
        Ok(StationLock(file))
    }

    /// The lock of that name; `None` while another program has it.
    fn hold(&self, name: &str) -> Result<Option<fs::File>, StoreError> {
        let path = self.folder.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(unreadable_at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(unreadable_at(&path)(error)),
        }
    }

    /// Makes the next generation of the database the one in use; the old files stay.
    pub(super) fn use_next_generation(&mut self) -> Result<(), DirectoryError> {
        self.manifest.generation += 1;
        self.manifest.born = true;
        self.save()
    }

    /// The paths of the generation that a salvage writes.
    pub(super) fn next_paths(&self) -> DirectoryPaths {
        DirectoryPaths::of(&self.folder, self.manifest.generation + 1)
    }

    /// Everything needed to open the store; makes the keys of a new directory.
    ///
    /// # Errors
    /// [`DirectoryError::LostKey`] when there are data and no key; [`StoreError::Key`].
    pub fn opening(&self, keys: &dyn KeyStore, probe: &Probe) -> Result<Opening, StoreError> {
        let paths = self.paths();
        let _held = (LocalFiles.lock(&paths.lock)).map_err(unreadable_at(&paths.lock))?;
        let exists = self.manifest.born
            || (paths.database.try_exists()).map_err(unreadable_at(&paths.database))?;
        let key = |name, length| match keys.get(name)? {
            Some(key) => Ok(key),
            None if exists => Err(StoreError::Directory(DirectoryError::LostKey)),
            None => {
                let key = Secret::random(length).map_err(crate::keys::KeyError::from)?;
                keys.set(name, &key)?;
                Ok(key)
            }
        };
        let database_key = key(KeyName::Database, connection::KEY_LENGTH)?;
        let seal_key = key(KeyName::Watermark, 32)?;
        probe.reached(Step::KeysKept);
        let station = self.station().clone();
        let opening = Opening::local(paths, self.kind(), station, database_key, seal_key);
        Ok(Opening {
            probe: probe.clone(),
            ..opening
        })
    }

    /// Opens the store, or makes it where the directory is new.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_store(
        &self,
        opening: Opening,
        witnessed: &Witnessed,
    ) -> Result<SqliteStore, StoreError> {
        let exists = |path: &Path| opening.files.exists(path).map_err(unreadable_at(path));
        let database = exists(&opening.paths.database)?;
        let watermark = exists(&opening.paths.watermark)?;
        let new = !self.manifest.born && !watermark;
        match database {
            false if new => self.make_store(opening, witnessed),
            false => Err(StoreError::Damaged(Damage::NotADatabase)),
            true if new && is_unfinished(&opening)? => self.make_store(opening, witnessed),
            true => SqliteStore::open(opening),
        }
    }

    fn make_store(
        &self,
        opening: Opening,
        witnessed: &Witnessed,
    ) -> Result<SqliteStore, StoreError> {
        let store = SqliteStore::create(opening, witnessed)?;
        let lock = &self.paths().lock;
        let _held = LocalFiles.lock(lock).map_err(unreadable_at(lock))?;
        let mut born = self.clone();
        born.manifest.born = true;
        born.save()?;
        Ok(store)
    }

    /// Seals the keys to the recovery key: beside the database, and on the second medium.
    ///
    /// # Errors
    /// [`StoreError::File`] when a folder cannot be written.
    pub fn keep_recovery_keys(
        &self,
        opening: &Opening,
        recipient: &RecoveryRecipient,
        medium: Option<&Medium>,
    ) -> Result<(), StoreError> {
        let _held = opening.lock()?;
        let mut places = vec![opening.paths.recovery_keys.clone()];
        if let Some(medium) = medium.filter(|medium| medium.folder.is_dir()) {
            let station = self.station().as_str();
            places.push(second_copy::keys_path(&medium.folder, station));
        }
        for place in places.into_iter().filter(|place| !place.exists()) {
            let sealed = opening
                .sealed_keys(recipient)
                .map_err(unreadable_at(&place))?;
            LocalFiles
                .replace(&place, &sealed)
                .map_err(unreadable_at(&place))?;
        }
        Ok(())
    }

    /// Puts the keys back into the key store, from their sealed copy beside the database or else
    /// on the second medium.
    ///
    /// # Errors
    /// [`StoreError::File`] when the copy cannot be read or opened,
    /// [`DirectoryError::OtherKeys`].
    pub fn restore_keys(
        &self,
        identity: &RecoveryIdentity,
        keys: &dyn KeyStore,
        medium: Option<&Medium>,
    ) -> Result<(), StoreError> {
        let beside = self.paths().recovery_keys;
        let station = self.station().as_str();
        let path = match medium {
            Some(medium) if !beside.exists() => second_copy::keys_path(&medium.folder, station),
            _ => beside,
        };
        let kept = KeptKeys::read(&path, identity)?;
        if kept.station != *self.station() {
            return Err(DirectoryError::OtherKeys.into());
        }
        keys.set(KeyName::Database, &kept.secret(&kept.database, &path)?)?;
        keys.set(KeyName::Watermark, &kept.secret(&kept.watermark, &path)?)?;
        Ok(())
    }
}

/// The right to deliver, until it is dropped or the program ends, however that ends.
#[derive(Debug)]
pub struct DeliveryLock(
    #[expect(
        dead_code,
        reason = "held, never read: the system frees it with the file"
    )]
    fs::File,
);

/// The right to be the station, until it is dropped or the program ends, however that ends.
#[derive(Debug)]
pub struct StationLock(
    #[expect(
        dead_code,
        reason = "held, never read: the system frees it with the file"
    )]
    fs::File,
);

/// The keys of a directory, as they are sealed to the recovery key.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptKeys {
    pub station: StationId,
    pub kind: DirectoryKind,
    database: String,
    watermark: String,
}

impl KeptKeys {
    pub(super) fn of(opening: &Opening) -> Self {
        Self {
            station: opening.station.clone(),
            kind: opening.kind,
            database: opening.database_key.to_hex().to_string(),
            watermark: opening.seal_key.to_hex().to_string(),
        }
    }

    pub(super) fn read(path: &Path, identity: &RecoveryIdentity) -> Result<Self, StoreError> {
        let read = || {
            let plain = identity.open(&fs::read(path)?).map_err(io::Error::other)?;
            serde_json::from_slice(&plain).map_err(io::Error::from)
        };
        read().map_err(unreadable_at(path))
    }

    /// The key of the seals.
    pub(super) fn seal_key(&self, path: &Path) -> Result<Secret, StoreError> {
        self.secret(&self.watermark, path)
    }

    fn secret(&self, hex: &str, path: &Path) -> Result<Secret, StoreError> {
        Secret::from_hex(hex).map_err(|error| unreadable_at(path)(io::Error::other(error)))
    }
}

pub(super) fn unreadable_at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// Whether the making of the database was interrupted before anything was recorded.
fn is_unfinished(opening: &Opening) -> Result<bool, StoreError> {
    let connection = opening.connect(false)?;
    if migrations::ensure_known(&connection)? == 0 {
        return Ok(true);
    }
    let born: Option<u32> = connection
        .query_row("SELECT only FROM directory", [], |row| row.get(0))
        .optional()?;
    Ok(born.is_none())
}

/// A folder for its owner alone, where the system knows such a thing.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("directory.toml")
}

/// Eight hexadecimal digits.
fn short_random() -> String {
    format!("{:08x}", uuid::Uuid::new_v4().as_fields().0)
}
