//! The tables of resources and their scopes.

use std::collections::BTreeMap;

use model::{AccessTokenForm, Id, Organization, Resource, ResourceId, ResourceScope, SecretHash, Timestamp};
use protocol::{Access, ResourceIndicator};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, audit_events::EndsWith, columns::Columns};

/// Among the names that are never given again: identifiers of resources, beside their ids.
const IDENTIFIER: &str = "identifier";

fn resource(row: &AnyRow, scopes: Vec<ResourceScope>) -> Result<Resource, StorageError> {
    let columns = Columns::of(row, "resources");
    Ok(Resource {
        id: ResourceId::new(columns.text("id")?),
        name: columns.text("name")?,
        identifier: columns.word("identifier", |text| ResourceIndicator::parse(text).ok())?,
        owner: columns.optional_id("owner_id")?,
        secret_hash: columns.hash("secret_hash")?,
        scopes,
        access_tokens: columns.word("access_tokens", AccessTokenForm::parse)?,
        default_at: columns.optional_time("default_at")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
    })
}

fn scope(row: &AnyRow) -> Result<(ResourceId, ResourceScope), StorageError> {
    let columns = Columns::of(row, "resource_scopes");
    let scope = ResourceScope {
        name: columns.text("name")?,
        access: columns.word("access", |word| match word {
            "read" => Some(Access::Read),
            "write" => Some(Access::Write),
            _ => None,
        })?,
        ingest: columns.optional_time("ingest_at")?.is_some(),
        description: columns.text("description")?,
        translations: match columns.optional_text("translations")? {
            Some(_) => columns.json("translations")?,
            None => BTreeMap::new(),
        },
    };
    Ok((ResourceId::new(columns.text("resource_id")?), scope))
}

impl Read {
    /// The resources of an organisation with their scopes, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resources_owned_by(
        &mut self,
        organization_id: Id<Organization>,
    ) -> Result<Vec<Resource>, StorageError> {
        let sql = "SELECT * FROM resource_scopes WHERE resource_id IN (SELECT id FROM resources WHERE owner_id = $1) ORDER BY position";
        let scopes = self.all(sql, [organization_id.into()]).await?;
        let rows = self
            .all("SELECT * FROM resources WHERE owner_id = $1 ORDER BY created_at, id", [organization_id.into()])
            .await?;
        with_scopes(&rows, &scopes)
    }

    /// The resource of this id, or else of this identifier.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resource_named(&mut self, named: &str) -> Result<Option<Resource>, StorageError> {
        let by = ["SELECT * FROM resources WHERE id = $1", "SELECT * FROM resources WHERE identifier = $1"];
        for sql in by {
            if let Some(row) = self.one(sql, [named.into()]).await? {
                let id = Columns::of(&row, "resources").text("id")?;
                let sql = "SELECT * FROM resource_scopes WHERE resource_id = $1 ORDER BY position";
                let scopes = self.all(sql, [id.into()]).await?;
                return Ok(with_scopes(&[row], &scopes)?.pop());
            }
        }
        Ok(None)
    }

    /// All resources with their scopes, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resources(&mut self) -> Result<Vec<Resource>, StorageError> {
        let scopes = self.all("SELECT * FROM resource_scopes ORDER BY position", []).await?;
        let rows = self.all("SELECT * FROM resources ORDER BY created_at, id", []).await?;
        with_scopes(&rows, &scopes)
    }
}

/// Resources, each with those of these scopes that are its own.
pub(crate) fn with_scopes(rows: &[AnyRow], scopes: &[AnyRow]) -> Result<Vec<Resource>, StorageError> {
    let mut of: BTreeMap<ResourceId, Vec<ResourceScope>> = BTreeMap::new();
    for row in scopes {
        let (id, scope) = scope(row)?;
        of.entry(id).or_default().push(scope);
    }
    rows.iter()
        .map(|row| {
            let id = ResourceId::new(Columns::of(row, "resources").text("id")?);
            resource(row, of.remove(&id).unwrap_or_default())
        })
        .collect()
}

