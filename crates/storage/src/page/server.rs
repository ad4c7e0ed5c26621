//! What there is on the whole server, a page at a time: people, clients, resource servers; of the last two, an organisation's own too.

use model::{Client, Id, Organization, Resource, User};

use super::{AtVersion, Page, versioned};
use crate::{
    Read, StorageError, clients::client, columns::Columns, resources::with_scopes, row_versions::version, users::user,
};

impl Read {
    /// People, those who came first first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_users(&mut self, page: Page<'_>) -> Result<Vec<AtVersion<User>>, StorageError> {
        let sql = "SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT $2";
        versioned(&self.all(sql, [page.behind(), page.limit.into()]).await?, user)
    }

    /// Clients, in the order of their ids: an organisation's, or all.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_clients(
        &mut self,
        owner: Option<Id<Organization>>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Client>>, StorageError> {
        let rows = match owner {
            Some(owner) => {
                let sql = "SELECT * FROM clients WHERE owner_id = $3 AND id > $1 ORDER BY id LIMIT $2";
                self.all(sql, [page.behind(), page.limit.into(), owner.into()]).await?
            }
            None => {
                let sql = "SELECT * FROM clients WHERE id > $1 ORDER BY id LIMIT $2";
                self.all(sql, [page.behind(), page.limit.into()]).await?
            }
        };
        versioned(&rows, client)
    }

    /// Resource servers with their scopes, in the order of their ids: an organisation's, or all.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_resources(
        &mut self,
        owner: Option<Id<Organization>>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Resource>>, StorageError> {
        let rows = match owner {
            Some(owner) => {
                let sql = "SELECT * FROM resources WHERE owner_id = $3 AND id > $1 ORDER BY id LIMIT $2";
                self.all(sql, [page.behind(), page.limit.into(), owner.into()]).await?
            }
            None => {
                let sql = "SELECT * FROM resources WHERE id > $1 ORDER BY id LIMIT $2";
                self.all(sql, [page.behind(), page.limit.into()]).await?
            }
        };
        let Some(last) = rows.last() else { return Ok(Vec::new()) };
        let last = Columns::of(last, "resources").text("id")?;
        let sql = "SELECT * FROM resource_scopes WHERE resource_id > $1 AND resource_id <= $2 ORDER BY position";
        let scopes = self.all(sql, [page.behind(), last.into()]).await?;
        let versions = rows.iter().map(version).collect::<Result<Vec<_>, _>>()?;
        let listed = with_scopes(&rows, &scopes)?.into_iter().zip(versions);
        Ok(listed.map(|(thing, version)| AtVersion { thing, version }).collect())
    }
}
