//! The way back from a provider: whether this is the trip that began here, and who came. Whatever is wrong with it, the trip
//! has ended.

use model::{Authorization, Id, Proof, Secret, Timestamp, UpstreamLogin, UpstreamPurpose};
use protocol::Confidential;
use storage::StorageError;

use super::{
    super::{Admitted, SignedIn},
    Arrived, FederatedRefusal, parse_state, told,
};
use crate::{Authority, Caller, Error};

/// What a browser brings back.
#[derive(Clone, Debug)]
pub struct ComeBack {
    /// The provider at whose address it comes back.
    pub provider: String,
    /// `state`.
    pub state: String,
    /// `code`.
    pub code: Option<Confidential>,
    /// `error`, which stands in place of a code.
    pub error: Option<String>,
    /// `iss` (RFC 9207).
    pub iss: Option<String>,
    /// The browser's present secret.
    pub browser: Secret,
    /// Who is signed in there.
    pub signed_in: Option<SignedIn>,
    /// Who is at the other end.
    pub caller: Caller,
}

/// What came of a trip.
#[derive(Clone, Debug)]
pub enum Homecoming {
    /// Signed in, or half so: for what the trip was on the way to.
    Admitted(Admitted, UpstreamPurpose),
    /// The address has an account: its person signs in as before and connects the provider on the page of this trip.
    Connect(Id<UpstreamLogin>, Option<Id<Authorization>>),
    /// The address is to be proved by the mail of this proof.
    Mailed(Id<Proof>),
    /// The provider is connected.
    Linked,
    /// It is still them; the word of the act that waits, and the session's new cookie.
    Proved(String, Confidential),
    /// Half of that: a second factor is demanded before this act.
    Half(String),
}

/// A trip that came to nothing.
#[derive(Clone, Debug)]
pub struct Stranded {
    /// Why.
    pub refusal: FederatedRefusal,
    /// What it was for, if it was one of this browser.
    pub purpose: Option<UpstreamPurpose>,
}

impl Authority {
    /// Takes what a browser brings back from a provider.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn come_back(&self, back: ComeBack, now: Timestamp) -> Result<Result<Homecoming, Stranded>, Error> {
        let Some(login) = self.trip_that_ends(&back, now).await? else {
            let offered = self.parts.upstream.settings(&back.provider).is_some();
            let refusal = if offered { FederatedRefusal::Stale } else { FederatedRefusal::NoProvider };
            return Ok(Err(Stranded { refusal, purpose: None }));
        };
        let purpose = login.purpose.clone();
        let done = match self.who_came(&login, &back, now).await? {
            Err(refusal) => Err(refusal),
            Ok(arrived) => match &login.purpose {
                UpstreamPurpose::SignIn(..) => self.sign_in_arrival(&login, arrived, back, now).await?,
                UpstreamPurpose::Link(..) => self.link_arrival(&login, &arrived, &back, now).await?,
                UpstreamPurpose::Prove(_, _, act) => self.prove_arrival(act, &arrived, &back, now).await?,
            },
        };
        Ok(done.map_err(|refusal| Stranded { refusal, purpose: Some(purpose) }))
    }

    /// The trip of this state, if it is of this browser, provider and session, and has not ended. It ends here.
    async fn trip_that_ends(&self, back: &ComeBack, now: Timestamp) -> Result<Option<UpstreamLogin>, StorageError> {
        let Some((id, secret)) = parse_state(&back.state) else { return Ok(None) };
        let login = self.parts.store.read().await?.upstream_login(id).await?;
        let session = back.signed_in.as_ref().map(|person| (person.user.id, person.session.id));
        let Some(login) = login.filter(|login| {
            login.state_hash == secret.hash()
                && login.browser_hash == back.browser.hash()
                && login.provider == back.provider
                && login.purpose.session().is_none_or(|theirs| session == Some(theirs))
        }) else {
            return Ok(None);
        };
        let ended: bool = self
            .parts
            .store
            .transaction::<_, StorageError, _>(move |tx| {
                Box::pin(async move { tx.return_upstream_login(id, now).await })
            })
            .await?;
        Ok(ended.then_some(login))
    }

    /// Redeems the code. No transaction is open meanwhile.
    async fn who_came(
        &self,
        login: &UpstreamLogin,
        back: &ComeBack,
        now: Timestamp,
    ) -> Result<Result<Arrived, FederatedRefusal>, Error> {
        let providers = &self.parts.upstream;
        let provider = back.provider.as_str();
        if providers.settings(provider).is_none() {
            return Ok(Err(FederatedRefusal::NoProvider));
        }
        if let Err(error) = providers.check_issuer(provider, back.iss.as_deref(), now).await {
            return Ok(Err(told(provider, &error)));
        }
        let code = match (&back.code, &back.error) {
            (Some(code), None) => code.clone(),
            (_, error) => return Ok(Err(no_code(provider, error.as_deref()))),
        };
        let Some(trip) = self.trip(login, back.state.clone()).await? else { return Ok(Err(FederatedRefusal::Stale)) };
        Ok(providers.arrival(provider, code, &trip, now).await.map_err(|error| told(provider, &error)))
    }
}

/// RFC 6749 §4.1.2.1. Only known words are told to the log: the rest anybody may have written.
fn no_code(provider: &str, error: Option<&str>) -> FederatedRefusal {
    let known = ["access_denied", "temporarily_unavailable", "server_error", "invalid_request", "unauthorized_client"];
    let word = error.and_then(|error| known.into_iter().find(|word| *word == error)).unwrap_or("something else");
    tracing::info!(provider, word, "a provider sent no code");
    match word {
        "access_denied" => FederatedRefusal::Denied,
        "temporarily_unavailable" | "server_error" => FederatedRefusal::Unavailable,
        _ => FederatedRefusal::NotBelieved,
    }
}
