//! The devices among the tables: codes, keys, assertions that were used, tokens, audit heads.

use jiff::Timestamp;

use super::ids::ClientId;
use super::random::Fingerprint;
use super::registry::{Param, RegistryError, Row};
use super::tables::{Tables, time};

/// A device and its public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) id: ClientId,
    /// The coordinate, base64url, as the JSON web key had it.
    pub(super) x: String,
    /// The coordinate.
    pub(super) y: String,
}

/// What is known of an enrolment code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// Nobody was given such a code.
    Unknown,
    /// Not used yet.
    Fresh,
    /// This device used it.
    UsedBy(ClientId),
}

/// Where a device's audit chain stood when it last said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuditHead {
    /// Number of the last line.
    pub(super) sequence: i64,
    /// Its hash, in hexadecimal digits.
    pub(super) head: String,
}

/// A device as the page shows it.
#[derive(Debug, Clone)]
pub(super) struct Station {
    pub(super) id: ClientId,
    pub(super) enrolled: Timestamp,
    pub(super) audit: Option<AuditHead>,
    /// How often its chain was shorter than it had been.
    pub(super) went_back: i64,
}

impl Tables<'_> {
    /// A code that may be used once.
    pub(super) fn add_code(&mut self, code: &Fingerprint) -> Result<(), RegistryError> {
        self.sql.run(
            "INSERT INTO code (hash, client) VALUES ($1, NULL) ON CONFLICT DO NOTHING",
            &[Param::Bytes(code.bytes())],
        )?;
        Ok(())
    }

    /// What is known of a code; it is held until the transaction ends.
    pub(super) fn code(&mut self, code: &Fingerprint) -> Result<Code, RegistryError> {
        let found = self.sql.run(
            "UPDATE code SET client = client WHERE hash = $1 RETURNING client",
            &[Param::Bytes(code.bytes())],
        )?;
        Ok(
            match found.first().map(|row| row.maybe_text(0)).transpose()? {
                None => Code::Unknown,
                Some(None) => Code::Fresh,
                Some(Some(client)) => Code::UsedBy(ClientId(client)),
            },
        )
    }

    /// Enrols a device with a code; gives the client that it is from now on. A key that is here
    /// already is the client that it was.
    pub(super) fn enrol(
        &mut self,
        code: &Fingerprint,
        client: &Client,
        at: Timestamp,
    ) -> Result<ClientId, RegistryError> {
        let known = self.with_key(&client.x, &client.y)?;
        let id = known.as_ref().unwrap_or(&client.id).clone();
        self.sql.run(
            "UPDATE code SET client = $1 WHERE hash = $2",
            &[Param::Text(&id.0), Param::Bytes(code.bytes())],
        )?;
        if known.is_none() {
            self.add_client(client, at)?;
        }
        Ok(id)
    }

    /// The device that has this key, the first one if there are several.
    fn with_key(&mut self, x: &str, y: &str) -> Result<Option<ClientId>, RegistryError> {
        let found = self.sql.run(
            "SELECT id FROM client WHERE x = $1 AND y = $2 ORDER BY enrolled, id LIMIT 1",
            &[Param::Text(x), Param::Text(y)],
        )?;
        found
            .first()
            .map(|row| row.text(0).map(ClientId))
            .transpose()
    }

    fn add_client(&mut self, client: &Client, at: Timestamp) -> Result<(), RegistryError> {
        self.sql.run(
            "INSERT INTO client (id, x, y, enrolled, audit_sequence, audit_head, audit_went_back) \
             VALUES ($1, $2, $3, $4, 0, '', 0)",
            &[
                Param::Text(&client.id.0),
                Param::Text(&client.x),
                Param::Text(&client.y),
                Param::Int(at.as_second()),
            ],
        )?;
        Ok(())
    }

    /// The device with this id.
    pub(super) fn client(&mut self, id: &ClientId) -> Result<Option<Client>, RegistryError> {
        let found = self.sql.run(
            "SELECT id, x, y FROM client WHERE id = $1",
            &[Param::Text(&id.0)],
        )?;
        let read = |row: &Row| {
            Ok(Client {
                id: ClientId(row.text(0)?),
                x: row.text(1)?,
                y: row.text(2)?,
            })
        };
        found.first().map(read).transpose()
    }

    /// Notes that an assertion was used; false when it had been before. Those that have expired
    /// are forgotten, since they are refused for that.
    pub(super) fn use_assertion(
        &mut self,
        client: &ClientId,
        jti: &str,
        expires: i64,
        now: Timestamp,
    ) -> Result<bool, RegistryError> {
        self.sql.run(
            "DELETE FROM assertion WHERE expires < $1",
            &[Param::Int(now.as_second())],
        )?;
        let used = self.sql.run(
            "INSERT INTO assertion (client, jti, expires) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING RETURNING expires",
            &[
                Param::Text(&client.0),
                Param::Text(jti),
                Param::Int(expires),
            ],
        )?;
        Ok(!used.is_empty())
    }

    /// Keeps a token; those that have expired are forgotten.
    pub(super) fn add_token(
        &mut self,
        token: &Fingerprint,
        client: &ClientId,
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<(), RegistryError> {
        self.sql.run(
            "DELETE FROM token WHERE expires < $1",
            &[Param::Int(now.as_second())],
        )?;
        self.sql.run(
            "INSERT INTO token (hash, client, expires) VALUES ($1, $2, $3)",
            &[
                Param::Bytes(token.bytes()),
                Param::Text(&client.0),
                Param::Int(expires.as_second()),
            ],
        )?;
        Ok(())
    }

    /// Whose a token is, and until when.
    pub(super) fn token(
        &mut self,
        token: &Fingerprint,
    ) -> Result<Option<(ClientId, Timestamp)>, RegistryError> {
        let found = self.sql.run(
            "SELECT client, expires FROM token WHERE hash = $1",
            &[Param::Bytes(token.bytes())],
        )?;
        let read = |row: &Row| Ok((ClientId(row.text(0)?), time(row.int(1)?)?));
        found.first().map(read).transpose()
    }

    /// Keeps where a device's audit chain stands. One that is shorter than before is noted: the
    /// device was put back to an older state, or its book was cut.
    pub(super) fn keep_audit_head(
        &mut self,
        client: &ClientId,
        audit: &AuditHead,
    ) -> Result<(), RegistryError> {
        self.sql.run(
            "UPDATE client SET audit_went_back = audit_went_back \
             + CASE WHEN $1 < audit_sequence THEN 1 ELSE 0 END, \
             audit_sequence = $1, audit_head = $2 WHERE id = $3",
            &[
                Param::Int(audit.sequence),
                Param::Text(&audit.head),
                Param::Text(&client.0),
            ],
        )?;
        Ok(())
    }

    /// Every device, in the order of their enrolment.
    pub(super) fn stations(&mut self) -> Result<Vec<Station>, RegistryError> {
        let found = self.sql.run(
            "SELECT id, enrolled, audit_sequence, audit_head, audit_went_back FROM client \
             ORDER BY enrolled, id",
            &[],
        )?;
        let read = |row: &Row| {
            let head = row.text(3)?;
            let audit = AuditHead {
                sequence: row.int(2)?,
                head,
            };
            Ok(Station {
                id: ClientId(row.text(0)?),
                enrolled: time(row.int(1)?)?,
                audit: (!audit.head.is_empty()).then_some(audit),
                went_back: row.int(4)?,
            })
        };
        found.iter().map(read).collect()
    }
}
