//! The end of a request: yes makes a grant and a code, no makes an error, and either leads back to the client.

use std::time::Duration;

use model::{
    AuditEvent, AuthorizationState, Consent, Grant, GrantKind, Id, Secret, Timestamp, Token, TokenKind,
    server_secret::Purpose,
};
use protocol::{AuthorizationResponse, OAuthError, Scope};
use storage::{AsStorageError as _, StorageError, Tx};

use super::{Step, resolve::Resolved};
use crate::{Authority, Caller, Error, account::SignedIn};

/// A repeated answer within this time leads to the same place.
const REPEATABLE: Duration = Duration::from_secs(30);

/// A yes that waits to be written.
#[derive(Clone)]
struct Allowance {
    resolved: Resolved,
    user_id: Id<model::User>,
    security_epoch: u64,
    kind: GrantKind,
    consent: Consent,
    address: String,
    scope: Scope,
    silent: bool,
}

/// What came of writing an answer.
enum Written {
    /// It counts.
    Done,
    /// Another answer was faster: browsers submit twice, even at once.
    Answered,
    /// The person may not say so any more.
    Refused(OAuthError),
}

impl Authority {
    /// The person said yes.
    pub(super) async fn allow(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        kind: GrantKind,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        self.write_allowance(resolved, signed_in, kind, false, caller, now).await
    }

    /// A grant covers the request already.
    pub(super) async fn allow_silently(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        grant: Grant,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        self.write_allowance(resolved, signed_in, grant.kind, true, caller, now).await
    }

    async fn write_allowance(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        kind: GrantKind,
        silent: bool,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let scope = self.what_is_asked(resolved).await?.scope;
        let code = self.code(resolved.authorization.id);
        let consent = Consent {
            at: now,
            session_id: signed_in.session.id,
            user_id: signed_in.user.id,
            grant_id: Id::new(now),
            resource_id: match &kind {
                GrantKind::Identity => None,
                GrantKind::Project { resource_id, .. } => Some(resource_id.clone()),
            },
            scope: scope.clone(),
            auth_time: signed_in.session.authenticated_at,
            amr: signed_in.session.amr.clone(),
            code_hash: code.secret.hash(),
            code_expires_at: now.plus(self.parts.settings.tokens.code_lifetime),
            spent: None,
        };
        let allowance = Allowance {
            resolved: resolved.clone(),
            user_id: signed_in.user.id,
            security_epoch: signed_in.user.security_epoch,
            kind,
            consent,
            address: caller.address.clone(),
            scope,
            silent,
        };
        let written = self
            .parts
            .store
            .transaction(move |tx| {
                let allowance = allowance.clone();
                Box::pin(async move { write(tx, allowance, now).await })
            })
            .await?;
        match written {
            Written::Done => self.success(resolved, &code),
            Written::Answered => self.answered(resolved.authorization.id, signed_in, now).await,
            Written::Refused(refusal) => Ok(Step::Refused(refusal)),
        }
    }

    /// The person said no.
    pub(super) async fn deny(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let (id, client_id) = (resolved.authorization.id, resolved.client.id.clone());
        let (user_id, address) = (signed_in.user.id, caller.address.clone());
        let written = self
            .parts
            .store
            .transaction(move |tx| {
                let event = AuditEvent {
                    user_id: Some(user_id),
                    client_id: Some(client_id.clone()),
                    address: Some(address.clone()),
                    ..AuditEvent::new("grant.denied", now)
                };
                Box::pin(async move {
                    if is_answered(tx, id).await? {
                        return Ok::<_, Error>(Written::Answered);
                    }
                    tx.deny_authorization(id, now).await?;
                    tx.insert_audit_event(&event).await?;
                    Ok(Written::Done)
                })
            })
            .await?;
        match written {
            Written::Answered => self.answered(id, signed_in, now).await,
            Written::Done | Written::Refused(_) => Ok(self.denied(resolved)),
        }
    }

    /// Where the answer that was faster led, this one leads too.
    async fn answered(
        &self,
        id: Id<model::Authorization>,
        signed_in: &SignedIn,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let stored = self.parts.store.read().await?.authorization(id).await?;
        match stored {
            Some(authorization) => self.repeat(&authorization, Some(signed_in), now).await,
            None => Ok(Step::Refused(super::too_old())),
        }
    }

    /// The answer once more: browsers submit twice, and people go back. Only for a short while, and only to who gave it.
    pub(super) async fn repeat(
        &self,
        authorization: &model::Authorization,
        signed_in: Option<&SignedIn>,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let answered = OAuthError::invalid_request(
            "You have answered this already. Go back to the app and start again if it still waits.",
        )
        .because("the authorization was decided");
        let Some(resolved) = self.resolve_decided(authorization).await? else { return Ok(Step::Refused(answered)) };
        match &authorization.state {
            AuthorizationState::Denied { at } if now.since(*at) <= REPEATABLE => Ok(self.denied(&resolved)),
            AuthorizationState::Allowed(consent) => {
                let same_person = signed_in.is_some_and(|signed_in| signed_in.user.id == consent.user_id);
                let code = self.code(authorization.id);
                if same_person && now.since(consent.at) <= REPEATABLE && code.secret.hash() == consent.code_hash {
                    return self.success(&resolved, &code);
                }
                Ok(Step::Refused(answered))
            }
            _ => Ok(Step::Refused(answered)),
        }
    }

