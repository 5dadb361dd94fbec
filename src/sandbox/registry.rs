//! Where the server keeps what it knows: one set of tables, on SQLite or on PostgreSQL.
//!
//! The rules are written once, against [`Tables`]; a database is whatever runs the few statements
//! of `tables.rs` within a transaction ([`Registry`], [`Sql`]). Statements number their parameters
//! `$1`, `$2` … in the order in which they first appear, which both databases understand.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::tables::Tables;

/// Why the database did not do what it was asked.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// Somebody else was at the same rows: nothing was changed, and trying again helps.
    #[error(
        "他の処理と重なりました。少し待ってからもう一度送ってください / others are writing the same records: try again in a moment"
    )]
    Contended,
    /// SQLite's word.
    #[error(
        "研修用サーバーのデータベースを使えません（{0}）。空き容量とフォルダーの権限を確かめてください / the sandbox's database cannot be used ({0}): check the free space and the folder's permissions"
    )]
    Sqlite(rusqlite::Error),
    /// PostgreSQL's word.
    #[cfg(feature = "postgres")]
    #[error(
        "PostgreSQL を使えません（{0}）。サーバーが動いているか、URL とパスワードを確かめてください / PostgreSQL cannot be used ({0}): check that it runs, the URL and the password"
    )]
    Postgres(postgres::Error),
    /// The way to the database is in plain text.
    #[error(
        "PostgreSQL への接続は暗号化されないので、このコンピューターの中だけで使えます。localhost か UNIX ソケットを指定するか、ssh -L のトンネルを通してください / the connection to PostgreSQL is not encrypted, so it has to stay on this computer: name localhost or a unix socket, or go through a tunnel (ssh -L)"
    )]
    RemotePostgres,
    /// The program was built without PostgreSQL.
    #[error(
        "この uketsuke は PostgreSQL なしで作られています。--features postgres を付けて作るか、--database を外してください / this uketsuke was built without PostgreSQL: build it with --features postgres, or leave out --database"
    )]
    NoPostgres,
    /// The folder cannot be used.
    #[error(
        "{path}: フォルダーを使えません（{source}）。場所と権限を確かめてください / the folder cannot be used ({source}): check the place and its permissions"
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A column holds what the program never writes.
    #[error(
        "データベースの内容が読めません（{0}）。新しいフォルダーで始めてください / the database holds what this program never writes ({0}): start with a new folder"
    )]
    Unreadable(&'static str),
    /// No random numbers.
    #[error(
        "安全な乱数が得られません（{0}）。コンピューターを再起動してください / no secure random numbers ({0}): restart the computer"
    )]
    Random(#[from] getrandom::Error),
}

/// A database.
pub(super) trait Registry: Send + Sync {
    /// Does `work` in one transaction, which is on disk when this returns; or not at all.
    ///
    /// Where others were at the same rows, `work` may be done anew, so it must not change anything
    /// but the tables.
    fn transact(&self, work: &mut Work<'_>) -> Result<(), RegistryError>;
}

/// What is done in a transaction.
pub(super) type Work<'w> = dyn FnMut(&mut Tables<'_>) -> Result<(), RegistryError> + Send + 'w;

impl dyn Registry + '_ {
    /// [`Registry::transact`] with a result.
    pub(super) fn within<T: Send>(
        &self,
        mut work: impl FnMut(&mut Tables<'_>) -> Result<T, RegistryError> + Send,
    ) -> Result<T, RegistryError> {
        let mut result = None;
        self.transact(&mut |tables| {
            result = Some(work(tables)?);
            Ok(())
        })?;
        result.ok_or(RegistryError::Unreadable("transaction"))
    }
}

/// One open transaction.
pub(super) trait Sql {
    /// Runs a statement; gives the rows it returns.
    fn run(
        &mut self,
        statement: &'static str,
        with: &[Param<'_>],
    ) -> Result<Vec<Row>, RegistryError>;
}

/// A parameter of a statement.
#[derive(Clone, Copy)]
pub(super) enum Param<'p> {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'p str),
    /// Bytes.
    Bytes(&'p [u8]),
}

