//! Disks that fill up or fail, at every write and every sync.

use std::process::{Command, Stdio};

use uketsuke::config::DirectoryKind;
use uketsuke::intake::Entry;
use uketsuke::keys::MemoryKeyStore;
use uketsuke::store::{CopyState, DataDirectory, RecordStore as _, StoreError, Synchronous};

use crate::disk::{Fault, Kind, Operation, Persistence};
use crate::runs;
use crate::tablet::{Tablet, assert_kept, clerk, entry, quiet};

const RECORDS: u64 = 4;

/// What a run with a fault came to.
struct Outcome {
    struck: bool,
    refused: usize,
}

/// When the disk begins to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    /// While the directory is being made.
    Birth,
    /// In the course of the day.
    TheDay,
}

/// Records under a fault, then with the disk mended, then after a power cut.
fn run(fault: Fault, since: Since, seed: u64) -> Outcome {
    let context = format!("{fault:?} since {since:?}");
    let tablet = Tablet::new(seed, Synchronous::Full);
    if since == Since::Birth {
        tablet.disk.fail(fault);
    }
    let mut store = match tablet.open() {
        Ok(store) => store,
        Err(_) => {
            tablet.disk.heal();
            (tablet.open()).unwrap_or_else(|e| panic!("{context}: not made: {e}"))
        }
    };
    if since == Since::TheDay {
        tablet.disk.fail(fault);
    }
    let (mut confirmed, mut refused): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
    let mut copied = Vec::new();
    for personal in 0..RECORDS {
        let entry = entry(personal);
        match store.record(&entry, &clerk()) {
            Ok(recorded) => {
                if recorded.copy == CopyState::UpToDate {
                    copied.push(entry.id);
                }
                confirmed.push(entry);
            }
            Err(StoreError::NotRecorded(_)) => refused.push(entry),
            Err(other) => panic!("{context}: not said honestly: {other}"),
        }
    }
    let struck = tablet.disk.struck() > 0;
    let at_that_moment = tablet.after_power_cut(seed);
    let kept = confirmed.clone();
    tablet.disk.heal();
    let after = entry(RECORDS);
    let works = store.record(&after, &clerk());
    assert!(works.is_ok(), "{context}: needs a restart: {works:?}");
    confirmed.push(after);
    for entry in &refused {
        // The person tries again: once in the book, whether or not the first try got through.
        (store.record(entry, &clerk())).expect("the disk is mended");
    }
    confirmed.extend(refused.iter().cloned());
    assert_kept(&mut store, &confirmed, &context);
    drop(store);
    for (tablet, expected) in [
        (tablet.after_power_cut(seed), &confirmed),
        (at_that_moment, &kept),
    ] {
        let mut store = (tablet.open()).unwrap_or_else(|e| panic!("{context}: {e}"));
        assert_kept(&mut store, expected, &context);
        assert_eq!(
            tablet.restored_elsewhere(&copied),
            copied.len(),
            "{context}"
        );
    }
    Outcome {
        struck,
        refused: refused.len(),
    }
}

/// Every n of one kind of fault, until a run passes without it; how many runs, how often refused.
fn every(operation: Operation, kind: Kind, persistence: Persistence, since: Since) -> (u64, usize) {
    let (mut count, mut refused) = (0, 0);
    let mut nth = 1;
    loop {
        let fault = Fault {
            operation,
            nth,
            kind,
            persistence,
        };
        let outcome = run(fault, since, nth);
        count += 1;
        refused += outcome.refused;
        if !outcome.struck {
            return (count, refused);
        }
        nth += runs(5, 1);
    }
}

#[test]
fn whichever_write_or_sync_fails_nothing_is_lost_and_nobody_is_told_otherwise() {
    let (mut count, mut refused) = (0, 0);
    for operation in [Operation::Write, Operation::Sync] {
        for kind in [Kind::NoSpace, Kind::Io] {
            for persistence in [Persistence::Once, Persistence::FromThenOn] {
                for since in [Since::Birth, Since::TheDay] {
                    let (runs, said) = every(operation, kind, persistence, since);
                    count += runs;
                    refused += said;
                }
            }
        }
    }
    assert!(refused > 0, "no fault was ever felt");
    println!(
        "failing disk: {count} runs, every {}. write and sync; {refused} times said \"not recorded\"; lost 0",
        runs(5, 1)
    );
}

/// A file system in memory that is unmounted in the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_real_disk_that_fills_up_says_so_and_works_again_with_room() {
    let Some(disk) = SmallDisk::mounted() else {
        println!("full disk: not run, this user may not mount");
        return;
    };
    let data = disk.0.path().join("data");
    let keys = MemoryKeyStore::default();
    let directory = DataDirectory::find_or_bear(&data, DirectoryKind::Training, &quiet());
    let directory = directory.expect("born");
    let opening = directory.opening(&keys, &quiet()).expect("keys");
    let mut store = directory.open_store(opening, &clerk()).expect("made");
    let ballast = disk.0.path().join("ballast");
    std::fs::write(&ballast, vec![0; 300_000]).expect("written");
    let mut confirmed = Vec::new();
    let refused = loop {
        let entry = entry(confirmed.len() as u64);
        match store.record(&entry, &clerk()) {
            Ok(_) => confirmed.push(entry),
            Err(StoreError::NotRecorded(_)) => break entry,
            Err(other) => panic!("not said honestly: {other}"),
        }
        assert!(confirmed.len() < 10_000, "the disk never filled up");
    };
    println!(
        "full disk: {} records, then \"not recorded\"",
        confirmed.len()
    );
    std::fs::remove_file(&ballast).expect("removed");
    store.record(&refused, &clerk()).expect("there is room");
    confirmed.push(refused);
    assert_kept(&mut store, &confirmed, "full disk");
}
