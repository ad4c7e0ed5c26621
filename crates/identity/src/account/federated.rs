//! Signing in with another provider: a trip there and back. Owns where each begins and what it is good for; what is said on the
//! way is `upstream`'s.
//!
//! A trip begins with a press of a button on a page of ours, in one browser, with one provider, for one purpose, and comes back
//! once. Nobody is looked up by an address, and nothing is connected without its person.

mod arrival;
mod connect;
mod known;
mod link;
mod returned;

use std::time::Duration;

use model::{
    Authorization, Email, Id, Secret, Timestamp, UpstreamIdentity, UpstreamKey, UpstreamLogin, UpstreamPurpose, User,
    id,
};
use storage::StorageError;

pub use connect::WaitingIdentity;
pub(super) use connect::{connect_new, settle};
pub use link::Connected;
pub use returned::{ComeBack, Homecoming, Stranded};

use super::{SignedIn, attempts::Limit, notice::Notice, sessions::event};
use crate::{
    Authority, Caller, Error,
    mail::Message,
    upstream::{Arrived, ProviderHealth, ProviderSettings, Trip, UpstreamError},
};

/// How long a trip may take.
const TRIP: Duration = Duration::from_secs(15 * 60);

/// Why a trip came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederatedRefusal {
    /// There is no such provider (any more).
    NoProvider,
    /// The person must prove who they are first.
    NotRecent,
    /// Too many trips from this address.
    TooMany {
        /// When the window ends.
        retry_after: Duration,
    },
    /// It was ended already, took too long, or was begun elsewhere.
    Stale,
    /// The person, or the provider, said no.
    Denied,
    /// The provider does not answer, or is in trouble.
    Unavailable,
    /// What it answered is not believed.
    NotBelieved,
    /// The provider names no address that could be proved.
    NoAddress,
    /// There is no account, and this server makes accounts only by its operator.
    NoAccounts,
    /// The account may do nothing.
    Disabled,
    /// This identity is connected to another account.
    Taken,
    /// It is not the person who is signed in.
    SomebodyElse,
    /// Without it nothing would open the account.
    LastWay,
}

/// Whose an identity is, as a person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// It opens their account.
    Theirs,
    /// It opens another account.
    Anothers,
    /// It opens none.
    Nobodys,
}

impl Authority {
    /// The configured providers, in the order of their buttons.
    #[must_use]
    pub fn providers(&self) -> &[ProviderSettings] {
        &self.parts.settings.upstream.providers
    }

    /// How the provider of this id has answered since this process started.
    #[must_use]
    pub fn provider_health(&self, id: &str) -> ProviderHealth {
        self.parts.upstream.health(id)
    }

    /// The ids of the providers by whom somebody can sign in today.
    pub(crate) fn offered_providers(&self) -> Vec<String> {
        self.providers().iter().map(|provider| provider.id.clone()).collect()
    }

    /// Sends a browser to a provider, to sign in or up; the address to go to. `connect`: the trip whose arrival is to be
    /// connected afterwards.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sign_in_with(
        &self,
        provider: &str,
        (authorization, connect): (Option<Id<Authorization>>, Option<Id<UpstreamLogin>>),
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<String, FederatedRefusal>, Error> {
        self.depart(provider, UpstreamPurpose::SignIn(authorization, connect), browser, caller, now).await
    }

