//! JWT access tokens (RFC 9068): for which resource one is issued, and what it says. A JWT stands for a row of access tokens
//! like any other; its `jti` names that row, so it is introspected, revoked and superseded with it.

use std::{sync::Arc, time::Duration};

use model::{AccessTokenForm, Family, Grant, GrantKind, Id, Resource, Timestamp, client::Home};
use protocol::{Actor, Audience, JwtAccessTokenClaims, OAuthError, Scope, SigningAlgorithm};
use storage::{StorageError, Tx};

use super::issue::{Issued, Part, methods};
use crate::{AuthenticatedClient, Authority, Error, account::acr, token_name::JwtId};

/// However long access tokens live: whoever does not ask learns of a revocation only when the token ends.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// What a JWT says beyond what every issued token does.
pub(super) struct Claimed {
    algorithm: SigningAlgorithm,
    resource: Arc<Resource>,
    home: Home,
    grant_id: Option<Id<Grant>>,
    /// The row's, so that a token that is answered again is the same.
    issued_at: Timestamp,
}

/// What every access token says, whatever its text.
pub(super) struct Said<'a> {
    pub(super) access: &'a Part,
    pub(super) expires_at: Timestamp,
    pub(super) client_id: &'a str,
    pub(super) sub: String,
    pub(super) scope: &'a Scope,
    /// When the person signed in, and how, where that is known.
    pub(super) authenticated: Option<(Timestamp, &'a str)>,
    /// Who exchanged it, the last one first.
    pub(super) actors: &'a [String],
}

impl<'a> Said<'a> {
    pub(super) fn of(client: &'a AuthenticatedClient, issued: &'a Issued) -> Self {
        let (id, person) = (&client.client.id, issued.person.as_ref());
        Self {
            access: &issued.access,
            expires_at: issued.expires_at,
            client_id: id.as_str(),
            // A client's id never has the shape of a person's (RFC 9068 §5; `client_id` in admin/client.rs).
            sub: person.map_or_else(|| id.to_string(), |person| person.user_id.to_string()),
            scope: &issued.scope,
            authenticated: person.map(|person| (person.auth_time, person.amr.as_str())),
            actors: &[],
        }
    }
}

impl Claimed {
    /// For tokens of this resource; nothing if they are opaque.
    pub(super) fn at(
        resource: &Arc<Resource>,
        home: Home,
        grant_id: Option<Id<Grant>>,
        issued_at: Timestamp,
    ) -> Option<Self> {
        let AccessTokenForm::Jwt(algorithm) = resource.access_tokens else { return None };
        Some(Self { algorithm, resource: Arc::clone(resource), home, grant_id, issued_at })
    }

    /// For tokens that rest on this grant; what it is over is read only where that is to be said.
    pub(super) async fn of_grant(
        tx: &mut Tx,
        resource: Option<&Arc<Resource>>,
        grant_id: Id<Grant>,
        issued_at: Timestamp,
    ) -> Result<Option<Self>, StorageError> {
        let Some(resource) = resource.filter(|one| one.access_tokens != AccessTokenForm::Opaque) else {
            return Ok(None);
        };
        let home = tx.grant(grant_id).await?.and_then(|grant| home(&grant.kind));
        Ok(home.and_then(|home| Self::at(resource, home, Some(grant_id), issued_at)))
    }
}

/// Whose data a grant reaches.
pub(super) fn home(kind: &GrantKind) -> Option<Home> {
    match kind {
        GrantKind::Identity => None,
        GrantKind::Project { organization_id, project_id, .. } => {
            Some(Home { organization_id: *organization_id, project_id: *project_id })
        }
    }
}

/// When the JWT of a row ends.
pub(crate) fn ends_at(issued_at: Timestamp, expires_at: Timestamp) -> Timestamp {
    expires_at.min(issued_at.plus(LONGEST))
}

impl Authority {
    /// What the JWT of a family's generation says, if its resource wants JWTs. To issue one is sight (docs/families.md), since
    /// nobody may ever ask about it; it is written before the answer.
    pub(super) async fn claimed_by_family(
        &self,
        kind: &GrantKind,
        family_id: Id<Family>,
        generation: u64,
        now: Timestamp,
    ) -> Result<Option<Claimed>, Error> {
        let GrantKind::Project { resource_id, organization_id, project_id } = kind else { return Ok(None) };
        // Proven by the command that issued the token.
        let known = self.believing().known().await?;
        let Some(resource) = known.resource(resource_id).filter(|one| one.access_tokens != AccessTokenForm::Opaque)
        else {
            return Ok(None);
        };
        let home = Home { organization_id: *organization_id, project_id: *project_id };
        let grant_id = Box::pin(self.see_issued(family_id, generation, now)).await?;
        Ok(Claimed::at(resource, home, Some(grant_id), now))
    }

    async fn see_issued(&self, family_id: Id<Family>, generation: u64, now: Timestamp) -> Result<Id<Grant>, Error> {
        let seen = self.parts.store.transaction(move |tx| {
            Box::pin(async move {
                tx.see_family(family_id, generation, now).await?;
                let family = tx.family(family_id).await?;
                Ok::<_, Error>(family.filter(|family| family.revoked.is_none()).map(|family| family.grant_id))
            })
        });
        let ended = || OAuthError::invalid_grant("the refresh token was revoked").because("while a JWT was issued");
        Ok(seen.await?.ok_or_else(ended)?)
    }

    /// The text of the token (RFC 9068 §2), and when it ends.
    pub(super) async fn jwt(
        &self,
        claimed: &Claimed,
        said: &Said<'_>,
        now: Timestamp,
    ) -> Result<(String, Timestamp), Error> {
        let Claimed { algorithm, resource, home, grant_id, issued_at } = claimed;
        let seconds = |time: Timestamp| u64::try_from(time.as_seconds()).unwrap_or(0);
        let ends_at = ends_at(*issued_at, said.expires_at);
        let amr = said.authenticated.map(|(_, amr)| amr);
        let claims = JwtAccessTokenClaims {
            iss: self.issuer().to_owned(),
            sub: said.sub.clone(),
            aud: Audience::One(resource.identifier.to_string()),
            exp: seconds(ends_at),
            iat: seconds(*issued_at),
            nbf: None,
            jti: JwtId::of(said.access.id, said.access.generation, said.access.secret.hash()).to_string(),
            client_id: said.client_id.to_owned(),
            scope: said.scope.clone(),
            auth_time: said.authenticated.map(|(auth_time, _)| seconds(auth_time)),
            acr: amr.map(|amr| acr(amr).to_owned()),
            amr: amr.map(methods).unwrap_or_default(),
            organization: Some(home.organization_id.to_string()),
            project: Some(home.project_id.to_string()),
            access: Some(resource.access(said.scope)),
            grant_id: grant_id.map(|id| id.to_string()),
            act: Actor::chain(said.actors),
        };
        Ok((self.sign(*algorithm, "at+jwt", &claims, now).await?, ends_at))
    }
}
