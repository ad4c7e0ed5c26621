//! authorization_code (OAuth 2.1 §4.1.3): a code is spent on a family of refresh tokens, once.

use model::{Authorization, AuthorizationState, Consent, Family, Id, Secret, Timestamp, Token, TokenKind, family};
use protocol::{CodeVerifier, Confidential, OAuthError, ResourceIndicator};
use storage::{CodeRedemption, Redeemed, Redemption, Standing, StorageError, Tx};

use super::issue::{Issued, Part, Person, lost_secret};
use crate::{AuthenticatedClient, Authority, Caller, Error, metrics::Code, permitted};

/// How often a redemption begins anew when client or resource changed meanwhile.
const ATTEMPTS: usize = 3;
/// The private detail of the refusal that ends what a code gave.
const REPLAYED: &str = "replayed";

impl Authority {
    #[expect(clippy::too_many_arguments, reason = "the parameters of the request, the client and the time")]
    pub(super) async fn redeem_code(
        &self,
        client: &AuthenticatedClient,
        code: &Confidential,
        redirect_uri: Option<String>,
        verifier: Option<CodeVerifier>,
        resource: Option<ResourceIndicator>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Issued, Error> {
        let Some(code) = Token::parse(code.expose(), TokenKind::Code, &self.parts.secrets) else {
            return Err(unknown_code("the tag is wrong").into());
        };
        let redemption = CodeRedemption {
            id: code.id.cast(),
            code_hash: code.secret.hash(),
            client_id: client.client.id.clone(),
            redirect_uri,
            code_challenge: verifier.as_ref().map(CodeVerifier::challenge),
            family_id: Id::new(now),
            now,
        };
        self.refuse_other_resource(&redemption, resource.as_ref()).await?;
        let mut policy_version = client.policy_version;
        for _ in 0..ATTEMPTS {
            let beginning = self.beginning()?;
            let attempt = self.redemption(redemption.clone(), &beginning, policy_version, now);
            if let Some(redeemed) = self.parts.store.redeem(attempt).await? {
                let jwt = self.claimed_by_family(&redeemed.rotated.kind, redemption.family_id, 1, now).await?;
                return Ok(Issued { jwt, ..self.issued(&redemption, beginning, redeemed, caller, now) });
            }
            if self.believes {
                return Err(super::unproven());
            }
            policy_version = self.explain_redemption(client, redemption.clone(), now).await?;
        }
        Err(StorageError::Unavailable("the client kept changing".to_owned()).into())
    }

    /// Counts what became of a code; trouble says nothing of it, and what only believed is asked again.
    pub(super) fn count_code(&self, redeemed: &Result<Issued, Error>) {
        let outcome = match redeemed {
            Ok(_) => Code::Redeemed,
            Err(Error::Refused(_)) if self.believes => return,
            Err(Error::Refused(refusal)) if refusal.detail == REPLAYED => Code::Replayed,
            Err(Error::Refused(_)) => Code::Refused,
            Err(_) => return,
        };
        self.parts.metrics.code(outcome);
    }

    /// RFC 8707 §2.2: the token request may only narrow, and there is one resource to a grant.
    async fn refuse_other_resource(
        &self,
        redemption: &CodeRedemption,
        resource: Option<&ResourceIndicator>,
    ) -> Result<(), Error> {
        let Some(resource) = resource else { return Ok(()) };
        let wanted = permitted::named(&*self.known().await?, resource)?.id.clone();
        let authorization = self.parts.store.read().await?.authorization(redemption.id).await?;
        match authorization.map(|authorization| authorization.state) {
            // A resource that the request named, but of which no scope was granted, changes nothing.
            Some(AuthorizationState::Allowed(consent))
                if consent.resource_id.as_ref().is_some_and(|id| *id != wanted) =>
            {
                Err(OAuthError::invalid_target("the code was issued for another resource").into())
            }
            _ => Ok(()),
        }
    }

    fn beginning(&self) -> Result<Beginning, Error> {
        let key_version = self.parts.secrets.current();
        let (head, retry_salt) = (Secret::generate(), Secret::generate().expose());
        let access = family::access(&self.parts.secrets, key_version, &retry_salt, &head, "")
            .ok_or_else(|| lost_secret(key_version))?;
        Ok(Beginning { head, retry_salt, access, key_version })
    }

    fn redemption(
        &self,
        code: CodeRedemption,
        beginning: &Beginning,
        policy_version: i64,
        now: Timestamp,
    ) -> Redemption {
        let tokens = &self.parts.settings.tokens;
        Redemption {
            code,
            head_hash: beginning.head.hash(),
            retry_salt: beginning.retry_salt.clone(),
            key_version: beginning.key_version,
            access_hash: beginning.access.hash(),
            idle_expires_at: now.plus(tokens.family.idle_lifetime),
            absolute_expires_at: now.plus(tokens.family.absolute_lifetime),
            access_expires_at: now.plus(tokens.access_lifetime),
            policy_version,
        }
    }

    fn issued(
        &self,
        code: &CodeRedemption,
        beginning: Beginning,
        redeemed: Redeemed,
        caller: &Caller,
        now: Timestamp,
    ) -> Issued {
        let Redeemed { rotated, request } = redeemed;
        let Beginning { head, access, key_version, .. } = beginning;
        tracing::debug!(address = %caller.address, family = %code.family_id, "a code was redeemed");
        Issued {
            access: Part::of(code.family_id, 1, access, key_version),
            refresh: Some(Part::of(code.family_id, 1, head, key_version)),
            expires_at: now.plus(self.parts.settings.tokens.access_lifetime),
            scope: rotated.scope,
            person: Some(Person {
                user_id: rotated.user_id,
                session_id: rotated.session_id,
                auth_time: rotated.auth_time,
                amr: rotated.amr,
                nonce: request.nonce,
            }),
            jwt: None,
        }
    }

    /// The one command hit no row: reads why. A replay of a code that fits in every respect ends what the first redemption
    /// began (OAuth 2.1 §4.1.3); one that does not fit has no effect. If only client or resource changed, the granted scope
    /// is narrowed to what is permitted still, and the policy version says where to go on.
    async fn explain_redemption(
        &self,
        client: &AuthenticatedClient,
        redemption: CodeRedemption,
        now: Timestamp,
    ) -> Result<i64, Error> {
        self.parts.known.forget();
        let known = self.known().await?;
        let (this, client) = (self.clone(), client.client.id.clone());
        let Some((client, _)) = this.client(&client).await? else {
            return Err(OAuthError::invalid_client("the client is unknown").into());
        };
        let version = known.version;
        self.parts
            .store
            .transaction(move |tx| {
                let (redemption, known, client) = (redemption.clone(), known.clone(), client.clone());
                Box::pin(async move {
                    let consent = match fitting(tx, &redemption).await? {
                        Ok(consent) => consent,
                        Err(refusal) => return Ok(Err(refusal)),
                    };
                    if let Some(family_id) = consent.spent {
                        return Ok(Err(end_replayed(tx, &redemption, &consent, family_id, now).await?));
                    }
                    if tx.standing(consent.grant_id).await? != Standing::Good {
                        return Ok(Err(OAuthError::invalid_grant(
                            "the permission behind this code is no longer in force",
                        )));
                    }
                    let resource = consent.resource_id.as_ref().and_then(|id| known.resource(id));
                    let scope = permitted::narrowed(&consent.scope, &client, resource.map(AsRef::as_ref));
                    if scope.is_empty() {
                        return Ok(Err(OAuthError::invalid_grant("nothing is left of what was granted")));
                    }
                    tx.narrow_authorization(redemption.id, &scope).await?;
                    Ok::<_, Error>(Ok(version))
                })
            })
            .await?
            .map_err(Error::from)
    }
}

/// The secrets of a family's first generation.
struct Beginning {
    head: Secret,
    retry_salt: String,
    access: Secret,
    key_version: u16,
}

/// The consent that this redemption fits in every respect but being the first.
async fn fitting(tx: &mut Tx, redemption: &CodeRedemption) -> Result<Result<Consent, OAuthError>, StorageError> {
    let Some(authorization) = tx.authorization(redemption.id).await? else {
        return Ok(Err(unknown_code("there is no such authorization")));
    };
    let Authorization { request, redirect_uri, client_id, state: AuthorizationState::Allowed(consent), .. } =
        authorization
    else {
        return Ok(Err(unknown_code("the request was not allowed")));
    };
    let refusal = if consent.code_hash != redemption.code_hash {
        unknown_code("the secret is wrong")
    } else if client_id != redemption.client_id {
        unknown_code("it was issued to another client")
    } else if redemption.now >= consent.code_expires_at {
        OAuthError::invalid_grant("the code has expired")
    } else if redemption
        .redirect_uri
        .as_deref()
        .is_some_and(|sent| redirect_uri.as_ref().is_none_or(|uri| uri.as_str() != sent))
    {
        OAuthError::invalid_grant("redirect_uri is not the one of the authorization request")
    } else if request.code_challenge != redemption.code_challenge {
        match (&request.code_challenge, &redemption.code_challenge) {
            (Some(_), None) => OAuthError::invalid_grant("code_verifier is missing"),
            (None, _) => {
                OAuthError::invalid_grant("code_verifier was sent, but the authorization request had no code_challenge")
            }
            _ => OAuthError::invalid_grant("code_verifier does not fit the code_challenge"),
        }
    } else {
        return Ok(Ok(*consent));
    };
    Ok(Err(refusal))
}

async fn end_replayed(
    tx: &mut Tx,
    redemption: &CodeRedemption,
    consent: &Consent,
    family_id: Id<Family>,
    now: Timestamp,
) -> Result<OAuthError, StorageError> {
    if tx.revoke_family(family_id, "code_replayed", now).await? {
        let event = model::AuditEvent {
            user_id: Some(consent.user_id),
            client_id: Some(redemption.client_id.clone()),
            ..model::AuditEvent::new("code.replayed", now)
        };
        let event = match tx.grant(consent.grant_id).await? {
            Some(grant) => model::AuditEvent::of_grant(event.action, &grant, now),
            None => event,
        };
        tx.insert_audit_event(&model::AuditEvent { subject: Some(family_id.to_string()), ..event }).await?;
    }
    Ok(OAuthError::invalid_grant("the code was used before; what it gave was ended").because(REPLAYED))
}

fn unknown_code(why: &'static str) -> OAuthError {
    OAuthError::invalid_grant("the code is unknown or was issued to another client").because(why)
}
