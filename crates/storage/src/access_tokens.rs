//! The table of access tokens.

use std::sync::Arc;

use model::{ClientId, Family, Grant, GrantKind, Id, ResourceId, SecretHash, Timestamp, User, client::Home};
use protocol::Scope;
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Store, Tx, columns::Columns, grants, live::Touched, token_reads::AskedToken};

/// An access token as it is kept.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The family's id, or its own where no family stands behind it.
    pub id: Id<()>,
    /// The family's generation; 0 without one.
    pub generation: u64,
    /// SHA-256 of its secret.
    pub hash: SecretHash,
    /// The family, if there is one.
    pub family_id: Option<Id<Family>>,
    /// To whom it was issued.
    pub client_id: ClientId,
    /// For which resource; none for identity scopes alone.
    pub resource_id: Option<ResourceId>,
    /// What it allows.
    pub scope: Scope,
    /// Who exchanged it for another (RFC 8693), the last one first; nobody for one that a client was given.
    pub actors: Vec<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A live access token with what introspection and userinfo say of it.
#[derive(Clone, Debug)]
pub struct SeenToken {
    /// The token.
    pub token: AccessToken,
    /// On whose behalf: a person's grant, or the client's own standing.
    pub behalf: Behalf,
}

/// On whose behalf a token acts.
#[derive(Clone, Debug)]
pub enum Behalf {
    /// A person's.
    Person {
        /// The grant.
        grant_id: Id<Grant>,
        /// Who.
        user_id: Id<User>,
        /// Over what.
        kind: GrantKind,
        /// The family's present generation.
        generation: u64,
        /// Whether its head was seen already.
        head_seen: bool,
        /// When the grant's use was last noted.
        used_at: Option<Timestamp>,
    },
    /// The client's own (client_credentials).
    Client(Home),
}

/// The token that is called this, as its row says.
fn token(
    (id, generation, hash): (Id<()>, u64, &SecretHash),
    family_id: Option<Id<Family>>,
    columns: &Columns<'_>,
) -> Result<AccessToken, StorageError> {
    let actors = columns.optional_text("actors")?;
    Ok(AccessToken {
        id,
        generation,
        hash: hash.clone(),
        family_id,
        client_id: ClientId::new(columns.text("client_id")?),
        resource_id: columns.optional_text("resource_id")?.map(ResourceId::new),
        scope: columns.scope("scope")?,
        actors: actors.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        issued_at: columns.time("issued_at")?,
        expires_at: columns.time("expires_at")?,
    })
}

/// The row of this token, which is live, and of what it rests on. One of a family is called as its family is.
pub(crate) fn seen(asked: &AskedToken, row: &AnyRow) -> Result<SeenToken, StorageError> {
    let columns = Columns::of(row, "access_tokens");
    let family_id = (!asked.is_a_clients()).then(|| asked.id.cast());
    let token = token((asked.id, asked.generation, &asked.hash), family_id, &columns)?;
    let behalf = match columns.optional_id("grant_id")? {
        Some(grant_id) => Behalf::Person {
            grant_id,
            user_id: columns.id("user_id")?,
            kind: grants::kind(&columns)?,
            generation: columns.count("family_generation")?,
            head_seen: columns.optional_time("head_seen_at")?.is_some(),
            used_at: columns.optional_time("used_at")?,
        },
        None => Behalf::Client(Home {
            organization_id: columns.id("organization_id")?,
            project_id: columns.id("project_id")?,
        }),
    };
    Ok(SeenToken { token, behalf })
}

impl Read {
    /// When the last access token of this generation of a family expires; none if it has none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn access_expiry(
        &mut self,
        family_id: Id<Family>,
        generation: u64,
    ) -> Result<Option<Timestamp>, StorageError> {
        let sql =
            "SELECT expires_at FROM access_tokens WHERE id = $1 AND generation = $2 ORDER BY expires_at DESC LIMIT 1";
        let row = self.one(sql, [family_id.into(), generation.into()]).await?;
        row.map(|row| Columns::of(&row, "access_tokens").time("expires_at")).transpose()
    }

    /// The token with this id, generation and hash, whatever has become of it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn access_token(
        &mut self,
        id: Id<()>,
        generation: u64,
        hash: &SecretHash,
    ) -> Result<Option<AccessToken>, StorageError> {
        let sql = "SELECT * FROM access_tokens WHERE id = $1 AND generation = $2 AND hash = $3";
        let row = self.one(sql, [id.into(), generation.into(), hash.into()]).await?;
        let found = |row: AnyRow| {
            let columns = Columns::of(&row, "access_tokens");
            token((id, generation, hash), columns.optional_id("family_id")?, &columns)
        };
        row.map(found).transpose()
    }
}

