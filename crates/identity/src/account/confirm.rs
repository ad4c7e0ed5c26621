//! Bringing back what was mailed: an address is proved by the code, typed where it was asked for, or by the link and a button.
//! Opening a link spends nothing, since mail is read by machines before people do.
//!
//! A link proves that somebody reads the address, and not that it is the one who asked: whoever signed up with another's
//! address waits for its owner to press the button. So the button works in the browser that asked; elsewhere a sign-up wants
//! its password, and an account its person.

use model::{AuditEvent, Authorization, Email, Id, Proof, ProofKind, Secret, Timestamp, user::PasswordHash};
use protocol::Confidential;
use storage::{StorageError, Tx};

use super::{NewSession, SignedIn, carried::Carried, mailed::TRIES};
use crate::{Authority, Caller, Error};

/// What is brought back.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// The code, typed on the page of this proof.
    Code {
        /// The page's proof.
        id: Id<Proof>,
        /// The digits, as they were typed.
        code: String,
    },
    /// The link and its button.
    Link {
        /// What the link carries.
        token: String,
        /// The password of a sign-up, where it is asked for.
        password: Option<Confidential>,
    },
}

/// An answer, and which browser gives it.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What is brought back.
    pub evidence: Evidence,
    /// The browser's present secret.
    pub browser: Secret,
    /// Who is signed in there.
    pub signed_in: Option<SignedIn>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// What was proved.
#[derive(Clone, Debug)]
pub enum Confirmed {
    /// There is an account now, and its person is signed in.
    SignedUp(Box<NewSession>, Option<Id<Authorization>>),
    /// The account's address is its person's.
    Verified(Option<Id<Authorization>>),
    /// The account has another address now.
    AddressChanged,
}

/// Why nothing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// Used, expired, replaced by a newer mail, or never there.
    Dead,
    /// The code or password is wrong.
    Wrong,
    /// It was tried too often; the link is good still.
    TooMany,
    /// The sign-up's password is needed: this is another browser.
    Password,
    /// It goes on with what another provider said, in the browser that came from there.
    Elsewhere,
    /// The account's person must sign in first: this is another browser.
    SignIn,
    /// The address has an account by now.
    Taken,
}

/// A proof as its page shows it.
#[derive(Clone, Debug)]
pub struct Pending {
    /// What it is for.
    pub kind: ProofKind,
    /// Where the mail went.
    pub email: Email,
    /// The app that waits.
    pub waiting: Option<Id<Authorization>>,
    /// Whether it is worth something yet.
    pub is_good: bool,
}

/// What somebody who opened a link must do.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it is for.
    pub kind: ProofKind,
    /// The address that it proves.
    pub email: Email,
    /// What stands before the button; none: nothing does.
    pub first: Option<ConfirmRefusal>,
}

