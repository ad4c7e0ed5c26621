//! Accounts, by the operator.

use model::{AuditEvent, Email, Id, Mail, Timestamp, User, user::PasswordHash};
use protocol::Confidential;
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{
    ActError, answer, organization,
    thing::{Actions, By, Step, Thing, ready},
};
use crate::{
    Actor, Authority,
    account::NOTICE_LIFE,
    api_key, api_token, connections, demands,
    mail::{Asked, FactorChange, Letter, Message},
    password::{self, Guessable, MOST_CHARACTERS, PasswordRefusal},
};

/// The reason of grants and keys that ended with their person's account.
const ACCOUNT_REMOVED: &str = "account_removed";
/// The reason of grants and keys that an operator ended with a password.
const PASSWORD_SET: &str = "password_set";

impl Thing for User {
    type Name = String;

    const ACTIONS: Actions =
        Actions { added: "user.added", disabled: "user.disabled", enabled: "user.enabled", removed: "user.removed" };

    async fn find(read: &mut Read, named: &String) -> Result<Self, ActError> {
        find(read, named).await
    }

    fn row(&self) -> Versioned {
        Versioned::User(self.id)
    }

    fn answer(&self) -> Value {
        answer::user(self)
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent { user_id: Some(self.id), subject: Some(self.id.to_string()), ..AuditEvent::new(action, now) }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_user(self).await
    }

    /// Whoever is disabled is signed out everywhere; their connections are dead while they are (`live_grants`), and end at
    /// the next refresh.
    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.disabled_at = at;
        tx.set_user_disabled(self.id, at).await?;
        if at.is_some() {
            tx.delete_sessions_of(self.id).await?;
        }
        Ok(())
    }

    /// The answer names the organisations that have no owner then (C-38).
    async fn delete(&self, tx: &mut Tx, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
        let grants = tx.live_grants_of(self.id).await?;
        connections::end(tx, &grants, ACCOUNT_REMOVED, now).await?;
        connections::tell_memberships_end(tx, self.id, now).await?;
        let orphaned: Vec<String> = tx.owned_alone(self.id).await?.iter().map(|one| one.slug.to_string()).collect();
        let keys = tx.live_api_keys_of(self.id).await?;
        api_key::end(tx, &keys, ACCOUNT_REMOVED, now).await?;
        tx.delete_user(self.id).await?;
        Ok(Map::from_iter([("organizations_without_owner".to_owned(), orphaned.into())]))
    }
}

impl Authority {
    pub(super) async fn user_add(
        &self,
        by: &Actor,
        email: &str,
        name: Option<String>,
        password: Option<&Confidential>,
        email_verified: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let address = parse_email(email)?;
        let name = name.as_deref().map(organization::parse_name).transpose()?;
        let about = [address.as_str(), name.as_deref().unwrap_or_default()];
        let user = User {
            password_hash: match password {
                Some(password) => Some(self.hash_chosen(password, &about).await?),
                None => None,
            },
            name,
            email_verified_at: email_verified.then_some(now),
            ..User::new(address, now)
        };
        let taken = || format!("{email} has an account already; `lanyard user show {email}` shows it");
        self.add::<User>(by, move |_| ready(user.clone()), taken, now).await
    }

    /// Gives a person another password and signs them out everywhere. Without one it is made here, and shown this once.
    pub(super) async fn user_set_password(
        &self,
        named: String,
        password: Option<&Confidential>,
        end_connections: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let made = password.is_none().then(|| password::fresh(self.parts.settings.password.min_length));
        let hash = match (&made, password) {
            (None, Some(chosen)) => {
                let user = find(&mut self.parts.store.read().await?, &named).await?;
                self.hash_chosen(chosen, &[user.email.as_str(), user.name.as_deref().unwrap_or_default()]).await?
            }
            (made, _) => self.parts.passwords.hash(made.as_ref().map_or("", |made| made.as_str())).await?,
        };
        let mut changed = self
            .change::<User>(
                named,
                "user.password_set",
                move |tx, user| set_password(tx, user, hash.clone(), end_connections, now),
                now,
            )
            .await?;
        if let (Some(changed), Some(made)) = (changed.as_object_mut(), made) {
            changed.insert("password".to_owned(), made.as_str().into());
        }
        Ok(changed)
    }

