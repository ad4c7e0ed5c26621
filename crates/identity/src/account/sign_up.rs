//! Signing up. Where mail is sent, an account exists from the moment at which its address is proved and not before: nobody can
//! take somebody else's address and wait inside, and the answer is the same for an address that has an account (C-07, V-48);
//! its owner is told by mail. Where no mail is sent the account is made at once, with an address that nobody proved. Where strangers
//! may not sign up, whoever is invited may, with the address that the invitation is for, for as long as it is open.

use std::time::Duration;

use model::{
    Authorization, Email, Id, Invitation, Proof, ProofKind, Secret, Session, Timestamp, User, Way, Ways,
    user::PasswordHash,
};
use protocol::Confidential;
use storage::StorageError;

use super::{
    Confirm, ConfirmRefusal, Confirmed, NewSession,
    account_rows::Account,
    admission::Proved,
    attempts::Limit,
    carried::Carried,
    federated::{connect_new, settle},
    mailed::{NewProof, Post, Wanted},
    methods::{self, Method},
};
use crate::{Authority, Caller, Error, invitation::still_invites, mail::Message, password::PasswordRefusal};

/// C-02.
pub(super) const LIFE: Duration = Duration::from_secs(24 * 3600);

/// What the form says, and from which browser.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The address as it was typed.
    pub email: String,
    /// The password as it was typed.
    pub password: Confidential,
    /// What they call themselves, if they say.
    pub name: Option<String>,
    /// The request at /authorize that waits for them.
    pub waiting: Option<Id<Authorization>>,
    /// The token of the invitation that they follow.
    pub invited: Option<Confidential>,
    /// The browser's present secret.
    pub browser: Secret,
    /// The session that this browser has proved to hold, to be ended.
    pub replaces: Option<Id<Session>>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// What came of signing up.
#[derive(Clone, Debug)]
pub enum SignedUp {
    /// An account, and its person is signed in: this server sends no mail.
    In(Box<NewSession>),
    /// A mail; what is in it goes on the page of this proof.
    Mailed(Id<Proof>),
}

/// Why no account was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpRefusal {
    /// This server makes accounts only by its operator.
    Disabled,
    /// They follow an invitation, without which nobody may, and it is for another address.
    Uninvited,
    /// That is no e-mail address.
    Email,
    /// The password cannot be one.
    Password(PasswordRefusal),
    /// Too many attempts from this address.
    TooMany {
        /// When the window ends.
        retry_after: Duration,
    },
    /// The address has an account. It is told only where no mail is sent, since there is no other way to tell its owner.
    Taken,
}

