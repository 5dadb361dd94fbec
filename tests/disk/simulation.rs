//! The disk itself: files with a durable and a visible image, names, and power cuts.
//!
//! What is modelled, each time the unkind way that Linux with ext4 allows:
//! - A write is seen at once and safe only after `sync` of its file. Until then a cut keeps or
//!   drops each write, or each 512-byte sector of it, whatever came before or after; the length
//!   of the file is any one that it had since the last sync.
//! - A file's first `sync` also makes its name durable. Removals, renames and names of files that
//!   were never synced wait for [`Disk::sync_folder`]; until then each happens or not, but never
//!   without what happened earlier to the same file or name. A rename is atomic, and says nothing
//!   about the contents.
//! - A failed `sync` marks the pages clean: what they held is still read, but no later `sync`
//!   writes it. Only writing the bytes again does.
//!
//! Folders need not be made: a path is a name. Paths without a root start at `/`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Chance, Fault, Operation, Plan, Refusal};

/// What a disk writes as a whole or not at all, in bytes.
pub const SECTOR: usize = 512;

/// A disk. A clone is the same disk.
#[derive(Debug, Clone)]
pub struct Disk(Arc<Mutex<State>>);

/// An open file. It stays usable when its name is removed or given to another.
#[derive(Debug, Clone)]
pub struct SimFile {
    disk: Disk,
    inode: usize,
}

impl Disk {
    /// An empty disk. `seed` decides how much a failing write leaves behind, and the random
    /// numbers of [`Disk::random`].
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State::new(seed))))
    }

    /// What a fresh boot finds after the power failed at this moment. This disk stays as it is,
    /// so the same moment can be tried with many seeds.
    pub fn power_cut(&self, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(self.state().after_power_cut(seed))))
    }

    /// Switches the machine off once `operations` more operations have succeeded: every later one,
    /// reads included, fails with EIO and changes nothing. Then call
    /// [`Disk::power_cut`] for what is left.
    pub fn cut_after(&self, operations: u64) {
        let mut state = self.state();
        state.off_at = Some(state.operations + operations);
    }

    /// How many operations there have been: writes, lengths, syncs, new, moved and removed names.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Is the machine off, by [`Disk::cut_after`]?
    pub fn is_off(&self) -> bool {
        self.state().is_off()
    }

    /// Plans a fault, in place of the one planned before.
    pub fn fail(&self, fault: Fault) {
        self.state().plan = Some(Plan::new(fault));
    }

    /// How many operations the planned fault has struck; 0 without one.
    pub fn struck(&self) -> u64 {
        self.state().plan.map_or(0, |plan| plan.struck())
    }

    /// Takes the planned fault away. A machine that is off stays off.
    pub fn heal(&self) {
        self.state().plan = None;
    }

    /// Opens a file for reading and writing, and empties it; makes it where there is none.
    pub fn create(&self, path: impl AsRef<Path>) -> io::Result<SimFile> {
        let file = self.open_or_create(path)?;
        if file.len()? > 0 {
            file.set_len(0)?;
        }
        Ok(file)
    }

    /// Opens a file for reading and writing.
    pub fn open(&self, path: impl AsRef<Path>) -> io::Result<SimFile> {
        let inode = self.state().find(&rooted(path))?;
        Ok(self.file(inode))
    }

    /// Opens a file for reading and writing as it is, or makes it.
    pub fn open_or_create(&self, path: impl AsRef<Path>) -> io::Result<SimFile> {
        let path = rooted(path);
        let mut state = self.state();
        state.must_be_on()?;
        let inode = match state.names.get(&path) {
            Some(inode) => *inode,
            None => state.create(path)?,
        };
        Ok(self.file(inode))
    }

    /// Makes a file without a name. A cut leaves nothing of it.
    pub fn nameless(&self) -> io::Result<SimFile> {
        let mut state = self.state();
        state.begin(Some(Operation::Write))?;
        let inode = state.new_inode();
        Ok(self.file(inode))
    }

    /// Gives the file `from` the name `to`, in place of a file that has it.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
        let (from, to) = (rooted(from), rooted(to));
        let mut state = self.state();
        let inode = state.find(&from)?;
        state.begin(Some(Operation::Write))?;
        state.change(NameChange::Renamed { from, to, inode });
        Ok(())
    }

    /// Removes a name. No fault strikes it, since it needs no room.
    pub fn remove(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = rooted(path);
        let mut state = self.state();
        let inode = state.find(&path)?;
        state.begin(None)?;
        state.change(NameChange::Removed { path, inode });
        Ok(())
    }

    /// Makes the names in `folder` durable, new and moved and removed ones. When it fails they
    /// stay undecided, and a later one can still make them durable.
    pub fn sync_folder(&self, folder: impl AsRef<Path>) -> io::Result<()> {
        let folder = rooted(folder);
        let mut state = self.state();
        state.begin(Some(Operation::Sync))?;
        state.settle(|_, change| {
            let mut paths = change.paths().into_iter().flatten();
            paths.any(|path| path.parent() == Some(&folder))
        });
        Ok(())
    }

    /// Is there a file of this name?
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.state().names.contains_key(&rooted(path))
    }

    /// The files directly in `folder`, sorted.
    pub fn list(&self, folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
        let folder = rooted(folder);
        let state = self.state();
        state.must_be_on()?;
        let files = state.names.keys();
        let here = files.filter(|path| path.parent() == Some(&folder));
        Ok(here.cloned().collect())
    }

    /// Fills `bytes` from the disk's seed.
    pub fn random(&self, bytes: &mut [u8]) {
        let mut state = self.state();
        bytes.fill_with(|| state.chance.next().to_le_bytes()[0]);
    }

    fn file(&self, inode: usize) -> SimFile {
        SimFile {
            disk: self.clone(),
            inode,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no thread panics with the disk")
    }
}

