//! client_credentials (OAuth 2.1 §4.2): a client asks for itself. An operator said whose data it may read.

use model::{Id, Secret, Timestamp};
use protocol::{OAuthError, ResourceIndicator, Scope};
use storage::AccessToken;

use super::{
    issue::{Issued, Part},
    jwt::Claimed,
};
use crate::{AuthenticatedClient, Authority, Error, permitted};

impl Authority {
    pub(super) async fn issue_to_client(
        &self,
        client: &AuthenticatedClient,
        scope: Option<Scope>,
        resource: Option<ResourceIndicator>,
        now: Timestamp,
    ) -> Result<Issued, Error> {
        let AuthenticatedClient { client, policy_version } = client;
        let Some(home) = client.home.filter(|_| client.is_confidential()) else {
            return Err(OAuthError::unauthorized_client("no organization and project are stored on this client").into());
        };
        let known = self.known().await?;
        let asked =
            permitted::asked(&known, client, scope.map(|scope| scope.of_resources()).as_ref(), resource.as_ref())?;
        let Some(resource) = asked.resource else {
            return Err(OAuthError::invalid_target("a client asks for itself only at a resource").into());
        };
        if !resource.serves(home.organization_id) {
            return Err(another_organizations());
        }
        let (id, secret) = (Id::<()>::new(now), Secret::generate());
        let token = AccessToken {
            id,
            generation: 0,
            hash: secret.hash(),
            family_id: None,
            client_id: client.id.clone(),
            resource_id: Some(resource.id.clone()),
            scope: asked.scope.of_resources(),
            actors: Vec::new(),
            issued_at: now,
            expires_at: now.plus(self.parts.settings.tokens.access_lifetime),
        };
        let (expires_at, scope) = (token.expires_at, token.scope.clone());
        if !self.parts.store.issue_to_client(client, token, *policy_version).await? {
            if !self.parts.store.read().await?.project_is_enabled(home.project_id).await? {
                let refusal =
                    "the project that this client works in, or its organization, is disabled; ask whoever runs it";
                return Err(OAuthError::unauthorized_client(refusal).into());
            }
            self.parts.known.forget();
            if self.believes {
                return Err(super::unproven());
            }
            return Err(storage::StorageError::Unavailable("the client changed meanwhile".to_owned()).into());
        }
        let access = Part { id, generation: 0, secret, key_version: self.parts.secrets.current() };
        let jwt = Claimed::at(&resource, home, None, now);
        Ok(Issued { access, refresh: None, expires_at, scope, person: None, jwt })
    }
}

/// As if it were not there (RFC 8707 §2).
fn another_organizations() -> Error {
    OAuthError::invalid_target("no such resource is registered here").because("another organization's").into()
}
