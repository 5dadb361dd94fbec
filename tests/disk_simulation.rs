//! The simulated disk of the crash tests does what it says, alone and below `SQLite`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod disk;

use std::io::ErrorKind;

use disk::{Disk, Fault, Kind, Operation, Persistence, SECTOR, Vfs};
use rusqlite::{Connection, Error, OpenFlags, ffi};

/// How many power cuts each durability test makes.
const CUTS: u64 = 300;

/// How many rows a run of the database commits, and how large they are.
const ROWS: i64 = 40;
const ROW_BYTES: i64 = 700;

fn fault(operation: Operation, nth: u64, kind: Kind, persistence: Persistence) -> Fault {
    Fault {
        operation,
        nth,
        kind,
        persistence,
    }
}

/// Opens the database with a checkpoint every few pages. `SQLCipher` logs nothing: on a machine
/// that is off it would complain of every page.
fn open(vfs: &Vfs, synchronous: &str) -> rusqlite::Result<Connection> {
    let path = "/data/uketsuke.db";
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs.name())?;
    let key = "8f".repeat(32);
    connection.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE;
         PRAGMA key = \"x'{key}'\";
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = {synchronous};
         PRAGMA wal_autocheckpoint = 20;
         CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, body BLOB NOT NULL);"
    ))?;
    Ok(connection)
}

fn insert(connection: &Connection, number: i64) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT INTO record VALUES (?1, zeroblob(?2))",
        (number, ROW_BYTES),
    )
}

fn rows(connection: &Connection) -> Vec<i64> {
    let mut select = connection
        .prepare("SELECT number FROM record ORDER BY number")
        .expect("the table is there");
    let numbers = select.query_map((), |row| row.get(0));
    let numbers = numbers.expect("the query runs");
    numbers
        .map(|number| number.expect("the row reads"))
        .collect()
}

fn is_sound(connection: &Connection) -> bool {
    let check = connection.query_row("PRAGMA integrity_check", (), |row| row.get::<_, String>(0));
    check.is_ok_and(|answer| answer == "ok")
}

/// Commits rows until the machine goes off; the last number that was confirmed, or 0.
fn commit_rows(disk: &Disk, synchronous: &str) -> i64 {
    let vfs = Vfs::register(disk.clone());
    let Ok(connection) = open(&vfs, synchronous) else {
        return 0;
    };
    let failed = (1..=ROWS).find(|number| insert(&connection, *number).is_err());
    failed.map_or(ROWS, |number| number - 1)
}

/// Of [`CUTS`] cuts, spread evenly over a run, those after which a confirmed row was missing.
fn cuts_that_lose(synchronous: &str) -> Vec<u64> {
    let whole = Disk::new(0);
    assert_eq!(commit_rows(&whole, synchronous), ROWS);
    let losing = |seed: &u64| {
        let disk = Disk::new(*seed);
        disk.cut_after(whole.operations() * seed / CUTS);
        let confirmed = commit_rows(&disk, synchronous);
        let vfs = Vfs::register(disk.power_cut(*seed));
        let connection = open(&vfs, synchronous).expect("the database opens after a cut");
        assert!(is_sound(&connection), "cut {seed} broke the database");
        let found = rows(&connection);
        let in_order: Vec<i64> = (1..).take(found.len()).collect();
        assert_eq!(found, in_order, "cut {seed} left a gap");
        (found.len() as u64) < confirmed.unsigned_abs()
    };
    (0..CUTS).filter(losing).collect()
}

fn contents(disk: &Disk, path: &str) -> Vec<u8> {
    let file = disk.open(path).expect("the file is there");
    let length = file.len().expect("it has a length");
    let mut bytes = vec![0; usize::try_from(length).expect("it is small")];
    assert_eq!(file.read_at(&mut bytes, 0).expect("it reads"), bytes.len());
    bytes
}

/// A synced file of `sectors` sectors, each full of `filling`.
fn synced_file(disk: &Disk, path: &str, sectors: usize, filling: u8) -> disk::SimFile {
    let file = disk.create(path).expect("the file is made");
    file.write_at(&vec![filling; sectors * SECTOR], 0)
        .expect("it is written");
    file.sync().expect("it is synced");
    file
}

