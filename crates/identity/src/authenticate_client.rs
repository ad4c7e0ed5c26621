//! Who asks: a client, or a resource server at introspection, proves who it is with the one kind of credential that it
//! registered (OAuth 2.1 §2.4). Does not own how often it may be tried: that is counted before it comes here.

mod assertion;
mod client_keys;

use std::sync::Arc;

use model::{Client, ClientId, Resource, ResourceId, SecretHash, Timestamp};
use protocol::{AuthMethod, ClientCredentials, Confidential, ErrorCode, OAuthError};

use crate::{Authority, Error};

/// A client that proved who it is, or a public one that named itself.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    pub(crate) client: Arc<Client>,
    /// The policy version at which the client looked like this.
    pub(crate) policy_version: i64,
}

impl AuthenticatedClient {
    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl Authority {
    /// Proves who a client is. Secrets by Basic and by POST are one kind; any other kind than the registered one is refused,
    /// a secret of a public client too.
    ///
    /// # Errors
    /// `invalid_client`, the same for an unknown client and a wrong secret, with a challenge where the Authorization header
    /// was used (RFC 6749 §5.2); trouble of the database.
    pub async fn authenticate_client(
        &self,
        credentials: ClientCredentials,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Error> {
        let used_header = credentials.used_header();
        let authenticated = match &credentials {
            ClientCredentials::None { client_id } => self.public_client(client_id).await,
            ClientCredentials::Basic { client_id, secret } | ClientCredentials::Post { client_id, secret } => {
                self.client_with_secret(client_id, secret).await
            }
            ClientCredentials::Assertion { client_id, assertion } => {
                Box::pin(self.client_with_assertion(client_id.as_deref(), assertion.expose(), now)).await
            }
        };
        authenticated.map_err(|error| challenged(error, used_header))
    }

    /// Proves who a resource server is; it has a secret and sends it by Basic or by POST (RFC 7662 §2.1).
    ///
    /// # Errors
    /// As [`Authority::authenticate_client`].
    pub async fn authenticate_resource(
        &self,
        credentials: ClientCredentials,
        _now: Timestamp,
    ) -> Result<Arc<Resource>, Error> {
        let used_header = credentials.used_header();
        let (ClientCredentials::Basic { client_id, secret } | ClientCredentials::Post { client_id, secret }) =
            &credentials
        else {
            return Err(refused("a resource server without its secret").into());
        };
        let known = self.known().await?;
        let resource = known.resource(&ResourceId::new(client_id)).filter(|resource| resource.disabled_at.is_none());
        match resource {
            Some(resource) if resource.secret_hash == hash(secret) => Ok(Arc::clone(resource)),
            Some(_) => Err(challenged(refused("wrong secret of a resource server").into(), used_header)),
            None => Err(challenged(refused("no such resource server").into(), used_header)),
        }
    }

    async fn public_client(&self, id: &str) -> Result<AuthenticatedClient, Error> {
        let client = self.registered(id).await?;
        // A name alone never authenticates a confidential client.
        match client.client.metadata.token_endpoint_auth_method {
            AuthMethod::None => Ok(client),
            _ => Err(refused("a confidential client without its credential").into()),
        }
    }

    async fn client_with_secret(&self, id: &str, secret: &Confidential) -> Result<AuthenticatedClient, Error> {
        let client = self.registered(id).await?;
        if !client.client.metadata.token_endpoint_auth_method.is_secret() {
            return Err(refused("a secret from a client that is registered without one").into());
        }
        match &client.client.secret_hash {
            Some(stored) if *stored == hash(secret) => Ok(client),
            _ => Err(refused("wrong client secret").into()),
        }
    }

    async fn registered(&self, id: &str) -> Result<AuthenticatedClient, Error> {
        let found = self.client(&ClientId::new(id)).await?;
        let (client, policy_version) = found.ok_or_else(|| refused("no such client"))?;
        Ok(AuthenticatedClient { client, policy_version })
    }
}

/// Comparing hashes of fixed length takes the same time wherever they differ.
fn hash(secret: &Confidential) -> SecretHash {
    SecretHash::of(secret.expose().as_bytes())
}

/// The one answer to whoever fails here; only the log learns why.
fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> OAuthError {
    OAuthError::invalid_client("client authentication failed").because(why)
}

fn challenged(error: Error, used_header: bool) -> Error {
    match error {
        Error::Refused(refusal) if used_header && refusal.code == ErrorCode::InvalidClient => {
            refusal.with_basic_challenge().into()
        }
        other => other,
    }
}
