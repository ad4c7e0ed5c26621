//! What an API key can be made for: the scopes that resources let keys hold, in their own words.

use model::{ApiKey, Id, Language};
use protocol::Access;

use crate::{Authority, Error, Standing};

/// A scope that a key may hold.
#[derive(Clone, Debug)]
pub struct KeyScope {
    /// The scope token.
    pub name: String,
    /// "It can …".
    pub words: String,
    /// The name of the resource that knows it.
    pub resource: String,
    /// Whether it takes in what is sent, and does not only read.
    pub ingests: bool,
}

impl Authority {
    /// What a key of this organisation may hold, each scope once, in the order of the resources.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn key_scopes(&self, standing: &Standing, language: Language) -> Result<Vec<KeyScope>, Error> {
        let known = self.known().await?;
        let mut offered: Vec<KeyScope> = Vec::new();
        let serving = known.enabled_resources().filter(|resource| resource.serves(standing.organization.id));
        for resource in serving {
            let held = resource.scopes.iter().filter(|scope| scope.access == Access::Read || scope.ingest);
            for scope in held {
                if offered.iter().all(|one| one.name != scope.name) {
                    offered.push(KeyScope {
                        name: scope.name.clone(),
                        words: scope.words(language).to_owned(),
                        resource: resource.name.clone(),
                        ingests: scope.ingest,
                    });
                }
            }
        }
        Ok(offered)
    }

    /// A key of this organisation; another's looks as if it were not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn key_in(&self, standing: &Standing, id: &str) -> Result<Option<ApiKey>, Error> {
        let Some(id) = Id::parse(id) else { return Ok(None) };
        let key = self.parts.store.read().await?.api_key(id).await?;
        Ok(key.filter(|key| key.organization_id == standing.organization.id))
    }
}
