//! Accounts: who is signed in, and how a browser comes to be. Owns sessions from sign-in to sign-out, and that nothing of it
//! tells whether an account exists.
//!
//! Does not own cookies (`server` sends and reads them; here they are a text), nor what a signed-in person may do.

mod account_rows;
mod address;
mod admission;
mod attempts;
mod browser;
mod carried;
mod change_password;
mod confirm;
mod cookie;
mod ending;
mod export;
mod factors;
mod federated;
mod language;
mod leaving;
mod mailed;
mod mailing;
mod methods;
mod notice;
mod owned;
mod recent;
mod reset;
mod sessions;
mod sign_in;
mod sign_up;
#[cfg(test)]
mod tests;
mod ways_in;

use std::time::Duration;

use model::{AuditEvent, Secret, Session, Timestamp, User};
use protocol::Confidential;
use storage::StorageError;

pub use address::AddressRefusal;
pub use admission::Admitted;
pub(crate) use attempts::Limit;
pub use change_password::{ChangeRefusal, Changed};
pub use confirm::{Confirm, ConfirmRefusal, Confirmed, Evidence, Opened, Pending};
pub use ending::RESET;
pub(crate) use factors::RelyingParty;
pub use factors::{
    Answer, Challenge, Completed, Demanded, Enrolment, FactorRefusal, Given, NewPasskey, PasskeyName, PasskeySignIn,
    SecondFactor, ShownCodes, TotpState,
};
pub use federated::{ComeBack, Connected, FederatedRefusal, Homecoming, Stranded, WaitingIdentity};
pub use leaving::{LEFT, LeaveRefusal, Leaving, Left, OwnedAlone};
pub(crate) use mailed::{link_token, parse_link_token};
pub use mailing::MailRefusal;
pub(crate) use methods::{ACR_VALUES, MFA, acr, is_two_factors};
pub(crate) use notice::{NOTICE_LIFE, Notice};
pub use owned::OwnedRefusal;
pub use recent::{Again, NotRecent};
pub use reset::ResetRefusal;
pub use sign_in::{SignIn, SignInRefusal};
pub use sign_up::{SignUp, SignUpRefusal, SignedUp};

pub use crate::password::{Guessable, PasswordRefusal};
use crate::{Authority, Error};
pub(crate) use cookie::SessionCookie;

/// `seen_at` is to the minute.
const COARSE: Duration = Duration::from_secs(60);

/// A browser that somebody is signed in with.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session, alive.
    pub session: Session,
    /// Its person, not disabled.
    pub user: User,
}

/// A session that has just begun, and what its browser must be given.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session cookie's value: 65 characters of base62, shown this once.
    pub cookie: Confidential,
    /// The browser's new secret; the one it had before sign-in is worth nothing any more (V-11).
    pub browser: Secret,
    /// The session.
    pub session: Session,
    /// Its person.
    pub user: User,
}

impl Authority {
    /// Who is signed in with this session cookie; nobody if it is no cookie of ours, has ended, or its person is disabled or
    /// leaves ([`Authority::leaving`]).
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn signed_in(&self, cookie: Option<&str>, now: Timestamp) -> Result<Option<SignedIn>, Error> {
        let person = self.person_of(cookie, now).await?.filter(|person| person.user.erase_at.is_none());
        if let Some(person) = &person
            && now.since(person.session.seen_at) >= COARSE
        {
            self.touch_session(&person.session, now).await;
        }
        Ok(person)
    }

    async fn person_of(&self, cookie: Option<&str>, now: Timestamp) -> Result<Option<SignedIn>, Error> {
        let Some(cookie) = cookie.and_then(SessionCookie::parse) else { return Ok(None) };
        let Some((session, user)) = self.parts.store.read().await?.signed_in(cookie.id, now).await? else {
            return Ok(None);
        };
        if session.hash != cookie.secret.hash() {
            return Ok(None);
        }
        Ok(Some(SignedIn { session, user }))
    }

    /// Ends this session; its cookie is worth nothing from now on. Ending it twice is no error.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sign_out(&self, signed_in: &SignedIn, now: Timestamp) -> Result<(), Error> {
        let session = signed_in.session.clone();
        let ended: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let session = session.clone();
                Box::pin(async move {
                    tx.delete_session(session.id).await?;
                    tx.insert_audit_event(&audit("session.ended", &session, None, now)).await
                })
            })
            .await;
        Ok(ended?)
    }

    /// A page does not fail because the note that it was seen does.
    async fn touch_session(&self, session: &Session, now: Timestamp) {
        let id = session.id;
        let touched: Result<(), StorageError> =
            self.parts.store.transaction(move |tx| Box::pin(async move { tx.touch_session(id, now).await })).await;
        if let Err(error) = touched {
            tracing::warn!(%error, "a session's last use was not written");
        }
    }
}

/// An entry about a session.
fn audit(action: &'static str, session: &Session, address: Option<&str>, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: Some(session.user_id),
        subject: Some(session.id.to_string()),
        address: address.map(str::to_owned),
        ..AuditEvent::new(action, now).by(session.user_id)
    }
}