#[test]
fn a_keyed_database_in_wal_mode_serves_two_connections() {
    let disk = Disk::new(1);
    let vfs = Vfs::register(disk.clone());
    let writer = open(&vfs, "FULL").expect("the first connection opens");
    let reader = open(&vfs, "FULL").expect("the second connection opens");
    insert(&writer, 1).expect("the row is inserted");
    assert_eq!(rows(&reader), [1]);

    writer.execute_batch("BEGIN IMMEDIATE").expect("it begins");
    insert(&writer, 2).expect("the row is inserted");
    assert_eq!(rows(&reader), [1], "not committed, not seen");
    let refused = insert(&reader, 3).expect_err("two cannot write");
    assert_eq!(
        refused.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy)
    );
    writer.execute_batch("COMMIT").expect("it commits");
    insert(&reader, 3).expect("now the other may write");
    assert_eq!(rows(&writer), [1, 2, 3]);
    let mode: String = reader
        .query_row("PRAGMA journal_mode", (), |row| row.get(0))
        .expect("the mode is told");
    assert_eq!(mode, "wal");
    assert!(disk.exists("/data/uketsuke.db-wal"));
}

#[test]
fn connections_in_several_threads_lose_no_row() {
    let vfs = Vfs::register(Disk::new(2));
    let first = open(&vfs, "FULL").expect("the database opens");
    std::thread::scope(|scope| {
        for start in [0, 100, 200] {
            let connection = open(&vfs, "FULL").expect("the database opens");
            scope.spawn(move || {
                for number in start..start + 50 {
                    let inserted = (0..1_000_000).any(|_| {
                        std::thread::yield_now();
                        insert(&connection, number).is_ok()
                    });
                    assert!(inserted, "the others never let go");
                }
            });
        }
    });
    assert_eq!(rows(&first).len(), 150);
    assert!(is_sound(&first));
}

#[test]
fn without_its_key_the_database_is_unreadable() {
    let disk = Disk::new(3);
    drop(open(&Vfs::register(disk.clone()), "FULL").expect("the database opens"));
    let bytes = contents(&disk, "/data/uketsuke.db");
    assert!(!bytes.starts_with(b"SQLite format 3"));
    assert!(
        !disk.exists("/data/uketsuke.db-wal"),
        "the last close cleans up"
    );
}

#[test]
fn no_cut_loses_a_committed_row_with_synchronous_full() {
    assert_eq!(cuts_that_lose("FULL"), [0_u64; 0]);
}

#[test]
fn some_cut_loses_a_committed_row_with_synchronous_normal() {
    assert!(!cuts_that_lose("NORMAL").is_empty());
}

#[test]
fn the_same_seed_cuts_the_same_way() {
    let disk = Disk::new(4);
    let file = synced_file(&disk, "crop", 4, b'a');
    file.write_at(&[b'b'; 6 * SECTOR], 0)
        .expect("it is written");
    for seed in 0..50 {
        let [first, second] = [disk.power_cut(seed), disk.power_cut(seed)];
        assert_eq!(contents(&first, "crop"), contents(&second, "crop"));
    }
}

#[test]
fn a_cut_spares_what_is_synced_and_tears_what_is_not_at_sectors() {
    let disk = Disk::new(5);
    synced_file(&disk, "synced", 8, b'a');
    let file = synced_file(&disk, "unsynced", 8, b'a');
    file.write_at(&[b'b'; 8 * SECTOR], 0)
        .expect("it is written");
    let (mut lost, mut torn, mut kept) = (0, 0, 0);
    for seed in 0..CUTS {
        let found = disk.power_cut(seed);
        assert_eq!(contents(&found, "synced"), [b'a'; 8 * SECTOR]);
        let bytes = contents(&found, "unsynced");
        let new = bytes
            .chunks(SECTOR)
            .filter(|s| **s == [b'b'; SECTOR])
            .count();
        let old = bytes
            .chunks(SECTOR)
            .filter(|s| **s == [b'a'; SECTOR])
            .count();
        assert_eq!(old + new, 8, "a sector is old or new");
        match new {
            0 => lost += 1,
            8 => kept += 1,
            _ => torn += 1,
        }
    }
    assert!(lost > 0 && torn > 0 && kept > 0, "{lost} {torn} {kept}");
}

#[test]
fn after_a_cut_a_length_may_be_ahead_of_its_data_or_behind() {
    let disk = Disk::new(6);
    let file = synced_file(&disk, "watermark", 1, b'a');
    file.write_at(&[b'b'; SECTOR], 512).expect("it is written");
    let found: Vec<Vec<u8>> = (0..CUTS)
        .map(|seed| contents(&disk.power_cut(seed), "watermark"))
        .collect();
    let grown = |byte: u8| [[b'a'; SECTOR], [byte; SECTOR]].concat();
    for possible in [vec![b'a'; SECTOR], grown(0), grown(b'b')] {
        assert!(found.contains(&possible));
    }
}

