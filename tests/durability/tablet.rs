//! A tablet for tests: its records, its keys, its simulated disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uketsuke::config::DirectoryKind;
use uketsuke::intake::{Entry, RecordId, StationId};
use uketsuke::keys::{RecoveryIdentity, Secret};
use uketsuke::store::{
    DataDirectory, DirectoryPaths, DurableFile, Files, Medium, Opening, Probe, RecordStore as _,
    SqliteStore, StoreError, Synchronous, recover,
};

#[allow(
    unused_imports,
    reason = "the crates that share this use different parts"
)]
pub use crate::book::{Seeded, clerk, entry, moment};
use crate::disk::{Disk, SimFile, Vfs};

/// The simulated disk as the store's file system.
#[derive(Debug)]
struct OnDisk(Disk);

impl Files for OnDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn DurableFile>> {
        let known = self.0.exists(path);
        let file = self.0.open_or_create(path)?;
        if !known {
            file.sync()?;
        }
        Ok(Box::new(OpenFile(file)))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        // The medium's folder: the simulated disk has no folders of its own.
        Ok(path == Path::new(MEDIUM) || self.0.exists(path))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = path.with_extension("new");
        let file = self.0.create(&beside)?;
        file.write_at(bytes, 0)?;
        file.sync()?;
        self.0.rename(&beside, path)?;
        self.0.sync_folder(path.parent().unwrap_or(path))
    }

    fn lock(&self, _: &Path) -> io::Result<Box<dyn Send>> {
        Ok(Box::new(()))
    }
}

struct OpenFile(SimFile);

impl DurableFile for OpenFile {
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_at(bytes, offset)
    }

    fn length(&mut self) -> io::Result<u64> {
        self.0.len()
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }
}

const MEDIUM: &str = "/card";
const STATION: &str = "st-test";

/// A tablet whose disk is simulated.
pub struct Tablet {
    pub disk: Disk,
    manifest: Arc<tempfile::TempDir>,
    vfs: Vfs,
    identity: RecoveryIdentity,
    synchronous: Synchronous,
}

impl Tablet {
    pub fn new(seed: u64, synchronous: Synchronous) -> Self {
        let disk = Disk::new(seed);
        let manifest = tempfile::tempdir().expect("a folder");
        let kind = DirectoryKind::Training;
        DataDirectory::find_or_bear(manifest.path(), kind, &quiet()).expect("born");
        Self {
            manifest: Arc::new(manifest),
            vfs: Vfs::register(disk.clone()),
            disk,
            identity: RecoveryIdentity::generate(),
            synchronous,
        }
    }

    /// The same tablet after a power cut.
    pub fn after_power_cut(&self, seed: u64) -> Self {
        let disk = self.disk.power_cut(seed);
        Self {
            manifest: Arc::clone(&self.manifest),
            vfs: Vfs::register(disk.clone()),
            disk,
            identity: RecoveryIdentity::from_text(&self.identity.to_text()).expect("an identity"),
            synchronous: self.synchronous,
        }
    }

    fn opening(&self) -> Opening {
        let key = |byte, length| Secret::from_bytes(vec![byte; length]);
        let station = StationId::new(STATION).expect("an id");
        let paths = DirectoryPaths::of(Path::new("/data"), 1);
        let opening = Opening::local(
            paths,
            DirectoryKind::Training,
            station,
            key(1, 48),
            key(2, 32),
        );
        Opening {
            files: Arc::new(OnDisk(self.disk.clone())),
            vfs: Some(self.vfs.name().to_owned()),
            synchronous: self.synchronous,
            medium: Some(Medium {
                folder: PathBuf::from(MEDIUM),
                recipient: self.identity.recipient(),
            }),
            ..opening
        }
    }

    /// Opens the store, or makes it where the tablet is new. `directory.toml` is on a disk of its
    /// own that never fails.
    pub fn open(&self) -> Result<SqliteStore, StoreError> {
        let directory = DataDirectory::find(self.manifest.path())?.expect("born");
        directory.open_store(self.opening(), &clerk())
    }

    /// How many of `ids` come back on another tablet from this one's second medium.
    pub fn restored_elsewhere(&self, ids: &[RecordId]) -> usize {
        let card = tempfile::tempdir().expect("a folder");
        for end in ["copy", "keys.age"] {
            let name = format!("uketsuke-{STATION}.{end}");
            let path = PathBuf::from(MEDIUM).join(&name);
            if !self.disk.exists(&path) {
                return 0;
            }
            let file = self.disk.open(&path).expect("there");
            let mut bytes = vec![0; usize::try_from(file.len().expect("a length")).expect("small")];
            file.read_at(&mut bytes, 0).expect("readable");
            std::fs::write(card.path().join(name), bytes).expect("written");
        }
        let other = Self::new(0, Synchronous::Full);
        let mut store = other.open().expect("a new tablet");
        recover(&mut store, card.path(), &self.identity, &clerk()).expect("recovered");
        ids.iter()
            .filter(|id| store.history(**id).expect("readable").len() == 1)
            .count()
    }
}

/// Each of `entries` is there exactly once, as it was recorded, and the book is whole.
pub fn assert_kept(store: &mut SqliteStore, entries: &[Entry], context: &str) {
    for entry in entries {
        let history = store.history(entry.id).expect("readable");
        assert_eq!(history.len(), 1, "{context}: {}", entry.id);
        assert_eq!(history[0].entry, *entry, "{context}");
    }
    let findings = store.scrub().expect("readable").findings;
    assert!(findings.is_empty(), "{context}: {findings:?}");
}

/// A probe that does nothing.
pub fn quiet() -> Probe {
    Probe::default()
}