/// A value in a row.
pub(super) enum Datum {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that a statement returned.
pub(super) struct Row(pub(super) Vec<Datum>);

impl Row {
    /// The whole number in a column.
    pub(super) fn int(&self, column: usize) -> Result<i64, RegistryError> {
        match self.0.get(column) {
            Some(Datum::Int(number)) => Ok(*number),
            _ => Err(RegistryError::Unreadable("a number")),
        }
    }

    /// The text in a column.
    pub(super) fn text(&self, column: usize) -> Result<String, RegistryError> {
        self.maybe_text(column)?
            .ok_or(RegistryError::Unreadable("a text"))
    }

    /// The text in a column that may be empty.
    pub(super) fn maybe_text(&self, column: usize) -> Result<Option<String>, RegistryError> {
        match self.0.get(column) {
            Some(Datum::Text(text)) => Ok(Some(text.clone())),
            Some(Datum::Null) => Ok(None),
            _ => Err(RegistryError::Unreadable("a text")),
        }
    }

    /// The UUID in a column.
    pub(super) fn uuid(&self, column: usize) -> Result<uuid::Uuid, RegistryError> {
        match self.0.get(column) {
            Some(Datum::Bytes(bytes)) => {
                uuid::Uuid::from_slice(bytes).map_err(|_| RegistryError::Unreadable("a UUID"))
            }
            _ => Err(RegistryError::Unreadable("a UUID")),
        }
    }
}

/// What differs between the databases in the statements that make the tables.
pub(super) struct Dialect {
    /// The type of an id that the database hands out.
    pub(super) id: &'static str,
    /// The type of bytes.
    pub(super) bytes: &'static str,
    /// What follows a table whose primary key is its only order.
    pub(super) keyed: &'static str,
}

/// The statements that make the tables where they are not there yet.
///
/// `record_once` is the conflict rule: one given dose a voucher and dose number, one consultation
/// a voucher, dose number and day (`consulted_on` is empty for a given dose), and what was entered
/// in error stands in nobody's way.
pub(super) fn schema(dialect: &Dialect) -> String {
    SCHEMA
        .replace("{ID}", dialect.id)
        .replace("{BYTES}", dialect.bytes)
        .replace("{KEYED}", dialect.keyed)
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS resource (
    id {ID},
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    voucher TEXT NOT NULL,
    dose BIGINT NOT NULL,
    consulted_on TEXT NOT NULL,
    content TEXT NOT NULL,
    owner TEXT NOT NULL,
    body TEXT NOT NULL,
    modified BIGINT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS record_once ON resource (voucher, dose, consulted_on)
    WHERE status <> 'entered-in-error';
CREATE TABLE IF NOT EXISTS history (
    resource BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    modified BIGINT NOT NULL,
    PRIMARY KEY (resource, version)
);
CREATE TABLE IF NOT EXISTS claim (
    uuid {BYTES} NOT NULL PRIMARY KEY,
    resource BIGINT NOT NULL,
    client TEXT NOT NULL
){KEYED};
CREATE INDEX IF NOT EXISTS claim_of ON claim (resource);
CREATE TABLE IF NOT EXISTS note (
    id {ID},
    resource BIGINT NOT NULL,
    client TEXT NOT NULL,
    element TEXT NOT NULL,
    noted BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS code (
    hash {BYTES} NOT NULL PRIMARY KEY,
    client TEXT
);
CREATE TABLE IF NOT EXISTS client (
    id TEXT NOT NULL PRIMARY KEY,
    x TEXT NOT NULL,
    y TEXT NOT NULL,
    enrolled BIGINT NOT NULL,
    audit_sequence BIGINT NOT NULL,
    audit_head TEXT NOT NULL,
    audit_went_back BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS assertion (
    client TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (client, jti)
);
CREATE TABLE IF NOT EXISTS token (
    hash {BYTES} NOT NULL PRIMARY KEY,
    client TEXT NOT NULL,
    expires BIGINT NOT NULL
);
";
