//! The hot flows as one command each: it assumes the ordinary case and does nothing when that does not hold; then the caller
//! takes the ordinary transaction, which reads, classifies and decides. Two texts each, side by side: on SQLite several
//! statements in one hop (the later ones do nothing when the first changed nothing),
//! on PostgreSQL one statement in one round trip. Both are under the same tests as the transaction.

mod allow;

use model::{Client, Family, GrantKind, Id, SecretHash, Session, Timestamp, User};
use protocol::{AuthorizationRequest, Scope};
use sqlx::any::AnyRow;

pub use self::allow::SilentAllowance;
use crate::{
    AccessToken, CodeRedemption, StorageError, Store, Tx,
    columns::{Columns, Value},
    grants,
    live::Touched,
};

/// A refresh in the ordinary case: the head, outside the window, nothing narrowed.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The family that the token names.
    pub family_id: Id<Family>,
    /// The generation that the token names.
    pub generation: u64,
    /// SHA-256 of what was presented.
    pub presented_hash: SecretHash,
    /// The authenticated client.
    pub client_id: model::ClientId,
    /// The new head.
    pub head_hash: SecretHash,
    /// What it was derived with.
    pub retry_salt: String,
    /// Under which version of the server's secret.
    pub key_version: u16,
    /// The new access token.
    pub access_hash: SecretHash,
    /// The request's arrival.
    pub now: Timestamp,
    /// The window is over for heads answered before this.
    pub window_over_before: Timestamp,
    /// When the family ends without use.
    pub idle_expires_at: Timestamp,
    /// When the new access token ends.
    pub access_expires_at: Timestamp,
    /// The policy version under which the caller knows the client.
    pub policy_version: i64,
}

/// What a rotation found.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The family's scope.
    pub scope: Scope,
    /// Whose.
    pub user_id: Id<User>,
    /// Over what.
    pub kind: GrantKind,
    /// For the ID token.
    pub session_id: Id<Session>,
    /// For the ID token.
    pub auth_time: Timestamp,
    /// For the ID token.
    pub amr: String,
}

/// A code's redemption in the ordinary case.
#[derive(Clone, Debug)]
pub struct Redemption {
    /// The code and what must fit it.
    pub code: CodeRedemption,
    /// The first refresh token.
    pub head_hash: SecretHash,
    /// The family's first salt.
    pub retry_salt: String,
    /// The version of the server's secret.
    pub key_version: u16,
    /// The first access token.
    pub access_hash: SecretHash,
    /// When the family ends without use.
    pub idle_expires_at: Timestamp,
    /// When it ends whatever happens.
    pub absolute_expires_at: Timestamp,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// The policy version under which the caller knows the client.
    pub policy_version: i64,
}

/// What a redemption found.
#[derive(Clone, Debug)]
pub struct Redeemed {
    /// What the family was found to be.
    pub rotated: Rotated,
    /// The request that was allowed.
    pub request: AuthorizationRequest,
}

impl Store {
    /// Rotates; nothing if the ordinary case does not hold.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn rotate(&self, rotation: Rotation) -> Result<Option<Rotated>, StorageError> {
        self.command(move |tx| Box::pin(async move { tx.rotate(&rotation).await })).await
    }

    /// Redeems a code; nothing if the ordinary case does not hold.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn redeem(&self, redemption: Redemption) -> Result<Option<Redeemed>, StorageError> {
        self.command(move |tx| Box::pin(async move { tx.redeem(&redemption).await })).await
    }

    /// Stores a client's own access token, if what the caller knows of the client (at `policy_version`) is still true, and its project and
    /// organisation are not disabled; whether it was.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn issue_to_client(
        &self,
        client: &Client,
        token: AccessToken,
        policy_version: i64,
    ) -> Result<bool, StorageError> {
        let client_id = client.id.clone();
        debug_assert!(token.client_id == client_id && token.family_id.is_none(), "a client's own token");
        self.command(move |tx| Box::pin(async move { tx.issue_to_client(&token, policy_version).await })).await
    }
}

const ROTATE_SQLITE: &str = "SAVEPOINT job; \
 UPDATE families SET generation = generation + 1, previous_hash = head_hash, head_hash = $5, retry_salt = $6, key_version = $7, \
   answered_at = $9, head_seen_at = NULL, repeat_streak = CASE WHEN repeated_at IS NULL THEN 0 ELSE repeat_streak END, repeated_at = NULL, \
   idle_expires_at = $11 \
 WHERE id = $1 AND revoked_at IS NULL AND generation = $2 AND head_hash = $3 AND client_id = $4 \
   AND idle_expires_at > $9 AND absolute_expires_at > $12 AND (previous_hash IS NULL OR answered_at < $10) \
   AND policy_version = $13 AND $13 = (SELECT value FROM versions WHERE name = 'policy') \
   AND EXISTS (SELECT 1 FROM live_grants l WHERE l.id = families.grant_id) \
 RETURNING id, scope, session_id, auth_time, amr, (SELECT user_id FROM grants g WHERE g.id = grant_id) AS user_id, \
   (SELECT resource_id FROM grants g WHERE g.id = grant_id) AS resource_id, \
   (SELECT organization_id FROM grants g WHERE g.id = grant_id) AS organization_id, \
   (SELECT project_id FROM grants g WHERE g.id = grant_id) AS project_id; \
 INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT f.id, f.generation, $8, f.id, f.client_id, g.resource_id, f.scope, $9, $12 FROM families f JOIN grants g ON g.id = f.grant_id \
   WHERE f.id = $1 AND f.head_hash = $5; \
 DELETE FROM access_tokens WHERE id = $1 AND generation < $2 AND EXISTS (SELECT 1 FROM families f WHERE f.id = $1 AND f.head_hash = $5); \
 RELEASE job";

