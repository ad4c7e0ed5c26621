//! Connecting who came from a provider to an account that was there before: its person signs in as before and presses a button.

use model::{Id, Secret, Timestamp, UpstreamLogin, User};
use storage::{StorageError, Tx};

use super::{super::SignedIn, FederatedRefusal, identity};
use crate::{Authority, Caller, Error};

/// Somebody who came from a provider and waits to be connected.
#[derive(Clone, Debug)]
pub struct WaitingIdentity {
    /// The provider's name in the configuration.
    pub provider: String,
    /// What the provider calls them.
    pub label: Option<String>,
}

impl Authority {
    /// Who waits to be connected in this browser.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn waiting_identity(
        &self,
        id: Id<UpstreamLogin>,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Option<WaitingIdentity>, Error> {
        let login = self.waiting_login(id, browser, now).await?;
        Ok(login.and_then(|login| {
            let (_, label) = login.waiting(now)?;
            Some(WaitingIdentity { label: label.clone(), provider: login.provider })
        }))
    }

    /// Connects them to the account of whoever is signed in, and proved lately who they are.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn connect_waiting(
        &self,
        id: Id<UpstreamLogin>,
        signed_in: &SignedIn,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), FederatedRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FederatedRefusal::NotRecent));
        }
        let Some(login) = self.waiting_login(id, browser, now).await? else { return Ok(Err(FederatedRefusal::Stale)) };
        if self.parts.upstream.settings(&login.provider).is_none() {
            return Ok(Err(FederatedRefusal::NoProvider));
        }
        let Some((who, label)) = login.waiting(now) else { return Ok(Err(FederatedRefusal::Stale)) };
        let identity = identity(signed_in.user.id, &login.provider, who, label.as_ref(), now);
        self.connect(signed_in, identity, Some(login.id), caller, now).await
    }

    /// Who came for the account that a mail has just proved the address of (V-36).
    pub(in super::super) async fn arrived_for_sign_up(
        &self,
        id: Id<UpstreamLogin>,
        now: Timestamp,
    ) -> Result<Option<UpstreamLogin>, StorageError> {
        let login = self.parts.store.read().await?.upstream_login(id).await?;
        Ok(login.filter(|login| login.waiting(now).is_some()))
    }

    async fn waiting_login(
        &self,
        id: Id<UpstreamLogin>,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Option<UpstreamLogin>, StorageError> {
        let login = self.parts.store.read().await?.upstream_login(id).await?;
        Ok(login.filter(|login| login.browser_hash == browser.hash() && login.waiting(now).is_some()))
    }
}

/// Ends the wait of who came; no if they were connected elsewhere meanwhile.
pub(in super::super) async fn settle(tx: &mut Tx, login: &UpstreamLogin, now: Timestamp) -> Result<bool, StorageError> {
    let Some((who, _)) = login.waiting(now) else { return Ok(false) };
    Ok(tx.upstream_identity(who).await?.is_none() && tx.finish_upstream_login(login.id, now).await?)
}

/// Connects who came to the account that was made for them.
pub(in super::super) async fn connect_new(
    tx: &mut Tx,
    login: &UpstreamLogin,
    user: &User,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some((who, label)) = login.waiting(now) else { return Ok(()) };
    tx.insert_upstream_identity(&identity(user.id, &login.provider, who, label.as_ref(), now)).await
}
