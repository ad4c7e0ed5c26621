//! The table of device codes. A code is entered once and spent once, each by a conditional write.

use std::time::Duration;

use model::{
    Authorization, ClientId, DeviceCode, Family, Grant, Id, Organization, ResourceId, SecretHash, Timestamp, User,
};
use protocol::Scope;
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

pub(crate) fn device_code(row: &AnyRow) -> Result<DeviceCode, StorageError> {
    let columns = Columns::of(row, "device_codes");
    Ok(DeviceCode {
        id: columns.id("id")?,
        client_id: ClientId::new(columns.text("client_id")?),
        request: columns.json("request")?,
        device_hash: columns.hash("device_hash")?,
        user_code_tag: columns.hash("user_code_tag")?,
        key_version: u16::try_from(columns.number("key_version")?).map_err(|_| columns.corrupt())?,
        address: columns.text("address")?,
        user_agent: columns.text("user_agent")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        pace: Duration::from_secs(columns.count("pace")?),
        polled_at: columns.optional_time("polled_at")?,
        authorization_id: columns.optional_id("authorization_id")?,
        ended_at: columns.optional_time("ended_at")?,
        family_id: columns.optional_id("family_id")?,
    })
}

impl Read {
    /// One device code, ended ones too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn device_code(&mut self, id: Id<DeviceCode>) -> Result<Option<DeviceCode>, StorageError> {
        self.one("SELECT * FROM device_codes WHERE id = $1", [id.into()]).await?.as_ref().map(device_code).transpose()
    }

    /// The device code with this user code that nobody was given the last answer to, entered or not.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn device_code_by_tag(
        &mut self,
        user_code_tag: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<DeviceCode>, StorageError> {
        let sql = "SELECT * FROM device_codes WHERE user_code_tag = $1 AND ended_at IS NULL AND expires_at > $2";
        self.one(sql, [user_code_tag.into(), now.into()]).await?.as_ref().map(device_code).transpose()
    }

    /// The devices that a person let in and whose sign-ins have not ended, each with its grant, the oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn devices_of(&mut self, user_id: Id<User>) -> Result<Vec<(Id<Grant>, DeviceCode)>, StorageError> {
        let sql = "SELECT d.*, f.grant_id FROM device_codes d JOIN families f ON f.id = d.family_id AND f.revoked_at IS NULL \
             JOIN grants g ON g.id = f.grant_id WHERE g.user_id = $1 ORDER BY d.id";
        let rows = self.all(sql, [user_id.into()]).await?;
        rows.iter().map(|row| Ok((Columns::of(row, "device_codes").id("grant_id")?, device_code(row)?))).collect()
    }
}

/// A sign-in of a device that has not ended.
#[derive(Clone, Debug)]
pub struct DeviceFamily {
    /// The family.
    pub id: Id<Family>,
    /// At which resource.
    pub resource_id: ResourceId,
    /// What it may hold.
    pub scope: Scope,
}

impl Read {
    /// The sign-ins of devices over the projects of an organisation that have not ended.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn device_families_in(&mut self, id: Id<Organization>) -> Result<Vec<DeviceFamily>, StorageError> {
        let sql = "SELECT f.id, f.scope, g.resource_id FROM device_codes d \
             JOIN families f ON f.id = d.family_id AND f.revoked_at IS NULL JOIN grants g ON g.id = f.grant_id \
             WHERE g.organization_id = $1 ORDER BY f.id";
        let family = |row| {
            let columns = Columns::of(row, "families");
            Ok(DeviceFamily {
                id: columns.id("id")?,
                resource_id: ResourceId::new(columns.text("resource_id")?),
                scope: columns.scope("scope")?,
            })
        };
        self.all(sql, [id.into()]).await?.iter().map(family).collect()
    }

    /// The sign-ins of devices that a client has and that have not ended.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn device_families_of(&mut self, id: &ClientId) -> Result<Vec<Id<Family>>, StorageError> {
        let sql = "SELECT f.id FROM device_codes d JOIN families f ON f.id = d.family_id AND f.revoked_at IS NULL \
             WHERE d.client_id = $1 ORDER BY f.id";
        self.all(sql, [id.into()]).await?.iter().map(|row| Columns::of(row, "families").id("id")).collect()
    }
}

impl Tx {
    /// Adds a device code.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if another that is alive has the same user code.
    pub async fn insert_device_code(&mut self, device: &DeviceCode) -> Result<(), StorageError> {
        let request = serde_json::to_string(&device.request)
            .map_err(|_| StorageError::Corrupt { table: "device_codes", id: device.id.to_string() })?;
        self.run_one(
            "device code",
            "INSERT INTO device_codes (id, client_id, request, device_hash, user_code_tag, key_version, address, user_agent, created_at, \
             expires_at, pace) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                device.id.into(),
                (&device.client_id).into(),
                request.into(),
                (&device.device_hash).into(),
                (&device.user_code_tag).into(),
                device.key_version.into(),
                (&device.address).into(),
                (&device.user_agent).into(),
                device.created_at.into(),
                device.expires_at.into(),
                device.pace.as_secs().into(),
            ],
        )
        .await
    }

    /// Gives a device code to the request of the browser that entered it. No if another was faster, or it is dead.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn claim_device_code(
        &mut self,
        id: Id<DeviceCode>,
        authorization_id: Id<Authorization>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE device_codes SET authorization_id = $2 \
             WHERE id = $1 AND authorization_id IS NULL AND ended_at IS NULL AND expires_at > $3";
        Ok(self.run(sql, [id.into(), authorization_id.into(), now.into()]).await? == 1)
    }

    /// Waits for whoever else asks with this device code, and holds others back until this transaction ends: what is read next is then
    /// the truth.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_device_code(&mut self, id: Id<DeviceCode>) -> Result<(), StorageError> {
        self.run("UPDATE device_codes SET polled_at = polled_at WHERE id = $1", [id.into()]).await.map(drop)
    }

    /// Notes that the device asked, and how long it must wait from now on.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it has ended.
    pub async fn note_poll(&mut self, device: &DeviceCode) -> Result<(), StorageError> {
        self.run_one(
            "device code",
            "UPDATE device_codes SET polled_at = $2, pace = $3 WHERE id = $1 AND ended_at IS NULL",
            [device.id.into(), device.polled_at.into(), device.pace.as_secs().into()],
        )
        .await
    }

    /// Ends a device code with its last answer, without or with the family that it is spent on.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it has ended already.
    pub async fn end_device_code(
        &mut self,
        id: Id<DeviceCode>,
        family_id: Option<Id<Family>>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.run_one(
            "device code",
            "UPDATE device_codes SET ended_at = $2, family_id = $3 WHERE id = $1 AND ended_at IS NULL",
            [id.into(), now.into(), family_id.into()],
        )
        .await
    }
}
