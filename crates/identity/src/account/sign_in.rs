//! Signing in with address and password. The same answer and the same work, whether or not the account exists, is disabled
//! or has no password (V-48); counted before the password is looked at (V-51).

use std::time::Duration;

use model::{Email, Id, Secret, Session, Timestamp, User, Way, Ways, user::PasswordHash};
use protocol::Confidential;
use storage::{StorageError, Tx};

use super::{
    Admitted,
    admission::{Admission, Passage, Proved},
    attempts::Limit,
    methods::{self, Method},
};
use crate::{Authority, Caller, Error};

/// What the form says, and from which browser.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The address as it was typed.
    pub email: String,
    /// The password as it was typed.
    pub password: Confidential,
    /// The browser's present secret; requests that wait at /authorize are bound to it.
    pub browser: Secret,
    /// The session that this browser has proved to hold (by [`Authority::signed_in`], never by an id alone), to be ended.
    pub replaces: Option<Id<Session>>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// Address and password do not belong together; nothing more is ever said.
    Wrong,
    /// Too many attempts; the password was not looked at, right or wrong.
    TooMany {
        /// When the window ends.
        retry_after: Duration,
    },
}

/// A password that was right, and what follows from it.
#[derive(Clone)]
struct Right {
    user_id: Id<User>,
    counters: [Limit; 2],
    rehashed: Option<PasswordHash>,
    admission: Admission,
}

impl Authority {
    /// Signs a person in with this browser, or half so, where a second factor is demanded.
    ///
    /// # Errors
    /// Trouble of the database; `temporarily_unavailable` when too many passwords wait to be hashed.
    pub async fn sign_in(&self, ask: SignIn, now: Timestamp) -> Result<Result<Admitted, SignInRefusal>, Error> {
        let account = self.account(&ask).await?;
        let counters = self.counters(account.as_ref(), &ask);
        if let Some(retry_after) = self.count_attempt(&counters, self.parts.settings.sign_in_limits.window, now).await?
        {
            return Ok(Err(SignInRefusal::TooMany { retry_after }));
        }
        let stored =
            account.as_ref().filter(|user| user.disabled_at.is_none()).and_then(|user| user.password_hash.as_ref());
        let right = self.parts.passwords.verify(stored, ask.password.expose()).await?;
        let (Some(user), Some(stored), true) = (&account, stored, right) else { return self.wrong(now).await.map(Err) };
        let rehashed = self.rehashed(stored, &ask.password).await?;
        let (user_id, security_epoch) = (user.id, user.security_epoch);
        let proved = Proved {
            user_id,
            security_epoch,
            amr: methods::by(Method::Password),
            ways: Ways::default().with(Way::Password),
            browser: ask.browser,
            replaces: ask.replaces,
            caller: ask.caller,
        };
        let right = Right { user_id, counters, rehashed, admission: self.admit(proved, now) };
        let begun = self.begin(right.clone(), now).await?;
        match begun {
            Some((passage, user)) => Ok(Ok(right.admission.given(passage, user))),
            None => self.wrong(now).await.map(Err),
        }
    }

    /// The answer to an attempt that failed. Hashes that came by an import take longer or shorter than ours, so while there are
    /// any, no such answer comes before the slowest of them would (C-07).
    async fn wrong(&self, now: Timestamp) -> Result<SignInRefusal, Error> {
        let slowest = self.parts.store.read().await?.slowest_imported_password().await?;
        if let Some(slowest) = slowest {
            // Twice the estimate: the other half is what else such an attempt takes.
            let delay = self.parts.settings.password.imported_delay.max(slowest * 2);
            self.parts.clock.reaches(now.plus(delay)).await;
        }
        Ok(SignInRefusal::Wrong)
    }

    /// Whether this is the password of somebody who is signed in; counted like a sign-in, before it is looked at.
    pub(super) async fn check_password(
        &self,
        user: &User,
        password: &Confidential,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), SignInRefusal>, Error> {
        let limits = &self.parts.settings.sign_in_limits;
        let counters = [
            Limit::of_account(Some(user), None, "", limits.per_account, &self.parts.secrets),
            Limit::of_address("sign-in", caller, limits.per_address),
        ];
        if let Some(retry_after) = self.count_attempt(&counters, limits.window, now).await? {
            return Ok(Err(SignInRefusal::TooMany { retry_after }));
        }
        if !self.parts.passwords.verify(user.password_hash.as_ref(), password.expose()).await? {
            return Ok(Err(SignInRefusal::Wrong));
        }
        let user_id = user.id;
        let forgotten: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let counters = counters.clone();
                Box::pin(async move {
                    match tx.second_factors(user_id).await?.is_demanded() {
                        true => take_back(tx, &counters).await,
                        false => forget(tx, &counters).await,
                    }
                })
            })
            .await;
        forgotten?;
        Ok(Ok(()))
    }

    async fn account(&self, ask: &SignIn) -> Result<Option<User>, StorageError> {
        match Email::parse(&ask.email) {
            Some(email) => self.parts.store.read().await?.user_by_email(&email).await,
            None => Ok(None),
        }
    }

    fn counters(&self, account: Option<&User>, ask: &SignIn) -> [Limit; 2] {
        let limits = &self.parts.settings.sign_in_limits;
        let email = Email::parse(&ask.email);
        [
            Limit::of_account(account, email.as_ref(), &ask.email, limits.per_account, &self.parts.secrets),
            Limit::of_address("sign-in", &ask.caller, limits.per_address),
        ]
    }

    /// A stronger hash, if the settings ask for one since this one was made.
    async fn rehashed(&self, stored: &PasswordHash, password: &Confidential) -> Result<Option<PasswordHash>, Error> {
        let passwords = &self.parts.passwords;
        if passwords.needs_rehash(stored) { passwords.hash(password.expose()).await.map(Some) } else { Ok(None) }
    }

    async fn begin(&self, right: Right, now: Timestamp) -> Result<Option<(Passage, User)>, StorageError> {
        self.parts
            .store
            .transaction(move |tx| {
                let right = right.clone();
                Box::pin(async move { right.write(tx, now).await })
            })
            .await
    }
}

impl Right {
    /// Nobody, if the account was disabled, or got another password, while this one was being compared (V-22).
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<(Passage, User)>, StorageError> {
        let Some(passage) = self.admission.write(tx, now).await? else { return Ok(None) };
        let Some(user) = tx.user(self.user_id).await? else { return Ok(None) };
        if let Some(hash) = &self.rehashed {
            tx.set_password_hash(user.id, hash).await?;
        }
        match passage {
            Passage::Whole => forget(tx, &self.counters).await?,
            // Whoever knows the password must not buy guesses at the second factor with it.
            Passage::Half => take_back(tx, &self.counters).await?,
        }
        Ok(Some((passage, user)))
    }
}

/// This attempt counts no more; those before it do.
pub(super) async fn take_back(tx: &mut Tx, counters: &[Limit]) -> Result<(), StorageError> {
    for counter in counters {
        tx.uncount_attempt(&counter.subject).await?;
    }
    Ok(())
}

/// All that is demanded was right.
pub(super) async fn forget(tx: &mut Tx, [account, address]: &[Limit; 2]) -> Result<(), StorageError> {
    tx.forget_attempts(&account.subject).await?;
    // Others at this address are still counted: a success of one's own must not buy guesses at somebody else's account.
    tx.uncount_attempt(&address.subject).await
}
