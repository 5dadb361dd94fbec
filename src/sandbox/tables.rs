//! The records among the tables: each statement once, for both databases.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use super::ids::{ClientId, ResourceId, Version};
use super::registry::{Param, RegistryError, Row, Sql};
use crate::exchange::Status;

/// The tables, within a transaction.
pub(super) struct Tables<'t> {
    pub(super) sql: &'t mut dyn Sql,
}

/// What the conflict rule goes by.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Municipality code, hyphen, 券番号.
    pub(super) voucher: String,
    /// Which dose.
    pub(super) dose: u8,
    /// The day of a consultation; empty for a given dose.
    pub(super) consulted_on: String,
}

impl Key {
    /// Whether both are about the same dose on the same voucher.
    pub(super) fn same_dose(&self, other: &Self) -> bool {
        self.voucher == other.voucher && self.dose == other.dose
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {})", masked(&self.voucher), self.dose)
    }
}

/// A voucher's number of which the last three digits are left.
pub(super) fn masked(voucher: &str) -> String {
    let length = voucher.chars().count();
    let hide = |(place, c): (usize, char)| match c {
        '-' => '-',
        c if place + 3 >= length => c,
        _ => '*',
    };
    voucher.chars().enumerate().map(hide).collect()
}

/// What is kept of a resource that is new or changed.
#[derive(Debug, Clone)]
pub(super) struct Draft<'d> {
    pub(super) key: &'d Key,
    pub(super) status: Status,
    /// What has to be equal for two records to say the same.
    pub(super) content: &'d str,
    /// Who answers for it.
    pub(super) owner: &'d ClientId,
    /// The resource as it was sent.
    pub(super) body: &'d str,
    pub(super) at: Timestamp,
}

/// A resource as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) id: ResourceId,
    pub(super) version: Version,
    pub(super) status: Status,
    pub(super) key: Key,
    pub(super) content: String,
    pub(super) owner: ClientId,
    pub(super) body: String,
    pub(super) modified: Timestamp,
}

/// Who said that a record of theirs is this resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) uuid: Uuid,
    pub(super) resource: ResourceId,
    pub(super) client: ClientId,
}

macro_rules! select_resource {
    ($condition:literal) => {
        concat!(
            "SELECT id, version, status, voucher, dose, consulted_on, content, owner, body, \
             modified FROM resource ",
            $condition
        )
    };
}

