//! The operators' accounts, kept in the encrypted database.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::audit::{self, Act, Particulars, Witnessed};
use super::error::StoreError;
use super::sqlite::SqliteStore;
use crate::accounts::{Operator, PinHash, Totp, Tries};
use crate::clock::{Moment, RunId};
use crate::intake::OperatorId;
use crate::keys::Secret;

impl SqliteStore {
    /// Everybody who has an account, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn operators(&mut self) -> Result<Vec<Operator>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT account FROM operator ORDER BY id")?
                .query_map([], |row| row.get::<_, String>(0))?
                .map(|account| {
                    let kept: Option<Account> = serde_json::from_str(&account?).ok();
                    kept.and_then(Account::operator).ok_or(UNREADABLE)
                })
                .collect()
        })
    }

    /// The operator of that id.
    ///
    /// # Errors
    /// As [`SqliteStore::operators`].
    pub fn operator(&mut self, id: &OperatorId) -> Result<Option<Operator>, StoreError> {
        let operators = self.operators()?;
        Ok(operators.into_iter().find(|operator| operator.id == *id))
    }

    /// Keeps an account as it is now, under an act that tells why: also after a wrong PIN, so that
    /// a lock survives a restart.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn keep_operator(
        &mut self,
        operator: &Operator,
        act: Act,
        witnessed: &Witnessed,
    ) -> Result<(), StoreError> {
        let account = serde_json::to_string(&Account::of(operator)).map_err(|_| UNREADABLE)?;
        let id = operator.id.to_string();
        self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO operator (id, account) VALUES (?1, ?2) \
                 ON CONFLICT (id) DO UPDATE SET account = excluded.account",
                params![id, account],
            )?;
            audit::append(transaction, witnessed, &Particulars::of(act, &id))?;
            Ok(())
        })
    }
}

const UNREADABLE: StoreError = StoreError::Unreadable {
    sequence: 0,
    column: "account",
};

/// An account as the database keeps it.
#[derive(Serialize, Deserialize)]
struct Account {
    id: String,
    name: String,
    role: String,
    pin_hash: String,
    tries: KeptTries,
    totp: Option<KeptTotp>,
    enabled: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptTries {
    failed: u32,
    /// Wall clock and monotonic clock in microseconds, and the run.
    locked_since: Option<(i64, u64, i64)>,
}

#[derive(Serialize, Deserialize)]
struct KeptTotp {
    secret: String,
    last_step: Option<u64>,
    tries: KeptTries,
}

impl Account {
    fn of(operator: &Operator) -> Self {
        Self {
            id: operator.id.to_string(),
            name: operator.name.as_str().to_owned(),
            role: operator.role.as_str().to_owned(),
            pin_hash: operator.pin_hash.as_str().to_owned(),
            tries: KeptTries::of(&operator.tries),
            totp: operator.totp.as_ref().map(|totp| KeptTotp {
                secret: totp.secret().to_hex().to_string(),
                last_step: totp.last_step(),
                tries: KeptTries::of(&totp.tries()),
            }),
            enabled: operator.enabled,
        }
    }

    fn operator(self) -> Option<Operator> {
        let totp = match self.totp {
            Some(kept) => Some(kept.totp()?),
            None => None,
        };
        Some(Operator {
            id: self.id.parse().ok()?,
            name: self.name.parse().ok()?,
            role: self.role.parse().ok()?,
            pin_hash: PinHash::parse(&self.pin_hash).ok()?,
            tries: self.tries.tries()?,
            totp,
            enabled: self.enabled,
        })
    }
}

impl KeptTries {
    fn of(tries: &Tries) -> Self {
        Self {
            failed: tries.failed,
            locked_since: tries.locked_since.map(|moment| {
                let monotonic = u64::try_from(moment.monotonic.as_micros()).unwrap_or(u64::MAX);
                (moment.wall.as_microsecond(), monotonic, moment.run.0)
            }),
        }
    }

    fn tries(&self) -> Option<Tries> {
        let locked_since = match self.locked_since {
            Some((wall, monotonic, run)) => Some(Moment {
                wall: Timestamp::from_microsecond(wall).ok()?,
                monotonic: Duration::from_micros(monotonic),
                run: RunId(run),
            }),
            None => None,
        };
        Some(Tries {
            failed: self.failed,
            locked_since,
        })
    }
}

impl KeptTotp {
    fn totp(self) -> Option<Totp> {
        let secret = Secret::from_hex(&self.secret).ok()?;
        Totp::restored(secret, self.last_step, self.tries.tries()?).ok()
    }
}
