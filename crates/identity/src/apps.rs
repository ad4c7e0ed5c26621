//! What an organisation has of its own of clients and resource servers, and what its apps may be limited to: for its pages.
//!
//! Does not own what is done with them (`admin`).

use model::{Client, ClientId, Language, Resource};
use protocol::Access;
use storage::{StorageError, Versioned};

use crate::{Authority, Error, Standing, api_key::KeyScope};

impl Authority {
    /// The clients of an organisation, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clients_in(&self, standing: &Standing) -> Result<Vec<Client>, Error> {
        Ok(self.parts.store.read().await?.clients_of(standing.organization.id).await?)
    }

    /// One of them, and its version; another's looks as if it were not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn client_in(&self, standing: &Standing, id: &str) -> Result<Option<(Client, i64)>, Error> {
        let (mut read, id) = (self.parts.store.read().await?, ClientId::new(id));
        // The version first, so that what is shown is never older than it says.
        let version = read.version_of(&Versioned::Client(id.clone())).await?;
        let client = read.client(&id).await?.filter(|client| client.owner == Some(standing.organization.id));
        Ok(client.zip(version))
    }

    /// The resource servers of an organisation, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resources_in(&self, standing: &Standing) -> Result<Vec<Resource>, Error> {
        Ok(self.parts.store.read().await?.resources_owned_by(standing.organization.id).await?)
    }

    /// One of them, by its id, and its version; another's looks as if it were not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resource_in(&self, standing: &Standing, id: &str) -> Result<Option<(Resource, i64)>, Error> {
        let mut read = self.parts.store.read().await?;
        let found = async {
            let Some(found) = read.resource_named(id).await? else { return Ok(None) };
            let version = read.version_of(&Versioned::Resource(found.id.clone())).await?;
            let found = read.resource_named(found.id.as_str()).await?;
            Ok::<_, StorageError>(found.zip(version))
        };
        let found = found.await?;
        Ok(found.filter(|(resource, _)| resource.id.as_str() == id && resource.owner == Some(standing.organization.id)))
    }

    /// What an app of an organisation may read, each scope once, in the order of the resources.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn readable_scopes(&self, standing: &Standing, language: Language) -> Result<Vec<KeyScope>, Error> {
        let known = self.known().await?;
        let mut offered: Vec<KeyScope> = Vec::new();
        let serving = known.enabled_resources().filter(|resource| resource.serves(standing.organization.id));
        for resource in serving {
            for scope in resource.scopes.iter().filter(|scope| scope.access == Access::Read) {
                if offered.iter().all(|one| one.name != scope.name) {
                    let (name, words) = (scope.name.clone(), scope.words(language).to_owned());
                    offered.push(KeyScope { name, words, resource: resource.name.clone(), ingests: false });
                }
            }
        }
        Ok(offered)
    }
}
