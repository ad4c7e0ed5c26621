//! The table of grants.

use model::{
    Client, ClientId, Family, Grant, GrantKind, Id, Organization, Project, ResourceId, Timestamp, User, family::Revoked,
};
use protocol::Scope;
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

pub(crate) fn grant(row: &AnyRow) -> Result<Grant, StorageError> {
    let columns = Columns::of(row, "grants");
    Ok(Grant {
        id: columns.id("id")?,
        user_id: columns.id("user_id")?,
        client_id: ClientId::new(columns.text("client_id")?),
        kind: kind(&columns)?,
        scope: columns.scope("scope")?,
        client_fingerprint: columns.text("client_fingerprint")?,
        created_at: columns.time("created_at")?,
        used_at: columns.optional_time("used_at")?,
        used_address: columns.optional_text("used_address")?,
        revoked: revoked(&columns)?,
    })
}

/// What a grant, or a row joined with one, is over.
pub(crate) fn kind(columns: &Columns<'_>) -> Result<GrantKind, StorageError> {
    let resource_id = columns.optional_text("resource_id")?;
    match (resource_id, columns.optional_id("organization_id")?, columns.optional_id("project_id")?) {
        (None, None, None) => Ok(GrantKind::Identity),
        (Some(resource_id), Some(organization_id), Some(project_id)) => {
            Ok(GrantKind::Project { resource_id: ResourceId::new(resource_id), organization_id, project_id })
        }
        _ => Err(columns.corrupt()),
    }
}

/// The end of a grant or a family, if it has ended.
pub(crate) fn revoked(columns: &Columns<'_>) -> Result<Option<Revoked>, StorageError> {
    match columns.optional_time("revoked_at")? {
        Some(at) => Ok(Some(Revoked { at, reason: columns.text("revoked_reason")? })),
        None => Ok(None),
    }
}

/// A grant with what its person needs to recognise it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The grant.
    pub grant: Grant,
    /// The client's name; none once the client is gone.
    pub client: Client,
    /// The names of project and organisation, for a grant over a project.
    pub project: Option<(Project, String)>,
}

/// A use of a grant that has not been written yet.
#[derive(Clone, Debug)]
pub struct LastUse {
    /// Which grant.
    pub grant_id: Id<Grant>,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: String,
}

