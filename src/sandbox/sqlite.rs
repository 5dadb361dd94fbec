//! The registry on SQLite: one file in the sandbox's own folder.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::registry::{Datum, Dialect, Param, Registry, RegistryError, Row, Sql, Work, schema};
use super::tables::Tables;

/// The database's name within the folder.
pub(super) const FILE: &str = "sandbox.db";

/// How long another sandbox, or a dump, may hold the write lock.
const BUSY: Duration = Duration::from_secs(10);

/// More statements than there are.
const STATEMENTS: usize = 64;

const DIALECT: Dialect = Dialect {
    id: "INTEGER PRIMARY KEY AUTOINCREMENT",
    bytes: "BLOB",
    keyed: " WITHOUT ROWID",
};

/// One connection that reads and writes: SQLite has one writer at a time in any case.
pub(super) struct SqliteRegistry(Mutex<Connection>);

impl SqliteRegistry {
    /// The database in `folder`; made if there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, RegistryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(Self::file(folder), flags).map_err(told)?;
        connection.busy_timeout(BUSY).map_err(told)?;
        // Durable means durable here too: the station deletes nothing before we said that we have
        // it, so we say so only when it is on disk.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            .map_err(told)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(&schema(&DIALECT)).map_err(told)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Where the database lies.
    pub(super) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }
}

impl Registry for SqliteRegistry {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), RegistryError> {
        // A panic in between rolled its transaction back.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Immediate: what is read before the first write stays true until the last.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(told)?;
        let mut open = Open(&transaction);
        work(&mut Tables { sql: &mut open })?;
        transaction.commit().map_err(told)
    }
}

struct Open<'c>(&'c Transaction<'c>);

impl Sql for Open<'_> {
    fn run(
        &mut self,
        statement: &'static str,
        with: &[Param<'_>],
    ) -> Result<Vec<Row>, RegistryError> {
        let mut prepared = self.0.prepare_cached(statement).map_err(told)?;
        let columns = prepared.column_count();
        let mut rows = prepared
            .query(rusqlite::params_from_iter(with))
            .map_err(told)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(told)? {
            let datum = |column| row.get_ref(column).map_err(told).and_then(datum);
            found.push(Row((0..columns).map(datum).collect::<Result<_, _>>()?));
        }
        Ok(found)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn datum(value: ValueRef<'_>) -> Result<Datum, RegistryError> {
    Ok(match value {
        ValueRef::Null => Datum::Null,
        ValueRef::Integer(number) => Datum::Int(number),
        ValueRef::Text(text) => match String::from_utf8(text.to_vec()) {
            Ok(text) => Datum::Text(text),
            Err(_) => return Err(RegistryError::Unreadable("a text")),
        },
        ValueRef::Blob(bytes) => Datum::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(RegistryError::Unreadable("a number")),
    })
}

/// Another process that holds the lock for too long is no fault of the database.
fn told(error: rusqlite::Error) -> RegistryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => RegistryError::Contended,
        _ => RegistryError::Sqlite(error),
    }
}
