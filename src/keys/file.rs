//! Keys in files beside the data: for tablets without a credential store, only on request.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::secret::Secret;
use super::store::{KeyError, KeyName, KeyStore};
use crate::intake::StationId;
use crate::text::Bilingual;

/// Only the owner reads and writes a key.
const FILE_MODE: u32 = 0o600;

/// Only the owner enters the folder.
const FOLDER_MODE: u32 = 0o700;

/// The folder `keys` of a data directory, one file a key: `<station>.<name>.key`, in hexadecimal.
///
/// Files are for their owner alone, and one that is not is refused. On Windows they inherit the
/// permissions of the user's profile. Whoever takes the whole tablet has keys and data together;
/// [`KeyStore::warnings`] says so.
#[derive(Debug)]
pub struct FileKeyStore {
    folder: PathBuf,
    station: StationId,
}

impl FileKeyStore {
    /// The store in `data_dir` for the keys of `station`; the folder is made with the first key.
    pub fn new(data_dir: &Path, station: &StationId) -> Self {
        Self {
            folder: data_dir.join("keys"),
            station: station.clone(),
        }
    }

    fn path(&self, name: KeyName) -> PathBuf {
        self.folder.join(format!("{}.{name}.key", self.station))
    }

    /// Writes a file of its own, makes it durable, and only then gives it the key's name: a power
    /// cut leaves the old key or the new one.
    fn replace(&self, path: &Path, secret: &Secret) -> Result<(), KeyError> {
        make_folder(&self.folder)?;
        let fresh = path.with_extension("new");
        remove(&fresh)?;
        write_durably(&fresh, &secret.to_hex()).map_err(|source| io_error(&fresh, source))?;
        // On media without permissions the mode that was asked for is not the mode that is.
        if let Err(error) = check_mode(&fresh, FILE_MODE) {
            remove(&fresh)?;
            return Err(error);
        }
        fs::rename(&fresh, path).map_err(|source| io_error(path, source))?;
        sync_folder(&self.folder)
    }
}

impl KeyStore for FileKeyStore {
    fn get(&self, name: KeyName) -> Result<Option<Secret>, KeyError> {
        let path = self.path(name);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error(&path, source)),
        };
        check_mode(&self.folder, FOLDER_MODE)?;
        // Of the file that is read, whatever has its name by now.
        let metadata = file.metadata().map_err(|source| io_error(&path, source))?;
        refuse_too_open(&path, &metadata, FILE_MODE)?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.read_to_end(&mut bytes)
            .map_err(|source| io_error(&path, source))?;
        let hex = str::from_utf8(&bytes).map_err(|_| KeyError::Damaged(name))?;
        match Secret::from_hex(hex) {
            Ok(secret) if !secret.bytes().is_empty() => Ok(Some(secret)),
            _ => Err(KeyError::Damaged(name)),
        }
    }

    fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError> {
        self.replace(&self.path(name), secret)
    }

    /// The file goes; flash memory may hold its bytes until it writes there again.
    fn delete(&self, name: KeyName) -> Result<(), KeyError> {
        let path = self.path(name);
        remove(&path.with_extension("new"))?;
        remove(&path)?;
        match sync_folder(&self.folder) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn describe(&self) -> Bilingual {
        let folder = self.folder.display();
        Bilingual::new(
            format!("ファイル（{folder}）"),
            format!("files in {folder}"),
        )
    }

    fn warnings(&self) -> Vec<Bilingual> {
        let mut warnings = vec![Bilingual::new(
            "鍵がデータと同じ場所のファイルにあります。OS の資格情報ストアが使えるなら、そちらにしてください",
            "keys lie in files beside the data: use the operating system's credential store where there is one",
        )];
        let files = KeyName::ALL.map(|name| (self.path(name), FILE_MODE));
        for (path, mode) in [(self.folder.clone(), FOLDER_MODE)]
            .into_iter()
            .chain(files)
        {
            if let Err(KeyError::TooOpen { mode, wanted, .. }) = check_mode(&path, mode) {
                warnings.push(too_open(&path, mode, wanted));
            }
        }
        warnings
    }
}

fn too_open(path: &Path, mode: u32, wanted: u32) -> Bilingual {
    let path = path.display();
    Bilingual::new(
        format!("{path} は他の利用者も使えます（{mode:o}）。chmod {wanted:o} にしてください"),
        format!("others may use {path} ({mode:o}): chmod it to {wanted:o}"),
    )
}

fn io_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes the folder, for its owner alone; one that is there already is checked.
fn make_folder(folder: &Path) -> Result<(), KeyError> {
    match folder_builder().create(folder) {
        Ok(()) => match folder.parent() {
            Some(parent) => sync_folder(parent),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            check_mode(folder, FOLDER_MODE)
        }
        Err(source) => Err(io_error(folder, source)),
    }
}