    /// Sends a signed-in person's browser to a provider, to connect it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn link_with(
        &self,
        provider: &str,
        signed_in: &SignedIn,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<String, FederatedRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FederatedRefusal::NotRecent));
        }
        let purpose = UpstreamPurpose::Link(signed_in.user.id, signed_in.session.id);
        self.depart(provider, purpose, browser, caller, now).await
    }

    /// Sends a signed-in person's browser to a provider that is connected, to prove that it is still them. `act`: the word of
    /// what waits.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn prove_with(
        &self,
        provider: &str,
        signed_in: &SignedIn,
        act: &str,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<String, FederatedRefusal>, Error> {
        let purpose = UpstreamPurpose::Prove(signed_in.user.id, signed_in.session.id, act.to_owned());
        self.depart(provider, purpose, browser, caller, now).await
    }

    async fn depart(
        &self,
        provider: &str,
        purpose: UpstreamPurpose,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<String, FederatedRefusal>, Error> {
        if self.parts.upstream.settings(provider).is_none() {
            return Ok(Err(FederatedRefusal::NoProvider));
        }
        let limits = &self.parts.settings.sign_in_limits;
        let counters = [Limit::of_address("upstream", caller, limits.per_address)];
        if let Some(retry_after) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(FederatedRefusal::TooMany { retry_after }));
        }
        let secret = Secret::generate();
        let login = UpstreamLogin {
            id: Id::new(now),
            provider: provider.to_owned(),
            purpose,
            state_hash: secret.hash(),
            key_version: self.parts.secrets.current(),
            browser_hash: browser.hash(),
            created_at: now,
            expires_at: now.plus(TRIP),
            returned_at: None,
            arrived: None,
            finished_at: None,
        };
        let Some(trip) = self.trip(&login, state(login.id, &secret)).await? else {
            return Ok(Err(FederatedRefusal::Stale));
        };
        let location = match self.parts.upstream.departure(provider, &trip, now).await {
            Ok(location) => location,
            Err(error) => return Ok(Err(told(provider, &error))),
        };
        self.parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let login = login.clone();
                Box::pin(async move { tx.insert_upstream_login(&login).await })
            })
            .await?;
        Ok(Ok(location))
    }

    /// Whose the identity is that came back, as this person sees it.
    async fn whose(&self, person: &SignedIn, who: &UpstreamKey) -> Result<Whose, StorageError> {
        let identity = self.parts.store.read().await?.upstream_identity(who).await?;
        Ok(match identity {
            None => Whose::Nobodys,
            Some(identity) if identity.user_id == person.user.id => Whose::Theirs,
            Some(_) => Whose::Anothers,
        })
    }

    /// What is told when a provider opens an account from now on, or does not any more.
    fn provider_notice(
        &self,
        (to, identity): (&Email, &UpstreamIdentity),
        connected: bool,
        (caller, now): (&Caller, Timestamp),
    ) -> Result<Notice, Error> {
        let settings = self.parts.upstream.settings(&identity.provider);
        let message = Message::ProviderChanged {
            connected,
            provider: settings.map_or_else(|| identity.provider.clone(), |provider| provider.name.clone()),
            label: identity.label.clone(),
        };
        let action = if connected { "provider.connected" } else { "provider.disconnected" };
        let subject = Some(identity.id.to_string());
        Ok(Notice {
            event: event(action, identity.user_id, subject, caller.address.clone(), now),
            mail: self.notice(to, message, (caller, now))?,
        })
    }

    /// What the trip of this login carries; nothing if the version of the server's secret is gone.
    async fn trip(&self, login: &UpstreamLogin, state: String) -> Result<Option<Trip>, StorageError> {
        let fresh = self.wants_to_be_asked_again(&login.purpose).await?;
        Ok(Trip::of(login, state, fresh, &self.parts.secrets))
    }

    /// Whether a session that the person has at the provider is not enough.
    async fn wants_to_be_asked_again(&self, purpose: &UpstreamPurpose) -> Result<bool, StorageError> {
        let waiting = match purpose {
            UpstreamPurpose::Prove(..) => return Ok(true),
            UpstreamPurpose::Link(..) | UpstreamPurpose::SignIn(None, _) => return Ok(false),
            UpstreamPurpose::SignIn(Some(id), _) => self.parts.store.read().await?.authorization(*id).await?,
        };
        Ok(waiting.is_some_and(|waiting| waiting.request.prompt.login || waiting.request.max_age.is_some()))
    }
}

/// `state`: id and secret, side by side, 65 characters of base62.
fn state(id: Id<UpstreamLogin>, secret: &Secret) -> String {
    format!("{id}{}", secret.expose())
}

fn parse_state(text: &str) -> Option<(Id<UpstreamLogin>, Secret)> {
    let (id, secret) = text.split_at_checked(id::LENGTH)?;
    Some((Id::parse(id)?, Secret::parse(secret)?))
}

/// Says it to the log, and less of it to the person.
fn told(provider: &str, error: &UpstreamError) -> FederatedRefusal {
    tracing::warn!(provider, %error, "a provider's answer came to nothing");
    match error {
        UpstreamError::Unavailable(_) => FederatedRefusal::Unavailable,
        UpstreamError::Refused(_) => FederatedRefusal::NotBelieved,
    }
}

/// The row of an identity that is about to be connected.
fn identity(
    user_id: Id<User>,
    provider: &str,
    who: &UpstreamKey,
    label: Option<&String>,
    now: Timestamp,
) -> UpstreamIdentity {
    UpstreamIdentity {
        id: Id::new(now),
        user_id,
        provider: provider.to_owned(),
        who: who.clone(),
        label: label.cloned(),
        created_at: now,
        used_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_back_and_nothing_else_is_one() {
        let (id, secret) = (Id::new(Timestamp::from_seconds(1_700_000_000)), Secret::generate());
        let text = state(id, &secret);
        assert_eq!(text.len(), 65);
        let (again, same) = parse_state(&text).unwrap();
        assert_eq!((again, same.hash()), (id, secret.hash()));
        for odd in ["", &text[1..], &format!("{text}0"), &"ä".repeat(40), &"-".repeat(65)] {
            assert!(parse_state(odd).is_none(), "{odd}");
        }
    }
}