impl Authority {
    /// Makes an account, or mails what makes one.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn sign_up(&self, ask: SignUp, now: Timestamp) -> Result<Result<SignedUp, SignUpRefusal>, Error> {
        let settings = &self.parts.settings;
        let invitation = match settings.sign_up.enabled {
            true => None,
            false => match self.invitation_to_sign_up(ask.invited.as_ref(), now).await? {
                None => return Ok(Err(SignUpRefusal::Disabled)),
                open => open,
            },
        };
        let Some(email) = Email::parse(&ask.email) else { return Ok(Err(SignUpRefusal::Email)) };
        let limits = &settings.sign_in_limits;
        let counters = [Limit::of_address("sign-up", &ask.caller, limits.per_address)];
        if let Some(retry_after) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(SignUpRefusal::TooMany { retry_after }));
        }
        if invitation.as_ref().is_some_and(|open| open.email != email) {
            return Ok(Err(SignUpRefusal::Uninvited));
        }
        let about = [email.as_str(), ask.name.as_deref().unwrap_or_default()];
        if let Err(refusal) = self.acceptable_password(&ask.password, &about).await? {
            return Ok(Err(SignUpRefusal::Password(refusal)));
        }
        let hash = self.parts.passwords.hash(ask.password.expose()).await?;
        if self.sends_mail() {
            let invitation = invitation.map(|open| open.id);
            self.mail_sign_up(&ask, (email, invitation), &hash, now).await.map(|id| Ok(SignedUp::Mailed(id)))
        } else {
            self.sign_up_at_once(ask, email, hash, now).await
        }
    }

    /// The same work and the same answer, whether or not the address has an account.
    async fn mail_sign_up(
        &self,
        ask: &SignUp,
        (email, invitation): (Email, Option<Id<Invitation>>),
        hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<Id<Proof>, Error> {
        let owner = self.parts.store.read().await?.user_by_email(&email).await?;
        let kind = ProofKind::SignUp;
        let wanted = Wanted { kind, account: None, email: &email, life: LIFE, browser: Some(&ask.browser) };
        let mut new = self.new_proof(&wanted, now);
        new.proof.carried = Carried::sign_up(ask.name.clone(), hash, ask.waiting).by_invitation(invitation).text();
        let post = self.sign_up_post(&new, owner.as_ref(), (&ask.caller, now))?;
        let id = new.proof.id;
        self.write_new(new, post, now).await?;
        Ok(id)
    }

    /// To a stranger what makes the account; to somebody who has one, that somebody tried. Whoever is disabled hears nothing.
    pub(super) fn sign_up_post(
        &self,
        new: &NewProof,
        owner: Option<&User>,
        (caller, now): (&Caller, Timestamp),
    ) -> Result<Post, Error> {
        let message = match owner {
            None => Message::ConfirmSignUp { token: new.token.clone(), code: new.code.clone() },
            Some(_) => Message::SignUpTried,
        };
        let wanted = owner.is_none_or(|owner| owner.disabled_at.is_none());
        self.post(&new.proof.email, message, wanted, LIFE, (caller, now))
    }

    async fn sign_up_at_once(
        &self,
        ask: SignUp,
        email: Email,
        hash: PasswordHash,
        now: Timestamp,
    ) -> Result<Result<SignedUp, SignUpRefusal>, Error> {
        let account = self.account_rows(email, ask.name.as_deref(), Some(hash), None, now);
        let proved = Proved::at_sign_up(&account.user, ask.browser, ask.replaces, ask.caller);
        // A new account demands no second factor.
        let beginning = self.begin_session(proved, now);
        let (rows, session) = (account.clone(), beginning.clone());
        let made = self
            .parts
            .store
            .transaction(move |tx| {
                let (rows, session) = (rows.clone(), session.clone());
                Box::pin(async move { Ok(rows.insert(tx, now).await? && session.write(tx, now).await?) })
            })
            .await;
        Ok(match self.unless_taken(made, &account).await? {
            true => Ok(SignedUp::In(Box::new(beginning.given(account.user)))),
            false => Err(SignUpRefusal::Taken),
        })
    }

    /// The address is proved: the account is made, and its person signed in.
    pub(super) async fn finish_sign_up(
        &self,
        proof: Proof,
        ask: Confirm,
        now: Timestamp,
    ) -> Result<Result<Confirmed, ConfirmRefusal>, Error> {
        let carried = Carried::of(&proof);
        let hash = carried.password_hash();
        let arrived = match carried.upstream() {
            Some(id) => self.arrived_for_sign_up(id, now).await?,
            None => None,
        };
        // One of the two opens the account.
        if hash.is_none() && arrived.is_none() {
            return Ok(Err(ConfirmRefusal::Dead));
        }
        let account = self.account_rows(proof.email.clone(), carried.name.as_deref(), hash, Some(now), now);
        let replaces = ask.signed_in.map(|signed_in| signed_in.session.id);
        let mut proved = Proved::at_sign_up(&account.user, ask.browser, replaces, ask.caller);
        if let Some(login) = &arrived {
            proved.amr = methods::by(Method::Provider);
            proved.ways = Ways::default().with(Way::Provider(login.provider.clone()));
        }
        let beginning = self.begin_session(proved, now);
        let (rows, session, invitation) = (account.clone(), beginning.clone(), carried.invitation());
        let made: Result<Result<bool, ConfirmRefusal>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (proof, rows, session) = (proof.clone(), rows.clone(), session.clone());
                let (arrived, invitation) = (arrived.clone(), invitation);
                Box::pin(async move {
                    if let Some(id) = invitation
                        && !still_invites(tx, id, now).await?
                    {
                        return Ok(Err(ConfirmRefusal::Dead));
                    }
                    if !tx.spend_proof(&proof, now).await? {
                        return Ok(Err(ConfirmRefusal::Dead));
                    }
                    if let Some(login) = &arrived
                        && !settle(tx, login, now).await?
                    {
                        return Ok(Err(ConfirmRefusal::Dead));
                    }
                    let made = rows.insert(tx, now).await?;
                    if let (Some(login), true) = (&arrived, made) {
                        connect_new(tx, login, &rows.user, now).await?;
                    }
                    tx.end_sign_ups_of(&proof.email).await?;
                    Ok(Ok(made && session.write(tx, now).await?))
                })
            })
            .await;
        let made = match made {
            Ok(Err(refusal)) => return Ok(Err(refusal)),
            Ok(Ok(made)) => Ok(made),
            Err(error) => Err(error),
        };
        Ok(match self.unless_taken(made, &account).await? {
            true => Ok(Confirmed::SignedUp(Box::new(beginning.given(account.user)), carried.waiting())),
            false => Err(ConfirmRefusal::Taken),
        })
    }

    /// Somebody may have been faster, between the look and the write.
    async fn unless_taken(&self, made: Result<bool, StorageError>, account: &Account) -> Result<bool, StorageError> {
        match made {
            Err(StorageError::Constraint(what)) => {
                match self.parts.store.read().await?.user_by_email(&account.user.email).await? {
                    Some(_) => Ok(false),
                    None => Err(StorageError::Constraint(what)),
                }
            }
            done => done,
        }
    }
}
