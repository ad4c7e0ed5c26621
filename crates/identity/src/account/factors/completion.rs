//! The second step: whoever waits half signed in gives a factor, and is signed in, or has proved again who they are.

use model::{AuditEvent, HalfSignIn, Id, Mail, Passkey, SecretHash, Session, Way, Ways};
use storage::{StorageError, Tx};

use super::{
    super::{
        NewSession,
        admission::Proved,
        browser::Beginning,
        cookie::SessionCookie,
        methods::{self, Method},
        sessions::event,
    },
    *,
};

/// What is demanded of somebody who has proved one thing.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// Whose account.
    pub email: Email,
    /// What it has.
    pub factors: SecondFactors,
    /// What is completed.
    pub purpose: Purpose,
}

/// What somebody brings.
#[derive(Clone, Debug)]
pub enum Given {
    /// A code of the authenticator app.
    Code(Confidential),
    /// A recovery code.
    RecoveryCode(Confidential),
    /// A passkey.
    Passkey(Answer),
}

/// A second factor, and from which browser.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// What is brought.
    pub given: Given,
    /// The browser's present secret.
    pub browser: Secret,
    /// Who is signed in there.
    pub signed_in: Option<SignedIn>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// What a second factor has completed.
#[derive(Clone, Debug)]
pub enum Completed {
    /// A sign-in.
    In(Box<NewSession>),
    /// The renewed proof of this browser's session, which goes on under this cookie.
    Proved(Confidential),
}

/// A factor that is right, as far as could be seen; it counts when it is spent.
#[derive(Clone)]
pub(super) enum Evidence {
    Step { sealed: String, step: u64 },
    RecoveryCode(SecretHash),
    Passkey { id: Id<Passkey>, version: u64, credential: String },
}

impl Evidence {
    pub(super) const fn method(&self) -> Method {
        match self {
            Self::Step { .. } => Method::Totp,
            Self::RecoveryCode(_) => Method::RecoveryCode,
            Self::Passkey { .. } => Method::Passkey,
        }
    }

    /// The ways by which its person came in, with what they came in by first.
    fn ways(&self, first: &Ways) -> Ways {
        match self {
            Self::Passkey { .. } => first.clone().with(Way::Passkey),
            Self::Step { .. } | Self::RecoveryCode(_) => first.clone(),
        }
    }

    /// Uses it up; no if somebody was faster.
    pub(super) async fn spend(&self, tx: &mut Tx, user_id: Id<User>, now: Timestamp) -> Result<bool, StorageError> {
        match self {
            Self::Step { sealed, step } => tx.spend_totp_step(user_id, sealed, *step).await,
            Self::RecoveryCode(tag) => tx.spend_recovery_code(user_id, tag, now).await,
            Self::Passkey { id, version, credential } => tx.use_passkey(*id, *version, credential, now).await,
        }
    }
}

/// All that is written when a second factor was right.
#[derive(Clone)]
struct Completion {
    half: HalfSignIn,
    evidence: Evidence,
    tries: Tries,
    beginning: Beginning,
    /// The session of this browser.
    present: Option<Session>,
    /// Its next secret.
    secret: Secret,
    amr: String,
    ways: Ways,
    address: String,
    notice: Option<Mail>,
}