    async fn resolve_decided(&self, authorization: &model::Authorization) -> Result<Option<Resolved>, Error> {
        let client = self.client(&authorization.client_id).await?;
        Ok(client.zip(authorization.redirect_uri.clone()).map(|((client, _), redirect_uri)| Resolved {
            authorization: authorization.clone(),
            client,
            redirect_uri,
        }))
    }

    /// The code of an authorization: derived, so that a repeated answer carries the same.
    pub(super) fn code(&self, id: Id<model::Authorization>) -> Token {
        let secrets = &self.parts.secrets;
        let secret = secrets.derive(secrets.current(), Purpose::Code, &[id.as_str().as_bytes()]).unwrap_or_default();
        Token::new(TokenKind::Code, id, 0, Secret::from_bytes(secret), secrets)
    }

    pub(super) fn success(&self, resolved: &Resolved, code: &Token) -> Result<Step, Error> {
        let code =
            code.expose(&self.parts.secrets).ok_or_else(|| StorageError::Unavailable("no key version".to_owned()))?;
        let state = resolved.authorization.request.state.as_deref();
        let location = AuthorizationResponse::success(&code, state, self.issuer()).location(&resolved.redirect_uri);
        Ok(Step::Redirect { location })
    }

    fn denied(&self, resolved: &Resolved) -> Step {
        let error = OAuthError::access_denied("the person did not allow it");
        let state = resolved.authorization.request.state.as_deref();
        Step::Redirect {
            location: AuthorizationResponse::failure(&error, state, self.issuer()).location(&resolved.redirect_uri),
        }
    }
}

/// Grant, decision and audit in one transaction; membership is looked at once more inside it.
async fn write(tx: &mut Tx, allowance: Allowance, now: Timestamp) -> Result<Written, Error> {
    let Allowance { resolved, user_id, security_epoch, kind, mut consent, address, scope, silent } = allowance;
    if is_answered(tx, resolved.authorization.id).await? {
        return Ok(Written::Answered);
    }
    // Whoever ends everything that the account was open with must not be outrun by a last yes.
    if !tx.hold_user(user_id, security_epoch).await? {
        let error = OAuthError::access_denied("Your account has changed meanwhile. Go back and sign in again.");
        return Ok(Written::Refused(error));
    }
    if let GrantKind::Project { project_id, .. } = &kind
        && !tx.projects_of_member(user_id).await?.iter().any(|one| one.project.id == *project_id)
    {
        let error = OAuthError::access_denied("You no longer have access to this project. Go back and choose another.");
        return Ok(Written::Refused(error));
    }
    let client = &resolved.client;
    let fingerprint = client.consent_fingerprint();
    consent.grant_id = match tx.live_grant(user_id, &client.id, &kind).await? {
        Some(grant) => {
            if !silent {
                tx.renew_grant(grant.id, &grant.scope.union(&scope), &fingerprint).await?;
            }
            grant.id
        }
        None => {
            let grant = Grant {
                id: consent.grant_id,
                user_id,
                client_id: client.id.clone(),
                kind,
                scope,
                client_fingerprint: fingerprint,
                created_at: now,
                used_at: None,
                used_address: None,
                revoked: None,
            };
            insert_once(tx, &grant).await?;
            grant.id
        }
    };
    let challenge = resolved.authorization.request.code_challenge.as_ref();
    tx.allow_authorization(resolved.authorization.id, &consent, challenge).await?;
    tx.touch_client(&client.id, now).await?;
    tx.insert_audit_event(&AuditEvent {
        user_id: Some(user_id),
        client_id: Some(client.id.clone()),
        subject: Some(consent.grant_id.to_string()),
        address: Some(address),
        ..AuditEvent::new(if silent { "grant.used" } else { "grant.allowed" }, now)
    })
    .await?;
    Ok(Written::Done)
}

/// Whether somebody has decided; what decides meanwhile is a conflict, after which this is asked again.
async fn is_answered(tx: &mut Tx, id: Id<model::Authorization>) -> Result<bool, StorageError> {
    Ok(tx.authorization(id).await?.is_some_and(|stored| !matches!(stored.state, AuthorizationState::Pending)))
}

/// Two answers at once may both find no grant; the one that comes second reads again.
async fn insert_once(tx: &mut Tx, grant: &Grant) -> Result<(), StorageError> {
    match tx.insert_grant(grant).await {
        Err(error) if matches!(error.storage_error(), Some(StorageError::Constraint(_))) => {
            Err(StorageError::Conflict("grant"))
        }
        done => done,
    }
}