impl Authority {
    /// The proof of a page where a code is typed, if it was asked for here.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn pending_proof(
        &self,
        id: Id<Proof>,
        browser: &Secret,
        signed_in: Option<&SignedIn>,
        now: Timestamp,
    ) -> Result<Option<Pending>, Error> {
        let proof = self.parts.store.read().await?.proof(id).await?;
        let ours = proof.filter(|proof| is_theirs(proof, browser, signed_in) && has_a_code(proof.kind));
        Ok(ours.map(|proof| Pending {
            kind: proof.kind,
            waiting: Carried::of(&proof).waiting(),
            is_good: proof.is_good(now),
            email: proof.email,
        }))
    }

    /// What a link is for, and what must come before its button. Spends nothing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn opened_link(
        &self,
        token: &str,
        browser: &Secret,
        signed_in: Option<&SignedIn>,
        now: Timestamp,
    ) -> Result<Option<Opened>, Error> {
        let Some(proof) = self.proof_of(token, now).await?.filter(|proof| has_a_code(proof.kind)) else {
            return Ok(None);
        };
        let first = (!is_theirs(&proof, browser, signed_in)).then_some(match proof.kind {
            ProofKind::SignUp => elsewhere(&proof),
            _ => ConfirmRefusal::SignIn,
        });
        Ok(Some(Opened { kind: proof.kind, email: proof.email, first }))
    }

    /// Proves an address.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn confirm(&self, ask: Confirm, now: Timestamp) -> Result<Result<Confirmed, ConfirmRefusal>, Error> {
        let proof = match self.evident(&ask, now).await? {
            Ok(proof) => proof,
            Err(refusal) => return Ok(Err(refusal)),
        };
        match proof.kind {
            ProofKind::SignUp => self.finish_sign_up(proof, ask, now).await,
            ProofKind::Verification => self.finish_verification(proof, ask, now).await,
            ProofKind::NewAddress => self.finish_new_address(proof, ask, now).await,
            ProofKind::Reset | ProofKind::UndoAddress => Ok(Err(ConfirmRefusal::Dead)),
        }
    }

    /// The proof, if what was brought back is right. Nothing is spent yet.
    async fn evident(&self, ask: &Confirm, now: Timestamp) -> Result<Result<Proof, ConfirmRefusal>, Error> {
        let (browser, signed_in) = (&ask.browser, ask.signed_in.as_ref());
        match &ask.evidence {
            Evidence::Code { id, code } => {
                let proof = self.parts.store.read().await?.proof(*id).await?;
                let Some(proof) = proof.filter(|proof| is_theirs(proof, browser, signed_in) && proof.is_good(now))
                else {
                    return Ok(Err(ConfirmRefusal::Dead));
                };
                if !self.may_try(proof.id, now).await? {
                    return Ok(Err(ConfirmRefusal::TooMany));
                }
                Ok(if self.code_is_right(&proof, code) { Ok(proof) } else { Err(ConfirmRefusal::Wrong) })
            }
            Evidence::Link { token, password } => {
                let Some(proof) = self.proof_of(token, now).await? else { return Ok(Err(ConfirmRefusal::Dead)) };
                if is_theirs(&proof, browser, signed_in) {
                    return Ok(Ok(proof));
                }
                match (proof.kind, password) {
                    (ProofKind::SignUp, Some(password)) => self.with_password(proof, password, now).await,
                    (ProofKind::SignUp, None) => Ok(Err(elsewhere(&proof))),
                    _ => Ok(Err(ConfirmRefusal::SignIn)),
                }
            }
        }
    }

    async fn with_password(
        &self,
        proof: Proof,
        password: &Confidential,
        now: Timestamp,
    ) -> Result<Result<Proof, ConfirmRefusal>, Error> {
        if !self.may_try(proof.id, now).await? {
            return Ok(Err(ConfirmRefusal::TooMany));
        }
        let hash: Option<PasswordHash> = Carried::of(&proof).password_hash();
        let right = self.parts.passwords.verify(hash.as_ref(), password.expose()).await?;
        Ok(if right { Ok(proof) } else { Err(ConfirmRefusal::Wrong) })
    }

    /// Counts before anything is compared (V-51).
    async fn may_try(&self, id: Id<Proof>, now: Timestamp) -> Result<bool, StorageError> {
        self.parts.store.transaction(move |tx| Box::pin(async move { tx.try_proof(id, TRIES, now).await })).await
    }

    async fn finish_verification(
        &self,
        proof: Proof,
        ask: Confirm,
        now: Timestamp,
    ) -> Result<Result<Confirmed, ConfirmRefusal>, Error> {
        let waiting = Carried::of(&proof).waiting();
        let done = self
            .parts
            .store
            .transaction(move |tx| {
                let (proof, address) = (proof.clone(), ask.caller.address.clone());
                Box::pin(async move { verify(tx, &proof, address, now).await })
            })
            .await?;
        Ok(if done { Ok(Confirmed::Verified(waiting)) } else { Err(ConfirmRefusal::Dead) })
    }
}

/// Where the person is known: by the session of the account, or, while there is none, by the browser that signed up.
fn is_theirs(proof: &Proof, browser: &Secret, signed_in: Option<&SignedIn>) -> bool {
    match proof.account {
        Some((user_id, _)) if proof.kind != ProofKind::SignUp => {
            signed_in.is_some_and(|signed_in| signed_in.user.id == user_id)
        }
        _ => proof.browser_hash.as_ref().is_some_and(|asked| *asked == browser.hash()),
    }
}

/// What a sign-up wants in another browser than its own: the password that was chosen there, if one was.
fn elsewhere(proof: &Proof) -> ConfirmRefusal {
    match Carried::of(proof).password_hash() {
        Some(_) => ConfirmRefusal::Password,
        None => ConfirmRefusal::Elsewhere,
    }
}

const fn has_a_code(kind: ProofKind) -> bool {
    matches!(kind, ProofKind::SignUp | ProofKind::Verification | ProofKind::NewAddress)
}

async fn verify(tx: &mut Tx, proof: &Proof, address: String, now: Timestamp) -> Result<bool, StorageError> {
    let Some((user_id, epoch)) = proof.account else { return Ok(false) };
    if !tx.hold_user(user_id, epoch).await? {
        return Ok(false);
    }
    let still = tx.user(user_id).await?.is_some_and(|user| user.email == proof.email);
    if !still || !tx.spend_proof(proof, now).await? {
        return Ok(false);
    }
    tx.verify_email(user_id, now).await?;
    tx.insert_audit_event(&AuditEvent {
        user_id: Some(user_id),
        subject: Some(user_id.to_string()),
        address: Some(address),
        ..AuditEvent::new("email.verified", now).by(user_id)
    })
    .await?;
    Ok(true)
}