/// A new file with `text` in it, on the disk when this returns.
fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    let mut file = new_file().open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Removes a file; fine when it is not there.
fn remove(path: &Path) -> Result<(), KeyError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, error)),
        _ => Ok(()),
    }
}

fn new_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
    options
}

fn folder_builder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER_MODE);
    builder
}

/// Refuses what others than the owner may use; fine when it is not there.
fn check_mode(path: &Path, wanted: u32) -> Result<(), KeyError> {
    match fs::metadata(path) {
        Ok(metadata) => refuse_too_open(path, &metadata, wanted),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io_error(path, source)),
    }
}

/// Refuses what others than the owner may use; `path` is what it is called.
#[cfg(unix)]
fn refuse_too_open(path: &Path, metadata: &Metadata, wanted: u32) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & !wanted == 0 {
        Ok(())
    } else {
        Err(KeyError::TooOpen {
            path: path.to_owned(),
            mode,
            wanted,
        })
    }
}

/// Windows has no modes.
#[cfg(not(unix))]
fn refuse_too_open(_path: &Path, _metadata: &Metadata, _wanted: u32) -> Result<(), KeyError> {
    Ok(())
}

/// Makes the names in a folder durable.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), KeyError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| io_error(folder, source))
}

/// Windows makes names durable with the file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;
    use crate::keys::store::contract;

    fn station() -> StationId {
        StationId::new("st-1").unwrap()
    }

    fn with_a_key() -> (TempDir, FileKeyStore, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let store = FileKeyStore::new(dir.path(), &station());
        store.set(KeyName::Database, &key(7)).unwrap();
        let path = store.path(KeyName::Database);
        (dir, store, path)
    }

    fn key(byte: u8) -> Secret {
        Secret::from_bytes(vec![byte; 32])
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_do_what_a_store_must() {
        let dir = tempfile::tempdir().unwrap();
        contract(|station| FileKeyStore::new(dir.path(), station));
    }

    #[test]
    fn keys_are_for_their_owner_alone() {
        let (_dir, store, path) = with_a_key();
        assert_eq!((mode(&path), mode(&store.folder)), (0o600, 0o700));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_and_doctor_hears_of_it() {
        let (_dir, store, path) = with_a_key();
        assert_eq!(store.warnings().len(), 1);
        chmod(&path, 0o640);
        let error = store.get(KeyName::Database).unwrap_err();
        assert!(matches!(error, KeyError::TooOpen { mode: 0o640, .. }));
        assert!(error.to_string().contains("chmod 600"));
        let warnings = store.warnings();
        assert_eq!(warnings.len(), 2);
        assert!(warnings[1].to_string().contains("640"));
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let (_dir, store, _path) = with_a_key();
        chmod(&store.folder, 0o755);
        assert!(matches!(
            store.get(KeyName::Database),
            Err(KeyError::TooOpen { mode: 0o755, .. })
        ));
        assert!(store.set(KeyName::Device, &key(1)).is_err());
    }

    #[test]
    fn what_a_power_cut_left_behind_is_neither_read_nor_in_the_way() {
        let (_dir, store, path) = with_a_key();
        fs::write(path.with_extension("new"), "half a k").unwrap();
        let kept = store.get(KeyName::Database).unwrap().unwrap();
        assert_eq!(kept.bytes(), [7; 32]);
        store.set(KeyName::Database, &key(8)).unwrap();
        assert!(!path.with_extension("new").exists());
        let kept = store.get(KeyName::Database).unwrap().unwrap();
        assert_eq!(kept.bytes(), [8; 32]);
    }

    #[test]
    fn a_damaged_key_is_told_and_not_taken_for_none() {
        let (_dir, store, path) = with_a_key();
        for damage in [&b""[..], b"0g", b"abc", b"\xff\xfe"] {
            fs::write(&path, damage).unwrap();
            assert!(matches!(
                store.get(KeyName::Database),
                Err(KeyError::Damaged(KeyName::Database))
            ));
        }
    }

    #[test]
    fn a_station_id_made_of_dots_stays_in_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileKeyStore::new(dir.path(), &StationId::new("..").unwrap());
        store.set(KeyName::Database, &key(1)).unwrap();
        let inside: Vec<_> = fs::read_dir(dir.path().join("keys")).unwrap().collect();
        assert_eq!(inside.len(), 1);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_nothing_can_be_written_the_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let store = FileKeyStore::new(&dir.path().join("not-there"), &station());
        let error = store.set(KeyName::Database, &key(1)).unwrap_err();
        assert!(matches!(error, KeyError::Io { .. }));
        assert!(error.to_string().contains("not-there"));
    }
}