impl SimFile {
    /// Reads from `offset` until `buffer` is full or the file ends; how many bytes it were.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        state.must_be_on()?;
        let image = &state.inodes[self.inode].visible;
        let rest = image.get(position(offset)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    /// Writes all of `bytes` at `offset`. One that fails by a planned fault may have written the
    /// beginning.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        let begun = state.begin(Some(Operation::Write));
        let written = match begun {
            Ok(()) => bytes.len(),
            Err(Refusal::Off) => 0,
            Err(Refusal::Fault(_)) => state.chance.below(bytes.len()),
        };
        if written > 0 {
            state.inodes[self.inode].change(Change::Write {
                offset: position(offset),
                bytes: bytes[..written].to_vec(),
            });
        }
        Ok(begun?)
    }

    /// Cuts the file off at `length`, or fills it up with zeros.
    pub fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.begin(Some(Operation::Write))?;
        state.inodes[self.inode].change(Change::SetLen(position(length)));
        Ok(())
    }

    /// The length in bytes.
    pub fn len(&self) -> io::Result<u64> {
        let state = self.disk.state();
        state.must_be_on()?;
        Ok(state.inodes[self.inode].visible.len() as u64)
    }

    /// Makes durable what was written since the last sync, and the name of a new file. One that
    /// fails by a planned fault loses it for good.
    pub fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let begun = state.begin(Some(Operation::Sync));
        match begun {
            Ok(()) => state.sync(self.inode),
            Err(Refusal::Off) => {}
            Err(Refusal::Fault(_)) => state.inodes[self.inode].pending.clear(),
        }
        Ok(begun?)
    }
}

fn rooted(path: impl AsRef<Path>) -> PathBuf {
    Path::new("/").join(path)
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("a simulated file fits into memory")
}

/// Which file each name stands for.
type Names = BTreeMap<PathBuf, usize>;

#[derive(Debug)]
struct State {
    /// All files there ever were; those without a name are out of reach but still open.
    inodes: Vec<Inode>,
    names: Names,
    durable_names: Names,
    /// What leads from the durable names to those seen, in order.
    pending_names: Vec<NameChange>,
    chance: Chance,
    operations: u64,
    off_at: Option<u64>,
    plan: Option<Plan>,
}

impl State {
    fn new(seed: u64) -> Self {
        Self {
            inodes: Vec::new(),
            names: Names::new(),
            durable_names: Names::new(),
            pending_names: Vec::new(),
            chance: Chance(seed),
            operations: 0,
            off_at: None,
            plan: None,
        }
    }

    fn is_off(&self) -> bool {
        self.off_at.is_some_and(|at| self.operations >= at)
    }

    fn must_be_on(&self) -> Result<(), Refusal> {
        if self.is_off() {
            return Err(Refusal::Off);
        }
        Ok(())
    }

    /// Counts an operation; `None` is one that no fault strikes.
    fn begin(&mut self, operation: Option<Operation>) -> Result<(), Refusal> {
        self.must_be_on()?;
        self.operations += 1;
        match &mut self.plan {
            Some(plan) if operation == Some(plan.strikes()) => plan.strike(),
            _ => Ok(()),
        }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        self.must_be_on()?;
        let inode = self.names.get(path).copied();
        inode.ok_or_else(|| io::Error::new(ErrorKind::NotFound, "no such simulated file"))
    }

    fn new_inode(&mut self) -> usize {
        self.inodes.push(Inode::default());
        self.inodes.len() - 1
    }

    fn create(&mut self, path: PathBuf) -> Result<usize, Refusal> {
        self.begin(Some(Operation::Write))?;
        let inode = self.new_inode();
        self.change(NameChange::Created { path, inode });
        Ok(inode)
    }

