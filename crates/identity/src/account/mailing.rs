//! Asking for what is mailed: another mail for a sign-up, and the proof of an address that an account has already.

use std::time::Duration;

use model::{Authorization, Id, Proof, ProofKind, Secret, Timestamp};
use storage::{StorageError, Tx};

use super::{
    SignedIn,
    attempts::Limit,
    carried::Carried,
    mailed::{MOST_MAILS, NewProof, Post, Wanted},
    sign_up::LIFE,
};
use crate::{Authority, Caller, Error, mail::Message};

/// Why nothing was mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailRefusal {
    /// Used, expired, or not asked for here.
    Dead,
    /// There is nothing to prove: the address is proved already, or this server sends no mail.
    Needless,
    /// It was asked for too often.
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
}

impl Authority {
    /// Mails what proves a signed-in person's address; the page of the code goes by the proof's id.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn ask_for_verification(
        &self,
        signed_in: &SignedIn,
        waiting: Option<Id<Authorization>>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Id<Proof>, MailRefusal>, Error> {
        let user = &signed_in.user;
        if user.email_verified_at.is_some() || !self.sends_mail() {
            return Ok(Err(MailRefusal::Needless));
        }
        if let Some(retry_after) = self.count_mailing(caller, now).await? {
            return Ok(Err(MailRefusal::TooMany { retry_after }));
        }
        let kind = ProofKind::Verification;
        let wanted = Wanted { kind, account: Some(user), email: &user.email, life: LIFE, browser: None };
        let mut new = self.new_proof(&wanted, now);
        new.proof.carried = Carried::waiting_for(waiting).text();
        let message = Message::ConfirmAddress { token: new.token.clone(), code: new.code.clone() };
        let post = self.post(&user.email, message, true, LIFE, (caller, now))?;
        let id = new.proof.id;
        self.write_new(new, post, now).await?;
        Ok(Ok(id))
    }

    /// Mails it once more, with a new link and code; the older ones end. The page and the proof's id stay.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mail_again(
        &self,
        id: Id<Proof>,
        browser: &Secret,
        signed_in: Option<&SignedIn>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), MailRefusal>, Error> {
        let Some(pending) = self.pending_proof(id, browser, signed_in, now).await?.filter(|pending| pending.is_good)
        else {
            return Ok(Err(MailRefusal::Dead));
        };
        if let Some(retry_after) = self.count_mailing(caller, now).await? {
            return Ok(Err(MailRefusal::TooMany { retry_after }));
        }
        let mut read = self.parts.store.read().await?;
        let Some(proof) = read.proof(id).await? else { return Ok(Err(MailRefusal::Dead)) };
        let owner = read.user_by_email(&pending.email).await?;
        drop(read);
        let new = self.renewed(&proof);
        let post = match proof.kind {
            ProofKind::SignUp => self.sign_up_post(&new, owner.as_ref(), (caller, now))?,
            kind => {
                let (token, code) = (new.token.clone(), new.code.clone());
                let message = match kind {
                    ProofKind::NewAddress => Message::ConfirmNewAddress { token, code },
                    _ => Message::ConfirmAddress { token, code },
                };
                self.post(&proof.email, message, true, LIFE, (caller, now))?
            }
        };
        let renewed = self.write_proof(new, post, How::Renewed, now).await?;
        Ok(if renewed { Ok(()) } else { Err(MailRefusal::TooMany { retry_after: LIFE }) })
    }

    pub(super) async fn count_mailing(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Duration>, StorageError> {
        let limits = &self.parts.settings.sign_in_limits;
        self.count_attempt(&[Limit::of_address("mail", caller, limits.per_address)], limits.window, now).await
    }

    /// Writes a proof and its mail.
    pub(super) async fn write_new(&self, new: NewProof, post: Post, now: Timestamp) -> Result<(), StorageError> {
        self.write_proof(new, post, How::Inserted, now).await.map(drop)
    }

    /// Writes the proof and, if that was done, its mail.
    async fn write_proof(&self, new: NewProof, post: Post, how: How, now: Timestamp) -> Result<bool, StorageError> {
        let written = self
            .parts
            .store
            .transaction(move |tx| {
                let (new, post) = (new.clone(), post.clone());
                Box::pin(async move {
                    let done = how.write(tx, &new.proof, now).await?;
                    if done {
                        post.write(tx, now).await?;
                    }
                    Ok::<_, StorageError>(done)
                })
            })
            .await;
        self.parts.mail.ring();
        written
    }
}

/// How a proof comes to stand in the database.
#[derive(Clone, Copy)]
enum How {
    /// As a new one.
    Inserted,
    /// With another link and code in place of its own; no if it was mailed often enough, or is worth nothing any more.
    Renewed,
}

impl How {
    async fn write(self, tx: &mut Tx, proof: &Proof, now: Timestamp) -> Result<bool, StorageError> {
        match (self, &proof.code) {
            (Self::Inserted, _) => tx.insert_proof(proof).await.map(|()| true),
            (Self::Renewed, Some(code)) => tx.renew_proof(proof.id, &proof.token_hash, code, MOST_MAILS, now).await,
            (Self::Renewed, None) => Ok(false),
        }
    }
}
