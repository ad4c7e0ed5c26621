//! What has access to an organisation or to one project: grants with who gave them and how they stand. API keys stand in a
//! table of their own.

use model::{DeviceCode, Grant, Id, Organization, Project, Timestamp};
use sqlx::any::AnyRow;

use crate::{
    Read, Standing, StorageError, columns::Columns, device_codes::device_code, grants::grant,
    standing::grants_as_they_stand,
};

/// Over what.
#[derive(Clone, Copy, Debug)]
pub enum Over {
    /// Every project of an organisation.
    Organization(Id<Organization>),
    /// One project.
    Project(Id<Project>),
}

/// A grant as others than its person see it.
#[derive(Clone, Debug)]
pub struct Given {
    /// The grant.
    pub grant: Grant,
    /// The address of who gave it.
    pub by: String,
    /// How it stands now.
    pub standing: Standing,
}

fn given(row: &AnyRow) -> Result<Given, StorageError> {
    let columns = Columns::of(row, "grants");
    Ok(Given { grant: grant(row)?, by: columns.text("given_by")?, standing: Standing::of(&columns)? })
}

impl Read {
    /// The grants that nobody took back, newest first: those before this one, or all, so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_grants_over(
        &mut self,
        over: Over,
        before: Option<Id<Grant>>,
        most: u32,
    ) -> Result<Vec<Given>, StorageError> {
        let most = i64::from(most);
        let rows = match (over, before) {
            (Over::Organization(id), None) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.organization_id = $1 AND g.revoked_at IS NULL ORDER BY g.id DESC LIMIT $2"
                );
                self.all(sql, [id.into(), most.into()]).await?
            }
            (Over::Organization(id), Some(before)) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.organization_id = $1 AND g.revoked_at IS NULL AND g.id < $2 ORDER BY g.id DESC LIMIT $3"
                );
                self.all(sql, [id.into(), before.into(), most.into()]).await?
            }
            (Over::Project(id), None) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.project_id = $1 AND g.revoked_at IS NULL ORDER BY g.id DESC LIMIT $2"
                );
                self.all(sql, [id.into(), most.into()]).await?
            }
            (Over::Project(id), Some(before)) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.project_id = $1 AND g.revoked_at IS NULL AND g.id < $2 ORDER BY g.id DESC LIMIT $3"
                );
                self.all(sql, [id.into(), before.into(), most.into()]).await?
            }
        };
        rows.iter().map(given).collect()
    }

    /// The grants that ended after `since`, the last to end first, so many at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn ended_grants_over(
        &mut self,
        over: Over,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<Given>, StorageError> {
        let most = i64::from(most);
        let rows = match over {
            Over::Organization(id) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.organization_id = $1 AND g.revoked_at > $2 ORDER BY g.revoked_at DESC, g.id DESC LIMIT $3"
                );
                self.all(sql, [id.into(), since.into(), most.into()]).await?
            }
            Over::Project(id) => {
                let sql = grants_as_they_stand!(
                    "WHERE g.project_id = $1 AND g.revoked_at > $2 ORDER BY g.revoked_at DESC, g.id DESC LIMIT $3"
                );
                self.all(sql, [id.into(), since.into(), most.into()]).await?
            }
        };
        rows.iter().map(given).collect()
    }

    /// How many grants over a project nobody took back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn count_live_grants_over(&mut self, project_id: Id<Project>) -> Result<usize, StorageError> {
        let sql = "SELECT count(*) AS number FROM grants WHERE project_id = $1 AND revoked_at IS NULL";
        let Some(row) = self.one(sql, [project_id.into()]).await? else { return Ok(0) };
        let columns = Columns::of(&row, "grants");
        usize::try_from(columns.count("number")?).map_err(|_| columns.corrupt())
    }

    /// Until when each of an organisation's grants between these two can live at the latest.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn latest_ends_between(
        &mut self,
        organization_id: Id<Organization>,
        first: Id<Grant>,
        last: Id<Grant>,
    ) -> Result<Vec<(Id<Grant>, Timestamp)>, StorageError> {
        let sql = "SELECT g.id AS id, max(f.absolute_expires_at) AS latest FROM grants g \
             JOIN families f ON f.grant_id = g.id AND f.revoked_at IS NULL \
             WHERE g.organization_id = $1 AND g.revoked_at IS NULL AND g.id >= $2 AND g.id <= $3 GROUP BY g.id";
        let rows = self.all(sql, [organization_id.into(), first.into(), last.into()]).await?;
        let end = |row| {
            let columns = Columns::of(row, "families");
            Ok((columns.id("id")?, columns.time("latest")?))
        };
        rows.iter().map(end).collect()
    }

    /// The devices that are signed in under an organisation's grants between these two, the oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn devices_between(
        &mut self,
        organization_id: Id<Organization>,
        first: Id<Grant>,
        last: Id<Grant>,
    ) -> Result<Vec<(Id<Grant>, DeviceCode)>, StorageError> {
        let sql = "SELECT d.*, f.grant_id FROM grants g JOIN families f ON f.grant_id = g.id AND f.revoked_at IS NULL \
             JOIN device_codes d ON d.family_id = f.id \
             WHERE g.organization_id = $1 AND g.id >= $2 AND g.id <= $3 ORDER BY d.id";
        let rows = self.all(sql, [organization_id.into(), first.into(), last.into()]).await?;
        rows.iter().map(|row| Ok((Columns::of(row, "device_codes").id("grant_id")?, device_code(row)?))).collect()
    }

    /// Who made the API keys over an organisation's projects: ids and addresses.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn makers_of_keys(
        &mut self,
        organization_id: Id<Organization>,
    ) -> Result<Vec<(Id<model::User>, String)>, StorageError> {
        let sql = "SELECT DISTINCT u.id, u.email FROM api_keys k JOIN projects p ON p.id = k.project_id \
             JOIN users u ON u.id = k.user_id WHERE p.organization_id = $1";
        let rows = self.all(sql, [organization_id.into()]).await?;
        let maker = |row| {
            let columns = Columns::of(row, "users");
            Ok((columns.id("id")?, columns.text("email")?))
        };
        rows.iter().map(maker).collect()
    }
}