#[test]
fn a_later_write_may_survive_an_earlier_one() {
    let disk = Disk::new(7);
    let file = synced_file(&disk, "crop", 2, b'a');
    file.write_at(&[b'b'; SECTOR], 0).expect("it is written");
    file.write_at(&[b'b'; SECTOR], 512).expect("it is written");
    let reordered = [[b'a'; SECTOR], [b'b'; SECTOR]].concat();
    assert!((0..CUTS).any(|seed| contents(&disk.power_cut(seed), "crop") == reordered));
}

#[test]
fn a_rename_is_atomic_and_waits_for_its_folder() {
    let disk = Disk::new(8);
    synced_file(&disk, "/data/mark", 1, b'a');
    synced_file(&disk, "/data/mark.new", 1, b'b');
    disk.rename("/data/mark.new", "/data/mark")
        .expect("it is renamed");
    assert_eq!(contents(&disk, "/data/mark")[0], b'b');
    let (mut old, mut new) = (0, 0);
    for seed in 0..CUTS {
        let found = disk.power_cut(seed);
        match contents(&found, "/data/mark")[0] {
            b'a' if found.exists("/data/mark.new") => old += 1,
            b'b' if !found.exists("/data/mark.new") => new += 1,
            _ => panic!("half a rename"),
        }
    }
    assert!(old > 0 && new > 0);

    disk.sync_folder("/data").expect("the folder is synced");
    for seed in 0..CUTS {
        assert_eq!(contents(&disk.power_cut(seed), "/data/mark")[0], b'b');
    }
}

#[test]
fn a_rename_before_the_sync_may_leave_an_empty_file() {
    let disk = Disk::new(9);
    let file = disk.create("/data/mark.new").expect("it is made");
    file.write_at(b"mark", 0).expect("it is written");
    disk.rename("/data/mark.new", "/data/mark")
        .expect("it is renamed");
    disk.sync_folder("/data").expect("the folder is synced");
    assert!((0..CUTS).any(|seed| contents(&disk.power_cut(seed), "/data/mark").is_empty()));
}

#[test]
fn a_removed_file_may_come_back_until_its_folder_is_synced() {
    let disk = Disk::new(10);
    synced_file(&disk, "/data/crop", 1, b'a');
    disk.remove("/data/crop").expect("it is removed");
    assert!(!disk.exists("/data/crop"));
    let returns = |seed| disk.power_cut(seed).exists("/data/crop");
    assert!((0..CUTS).any(returns) && !(0..CUTS).all(returns));
    disk.sync_folder("/other")
        .expect("another folder is synced");
    assert!((0..CUTS).any(returns), "another folder does not settle it");
    disk.sync_folder("/data").expect("the folder is synced");
    assert!(!(0..CUTS).any(returns));
}

