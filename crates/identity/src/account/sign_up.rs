//! Signing up: an account, and with it an organisation of one's own, so that nobody ends at an empty page.

use std::time::Duration;

use model::{AuditEvent, Email, Id, Membership, Organization, Project, Role, Secret, Session, Slug, Timestamp, User};
use protocol::Confidential;
use storage::{StorageError, Tx};

use super::{NewSession, attempts::Limit, browser::Beginning};
use crate::{
    Authority, Caller, Error,
    password::{self, Unfit},
};

/// The longest name of a person, in characters.
const NAME_CHARACTERS: usize = 100;
/// How much of a name goes into a slug; the suffix must fit behind it.
const SLUG_CHARACTERS: usize = 48;
const SUFFIX_CHARACTERS: usize = 6;

/// What the form says, and from which browser.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The address as it was typed.
    pub email: String,
    /// The password as it was typed.
    pub password: Confidential,
    /// What they call themselves, if they say.
    pub name: Option<String>,
    /// The browser's present secret.
    pub browser: Secret,
    /// The session that this browser has proved to hold, to be ended.
    pub replaces: Option<Id<Session>>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// Why no account was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpRefusal {
    /// This server makes accounts only by its operator.
    Disabled,
    /// That is no e-mail address.
    Email,
    /// The password is too short.
    PasswordTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// The password is longer than 256 characters.
    PasswordTooLong,
    /// Too many attempts from this address.
    TooMany {
        /// When the window ends.
        retry_after: Duration,
    },
    /// The address has an account. Whoever asks learns that it does: as long as no mail is sent there is no other way to
    /// tell its owner, and the attempts per network address are all that slows a search. It becomes a mail with mail.
    Taken,
}

/// All rows of a new account.
#[derive(Clone)]
struct Account {
    user: User,
    own: Option<(Organization, Project)>,
    beginning: Beginning,
}

impl Authority {
    /// Makes an account and signs its person in with this browser.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn sign_up(&self, ask: SignUp, now: Timestamp) -> Result<Result<NewSession, SignUpRefusal>, Error> {
        let email = match self.acceptable(&ask) {
            Ok(email) => email,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let limits = &self.parts.settings.sign_in_limits;
        let counters = [Limit::of_address("sign-up", &ask.caller, limits.per_address)];
        if let Some(retry_after) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(SignUpRefusal::TooMany { retry_after }));
        }
        let account = self.account_of(&ask, email, now).await?;
        if self.insert_account(account.clone(), now).await? {
            Ok(Ok(account.beginning.given(account.user)))
        } else {
            Ok(Err(SignUpRefusal::Taken))
        }
    }

    fn acceptable(&self, ask: &SignUp) -> Result<Email, SignUpRefusal> {
        let settings = &self.parts.settings;
        if !settings.sign_up.enabled {
            return Err(SignUpRefusal::Disabled);
        }
        let email = Email::parse(&ask.email).ok_or(SignUpRefusal::Email)?;
        let least = settings.password.min_length;
        password::fit(ask.password.expose(), least).map_err(|unfit| match unfit {
            Unfit::TooShort => SignUpRefusal::PasswordTooShort { least },
            Unfit::TooLong => SignUpRefusal::PasswordTooLong,
        })?;
        Ok(email)
    }

    async fn account_of(&self, ask: &SignUp, email: Email, now: Timestamp) -> Result<Account, Error> {
        let user = User {
            id: Id::new(now),
            email,
            name: ask.name.as_deref().and_then(name),
            password_hash: Some(self.parts.passwords.hash(ask.password.expose()).await?),
            email_verified_at: None,
            created_at: now,
            disabled_at: None,
        };
        Ok(Account {
            own: self.parts.settings.sign_up.organization.then(|| own_organization(&user, now)),
            beginning: self.begin_session(user.id, &ask.browser, ask.replaces, &ask.caller, now),
            user,
        })
    }

    /// Whether the account was made; not if its address has one.
    async fn insert_account(&self, account: Account, now: Timestamp) -> Result<bool, StorageError> {
        let email = account.user.email.clone();
        let inserted = self
            .parts
            .store
            .transaction(move |tx| {
                let account = account.clone();
                Box::pin(async move { account.write(tx, now).await })
            })
            .await;
        match inserted {
            // Somebody was faster, between the look and the write.
            Err(StorageError::Constraint(what)) => match self.parts.store.read().await?.user_by_email(&email).await? {
                Some(_) => Ok(false),
                None => Err(StorageError::Constraint(what)),
            },
            done => done,
        }
    }
}

impl Account {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        if tx.user_by_email(&self.user.email).await?.is_some() {
            return Ok(false);
        }
        tx.insert_user(&self.user).await?;
        let mut made = AuditEvent { user_id: Some(self.user.id), ..AuditEvent::new("user.signed_up", now) };
        if let Some((organization, project)) = &self.own {
            tx.insert_organization(organization).await?;
            tx.insert_project(project).await?;
            let (organization_id, user_id) = (organization.id, self.user.id);
            tx.put_membership(&Membership { organization_id, user_id, role: Role::Owner, created_at: now }).await?;
            made.organization_id = Some(organization_id);
        }
        tx.insert_audit_event(&made).await?;
        self.beginning.write(tx, now).await?;
        Ok(true)
    }
}

/// One line without controls; nothing if nothing is left.
fn name(text: &str) -> Option<String> {
    let visible: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(NAME_CHARACTERS).collect();
    (!name.is_empty()).then_some(name)
}

/// An organisation named after its person, with a first project.
fn own_organization(user: &User, now: Timestamp) -> (Organization, Project) {
    let local = user.email.as_str().split('@').next().unwrap_or_default();
    let named = user.name.clone().unwrap_or_else(|| local.to_owned());
    let organization =
        Organization { id: Id::new(now), slug: own_slug(&named), name: named, created_at: now, disabled_at: None };
    let name = "First project".to_owned();
    let project = Project {
        id: Id::new(now),
        organization_id: organization.id,
        slug: Slug::from_name(&name).unwrap_or_else(|| organization.slug.clone()),
        name,
        created_at: now,
        disabled_at: None,
    };
    (organization, project)
}

/// The name and a few random characters: many are called the same, and a slug is never given twice.
fn own_slug(name: &str) -> Slug {
    let base = Slug::from_name(&name.chars().take(SLUG_CHARACTERS).collect::<String>());
    let suffix = || Secret::generate().expose().to_lowercase().chars().take(SUFFIX_CHARACTERS).collect::<String>();
    loop {
        let text = base.as_ref().map_or_else(|| format!("o-{}", suffix()), |base| format!("{base}-{}", suffix()));
        if let Some(slug) = Slug::parse(&text) {
            return slug;
        }
    }
}
