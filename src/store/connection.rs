//! Opening the encrypted database with the settings that everything else relies on.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::{Damage, StoreError};
use crate::keys::Secret;

/// The database's key: 32 bytes for the cipher and 16 of salt. The salt is given with the key so
/// that a flipped bit in the file's first bytes, where SQLCipher would read it from, costs nothing.
pub(super) const KEY_LENGTH: usize = 48;

/// How long another process may hold the write lock.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);

/// A log longer than this, in bytes, is cut when it has been moved into the database.
const LOG_LIMIT: i64 = 8 << 20;

/// How much of the database may be in memory, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// How COMMIT treats the disk. The store itself always uses [`Synchronous::Full`]; the other one
/// is there for the test that shows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// COMMIT returns when the write-ahead log is on disk.
    #[default]
    Full,
    /// COMMIT returns before: a power cut takes confirmed records.
    Normal,
}

/// Opens the database with its raw key: no key derivation, since the key is random already.
pub(super) fn open(
    path: &Path,
    vfs: Option<&str>,
    key: &Secret,
    synchronous: Synchronous,
    create: bool,
) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    // Closing must not move a log into the database that may itself not be on disk, and a
    // connection that meets damage must leave both files as they are.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY)?;
    // SQLCipher would write its own words to standard error; ours name the remedy.
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", format!("x'{}'", &*key.to_hex()))?;
    readable(&connection)?;
    settled(connection, synchronous)
}

/// SQLCipher tells a wrong key, or a broken first page, only when something is read.
fn readable(connection: &Connection) -> Result<(), StoreError> {
    let read: rusqlite::Result<u32> =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
    read.map(|_| ()).map_err(damage_of)
}

fn settled(connection: Connection, synchronous: Synchronous) -> Result<Connection, StoreError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Damaged(Damage::BrokenPage));
    }
    let synchronous = match synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", LOG_LIMIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The same error, told as damage where it is that.
pub(super) fn damage_told(error: StoreError) -> StoreError {
    match error {
        StoreError::Database(error) => damage_of(error),
        other => other,
    }
}

/// What a database error means: damage where it is, the error itself otherwise.
pub(super) fn damage_of(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::Damaged(Damage::NotADatabase),
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(Damage::BrokenPage),
        _ => StoreError::Database(error),
    }
}