#[test]
fn a_new_file_is_there_for_good_once_it_is_synced() {
    let disk = Disk::new(11);
    let file = disk.create("/data/new").expect("it is made");
    assert!(!(0..CUTS).all(|seed| disk.power_cut(seed).exists("/data/new")));
    file.sync().expect("it is synced");
    assert!((0..CUTS).all(|seed| disk.power_cut(seed).exists("/data/new")));
    assert_eq!(disk.list("/data").expect("it lists").len(), 1);
    let missing = disk.open("/data/old").expect_err("there is no such file");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

#[test]
fn what_a_failed_sync_held_is_read_until_the_cut_and_then_gone() {
    let disk = Disk::new(12);
    let file = synced_file(&disk, "watermark", 1, b'a');
    file.write_at(&[b'b'; SECTOR], 0).expect("it is written");
    disk.fail(fault(Operation::Sync, 1, Kind::Io, Persistence::Once));
    file.sync().expect_err("the sync fails");
    file.sync().expect("the next says nothing of it");
    assert_eq!(contents(&disk, "watermark"), [b'b'; SECTOR]);
    for seed in 0..CUTS {
        assert_eq!(contents(&disk.power_cut(seed), "watermark"), [b'a'; SECTOR]);
    }
    file.write_at(&[b'b'; SECTOR], 0)
        .expect("it is written again");
    file.sync().expect("it is synced");
    assert_eq!(contents(&disk.power_cut(0), "watermark"), [b'b'; SECTOR]);
}

#[test]
fn a_full_disk_says_so_and_may_keep_the_beginning_of_a_write() {
    let beginnings: Vec<usize> = (0..20)
        .map(|seed| {
            let disk = Disk::new(seed);
            let file = disk.create("crop").expect("it is made");
            disk.fail(fault(
                Operation::Write,
                1,
                Kind::NoSpace,
                Persistence::FromThenOn,
            ));
            for _ in 0..2 {
                let full = file
                    .write_at(&[b'a'; 100], 0)
                    .expect_err("there is no room");
                assert_eq!(full.kind(), ErrorKind::StorageFull);
            }
            assert_eq!(disk.struck(), 2);
            disk.heal();
            let beginning = contents(&disk, "crop").len();
            file.write_at(&[b'a'; 100], 0).expect("there is room again");
            beginning
        })
        .collect();
    assert!(beginnings.iter().all(|beginning| *beginning < 100));
    assert!(beginnings.iter().any(|beginning| *beginning > 0));
}

#[test]
fn the_nth_operation_fails_once() {
    let disk = Disk::new(13);
    let file = disk.create("crop").expect("it is made");
    disk.fail(fault(Operation::Write, 3, Kind::Io, Persistence::Once));
    let outcomes = [(); 5].map(|()| {
        file.sync().expect("only writes fail");
        file.write_at(b"a", 0).is_ok()
    });
    assert_eq!(outcomes, [true, true, false, true, true]);
    assert_eq!(disk.struck(), 1);
}

#[test]
fn a_machine_that_is_off_does_nothing_more() {
    let disk = Disk::new(14);
    let file = synced_file(&disk, "crop", 1, b'a');
    disk.cut_after(1);
    file.set_len(10).expect("one operation more");
    assert!(disk.is_off());
    assert!(file.write_at(b"b", 0).is_err());
    assert!(file.sync().is_err());
    assert!(file.read_at(&mut [0], 0).is_err());
    assert!(disk.open("crop").is_err());
    assert!(disk.remove("crop").is_err());
    let lengths: Vec<usize> = (0..CUTS)
        .map(|seed| contents(&disk.power_cut(seed), "crop").len())
        .collect();
    assert!(lengths.contains(&SECTOR) && lengths.contains(&10));
}

#[test]
fn a_full_disk_reaches_sqlite_as_full_and_the_database_works_after_healing() {
    let disk = Disk::new(15);
    let vfs = Vfs::register(disk.clone());
    let connection = open(&vfs, "FULL").expect("the database opens");
    insert(&connection, 1).expect("the row is inserted");
    disk.fail(fault(
        Operation::Write,
        1,
        Kind::NoSpace,
        Persistence::FromThenOn,
    ));
    for _ in 0..2 {
        let full = insert(&connection, 2).expect_err("there is no room");
        assert_eq!(extended_code(&full), Some(ffi::SQLITE_FULL));
    }
    assert_eq!(rows(&connection), [1], "what is there is still read");
    disk.heal();
    insert(&connection, 2).expect("there is room again");
    assert_eq!(rows(&connection), [1, 2]);
    assert!(is_sound(&connection));
}

#[test]
fn input_output_errors_reach_sqlite_by_their_names() {
    for (operation, code) in [
        (Operation::Write, ffi::SQLITE_IOERR_WRITE),
        (Operation::Sync, ffi::SQLITE_IOERR_FSYNC),
    ] {
        let disk = Disk::new(16);
        let vfs = Vfs::register(disk.clone());
        let connection = open(&vfs, "FULL").expect("the database opens");
        disk.fail(fault(operation, 1, Kind::Io, Persistence::Once));
        let failed = insert(&connection, 1).expect_err("the disk fails");
        assert_eq!(extended_code(&failed), Some(code));
        assert_eq!(disk.struck(), 1);
    }
}

#[test]
fn a_row_whose_sync_failed_is_not_confirmed_and_later_ones_survive_a_cut_after_reopening() {
    let disk = Disk::new(17);
    let vfs = Vfs::register(disk.clone());
    let connection = open(&vfs, "FULL").expect("the database opens");
    insert(&connection, 1).expect("the row is inserted");
    disk.fail(fault(Operation::Sync, 1, Kind::Io, Persistence::Once));
    insert(&connection, 2).expect_err("the sync fails");
    drop(connection);
    let connection = open(&vfs, "FULL").expect("the database opens again");
    insert(&connection, 3).expect("the row is inserted");
    for seed in 0..CUTS {
        let after = Vfs::register(disk.power_cut(seed));
        let found = rows(&open(&after, "FULL").expect("the database opens"));
        assert!(found.contains(&1) && found.contains(&3), "{found:?}");
    }
}

fn extended_code(error: &Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
