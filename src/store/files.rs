//! Ordinary files that must survive a power cut, behind one small trait, so that tests can put a
//! simulated disk in their place.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that is written in place and whose durability is asked for.
pub trait DurableFile: Send {
    /// Fills `buffer` from `offset`; fewer bytes at the end of the file.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes all of `bytes` at `offset`.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// The file's length in bytes.
    fn length(&mut self) -> io::Result<u64>;
    /// Returns when everything written is on the medium.
    fn sync(&mut self) -> io::Result<()>;
}

/// The file system, as far as the store needs it.
pub trait Files: fmt::Debug + Send + Sync {
    /// Opens a file for reading and writing, making it where it is missing. That it exists is
    /// durable at once.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DurableFile>>;
    /// Whether there is a file at `path`.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// Writes a small file so that after a power cut either the old or the new content is there.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Holds the lock of that name until the guard is dropped, across processes.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send>>;
}

/// Everything in the file.
pub(super) fn read_all(file: &mut dyn DurableFile) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalFiles;

impl Files for LocalFiles {
    fn open(&self, path: &Path) -> io::Result<Box<dyn DurableFile>> {
        let known = path.try_exists()?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        private(&mut options);
        let file = options.open(path)?;
        if !known {
            file.sync_all()?;
            sync_folder_of(path)?;
        }
        Ok(Box::new(LocalFile(file)))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        private(&mut options);
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder_of(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn Send>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        private(&mut options);
        let file = options.open(path)?;
        file.lock()?;
        Ok(Box::new(file))
    }
}

struct LocalFile(File);

impl DurableFile for LocalFile {
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.seek(SeekFrom::Start(offset))?;
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(offset))?;
        self.0.write_all(bytes)
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Readable by the owner alone, where the system knows such a thing.
fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// A new name is durable when its folder is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
