//! Second factors: what an account demands beyond a first proof, how a sign-in that waits for it is completed, and how each kind
//! is set up and taken away. Every try is counted before it is looked at, under the one counter that the password has too
//! (V-51), so that nobody buys guesses in one way with successes in another.

mod completion;
mod passkeys;
mod recovery_codes;
mod relying_party;
mod sign_in;
mod totp;

use std::time::Duration;

use model::{Ceremony, Email, Id, Mail, Purpose, SecondFactors, Secret, Timestamp, User};
use protocol::Confidential;
use storage::{StorageError, Tx};

pub use completion::{Completed, Demanded, Given, SecondFactor};
pub use passkeys::{NewPasskey, PasskeyName};
pub use relying_party::Challenge;
pub(crate) use relying_party::RelyingParty;
pub use sign_in::PasskeySignIn;
pub use totp::{Enrolment, TotpState};

use super::{
    SignedIn,
    attempts::Limit,
    sign_in::{forget, take_back},
};
use crate::{
    Authority, Caller, Error,
    mail::{FactorChange, Message},
};

/// So many tries at second factors, of whatever kind, one account has in a day: a code of six digits is not much.
const TRIES_A_DAY: u64 = 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Why a second factor was not accepted, or not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorRefusal {
    /// Nothing waits for it in this browser, or not any more.
    Over,
    /// It is wrong, or was used already.
    Wrong,
    /// It was tried too often; it was not looked at, right or wrong.
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The person must prove first who they are.
    NotRecent,
    /// The passkey may have been copied; it is not accepted any more.
    Suspect,
    /// The passkey belongs to an account already.
    Taken,
    /// The account has as many as it may.
    Full,
    /// Nothing else opens the account.
    LastWay,
    /// This server's address is no domain, so that there can be no passkeys.
    WithoutPasskeys,
}

/// What a browser answers to a [`Challenge`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// The ceremony that the challenge named.
    pub ceremony: Id<Ceremony>,
    /// The browser's `PublicKeyCredential` as JSON.
    pub credential: Confidential,
}

/// Codes that are shown this once: ten, in groups of four characters.
pub type ShownCodes = Vec<Confidential>;

impl Authority {
    /// How many second factors a person has of each kind.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn second_factors(&self, signed_in: &SignedIn) -> Result<SecondFactors, Error> {
        Ok(self.parts.store.read().await?.second_factors(signed_in.user.id).await?)
    }

    /// Counts a try at somebody's second factor, before it is looked at.
    async fn count_factor_try(
        &self,
        user: &User,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Tries, FactorRefusal>, StorageError> {
        let limits = &self.parts.settings.sign_in_limits;
        let account = Limit::of_account(Some(user), None, "", limits.per_account, &self.parts.secrets);
        let tries =
            Tries { account, address: Limit::of_address("sign-in", caller, limits.per_address), day: of_day(user) };
        let counted = [tries.account.clone(), tries.address.clone()];
        let wait = self.count_attempt(&counted, limits.window, now).await?;
        let wait = match wait {
            Some(wait) => Some(wait),
            None => self.count_attempt(std::slice::from_ref(&tries.day), DAY, now).await?,
        };
        Ok(wait.map_or(Ok(tries), |retry_after| Err(FactorRefusal::TooMany { retry_after })))
    }

    /// Counts what comes from one address, where no account can be guessed at.
    async fn count_from(&self, caller: &Caller, now: Timestamp) -> Result<Result<(), FactorRefusal>, StorageError> {
        let limits = &self.parts.settings.sign_in_limits;
        let counter = [Limit::of_address("sign-in", caller, limits.per_address)];
        let wait = self.count_attempt(&counter, limits.window, now).await?;
        Ok(wait.map_or(Ok(()), |retry_after| Err(FactorRefusal::TooMany { retry_after })))
    }

    /// The mail that tells of a change; none where no mail is sent.
    fn factor_notice(
        &self,
        to: &Email,
        change: FactorChange,
        asked: (&Caller, Timestamp),
    ) -> Result<Option<Mail>, Error> {
        self.notice(to, Message::FactorsChanged { change }, asked)
    }
}

/// The counters of one try.
#[derive(Clone, Debug)]
struct Tries {
    account: Limit,
    address: Limit,
    day: Limit,
}

impl Tries {
    /// It was right.
    async fn forget(&self, tx: &mut Tx) -> Result<(), StorageError> {
        forget(tx, &[self.account.clone(), self.address.clone()]).await?;
        tx.forget_attempts(&self.day.subject).await
    }

    /// It was no guess: a signature cannot be guessed.
    async fn take_back(&self, tx: &mut Tx) -> Result<(), StorageError> {
        take_back(tx, &[self.account.clone(), self.address.clone(), self.day.clone()]).await
    }
}

fn of_day(user: &User) -> Limit {
    Limit { subject: format!("second-factor:account:{}", user.id), most: TRIES_A_DAY }
}