impl Store {
    /// The live token with this id, generation and hash, if everything that it rests on is in force at `now`; from memory where that is
    /// known to be true still.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_access_token(
        &self,
        id: Id<()>,
        generation: u64,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<Arc<SeenToken>>, StorageError> {
        let is = |seen: &SeenToken| seen.token.generation == generation && seen.token.hash == *hash;
        let ticket = match self.live_tokens().map(|live| live.find(id, is)) {
            Some(Ok(seen)) => {
                self.metrics.remembered.inc();
                return Ok(Some(seen).filter(|seen| now < seen.token.expires_at));
            }
            Some(Err(ticket)) => Some(ticket),
            None => None,
        };
        self.metrics.looked_up.inc();
        let asked = AskedToken { id, generation, hash: hash.clone(), now };
        let seen = Box::pin(self.read_token(asked)).await?.map(Arc::new);
        if let (Some(live), Some(ticket), Some(seen)) = (self.live_tokens(), ticket, &seen) {
            live.remember(ticket, id, seen);
        }
        Ok(seen)
    }
}

/// What ends with the tokens under this id: nothing else.
fn under(id: Id<()>) -> Touched {
    Touched::Tokens(vec![id])
}

impl Tx {
    /// Notes the use of a family's token where it is the head's first, and says whether the token is still good: what was
    /// ended or superseded since it was read was not used.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn see_access_token(&mut self, token: &AccessToken, now: Timestamp) -> Result<bool, StorageError> {
        if let Some(family_id) = token.family_id
            && self.see_family(family_id, token.generation, now).await?
        {
            return Ok(true);
        }
        Ok(self.live_access_token(token.id, token.generation, &token.hash, now).await?.is_some())
    }

    /// Adds an access token unless it is there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_access_token(&mut self, token: &AccessToken) -> Result<(), StorageError> {
        self.run(
            "INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at, actors) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            [
                token.id.into(),
                token.generation.into(),
                (&token.hash).into(),
                token.family_id.into(),
                (&token.client_id).into(),
                token.resource_id.as_ref().into(),
                (&token.scope).into(),
                token.issued_at.into(),
                token.expires_at.into(),
                (!token.actors.is_empty()).then(|| token.actors.join(" ")).into(),
            ],
        )
        .await
        .map(drop)
    }

    /// Deletes the access tokens of a family's generations below `generation`, or of exactly one.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_access_tokens_below(
        &mut self,
        family_id: Id<Family>,
        generation: u64,
    ) -> Result<(), StorageError> {
        let sql = "DELETE FROM access_tokens WHERE id = $1 AND generation < $2";
        self.run_touching(under(family_id.cast()), sql, [family_id.into(), generation.into()]).await.map(drop)
    }

    /// Deletes the access tokens of one generation, whose refresh token was superseded.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_access_tokens_of(
        &mut self,
        family_id: Id<Family>,
        generation: u64,
    ) -> Result<(), StorageError> {
        let sql = "DELETE FROM access_tokens WHERE id = $1 AND generation = $2";
        self.run_touching(under(family_id.cast()), sql, [family_id.into(), generation.into()]).await.map(drop)
    }

    /// Deletes one access token that no family stands behind.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_access_token(&mut self, id: Id<()>, hash: &SecretHash) -> Result<(), StorageError> {
        let sql = "DELETE FROM access_tokens WHERE id = $1 AND hash = $2 AND family_id IS NULL";
        self.run_touching(under(id), sql, [id.into(), hash.into()]).await.map(drop)
    }
}
