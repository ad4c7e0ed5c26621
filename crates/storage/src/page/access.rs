//! What has access to an organisation's projects, a page at a time: grants, and API keys.

use model::{ApiKey, Email, Grant, Id, Organization, Project, Slug, Timestamp, User};

use sqlx::any::AnyRow;

use super::{AtVersion, Page, eyes};
use crate::{Read, StorageError, api_keys::gathered, columns::Columns, grants::grant, row_versions::version};

/// A grant in force, with what people recognise it by.
#[derive(Clone, Debug)]
pub struct ListedGrant {
    /// The grant.
    pub grant: Grant,
    /// To which client, as it calls itself.
    pub client_name: String,
    /// Over which project.
    pub project: Slug,
    /// Whose.
    pub email: Email,
}

/// A key with what is known of its use.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// The key.
    pub key: ApiKey,
    /// Over which project.
    pub project: Slug,
    /// When it was last used, as far as that is written.
    pub used_at: Option<Timestamp>,
    /// From which address.
    pub used_address: Option<String>,
}

fn listed(row: &AnyRow) -> Result<ListedGrant, StorageError> {
    let columns = Columns::of(row, "grants");
    Ok(ListedGrant {
        grant: grant(row)?,
        client_name: columns.text("client_name")?,
        project: columns.word("project_slug", Slug::parse)?,
        email: columns.word("email", Email::parse)?,
    })
}

impl Read {
    /// The grants over an organisation's projects, or over one of them, that are in force; oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_grants(
        &mut self,
        organization_id: Id<Organization>,
        (project_id, seen_by): (Option<Id<Project>>, Option<Id<User>>),
        page: Page<'_>,
    ) -> Result<Vec<ListedGrant>, StorageError> {
        let sql = "SELECT g.*, c.name AS client_name, p.slug AS project_slug, u.email AS email FROM grants g \
             JOIN clients c ON c.id = g.client_id JOIN projects p ON p.id = g.project_id JOIN users u ON u.id = g.user_id \
             WHERE g.organization_id = $1 AND g.revoked_at IS NULL AND g.project_id = coalesce($2, g.project_id) AND g.id > $3 \
             AND (p.limited_at IS NULL OR $5 = '' OR EXISTS (\
                 SELECT 1 FROM project_members l WHERE l.project_id = p.id AND l.user_id = $5)) ORDER BY g.id LIMIT $4";
        let values = [organization_id.into(), project_id.into(), page.behind(), page.limit.into(), eyes(seen_by)];
        self.all(sql, values).await?.iter().map(listed).collect()
    }

    /// The keys over an organisation's projects, or over one of them, that are kept still; oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_keys(
        &mut self,
        organization_id: Id<Organization>,
        (project_id, seen_by): (Option<Id<Project>>, Option<Id<User>>),
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<ListedKey>>, StorageError> {
        let sql = "SELECT k.*, s.resource_id, s.scope, p.slug AS project_slug, c.used_at, c.used_address FROM api_keys k \
             LEFT JOIN api_key_scopes s ON s.key_id = k.id JOIN projects p ON p.id = k.project_id \
             JOIN api_key_counts c ON c.key_id = k.id WHERE k.id IN (SELECT a.id FROM api_keys a \
                 JOIN projects q ON q.id = a.project_id WHERE a.organization_id = $1 AND a.project_id = coalesce($2, a.project_id) \
                 AND a.id > $3 AND (q.limited_at IS NULL OR $5 = '' OR EXISTS (\
                     SELECT 1 FROM project_members l WHERE l.project_id = q.id AND l.user_id = $5)) ORDER BY a.id LIMIT $4) \
             ORDER BY k.id, s.resource_id";
        let values = [organization_id.into(), project_id.into(), page.behind(), page.limit.into(), eyes(seen_by)];
        let rows = self.all(sql, values).await?;
        let mut listed = Vec::new();
        for key in gathered(&rows)? {
            let of = |row: &&AnyRow| Columns::of(row, "api_keys").text("id").is_ok_and(|id| id == key.id.as_str());
            let Some(row) = rows.iter().find(of) else { continue };
            let columns = Columns::of(row, "api_keys");
            let thing = ListedKey {
                project: columns.word("project_slug", Slug::parse)?,
                used_at: columns.optional_time("used_at")?,
                used_address: columns.optional_text("used_address")?,
                key,
            };
            listed.push(AtVersion { thing, version: version(row)? });
        }
        Ok(listed)
    }
}
