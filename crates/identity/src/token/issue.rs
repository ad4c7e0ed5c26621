//! The answer of the token endpoint: the texts of tokens and the ID token. Nothing here decides anything.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Family, Id, Secret, Session, Timestamp, Token, TokenKind, User};
use protocol::{Audience, GrantType, IdTokenClaims, OPENID, Scope, SigningAlgorithm, TokenResponse};
use sha2::{Digest as _, Sha256};

use super::jwt::{Claimed, Said};
use crate::{AuthenticatedClient, Authority, Error, account::acr};

/// What a grant type found out and the answer says.
pub(super) struct Issued {
    /// The access token's parts.
    pub(super) access: Part,
    /// The refresh token's parts, where there is a family.
    pub(super) refresh: Option<Part>,
    /// When the access token ends.
    pub(super) expires_at: Timestamp,
    /// What it allows.
    pub(super) scope: Scope,
    /// The person, for an ID token.
    pub(super) person: Option<Person>,
    /// What a JWT says, where the resource wants one.
    pub(super) jwt: Option<Claimed>,
}

/// What a token's text is made of.
pub(super) struct Part {
    pub(super) id: Id<()>,
    pub(super) generation: u64,
    pub(super) secret: Secret,
    pub(super) key_version: u16,
}

impl Part {
    /// A part of this family's present generation.
    pub(super) fn of(family_id: Id<Family>, generation: u64, secret: Secret, key_version: u16) -> Self {
        Self { id: family_id.cast(), generation, secret, key_version }
    }
}

/// Who signed in, when and how.
pub(super) struct Person {
    pub(super) user_id: Id<User>,
    pub(super) session_id: Id<Session>,
    pub(super) auth_time: Timestamp,
    pub(super) amr: String,
    pub(super) nonce: Option<String>,
}

/// By what means, one each.
pub(super) fn methods(amr: &str) -> Vec<String> {
    amr.split_ascii_whitespace().map(str::to_owned).collect()
}

impl Authority {
    /// Phase 5: writes the answer.
    pub(super) async fn respond(
        &self,
        client: &AuthenticatedClient,
        issued: Issued,
        now: Timestamp,
    ) -> Result<TokenResponse, Error> {
        let (access_token, expires_at) = match &issued.jwt {
            None => (self.text(TokenKind::Access, &issued.access)?, issued.expires_at),
            Some(claimed) => Box::pin(self.jwt(claimed, &Said::of(client, &issued), now)).await?,
        };
        let id_token = match issued.person {
            Some(person) if issued.scope.contains(OPENID) => {
                Some(self.id_token(client, person, &access_token, now).await?)
            }
            _ => None,
        };
        let refresh_token = match &issued.refresh {
            Some(part) if client.client.may_use(GrantType::RefreshToken) => Some(self.text(TokenKind::Refresh, part)?),
            _ => None,
        };
        Ok(TokenResponse {
            access_token,
            token_type: TokenResponse::BEARER,
            expires_in: expires_at.since(now).as_secs(),
            refresh_token,
            scope: issued.scope,
            id_token,
            issued_token_type: None,
        })
    }

    /// The text of an opaque access token.
    pub(super) fn access_text(&self, part: &Part) -> Result<String, Error> {
        self.text(TokenKind::Access, part)
    }

    fn text(&self, kind: TokenKind, part: &Part) -> Result<String, Error> {
        let Part { id, generation, secret, key_version } = part;
        let token = Token { kind, id: *id, generation: *generation, secret: secret.clone(), key_version: *key_version };
        Ok(token.expose(&self.parts.secrets).ok_or_else(|| lost_secret(*key_version))?)
    }

    async fn id_token(
        &self,
        client: &AuthenticatedClient,
        person: Person,
        access_token: &str,
        now: Timestamp,
    ) -> Result<String, Error> {
        let seconds = |time: Timestamp| u64::try_from(time.as_seconds()).unwrap_or(0);
        let algorithm = client.client.id_token_algorithm();
        let amr = methods(&person.amr);
        let claims = IdTokenClaims {
            iss: self.issuer().to_owned(),
            sub: person.user_id.to_string(),
            aud: Audience::One(client.client.id.to_string()),
            exp: seconds(now.plus(self.parts.settings.tokens.id_token_lifetime)),
            iat: seconds(now),
            auth_time: Some(seconds(person.auth_time)),
            nonce: person.nonce,
            acr: Some(acr(&person.amr).to_owned()),
            amr,
            sid: Some(person.session_id.to_string()),
            azp: None,
            at_hash: at_hash(algorithm, access_token),
        };
        self.sign(algorithm, "JWT", &claims, now).await
    }
}

/// OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm names; EdDSA with Ed25519 names SHA-512,
/// which is left out rather than computed for one claim that is optional in the code flow.
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> Option<String> {
    if algorithm == SigningAlgorithm::EdDSA {
        return None;
    }
    Sha256::digest(access_token.as_bytes()).get(..16).map(|half| URL_SAFE_NO_PAD.encode(half))
}

/// A token names a version of the server's secret that the key file no longer has.
pub(super) fn lost_secret(version: u16) -> storage::StorageError {
    storage::StorageError::Unavailable(format!("version {version} of the server's secret is missing from the key file"))
}
