//! The table of authorizations: running requests at /authorize and the codes that end them.

use model::{Authorization, AuthorizationState, ClientId, Consent, Family, Id, ResourceId, SecretHash, Timestamp};
use protocol::{CodeChallenge, RegisteredRedirectUri, Scope};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn authorization(row: &AnyRow) -> Result<Authorization, StorageError> {
    let columns = Columns::of(row, "authorizations");
    Ok(Authorization {
        id: columns.id("id")?,
        client_id: ClientId::new(columns.text("client_id")?),
        request: columns.json("request")?,
        redirect_uri: columns
            .optional_text("redirect_uri")?
            .map(|text| RegisteredRedirectUri::restore(text).map_err(|_| columns.corrupt()))
            .transpose()?,
        device_code_id: columns.optional_id("device_code_id")?,
        browser_hash: columns.hash("browser_hash")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        state: state(&columns)?,
    })
}

fn state(columns: &Columns<'_>) -> Result<AuthorizationState, StorageError> {
    let Some(at) = columns.optional_time("decided_at")? else { return Ok(AuthorizationState::Pending) };
    match columns.text("decision")?.as_str() {
        "denied" => Ok(AuthorizationState::Denied { at }),
        "allowed" => Ok(AuthorizationState::Allowed(Box::new(Consent {
            at,
            session_id: columns.id("session_id")?,
            user_id: columns.id("user_id")?,
            grant_id: columns.id("grant_id")?,
            resource_id: columns.optional_text("resource_id")?.map(ResourceId::new),
            scope: columns.scope("scope")?,
            auth_time: columns.time("auth_time")?,
            amr: columns.text("amr")?,
            code_hash: columns.hash("code_hash")?,
            code_expires_at: columns.time("code_expires_at")?,
            spent: columns.optional_id("family_id")?,
        }))),
        _ => Err(columns.corrupt()),
    }
}

/// The validated request, as it is stored.
pub(crate) fn request_json(authorization: &Authorization) -> Result<String, StorageError> {
    serde_json::to_string(&authorization.request)
        .map_err(|_| StorageError::Corrupt { table: "authorizations", id: authorization.id.to_string() })
}

/// A code that was presented, and everything that must fit for it to be redeemed (durability: the conditions stand in the
/// UPDATE, so that a wrong verifier does not spend it).
#[derive(Clone, Debug)]
pub struct CodeRedemption {
    /// The authorization that the code names.
    pub id: Id<Authorization>,
    /// SHA-256 of the code's secret.
    pub code_hash: SecretHash,
    /// The authenticated client.
    pub client_id: ClientId,
    /// The redirect URI that was sent along, if one was.
    pub redirect_uri: Option<String>,
    /// The challenge that the verifier answers; none if no verifier was sent.
    pub code_challenge: Option<CodeChallenge>,
    /// The family that it is spent on.
    pub family_id: Id<Family>,
    /// The request's arrival.
    pub now: Timestamp,
}

impl Read {
    /// One authorization.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn authorization(&mut self, id: Id<Authorization>) -> Result<Option<Authorization>, StorageError> {
        self.one("SELECT * FROM authorizations WHERE id = $1", [id.into()])
            .await?
            .as_ref()
            .map(authorization)
            .transpose()
    }
}

impl Tx {
    /// Adds a pending authorization.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_authorization(&mut self, authorization: &Authorization) -> Result<(), StorageError> {
        self.run_one(
            "authorization",
            "INSERT INTO authorizations (id, client_id, request, redirect_uri, browser_hash, created_at, expires_at, device_code_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                authorization.id.into(),
                (&authorization.client_id).into(),
                request_json(authorization)?.into(),
                authorization.redirect_uri.as_ref().map(RegisteredRedirectUri::as_str).into(),
                (&authorization.browser_hash).into(),
                authorization.created_at.into(),
                authorization.expires_at.into(),
                authorization.device_code_id.into(),
            ],
        )
        .await
    }

    /// Fills in where the answer goes, once the client's document was fetched.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was decided meanwhile.
    pub async fn resolve_authorization(
        &mut self,
        id: Id<Authorization>,
        redirect_uri: &RegisteredRedirectUri,
    ) -> Result<(), StorageError> {
        self.run_one(
            "authorization",
            "UPDATE authorizations SET redirect_uri = $2 WHERE id = $1 AND decided_at IS NULL",
            [id.into(), redirect_uri.as_str().into()],
        )
        .await
    }

    /// Stores a yes and its code's hash.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was decided meanwhile.
    pub async fn allow_authorization(
        &mut self,
        id: Id<Authorization>,
        consent: &Consent,
        challenge: Option<&CodeChallenge>,
    ) -> Result<(), StorageError> {
        self.run_one(
            "authorization",
            "UPDATE authorizations SET decided_at = $2, decision = 'allowed', session_id = $3, user_id = $4, grant_id = $5, resource_id = $6, \
             scope = $7, code_challenge = $8, code_hash = $9, code_expires_at = $10, auth_time = $11, amr = $12 \
             WHERE id = $1 AND decided_at IS NULL",
            [
                id.into(),
                consent.at.into(),
                consent.session_id.into(),
                consent.user_id.into(),
                consent.grant_id.into(),
                consent.resource_id.as_ref().into(),
                (&consent.scope).into(),
                challenge.map(CodeChallenge::as_str).into(),
                (&consent.code_hash).into(),
                consent.code_expires_at.into(),
                consent.auth_time.into(),
                (&consent.amr).into(),
            ],
        )
        .await
    }

    /// Narrows what an unspent code will give.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was spent meanwhile.
    pub async fn narrow_authorization(&mut self, id: Id<Authorization>, scope: &Scope) -> Result<(), StorageError> {
        let sql = "UPDATE authorizations SET scope = $2 WHERE id = $1 AND decision = 'allowed' AND spent_at IS NULL";
        self.run_one("authorization", sql, [id.into(), scope.into()]).await
    }

    /// Spends the yes to a device on a family.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was spent already.
    pub async fn spend_authorization(
        &mut self,
        id: Id<Authorization>,
        family_id: Id<Family>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE authorizations SET spent_at = $3, family_id = $2 \
             WHERE id = $1 AND decision = 'allowed' AND spent_at IS NULL AND device_code_id IS NOT NULL";
        self.run_one("authorization", sql, [id.into(), family_id.into(), now.into()]).await
    }

    /// Stores a no.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it was decided meanwhile.
    pub async fn deny_authorization(&mut self, id: Id<Authorization>, now: Timestamp) -> Result<(), StorageError> {
        self.run_one(
            "authorization",
            "UPDATE authorizations SET decided_at = $2, decision = 'denied' WHERE id = $1 AND decided_at IS NULL",
            [id.into(), now.into()],
        )
        .await
    }

    /// Hands the undecided authorizations of a browser over to its new secret, when somebody signs in.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn rebind_authorizations(&mut self, old: &SecretHash, new: &SecretHash) -> Result<(), StorageError> {
        self.run(
            "UPDATE authorizations SET browser_hash = $2 WHERE browser_hash = $1 AND decided_at IS NULL",
            [old.into(), new.into()],
        )
        .await
        .map(drop)
    }
}
