//! Connecting and disconnecting providers, by the person whose account it is.

use model::{Id, Timestamp, UpstreamIdentity, UpstreamLogin};
use storage::{StorageError, Tx};

use super::{
    super::{
        SignedIn,
        notice::Notice,
        ways_in::{Going, remains_without},
    },
    Arrived, ComeBack, FederatedRefusal, Homecoming, Whose, identity,
};
use crate::{Authority, Caller, Error};

/// A provider that is connected, for its person.
#[derive(Clone, Debug)]
pub struct Connected {
    /// What is kept of it.
    pub identity: UpstreamIdentity,
    /// The provider's name for people; none if it is not offered any more.
    pub provider_name: Option<String>,
}

/// A connection that is about to be made.
#[derive(Clone)]
struct Link {
    identity: UpstreamIdentity,
    security_epoch: u64,
    notice: Notice,
    /// The trip whose arrival is connected.
    waited: Option<Id<UpstreamLogin>>,
}

impl Authority {
    /// The providers that are connected to a person's account.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn connected(&self, signed_in: &SignedIn) -> Result<Vec<Connected>, Error> {
        let identities = self.parts.store.read().await?.upstream_identities_of(signed_in.user.id).await?;
        let named = |identity: UpstreamIdentity| Connected {
            provider_name: self.parts.upstream.settings(&identity.provider).map(|provider| provider.name.clone()),
            identity,
        };
        Ok(identities.into_iter().map(named).collect())
    }

    /// Connects who came back to the account that the trip began in.
    pub(super) async fn link_arrival(
        &self,
        login: &UpstreamLogin,
        arrived: &Arrived,
        back: &ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let Some(person) = &back.signed_in else { return Ok(Err(FederatedRefusal::Stale)) };
        match self.whose(person, &arrived.who).await? {
            Whose::Theirs => return Ok(Ok(Homecoming::Linked)),
            Whose::Anothers => return Ok(Err(FederatedRefusal::Taken)),
            Whose::Nobodys => {}
        }
        let identity = identity(person.user.id, &login.provider, &arrived.who, arrived.label.as_ref(), now);
        Ok(self.connect(person, identity, None, &back.caller, now).await?.map(|()| Homecoming::Linked))
    }

    /// Connects an identity to a person's account and tells them. `waited`: the trip whose arrival it is, if it waited.
    pub(super) async fn connect(
        &self,
        person: &SignedIn,
        identity: UpstreamIdentity,
        waited: Option<Id<UpstreamLogin>>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), FederatedRefusal>, Error> {
        let notice = self.provider_notice((&person.user.email, &identity), true, (caller, now))?;
        let link = Link { identity, security_epoch: person.user.security_epoch, notice, waited };
        let written = self
            .parts
            .store
            .transaction(move |tx| {
                let link = link.clone();
                Box::pin(async move { link.write(tx, now).await })
            })
            .await;
        self.parts.mail.ring();
        Ok(match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(FederatedRefusal::Stale),
            Err(StorageError::Constraint(_)) => Err(FederatedRefusal::Taken),
            Err(error) => return Err(error.into()),
        })
    }

    /// Disconnects a provider, unless nothing else would open the account. The person must have proved lately who they are.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn disconnect_provider(
        &self,
        signed_in: &SignedIn,
        id: Id<UpstreamIdentity>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), FederatedRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FederatedRefusal::NotRecent));
        }
        let (user_id, epoch) = (signed_in.user.id, signed_in.user.security_epoch);
        let connected = self.parts.store.read().await?.upstream_identities_of(user_id).await?;
        let Some(identity) = connected.into_iter().find(|identity| identity.id == id) else {
            return Ok(Err(FederatedRefusal::Stale));
        };
        let notice = self.provider_notice((&signed_in.user.email, &identity), false, (caller, now))?;
        let offered = self.offered_providers();
        let done = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let (offered, notice) = (offered.clone(), notice.clone());
                Box::pin(async move {
                    // Two at once would each find the other's way in.
                    if !tx.hold_user(user_id, epoch).await? {
                        return Ok(Err(FederatedRefusal::Stale));
                    }
                    if !remains_without(tx, user_id, Going::Identity(id), &offered).await? {
                        return Ok(Err(FederatedRefusal::LastWay));
                    }
                    if !tx.delete_upstream_identity(user_id, id).await? {
                        return Ok(Err(FederatedRefusal::Stale));
                    }
                    notice.write(tx).await?;
                    Ok(Ok(()))
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(done)
    }
}

impl Link {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        let user_id = self.identity.user_id;
        if !tx.hold_user(user_id, self.security_epoch).await? {
            return Ok(false);
        }
        if let Some(id) = self.waited
            && !tx.finish_upstream_login(id, now).await?
        {
            return Ok(false);
        }
        tx.insert_upstream_identity(&self.identity).await?;
        self.notice.write(tx).await?;
        Ok(true)
    }
}
