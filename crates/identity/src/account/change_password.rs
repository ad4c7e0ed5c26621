//! Another password for whoever knows the present one. All other sessions end with it, and links that wait; connections and
//! keys stay, and the page offers to end them (C-12).

use model::{Secret, SecretHash, Timestamp, Way, user::PasswordHash};
use protocol::Confidential;
use storage::{StorageError, Tx};

use super::{PasswordRefusal, SignInRefusal, SignedIn, cookie::SessionCookie, sessions::event};
use crate::{Authority, Caller, Error, api_key, api_token, connections, mail::Message};

/// Why the password stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The present password is wrong, or was tried too often.
    Present(SignInRefusal),
    /// The new one cannot be a password.
    New(PasswordRefusal),
}

/// What came of another password.
#[derive(Clone, Debug)]
pub struct Changed {
    /// How many other sessions ended.
    pub ended: u64,
    /// This one's new cookie; the old one is worth nothing any more.
    pub cookie: Confidential,
}

impl Authority {
    /// Changes a person's password and ends all of their other sessions; this one goes on under a new cookie.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn change_password(
        &self,
        signed_in: &SignedIn,
        present: &Confidential,
        new: &Confidential,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Changed, ChangeRefusal>, Error> {
        let user = &signed_in.user;
        if let Err(refusal) = self.check_password(user, present, caller, now).await? {
            return Ok(Err(ChangeRefusal::Present(refusal)));
        }
        let about = [user.email.as_str(), user.name.as_deref().unwrap_or_default()];
        if let Err(refusal) = self.acceptable_password(new, &about).await? {
            return Ok(Err(ChangeRefusal::New(refusal)));
        }
        let hash = self.parts.passwords.hash(new.expose()).await?;
        let notice = self.notice(&user.email, Message::PasswordChanged { reset: false }, (caller, now))?;
        let secret = Secret::generate();
        let cookie = SessionCookie { id: signed_in.session.id, secret: secret.clone() }.text();
        let (signed_in, address) = (signed_in.clone(), caller.address.clone());
        let changed: Option<u64> = self
            .parts
            .store
            .transaction(move |tx| {
                let (signed_in, hash, address, notice) =
                    (signed_in.clone(), hash.clone(), address.clone(), notice.clone());
                let session_hash = secret.hash();
                Box::pin(async move {
                    let ended = write(tx, &signed_in, (&hash, &session_hash), address, now).await?;
                    if let (Some(_), Some(notice)) = (ended, &notice) {
                        tx.insert_mail(notice).await?;
                    }
                    Ok::<_, StorageError>(ended)
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(changed.map(|ended| Changed { ended, cookie }).ok_or(ChangeRefusal::Present(SignInRefusal::Wrong)))
    }

    /// Ends all of a person's connections, API keys and API tokens; how many those were.
    ///
    /// # Errors
    /// Trouble of the database; then none has ended.
    pub async fn end_connections(&self, signed_in: &SignedIn, caller: &Caller, now: Timestamp) -> Result<usize, Error> {
        let (user_id, address) = (signed_in.user.id, caller.address.clone());
        let ended: Result<usize, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("grant.all_revoked", user_id, None, address.clone(), now);
                Box::pin(async move {
                    let grants = tx.live_grants_of(user_id).await?;
                    let keys = tx.live_api_keys_of(user_id).await?;
                    let ended = connections::end(tx, &grants, connections::DISCONNECTED, now).await?
                        + api_key::end(tx, &keys, connections::DISCONNECTED, now).await?
                        + api_token::end_all(tx, user_id, connections::DISCONNECTED, now).await?;
                    tx.insert_audit_event(&event).await?;
                    Ok(ended)
                })
            })
            .await;
        Ok(ended?)
    }
}

async fn write(
    tx: &mut Tx,
    signed_in: &SignedIn,
    (hash, session_hash): (&PasswordHash, &SecretHash),
    address: String,
    now: Timestamp,
) -> Result<Option<u64>, StorageError> {
    let (user, session) = (&signed_in.user, &signed_in.session);
    if !tx.hold_user(user.id, user.security_epoch).await? {
        return Ok(None);
    }
    // Where a second factor is demanded, the password alone has not proved again who this is.
    let renewed = match tx.second_factors(user.id).await?.is_demanded() {
        true => tx.renew_session(session, session_hash, now).await?,
        false => {
            let ways = session.ways.clone().with(Way::Password);
            tx.prove_session(session, session_hash, (None, &ways), now).await?
        }
    };
    if !renewed {
        return Ok(None);
    }
    tx.set_password_hash(user.id, hash).await?;
    tx.move_security_epoch(user.id, user.security_epoch).await?;
    tx.end_proofs_of(user.id).await?;
    let ended = tx.delete_other_sessions_of(user.id, session.id).await?;
    tx.insert_audit_event(&event("password.changed", user.id, Some(user.id.to_string()), address, now)).await?;
    Ok(Some(ended))
}
