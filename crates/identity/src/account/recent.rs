//! Recent proof of who one is, before what cannot be undone by pressing a button again: an open browser is not enough for that.

use std::time::Duration;

use model::{Secret, Timestamp};
use protocol::Confidential;
use storage::StorageError;

use super::{SignInRefusal, SignedIn, cookie::SessionCookie, sessions::event};
use crate::{Authority, Caller, Error};

/// How long a proof is recent.
const RECENT: Duration = Duration::from_secs(10 * 60);

/// The person must prove who they are first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecent;

impl SignedIn {
    /// Whether the person has proved who they are in the last ten minutes, in this browser.
    #[must_use]
    pub fn proved_recently(&self, now: Timestamp) -> bool {
        now.since(self.session.authenticated_at) < RECENT
    }

    pub(super) fn must_be_recent(&self, now: Timestamp) -> Result<(), NotRecent> {
        if self.proved_recently(now) { Ok(()) } else { Err(NotRecent) }
    }
}

impl Authority {
    /// The person proves by their password that it is still them. Counted like a sign-in. The session goes on under a new
    /// cookie; the old one is worth nothing any more.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn prove_again(
        &self,
        signed_in: &SignedIn,
        password: &Confidential,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Confidential, SignInRefusal>, Error> {
        if let Err(refusal) = self.check_password(&signed_in.user, password, caller, now).await? {
            return Ok(Err(refusal));
        }
        Ok(self.proved_again(signed_in, caller, now).await?.ok_or(SignInRefusal::Wrong))
    }

    /// Writes down that the person of a session has proved again who they are; its new cookie. Nothing if the account has
    /// changed since it was looked at.
    pub(super) async fn proved_again(
        &self,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Confidential>, StorageError> {
        let (user_id, epoch, session) = (signed_in.user.id, signed_in.user.security_epoch, signed_in.session.clone());
        let (id, address) = (session.id, caller.address.clone());
        let secret = Secret::generate();
        let hash = secret.hash();
        let proved: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("session.proved", user_id, Some(id.to_string()), address.clone(), now);
                let (session, hash) = (session.clone(), hash.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? || !tx.prove_session(&session, &hash, now).await? {
                        return Ok(false);
                    }
                    tx.insert_audit_event(&event).await?;
                    Ok(true)
                })
            })
            .await;
        Ok(proved?.then(|| SessionCookie { id, secret }.text()))
    }
}
