//! Another address for an account: proved from the new one, told to the old one, which gets a way back. The way back outlasts a
//! reset, since whoever took the account reads the new address by then; it restores the old address, takes the password away, and
//! ends everything that is open.

use std::time::Duration;

use model::{Email, Id, Proof, ProofKind, Timestamp, User};
use storage::{StorageError, Tx};

use super::{
    Confirm, ConfirmRefusal, Confirmed, SignedIn,
    attempts::Limit,
    ending,
    mailed::{NewProof, Post, Wanted},
    sessions::event,
    sign_up::LIFE,
};
use crate::{Authority, Caller, Error, mail::Message};

/// How long the old address may be taken back.
const UNDO_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// As for any reset.
const RESET_LIFE: Duration = Duration::from_secs(3600);

/// Why nothing was mailed to a new address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRefusal {
    /// That is no e-mail address.
    Email,
    /// It is the account's address already.
    Same,
    /// The person must prove who they are first.
    NotRecent,
    /// This server sends no mail, so that no address can be proved.
    WithoutMail,
    /// It was asked for too often.
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// All that is written when an address changes.
#[derive(Clone)]
struct Change {
    proof: Proof,
    undo: NewProof,
    told: Post,
    address: String,
}

impl Authority {
    /// Mails what proves the new address to it; the page of the code goes by the proof's id. Whether somebody else has that
    /// address is told to them alone.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn ask_for_new_address(
        &self,
        signed_in: &SignedIn,
        typed: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Id<Proof>, AddressRefusal>, Error> {
        let user = &signed_in.user;
        let email = match self.new_address(signed_in, typed, now) {
            Ok(email) => email,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let limits = &self.parts.settings.sign_in_limits;
        let counters = [Limit::of_address("mail", caller, limits.per_address)];
        if let Some(retry_after) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(AddressRefusal::TooMany { retry_after }));
        }
        let owner = self.parts.store.read().await?.user_by_email(&email).await?;
        let kind = ProofKind::NewAddress;
        let new = self.new_proof(&Wanted { kind, account: Some(user), email: &email, life: LIFE, browser: None }, now);
        let message = match &owner {
            None => Message::ConfirmNewAddress { token: new.token.clone(), code: new.code.clone() },
            Some(_) => Message::NewAddressTried,
        };
        let wanted = owner.is_none_or(|owner| owner.disabled_at.is_none());
        let post = self.post(&email, message, wanted, LIFE, (caller, now))?;
        let id = new.proof.id;
        self.write_new(new, post, now).await?;
        Ok(Ok(id))
    }

    fn new_address(&self, signed_in: &SignedIn, typed: &str, now: Timestamp) -> Result<Email, AddressRefusal> {
        if !self.sends_mail() {
            return Err(AddressRefusal::WithoutMail);
        }
        if !signed_in.proved_recently(now) {
            return Err(AddressRefusal::NotRecent);
        }
        let email = Email::parse(typed).ok_or(AddressRefusal::Email)?;
        if email == signed_in.user.email { Err(AddressRefusal::Same) } else { Ok(email) }
    }

    /// The new address is proved.
    pub(super) async fn finish_new_address(
        &self,
        proof: Proof,
        ask: Confirm,
        now: Timestamp,
    ) -> Result<Result<Confirmed, ConfirmRefusal>, Error> {
        let Some(person) = &ask.signed_in else { return Ok(Err(ConfirmRefusal::SignIn)) };
        let old = &person.user;
        let kind = ProofKind::UndoAddress;
        let wanted = Wanted { kind, account: Some(old), email: &old.email, life: UNDO_LIFE, browser: None };
        let undo = self.new_proof(&wanted, now);
        let message = Message::AddressChanged { address: proof.email.to_string(), token: undo.token.clone() };
        let told = self.post(&old.email, message, true, UNDO_LIFE, (&ask.caller, now))?;
        let change = Change { proof, undo, told, address: ask.caller.address.clone() };
        let done = self
            .parts
            .store
            .transaction(move |tx| {
                let change = change.clone();
                Box::pin(async move { change.write(tx, now).await })
            })
            .await;
        self.parts.mail.ring();
        match done {
            // Somebody else was given the address in this moment.
            Err(StorageError::Constraint(_)) => Ok(Err(ConfirmRefusal::Taken)),
            done => Ok(done?),
        }
    }

    /// Which address a way back leads to. Spends nothing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn opened_undo(&self, token: &str, now: Timestamp) -> Result<Option<Email>, Error> {
        let proof = self.proof_of(token, now).await?.filter(|proof| proof.kind == ProofKind::UndoAddress);
        Ok(proof.map(|proof| proof.email))
    }

    /// Gives an account its old address back, takes its password away, ends everything that is open, and mails a link for a new
    /// password; the address, or nothing if the way back is closed.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn undo_address(&self, token: &str, caller: &Caller, now: Timestamp) -> Result<Option<Email>, Error> {
        let proof = self.proof_of(token, now).await?.filter(|proof| proof.kind == ProofKind::UndoAddress);
        let Some(proof) = proof else { return Ok(None) };
        let Some((user_id, _)) = proof.account else { return Ok(None) };
        let Some(user) = self.parts.store.read().await?.user(user_id).await? else { return Ok(None) };
        let email = proof.email.clone();
        // As it will be when everything has ended.
        let after = User { email: email.clone(), security_epoch: user.security_epoch + 1, ..user.clone() };
        let wanted =
            Wanted { kind: ProofKind::Reset, account: Some(&after), email: &email, life: RESET_LIFE, browser: None };
        let reset = self.new_proof(&wanted, now);
        let message = Message::Reset { token: reset.token.clone() };
        let post = self.post(&email, message, true, RESET_LIFE, (caller, now))?;
        let address = caller.address.clone();
        let done = self
            .parts
            .store
            .transaction(move |tx| {
                let (proof, user, address) = (proof.clone(), user.clone(), address.clone());
                let (reset, post) = (reset.clone(), post.clone());
                Box::pin(async move {
                    if !restore(tx, &proof, &user, address, now).await? {
                        return Ok(false);
                    }
                    tx.insert_proof(&Proof { code: None, ..reset.proof }).await?;
                    post.write(tx, now).await?;
                    Ok(true)
                })
            })
            .await;
        self.parts.mail.ring();
        match done {
            Err(StorageError::Constraint(_)) => Ok(None),
            done => Ok(done?.then_some(email)),
        }
    }
}

