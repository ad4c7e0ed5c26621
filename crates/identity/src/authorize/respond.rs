//! The end of a request: yes makes a grant and a code, no makes an error, and either leads back to the client.

use std::time::Duration;

use model::{
    AuditEvent, AuthorizationState, Client, Consent, Grant, GrantKind, Id, Mail, Organization, Project, Secret, Shown,
    Timestamp, Token, TokenKind, User, server_secret::Purpose,
};
use protocol::{AuthorizationResponse, OAuthError, Scope};
use storage::{AsStorageError as _, StorageError, Tx};

use super::{
    Step,
    resolve::{Resolved, To},
};
use crate::{
    Authority, Caller, Error,
    account::SignedIn,
    demands,
    mail::{self, Letter, Message},
    permitted::{self, Asked},
};

/// A repeated answer within this time leads to the same place.
const REPEATABLE: Duration = Duration::from_secs(30);
/// What a person is told of a device that was let in is worth reading for so long.
const NOTICE_LIFE: Duration = Duration::from_secs(3 * 24 * 3600);
/// A sign-in that came of a device code, beside how its person signed in. The registry of RFC 8176 has no word for it.
const BY_DEVICE: &str = "device";

/// A yes that waits to be written.
#[derive(Clone)]
struct Allowance {
    resolved: Resolved,
    user_id: Id<model::User>,
    security_epoch: u64,
    /// What they have shown of themselves.
    shown: Shown,
    kind: GrantKind,
    consent: Consent,
    address: String,
    silent: bool,
    /// What of the scope writes, for a device: the organisation must allow it.
    device_writes: Scope,
    notice: Option<Mail>,
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
        let Asked { resource, scope } = self.what_is_asked(resolved).await?;
        let code = self.code(resolved.authorization.id);
        let device_writes = match &resolved.to {
            To::Client(_) => Scope::empty(),
            To::Device(_) => permitted::writing(resource.as_deref(), &scope),
        };
        let allowance = Allowance {
            resolved: resolved.clone(),
            user_id: signed_in.user.id,
            security_epoch: signed_in.user.security_epoch,
            shown: demands::shown_by(&signed_in.session),
            consent: self.consent(resolved, signed_in, &kind, scope, &code, now),
            kind,
            address: caller.address.clone(),
            silent,
            device_writes,
            notice: self.notice_of_device(resolved, signed_in, caller, now)?,
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

    /// A device's code was made before, and goes on counting until its own end.
    fn consent(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        kind: &GrantKind,
        scope: Scope,
        code: &Token,
        now: Timestamp,
    ) -> Consent {
        let session = &signed_in.session;
        let (amr, code_hash, code_expires_at) = match &resolved.to {
            To::Client(_) => {
                (session.amr.clone(), code.secret.hash(), now.plus(self.parts.settings.tokens.code_lifetime))
            }
            To::Device(device) => {
                let amr = format!("{} {BY_DEVICE}", session.amr).trim_start().to_owned();
                (amr, device.device_hash.clone(), device.expires_at)
            }
        };
        Consent {
            at: now,
            session_id: session.id,
            user_id: signed_in.user.id,
            grant_id: Id::new(now),
            resource_id: match kind {
                GrantKind::Identity => None,
                GrantKind::Project { resource_id, .. } => Some(resource_id.clone()),
            },
            scope,
            auth_time: session.authenticated_at,
            amr,
            code_hash,
            code_expires_at,
            spent: None,
        }
    }

    /// A device was let in: its person is told by mail, so that it is noticed where it was not them, or not on purpose.
    fn notice_of_device(
        &self,
        resolved: &Resolved,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Mail>, Error> {
        let To::Device(device) = &resolved.to else { return Ok(None) };
        if !self.sends_mail() {
            return Ok(None);
        }
        let message = Message::DeviceAllowed { app: resolved.client.name.clone() };
        // When, from where and with what the device asked; not the browser, whose person was there.
        let asked = mail::Asked {
            at: device.created_at,
            address: device.address.clone(),
            user_agent: device.user_agent.clone(),
            language: caller.language,
        };
        self.mail(&signed_in.user.email, &Letter { message, asked }, NOTICE_LIFE, now).map(Some)
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
                    ..AuditEvent::new("grant.denied", now).by(user_id)
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
                let same_code = match &resolved.to {
                    To::Client(_) => code.secret.hash() == consent.code_hash,
                    To::Device(_) => true,
                };
                if same_person && now.since(consent.at) <= REPEATABLE && same_code {
                    return self.success(&resolved, &code);
                }
                Ok(Step::Refused(answered))
            }
            _ => Ok(Step::Refused(answered)),
        }
    }

    async fn resolve_decided(&self, authorization: &model::Authorization) -> Result<Option<Resolved>, Error> {
        let Some((client, _)) = self.client(&authorization.client_id).await? else { return Ok(None) };
        if let Some(id) = authorization.device_code_id {
            return Ok(self.resolve_device(authorization.clone(), client, id).await?.ok());
        }
        let to = authorization.redirect_uri.clone().map(To::Client);
        Ok(to.map(|to| Resolved { authorization: authorization.clone(), client, to }))
    }

    /// The code of an authorization: derived, so that a repeated answer carries the same.
    pub(super) fn code(&self, id: Id<model::Authorization>) -> Token {
        let secrets = &self.parts.secrets;
        let secret = secrets.derive(secrets.current(), Purpose::Code, &[id.as_str().as_bytes()]).unwrap_or_default();
        Token::new(TokenKind::Code, id, 0, Secret::from_bytes(secret), secrets)
    }

