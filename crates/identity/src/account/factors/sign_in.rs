//! A passkey as the only thing that is asked: its authenticator has verified its person, so it is two factors by itself.

use model::{CeremonyKind, Session, Timestamp, Way, Ways};

use super::{
    super::{
        Admitted,
        admission::{Admission, Passage, Proved},
        cookie::SessionCookie,
        methods,
        sessions::event,
    },
    completion::Evidence,
    *,
};

/// A passkey, and from which browser.
#[derive(Clone, Debug)]
pub struct PasskeySignIn {
    /// The browser's answer.
    pub answer: Answer,
    /// The browser's present secret.
    pub browser: Secret,
    /// The session that this browser has proved to hold, to be ended.
    pub replaces: Option<Id<Session>>,
    /// Who is at the other end.
    pub caller: Caller,
}

impl Authority {
    /// A challenge for whoever wants to sign in with a passkey.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn challenge_sign_in(
        &self,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Challenge, FactorRefusal>, Error> {
        match self.webauthn() {
            Ok(webauthn) => self.challenge_anybody(webauthn, browser, now).await.map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Signs in whoever holds this passkey.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sign_in_with_passkey(
        &self,
        ask: PasskeySignIn,
        now: Timestamp,
    ) -> Result<Result<Admitted, FactorRefusal>, Error> {
        if let Err(refusal) = self.count_from(&ask.caller, now).await? {
            return Ok(Err(refusal));
        }
        let (user, evidence) = match self.identified(&ask.answer, (&ask.browser, &ask.caller), now).await? {
            Ok(identified) => identified,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let proved = Proved {
            user_id: user.id,
            security_epoch: user.security_epoch,
            amr: methods::by(evidence.method()),
            ways: Ways::default().with(Way::Passkey),
            browser: ask.browser,
            replaces: ask.replaces,
            caller: ask.caller,
        };
        let admission = self.admit(proved, now);
        let (written, user_id) = (admission.clone(), user.id);
        let passage: Option<Passage> = self
            .parts
            .store
            .transaction(move |tx| {
                let (written, evidence) = (written.clone(), evidence.clone());
                Box::pin(async move { admitted(tx, &written, &evidence, user_id, now).await })
            })
            .await?;
        Ok(passage.map(|passage| admission.given(passage, user)).ok_or(FactorRefusal::Wrong))
    }

    /// A challenge for whoever is signed in to prove again who they are.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn challenge_proof(
        &self,
        signed_in: &SignedIn,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Challenge, FactorRefusal>, Error> {
        self.challenge_of(&signed_in.user, CeremonyKind::Proof, browser, now).await
    }

    /// The person proves by a passkey that it is still them. The session goes on under a new cookie.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn prove_by_passkey(
        &self,
        signed_in: &SignedIn,
        answer: &Answer,
        browser: &Secret,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Confidential, FactorRefusal>, Error> {
        let user = &signed_in.user;
        let tries = match self.count_factor_try(user, caller, now).await? {
            Ok(tries) => tries,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let kind = CeremonyKind::Proof;
        let evidence = match self.passkey_evidence(user, kind, answer, (browser, caller), now).await? {
            Ok(evidence) => evidence,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (user_id, epoch, session, address) =
            (user.id, user.security_epoch, signed_in.session.clone(), caller.address.clone());
        let cookie = SessionCookie { id: session.id, secret: Secret::generate() };
        let hash = cookie.secret.hash();
        let (amr, ways) = (methods::by(evidence.method()), session.ways.clone().with(Way::Passkey));
        let proved: bool = self
            .parts
            .store
            .transaction(move |tx| {
                let (evidence, tries, amr, ways) = (evidence.clone(), tries.clone(), amr.clone(), ways.clone());
                let (session, hash) = (session.clone(), hash.clone());
                let told = event("session.proved", user_id, Some(session.id.to_string()), address.clone(), now);
                Box::pin(async move {
                    if !tx.hold_user(user_id, epoch).await?
                        || !evidence.spend(tx, user_id, now).await?
                        || !tx.prove_session(&session, &hash, (Some(&amr), &ways), now).await?
                    {
                        return Ok::<_, StorageError>(false);
                    }
                    tries.take_back(tx).await?;
                    tx.insert_audit_event(&told).await?;
                    Ok(true)
                })
            })
            .await?;
        Ok(if proved { Ok(cookie.text()) } else { Err(FactorRefusal::Wrong) })
    }
}

async fn admitted(
    tx: &mut Tx,
    admission: &Admission,
    evidence: &Evidence,
    user_id: Id<User>,
    now: Timestamp,
) -> Result<Option<Passage>, StorageError> {
    if !evidence.spend(tx, user_id, now).await? {
        return Ok(None);
    }
    admission.write(tx, now).await
}
