//! The scopes of resources that are there already, and which resource is meant where none is named. Whether a scope reads or writes
//! is said when it is added and never changed.

use model::{ResourceId, ResourceScope, Timestamp};

use crate::{StorageError, Tx, columns::Columns};

impl Tx {
    /// Adds a scope to a resource, behind its others.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if it has one of this name.
    pub async fn insert_resource_scope(
        &mut self,
        id: &ResourceId,
        scope: &ResourceScope,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "SELECT resource_id AS id, max(position) AS last FROM resource_scopes WHERE resource_id = $1 GROUP BY resource_id";
        let row = self.one(sql, [id.into()]).await?;
        let last = row.map(|row| Columns::of(&row, "resource_scopes").number("last")).transpose()?;
        self.put_resource_scope(id, scope, last.map_or(0, |last| last + 1), now).await?;
        self.bump_policy().await
    }

    /// Takes a scope from a resource: whatever was issued with it is worth less from now on.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn delete_resource_scope(&mut self, id: &ResourceId, name: &str) -> Result<(), StorageError> {
        let sql = "DELETE FROM resource_scopes WHERE resource_id = $1 AND name = $2";
        self.run_one("resource scope", sql, [id.into(), name.into()]).await?;
        self.bump_policy().await
    }

    /// Stores the words of a scope, in every language.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn describe_resource_scope(
        &mut self,
        id: &ResourceId,
        scope: &ResourceScope,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE resource_scopes SET description = $3, translations = $4 WHERE resource_id = $1 AND name = $2";
        let translations = scope.translations_json();
        let values = [id.into(), (&scope.name).into(), (&scope.description).into(), translations.into()];
        self.run_one("resource scope", sql, values).await?;
        self.bump_policy().await
    }

    /// Stores what people read.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is no such resource.
    pub async fn set_resource_name(&mut self, id: &ResourceId, name: &str) -> Result<(), StorageError> {
        self.run_one("resource", "UPDATE resources SET name = $2 WHERE id = $1", [id.into(), name.into()]).await?;
        self.bump_policy().await
    }

    /// Makes a resource the one that is meant where several could be, in the place of whichever of the same owner's was; without a
    /// time it is none.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is no such resource.
    pub async fn set_resource_default(&mut self, id: &ResourceId, at: Option<Timestamp>) -> Result<(), StorageError> {
        // First, since its row is what two who do this at once wait for.
        self.bump_policy().await?;
        if at.is_some() {
            let sql = "UPDATE resources SET default_at = NULL WHERE default_at IS NOT NULL \
                 AND coalesce(owner_id, '') = (SELECT coalesce(owner_id, '') FROM resources WHERE id = $1)";
            self.run(sql, [id.into()]).await?;
        }
        let sql = "UPDATE resources SET default_at = $2 WHERE id = $1";
        self.run_one("resource", sql, [id.into(), at.into()]).await
    }
}
