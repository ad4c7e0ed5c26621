//! An access token as it was presented: opaque, or a JWT of ours. Owns which row of access tokens a text names; what that
//! row is worth, `storage` says.

use std::fmt;

use model::{Id, SecretHash, Timestamp, Token, TokenKind};
use protocol::{JwtAccessTokenClaims, jws::Compact};

use crate::{Authority, Error};

/// The row that a genuine access token names.
#[derive(Clone)]
pub(crate) struct TokenName {
    pub(crate) id: Id<()>,
    pub(crate) generation: u64,
    pub(crate) hash: SecretHash,
    /// When the text itself ends, where it says so: a JWT may end before its row.
    pub(crate) ends_at: Option<Timestamp>,
}

/// The name of a JWT (`jti`): id, generation and hash of its row. It is the same each time that the token is signed.
pub(crate) struct JwtId {
    id: Id<()>,
    generation: u64,
    hash: SecretHash,
}

impl JwtId {
    pub(crate) fn of(id: Id<()>, generation: u64, hash: SecretHash) -> Self {
        Self { id, generation, hash }
    }

    fn parse(text: &str) -> Option<Self> {
        let (id, rest) = text.split_once('.')?;
        let (generation, hash) = rest.split_once('.')?;
        Some(Self {
            id: Id::parse(id)?,
            generation: generation.parse().ok()?,
            hash: SecretHash::stored(hash.to_owned()),
        })
    }
}

impl fmt::Display for JwtId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.id, self.generation, self.hash.as_str())
    }
}

impl TokenName {
    /// The row of an opaque token.
    pub(crate) fn opaque(token: &Token) -> Self {
        Self { id: token.id, generation: token.generation, hash: token.secret.hash(), ends_at: None }
    }

    /// Whether the text says that its time is over.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }
}

impl Authority {
    /// Which row this text names; nothing for what was never issued here as an access token. Its time may be over.
    pub(crate) async fn token_name(&self, text: &str, now: Timestamp) -> Result<Option<TokenName>, Error> {
        if let Some(token) = Token::parse(text, TokenKind::Access, &self.parts.secrets) {
            return Ok(Some(TokenName::opaque(&token)));
        }
        // base64url of `{"`: whatever begins otherwise is no JWT, and nothing is decoded for it.
        if !text.starts_with("ey") {
            return Ok(None);
        }
        Box::pin(self.jwt_name(text, now)).await
    }

    async fn jwt_name(&self, text: &str, now: Timestamp) -> Result<Option<TokenName>, Error> {
        let Ok(jws) = Compact::parse(text) else { return Ok(None) };
        // RFC 8725 §3.11: an ID token is signed with the same keys, and is no access token.
        if !jws.is_access_token() || !self.signed_here(&jws, now).await? {
            return Ok(None);
        }
        let Ok(claims) = jws.claims::<JwtAccessTokenClaims>() else { return Ok(None) };
        let named = JwtId::parse(&claims.jti).filter(|_| claims.iss == self.issuer());
        let ends_at = i64::try_from(claims.exp).ok().map(Timestamp::from_seconds);
        Ok(named.map(|JwtId { id, generation, hash }| TokenName { id, generation, hash, ends_at }))
    }
}
