//! device_code (RFC 8628 §3.4): the device asks until its person has decided. Questions with one code are answered one after another,
//! so that it is spent once.

use std::sync::Arc;

use model::{
    AuthorizationState, Consent, DeviceCode, Family, Grant, GrantKind, Id, Secret, Timestamp, Token, TokenKind, family,
};
use protocol::{Confidential, GrantType, OAuthError, Scope};
use storage::{AccessToken, Standing, StorageError, Tx};

use super::{
    issue::{Issued, Part, Person, lost_secret},
    jwt::Claimed,
};
use crate::{AuthenticatedClient, Authority, Error, connections, known::Snapshot, permitted};

/// A question, as it was asked.
#[derive(Clone)]
struct Ask {
    token: Token,
    client: AuthenticatedClient,
    known: Arc<Snapshot>,
    now: Timestamp,
}

impl Authority {
    pub(super) async fn redeem_device_code(
        &self,
        client: &AuthenticatedClient,
        device_code: &Confidential,
        now: Timestamp,
    ) -> Result<Issued, Error> {
        if self.believes {
            return Err(super::unproven());
        }
        let Some(token) = Token::parse(device_code.expose(), TokenKind::Device, &self.parts.secrets) else {
            return Err(unknown_code("the tag is wrong").into());
        };
        let (this, known) = (self.clone(), self.known().await?);
        let ask = Ask { token, client: client.clone(), known, now };
        self.parts
            .store
            .transaction(move |tx| {
                let (this, ask) = (this.clone(), ask.clone());
                Box::pin(async move { this.answer_device(tx, &ask).await })
            })
            .await?
            .map_err(Error::from)
    }