    fn change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.pending_names.push(change);
    }

    fn sync(&mut self, inode: usize) {
        self.inodes[inode].sync();
        self.settle(
            |_, change| matches!(change, NameChange::Created { inode: new, .. } if *new == inode),
        );
    }

    /// Makes the wanted changes of names durable, with all earlier ones to the same files and
    /// names: a file system's journal keeps their order.
    fn settle(&mut self, mut wanted: impl FnMut(usize, &NameChange) -> bool) {
        let mut inodes = BTreeSet::new();
        let mut paths = BTreeSet::new();
        let mut settled = BTreeSet::new();
        for (index, change) in self.pending_names.iter().enumerate().rev() {
            let mut touched = change.paths().into_iter().flatten();
            let needed = inodes.contains(&change.inode()) || touched.any(|p| paths.contains(p));
            // Asked each time, since a cut draws lots here.
            if wanted(index, change) || needed {
                inodes.insert(change.inode());
                paths.extend(change.paths().into_iter().flatten());
                settled.insert(index);
            }
        }
        for index in &settled {
            self.pending_names[*index].apply(&mut self.durable_names);
        }
        let mut index = 0..;
        self.pending_names
            .retain(|_| index.next().is_some_and(|index| !settled.contains(&index)));
    }

    fn after_power_cut(&self, seed: u64) -> Self {
        let mut luck = Luck::new(seed);
        let mut names = Self {
            durable_names: self.durable_names.clone(),
            pending_names: self.pending_names.clone(),
            ..Self::new(seed)
        };
        names.settle(|_, _| luck.survives());
        let mut found = Self::new(seed);
        for (path, inode) in names.durable_names {
            let image = self.inodes[inode].after_power_cut(&mut luck);
            found.names.insert(path, found.inodes.len());
            found.inodes.push(Inode {
                durable: image.clone(),
                visible: image,
                pending: Vec::new(),
            });
        }
        found.durable_names = found.names.clone();
        found
    }
}

/// A change of names that is seen but not yet durable.
#[derive(Debug, Clone)]
enum NameChange {
    Created {
        path: PathBuf,
        inode: usize,
    },
    Removed {
        path: PathBuf,
        inode: usize,
    },
    Renamed {
        from: PathBuf,
        to: PathBuf,
        inode: usize,
    },
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Created { path, inode } => {
                names.insert(path.clone(), *inode);
            }
            Self::Removed { path, .. } => {
                names.remove(path);
            }
            Self::Renamed { from, to, inode } => {
                names.remove(from);
                names.insert(to.clone(), *inode);
            }
        }
    }

    fn inode(&self) -> usize {
        match self {
            Self::Created { inode, .. }
            | Self::Removed { inode, .. }
            | Self::Renamed { inode, .. } => *inode,
        }
    }

    fn paths(&self) -> [Option<&PathBuf>; 2] {
        match self {
            Self::Created { path, .. } | Self::Removed { path, .. } => [Some(path), None],
            Self::Renamed { from, to, .. } => [Some(from), Some(to)],
        }
    }
}

/// A file without its name.
#[derive(Debug, Default)]
struct Inode {
    /// What is safe.
    durable: Vec<u8>,
    /// What is read. It differs from `durable` by `pending` and by what a failed sync lost.
    visible: Vec<u8>,
    pending: Vec<Change>,
}

impl Inode {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.visible);
        self.pending.push(change);
    }

    fn sync(&mut self) {
        for change in self.pending.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    fn after_power_cut(&self, luck: &mut Luck) -> Vec<u8> {
        let mut image = self.durable.clone();
        let mut lengths = vec![image.len()];
        for change in &self.pending {
            let before = *lengths.last().expect("the durable length is the first");
            lengths.push(change.length(before));
            match change {
                Change::SetLen(length) if luck.survives() => image.truncate(*length),
                Change::SetLen(_) => {}
                Change::Write { offset, bytes } => luck.write(&mut image, *offset, bytes),
            }
        }
        // Data and length travel apart: data may be cut off, a length may be ahead of its data.
        image.resize(lengths[luck.chance.below(lengths.len())], 0);
        image
    }
}

/// A change of a file's contents.
#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    SetLen(usize),
}

impl Change {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => write(image, *offset, bytes),
            Self::SetLen(length) => image.resize(*length, 0),
        }
    }

    /// The file's length after the change, `before` being that before it.
    fn length(&self, before: usize) -> usize {
        match self {
            Self::Write { offset, bytes } => before.max(offset + bytes.len()),
            Self::SetLen(length) => *length,
        }
    }
}

fn write(image: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[offset..end].copy_from_slice(bytes);
}

/// What one power cut spares. Some cuts spare nearly all that was under way, some nearly nothing:
/// with even odds for each of many sectors, no larger write would ever be spared whole.
#[derive(Debug)]
struct Luck {
    chance: Chance,
    /// Of [`Luck::SIDES`] throws, how many spare.
    spares: usize,
}

impl Luck {
    const SIDES: usize = 8;

    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let spares = chance.below(Self::SIDES + 1);
        Self { chance, spares }
    }

    fn survives(&mut self) -> bool {
        self.chance.below(Self::SIDES) < self.spares
    }

    /// Writes what is spared of an unsynced write: in one case of four each sector has its own
    /// fate, else all have the same.
    fn write(&mut self, image: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
        let torn = self.chance.below(4) == 0;
        let together = self.survives();
        let mut start = 0;
        while start < bytes.len() {
            let to_boundary = SECTOR - (offset + start) % SECTOR;
            let end = bytes.len().min(start + to_boundary);
            let survives = if torn { self.survives() } else { together };
            if survives {
                write(image, offset + start, &bytes[start..end]);
            }
            start = end;
        }
    }
}
