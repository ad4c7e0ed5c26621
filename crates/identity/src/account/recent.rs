//! Recent proof of who one is, before what cannot be undone by pressing a button again: an open browser is not enough for that.

use std::time::Duration;

use model::{HalfSignIn, Id, Purpose, Secret, Timestamp, Way, Ways};
use protocol::Confidential;
use storage::StorageError;

use super::{
    SignInRefusal, SignedIn,
    admission::{Passage, WAITS},
    cookie::SessionCookie,
    methods::{self, Method},
    sessions::event,
};
use crate::{Authority, Caller, Error};

/// How long a proof is recent.
const RECENT: Duration = Duration::from_secs(10 * 60);

/// The person must prove who they are first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecent;

/// What a password has proved again.
#[derive(Clone, Debug)]
pub enum Again {
    /// That it is still them; the session goes on under this cookie.
    Proved(Confidential),
    /// Half of it: a second factor is demanded.
    Half,
}

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
    /// The person proves by their password that it is still them; where a second factor is demanded, that follows. Counted like
    /// a sign-in. The session goes on under a new cookie; the old one is worth nothing any more.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn prove_again(
        &self,
        signed_in: &SignedIn,
        password: &Confidential,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Again, SignInRefusal>, Error> {
        if let Err(refusal) = self.check_password(&signed_in.user, password, caller, now).await? {
            return Ok(Err(refusal));
        }
        let again = self.proved_again(signed_in, Way::Password, (browser, caller), now).await?;
        Ok(again.ok_or(SignInRefusal::Wrong))
    }

    /// Writes down that the person of a session has proved again who they are, or that half of it is proved. Nothing if the
    /// account has changed since it was looked at.
    pub(super) async fn proved_again(
        &self,
        signed_in: &SignedIn,
        way: Way,
        (browser, caller): (&Secret, &Caller),
        now: Timestamp,
    ) -> Result<Option<Again>, StorageError> {
        let (user_id, epoch, session) = (signed_in.user.id, signed_in.user.security_epoch, signed_in.session.clone());
        let (id, address) = (session.id, caller.address.clone());
        let half = HalfSignIn {
            id: Id::new(now),
            browser_hash: browser.hash(),
            user_id,
            security_epoch: epoch,
            amr: methods::by(Method::of(&way)),
            ways: Ways::default().with(way.clone()),
            purpose: Purpose::Proof,
            session_id: Some(id),
            created_at: now,
            expires_at: now.plus(WAITS),
        };
        let cookie = SessionCookie { id, secret: Secret::generate() };
        let (hash, ways) = (cookie.secret.hash(), session.ways.clone().with(way));
        let passage: Option<Passage> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("session.proved", user_id, Some(id.to_string()), address.clone(), now);
                let (half, session, hash, ways) = (half.clone(), session.clone(), hash.clone(), ways.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? {
                        return Ok::<_, StorageError>(None);
                    }
                    if tx.second_factors(user_id).await?.is_demanded() {
                        tx.put_half_sign_in(&half).await?;
                        return Ok(Some(Passage::Half));
                    }
                    if !tx.prove_session(&session, &hash, (None, &ways), now).await? {
                        return Ok(None);
                    }
                    tx.insert_audit_event(&event).await?;
                    Ok(Some(Passage::Whole))
                })
            })
            .await?;
        Ok(passage.map(|passage| match passage {
            Passage::Whole => Again::Proved(cookie.text()),
            Passage::Half => Again::Half,
        }))
    }
}