const ROTATE_POSTGRES: &str = "WITH rotated AS ( \
 UPDATE families SET generation = generation + 1, previous_hash = head_hash, head_hash = $5, retry_salt = $6, key_version = $7, \
   answered_at = $9, head_seen_at = NULL, repeat_streak = CASE WHEN repeated_at IS NULL THEN 0 ELSE repeat_streak END, repeated_at = NULL, \
   idle_expires_at = $11 \
 WHERE id = $1 AND revoked_at IS NULL AND generation = $2 AND head_hash = $3 AND client_id = $4 \
   AND idle_expires_at > $9 AND absolute_expires_at > $12 AND (previous_hash IS NULL OR answered_at < $10) \
   AND policy_version = $13 AND $13 = (SELECT value FROM versions WHERE name = 'policy') \
   AND EXISTS (SELECT 1 FROM live_grants l WHERE l.id = families.grant_id) \
 RETURNING id, generation, client_id, grant_id, scope, session_id, auth_time, amr), \
 issued AS (INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT r.id, r.generation, $8, r.id, r.client_id, g.resource_id, r.scope, $9, $12 FROM rotated r JOIN grants g ON g.id = r.grant_id), \
 gone AS (DELETE FROM access_tokens WHERE id = $1 AND generation < $2 AND EXISTS (SELECT 1 FROM rotated)) \
 SELECT r.id, r.scope, r.session_id, r.auth_time, r.amr, g.user_id, g.resource_id, g.organization_id, g.project_id \
 FROM rotated r JOIN grants g ON g.id = r.grant_id";

const REDEEM_SQLITE: &str = "SAVEPOINT job; \
 UPDATE authorizations SET spent_at = $7, family_id = $6 \
 WHERE id = $1 AND spent_at IS NULL AND code_hash = $2 AND code_expires_at > $7 AND client_id = $3 \
   AND redirect_uri = coalesce($4, redirect_uri) AND coalesce(code_challenge, '') = coalesce($5, '') \
   AND $15 = (SELECT value FROM versions WHERE name = 'policy') \
   AND EXISTS (SELECT 1 FROM live_grants l WHERE l.id = authorizations.grant_id) \
 RETURNING id, request, scope, session_id, auth_time, amr, user_id, resource_id, \
   (SELECT organization_id FROM grants g WHERE g.id = grant_id) AS organization_id, \
   (SELECT project_id FROM grants g WHERE g.id = grant_id) AS project_id; \
 INSERT INTO families (id, grant_id, client_id, scope, policy_version, generation, head_hash, retry_salt, key_version, answered_at, \
   repeat_streak, idle_expires_at, absolute_expires_at, session_id, auth_time, amr, created_at) \
   SELECT $6, grant_id, client_id, scope, $15, 1, $8, $9, $10, $7, 0, $12, $13, session_id, auth_time, amr, $7 \
   FROM authorizations WHERE id = $1 AND changes() = 1; \
 INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT $6, 1, $11, $6, client_id, resource_id, scope, $7, $14 FROM authorizations WHERE id = $1 AND changes() = 1; \
 RELEASE job";

// The grant is held while its new family is not yet to be seen, so that what ends the grant waits, and then ends the family too.
const REDEEM_POSTGRES: &str = "WITH held AS ( \
 SELECT g.id FROM grants g JOIN authorizations a ON a.grant_id = g.id WHERE a.id = $1 AND g.revoked_at IS NULL FOR SHARE OF g), \
 spent AS ( \
 UPDATE authorizations SET spent_at = $7, family_id = $6 \
 WHERE id = $1 AND spent_at IS NULL AND code_hash = $2 AND code_expires_at > $7 AND client_id = $3 \
   AND redirect_uri = coalesce($4, redirect_uri) AND coalesce(code_challenge, '') = coalesce($5, '') \
   AND $15 = (SELECT value FROM versions WHERE name = 'policy') \
   AND EXISTS (SELECT 1 FROM live_grants l JOIN held h ON h.id = l.id WHERE l.id = authorizations.grant_id) \
 RETURNING id, client_id, grant_id, request, scope, session_id, auth_time, amr, user_id, resource_id), \
 begun AS (INSERT INTO families (id, grant_id, client_id, scope, policy_version, generation, head_hash, retry_salt, key_version, answered_at, \
   repeat_streak, idle_expires_at, absolute_expires_at, session_id, auth_time, amr, created_at) \
   SELECT $6, grant_id, client_id, scope, $15, 1, $8, $9, $10, $7, 0, $12, $13, session_id, auth_time, amr, $7 FROM spent), \
 issued AS (INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT $6, 1, $11, $6, client_id, resource_id, scope, $7, $14 FROM spent) \
 SELECT s.id, s.request, s.scope, s.session_id, s.auth_time, s.amr, s.user_id, s.resource_id, g.organization_id, g.project_id \
 FROM spent s JOIN grants g ON g.id = s.grant_id";