impl Read {
    /// One grant, ended ones too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn grant(&mut self, id: Id<Grant>) -> Result<Option<Grant>, StorageError> {
        self.one("SELECT * FROM grants WHERE id = $1", [id.into()]).await?.as_ref().map(grant).transpose()
    }

    /// The grant that is in force for this person, client, resource and project.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_grant(
        &mut self,
        user_id: Id<User>,
        client_id: &ClientId,
        kind: &GrantKind,
    ) -> Result<Option<Grant>, StorageError> {
        let (resource, project) = match kind {
            GrantKind::Identity => ("", ""),
            GrantKind::Project { resource_id, project_id, .. } => (resource_id.as_str(), project_id.as_str()),
        };
        self.one(
            "SELECT * FROM grants WHERE user_id = $1 AND client_id = $2 AND coalesce(resource_id, '') = $3 AND coalesce(project_id, '') = $4 \
             AND revoked_at IS NULL",
            [user_id.into(), client_id.into(), resource.into(), project.into()],
        )
        .await?
        .as_ref()
        .map(grant)
        .transpose()
    }

    /// A person's grants to one client that are in force, newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_grants_to(
        &mut self,
        user_id: Id<User>,
        client_id: &ClientId,
    ) -> Result<Vec<Grant>, StorageError> {
        self.all(
            "SELECT * FROM grants WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
            [user_id.into(), client_id.into()],
        )
        .await?
        .iter()
        .map(grant)
        .collect()
    }

    /// All grants of a person that are in force or ended since `ended_since`, newest first, 500 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn grants_of(&mut self, user_id: Id<User>, ended_since: Timestamp) -> Result<Vec<Grant>, StorageError> {
        self.all(
            "SELECT * FROM grants WHERE user_id = $1 AND (revoked_at IS NULL OR revoked_at > $2) ORDER BY created_at DESC, id DESC LIMIT 500",
            [user_id.into(), ended_since.into()],
        )
        .await?
        .iter()
        .map(grant)
        .collect()
    }

    /// All of a person's grants that were not taken back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_grants_of(&mut self, user_id: Id<User>) -> Result<Vec<Grant>, StorageError> {
        let sql = "SELECT * FROM grants WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id";
        self.all(sql, [user_id.into()]).await?.iter().map(grant).collect()
    }

    /// A person's grants over the projects of one organisation that were not taken back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_grants_in(
        &mut self,
        user_id: Id<User>,
        organization_id: Id<Organization>,
    ) -> Result<Vec<Grant>, StorageError> {
        self.all(
            "SELECT * FROM grants WHERE user_id = $1 AND revoked_at IS NULL \
             AND (organization_id = $2 OR client_id IN (SELECT id FROM clients WHERE owner_id = $2)) ORDER BY id",
            [user_id.into(), organization_id.into()],
        )
        .await?
        .iter()
        .map(grant)
        .collect()
    }

    /// Until when each grant of a person can live at the latest: the furthest absolute expiry of its families.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn latest_ends_of(&mut self, user_id: Id<User>) -> Result<Vec<(Id<Grant>, Timestamp)>, StorageError> {
        let rows = self
            .all(
                "SELECT g.id AS id, max(f.absolute_expires_at) AS latest FROM grants g \
                 JOIN families f ON f.grant_id = g.id AND f.revoked_at IS NULL \
                 WHERE g.user_id = $1 AND g.revoked_at IS NULL GROUP BY g.id",
                [user_id.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let columns = Columns::of(row, "families");
                Ok((columns.id("id")?, columns.time("latest")?))
            })
            .collect()
    }

    /// Grants that nothing lives of any more though nobody took them back: every family has ended or expired, or none was
    /// begun by `unused_since`; and no code for them waits. 500 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn lapsed_grants(
        &mut self,
        unused_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Id<Grant>>, StorageError> {
        let rows = self
            .all(
                "SELECT g.id FROM grants g WHERE g.revoked_at IS NULL \
                 AND (g.created_at <= $1 OR EXISTS (SELECT 1 FROM families f WHERE f.grant_id = g.id)) \
                 AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_id = g.id AND f.revoked_at IS NULL \
                     AND f.idle_expires_at > $2 AND f.absolute_expires_at > $2) \
                 AND NOT EXISTS (SELECT 1 FROM authorizations a WHERE a.grant_id = g.id AND a.spent_at IS NULL AND a.code_expires_at > $2) \
                 LIMIT 500",
                [unused_since.into(), now.into()],
            )
            .await?;
        rows.iter().map(|row| Columns::of(row, "grants").id("id")).collect()
    }

    /// The grants of a person with clients and projects.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn connections_of(
        &mut self,
        user_id: Id<User>,
        ended_since: Timestamp,
    ) -> Result<Vec<Connection>, StorageError> {
        let mut connections = Vec::new();
        for grant in self.grants_of(user_id, ended_since).await? {
            let missing = || StorageError::Corrupt { table: "grants", id: grant.id.to_string() };
            let client = self.client(&grant.client_id).await?.ok_or_else(missing)?;
            let project = match &grant.kind {
                GrantKind::Identity => None,
                GrantKind::Project { organization_id, project_id, .. } => {
                    let project = self.project(*project_id).await?.ok_or_else(missing)?;
                    let organization = self.organization(*organization_id).await?.ok_or_else(missing)?;
                    Some((project, organization.name))
                }
            };
            connections.push(Connection { grant, client, project });
        }
        Ok(connections)
    }
}

