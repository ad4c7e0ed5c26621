//! The table of organisations, and the names that are never given again.

use model::{Id, Organization, Slug, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, demands::demands, live::Touched};

pub(crate) fn organization(row: &AnyRow) -> Result<Organization, StorageError> {
    let columns = Columns::of(row, "organizations");
    Ok(Organization {
        id: columns.id("id")?,
        slug: columns.word("slug", Slug::parse)?,
        name: columns.text("name")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
        device_writes_at: columns.optional_time("device_writes_at")?,
        demands: demands(&columns)?,
    })
}

impl Read {
    /// One organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organization(&mut self, id: Id<Organization>) -> Result<Option<Organization>, StorageError> {
        self.one("SELECT * FROM organizations WHERE id = $1", [id.into()]).await?.as_ref().map(organization).transpose()
    }

    /// The organisation with this slug.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organization_by_slug(&mut self, slug: &Slug) -> Result<Option<Organization>, StorageError> {
        self.one("SELECT * FROM organizations WHERE slug = $1", [slug.into()])
            .await?
            .as_ref()
            .map(organization)
            .transpose()
    }

    /// All organisations, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations(&mut self) -> Result<Vec<Organization>, StorageError> {
        self.all("SELECT * FROM organizations ORDER BY created_at, id", []).await?.iter().map(organization).collect()
    }

    /// Whether a name was given once and taken away. `scope` is what the name is unique within, or empty.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn is_retired(&mut self, kind: &'static str, scope: &str, name: &str) -> Result<bool, StorageError> {
        let sql = "SELECT name FROM retired_names WHERE kind = $1 AND scope = $2 AND name = $3";
        Ok(self.one(sql, [kind.into(), scope.into(), name.into()]).await?.is_some())
    }
}

impl Tx {
    /// Adds an organisation.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the slug is taken or was once.
    pub async fn insert_organization(&mut self, organization: &Organization) -> Result<(), StorageError> {
        if self.is_retired("organization", "", organization.slug.as_str()).await? {
            return Err(StorageError::Constraint("organizations.slug".to_owned()));
        }
        self.run_one(
            "organization",
            "INSERT INTO organizations (id, slug, name, created_at, disabled_at, device_writes_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                organization.id.into(),
                (&organization.slug).into(),
                (&organization.name).into(),
                organization.created_at.into(),
                organization.disabled_at.into(),
                organization.device_writes_at.into(),
            ],
        )
        .await
    }

    /// Disables an organisation, or enables one again.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn set_organization_disabled(
        &mut self,
        id: Id<Organization>,
        at: Option<Timestamp>,
    ) -> Result<(), StorageError> {
        self.run_one("organization", "UPDATE organizations SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()])
            .await
    }

    /// Gives an organisation another name.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn rename_organization(&mut self, id: Id<Organization>, name: &str) -> Result<(), StorageError> {
        let sql = "UPDATE organizations SET name = $2 WHERE id = $1";
        self.run_one_touching(Touched::Nothing, "organization", sql, [id.into(), name.into()]).await
    }

    /// Lets programs on devices write, or not any more.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is no such organisation.
    pub async fn set_device_writes(&mut self, id: Id<Organization>, at: Option<Timestamp>) -> Result<(), StorageError> {
        let sql = "UPDATE organizations SET device_writes_at = $2 WHERE id = $1";
        self.run_one_touching(Touched::Nothing, "organization", sql, [id.into(), at.into()]).await
    }

    /// Whether programs on devices may write; if so, whoever takes that back waits until this transaction ends.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_device_writes(&mut self, id: Id<Organization>) -> Result<bool, StorageError> {
        let sql = "UPDATE organizations SET device_writes_at = device_writes_at WHERE id = $1 AND device_writes_at IS NOT NULL";
        Ok(self.run_touching(Touched::Nothing, sql, [id.into()]).await? == 1)
    }

    /// Deletes an organisation with its projects, memberships and grants; clients that read for it lose their standing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_organization(
        &mut self,
        organization: &Organization,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        for project in self.projects_of(organization.id).await? {
            self.delete_project(&project, now).await?;
        }
        for client in self.clients_of(organization.id).await? {
            self.delete_client(&client.id, now).await?;
        }
        for resource in self.resources_owned_by(organization.id).await? {
            self.delete_resource(&resource.id, now).await?;
        }
        self.run("DELETE FROM invitations WHERE organization_id = $1", [organization.id.into()]).await?;
        self.run("DELETE FROM memberships WHERE organization_id = $1", [organization.id.into()]).await?;
        self.run("DELETE FROM roles WHERE organization_id = $1", [organization.id.into()]).await?;
        self.retire("organization", "", organization.slug.as_str(), now).await?;
        self.run_one("organization", "DELETE FROM organizations WHERE id = $1", [organization.id.into()]).await
    }

    pub(crate) async fn retire(
        &mut self,
        kind: &'static str,
        scope: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.run(
            "INSERT INTO retired_names (kind, scope, name, retired_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [kind.into(), scope.into(), name.into(), now.into()],
        )
        .await
        .map(drop)
    }
}
