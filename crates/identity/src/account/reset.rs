//! A new password for whoever reads the account's mail. Asking tells nothing: there is the same answer, and as much is written,
//! whether or not anybody has that address (V-48). The link is good once, for an hour, and opening it spends nothing.
//!
//! A reset proves the address and sets a password; it signs nobody in, so that a second factor is asked for like always.

use std::time::Duration;

use model::{AuditEvent, Email, Proof, ProofKind, Timestamp, User, user::PasswordHash};
use protocol::Confidential;
use storage::{StorageError, Tx};

use super::{
    attempts::Limit,
    ending,
    mailed::{NewProof, Wanted},
};
use crate::{Authority, Caller, Error, mail::Message, password::PasswordRefusal};

const LIFE: Duration = Duration::from_secs(3600);

/// Why no new password was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetRefusal {
    /// Used, expired, or never there.
    Dead,
    /// The password cannot be one.
    Password(PasswordRefusal),
}

impl Authority {
    /// Sends a link for a new password to this address, if an account has it; how long to wait if this caller has asked too
    /// often. Nothing else is told.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn ask_for_reset(
        &self,
        typed: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, Error> {
        let limits = &self.parts.settings.sign_in_limits;
        let counters = [Limit::of_address("reset", caller, limits.per_address)];
        if let Some(wait) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(wait));
        }
        let Some(email) = Email::parse(typed) else { return Ok(Ok(())) };
        let account = self.parts.store.read().await?.user_by_email(&email).await?;
        let account = account.filter(|user| user.disabled_at.is_none());
        let new = self.new_proof(
            &Wanted { kind: ProofKind::Reset, account: account.as_ref(), email: &email, life: LIFE, browser: None },
            now,
        );
        let message = Message::Reset { token: new.token.clone() };
        let post = self.post(&email, message, account.is_some(), LIFE, (caller, now))?;
        // Six digits would be too little for this.
        let new = NewProof { proof: Proof { code: None, ..new.proof }, ..new };
        self.write_new(new, post, now).await?;
        Ok(Ok(()))
    }

    /// Whose password a link would set. Spends nothing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn opened_reset(&self, token: &str, now: Timestamp) -> Result<Option<Email>, Error> {
        let proof = self.proof_of(token, now).await?.filter(|proof| proof.kind == ProofKind::Reset);
        Ok(proof.map(|proof| proof.email))
    }

    /// Sets the password and ends everything that the account was open with.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn reset(
        &self,
        token: &str,
        password: &Confidential,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Email, ResetRefusal>, Error> {
        let Some(proof) = self.proof_of(token, now).await?.filter(|proof| proof.kind == ProofKind::Reset) else {
            return Ok(Err(ResetRefusal::Dead));
        };
        if let Err(refusal) = self.acceptable_password(password, &[proof.email.as_str()]).await? {
            return Ok(Err(ResetRefusal::Password(refusal)));
        }
        let hash = self.parts.passwords.hash(password.expose()).await?;
        let (email, address) = (proof.email.clone(), caller.address.clone());
        let notice = self.notice(&email, Message::PasswordChanged { reset: true }, (caller, now))?;
        let done = self
            .parts
            .store
            .transaction(move |tx| {
                let (proof, hash, address, notice) = (proof.clone(), hash.clone(), address.clone(), notice.clone());
                Box::pin(async move {
                    let done = set(tx, &proof, &hash, address, now).await?;
                    if let (true, Some(notice)) = (done, &notice) {
                        tx.insert_mail(notice).await?;
                    }
                    Ok::<_, StorageError>(done)
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(if done { Ok(email) } else { Err(ResetRefusal::Dead) })
    }
}

/// Spends the proof, sets the password, proves the address, ends the rest.
async fn set(
    tx: &mut Tx,
    proof: &Proof,
    hash: &PasswordHash,
    address: String,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(user) = account_of(tx, proof).await? else { return Ok(false) };
    if !tx.spend_proof(proof, now).await? {
        return Ok(false);
    }
    tx.set_password_hash(user.id, hash).await?;
    tx.verify_email(user.id, now).await?;
    ending::end_everything(tx, &user, ending::RESET, now).await?;
    // V-34: whoever had the account may have connected one of their own.
    tx.delete_upstream_identities_of(user.id).await?;
    tx.insert_audit_event(&AuditEvent {
        user_id: Some(user.id),
        subject: Some(user.id.to_string()),
        address: Some(address),
        ..AuditEvent::new("password.reset", now).by(user.id)
    })
    .await?;
    Ok(true)
}

/// The account that a proof was asked for, if nothing that opens it has changed since.
async fn account_of(tx: &mut Tx, proof: &Proof) -> Result<Option<User>, StorageError> {
    let Some((user_id, epoch)) = proof.account else { return Ok(None) };
    if !tx.hold_user(user_id, epoch).await? {
        return Ok(None);
    }
    Ok(tx.user(user_id).await?.filter(|user| user.email == proof.email))
}
