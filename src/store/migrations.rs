//! Numbered migrations. A released one is never edited: a change is the next number.

use rusqlite::Connection;

use super::error::StoreError;
use super::probe::{Probe, Step};

/// "UKTS": tells the database from other SQLite files.
const APPLICATION_ID: u32 = 0x554b_5453;

const MIGRATIONS: [&str; 7] = [
    include_str!("migrations/0001_book.sql"),
    include_str!("migrations/0002_people.sql"),
    include_str!("migrations/0003_crops.sql"),
    include_str!("migrations/0004_review.sql"),
    include_str!("migrations/0005_delivery.sql"),
    include_str!("migrations/0006_desk.sql"),
    include_str!("migrations/0007_deed.sql"),
];

/// The newest schema.
pub(super) const NEWEST: u32 = MIGRATIONS.len() as u32;

/// The schema that a database has; 0 for an empty one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Refuses a database of a newer program, before anything is written to it.
pub(super) fn ensure_known(connection: &Connection) -> Result<u32, StoreError> {
    let found = version(connection)?;
    if found > NEWEST {
        return Err(StoreError::NewerSchema {
            found,
            known: NEWEST,
        });
    }
    Ok(found)
}

/// Brings the schema up to `target`, one transaction a migration: killed in between, the next
/// start goes on with the first that is missing.
pub(super) fn migrate(
    connection: &mut Connection,
    target: u32,
    probe: &Probe,
) -> Result<(), StoreError> {
    let from = ensure_known(connection)?;
    for (number, sql) in (1..=target).zip(MIGRATIONS).skip(from as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        probe.reached(Step::MigrationApplied);
        transaction.commit()?;
        probe.reached(Step::MigrationCommitted);
    }
    Ok(())
}
