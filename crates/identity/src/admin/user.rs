//! Accounts, by the operator.

use model::{AuditEvent, Email, Id, Role, Timestamp, User};
use protocol::Confidential;
use serde_json::{Value, json};
use storage::{Read, StorageError};

use super::{ActError, answer, organization};
use crate::{
    Authority,
    password::{self, MOST_CHARACTERS, Unfit},
};

impl Authority {
    pub(super) async fn user_add(
        &self,
        email: &str,
        name: Option<String>,
        password: Option<&Confidential>,
        email_verified: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let user = User {
            id: Id::new(now),
            email: parse_email(email)?,
            name: name.as_deref().map(organization::parse_name).transpose()?,
            password_hash: match password {
                Some(password) => Some(self.hash_new(password.expose()).await?),
                None => None,
            },
            email_verified_at: email_verified.then_some(now),
            created_at: now,
            disabled_at: None,
        };
        let answer = answer::user(&user);
        let taken = || format!("{email} has an account already; `lanyard user show {email}` shows it");
        let added: Result<(), ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let user = user.clone();
                Box::pin(async move {
                    tx.insert_user(&user).await?;
                    Ok(tx.insert_audit_event(&audit("user.added", &user, now)).await?)
                })
            })
            .await;
        added.map_err(|error| error.if_taken(taken))?;
        Ok(answer)
    }

    async fn hash_new(&self, password: &str) -> Result<model::user::PasswordHash, ActError> {
        let least = self.parts.settings.password.min_length;
        password::fit(password, least).map_err(|unfit| match unfit {
            Unfit::TooShort => ActError::new(format!("the password is too short; use {least} characters or more")),
            Unfit::TooLong => {
                ActError::new(format!("the password is too long; use {MOST_CHARACTERS} characters or fewer"))
            }
        })?;
        Ok(self.parts.passwords.hash(password).await?)
    }

    pub(super) async fn user_list(&self) -> Result<Value, ActError> {
        let users = self.parts.store.read().await?.users().await?;
        Ok(json!({ "users": users.iter().map(answer::user).collect::<Vec<_>>() }))
    }

    pub(super) async fn user_show(&self, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let user = find(&mut read, named).await?;
        let mut memberships = Vec::new();
        for organization in read.organizations().await? {
            if let Some(membership) = read.membership(organization.id, user.id).await? {
                memberships.push(json!({ "organization": organization.slug, "role": membership.role.as_str() }));
            }
        }
        let mut shown = answer::user(&user);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("memberships".to_owned(), memberships.into());
        }
        Ok(shown)
    }

    /// Whoever is disabled is signed out everywhere; their connections are dead while they are (`live_grants`), and end at
    /// the next refresh.
    pub(super) async fn user_set_disabled(
        &self,
        named: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let named = named.to_owned();
        self.parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let mut user = find(tx, &named).await?;
                    user.disabled_at = disabled.then_some(now);
                    tx.set_user_disabled(user.id, user.disabled_at).await?;
                    if disabled {
                        tx.delete_sessions_of(user.id).await?;
                    }
                    let action = if disabled { "user.disabled" } else { "user.enabled" };
                    tx.insert_audit_event(&audit(action, &user, now)).await?;
                    Ok(answer::user(&user))
                })
            })
            .await
    }

    /// The answer names the organisations that have no owner then (C-38).
    pub(super) async fn user_remove(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let named = named.to_owned();
        self.parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let user = find(tx, &named).await?;
                    let orphaned = owned_alone(tx, &user).await?;
                    tx.delete_user(user.id).await?;
                    tx.insert_audit_event(&audit("user.removed", &user, now)).await?;
                    Ok(json!({ "removed": answer::user(&user), "organizations_without_owner": orphaned }))
                })
            })
            .await
    }
}

/// The user with this address or id.
pub(super) async fn find(read: &mut Read, named: &str) -> Result<User, ActError> {
    let found = match (Email::parse(named), Id::parse(named)) {
        (Some(email), _) => read.user_by_email(&email).await?,
        (None, Some(id)) => read.user(id).await?,
        (None, None) => None,
    };
    found.ok_or_else(|| {
        ActError::new(format!("there is no user '{}'; `lanyard user list` shows them", named.escape_debug()))
    })
}

async fn owned_alone(read: &mut Read, user: &User) -> Result<Vec<String>, StorageError> {
    let mut alone = Vec::new();
    for organization in read.organizations().await? {
        let members = read.memberships_of(organization.id).await?;
        let owners: Vec<_> = members.iter().filter(|member| member.role == Role::Owner).collect();
        if let [only] = owners.as_slice()
            && only.user_id == user.id
        {
            alone.push(organization.slug.to_string());
        }
    }
    Ok(alone)
}

fn parse_email(text: &str) -> Result<Email, ActError> {
    Email::parse(text).ok_or_else(|| {
        ActError::new(format!(
            "'{}' is no e-mail address that Lanyard accepts; write it like name@example.com",
            text.escape_debug()
        ))
    })
}

fn audit(action: &'static str, user: &User, now: Timestamp) -> AuditEvent {
    AuditEvent { user_id: Some(user.id), subject: Some(user.id.to_string()), ..AuditEvent::new(action, now) }
}
