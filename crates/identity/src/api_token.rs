//! Personal API tokens: made by their person after a fresh proof, shown once, and taken back.
//!
//! Owns how they come and go. What one is stands in `model`, what it may do is its person's (`policy`), and who shows one is
//! found out by `management`.

use std::time::Duration;

use model::{ApiToken, AuditEvent, Id, Secret, Timestamp, Token, TokenKind, User};
use storage::{StorageError, Tx};

use crate::{
    Authority, Caller, Error,
    account::{Notice, SignedIn},
    demands,
    mail::Message,
};

/// The reason of a token that its person took back.
pub const REVOKED: &str = "revoked";
/// How long a token that has ended is shown.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many tokens in force a person has at the most.
const MOST: usize = 50;
/// The longest name, in characters.
const NAME_CHARACTERS: usize = 60;

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewApiToken {
    /// What its person calls it.
    pub name: String,
    /// Whether it changes anything.
    pub writes: bool,
    /// How long it lives.
    pub lifetime: Lifetime,
}

/// How long a token lives; there is none without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// A week.
    Week,
    /// A month of 30 days.
    Month,
    /// A quarter of 90 days.
    Quarter,
    /// A year of 365 days.
    Year,
}

impl Lifetime {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// In days.
    #[must_use]
    pub const fn days(self) -> u32 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }

    /// The one with so many days.
    #[must_use]
    pub fn of_days(days: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lifetime| lifetime.days().to_string() == days)
    }

    fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.days()) * 24 * 3600)
    }
}

/// Why no token was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// The name is empty, too long, or more than a line.
    Name,
    /// There are too many.
    Full,
}

/// A token as it was made; the text is shown this once.
#[derive(Clone, Debug)]
pub struct MadeApiToken {
    /// The token.
    pub token: ApiToken,
    /// Its text.
    pub text: protocol::Confidential,
}

impl Authority {
    /// A person's tokens in force, the newest first, and those that ended in the last 30 days.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_tokens(&self, person: &SignedIn, now: Timestamp) -> Result<Vec<ApiToken>, Error> {
        let mut read = self.parts.store.read().await?;
        Ok(read.api_tokens_of(person.user.id, now.minus(ENDED_SHOWN)).await?)
    }

    /// Makes a token. Only for somebody who has proved lately who they are.
    ///
    /// # Errors
    /// Trouble of the database; then there is none.
    pub async fn make_api_token(
        &self,
        person: &SignedIn,
        new: NewApiToken,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<MadeApiToken, TokenRefusal>, Error> {
        let Some(name) = name(&new.name) else { return Ok(Err(TokenRefusal::Name)) };
        let id = Id::new(now);
        let secret = Secret::generate();
        let hash = secret.hash();
        let text = Token::new(TokenKind::Personal, id, 0, secret, &self.parts.secrets).expose(&self.parts.secrets);
        let text = text.ok_or_else(|| protocol::OAuthError::server_error("the server's secret tags no token"))?;
        let token = ApiToken {
            id,
            user_id: person.user.id,
            name,
            hash,
            last_four: text.chars().skip(text.len().saturating_sub(4)).collect(),
            writes: new.writes,
            shown: demands::shown_by(&person.session),
            created_at: now,
            expires_at: now.plus(new.lifetime.duration()),
            used_at: None,
            used_address: None,
            revoked: None,
        };
        let message = Message::ApiTokenMade { name: token.name.clone(), writes: token.writes };
        let notice = Notice {
            event: entry("api_token.created", &token, Some(caller.address.clone()), now),
            mail: self.notice(&person.user.email, message, (caller, now))?,
        };
        let (kept, epoch) = (token.clone(), person.user.security_epoch);
        let made: Result<bool, Error> = self
            .parts
            .store
            .transaction(move |tx| {
                let (token, notice) = (kept.clone(), notice.clone());
                Box::pin(async move { Ok(keep(tx, &token, epoch, &notice, now).await?) })
            })
            .await;
        let made = made?;
        self.parts.mail.ring();
        Ok(match made {
            true => Ok(MadeApiToken { token, text: protocol::Confidential::new(text) }),
            false => Err(TokenRefusal::Full),
        })
    }

    /// Takes one of a person's own tokens back; whether there was such a one. It is dead at once.
    ///
    /// # Errors
    /// Trouble of the database; then it is good still.
    pub async fn revoke_api_token(
        &self,
        person: &SignedIn,
        id: Id<ApiToken>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (user_id, address) = (person.user.id, caller.address.clone());
        let revoked: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = revoked(user_id, id, Some(address.clone()), now);
                Box::pin(async move {
                    if !tx.revoke_api_token_of(user_id, id, REVOKED, now).await? {
                        return Ok(false);
                    }
                    tx.insert_audit_event(&event).await?;
                    Ok(true)
                })
            })
            .await;
        Ok(revoked?)
    }
}

/// Writes a token, unless there are too many or what opens the account has changed meanwhile.
async fn keep(
    tx: &mut Tx,
    token: &ApiToken,
    epoch: u64,
    notice: &Notice,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !tx.hold_user(token.user_id, epoch).await? {
        return Err(StorageError::Conflict("user"));
    }
    if tx.api_tokens_of(token.user_id, now).await?.len() >= MOST {
        return Ok(false);
    }
    tx.insert_api_token(token).await?;
    notice.write(tx).await?;
    Ok(true)
}

/// Takes all of a person's tokens back for this reason.
pub(crate) async fn end_all(
    tx: &mut Tx,
    user_id: Id<User>,
    reason: &str,
    now: Timestamp,
) -> Result<usize, StorageError> {
    let ended = tx.revoke_api_tokens_of(user_id, reason, now).await?;
    for id in &ended {
        tx.insert_audit_event(&revoked(user_id, *id, None, now)).await?;
    }
    Ok(ended.len())
}

fn name(typed: &str) -> Option<String> {
    let name = typed.trim();
    let is_one = !name.is_empty() && name.chars().count() <= NAME_CHARACTERS && !name.chars().any(char::is_control);
    is_one.then(|| name.to_owned())
}

fn revoked(user_id: Id<User>, id: Id<ApiToken>, address: Option<String>, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: Some(user_id),
        subject: Some(id.to_string()),
        address,
        ..AuditEvent::new("api_token.revoked", now)
    }
}

fn entry(action: &'static str, token: &ApiToken, address: Option<String>, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: Some(token.user_id),
        subject: Some(token.id.to_string()),
        address,
        ..AuditEvent::new(action, now)
    }
}
