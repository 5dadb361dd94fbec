//! A disk for crash tests: in memory, seeded, the same again for the same seed.
//!
//! [`simulation`] is the disk: what is written, what is safe, what a power cut leaves. [`vfs`]
//! lets `SQLite` keep its files there. Ordinary files and databases share one disk, so that one
//! cut goes through all of them at the same moment. Here is what both need: faults to plan,
//! chance, and what connections to one file share.
//!
//! The *contents* of an encrypted database are not the same again, since `SQLCipher` takes its
//! random numbers from elsewhere; which operations happen, fail, survive or tear is.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test file that includes this uses only a part of it"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod simulation;
mod vfs;

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rusqlite::ffi;

pub use simulation::{Disk, SECTOR, SimFile};
pub use vfs::Vfs;

/// What a fault strikes. Counted across all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Whatever needs room: bytes, a new length, a new file, a new name.
    Write,
    /// `sync` of a file or of a folder.
    Sync,
}

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ENOSPC: [`ErrorKind::StorageFull`].
    NoSpace,
    /// EIO: [`ErrorKind::Other`].
    Io,
}

/// How long a fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// Only the n-th operation fails.
    Once,
    /// The n-th fails and all that follow, until [`Disk::heal`].
    FromThenOn,
}

/// A fault to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What it strikes.
    pub operation: Operation,
    /// Which one: 1 is the next after [`Disk::fail`].
    pub nth: u64,
    /// How it fails.
    pub kind: Kind,
    /// How long it lasts.
    pub persistence: Persistence,
}

/// A planned fault and what has come of it.
#[derive(Debug, Clone, Copy)]
struct Plan {
    fault: Fault,
    seen: u64,
    struck: u64,
}

impl Plan {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            seen: 0,
            struck: 0,
        }
    }

    fn strikes(&self) -> Operation {
        self.fault.operation
    }

    fn struck(&self) -> u64 {
        self.struck
    }

    fn strike(&mut self) -> Result<(), Refusal> {
        self.seen += 1;
        let now = match self.fault.persistence {
            Persistence::Once => self.seen == self.fault.nth,
            Persistence::FromThenOn => self.seen >= self.fault.nth,
        };
        if now {
            self.struck += 1;
            return Err(Refusal::Fault(self.fault.kind));
        }
        Ok(())
    }
}

/// Why an operation did not take place.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Off,
    Fault(Kind),
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Off => Self::other("the simulated machine is off"),
            Refusal::Fault(Kind::Io) => Self::other("simulated input/output error"),
            Refusal::Fault(Kind::NoSpace) => {
                Self::new(ErrorKind::StorageFull, "the simulated disk is full")
            }
        }
    }
}

/// Pseudorandom numbers: `SplitMix64` of Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators" (2014), which takes any seed.
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to one below `limit`; 0 for a limit of 0.
    fn below(&mut self, limit: usize) -> usize {
        let drawn = self.next() % (limit.max(1) as u64);
        usize::try_from(drawn).expect("it is below a usize")
    }
}

/// Who holds a lock: one open file of one connection.
type Handle = u64;

/// 32 KiB of the WAL's index. Atomics, since several connections write it through shared pointers.
type Region = Arc<[AtomicU64]>;

/// What the connections to one file share: locks (<https://sqlite.org/lockingv3.html>) and the
/// WAL's index.
#[derive(Debug, Default)]
struct Shared {
    /// The level of each handle that holds one: `SQLITE_LOCK_SHARED` and up.
    locks: BTreeMap<Handle, c_int>,
    regions: Vec<Region>,
    mapped: BTreeMap<Handle, Slots>,
}

/// Which of the eight locks of the shared memory a handle holds, a bit for each.
#[derive(Debug, Clone, Copy, Default)]
struct Slots {
    shared: u32,
    exclusive: u32,
}

impl Shared {
    /// Raises a handle's lock; false when others are in the way. Who waits for an exclusive lock
    /// keeps a pending one, so that no new reader comes in.
    fn lock(&mut self, handle: Handle, level: c_int) -> bool {
        if self.locks.get(&handle).is_some_and(|held| *held >= level) {
            return true;
        }
        let others = self.locks.iter().filter(|(other, _)| **other != handle);
        let others = others.map(|(_, held)| *held).max();
        let highest = others.unwrap_or(ffi::SQLITE_LOCK_NONE);
        let tolerated = match level {
            ffi::SQLITE_LOCK_SHARED => ffi::SQLITE_LOCK_RESERVED,
            ffi::SQLITE_LOCK_RESERVED => ffi::SQLITE_LOCK_SHARED,
            _ => ffi::SQLITE_LOCK_NONE,
        };
        if highest <= tolerated {
            self.locks.insert(handle, level);
        } else if level == ffi::SQLITE_LOCK_EXCLUSIVE && highest == ffi::SQLITE_LOCK_SHARED {
            self.locks.insert(handle, ffi::SQLITE_LOCK_PENDING);
        }
        highest <= tolerated
    }

    /// Lowers a handle's lock.
    fn unlock(&mut self, handle: Handle, level: c_int) {
        if level == ffi::SQLITE_LOCK_NONE {
            self.locks.remove(&handle);
        } else if let Some(held) = self.locks.get_mut(&handle) {
            *held = level.min(*held);
        }
    }

    fn is_reserved(&self) -> bool {
        let mut levels = self.locks.values();
        levels.any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }

    /// The region of this index, made if there is none and `extend` allows it.
    fn region(
        &mut self,
        handle: Handle,
        index: usize,
        bytes: usize,
        extend: bool,
    ) -> Option<Region> {
        self.mapped.entry(handle).or_default();
        if extend && self.regions.len() <= index {
            let words = bytes.div_ceil(size_of::<AtomicU64>());
            let empty = || (0..words).map(|_| AtomicU64::new(0)).collect();
            self.regions.resize_with(index + 1, empty);
        }
        self.regions.get(index).cloned()
    }

    /// Takes or gives back locks of the shared memory; false when others are in the way.
    fn shm_lock(&mut self, handle: Handle, slots: u32, flags: c_int) -> bool {
        let shared = flags & ffi::SQLITE_SHM_SHARED != 0;
        let unlock = flags & ffi::SQLITE_SHM_UNLOCK != 0;
        let in_the_way = self.mapped.iter().any(|(other, held)| {
            let all = held.exclusive | if shared { 0 } else { held.shared };
            *other != handle && all & slots != 0
        });
        let held = self.mapped.entry(handle).or_default();
        match (unlock, shared) {
            (true, true) => held.shared &= !slots,
            (true, false) => held.exclusive &= !slots,
            (false, _) if in_the_way => return false,
            (false, true) => held.shared |= slots,
            (false, false) => held.exclusive |= slots,
        }
        true
    }

    /// Lets go of the shared memory; with the last handle it goes.
    fn unmap(&mut self, handle: Handle) {
        self.mapped.remove(&handle);
        if self.mapped.is_empty() {
            self.regions.clear();
        }
    }
}
