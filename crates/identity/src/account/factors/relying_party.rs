//! WebAuthn's relying party, which is this server at its configured address, and the ceremonies that browsers take part in.
//! What a ceremony demands stays in the database; a browser gets the challenge and the ceremony's id. Answered once, by the
//! browser that it was given to, or never.

use model::{Ceremony, CeremonyKind, Passkey as Kept, Timestamp};
use protocol::OAuthError;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::{completion::Evidence, *};
use crate::{account::sessions::event, demands};

/// How long a challenge waits. Autofill asks for another one before that.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// This server as a relying party; none where its address is no domain (WebAuthn §5.1.3).
pub(crate) struct RelyingParty(Option<Webauthn>);

impl RelyingParty {
    /// Of this issuer: its host is the RP ID, its origin the only one.
    pub(crate) fn new(issuer: &str) -> Result<Self, Error> {
        let refused = |_| Error::from(OAuthError::server_error("the issuer cannot be a relying party"));
        let Ok(origin) = Url::parse(issuer) else { return Ok(Self(None)) };
        let Some(domain) = origin.domain().map(str::to_owned) else { return Ok(Self(None)) };
        let party = WebauthnBuilder::new(&domain, &origin).map_err(refused)?.rp_name(&domain).timeout(LIFE);
        Ok(Self(Some(party.build().map_err(refused)?)))
    }
}

/// What a browser is asked.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// `{"ceremony": id, "publicKey": options}`, for `navigator.credentials`.
    pub json: String,
}

/// A passkey as it was just made.
pub(super) struct Made {
    pub(super) credential_id: String,
    pub(super) credential: String,
}

impl Authority {
    /// Whether this server can have passkeys at all.
    #[must_use]
    pub fn has_passkeys(&self) -> bool {
        self.parts.relying_party.0.is_some()
    }

    pub(super) fn webauthn(&self) -> Result<&Webauthn, FactorRefusal> {
        self.parts.relying_party.0.as_ref().ok_or(FactorRefusal::WithoutPasskeys)
    }

    /// A challenge to make a passkey that can be found without a name (`residentKey`), and that verifies its person.
    pub(super) async fn challenge_registration(
        &self,
        webauthn: &Webauthn,
        user: &User,
        present: &[Kept],
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Challenge, Error> {
        let excluded = present.iter().filter_map(|kept| credential(kept).map(|one| one.cred_id().clone())).collect();
        let called = user.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(user.email.as_str());
        let (options, state) = webauthn
            .start_passkey_registration(Uuid::from_bytes(user.id.bytes()), user.email.as_str(), called, Some(excluded))
            .map_err(|error| unexpected(&error))?;
        let mut options = written(&options)?;
        if let Some(wanted) = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut) {
            wanted.insert("residentKey".to_owned(), "required".into());
            wanted.insert("requireResidentKey".to_owned(), true.into());
        }
        self.begin_ceremony(CeremonyKind::Registration, Some(user.id), browser, (options, written(&state)?), now).await
    }

    /// A challenge for whichever passkey the browser has.
    pub(super) async fn challenge_anybody(
        &self,
        webauthn: &Webauthn,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Challenge, Error> {
        let (options, state) = webauthn.start_discoverable_authentication().map_err(|error| unexpected(&error))?;
        self.begin_ceremony(CeremonyKind::SignIn, None, browser, (written(&options)?, written(&state)?), now).await
    }

    /// A challenge for the passkeys of this person.
    pub(super) async fn challenge_of(
        &self,
        user: &User,
        kind: CeremonyKind,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Challenge, FactorRefusal>, Error> {
        let webauthn = match self.webauthn() {
            Ok(webauthn) => webauthn,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let kept = self.parts.store.read().await?.passkeys_of(user.id).await?;
        let usable: Vec<Passkey> =
            kept.iter().filter(|kept| kept.suspect_at.is_none()).filter_map(credential).collect();
        if usable.is_empty() {
            return Ok(Err(FactorRefusal::Over));
        }
        let (options, state) = webauthn.start_passkey_authentication(&usable).map_err(|error| unexpected(&error))?;
        self.begin_ceremony(kind, Some(user.id), browser, (written(&options)?, written(&state)?), now).await.map(Ok)
    }

    async fn begin_ceremony(
        &self,
        kind: CeremonyKind,
        user_id: Option<Id<User>>,
        browser: &Secret,
        (options, state): (Value, Value),
        now: Timestamp,
    ) -> Result<Challenge, Error> {
        let ceremony = Ceremony {
            id: Id::new(now),
            kind,
            browser_hash: browser.hash(),
            user_id,
            state: state.to_string(),
            expires_at: now.plus(LIFE),
        };
        let json = json!({ "ceremony": ceremony.id.as_str(), "publicKey": options.get("publicKey") }).to_string();
        let begun: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let ceremony = ceremony.clone();
                Box::pin(async move { tx.insert_ceremony(&ceremony).await })
            })
            .await;
        begun?;
        Ok(Challenge { json })
    }

    /// What was demanded in a ceremony, which ends with this.
    async fn end_ceremony<T: DeserializeOwned>(
        &self,
        id: Id<Ceremony>,
        kind: CeremonyKind,
        user_id: Option<Id<User>>,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Option<T>, Error> {
        let browser = browser.hash();
        let state: Option<String> = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                let browser = browser.clone();
                Box::pin(async move { tx.take_ceremony(id, kind, &browser, user_id, now).await })
            })
            .await?;
        Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
    }