    /// Takes passkeys, authenticator app and recovery codes from a person and signs them out everywhere; they are told by mail.
    pub(super) async fn user_remove_factors(&self, by: By, named: String, now: Timestamp) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let user = find(&mut read, &named).await?;
        let language = read.language_of(user.id).await?;
        drop(read);
        let asked = Asked { at: now, address: String::new(), user_agent: String::new(), language };
        let letter = Letter { message: Message::FactorsChanged { change: FactorChange::AllRemoved }, asked };
        let notice = match self.sends_mail() {
            true => Some(self.mail(&user.email, &letter, NOTICE_LIFE, now)?),
            false => None,
        };
        let changed = self
            .change_by::<User>(
                by,
                named,
                "user.factors_removed",
                move |tx, user| remove_factors(tx, user, notice.clone(), now),
                now,
            )
            .await;
        self.parts.mail.ring();
        changed
    }

    /// Judged like a password that its person chooses.
    async fn hash_chosen(&self, password: &Confidential, about: &[&str]) -> Result<PasswordHash, ActError> {
        self.acceptable_password(password, about).await?.map_err(|refusal| ActError::new(words(&refusal)))?;
        Ok(self.parts.passwords.hash(password.expose()).await?)
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
}

fn words(refusal: &PasswordRefusal) -> String {
    let made_of = match refusal {
        PasswordRefusal::TooShort { least } => {
            return format!("the password is too short; use {least} characters or more");
        }
        PasswordRefusal::TooLong => {
            return format!("the password is too long; use {MOST_CHARACTERS} characters or fewer");
        }
        PasswordRefusal::Breached => {
            return "the password was stolen from another service and is tried first by whoever guesses; use another"
                .to_owned();
        }
        PasswordRefusal::Guessable(why) => match why {
            Guessable::AboutYou => "the person's name or address, or this server's name, is most of it",
            Guessable::Common => "it is like one of the most used passwords",
            Guessable::Keys => "it is a row of keys",
            Guessable::Repetition => "it is the same again and again",
            Guessable::Sequence => "it is a sequence",
            Guessable::Date => "a date or a year is most of it",
            Guessable::Words => "it is made of too few words or names",
        },
    };
    format!("the password is guessed too soon: {made_of}; use a few more unrelated words")
}

/// Connections stay unless they are to end: they were allowed by the person, whatever the password.
fn set_password<'t>(
    tx: &'t mut Tx,
    user: &'t mut User,
    hash: PasswordHash,
    end_connections: bool,
    now: Timestamp,
) -> Step<'t, Value> {
    Box::pin(async move {
        tx.set_password_hash(user.id, &hash).await?;
        user.password_hash = Some(hash);
        tx.move_security_epoch(user.id, user.security_epoch).await?;
        user.security_epoch += 1;
        tx.end_proofs_of(user.id).await?;
        let sessions = tx.delete_sessions_of(user.id).await?;
        let mut ended = 0;
        if end_connections {
            let grants = tx.live_grants_of(user.id).await?;
            let keys = tx.live_api_keys_of(user.id).await?;
            ended = connections::end(tx, &grants, PASSWORD_SET, now).await?
                + api_key::end(tx, &keys, PASSWORD_SET, now).await?
                + api_token::end_all(tx, user.id, PASSWORD_SET, now).await?;
        }
        let mut answer = user.answer();
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("sessions_ended".to_owned(), sessions.into());
            answer.insert("connections_ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}

/// Whatever was begun with them comes to nothing.
fn remove_factors<'t>(tx: &'t mut Tx, user: &'t mut User, notice: Option<Mail>, now: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        let had = tx.second_factors(user.id).await?;
        tx.delete_second_factors(user.id).await?;
        let ended = demands::factor_gone(tx, user.id, now).await?;
        tx.move_security_epoch(user.id, user.security_epoch).await?;
        user.security_epoch += 1;
        tx.end_proofs_of(user.id).await?;
        let sessions = tx.delete_sessions_of(user.id).await?;
        if let (Some(notice), true) = (&notice, had.is_demanded()) {
            tx.insert_mail(notice).await?;
        }
        let mut answer = user.answer();
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("factors_removed".to_owned(), (had.apps + had.passkeys).into());
            answer.insert("sessions_ended".to_owned(), sessions.into());
            answer.insert("connections_ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}

/// The user with this address or id.
pub(super) async fn find(read: &mut Read, named: &str) -> Result<User, ActError> {
    let found = match (Email::parse(named), Id::parse(named)) {
        (Some(email), _) => read.user_by_email(&email).await?,
        (None, Some(id)) => read.user(id).await?,
        (None, None) => None,
    };
    found.ok_or_else(|| {
        ActError::absent(format!("there is no user '{}'; `lanyard user list` shows them", named.escape_debug()))
    })
}

pub(super) fn parse_email(text: &str) -> Result<Email, ActError> {
    Email::parse(text).ok_or_else(|| {
        ActError::new(format!(
            "'{}' is no e-mail address that Lanyard accepts; write it like name@example.com",
            text.escape_debug()
        ))
    })
}
