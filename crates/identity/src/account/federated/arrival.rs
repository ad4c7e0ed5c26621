//! Somebody who comes from a provider for the first time: what becomes of them depends on whether the provider proves their
//! address, and whether the address has an account. An account that somebody has is never opened by it (C-05, V-31 … V-33).

use model::{Email, Id, ProofKind, Timestamp, UpstreamIdentity, UpstreamLogin, User};
use storage::{StorageError, Tx};

use super::{
    super::{
        Admitted, account_rows::Account, browser::Beginning, carried::Carried, ending, ending::RESET, mailed::Wanted,
        notice::Notice, sessions::event, sign_up::LIFE,
    },
    Arrived, ComeBack, FederatedRefusal, Homecoming, identity,
    known::proved,
};
use crate::{Authority, Error};

/// A first arrival, with all that is written of it.
#[derive(Clone)]
struct First {
    account: Account,
    identity: UpstreamIdentity,
    beginning: Beginning,
}

/// A never-proved account that goes to whoever proves its address.
#[derive(Clone)]
struct TakeOver {
    /// As it was before.
    owner: User,
    identity: UpstreamIdentity,
    beginning: Beginning,
    notice: Notice,
}

impl Authority {
    /// Signs somebody in who came back from a provider, or says what stands before that.
    pub(super) async fn sign_in_arrival(
        &self,
        login: &UpstreamLogin,
        arrived: Arrived,
        back: ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let mut read = self.parts.store.read().await?;
        if let Some(seen) = read.upstream_identity(&arrived.who).await? {
            drop(read);
            return self.sign_in_known(login, seen, arrived, back, now).await;
        }
        let Some(email) = arrived.email.clone() else { return Ok(Err(FederatedRefusal::NoAddress)) };
        if !arrived.proven && self.sends_mail() {
            drop(read);
            return self.mail_arrival(login, &arrived, email, back, now).await;
        }
        let owner = read.user_by_email(&email).await?;
        drop(read);
        match owner {
            None => self.first_arrival(login, arrived, email, back, now).await,
            // Told to whoever the provider says reads that address.
            Some(owner) if arrived.proven && owner.disabled_at.is_some() => Ok(Err(FederatedRefusal::Disabled)),
            Some(owner) if arrived.proven && owner.email_verified_at.is_none() => {
                self.take_over(login, arrived, owner, back, now).await
            }
            Some(_) => self.wait_to_connect(login, arrived, now).await,
        }
    }

    /// Makes an account without a password (C-01, C-04).
    async fn first_arrival(
        &self,
        login: &UpstreamLogin,
        arrived: Arrived,
        email: Email,
        back: ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        if !self.parts.settings.sign_up.enabled {
            return Ok(Err(FederatedRefusal::NoAccounts));
        }
        let account = self.account_rows(email, arrived.name.as_deref(), None, arrived.proven.then_some(now), now);
        let user = account.user.clone();
        let identity = identity(user.id, &login.provider, &arrived.who, arrived.label.as_ref(), now);
        let first =
            First { account, identity, beginning: self.begin_session(proved(&user, &login.provider, back), now) };
        let beginning = first.beginning.clone();
        let made = self
            .parts
            .store
            .transaction(move |tx| {
                let first = first.clone();
                Box::pin(async move { first.write(tx, now).await })
            })
            .await;
        home(made, beginning, user, login)
    }

    /// Over an account whose address nobody ever proved: whoever made it may wait inside for this person. Everything that
    /// opens it goes, then it is theirs (C-05, V-33).
    async fn take_over(
        &self,
        login: &UpstreamLogin,
        arrived: Arrived,
        owner: User,
        back: ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let identity = identity(owner.id, &login.provider, &arrived.who, arrived.label.as_ref(), now);
        let mail = self.provider_notice((&owner.email, &identity), true, (&back.caller, now))?.mail;
        let subject = Some(identity.id.to_string());
        let event = event("account.taken_over", owner.id, subject, back.caller.address.clone(), now);
        let notice = Notice { event, mail };
        let theirs = User {
            security_epoch: owner.security_epoch + 1,
            email_verified_at: Some(now),
            password_hash: None,
            ..owner.clone()
        };
        let taking = TakeOver {
            owner,
            identity,
            beginning: self.begin_session(proved(&theirs, &login.provider, back), now),
            notice,
        };
        let beginning = taking.beginning.clone();
        let taken = self
            .parts
            .store
            .transaction(move |tx| {
                let taking = taking.clone();
                Box::pin(async move { taking.write(tx, now).await })
            })
            .await;
        self.parts.mail.ring();
        home(taken, beginning, theirs, login)
    }