    /// A passkey that the browser says it has made.
    pub(super) async fn made(
        &self,
        webauthn: &Webauthn,
        user_id: Id<User>,
        answer: &Answer,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Result<Made, FactorRefusal>, Error> {
        let kind = CeremonyKind::Registration;
        let state =
            self.end_ceremony::<PasskeyRegistration>(answer.ceremony, kind, Some(user_id), browser, now).await?;
        let Some(state) = state else { return Ok(Err(FactorRefusal::Over)) };
        let Some(said) = read::<RegisterPublicKeyCredential>(&answer.credential) else {
            return Ok(Err(FactorRefusal::Wrong));
        };
        // One that cannot be found without a name is of no use at sign-in. The browser alone knows.
        if said.extensions.cred_props.as_ref().and_then(|known| known.rk) == Some(false) {
            return Ok(Err(FactorRefusal::Wrong));
        }
        let passkey = match webauthn.finish_passkey_registration(&said, &state) {
            Ok(passkey) => passkey,
            Err(error) => return Ok(Err(refused(&error))),
        };
        Ok(Ok(Made { credential_id: named(passkey.cred_id()), credential: written(&passkey)?.to_string() }))
    }

    /// A passkey of this person, used for what their challenge was for.
    pub(super) async fn passkey_evidence(
        &self,
        user: &User,
        kind: CeremonyKind,
        answer: &Answer,
        (browser, caller): (&Secret, &Caller),
        now: Timestamp,
    ) -> Result<Result<Evidence, FactorRefusal>, Error> {
        let webauthn = match self.webauthn() {
            Ok(webauthn) => webauthn,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let state =
            self.end_ceremony::<PasskeyAuthentication>(answer.ceremony, kind, Some(user.id), browser, now).await?;
        let (Some(state), Some(said)) = (state, read::<PublicKeyCredential>(&answer.credential)) else {
            return Ok(Err(FactorRefusal::Over));
        };
        let Some(kept) = self.kept(&said).await?.filter(|kept| kept.user_id == user.id) else {
            return Ok(Err(FactorRefusal::Wrong));
        };
        // The person was known before: where the authenticator says whose it is, it must be theirs (WebAuthn §7.2, step 6).
        if said.get_user_unique_id().is_some_and(|handle| handle != user.id.bytes()) {
            return Ok(Err(FactorRefusal::Wrong));
        }
        let checked = webauthn.finish_passkey_authentication(&said, &state);
        self.judged(user, kept, checked, caller, now).await
    }

    /// Whoever holds the passkey that answers a challenge for anybody, and that passkey.
    pub(super) async fn identified(
        &self,
        answer: &Answer,
        (browser, caller): (&Secret, &Caller),
        now: Timestamp,
    ) -> Result<Result<(User, Evidence), FactorRefusal>, Error> {
        let webauthn = match self.webauthn() {
            Ok(webauthn) => webauthn,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let kind = CeremonyKind::SignIn;
        let state = self.end_ceremony::<DiscoverableAuthentication>(answer.ceremony, kind, None, browser, now).await?;
        let (Some(state), Some(said)) = (state, read::<PublicKeyCredential>(&answer.credential)) else {
            return Ok(Err(FactorRefusal::Over));
        };
        let (Some(kept), Ok((handle, _))) =
            (self.kept(&said).await?, webauthn.identify_discoverable_authentication(&said))
        else {
            return Ok(Err(FactorRefusal::Wrong));
        };
        // Whose the authenticator says it is must be whose it is (WebAuthn §7.2, step 6).
        if handle.into_bytes() != kept.user_id.bytes() {
            return Ok(Err(FactorRefusal::Wrong));
        }
        let user = self.parts.store.read().await?.user(kept.user_id).await?.filter(|user| user.disabled_at.is_none());
        let (Some(user), Some(passkey)) = (user, credential(&kept)) else { return Ok(Err(FactorRefusal::Wrong)) };
        let checked = webauthn.finish_discoverable_authentication_v2(&said, state, &passkey);
        Ok(self.judged(&user, kept, checked, caller, now).await?.map(|evidence| (user, evidence)))
    }

    /// The passkey that an answer was signed with, if it is accepted.
    async fn kept(&self, said: &PublicKeyCredential) -> Result<Option<Kept>, StorageError> {
        let id = named(said.get_credential_id());
        let kept = self.parts.store.read().await?.passkey_by_credential(&id).await?;
        Ok(kept.filter(|kept| kept.suspect_at.is_none()))
    }

    /// What follows from a signature that was looked at. A counter that went back ends the passkey, and its person is told.
    async fn judged(
        &self,
        user: &User,
        kept: Kept,
        checked: Result<webauthn_rs::prelude::AuthenticationResult, WebauthnError>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Evidence, FactorRefusal>, Error> {
        let result = match checked {
            Ok(result) => result,
            Err(WebauthnError::CredentialPossibleCompromise) => {
                self.suspect(user, &kept, caller, now).await?;
                return Ok(Err(FactorRefusal::Suspect));
            }
            Err(error) => return Ok(Err(refused(&error))),
        };
        let Some(mut passkey) = credential(&kept) else { return Ok(Err(FactorRefusal::Wrong)) };
        // Asked for always, and not taken on trust: a passkey counts as two factors because of it.
        if !result.user_verified() || passkey.update_credential(&result).is_none() {
            return Ok(Err(FactorRefusal::Wrong));
        }
        let credential = written(&passkey)?.to_string();
        Ok(Ok(Evidence::Passkey { id: kept.id, version: kept.version, credential }))
    }

    async fn suspect(&self, user: &User, kept: &Kept, caller: &Caller, now: Timestamp) -> Result<(), Error> {
        let change = FactorChange::PasskeySuspected { name: kept.name.clone() };
        let notice = self.factor_notice(&user.email, change, (caller, now))?;
        let (id, user_id, address) = (kept.id, user.id, caller.address.clone());
        let done: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (address, notice) = (address.clone(), notice.clone());
                Box::pin(async move {
                    if !tx.suspect_passkey(id, now).await? {
                        return Ok(());
                    }
                    demands::factor_gone(tx, user_id, now).await?;
                    tx.insert_audit_event(&event("passkey.suspected", user_id, Some(id.to_string()), address, now))
                        .await?;
                    match &notice {
                        Some(notice) => tx.insert_mail(notice).await,
                        None => Ok(()),
                    }
                })
            })
            .await;
        self.parts.mail.ring();
        Ok(done?)
    }
}

/// The library's form of a passkey that was kept.
fn credential(kept: &Kept) -> Option<Passkey> {
    let read = serde_json::from_str(&kept.credential);
    read.inspect_err(|_| tracing::error!(passkey = %kept.id, "a passkey cannot be read")).ok()
}

/// An authenticator's id for a passkey, as text.
fn named(credential_id: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(credential_id)
}

fn read<T: DeserializeOwned>(said: &Confidential) -> Option<T> {
    serde_json::from_str(said.expose()).ok()
}

fn written(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value)
        .map_err(|error| OAuthError::server_error(format!("no JSON of a ceremony: {error}")).into())
}

fn unexpected(error: &WebauthnError) -> Error {
    OAuthError::server_error(format!("no ceremony: {error}")).into()
}

/// What was wrong is for the log: it says nothing that a person could act on.
fn refused(error: &WebauthnError) -> FactorRefusal {
    tracing::info!(%error, "a passkey was refused");
    FactorRefusal::Wrong
}
