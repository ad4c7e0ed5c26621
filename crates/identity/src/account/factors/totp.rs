//! Authenticator apps (RFC 6238): six digits, every 30 seconds, SHA-1, as every app understands it. The seed is sealed where it
//! is kept; a step counts once, and a step before and after the present one count too, since clocks differ.

use model::{Timestamp, Totp};
use protocol::OAuthError;
use totp_rs::{Builder, Secret as Seed};

use super::{
    super::methods::{self, Method},
    completion::Evidence,
    *,
};
use crate::{account::sessions::event, seal};

/// RFC 4226 §4 recommends 160 bits.
const SEED_BYTES: usize = 20;
/// A seed that is shown waits so long for its first code.
const WAITS: Duration = Duration::from_secs(15 * 60);

/// A seed for an app to take over; shown until its first code has come.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The seed in base32, to be typed.
    pub seed: Confidential,
    /// The same as an `otpauth:` address, for a QR code.
    pub address: Confidential,
}

/// How an account stands to authenticator apps.
#[derive(Clone, Debug)]
pub struct TotpState {
    /// Since when one is in force.
    pub since: Option<Timestamp>,
    /// One that waits for its first code.
    pub enrolment: Option<Enrolment>,
}

impl Authority {
    /// Makes a seed that waits for its first code; one in force stays until then.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn begin_totp(&self, signed_in: &SignedIn, now: Timestamp) -> Result<Result<(), FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let user_id = signed_in.user.id;
        let fresh = Secret::generate();
        let seed = fresh.bytes().get(..SEED_BYTES).unwrap_or_default();
        let sealed = seal::seal(&self.parts.secrets, &sealed_as(user_id), seed)?;
        let begun: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let sealed = sealed.clone();
                Box::pin(async move { tx.begin_totp(user_id, &sealed, now.plus(WAITS)).await })
            })
            .await;
        begun?;
        Ok(Ok(()))
    }

    /// How a person's account stands to authenticator apps; a seed that waits is shown to whoever has proved lately who they
    /// are. `server` is what apps call this server.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn totp_state(&self, signed_in: &SignedIn, server: &str, now: Timestamp) -> Result<TotpState, Error> {
        let totp = self.parts.store.read().await?.totp(signed_in.user.id).await?;
        let since = totp.as_ref().and_then(|totp| totp.confirmed.as_ref()).map(|(_, since)| *since);
        let waiting = totp.and_then(|totp| waiting(&totp, now)).filter(|_| signed_in.proved_recently(now));
        let enrolment = match waiting {
            Some(sealed) => Some(self.enrolment(&signed_in.user, &sealed, server)?),
            None => None,
        };
        Ok(TotpState { since, enrolment })
    }

    fn enrolment(&self, user: &User, sealed: &str, server: &str) -> Result<Enrolment, Error> {
        let seed = seal::open(&self.parts.secrets, &sealed_as(user.id), sealed)?;
        let seed = Seed::from(seed.to_vec());
        let text = seed.to_base32();
        let plain = |text: &str| text.replace(':', " ");
        let address = Builder::new()
            .with_secret(seed)
            .with_issuer(Some(plain(server)))
            .with_account_name(plain(user.email.as_str()))
            .build()
            .and_then(|totp| totp.to_url())
            .map_err(|_| OAuthError::server_error("no address for an authenticator app"))?;
        Ok(Enrolment { seed: Confidential::new(text), address: Confidential::new(address) })
    }

    /// Puts the seed that waits in force, if this is a code of it. The recovery codes, if the account had none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn confirm_totp(
        &self,
        signed_in: &SignedIn,
        typed: &Confidential,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Option<ShownCodes>, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        if let Err(refusal) = self.count_from(caller, now).await? {
            return Ok(Err(refusal));
        }
        let totp = self.parts.store.read().await?.totp(signed_in.user.id).await?;
        let Some(sealed) = totp.and_then(|totp| waiting(&totp, now)) else { return Ok(Err(FactorRefusal::Over)) };
        let Some(step) = self.step_of(signed_in.user.id, &sealed, typed, now)? else {
            return Ok(Err(FactorRefusal::Wrong));
        };
        let codes = self.fresh_codes(signed_in.user.id)?;
        let notice = self.factor_notice(&signed_in.user.email, FactorChange::AppAdded, (caller, now))?;
        let (person, address, kept) = (signed_in.clone(), caller.address.clone(), codes.kept);
        let amr = methods::also(&signed_in.session.amr, Method::Totp);
        let done: Result<bool, FactorRefusal> = self
            .parts
            .store
            .transaction(move |tx| {
                let (person, address, notice) = (person.clone(), address.clone(), notice.clone());
                let (sealed, kept, amr) = (sealed.clone(), kept.clone(), amr.clone());
                Box::pin(async move {
                    let user = &person.user;
                    if !tx.hold_user(user.id, user.security_epoch).await?
                        || !tx.confirm_totp(user.id, &sealed, step, now).await?
                    {
                        return Ok::<_, StorageError>(Err(FactorRefusal::Over));
                    }
                    // This session's person has shown both now.
                    tx.set_session_amr(person.session.id, &amr).await?;
                    tx.insert_audit_event(&event("totp.added", user.id, None, address, now)).await?;
                    if let Some(notice) = &notice {
                        tx.insert_mail(notice).await?;
                    }
                    Ok(Ok(recovery_codes::unless_there(tx, user.id, &kept, now).await?))
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(done.map(|made| made.then_some(codes.shown)))
    }

    /// Takes the authenticator app away; whether there was one. Recovery codes go with the last factor.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn remove_totp(
        &self,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<bool, FactorRefusal>, Error> {
        if !signed_in.proved_recently(now) {
            return Ok(Err(FactorRefusal::NotRecent));
        }
        let notice = self.factor_notice(&signed_in.user.email, FactorChange::AppRemoved, (caller, now))?;
        let (user_id, epoch, address) = (signed_in.user.id, signed_in.user.security_epoch, caller.address.clone());
        let removed: bool = self
            .parts
            .store
            .transaction(move |tx| {
                let (address, notice) = (address.clone(), notice.clone());
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await? || !tx.delete_totp(user_id).await? {
                        return Ok::<_, StorageError>(false);
                    }
                    recovery_codes::go_with_the_last(tx, user_id, now).await?;
                    tx.insert_audit_event(&event("totp.removed", user_id, None, address, now)).await?;
                    if let Some(notice) = &notice {
                        tx.insert_mail(notice).await?;
                    }
                    Ok(true)
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(Ok(removed))
    }

    /// The step whose code was typed, if the account has an app.
    pub(super) async fn totp_evidence(
        &self,
        user: &User,
        typed: &Confidential,
        now: Timestamp,
    ) -> Result<Option<Evidence>, Error> {
        let totp = self.parts.store.read().await?.totp(user.id).await?;
        let Some((sealed, _)) = totp.and_then(|totp| totp.confirmed) else { return Ok(None) };
        let Some(step) = self.step_of(user.id, &sealed, typed, now)? else { return Ok(None) };
        let sealed = self.resealed(user.id, sealed).await?;
        Ok(Some(Evidence::Step { sealed, step }))
    }

    /// The seed under the current version of the server's secret, so that older ones can be removed some day.
    async fn resealed(&self, user_id: Id<User>, sealed: String) -> Result<String, Error> {
        let Some(anew) = seal::reseal(&self.parts.secrets, &sealed_as(user_id), &sealed)? else { return Ok(sealed) };
        let written = anew.clone();
        let stored: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (sealed, written) = (sealed.clone(), written.clone());
                Box::pin(async move { tx.reseal_totp(user_id, &sealed, &written).await })
            })
            .await;
        stored?;
        Ok(anew)
    }

    /// Which of the steps around now a code belongs to. Compared in constant time.
    fn step_of(
        &self,
        user_id: Id<User>,
        sealed: &str,
        typed: &Confidential,
        now: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let seed = seal::open(&self.parts.secrets, &sealed_as(user_id), sealed)?;
        let totp = Builder::new()
            .with_secret(seed.to_vec())
            .build()
            .map_err(|_| OAuthError::server_error("a seed that cannot be one"))?;
        let digits: String = typed.expose().chars().filter(|one| !matches!(one, ' ' | '-')).collect();
        let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
        Ok(totp.check(&digits, seconds))
    }
}

/// A sealed seed is one account's.
fn sealed_as(user_id: Id<User>) -> String {
    format!("totp {user_id}")
}

/// The seed that waits, if it is worth something yet.
fn waiting(totp: &Totp, now: Timestamp) -> Option<String> {
    totp.pending.as_ref().filter(|(_, until)| now < *until).map(|(sealed, _)| sealed.clone())
}