impl Tx {
    /// Adds a resource with its scopes.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if id or identifier is taken, or the id was once. An organisation is given no identifier that ever
    /// was another resource's: whoever still trusts what was issued for it would trust theirs.
    pub async fn insert_resource(&mut self, resource: &Resource) -> Result<(), StorageError> {
        if self.is_retired("resource", "", resource.id.as_str()).await? {
            return Err(StorageError::Constraint("resources.id".to_owned()));
        }
        if resource.owner.is_some() && self.is_retired("resource", IDENTIFIER, resource.identifier.as_str()).await? {
            return Err(StorageError::Constraint("resources.identifier".to_owned()));
        }
        self.run_one(
            "resource",
            "INSERT INTO resources (id, name, identifier, secret_hash, access_tokens, created_at, disabled_at, owner_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                (&resource.id).into(),
                (&resource.name).into(),
                resource.identifier.as_str().into(),
                (&resource.secret_hash).into(),
                resource.access_tokens.as_str().into(),
                resource.created_at.into(),
                resource.disabled_at.into(),
                resource.owner.into(),
            ],
        )
        .await?;
        for (position, scope) in resource.scopes.iter().enumerate() {
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            self.put_resource_scope(&resource.id, scope, position, resource.created_at).await?;
        }
        self.bump_policy().await
    }

    /// Writes a scope at this place among the others.
    pub(crate) async fn put_resource_scope(
        &mut self,
        id: &ResourceId,
        scope: &ResourceScope,
        position: i64,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let access = if scope.access == Access::Read { "read" } else { "write" };
        self.run_one(
            "resource scope",
            "INSERT INTO resource_scopes (resource_id, name, access, description, position, translations, ingest_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                id.into(),
                (&scope.name).into(),
                access.into(),
                (&scope.description).into(),
                position.into(),
                scope.translations_json().into(),
                scope.ingest.then_some(now).into(),
            ],
        )
        .await
    }

    /// Disables a resource, or enables one again.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn set_resource_disabled(&mut self, id: &ResourceId, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.run_one("resource", "UPDATE resources SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()]).await?;
        self.bump_policy().await
    }

    /// Stores the hash of a new secret; the old one is worth nothing from now on.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is no such resource.
    pub async fn set_resource_secret(&mut self, id: &ResourceId, hash: &SecretHash) -> Result<(), StorageError> {
        self.run_one("resource", "UPDATE resources SET secret_hash = $2 WHERE id = $1", [id.into(), hash.into()])
            .await?;
        self.bump_policy().await
    }

    /// Stores what the text of its access tokens is from now on.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is no such resource.
    pub async fn set_resource_access_tokens(
        &mut self,
        id: &ResourceId,
        form: AccessTokenForm,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE resources SET access_tokens = $2 WHERE id = $1";
        self.run_one("resource", sql, [id.into(), form.as_str().into()]).await?;
        self.bump_policy().await
    }

    /// Deletes a resource with every grant over it.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn delete_resource(&mut self, id: &ResourceId, now: Timestamp) -> Result<(), StorageError> {
        self.insert_ended_grants(EndsWith::Resource(id), now).await?;
        self.run("DELETE FROM access_tokens WHERE resource_id = $1", [id.into()]).await?;
        self.run("DELETE FROM families WHERE grant_id IN (SELECT id FROM grants WHERE resource_id = $1)", [id.into()])
            .await?;
        self.run("DELETE FROM notices WHERE grant_id IN (SELECT id FROM grants WHERE resource_id = $1)", [id.into()])
            .await?;
        self.run("DELETE FROM grants WHERE resource_id = $1", [id.into()]).await?;
        self.run("DELETE FROM api_key_scopes WHERE resource_id = $1", [id.into()]).await?;
        self.retire("resource", "", id.as_str(), now).await?;
        let row = self.one("SELECT identifier FROM resources WHERE id = $1", [id.into()]).await?;
        if let Some(row) = row {
            let identifier = Columns::of(&row, "resources").text("identifier")?;
            self.retire("resource", IDENTIFIER, &identifier, now).await?;
        }
        self.run_one("resource", "DELETE FROM resources WHERE id = $1", [id.into()]).await?;
        self.bump_policy().await
    }
}