impl Change {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<Result<Confirmed, ConfirmRefusal>, StorageError> {
        let proof = &self.proof;
        let Some((user_id, epoch)) = proof.account else { return Ok(Err(ConfirmRefusal::Dead)) };
        if !tx.hold_user(user_id, epoch).await? || !tx.spend_proof(proof, now).await? {
            return Ok(Err(ConfirmRefusal::Dead));
        }
        if tx.user_by_email(&proof.email).await?.is_some() {
            return Ok(Err(ConfirmRefusal::Taken));
        }
        tx.set_email(user_id, &proof.email, now).await?;
        tx.move_security_epoch(user_id, epoch).await?;
        tx.end_proofs_of(user_id).await?;
        tx.end_sign_ups_of(&proof.email).await?;
        tx.insert_proof(&Proof { code: None, ..self.undo.proof.clone() }).await?;
        self.told.write(tx, now).await?;
        tx.insert_audit_event(&event("email.changed", user_id, Some(user_id.to_string()), self.address.clone(), now))
            .await?;
        Ok(Ok(Confirmed::AddressChanged))
    }
}

async fn restore(
    tx: &mut Tx,
    proof: &Proof,
    user: &User,
    address: String,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !tx.hold_user(user.id, user.security_epoch).await? {
        return Ok(false);
    }
    let is_taken = tx.user_by_email(&proof.email).await?.is_some_and(|other| other.id != user.id);
    if is_taken || !tx.spend_proof(proof, now).await? {
        return Ok(false);
    }
    tx.set_email(user.id, &proof.email, now).await?;
    tx.clear_password(user.id).await?;
    // Whoever took the account may have given it up.
    tx.set_erase_at(user.id, user.security_epoch, None).await?;
    // What they demand at sign-in now would lock its owner out.
    tx.delete_second_factors_since(user.id, proof.created_at).await?;
    ending::end_everything(tx, user, ending::RESET, now).await?;
    tx.delete_upstream_identities_of(user.id).await?;
    tx.insert_audit_event(&event("email.restored", user.id, Some(user.id.to_string()), address, now)).await?;
    Ok(true)
}