impl Authority {
    /// What is demanded in this browser; nothing if nobody waits there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn demanded(&self, browser: &Secret, now: Timestamp) -> Result<Option<Demanded>, Error> {
        let Some((half, user)) = self.waiting_half(browser, now).await? else { return Ok(None) };
        let factors = self.parts.store.read().await?.second_factors(user.id).await?;
        Ok(Some(Demanded { email: user.email, factors, purpose: half.purpose }))
    }

    /// A challenge for the passkeys of whoever waits in this browser.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn challenge_second_factor(
        &self,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Challenge, FactorRefusal>, Error> {
        let Some((_, user)) = self.waiting_half(browser, now).await? else { return Ok(Err(FactorRefusal::Over)) };
        self.challenge_of(&user, model::CeremonyKind::SecondFactor, browser, now).await
    }

    /// Takes a second factor and completes what waits for it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn give_second_factor(
        &self,
        ask: SecondFactor,
        now: Timestamp,
    ) -> Result<Result<Completed, FactorRefusal>, Error> {
        let Some((half, user)) = self.waiting_half(&ask.browser, now).await? else {
            return Ok(Err(FactorRefusal::Over));
        };
        let tries = match self.count_factor_try(&user, &ask.caller, now).await? {
            Ok(tries) => tries,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let evidence = match self.evidence(&user, &ask, now).await? {
            Ok(evidence) => evidence,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let completion = self.completion(half, &user, evidence, tries, ask, now).await?;
        let written = completion.clone();
        let done: Result<(), FactorRefusal> = self
            .parts
            .store
            .transaction(move |tx| {
                let written = written.clone();
                Box::pin(async move { written.write(tx, now).await })
            })
            .await?;
        self.parts.mail.ring();
        Ok(done.map(|()| completion.completed(user)))
    }

    /// Who waits in this browser. A half sign-in of an account that demands nothing any more has nothing to wait for; its person
    /// signs in anew.
    async fn waiting_half(&self, browser: &Secret, now: Timestamp) -> Result<Option<(HalfSignIn, User)>, StorageError> {
        let mut read = self.parts.store.read().await?;
        let Some(half) = read.half_sign_in(&browser.hash(), now).await? else { return Ok(None) };
        Ok(read.user(half.user_id).await?.map(|user| (half, user)))
    }

    async fn evidence(
        &self,
        user: &User,
        ask: &SecondFactor,
        now: Timestamp,
    ) -> Result<Result<Evidence, FactorRefusal>, Error> {
        match &ask.given {
            Given::Code(typed) => Ok(self.totp_evidence(user, typed, now).await?.ok_or(FactorRefusal::Wrong)),
            Given::RecoveryCode(typed) => Ok(self.recovery_evidence(user, typed).await?.ok_or(FactorRefusal::Wrong)),
            Given::Passkey(answer) => {
                let kind = model::CeremonyKind::SecondFactor;
                self.passkey_evidence(user, kind, answer, (&ask.browser, &ask.caller), now).await
            }
        }
    }

    async fn completion(
        &self,
        half: HalfSignIn,
        user: &User,
        evidence: Evidence,
        tries: Tries,
        ask: SecondFactor,
        now: Timestamp,
    ) -> Result<Completion, Error> {
        let (amr, ways) = (methods::also(&half.amr, evidence.method()), evidence.ways(&half.ways));
        let (address, present) = (ask.caller.address.clone(), ask.signed_in.map(|signed_in| signed_in.session));
        let notice = match evidence {
            Evidence::RecoveryCode(_) => {
                let left =
                    self.parts.store.read().await?.second_factors(user.id).await?.recovery_codes.saturating_sub(1);
                self.factor_notice(&user.email, FactorChange::CodeUsed { left }, (&ask.caller, now))?
            }
            _ => None,
        };
        let proved = Proved {
            user_id: half.user_id,
            security_epoch: half.security_epoch,
            amr: amr.clone(),
            ways: ways.clone(),
            browser: ask.browser,
            replaces: half.session_id,
            caller: ask.caller,
        };
        let beginning = self.begin_session(proved, now);
        let secret = Secret::generate();
        Ok(Completion { half, evidence, tries, beginning, present, secret, amr, ways, address, notice })
    }
}

impl Completion {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<Result<(), FactorRefusal>, StorageError> {
        let user_id = self.half.user_id;
        if !tx.hold_user(user_id, self.half.security_epoch).await? {
            return Ok(Err(FactorRefusal::Over));
        }
        if !self.evidence.spend(tx, user_id, now).await? {
            return Ok(Err(FactorRefusal::Wrong));
        }
        // Whatever is refused from here on, the factor is used up.
        if !tx.take_half_sign_in(self.half.id, now).await? || !self.complete(tx, now).await? {
            return Ok(Err(FactorRefusal::Over));
        }
        self.tries.forget(tx).await?;
        if matches!(self.evidence, Evidence::RecoveryCode(_)) {
            tx.insert_audit_event(&self.event("recovery_code.spent", now)).await?;
        }
        if let Some(notice) = &self.notice {
            tx.insert_mail(notice).await?;
        }
        Ok(Ok(()))
    }

    async fn complete(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, StorageError> {
        if self.half.purpose == Purpose::SignIn {
            return self.beginning.write(tx, now).await;
        }
        let Some(session) = self.present.as_ref().filter(|session| Some(session.id) == self.half.session_id) else {
            return Ok(false);
        };
        let ways = session.ways.clone().and(&self.ways);
        if !tx.prove_session(session, &self.secret.hash(), (Some(&self.amr), &ways), now).await? {
            return Ok(false);
        }
        tx.insert_audit_event(&self.event("session.proved", now)).await?;
        Ok(true)
    }

    fn event(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        event(action, self.half.user_id, self.half.session_id.map(|id| id.to_string()), self.address.clone(), now)
    }

    fn completed(self, user: User) -> Completed {
        match (self.half.purpose, self.present) {
            (Purpose::Proof, Some(session)) => {
                Completed::Proved(SessionCookie { id: session.id, secret: self.secret }.text())
            }
            _ => Completed::In(Box::new(self.beginning.given(user))),
        }
    }
}
