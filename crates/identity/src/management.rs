//! Who asks the management API: somebody with a personal API token, or a first-party client with an access token for it.
//!
//! Owns which tokens are good there and how far they reach. What their person may do is `policy`'s. No cookie and no API key is
//! good there: the first is a browser's, the second an app's.

use std::time::Duration;

use model::{ApiToken, GrantKind, Id, Shown, Timestamp, Token, TokenKind, User};
use storage::{Behalf, StorageError};

use crate::{Actor, Authority, Caller, Error, Who, permitted::narrowed};

/// Where the API stands below the issuer. The resource server with this identifier stands for the API itself.
pub const PATH: &str = "/api/v1";
/// The scope of a client that looks.
pub const READ: &str = "organization:read";
/// The scope of a client that changes, too.
pub const WRITE: &str = "organization:write";
/// A use within this time of the last one that was written is not written again.
const COARSE: Duration = Duration::from_secs(60);

/// Who asks, and how far they reach.
#[derive(Clone, Debug)]
pub struct ApiCaller {
    /// For every act.
    pub actor: Actor,
    /// The person on whose behalf.
    pub user: User,
}

/// Why a token is not good here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotGood {
    /// It is unknown, has ended, or is for something else (`invalid_token`).
    Unknown,
    /// It is for this API, and permits nothing of it (`insufficient_scope`).
    Scope,
}

impl Authority {
    /// Whose token this is.
    ///
    /// # Errors
    /// Trouble of the database; never a verdict on the token.
    pub async fn api_caller(
        &self,
        text: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<ApiCaller, NotGood>, Error> {
        match text.starts_with(TokenKind::Personal.prefix()) {
            true => self.person_of_token(text, caller, now).await,
            false => self.client_of_token(text, caller, now).await,
        }
    }

    async fn person_of_token(
        &self,
        text: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<ApiCaller, NotGood>, Error> {
        let Some(shown) = Token::parse(text, TokenKind::Personal, &self.parts.secrets) else {
            return Ok(Err(NotGood::Unknown));
        };
        let mut read = self.parts.store.read().await?;
        let token = read.live_api_token(shown.id.cast(), now).await?;
        let Some(token) = token.filter(|token| token.is_good(&shown.secret.hash(), now)) else {
            return Ok(Err(NotGood::Unknown));
        };
        let Some(user) = read.user(token.user_id).await? else { return Ok(Err(NotGood::Unknown)) };
        drop(read);
        if token.used_at.is_none_or(|at| now.since(at) >= COARSE) {
            self.note_token_use(token.id, caller.address.clone(), now).await?;
        }
        let token_id = token.id.to_string();
        let who = Who::Token { user_id: user.id, token_id, writes: token.writes, within: None, shown: token.shown };
        Ok(Ok(ApiCaller { actor: Actor { who, address: Some(caller.address.clone()) }, user }))
    }

    async fn note_token_use(&self, id: Id<ApiToken>, address: String, now: Timestamp) -> Result<(), StorageError> {
        self.parts
            .store
            .transaction(move |tx| {
                let address = address.clone();
                Box::pin(async move { tx.note_api_token_use(id, &address, now).await })
            })
            .await
    }

    /// An access token for the resource that stands for this API, given to a first-party client, on behalf of a person.
    async fn client_of_token(
        &self,
        text: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<ApiCaller, NotGood>, Error> {
        let Some(seen) = self.live_token(text, now).await? else { return Ok(Err(NotGood::Unknown)) };
        let Behalf::Person { user_id, grant_id, kind, .. } = &seen.behalf else { return Ok(Err(NotGood::Unknown)) };
        let GrantKind::Project { resource_id, organization_id, .. } = kind else {
            return Ok(Err(NotGood::Unknown));
        };
        let identifier = format!("{}{PATH}", self.issuer());
        let known = self.known().await?;
        let resource = known
            .enabled_resources()
            .find(|resource| resource.id == *resource_id && resource.identifier.as_str() == identifier);
        let client = self.client(&seen.token.client_id).await?;
        let (Some(resource), Some((client, _))) = (resource, client) else { return Ok(Err(NotGood::Unknown)) };
        if !client.first_party || seen.token.resource_id.as_ref() != Some(&resource.id) {
            return Ok(Err(NotGood::Unknown));
        }
        let scope = narrowed(&seen.token.scope, &client, Some(resource));
        let writes = scope.contains(WRITE);
        if !writes && !scope.contains(READ) {
            return Ok(Err(NotGood::Scope));
        }
        let user = self.parts.store.read().await?.user(*user_id).await?;
        let Some(user) = user else { return Ok(Err(NotGood::Unknown)) };
        if !self.note_use(&seen, caller, now).await? {
            return Ok(Err(NotGood::Unknown));
        }
        let token_id = grant_id.to_string();
        // A client was let into one organisation, by one of its projects.
        let (within, shown) = (Some(*organization_id), Shown::default());
        let who = Who::Token { user_id: user.id, token_id, writes, within, shown };
        Ok(Ok(ApiCaller { actor: Actor { who, address: Some(caller.address.clone()) }, user }))
    }
}
