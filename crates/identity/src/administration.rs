//! The server as its operators see it in a browser. Owns who is one, and reading for their pages; what they do is `admin`'s.

use model::{Id, Organization, Role, SigningKey, Timestamp, User};
use storage::{MailSeen, Numbers, Person};

use crate::{Actor, Authority, Caller, Error, Who, account::SignedIn};

/// So many stand on a page.
pub const PAGE: usize = 50;
const ONE_MORE: u32 = 51;

/// A page of a list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// What is on it.
    pub shown: Vec<T>,
    /// Where the next begins, if there is one.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    fn of(mut all: Vec<T>, name: impl Fn(&T) -> String) -> Self {
        let next = all.get(PAGE).map(name);
        all.truncate(PAGE);
        Self { shown: all, next }
    }
}

/// A person with what operators are told of them.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// Who.
    pub user: User,
    /// Since when they operate the server.
    pub operator_at: Option<Timestamp>,
    /// In how many browsers they are signed in.
    pub sessions: usize,
    /// How many second factors they have.
    pub factors: usize,
    /// How many connections were given and not taken back.
    pub connections: usize,
    /// What they belong to.
    pub organizations: Vec<(Organization, Role)>,
}

impl Authority {
    /// Who acts for whoever is signed in, if they operate this server; nobody else does. They must have proved lately who they
    /// are ([`SignedIn::proved_recently`]).
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn administrator(
        &self,
        person: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Actor>, Error> {
        let since = self.parts.store.read().await?.operator_since(person.user.id).await?;
        Ok(since.filter(|_| person.proved_recently(now)).map(|_| Actor::administrator(person.user.id, caller)))
    }

    /// Whoever a program acts for, as an operator of the server where its person is one and it reaches all that they reach; else
    /// as before, to be refused. What belongs to the whole server is asked for so, and nothing else is.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn operating(&self, actor: Actor) -> Result<Actor, Error> {
        let Who::Token { user_id, token_id, writes, within: None, .. } = &actor.who else { return Ok(actor) };
        if !self.operates(*user_id).await? {
            return Ok(actor);
        }
        let who = Who::OperatingToken { user_id: *user_id, token_id: token_id.clone(), writes: *writes };
        Ok(Actor { who, address: actor.address })
    }

    /// Whether somebody operates this server.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn operates(&self, user_id: Id<User>) -> Result<bool, Error> {
        Ok(self.parts.store.read().await?.operator_since(user_id).await?.is_some())
    }

    /// How many there are of what operators care for.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn numbers(&self) -> Result<Numbers, Error> {
        Ok(self.parts.store.read().await?.numbers().await?)
    }

    /// People by address, from this text on.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn people_from(&self, address: &str) -> Result<Listed<Person>, Error> {
        let all = self.parts.store.read().await?.people_from(&address.trim().to_lowercase(), ONE_MORE).await?;
        Ok(Listed::of(all, |one| one.user.email.to_string()))
    }

    /// One person.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn person(&self, id: Id<User>, now: Timestamp) -> Result<Option<PersonView>, Error> {
        let mut read = self.parts.store.read().await?;
        let Some(user) = read.user(id).await? else { return Ok(None) };
        let factors = read.second_factors(id).await?;
        Ok(Some(PersonView {
            operator_at: read.operator_since(id).await?,
            sessions: read.sessions_of(id, now).await?.len(),
            factors: usize::try_from(factors.apps + factors.passkeys).unwrap_or(usize::MAX),
            connections: read.live_grants_of(id).await?.len(),
            organizations: read.organizations_of(id).await?,
            user,
        }))
    }

    /// Organisations by slug, from this text on.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_from(&self, slug: &str) -> Result<Listed<Organization>, Error> {
        let all = self.parts.store.read().await?.organizations_from(&slug.trim().to_lowercase(), ONE_MORE).await?;
        Ok(Listed::of(all, |one| one.slug.to_string()))
    }

    /// Clients by id, from this text on.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clients_from(&self, id: &str) -> Result<Listed<model::Client>, Error> {
        let all = self.parts.store.read().await?.clients_from(id.trim(), ONE_MORE).await?;
        Ok(Listed::of(all, |one| one.id.as_str().to_owned()))
    }

    /// All resource servers.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resources(&self) -> Result<Vec<model::Resource>, Error> {
        Ok(self.parts.store.read().await?.resources().await?)
    }

    /// The signing keys that are kept, newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, Error> {
        let mut keys = self.parts.store.read().await?.signing_keys().await?;
        keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
        Ok(keys)
    }

    /// How long a signing key stays published when it signs no longer.
    #[must_use]
    pub fn signing_keys_kept(&self) -> std::time::Duration {
        crate::keyring::kept(&self.parts.settings)
    }

    /// Mails that wait, and mails that were not sent; 50 of each at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mails(&self) -> Result<(Vec<MailSeen>, Vec<MailSeen>), Error> {
        let mut read = self.parts.store.read().await?;
        Ok((read.mails_waiting(ONE_MORE - 1).await?, read.mails_failed(ONE_MORE - 1).await?))
    }
}
