//! A request at /authorize that nobody has to be asked about, as one command: it is stored as allowed already, under the grant that
//! covers it. The ordinary way stores it as pending, and the dispatcher decides.

use model::{Authorization, Id, ResourceId, SecretHash, Session, Timestamp};
use protocol::{CodeChallenge, RegisteredRedirectUri, Scope};

use super::Touched;
use crate::{StorageError, Store, Tx, authorizations::request_json};

/// What must be so for nobody to be asked, and what is stored if it is.
#[derive(Clone, Debug)]
pub struct SilentAllowance {
    /// The request, as it arrived; its redirect URI is known.
    pub authorization: Authorization,
    /// The session that the browser names.
    pub session_id: Id<Session>,
    /// SHA-256 of the secret with which it proves it.
    pub session_hash: SecretHash,
    /// The person must have proved who they are later than this.
    pub authenticated_after: Timestamp,
    /// The session's `amr` must have this word.
    pub amr_word: Option<&'static str>,
    /// The person's address must be verified.
    pub verified: bool,
    /// The one resource that is meant, if any.
    pub resource_id: Option<ResourceId>,
    /// What is asked; the grant must be over exactly this.
    pub scope: Scope,
    /// What the client looks like; consent must have been given to the same.
    pub client_fingerprint: String,
    /// SHA-256 of the code's secret.
    pub code_hash: SecretHash,
    /// Until when the code can be redeemed.
    pub code_expires_at: Timestamp,
    /// From where it was asked.
    pub address: String,
    /// When the client was last used, and the session last seen, is written again if it was before this.
    pub unseen_since: Timestamp,
    /// The policy version under which the caller knows client and resource.
    pub policy_version: i64,
}

impl Store {
    /// Stores the request as allowed; does nothing, and says so, unless the session is alive and its person stays, and exactly one live
    /// grant of theirs to this client is over this resource, and it covers what is asked, and its organisation demands nothing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn allow_silently(&self, allowance: SilentAllowance) -> Result<bool, StorageError> {
        self.command(move |tx| Box::pin(async move { tx.allow_silently(&allowance).await })).await
    }
}

const ALLOW_SQLITE: &str = "SAVEPOINT job; \
 INSERT INTO authorizations (id, client_id, request, redirect_uri, browser_hash, created_at, expires_at, decided_at, decision, session_id, \
   user_id, grant_id, resource_id, scope, code_challenge, code_hash, code_expires_at, auth_time, amr) \
   SELECT $1, $2, $3, $4, $5, $6, $7, $6, 'allowed', s.id, s.user_id, l.id, l.resource_id, $9, $10, $11, $12, s.authenticated_at, s.amr \
   FROM sessions s \
   JOIN users u ON u.id = s.user_id AND u.erase_at IS NULL AND (u.email_verified_at IS NOT NULL OR $21 = 0) \
   JOIN grants g ON g.user_id = s.user_id AND g.client_id = $2 AND coalesce(g.resource_id, '') = $13 AND g.scope = $9 AND g.client_fingerprint = $14 AND g.revoked_at IS NULL \
   JOIN live_grants l ON l.id = g.id \
   WHERE s.id = $8 AND s.hash = $19 AND s.expires_at > $6 AND s.authenticated_at > $20 \
     AND ($22 = '' OR ' ' || s.amr || ' ' LIKE '% ' || $22 || ' %') AND $15 = (SELECT value FROM versions WHERE name = 'policy') \
   AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.user_id = s.user_id AND o.client_id = $2 AND coalesce(o.resource_id, '') = $13 \
     AND o.revoked_at IS NULL AND o.id <> g.id) \
   AND NOT EXISTS (SELECT 1 FROM organizations d WHERE d.id = g.organization_id AND (d.second_factor_at IS NOT NULL OR d.ways_in IS NOT NULL)) \
   RETURNING id; \
 INSERT INTO audit_events (id, at, action, user_id, client_id, subject, address, actor, salt) \
   SELECT $16, $6, 'grant.used', user_id, client_id, grant_id, $17, user_id, $23 FROM authorizations WHERE id = $1 AND changes() = 1; \
 UPDATE clients SET used_at = $6 WHERE id = $2 AND changes() = 1 AND (used_at IS NULL OR used_at < $18); \
 UPDATE sessions SET seen_at = $6 WHERE id = $8 AND seen_at < $18 AND EXISTS (SELECT 1 FROM authorizations WHERE id = $1); \
 RELEASE job";

