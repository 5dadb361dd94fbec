//! The registry on PostgreSQL, which several sandboxes may share.
//!
//! The connection is not encrypted, so the database has to be on this computer, or at the near end
//! of a tunnel: any other host is refused before anything is sent to it.

use std::collections::HashMap;
use std::error::Error;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use postgres::config::Host;
use postgres::error::SqlState;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement, Transaction};

use super::registry::{Datum, Dialect, Param, Registry, RegistryError, Row, Sql, Work, schema};
use super::tables::Tables;

/// How often a transaction is tried that others got in the way of.
const TRIES: u32 = 5;

/// How long to wait before the second try; then twice as long, and so on.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Any number, the same in every sandbox: who makes the tables locks the others out meanwhile.
const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(8132600517)";

const DIALECT: Dialect = Dialect {
    id: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    bytes: "BYTEA",
    keyed: "",
};

/// One connection, which is made anew when it breaks.
pub(super) struct PostgresRegistry {
    config: Config,
    session: Mutex<Session>,
}

struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl Session {
    fn open(config: &Config) -> Result<Self, RegistryError> {
        let client = config.connect(NoTls).map_err(told)?;
        Ok(Self {
            client,
            statements: HashMap::new(),
        })
    }

    fn attempt(&mut self, work: &mut Work<'_>) -> Result<(), RegistryError> {
        // READ COMMITTED, the default: the rules lock what they rely on, and re-read after a row
        // that was not inserted.
        let mut transaction = self.client.transaction().map_err(told)?;
        let mut open = Open {
            transaction: &mut transaction,
            statements: &mut self.statements,
        };
        work(&mut Tables { sql: &mut open })?;
        transaction.commit().map_err(told)
    }
}

impl PostgresRegistry {
    /// The database at `url`; its tables are made if there are none.
    pub(super) fn open(url: &str) -> Result<Self, RegistryError> {
        let config: Config = url.parse().map_err(RegistryError::Postgres)?;
        if !is_here(&config) {
            return Err(RegistryError::RemotePostgres);
        }
        let mut session = Session::open(&config)?;
        let mut transaction = session.client.transaction().map_err(told)?;
        transaction.batch_execute(SCHEMA_LOCK).map_err(told)?;
        transaction.batch_execute(&schema(&DIALECT)).map_err(told)?;
        transaction.commit().map_err(told)?;
        Ok(Self {
            config,
            session: Mutex::new(session),
        })
    }
}

/// Whether every host that may be connected to is this computer.
fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    named && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn is_loopback(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

impl Registry for PostgresRegistry {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), RegistryError> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pause = FIRST_PAUSE;
        for tried in 1..=TRIES {
            if session.client.is_closed() {
                *session = Session::open(&self.config)?;
            }
            match session.attempt(work) {
                Err(RegistryError::Contended) if tried < TRIES => thread::sleep(pause),
                result => return result,
            }
            pause *= 2;
        }
        Err(RegistryError::Contended)
    }
}

struct Open<'s, 'c> {
    transaction: &'s mut Transaction<'c>,
    statements: &'s mut HashMap<&'static str, Statement>,
}

impl Sql for Open<'_, '_> {
    fn run(
        &mut self,
        statement: &'static str,
        with: &[Param<'_>],
    ) -> Result<Vec<Row>, RegistryError> {
        let prepared = match self.statements.get(statement) {
            Some(prepared) => prepared.clone(),
            None => {
                let prepared = self.transaction.prepare(statement).map_err(told)?;
                self.statements.insert(statement, prepared.clone());
                prepared
            }
        };
        let with: Vec<&(dyn ToSql + Sync)> = with.iter().map(|p| p as _).collect();
        let rows = self.transaction.query(&prepared, &with).map_err(told)?;
        rows.iter().map(row).collect()
    }
}

fn row(row: &postgres::Row) -> Result<Row, RegistryError> {
    let datum = |(column, kind): (usize, &Type)| {
        let datum = match *kind {
            Type::INT8 => row
                .try_get::<_, Option<i64>>(column)
                .map(|v| v.map(Datum::Int)),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(column)
                .map(|v| v.map(Datum::Bytes)),
            _ => row
                .try_get::<_, Option<String>>(column)
                .map(|v| v.map(Datum::Text)),
        };
        datum.map(|d| d.unwrap_or(Datum::Null)).map_err(told)
    };
    let kinds = row.columns().iter().map(postgres::Column::type_);
    kinds
        .enumerate()
        .map(datum)
        .collect::<Result<_, _>>()
        .map(Row)
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Int(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        <i64 as ToSql>::accepts(kind)
            || <&str as ToSql>::accepts(kind)
            || <&[u8] as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}

impl std::fmt::Debug for Param<'_> {
    /// Only what it is: the driver asks for this, and it may be a voucher's number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Param(..)")
    }
}

/// What others were in the way of is tried again: serialization failures, deadlocks, and a row
/// that another transaction inserted between our look and our change. So is what a broken
/// connection left open: if it was committed after all, it is found.
fn told(error: postgres::Error) -> RegistryError {
    let again = [
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::UNIQUE_VIOLATION,
    ];
    match error.code() {
        Some(code) if again.contains(&code) => RegistryError::Contended,
        None if error.is_closed() => RegistryError::Contended,
        _ => RegistryError::Postgres(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_not_on_this_computer_is_refused_before_anything_is_sent() {
        for (url, here) in [
            ("postgres://clerk@localhost/records", true),
            ("postgres://clerk@127.0.0.1:5433/records", true),
            ("postgres://clerk@[::1]/records", true),
            ("postgres://clerk@%2Fvar%2Frun%2Fpostgresql/records", true),
            ("postgres://clerk@192.0.2.1/records", false),
            ("postgres://clerk@db.example/records", false),
            ("postgres://clerk@localhost,db.example/records", false),
            (
                "postgres://clerk@localhost/records?hostaddr=192.0.2.1",
                false,
            ),
            ("postgres://clerk@localhost.db.example/records", false),
        ] {
            assert_eq!(is_here(&url.parse().unwrap()), here, "{url}");
        }
        let opened = PostgresRegistry::open("postgres://clerk@192.0.2.1/records");
        assert!(matches!(opened, Err(RegistryError::RemotePostgres)));
    }
}