    pub(super) fn success(&self, resolved: &Resolved, code: &Token) -> Result<Step, Error> {
        let To::Client(redirect_uri) = &resolved.to else { return Ok(told(resolved, true)) };
        let code =
            code.expose(&self.parts.secrets).ok_or_else(|| StorageError::Unavailable("no key version".to_owned()))?;
        let state = resolved.authorization.request.state.as_deref();
        let location = AuthorizationResponse::success(&code, state, self.issuer()).location(redirect_uri);
        Ok(Step::Redirect { location })
    }

    fn denied(&self, resolved: &Resolved) -> Step {
        let To::Client(redirect_uri) = &resolved.to else { return told(resolved, false) };
        let error = OAuthError::access_denied("the person did not allow it");
        let state = resolved.authorization.request.state.as_deref();
        Step::Redirect { location: AuthorizationResponse::failure(&error, state, self.issuer()).location(redirect_uri) }
    }
}

fn told(resolved: &Resolved, allowed: bool) -> Step {
    Step::Told { allowed, client_name: resolved.client.name.clone() }
}

/// Grant, decision and audit in one transaction; membership is looked at once more inside it.
async fn write(tx: &mut Tx, allowance: Allowance, now: Timestamp) -> Result<Written, Error> {
    let Allowance {
        resolved,
        user_id,
        security_epoch,
        shown,
        kind,
        mut consent,
        address,
        silent,
        device_writes,
        notice,
    } = allowance;
    if is_answered(tx, resolved.authorization.id).await? {
        return Ok(Written::Answered);
    }
    // Whoever ends everything that the account was open with must not be outrun by a last yes.
    if !tx.hold_user(user_id, security_epoch).await? {
        let error = OAuthError::access_denied("Your account has changed meanwhile. Go back and sign in again.");
        return Ok(Written::Refused(error));
    }
    if let GrantKind::Project { organization_id, project_id, .. } = &kind
        && let Some(refusal) = may_choose(tx, (user_id, &shown), *organization_id, *project_id).await?
    {
        return Ok(Written::Refused(OAuthError::access_denied(refusal)));
    }
    if let Some(owner) = resolved.client.owner {
        tx.hold_membership(owner, user_id).await?;
        if tx.organization_of_member(owner, user_id).await?.is_none() {
            return Ok(Written::Refused(super::not_a_member()));
        }
    }
    if let GrantKind::Project { organization_id, .. } = &kind
        && !device_writes.is_empty()
        && !tx.hold_device_writes(*organization_id).await?
    {
        consent.scope = consent.scope.difference(&device_writes);
        if consent.scope.of_resources().is_empty() {
            let error = OAuthError::access_denied("The organisation of this project lets devices only read.");
            return Ok(Written::Refused(error));
        }
    }
    let client = &resolved.client;
    let grant = granted(tx, client, kind, &consent, silent).await?;
    consent.grant_id = grant.id;
    let challenge = resolved.authorization.request.code_challenge.as_ref();
    tx.allow_authorization(resolved.authorization.id, &consent, challenge).await?;
    tx.touch_client(&client.id, now).await?;
    if let Some(notice) = &notice {
        tx.insert_mail(notice).await?;
    }
    let action = if silent { "grant.used" } else { "grant.allowed" };
    tx.insert_audit_event(&AuditEvent {
        address: Some(address),
        ..AuditEvent::of_grant(action, &grant, now).by(grant.user_id)
    })
    .await?;
    Ok(Written::Done)
}

/// Why the project is not open to this person, if it is not. Their membership is held: whoever takes it, or the project, from
/// them waits, and so does whoever demands more of them; then what was given by it ends.
async fn may_choose(
    tx: &mut Tx,
    (user_id, shown): (Id<User>, &Shown),
    organization_id: Id<Organization>,
    project_id: Id<Project>,
) -> Result<Option<&'static str>, StorageError> {
    tx.hold_membership(organization_id, user_id).await?;
    let open = tx.projects_of_member(user_id).await?;
    let Some(chosen) = open.iter().find(|one| one.project.id == project_id) else {
        return Ok(Some("You no longer have access to this project. Go back and choose another."));
    };
    let unmet = demands::unmet(tx, &chosen.demands, user_id, shown).await?;
    Ok(unmet.map(|_| "The organisation of this project demands more of a sign-in now. Go back and choose it again."))
}

/// The grant that covers this consent: the one in force, made wider where the person was asked, or a new one.
async fn granted(
    tx: &mut Tx,
    client: &Client,
    kind: GrantKind,
    consent: &Consent,
    silent: bool,
) -> Result<Grant, StorageError> {
    let fingerprint = client.consent_fingerprint();
    if let Some(grant) = tx.live_grant(consent.user_id, &client.id, &kind).await? {
        if !silent {
            tx.renew_grant(grant.id, &grant.scope.union(&consent.scope), &fingerprint).await?;
        }
        return Ok(grant);
    }
    let grant = Grant {
        id: consent.grant_id,
        user_id: consent.user_id,
        client_id: client.id.clone(),
        kind,
        scope: consent.scope.clone(),
        client_fingerprint: fingerprint,
        created_at: consent.at,
        used_at: None,
        used_address: None,
        revoked: None,
    };
    insert_once(tx, &grant).await?;
    Ok(grant)
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