    /// Keeps who came, until they have signed in as before.
    async fn wait_to_connect(
        &self,
        login: &UpstreamLogin,
        arrived: Arrived,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        let (id, until) = (login.id, now.plus(super::TRIP));
        let kept = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let arrived = arrived.clone();
                Box::pin(async move { tx.keep_upstream_arrival(id, &arrived.who, arrived.label.as_ref(), until).await })
            })
            .await?;
        let connect = Homecoming::Connect(id, login.purpose.authorization());
        Ok(if kept { Ok(connect) } else { Err(FederatedRefusal::Stale) })
    }

    /// The provider does not prove the address, so a mail does, as at any sign-up: the same answer whether or not there is an
    /// account. The proof is bound to who came and to this browser (V-36).
    async fn mail_arrival(
        &self,
        login: &UpstreamLogin,
        arrived: &Arrived,
        email: Email,
        back: ComeBack,
        now: Timestamp,
    ) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
        if !self.parts.settings.sign_up.enabled {
            return Ok(Err(FederatedRefusal::NoAccounts));
        }
        if let Some(retry_after) = self.count_mailing(&back.caller, now).await? {
            return Ok(Err(FederatedRefusal::TooMany { retry_after }));
        }
        let owner = self.parts.store.read().await?.user_by_email(&email).await?;
        let wanted =
            Wanted { kind: ProofKind::SignUp, account: None, email: &email, life: LIFE, browser: Some(&back.browser) };
        let mut new = self.new_proof(&wanted, now);
        new.proof.carried =
            Carried::from_upstream(arrived.name.clone(), login.id, login.purpose.authorization()).text();
        let post = self.sign_up_post(&new, owner.as_ref(), (&back.caller, now))?;
        let (proof_id, id, until) = (new.proof.id, login.id, now.plus(LIFE));
        let (who, label) = (arrived.who.clone(), arrived.label.clone());
        let kept = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let (new, post, who, label) = (new.clone(), post.clone(), who.clone(), label.clone());
                Box::pin(async move {
                    if !tx.keep_upstream_arrival(id, &who, label.as_ref(), until).await? {
                        return Ok(false);
                    }
                    tx.insert_proof(&new.proof).await?;
                    post.write(tx, now).await?;
                    Ok(true)
                })
            })
            .await?;
        self.parts.mail.ring();
        Ok(if kept { Ok(Homecoming::Mailed(proof_id)) } else { Err(FederatedRefusal::Stale) })
    }
}

/// Signed in, if what was to be written was.
fn home(
    written: Result<bool, StorageError>,
    beginning: Beginning,
    user: User,
    login: &UpstreamLogin,
) -> Result<Result<Homecoming, FederatedRefusal>, Error> {
    match written {
        Ok(true) => {
            let admitted = Admitted::In(Box::new(beginning.given(user)));
            Ok(Ok(Homecoming::Admitted(admitted, login.purpose.clone())))
        }
        // Address or identity were taken in this moment, perhaps by the same person pressing twice.
        Ok(false) | Err(StorageError::Constraint(_)) => Ok(Err(FederatedRefusal::Stale)),
        Err(error) => Err(error.into()),
    }
}

impl First {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        if !self.account.insert(tx, now).await? {
            return Ok(false);
        }
        tx.end_sign_ups_of(&self.account.user.email).await?;
        tx.insert_upstream_identity(&self.identity).await?;
        self.beginning.write(tx, now).await
    }
}

impl TakeOver {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        let id: Id<User> = self.owner.id;
        // Held by its epoch; but the proof of an address does not move that.
        let still = tx.hold_user(id, self.owner.security_epoch).await?
            && tx
                .user(id)
                .await?
                .is_some_and(|user| user.email_verified_at.is_none() && user.email == self.owner.email);
        if !still {
            return Ok(false);
        }
        tx.clear_password(id).await?;
        // Whoever had it may have given it up.
        tx.set_erase_at(id, self.owner.security_epoch, None).await?;
        ending::end_everything(tx, &self.owner, RESET, now).await?;
        tx.delete_upstream_identities_of(id).await?;
        tx.delete_second_factors(id).await?;
        tx.end_sign_ups_of(&self.owner.email).await?;
        tx.verify_email(id, now).await?;
        tx.insert_upstream_identity(&self.identity).await?;
        self.notice.write(tx).await?;
        self.beginning.write(tx, now).await
    }
}
