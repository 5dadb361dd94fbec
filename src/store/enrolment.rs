//! Who the station is at the record API, and how that was reached lately.

use rusqlite::{OptionalExtension, params};

use super::audit::{self, Act, Particulars, Witnessed};
use super::error::StoreError;
use super::sqlite::SqliteStore;

/// What an enrolment came to. The private key is in the key store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The FHIR base of the server, without a final slash.
    pub server: String,
    /// Who the station is there.
    pub client_id: String,
    /// The certificate authority that vouches for the server, PEM; `None` for the usual ones.
    pub ca: Option<String>,
}

/// How the server was reached lately; kept, so that a restart does not forget an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Attempts in a row that brought no answer.
    pub failures: u32,
    /// Records in a batch, as the server last said.
    pub batch_limit: u32,
}

impl SqliteStore {
    /// The station's enrolment, if it is enrolled.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn enrolment(&mut self) -> Result<Option<Enrolment>, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached("SELECT server, client_id, ca FROM enrolment")?
                .query_row([], |row| {
                    Ok(Enrolment {
                        server: row.get(0)?,
                        client_id: row.get(1)?,
                        ca: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(found)
        })
    }

    /// Keeps an enrolment in place of the one before it. `same_server` tells that it is the server
    /// of before, if at a new address: else what that one received cannot be changed at this one.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn keep_enrolment(
        &mut self,
        enrolment: &Enrolment,
        same_server: bool,
        witnessed: &Witnessed,
    ) -> Result<(), StoreError> {
        self.transact(|transaction| {
            let before: Option<i64> = transaction
                .query_row("SELECT since FROM enrolment", [], |row| row.get(0))
                .optional()?;
            let what = Particulars::of(Act::Enrolled, &enrolment.server);
            let row = audit::append(transaction, witnessed, &what)?;
            let since = match before {
                None => 0,
                Some(since) if same_server => since,
                Some(_) => row.sequence,
            };
            transaction.execute(
                "INSERT OR REPLACE INTO enrolment \
                 (only, server, client_id, ca, enrolled_in, since) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                params![
                    enrolment.server,
                    enrolment.client_id,
                    enrolment.ca,
                    row.sequence,
                    since
                ],
            )?;
            Ok(())
        })
    }

    /// How the server was reached lately; `None` before the first attempt.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn reach(&mut self) -> Result<Option<Reach>, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached("SELECT failures, batch_limit FROM reach")?
                .query_row([], |row| {
                    Ok(Reach {
                        failures: row.get(0)?,
                        batch_limit: row.get(1)?,
                    })
                })
                .optional()?;
            Ok(found)
        })
    }

    /// Keeps how the server was reached.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn keep_reach(&mut self, reach: Reach) -> Result<(), StoreError> {
        self.transact(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO reach (only, failures, batch_limit) VALUES (1, ?1, ?2)",
                params![reach.failures, reach.batch_limit],
            )?;
            Ok(())
        })
    }
}