impl Tx {
    /// Adds a grant.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if one for the same person, client, resource and project is in force.
    pub async fn insert_grant(&mut self, grant: &Grant) -> Result<(), StorageError> {
        let (resource_id, organization_id, project_id) = match &grant.kind {
            GrantKind::Identity => (None, None, None),
            GrantKind::Project { resource_id, organization_id, project_id } => {
                (Some(resource_id), Some(*organization_id), Some(*project_id))
            }
        };
        self.run_one(
            "grant",
            "INSERT INTO grants (id, user_id, client_id, resource_id, organization_id, project_id, scope, client_fingerprint, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                grant.id.into(),
                grant.user_id.into(),
                (&grant.client_id).into(),
                resource_id.into(),
                organization_id.into(),
                project_id.into(),
                (&grant.scope).into(),
                (&grant.client_fingerprint).into(),
                grant.created_at.into(),
            ],
        )
        .await
    }

    /// Stores what was consented to anew on a grant that is in force.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it has ended.
    pub async fn renew_grant(
        &mut self,
        id: Id<Grant>,
        scope: &Scope,
        client_fingerprint: &str,
    ) -> Result<(), StorageError> {
        self.run_one(
            "grant",
            "UPDATE grants SET scope = $2, client_fingerprint = $3 WHERE id = $1 AND revoked_at IS NULL",
            [id.into(), scope.into(), client_fingerprint.into()],
        )
        .await
    }

    /// Ends a grant with all of its families; whether it was in force.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_grant(&mut self, id: Id<Grant>, reason: &str, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE grants SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
        let ended = self.run(sql, [id.into(), now.into(), reason.into()]).await? == 1;
        let sql = "UPDATE families SET revoked_at = $2, revoked_reason = $3 WHERE grant_id = $1 AND revoked_at IS NULL";
        self.run(sql, [id.into(), now.into(), reason.into()]).await?;
        let sql = "DELETE FROM access_tokens WHERE family_id IN (SELECT id FROM families WHERE grant_id = $1)";
        self.run(sql, [id.into()]).await?;
        Ok(ended)
    }

    /// Ends a grant whose last family has ended; whether it did.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_grant_without_families(
        &mut self,
        family: &Family,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        self.hold_grant(family.grant_id).await?;
        let ended = self
            .run(
                "UPDATE grants SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_id = grants.id AND f.revoked_at IS NULL)",
                [family.grant_id.into(), now.into(), reason.into()],
            )
            .await?;
        Ok(ended == 1)
    }

    /// Waits for whoever begins a family under this grant, and holds others back until this transaction ends: what is asked
    /// of its families next is then the truth.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_grant(&mut self, id: Id<Grant>) -> Result<(), StorageError> {
        self.run("UPDATE grants SET used_at = used_at WHERE id = $1", [id.into()]).await.map(drop)
    }

    /// Ends a grant that [`Read::lapsed_grants`] found, if that is still so: `expired` if a family reached its absolute
    /// expiry, else `unused`. Whether it did.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn end_lapsed_grant(&mut self, id: Id<Grant>, now: Timestamp) -> Result<bool, StorageError> {
        self.hold_grant(id).await?;
        let ended = self
            .run(
                "UPDATE grants SET revoked_at = $2, revoked_reason = CASE WHEN EXISTS (SELECT 1 FROM families f WHERE f.grant_id = grants.id \
                 AND f.absolute_expires_at <= $2) THEN 'expired' ELSE 'unused' END WHERE id = $1 AND revoked_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_id = grants.id AND f.revoked_at IS NULL \
                     AND f.idle_expires_at > $2 AND f.absolute_expires_at > $2) \
                 AND NOT EXISTS (SELECT 1 FROM authorizations a WHERE a.grant_id = grants.id AND a.spent_at IS NULL AND a.code_expires_at > $2)",
                [id.into(), now.into()],
            )
            .await?;
        Ok(ended == 1)
    }

    /// Notes uses of grants.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn touch_grants(&mut self, uses: &[LastUse]) -> Result<(), StorageError> {
        for last in uses {
            self.run(
                "UPDATE grants SET used_at = $2, used_address = $3 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)",
                [last.grant_id.into(), last.at.into(), (&last.address).into()],
            )
            .await?;
        }
        Ok(())
    }
}