const ISSUE_SQLITE: &str = "SAVEPOINT job; \
 INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT $1, 0, $2, NULL, $3, $4, $5, $6, $7 FROM versions WHERE name = 'policy' AND value = $8 \
   AND EXISTS (SELECT 1 FROM clients c JOIN projects p ON p.id = c.project_id AND p.disabled_at IS NULL \
     JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL WHERE c.id = $3) RETURNING id; \
 RELEASE job";

const ISSUE_POSTGRES: &str = "INSERT INTO access_tokens (id, generation, hash, family_id, client_id, resource_id, scope, issued_at, expires_at) \
   SELECT $1, 0, $2, NULL, $3, $4, $5, $6, $7 FROM versions WHERE name = 'policy' AND value = $8 \
   AND EXISTS (SELECT 1 FROM clients c JOIN projects p ON p.id = c.project_id AND p.disabled_at IS NULL \
     JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL WHERE c.id = $3) RETURNING id";

impl Tx {
    /// One of two texts, whichever this database understands; the row that it returned.
    async fn hot<const N: usize>(
        &mut self,
        touched: Touched,
        sqlite: &'static str,
        postgres: &'static str,
        values: [Value; N],
    ) -> Result<Option<AnyRow>, StorageError> {
        let sql = if self.read.postgres { postgres } else { sqlite };
        // All of it, so that every statement of the text has run.
        Ok(self.all_touching(touched, sql, values).await?.into_iter().next())
    }

    async fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Rotated>, StorageError> {
        let values = [
            rotation.family_id.into(),
            rotation.generation.into(),
            (&rotation.presented_hash).into(),
            (&rotation.client_id).into(),
            (&rotation.head_hash).into(),
            (&rotation.retry_salt).into(),
            rotation.key_version.into(),
            (&rotation.access_hash).into(),
            rotation.now.into(),
            rotation.window_over_before.into(),
            rotation.idle_expires_at.into(),
            rotation.access_expires_at.into(),
            rotation.policy_version.into(),
        ];
        let row =
            self.hot(Touched::Tokens(vec![rotation.family_id.cast()]), ROTATE_SQLITE, ROTATE_POSTGRES, values).await?;
        row.as_ref().map(|row| rotated(&Columns::of(row, "families"))).transpose()
    }

    async fn redeem(&mut self, redemption: &Redemption) -> Result<Option<Redeemed>, StorageError> {
        let code = &redemption.code;
        let values = [
            code.id.into(),
            (&code.code_hash).into(),
            (&code.client_id).into(),
            code.redirect_uri.as_ref().into(),
            code.code_challenge.as_ref().map(protocol::CodeChallenge::as_str).into(),
            code.family_id.into(),
            code.now.into(),
            (&redemption.head_hash).into(),
            (&redemption.retry_salt).into(),
            redemption.key_version.into(),
            (&redemption.access_hash).into(),
            redemption.idle_expires_at.into(),
            redemption.absolute_expires_at.into(),
            redemption.access_expires_at.into(),
            redemption.policy_version.into(),
        ];
        let Some(row) = self.hot(Touched::Nothing, REDEEM_SQLITE, REDEEM_POSTGRES, values).await? else {
            return Ok(None);
        };
        let columns = Columns::of(&row, "authorizations");
        Ok(Some(Redeemed { rotated: rotated(&columns)?, request: columns.json("request")? }))
    }

    async fn issue_to_client(&mut self, token: &AccessToken, policy_version: i64) -> Result<bool, StorageError> {
        let values = [
            token.id.into(),
            (&token.hash).into(),
            (&token.client_id).into(),
            token.resource_id.as_ref().into(),
            (&token.scope).into(),
            token.issued_at.into(),
            token.expires_at.into(),
            policy_version.into(),
        ];
        Ok(self.hot(Touched::Nothing, ISSUE_SQLITE, ISSUE_POSTGRES, values).await?.is_some())
    }
}

fn rotated(columns: &Columns<'_>) -> Result<Rotated, StorageError> {
    Ok(Rotated {
        scope: columns.scope("scope")?,
        user_id: columns.id("user_id")?,
        kind: grants::kind(columns)?,
        session_id: columns.id("session_id")?,
        auth_time: columns.time("auth_time")?,
        amr: columns.text("amr")?,
    })
}