const ALLOW_POSTGRES: &str = "WITH allowed AS ( \
 INSERT INTO authorizations (id, client_id, request, redirect_uri, browser_hash, created_at, expires_at, decided_at, decision, session_id, \
   user_id, grant_id, resource_id, scope, code_challenge, code_hash, code_expires_at, auth_time, amr) \
   SELECT $1, $2, $3, $4, $5, $6, $7, $6, 'allowed', s.id, s.user_id, l.id, l.resource_id, $9, $10, $11, $12, s.authenticated_at, s.amr \
   FROM sessions s \
   JOIN users u ON u.id = s.user_id AND u.erase_at IS NULL AND (u.email_verified_at IS NOT NULL OR $21 = 0) \
   JOIN grants g ON g.user_id = s.user_id AND g.client_id = $2 AND coalesce(g.resource_id, '') = $13 AND g.scope = $9 AND g.client_fingerprint = $14 AND g.revoked_at IS NULL \
   JOIN live_grants l ON l.id = g.id \
   WHERE s.id = $8 AND s.hash = $19 AND s.expires_at > $6 AND s.authenticated_at > $20 \
     AND ($22 = '' OR ' ' || s.amr || ' ' LIKE '% ' || $22 || ' %') AND $15 = (SELECT value FROM versions WHERE name = 'policy') \
   AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.user_id = s.user_id AND o.client_id = $2 AND coalesce(o.resource_id, '') = $13 \
     AND o.revoked_at IS NULL AND o.id <> g.id) \
   AND NOT EXISTS (SELECT 1 FROM organizations d WHERE d.id = g.organization_id AND (d.second_factor_at IS NOT NULL OR d.ways_in IS NOT NULL)) \
   RETURNING id, user_id, client_id, grant_id), \
 noted AS (INSERT INTO audit_events (id, at, action, user_id, client_id, subject, address, actor, salt) \
   SELECT $16, $6, 'grant.used', user_id, client_id, grant_id, $17, user_id, $23 FROM allowed), \
 used AS (UPDATE clients SET used_at = $6 WHERE id = $2 AND EXISTS (SELECT 1 FROM allowed) AND (used_at IS NULL OR used_at < $18)), \
 seen AS (UPDATE sessions SET seen_at = $6 WHERE id = $8 AND seen_at < $18 AND EXISTS (SELECT 1 FROM allowed)) \
 SELECT id FROM allowed";

impl Tx {
    async fn allow_silently(&mut self, allowance: &SilentAllowance) -> Result<bool, StorageError> {
        let authorization = &allowance.authorization;
        let values = [
            authorization.id.into(),
            (&authorization.client_id).into(),
            request_json(authorization)?.into(),
            authorization.redirect_uri.as_ref().map(RegisteredRedirectUri::as_str).into(),
            (&authorization.browser_hash).into(),
            authorization.created_at.into(),
            authorization.expires_at.into(),
            allowance.session_id.into(),
            (&allowance.scope).into(),
            authorization.request.code_challenge.as_ref().map(CodeChallenge::as_str).into(),
            (&allowance.code_hash).into(),
            allowance.code_expires_at.into(),
            allowance.resource_id.as_ref().map_or("", ResourceId::as_str).into(),
            (&allowance.client_fingerprint).into(),
            allowance.policy_version.into(),
            Id::<model::AuditEvent>::new(authorization.created_at).into(),
            (&allowance.address).into(),
            allowance.unseen_since.into(),
            (&allowance.session_hash).into(),
            allowance.authenticated_after.into(),
            i64::from(allowance.verified).into(),
            allowance.amr_word.unwrap_or_default().into(),
            Id::<model::AuditEvent>::new(authorization.created_at).into(),
        ];
        Ok(self.hot(Touched::Nothing, ALLOW_SQLITE, ALLOW_POSTGRES, values).await?.is_some())
    }
}
