//! Token exchange (RFC 8693), narrowing only: a resource server trades the token that it was handed for one that another resource
//! takes. The new one is of the same grant and project, never wider, never longer, and ends with what it came from; who exchanged
//! it stands in it.
//!
//! Owns what the new token may be. That it ends with its grant is the family's row, which it shares.

use std::sync::Arc;

use model::{Client, Resource, Secret, Timestamp, server_secret::Purpose};
use protocol::{ACCESS_TOKEN, Access, ClientCredentials, OAuthError, Params, Scope, TokenRequest, TokenResponse};
use storage::{AccessToken, Behalf, SeenToken};

use super::{
    issue::Part,
    jwt::{Claimed, Said, home},
};
use crate::{
    Authority, Caller, Error,
    permitted::{self, named},
};

/// So many may hand one token on.
const MOST_ACTORS: usize = 4;

impl Authority {
    /// Trades a token. The phases are those of every grant type; who asks is a resource server and not a client.
    pub(super) async fn exchange_token(
        &self,
        credentials: ClientCredentials,
        mut params: Params,
        caller: &Caller,
    ) -> Result<TokenResponse, Error> {
        let now = self.now();
        // 1 who asks
        let asker = self.authenticate_resource(credentials, now).await?;
        // 2 what is asked
        let TokenRequest::TokenExchange { subject_token, target, scope } = TokenRequest::parse(&mut params)? else {
            return Err(OAuthError::unsupported_grant_type("this grant type is not supported").into());
        };
        let target = named(&*self.known().await?, &target)?;
        // 3 may they
        let (subject, client) = self.subject(&asker, subject_token.expose(), caller, now).await?;
        if target.id == asker.id {
            return Err(OAuthError::invalid_target("a token is exchanged for one of another resource").into());
        }
        if !reaches(&subject, &target) {
            return Err(OAuthError::invalid_target("no such resource is registered here")
                .because("another organization's")
                .into());
        }
        // 4 the grant itself
        let scope = narrowed(&subject, &client, &asker, &target, scope)?;
        let (token, part) = self.exchanged(&subject, &asker, &target, scope, now)?;
        self.write_exchanged(&subject, token.clone(), now).await?;
        // 5 the response
        let (access_token, expires_at) = Box::pin(self.exchanged_text(&subject, &target, &token, &part, now)).await?;
        Ok(TokenResponse {
            access_token,
            token_type: TokenResponse::BEARER,
            expires_in: expires_at.since(now).as_secs(),
            refresh_token: None,
            scope: token.scope,
            id_token: None,
            issued_token_type: Some(ACCESS_TOKEN),
        })
    }