impl Tables<'_> {
    fn rows(
        &mut self,
        statement: &'static str,
        with: &[Param<'_>],
    ) -> Result<Vec<Row>, RegistryError> {
        self.sql.run(statement, with)
    }

    fn resources(
        &mut self,
        statement: &'static str,
        with: &[Param<'_>],
    ) -> Result<Vec<Resource>, RegistryError> {
        self.rows(statement, with)?.iter().map(resource).collect()
    }

    /// Who claims this identity.
    pub(super) fn claim(&mut self, uuid: Uuid) -> Result<Option<Claim>, RegistryError> {
        let found = self.rows(
            "SELECT uuid, resource, client FROM claim WHERE uuid = $1",
            &[Param::Bytes(uuid.as_bytes())],
        )?;
        found.first().map(claim).transpose()
    }

    /// Every claim on a resource, oldest first: identities are UUIDs of version 7.
    pub(super) fn claims(&mut self, id: ResourceId) -> Result<Vec<Claim>, RegistryError> {
        let found = self.rows(
            "SELECT uuid, resource, client FROM claim WHERE resource = $1 ORDER BY uuid",
            &[Param::Int(id.0)],
        )?;
        found.iter().map(claim).collect()
    }

    /// Holds a resource until the transaction ends: what is read of it from now on stays true.
    pub(super) fn lock(&mut self, id: ResourceId) -> Result<bool, RegistryError> {
        let held = self.rows(
            "UPDATE resource SET version = version WHERE id = $1 RETURNING id",
            &[Param::Int(id.0)],
        )?;
        Ok(!held.is_empty())
    }

    /// The resource with this id.
    pub(super) fn resource(&mut self, id: ResourceId) -> Result<Option<Resource>, RegistryError> {
        let found = self.resources(select_resource!("WHERE id = $1"), &[Param::Int(id.0)])?;
        Ok(found.into_iter().next())
    }

    /// The resource that stands under this key, if one does that was not entered in error.
    pub(super) fn active(&mut self, key: &Key) -> Result<Option<Resource>, RegistryError> {
        let found = self.resources(
            select_resource!(
                "WHERE voucher = $1 AND dose = $2 AND consulted_on = $3 \
                 AND status <> 'entered-in-error'"
            ),
            &[
                Param::Text(&key.voucher),
                Param::Int(key.dose.into()),
                Param::Text(&key.consulted_on),
            ],
        )?;
        Ok(found.into_iter().next())
    }

    /// A new resource; `None` when another one stands under its key.
    pub(super) fn create(
        &mut self,
        draft: &Draft<'_>,
    ) -> Result<Option<ResourceId>, RegistryError> {
        let made = self.rows(
            "INSERT INTO resource (version, status, voucher, dose, consulted_on, content, owner, \
             body, modified) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT DO NOTHING RETURNING id",
            &[
                Param::Int(Version::FIRST.0),
                Param::Text(status_code(draft.status)),
                Param::Text(&draft.key.voucher),
                Param::Int(draft.key.dose.into()),
                Param::Text(&draft.key.consulted_on),
                Param::Text(draft.content),
                Param::Text(&draft.owner.0),
                Param::Text(draft.body),
                Param::Int(draft.at.as_second()),
            ],
        )?;
        made.first()
            .map(|row| row.int(0).map(ResourceId))
            .transpose()
    }

    /// A new version of a resource; the one before goes into its history.
    pub(super) fn replace(
        &mut self,
        before: &Resource,
        draft: &Draft<'_>,
    ) -> Result<Version, RegistryError> {
        self.rows(
            "INSERT INTO history (resource, version, body, modified) VALUES ($1, $2, $3, $4)",
            &[
                Param::Int(before.id.0),
                Param::Int(before.version.0),
                Param::Text(&before.body),
                Param::Int(before.modified.as_second()),
            ],
        )?;
        let version = before.version.next();
        self.rows(
            "UPDATE resource SET version = $1, status = $2, consulted_on = $3, content = $4, \
             owner = $5, body = $6, modified = $7 WHERE id = $8",
            &[
                Param::Int(version.0),
                Param::Text(status_code(draft.status)),
                Param::Text(&draft.key.consulted_on),
                Param::Text(draft.content),
                Param::Text(&draft.owner.0),
                Param::Text(draft.body),
                Param::Int(draft.at.as_second()),
                Param::Int(before.id.0),
            ],
        )?;
        Ok(version)
    }

    /// Another client answers for a resource, which says the same as before.
    pub(super) fn hand_over(
        &mut self,
        id: ResourceId,
        owner: &ClientId,
        body: &str,
    ) -> Result<(), RegistryError> {
        self.rows(
            "UPDATE resource SET owner = $1, body = $2 WHERE id = $3",
            &[Param::Text(&owner.0), Param::Text(body), Param::Int(id.0)],
        )?;
        Ok(())
    }

    /// Adds a claim; false when the identity is claimed already.
    pub(super) fn add_claim(&mut self, claim: &Claim) -> Result<bool, RegistryError> {
        let added = self.rows(
            "INSERT INTO claim (uuid, resource, client) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING RETURNING resource",
            &[
                Param::Bytes(claim.uuid.as_bytes()),
                Param::Int(claim.resource.0),
                Param::Text(&claim.client.0),
            ],
        )?;
        Ok(!added.is_empty())
    }

    /// A claim is on another resource from now on.
    pub(super) fn move_claim(&mut self, uuid: Uuid, to: ResourceId) -> Result<(), RegistryError> {
        self.rows(
            "UPDATE claim SET resource = $1 WHERE uuid = $2",
            &[Param::Int(to.0), Param::Bytes(uuid.as_bytes())],
        )?;
        Ok(())
    }

    /// Notes that a client spells an element otherwise than the resource does.
    pub(super) fn note(
        &mut self,
        id: ResourceId,
        client: &ClientId,
        element: &str,
        at: Timestamp,
    ) -> Result<(), RegistryError> {
        self.rows(
            "INSERT INTO note (resource, client, element, noted) VALUES ($1, $2, $3, $4)",
            &[
                Param::Int(id.0),
                Param::Text(&client.0),
                Param::Text(element),
                Param::Int(at.as_second()),
            ],
        )?;
        Ok(())
    }

    /// The text and time of an earlier version.
    pub(super) fn earlier(
        &mut self,
        id: ResourceId,
        version: Version,
    ) -> Result<Option<(String, Timestamp)>, RegistryError> {
        let found = self.rows(
            "SELECT body, modified FROM history WHERE resource = $1 AND version = $2",
            &[Param::Int(id.0), Param::Int(version.0)],
        )?;
        let read = |row: &Row| Ok((row.text(0)?, time(row.int(1)?)?));
        found.first().map(read).transpose()
    }

    /// Resources in the order of their ids, from the one after `after` on.
    pub(super) fn page(
        &mut self,
        after: ResourceId,
        limit: i64,
    ) -> Result<Vec<Resource>, RegistryError> {
        self.resources(
            select_resource!("WHERE id > $1 ORDER BY id LIMIT $2"),
            &[Param::Int(after.0), Param::Int(limit)],
        )
    }

    /// The newest resources, newest first.
    pub(super) fn newest(&mut self, limit: i64) -> Result<Vec<Resource>, RegistryError> {
        self.resources(
            select_resource!("ORDER BY id DESC LIMIT $1"),
            &[Param::Int(limit)],
        )
    }

    /// How many resources there are of each status.
    pub(super) fn counts(&mut self) -> Result<Vec<(Status, i64)>, RegistryError> {
        let found = self.rows(
            "SELECT status, count(*) FROM resource GROUP BY status ORDER BY status",
            &[],
        )?;
        let read = |row: &Row| Ok((status_of(&row.text(0)?)?, row.int(1)?));
        found.iter().map(read).collect()
    }

    /// How many differing spellings were noted.
    pub(super) fn notes(&mut self) -> Result<i64, RegistryError> {
        let found = self.rows("SELECT count(*) FROM note", &[])?;
        found.first().map_or(Ok(0), |row| row.int(0))
    }
}

fn claim(row: &Row) -> Result<Claim, RegistryError> {
    Ok(Claim {
        uuid: row.uuid(0)?,
        resource: ResourceId(row.int(1)?),
        client: ClientId(row.text(2)?),
    })
}

fn resource(row: &Row) -> Result<Resource, RegistryError> {
    let dose = row.int(4)?;
    Ok(Resource {
        id: ResourceId(row.int(0)?),
        version: Version(row.int(1)?),
        status: status_of(&row.text(2)?)?,
        key: Key {
            voucher: row.text(3)?,
            dose: u8::try_from(dose).map_err(|_| RegistryError::Unreadable("a dose"))?,
            consulted_on: row.text(5)?,
        },
        content: row.text(6)?,
        owner: ClientId(row.text(7)?),
        body: row.text(8)?,
        modified: time(row.int(9)?)?,
    })
}

pub(super) fn time(seconds: i64) -> Result<Timestamp, RegistryError> {
    Timestamp::from_second(seconds).map_err(|_| RegistryError::Unreadable("a time"))
}

/// FHIR's code of a status.
pub(super) fn status_code(status: Status) -> &'static str {
    match status {
        Status::Completed => "completed",
        Status::NotDone => "not-done",
        Status::EnteredInError => "entered-in-error",
    }
}

fn status_of(code: &str) -> Result<Status, RegistryError> {
    [Status::Completed, Status::NotDone, Status::EnteredInError]
        .into_iter()
        .find(|status| status_code(*status) == code)
        .ok_or(RegistryError::Unreadable("a status"))
}