    /// `Ok(Err(…))` refuses *and* records: that the device asked too soon, or that the code is dead.
    async fn answer_device(&self, tx: &mut Tx, ask: &Ask) -> Result<Result<Issued, OAuthError>, Error> {
        let id = ask.token.id.cast();
        tx.hold_device_code(id).await?;
        let device = match fitting(tx, id, ask).await? {
            Ok(device) => device,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if device.ended_at.is_some() {
            return Ok(Err(answered(tx, &device, ask.now).await?));
        }
        let entered = match device.authorization_id {
            Some(id) => tx.authorization(id).await?.map(|authorization| authorization.state),
            None => None,
        };
        match entered {
            Some(AuthorizationState::Denied { .. }) => {
                tx.end_device_code(device.id, None, ask.now).await?;
                Ok(Err(OAuthError::access_denied("the person did not allow it")))
            }
            _ if ask.now >= device.expires_at => {
                tx.end_device_code(device.id, None, ask.now).await?;
                Ok(Err(OAuthError::expired_token("the device code has expired; ask for another")))
            }
            Some(AuthorizationState::Allowed(consent)) => Ok(self.spend(tx, &device, *consent, ask).await?),
            Some(AuthorizationState::Pending) | None => Ok(Err(pending(tx, device, ask.now).await?)),
        }
    }

    /// The person said yes: the first family of this device, with what is permitted still of what was granted.
    async fn spend(
        &self,
        tx: &mut Tx,
        device: &DeviceCode,
        consent: Consent,
        ask: &Ask,
    ) -> Result<Result<Issued, OAuthError>, Error> {
        // What ends the grant waits, and then ends the new family too.
        tx.hold_grant(consent.grant_id).await?;
        // So does whoever takes the client off the list.
        tx.hold_client(&device.client_id).await?;
        if !tx.client(&device.client_id).await?.is_some_and(|client| client.may_use(GrantType::DeviceCode)) {
            return Ok(Err(OAuthError::unauthorized_client("this client is not listed for the device grant any more")));
        }
        let resource = consent.resource_id.as_ref().and_then(|id| ask.known.resource(id));
        let permitted = permitted::permitted(&ask.client.client, resource.map(AsRef::as_ref));
        let mut scope = consent.scope.intersection(&permitted);
        let writing = permitted::writing(resource.map(AsRef::as_ref), &scope);
        if !writing.is_empty() && !may_write(tx, consent.grant_id).await? {
            scope = scope.difference(&writing);
        }
        if tx.standing(consent.grant_id).await? != Standing::Good || scope.is_empty() {
            tx.end_device_code(device.id, None, ask.now).await?;
            let refusal = OAuthError::access_denied("the permission behind this code is no longer in force");
            return Ok(Err(refusal));
        }
        let (family, access, issued) = self.begin_family(&consent, scope, ask)?;
        tx.insert_family(&family).await?;
        tx.insert_access_token(&access).await?;
        tx.end_device_code(device.id, Some(family.id), ask.now).await?;
        if let Some(id) = device.authorization_id {
            tx.spend_authorization(id, family.id, ask.now).await?;
        }
        let jwt = Claimed::of_grant(tx, resource, consent.grant_id, ask.now).await?;
        Ok(Ok(Issued { jwt, ..issued }))
    }

    fn begin_family(
        &self,
        consent: &Consent,
        scope: Scope,
        ask: &Ask,
    ) -> Result<(Family, AccessToken, Issued), StorageError> {
        let (secrets, tokens, now) = (&self.parts.secrets, &self.parts.settings.tokens, ask.now);
        let (id, key_version) = (Id::<Family>::new(now), secrets.current());
        let (head, retry_salt) = (Secret::generate(), Secret::generate().expose());
        let access =
            family::access(secrets, key_version, &retry_salt, &head, "").ok_or_else(|| lost_secret(key_version))?;
        let family = Family {
            id,
            grant_id: consent.grant_id,
            client_id: ask.client.client.id.clone(),
            scope: scope.clone(),
            policy_version: ask.client.policy_version,
            generation: 1,
            head_hash: head.hash(),
            previous_hash: None,
            retry_salt,
            key_version,
            answered_at: now,
            head_seen_at: None,
            repeated_at: None,
            repeat_streak: 0,
            idle_expires_at: now.plus(tokens.family.idle_lifetime),
            absolute_expires_at: now.plus(tokens.family.absolute_lifetime),
            session_id: consent.session_id,
            auth_time: consent.auth_time,
            amr: consent.amr.clone(),
            created_at: now,
            revoked: None,
        };
        let token = AccessToken {
            id: id.cast(),
            generation: 1,
            hash: access.hash(),
            family_id: Some(id),
            client_id: family.client_id.clone(),
            resource_id: consent.resource_id.clone(),
            scope: scope.clone(),
            actors: Vec::new(),
            issued_at: now,
            expires_at: now.plus(tokens.access_lifetime),
        };
        let issued = Issued {
            access: Part::of(id, 1, access, key_version),
            refresh: Some(Part::of(id, 1, head, key_version)),
            expires_at: token.expires_at,
            scope,
            person: Some(Person {
                user_id: consent.user_id,
                session_id: consent.session_id,
                auth_time: consent.auth_time,
                amr: consent.amr.clone(),
                nonce: None,
            }),
            jwt: None,
        };
        Ok((family, token, issued))
    }
}

/// Whether the organisation lets a device write still; if so, whoever takes that back waits, and then ends the new family too.
async fn may_write(tx: &mut Tx, grant_id: Id<Grant>) -> Result<bool, StorageError> {
    match tx.grant(grant_id).await?.map(|grant| grant.kind) {
        Some(GrantKind::Project { organization_id, .. }) => tx.hold_device_writes(organization_id).await,
        _ => Ok(false),
    }
}

/// The device code that this question fits; one that does not fit has no effect.
async fn fitting(tx: &mut Tx, id: Id<DeviceCode>, ask: &Ask) -> Result<Result<DeviceCode, OAuthError>, StorageError> {
    let Some(device) = tx.device_code(id).await? else {
        return Ok(Err(unknown_code("there is no such device code")));
    };
    if device.device_hash != ask.token.secret.hash() {
        return Ok(Err(unknown_code("the secret is wrong")));
    }
    if device.client_id != ask.client.client.id {
        return Ok(Err(unknown_code("it was issued to another client")));
    }
    Ok(Ok(device))
}

/// The last answer was given. Whoever asks again after tokens were issued is not who has them, or has lost them: they end, as with an
/// authorization code (OAuth 2.1 §4.1.3).
async fn answered(tx: &mut Tx, device: &DeviceCode, now: Timestamp) -> Result<OAuthError, StorageError> {
    let Some(family_id) = device.family_id else {
        return Ok(OAuthError::invalid_grant("the device code has had its last answer"));
    };
    if let Some(family) = tx.family(family_id).await?
        && tx.revoke_family(family_id, "code_replayed", now).await?
    {
        let event = connections::event_of(tx, &family, "code.replayed", now).await?;
        tx.insert_audit_event(&event).await?;
    }
    Ok(OAuthError::invalid_grant("the device code was used before; what it gave was ended").because("replayed"))
}

/// RFC 8628 §3.5: not yet, and who asks too soon waits longer from now on.
async fn pending(tx: &mut Tx, device: DeviceCode, now: Timestamp) -> Result<OAuthError, StorageError> {
    let (device, due) = device.polled(now);
    tx.note_poll(&device).await?;
    if due {
        return Ok(OAuthError::authorization_pending("the person has not decided yet"));
    }
    let seconds = device.pace.as_secs();
    Ok(OAuthError::slow_down(format!("wait {seconds} seconds between two questions from now on")))
}

fn unknown_code(why: &'static str) -> OAuthError {
    OAuthError::invalid_grant("the device code is unknown or was issued to another client").because(why)
}
