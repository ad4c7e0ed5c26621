//! Resource servers of an organisation, by whoever may there. Which identifier one may have: https, on no address of this server's
//! own, and none that any other resource has or ever had, so that nobody is taken for somebody else.

use model::{AccessTokenForm, Permission, Resource, ResourceId, Timestamp};
use protocol::ResourceIndicator;
use serde_json::Value;
use storage::Tx;
use url::Url;

use super::{ActError, client, member, organization, resource, scope_text, secret, thing::allow};
use crate::{Actor, Authority};

/// An organisation has so many resource servers at the most: all that there are is held in memory.
const MOST: usize = 20;
/// And each so many scopes.
const MOST_SCOPES: usize = 50;

impl Authority {
    pub(super) async fn own_resource_add(
        &self,
        by: &Actor,
        named: &str,
        (name, identifier, scopes): (&str, &str, &[String]),
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (text, secret_hash) = secret::fresh();
        let wanted = Resource {
            id: ResourceId::new(format!("r_{}", client::parse_id(None, now)?)),
            name: organization::parse_name(name)?,
            identifier: self.parse_own(identifier)?,
            owner: None,
            secret_hash,
            scopes: scope_text::parse_all(scopes)?,
            access_tokens: AccessTokenForm::Opaque,
            default_at: None,
            created_at: now,
            disabled_at: None,
        };
        refuse_too_many(&wanted)?;
        let parts = (by.clone(), named.to_owned(), wanted);
        let taken = || format!("there is, or was, a resource with the identifier {identifier}; name another");
        let added = self
            .add::<Resource>(
                by,
                move |tx| {
                    let (by, named, wanted) = parts.clone();
                    Box::pin(async move { own(tx, (&by, &named), wanted).await })
                },
                taken,
                now,
            )
            .await?;
        Ok(secret::shown(added, Some(text)))
    }

    fn parse_own(&self, text: &str) -> Result<ResourceIndicator, ActError> {
        let identifier = resource::parse_identifier(text)?;
        let refused = |why: &str| ActError::new(format!("'{}' cannot identify a resource: {why}", text.escape_debug()));
        let url = Url::parse(identifier.as_str()).map_err(|error| refused(&error.to_string()))?;
        if url.scheme() != "https" {
            return Err(refused("write https:// and a name of your own"));
        }
        // A resource of this name would be this server's own API to whoever is handed a token for it.
        let own = Url::parse(self.issuer()).ok();
        if own.is_some_and(|own| own.host() == url.host()) {
            return Err(refused("this is the address of the server itself"));
        }
        Ok(identifier)
    }
}

/// The resource, as one of the organisation of this name.
async fn own(tx: &mut Tx, (by, named): (&Actor, &str), wanted: Resource) -> Result<Resource, ActError> {
    let id = member::hold(tx, named).await?.id;
    allow(tx, by, id, Permission::ManageResources).await?;
    if tx.resources_owned_by(id).await?.len() >= MOST {
        return Err(ActError::conflict(format!("an organisation has {MOST} resource servers at the most; remove one")));
    }
    Ok(Resource { owner: Some(id), ..wanted })
}

/// Refuses, if an organisation's resource has more scopes than one may have.
pub(super) fn refuse_too_many(resource: &Resource) -> Result<(), ActError> {
    match resource.scopes.len() > MOST_SCOPES {
        true => Err(ActError::conflict(format!("a resource of an organisation has {MOST_SCOPES} scopes at the most"))),
        false => Ok(()),
    }
}
