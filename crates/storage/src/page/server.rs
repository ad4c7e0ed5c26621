//! What belongs to the whole server, a page at a time: people, clients, resource servers.

use model::{Client, Resource, User};

use super::{AtVersion, Page, versioned};
use crate::{Read, StorageError, clients::client, columns::Columns, row_versions::version, users::user};

impl Read {
    /// People, those who came first first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_users(&mut self, page: Page<'_>) -> Result<Vec<AtVersion<User>>, StorageError> {
        let sql = "SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT $2";
        versioned(&self.all(sql, [page.behind(), page.limit.into()]).await?, user)
    }

    /// Clients, in the order of their ids.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_clients(&mut self, page: Page<'_>) -> Result<Vec<AtVersion<Client>>, StorageError> {
        let sql = "SELECT * FROM clients WHERE id > $1 ORDER BY id LIMIT $2";
        versioned(&self.all(sql, [page.behind(), page.limit.into()]).await?, client)
    }

    /// Resource servers, in the order of their ids. An operator registers each, so that there are few, and all are read.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_resources(&mut self, page: Page<'_>) -> Result<Vec<AtVersion<Resource>>, StorageError> {
        let all = self.resources().await?;
        let sql = "SELECT id, version FROM resources WHERE id > $1 ORDER BY id LIMIT $2";
        let mut listed = Vec::new();
        for row in self.all(sql, [page.behind(), page.limit.into()]).await? {
            let id = Columns::of(&row, "resources").text("id")?;
            let found = all.iter().find(|resource| resource.id.as_str() == id);
            if let Some(resource) = found {
                listed.push(AtVersion { thing: resource.clone(), version: version(&row)? });
            }
        }
        Ok(listed)
    }
}