    /// The token that was handed over, and the client that it was given to. Whatever is wrong with it is said in the same words:
    /// whoever asks learns nothing of tokens that are none of its business (RFC 8693 §2.2.2).
    async fn subject(
        &self,
        asker: &Resource,
        text: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(Arc<SeenToken>, Arc<Client>), Error> {
        let refused = |why: &'static str| Error::from(OAuthError::invalid_request(UNACCEPTABLE).because(why));
        let seen = self.live_token(text, now).await?.ok_or_else(|| refused("unknown, expired or revoked"))?;
        if seen.token.resource_id.as_ref() != Some(&asker.id) {
            return Err(refused("issued for another resource"));
        }
        if matches!(seen.behalf, Behalf::Client(_)) {
            return Err(refused("a client's own token rests on no grant"));
        }
        if seen.token.actors.len() >= MOST_ACTORS {
            return Err(refused("exchanged too often"));
        }
        let (client, _) =
            self.client(&seen.token.client_id).await?.ok_or_else(|| refused("no such client any more"))?;
        // To hand it on is to use it.
        if !self.note_use(&seen, caller, now).await? {
            return Err(refused("ended meanwhile"));
        }
        Ok((seen, client))
    }

    /// The new token. It is derived, so that the same question has the same answer and nothing grows with repeating it.
    fn exchanged(
        &self,
        subject: &SeenToken,
        asker: &Resource,
        target: &Resource,
        scope: Scope,
        now: Timestamp,
    ) -> Result<(AccessToken, Part), Error> {
        let from = &subject.token;
        let actors: Vec<String> = std::iter::once(asker.id.to_string()).chain(from.actors.iter().cloned()).collect();
        let version = self.parts.secrets.current();
        let scope_text = scope.to_string();
        let parts: [&[u8]; 4] =
            [b"exchange", from.hash.as_str().as_bytes(), target.id.as_str().as_bytes(), scope_text.as_bytes()];
        let secret = self.parts.secrets.derive(version, Purpose::Successor, &parts).map(Secret::from_bytes);
        let secret = secret.ok_or_else(|| super::issue::lost_secret(version))?;
        let token = AccessToken {
            hash: secret.hash(),
            resource_id: Some(target.id.clone()),
            scope,
            actors,
            issued_at: now,
            ..from.clone()
        };
        let part = Part { id: from.id, generation: from.generation, secret, key_version: version };
        Ok((token, part))
    }

    /// The text in the form of the resource that it is for, and when that ends.
    async fn exchanged_text(
        &self,
        subject: &SeenToken,
        target: &Arc<Resource>,
        token: &AccessToken,
        part: &Part,
        now: Timestamp,
    ) -> Result<(String, Timestamp), Error> {
        let claimed = match &subject.behalf {
            Behalf::Person { grant_id, user_id, kind, .. } => home(kind)
                .and_then(|home| Claimed::at(target, home, Some(*grant_id), token.issued_at))
                .map(|claimed| (claimed, user_id)),
            Behalf::Client(_) => None,
        };
        let Some((claimed, user_id)) = claimed else { return Ok((self.access_text(part)?, token.expires_at)) };
        let said = Said {
            access: part,
            expires_at: token.expires_at,
            // Who asked for it, as introspection says.
            client_id: token.actors.first().map_or(token.client_id.as_str(), String::as_str),
            sub: user_id.to_string(),
            scope: &token.scope,
            authenticated: None,
            actors: &token.actors,
        };
        self.jwt(&claimed, &said, now).await
    }

    /// Written only while what it came from still is.
    async fn write_exchanged(&self, subject: &SeenToken, token: AccessToken, now: Timestamp) -> Result<(), Error> {
        let from = subject.token.clone();
        let written = self.parts.store.transaction(move |tx| {
            let (from, token) = (from.clone(), token.clone());
            Box::pin(async move {
                if tx.live_access_token(from.id, from.generation, &from.hash, now).await?.is_none() {
                    return Ok::<_, Error>(false);
                }
                tx.insert_access_token(&token).await?;
                Ok(true)
            })
        });
        match written.await? {
            true => Ok(()),
            false => Err(OAuthError::invalid_request(UNACCEPTABLE).because("ended while it was exchanged").into()),
        }
    }
}

/// Whether the project that the token is over is one that the other resource has to do with.
fn reaches(subject: &SeenToken, target: &Resource) -> bool {
    let home = match &subject.behalf {
        Behalf::Person { kind, .. } => home(kind),
        Behalf::Client(_) => None,
    };
    target.owner.is_none() || home.is_some_and(|home| target.serves(home.organization_id))
}

const UNACCEPTABLE: &str = "the subject_token is not one that can be exchanged";

/// What the new token may do: of what the old one may do at this moment, what the other resource understands, what the client may
/// hold there, and nothing that writes if the old one only reads.
fn narrowed(
    subject: &SeenToken,
    client: &Client,
    asker: &Resource,
    target: &Resource,
    asked: Option<Scope>,
) -> Result<Scope, OAuthError> {
    let present = permitted::narrowed(&subject.token.scope, client, Some(asker));
    let mut most = permitted::narrowed(&present, client, Some(target)).of_resources();
    if asker.access(&present) == Access::Read {
        most = most.intersection(&target.read_scope());
    }
    let scope = match asked {
        Some(asked) if !asked.is_subset_of(&most) => {
            return Err(OAuthError::invalid_scope("the scope is wider than what can be exchanged")
                .because(format!("at most '{most}' for {}", target.id)));
        }
        Some(asked) => asked,
        None => most,
    };
    if scope.is_empty() {
        return Err(OAuthError::invalid_scope("the other resource understands nothing of what this token allows"));
    }
    Ok(scope)
}
