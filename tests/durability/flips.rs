//! One flipped bit, in every page of the database and every frame of its log.

use std::fs;
use std::path::{Path, PathBuf};

use uketsuke::config::DirectoryKind;
use uketsuke::intake::Entry;
use uketsuke::keys::MemoryKeyStore;
use uketsuke::store::{DataDirectory, RecordStore as _, SqliteStore, StoreError, salvage};

use crate::runs;
use crate::tablet::{Seeded, clerk, entry, quiet};

const PAGE: usize = 4096;
const RECORDS: u64 = 120;

/// A directory with pages in the database and frames in the log.
struct Original {
    folder: tempfile::TempDir,
    keys: MemoryKeyStore,
    entries: Vec<Entry>,
}

fn open(folder: &Path, keys: &MemoryKeyStore) -> Result<SqliteStore, StoreError> {
    let directory = DataDirectory::find(folder)?.expect("born");
    let opening = directory.opening(keys, &quiet())?;
    directory.open_store(opening, &clerk())
}

impl Original {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = MemoryKeyStore::default();
        DataDirectory::find_or_bear(folder.path(), DirectoryKind::Training, &quiet())
            .expect("born");
        let entries: Vec<Entry> = (0..RECORDS).map(entry).collect();
        let (first, second) = entries.split_at(entries.len() / 2);
        let mut store = open(folder.path(), &keys).expect("a new directory");
        for entry in first {
            store.record(entry, &clerk()).expect("recorded");
        }
        store.checkpoint().expect("moved into the database");
        for entry in second {
            store.record(entry, &clerk()).expect("recorded");
        }
        drop(store);
        Self {
            folder,
            keys,
            entries,
        }
    }

    /// A copy with one bit of `file` flipped.
    fn flipped(&self, file: &str, byte: usize, bit: u8) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a folder");
        for item in fs::read_dir(self.folder.path()).expect("readable") {
            let path = item.expect("an item").path();
            // The shared-memory index is made anew from the log.
            let skip = path.extension().is_some_and(|e| e == "db-shm");
            if !skip && path.is_file() {
                let name = path.file_name().expect("a name");
                fs::copy(&path, copy.path().join(name)).expect("copied");
            }
        }
        let path = copy.path().join(file);
        let mut bytes = fs::read(&path).expect("readable");
        bytes[byte] ^= 1 << bit;
        fs::write(&path, bytes).expect("written");
        copy
    }
}

#[derive(Default, Debug)]
struct Seen {
    flips: u64,
    harmless: u64,
    alarms: u64,
    entries: u64,
    rescued: u64,
}

/// Opens a damaged copy: either nothing is missing, or the alarm is raised and what can be read
/// is rescued with the damaged files kept.
fn look(original: &Original, copy: &Path, context: &str, seen: &mut Seen) {
    seen.flips += 1;
    let whole = open(copy, &original.keys).and_then(|mut store| {
        let clean = store.scrub()?.findings.is_empty();
        let mut all = true;
        for entry in &original.entries {
            all &= store.history(entry.id)?.len() == 1;
        }
        Ok((clean, all))
    });
    match whole {
        Ok((true, true)) => seen.harmless += 1,
        Ok((true, false)) => panic!("{context}: records are missing and nobody was told"),
        Ok((false, _)) | Err(StoreError::Damaged(_)) => {
            seen.alarms += 1;
            rescue(original, copy, context, seen);
        }
        Err(other) => panic!("{context}: not told as damage: {other}"),
    }
}

fn rescue(original: &Original, copy: &Path, context: &str, seen: &mut Seen) {
    let mut directory = DataDirectory::find(copy).expect("readable").expect("born");
    let damaged = directory.opening(&original.keys, &quiet()).expect("keys");
    let kept: Vec<(PathBuf, Vec<u8>)> = [&damaged.paths.database, &damaged.paths.log]
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).expect("readable")))
        .collect();
    let salvaged =
        salvage(&mut directory, &damaged, &clerk()).unwrap_or_else(|e| panic!("{context}: {e}"));
    for (path, bytes) in kept {
        assert!(
            fs::read(&path).is_ok_and(|now| now == bytes),
            "{context}: the damaged files stay as they are"
        );
    }
    let mut store = open(copy, &original.keys).unwrap_or_else(|e| panic!("{context}: {e}"));
    let mut found = 0;
    for entry in &original.entries {
        let history = store.history(entry.id).expect("readable");
        assert!(history.iter().all(|s| s.entry == *entry), "{context}");
        found += u64::from(history.len() == 1);
    }
    assert_eq!(found, salvaged.entries, "{context}");
    let told = salvaged.missing.iter().map(|(a, b)| b - a + 1).sum::<i64>();
    assert!(
        found + u64::try_from(told).expect("positive") >= RECORDS,
        "{context}: every loss is named"
    );
    seen.entries += RECORDS;
    seen.rescued += found;
    store
        .record(&entry(RECORDS + 1), &clerk())
        .unwrap_or_else(|e| panic!("{context}: {e}"));
}

#[test]
fn a_flipped_bit_is_harmless_or_raises_the_alarm() {
    let original = Original::new();
    let mut seen = Seen::default();
    let mut random = Seeded(7);
    for (file, piece) in [
        ("station.db", PAGE),
        ("station.db-wal", PAGE + 24),
        ("watermark", 64),
    ] {
        let length = fs::metadata(original.folder.path().join(file))
            .expect("there")
            .len();
        let length = usize::try_from(length).expect("small");
        let every = usize::try_from(runs(8, 1)).expect("small");
        for start in (0..length).step_by(piece * every) {
            let within = random.below(piece.min(length - start) as u64);
            let byte = start + usize::try_from(within).expect("small");
            let bit = u8::try_from(random.below(8)).expect("small");
            let copy = original.flipped(file, byte, bit);
            let context = format!("{file}, byte {byte}, bit {bit}");
            look(&original, copy.path(), &context, &mut seen);
        }
    }
    println!(
        "flipped bits: {} ({} harmless, {} alarms, 0 unnoticed); rescued {} of {} entries in \
         damaged databases",
        seen.flips, seen.harmless, seen.alarms, seen.rescued, seen.entries
    );
    assert!(seen.alarms > 0, "no flip was ever felt");
}
