//! refresh_token (OAuth 2.1 §4.3): docs/families.md in code. The ordinary case is one command; when it hits no row, a
//! transaction reads, decides by [`Family::meaning`], and commits in sight.

use std::sync::Arc;

use model::{
    AccessTokenForm, AuditEvent, Family, GrantKind, Id, Notice, NoticeKind, Resource, Secret, Timestamp, Token,
    TokenKind,
    family::{self, Meaning},
};
use protocol::{Confidential, OAuthError, ResourceIndicator, Scope};
use storage::{AccessToken, FamilyCondition, Rotation, Standing, StorageError, Tx};

use super::{
    issue::{Issued, Part, Person, lost_secret},
    jwt::{Claimed, home},
};
use crate::{AuthenticatedClient, Authority, Caller, Error, connections, metrics::Refresh, permitted};

/// A refresh as it was asked for.
#[derive(Clone)]
struct Ask {
    token: Token,
    client: AuthenticatedClient,
    scope: Option<Scope>,
    resource: Option<ResourceIndicator>,
    address: String,
    now: Timestamp,
}

impl Authority {
    pub(super) async fn refresh(
        &self,
        client: &AuthenticatedClient,
        token: &Confidential,
        scope: Option<Scope>,
        resource: Option<ResourceIndicator>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Issued, Error> {
        let Some(token) = Token::parse(token.expose(), TokenKind::Refresh, &self.parts.secrets) else {
            // What only believed is asked again, and counted then.
            if !self.believes {
                self.parts.metrics.refresh(Refresh::Refused);
            }
            return Err(unknown_token("the tag is wrong").into());
        };
        let ask = Ask { token, client: client.clone(), scope, resource, address: caller.address.clone(), now };
        if ask.scope.is_none()
            && ask.resource.is_none()
            && let Some(issued) = self.rotate(&ask).await?
        {
            self.parts.metrics.refresh(Refresh::Rotated);
            return Ok(issued);
        }
        if self.believes {
            return Err(super::unproven());
        }
        let this = self.clone();
        let answer = self
            .parts
            .store
            .transaction(move |tx| {
                let (this, ask) = (this.clone(), ask.clone());
                Box::pin(async move { this.refresh_in(tx, &ask).await })
            })
            .await;
        if let Err(Error::Refused(_)) = &answer {
            self.parts.metrics.refresh(Refresh::Refused);
        }
        let (outcome, answer) = answer?;
        self.parts.metrics.refresh(outcome);
        answer.map_err(Error::from)
    }

    /// The ordinary case: the head, outside the window, nothing narrowed, nothing disabled.
    async fn rotate(&self, ask: &Ask) -> Result<Option<Issued>, Error> {
        let (secrets, tokens, now) = (&self.parts.secrets, &self.parts.settings.tokens, ask.now);
        let key_version = secrets.current();
        let retry_salt = Secret::generate().expose();
        let head = family::successor(secrets, key_version, &retry_salt, &ask.token.secret)
            .ok_or_else(|| lost_secret(key_version))?;
        let access =
            family::access(secrets, key_version, &retry_salt, &head, "").ok_or_else(|| lost_secret(key_version))?;
        let window = tokens.family.retry_window;
        let rotation = Rotation {
            family_id: ask.token.id.cast(),
            generation: ask.token.generation,
            presented_hash: ask.token.secret.hash(),
            client_id: ask.client.client.id.clone(),
            head_hash: head.hash(),
            retry_salt,
            key_version,
            access_hash: access.hash(),
            now,
            window_over_before: if window.is_zero() { Timestamp::from_micros(i64::MAX) } else { now.minus(window) },
            idle_expires_at: now.plus(tokens.family.idle_lifetime),
            access_expires_at: now.plus(tokens.access_lifetime),
            policy_version: ask.client.policy_version,
        };
        let (family_id, generation, expires_at) =
            (rotation.family_id, rotation.generation + 1, rotation.access_expires_at);
        let Some(rotated) = self.parts.store.rotate(rotation).await? else { return Ok(None) };
        let jwt = self.claimed_by_family(&rotated.kind, family_id, generation, now).await?;
        Ok(Some(Issued {
            access: Part::of(family_id, generation, access, key_version),
            refresh: Some(Part::of(family_id, generation, head, key_version)),
            expires_at,
            scope: rotated.scope,
            person: Some(Person {
                user_id: rotated.user_id,
                session_id: rotated.session_id,
                auth_time: rotated.auth_time,
                amr: rotated.amr,
                nonce: None,
            }),
            jwt,
        }))
    }

    /// Every case, and what it is counted as. `Ok(Err(…))` refuses *and* records: the record is committed before the refusal
    /// is told.
    async fn refresh_in(&self, tx: &mut Tx, ask: &Ask) -> Result<(Refresh, Result<Issued, OAuthError>), Error> {
        let Some(family) = tx.family(ask.token.id.cast()).await? else {
            return Err(unknown_token("there is no such family").into());
        };
        if family.client_id != ask.client.client.id {
            return Err(unknown_token("it was issued to another client").into());
        }
        let policy = &self.parts.settings.tokens.family;
        let access_expires_at = tx.access_expiry(family.id, family.generation).await?;
        let meaning =
            family.meaning(ask.token.generation, &ask.token.secret.hash(), access_expires_at, policy, ask.now);
        match meaning {
            Meaning::Dead => Err(OAuthError::invalid_grant("the refresh token has expired or was revoked")
                .because(dead(&family))
                .into()),
            Meaning::RolledBack => Ok((counted(meaning), Err(end(tx, &family, "rolled_back", ask).await?))),
            Meaning::Reuse => Ok((counted(meaning), Err(self.end_reused(tx, &family, ask).await?))),
            Meaning::Again | Meaning::Rotate | Meaning::Retry | Meaning::Recover => {
                match tx.standing(family.grant_id).await? {
                    Standing::Good => Ok((counted(meaning), Ok(self.answer(tx, &family, meaning, ask).await?))),
                    standing => Ok((Refresh::Withdrawn, Err(end(tx, &family, standing.reason(), ask).await?))),
                }
            }
        }
    }

    async fn answer(&self, tx: &mut Tx, family: &Family, meaning: Meaning, ask: &Ask) -> Result<Issued, Error> {
        let (secrets, tokens) = (&self.parts.secrets, &self.parts.settings.tokens);
        let grant = tx.grant(family.grant_id).await?.ok_or_else(|| corrupt(family))?;
        let (granted, resource) = self.granted(tx, family, &grant.kind, ask).await?;
        let scope = narrowed(&granted, ask.scope.as_ref())?;

        let mut next = family
            .answered(meaning, &ask.token.secret, &tokens.family, secrets, ask.now)
            .ok_or_else(|| lost_secret(family.key_version))?;
        if granted == family.scope {
            next.policy_version = tx.policy_version().await?;
        }
        if resource.as_ref().is_some_and(|resource| resource.access_tokens != AccessTokenForm::Opaque) {
            // To issue a JWT is sight.
            next.head_seen_at = next.head_seen_at.or(Some(ask.now));
        }
        let head = next.head(&ask.token.secret, secrets).ok_or_else(|| corrupt(family))?;
        let narrowing = if scope == family.scope { String::new() } else { scope.to_string() };
        let access = next.access_secret(&head, &narrowing, secrets).ok_or_else(|| lost_secret(next.key_version))?;

        tx.update_family(&next, condition(meaning, family)).await?;
        match meaning {
            Meaning::Rotate => tx.delete_access_tokens_below(family.id, family.generation).await?,
            Meaning::Recover => tx.delete_access_tokens_of(family.id, family.generation).await?,
            _ => {}
        }
        let token = self.put_access_token(tx, &next, &grant.kind, &scope, &access, ask.now).await?;
        let jwt = resource
            .zip(home(&grant.kind))
            .and_then(|(resource, home)| Claimed::at(&Arc::new(resource), home, Some(grant.id), token.issued_at));
        if record(tx, family, &next, meaning, grant.user_id, ask).await? {
            self.mail_notice(tx, grant.user_id, &family.client_id, NoticeKind::RefreshShared, (&ask.address, ask.now))
                .await?;
        }
        Ok(Issued {
            access: Part::of(next.id, next.generation, access, next.key_version),
            refresh: Some(Part::of(next.id, next.generation, head, next.key_version)),
            expires_at: token.expires_at,
            scope,
            person: Some(Person {
                user_id: grant.user_id,
                session_id: next.session_id,
                auth_time: next.auth_time,
                amr: next.amr,
                nonce: None,
            }),
            jwt,
        })
    }

    /// What the family's tokens may do now: what was consented to, less what was withdrawn from client or resource since.
    async fn granted(
        &self,
        tx: &mut Tx,
        family: &Family,
        kind: &GrantKind,
        ask: &Ask,
    ) -> Result<(Scope, Option<Resource>), Error> {
        let client = tx.client(&family.client_id).await?.ok_or_else(|| corrupt(family))?;
        let resource = match kind {
            GrantKind::Identity => None,
            GrantKind::Project { resource_id, .. } => {
                tx.resources().await?.into_iter().find(|resource| resource.id == *resource_id)
            }
        };
        if let Some(asked) = &ask.resource
            && resource.as_ref().is_none_or(|resource| resource.identifier != *asked)
        {
            return Err(OAuthError::invalid_target("the refresh token was issued for another resource").into());
        }
        let granted = permitted::narrowed(&family.scope, &client, resource.as_ref());
        if granted.is_empty() {
            return Err(OAuthError::invalid_grant("nothing is left of what was granted").into());
        }
        Ok((granted, resource))
    }

    /// The access token of this generation and narrowing: the one that is there, or a new one.
    async fn put_access_token(
        &self,
        tx: &mut Tx,
        family: &Family,
        kind: &GrantKind,
        scope: &Scope,
        access: &Secret,
        now: Timestamp,
    ) -> Result<AccessToken, Error> {
        let hash = access.hash();
        if let Some(there) = tx.access_token(family.id.cast(), family.generation, &hash).await? {
            return Ok(there);
        }
        let expires_at = now.plus(self.parts.settings.tokens.access_lifetime).min(family.absolute_expires_at);
        let token = AccessToken {
            id: family.id.cast(),
            generation: family.generation,
            hash,
            family_id: Some(family.id),
            client_id: family.client_id.clone(),
            resource_id: match kind {
                GrantKind::Identity => None,
                GrantKind::Project { resource_id, .. } => Some(resource_id.clone()),
            },
            scope: scope.clone(),
            actors: Vec::new(),
            issued_at: now,
            expires_at,
        };
        tx.insert_access_token(&token).await?;
        Ok(token)
    }

    /// A stale copy: the family ends, the person is told.
    async fn end_reused(&self, tx: &mut Tx, family: &Family, ask: &Ask) -> Result<OAuthError, Error> {
        let refusal = end(tx, family, "reused", ask).await?;
        if let Some(grant) = tx.grant(family.grant_id).await? {
            tx.insert_notice(&notice(grant.user_id, family, NoticeKind::RefreshReused, ask.now)).await?;
            let sent = (ask.address.as_str(), ask.now);
            self.mail_notice(tx, grant.user_id, &family.client_id, NoticeKind::RefreshReused, sent).await?;
        }
        Ok(refusal)
    }
}

/// What an answered refresh is counted as.
const fn counted(meaning: Meaning) -> Refresh {
    match meaning {
        Meaning::Again => Refresh::Again,
        Meaning::Retry => Refresh::Retried,
        Meaning::Recover => Refresh::Recovered,
        Meaning::Rotate => Refresh::Rotated,
        Meaning::Reuse => Refresh::Reused,
        Meaning::RolledBack => Refresh::RolledBack,
        Meaning::Dead => Refresh::Refused,
    }
}

/// Ends the family, and the grant with its last one.
async fn end(tx: &mut Tx, family: &Family, reason: &'static str, ask: &Ask) -> Result<OAuthError, Error> {
    tx.revoke_family(family.id, reason, ask.now).await?;
    let is_last = tx.revoke_grant_without_families(family, reason, ask.now).await?;
    let reused = reason == "reused";
    let event =
        connections::event_of(tx, family, if reused { "refresh.reused" } else { "refresh.ended" }, ask.now).await?;
    // What ended because somebody or something is gone is nothing that its person did.
    let user_id = event.user_id.filter(|_| reused);
    tx.insert_audit_event(&AuditEvent { user_id, address: Some(ask.address.clone()), ..event }).await?;
    if is_last {
        connections::tell_ended(tx, family, ask.now).await?;
    }
    Ok(OAuthError::invalid_grant("the refresh token was revoked").because(reason))
}

/// What must still be so for the write to be right (docs/families.md, the table of updates).
const fn condition(meaning: Meaning, family: &Family) -> FamilyCondition {
    match meaning {
        Meaning::Recover => FamilyCondition::Unseen { generation: family.generation, answered_at: family.answered_at },
        _ => FamilyCondition::Generation(family.generation),
    }
}

/// OAuth 2.1 §4.3.1: never wider than granted.
fn narrowed(granted: &Scope, asked: Option<&Scope>) -> Result<Scope, OAuthError> {
    match asked {
        None => Ok(granted.clone()),
        Some(asked) if asked.is_subset_of(granted) && !asked.is_empty() => Ok(asked.clone()),
        Some(_) => Err(OAuthError::invalid_scope("the scope is wider than what was granted")),
    }
}

/// Audit and notice of an answer that was not the first of its kind; whether the person is told.
async fn record(
    tx: &mut Tx,
    before: &Family,
    after: &Family,
    meaning: Meaning,
    user_id: Id<model::User>,
    ask: &Ask,
) -> Result<bool, StorageError> {
    let action = match meaning {
        Meaning::Retry => "refresh.retried",
        Meaning::Recover => "refresh.recovered",
        _ => return Ok(false),
    };
    tx.insert_audit_event(&event(action, after, Some(user_id), ask)).await?;
    let shared = after.repeat_streak == 3 && before.repeat_streak < 3;
    if shared {
        tx.insert_audit_event(&event("refresh.shared", after, Some(user_id), ask)).await?;
        tx.insert_notice(&notice(user_id, after, NoticeKind::RefreshShared, ask.now)).await?;
    }
    Ok(shared)
}

fn event(action: &'static str, family: &Family, user_id: Option<Id<model::User>>, ask: &Ask) -> AuditEvent {
    AuditEvent {
        user_id,
        client_id: Some(family.client_id.clone()),
        subject: Some(family.id.to_string()),
        address: Some(ask.address.clone()),
        ..AuditEvent::new(action, ask.now)
    }
}

fn notice(user_id: Id<model::User>, family: &Family, kind: NoticeKind, now: Timestamp) -> Notice {
    Notice { id: Id::new(now), user_id, grant_id: Some(family.grant_id), kind, created_at: now }
}

fn dead(family: &Family) -> String {
    family.revoked.as_ref().map_or_else(|| "expired".to_owned(), |revoked| format!("revoked: {}", revoked.reason))
}

fn corrupt(family: &Family) -> StorageError {
    StorageError::Corrupt { table: "families", id: family.id.to_string() }
}

fn unknown_token(why: &'static str) -> OAuthError {
    OAuthError::invalid_grant("the refresh token is unknown or was issued to another client").because(why)
}
