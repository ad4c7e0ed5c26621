//! The authorize flow: one dispatcher over a persisted request. Every step returns to [`Authority::next_step`], the only
//! place that decides what comes next; steps never lead to one another.

mod at_once;
mod consent;
mod resolve;
mod respond;
mod validate;

use model::{Authorization, AuthorizationState, Client, Id, Organization, Profile, Project, Secret, Timestamp, Unmet};
use protocol::{AuthorizationRequest, OAuthError};

pub use consent::{AskedBy, AskingDevice, Choice, ConsentRequest, Decision, Provenance};
pub use validate::Begun;

use self::{
    consent::Wanted,
    resolve::{Resolved, To},
};
use crate::{
    Authority, Caller, Error,
    account::{ACR_VALUES, SignedIn, acr},
};

/// What the browser is shown, or where it is sent, next.
#[derive(Clone, Debug)]
pub enum Step {
    /// The person signs in.
    SignIn {
        /// Who waits; none while a document has not been fetched.
        client_name: Option<String>,
        /// Whom the client expects.
        login_hint: Option<String>,
    },
    /// The person proves their address first.
    Verify,
    /// The person is asked.
    Consent(Box<ConsentRequest>),
    /// The organisation of the project that was chosen demands more of a sign-in than this browser has shown.
    Demanded(Box<Demanded>),
    /// Back to the client, at once.
    Redirect {
        /// The whole address.
        location: String,
    },
    /// It is decided, and the device fetches the answer by itself.
    Told {
        /// Whether the person let it in.
        allowed: bool,
        /// Who asked.
        client_name: String,
    },
    /// Back to the client, but only by the person's own click: an error that no act of theirs caused.
    Leave {
        /// The whole address.
        location: String,
        /// The host or program that it leads to.
        host: String,
        /// Who asked.
        client_name: String,
        /// How we know.
        provenance: Provenance,
        /// What was wrong.
        error: OAuthError,
    },
    /// A page; there is nowhere that could be trusted to lead back to.
    Refused(OAuthError),
}

/// What the organisation of a chosen project demands.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// Which.
    pub organization: Organization,
    /// What is missing.
    pub unmet: Unmet,
    /// What was chosen.
    pub project_id: Id<Project>,
}

impl Authority {
    /// Decides what comes next for a running request.
    ///
    /// # Errors
    /// Trouble of the database; what is wrong with the request is a [`Step`].
    pub async fn next_step(
        &self,
        id: Id<Authorization>,
        browser: &Secret,
        signed_in: Option<&SignedIn>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Step, Error> {
        let authorization = match self.running(id, browser).await? {
            Ok(authorization) => authorization,
            Err(refusal) => return Ok(Step::Refused(refusal)),
        };
        // Answered already: the same answer for a short while, whatever else has changed.
        if !matches!(authorization.state, AuthorizationState::Pending) {
            return self.repeat(&authorization, signed_in, now).await;
        }
        if now >= authorization.expires_at {
            return Ok(Step::Refused(too_old()));
        }
        // 1 sign in
        let Some(signed_in) = signed_in.filter(|signed_in| is_recent(&authorization, signed_in, now)) else {
            return self.ask_to_sign_in(&authorization, now).await;
        };
        if let Some(expected) = self.expected_person(&authorization, now).await?
            && expected != signed_in.user.id.to_string()
        {
            return self.ask_to_sign_in(&authorization, now).await;
        }
        // 2 the strength that the client wishes, where the person has it to give
        if self.could_prove_more(&authorization, signed_in).await? {
            return self.ask_to_sign_in(&authorization, now).await;
        }
        // 3 fetch an unseen client document
        let resolved = match self.resolve(authorization, now).await? {
            Ok(resolved) => resolved,
            Err(step) => return Ok(step),
        };
        // 4 an address that is the person's
        if self.sends_mail() && signed_in.user.email_verified_at.is_none() {
            return Ok(match resolved.authorization.request.prompt.none {
                true => self.fail(&resolved, OAuthError::interaction_required("the person's address is not verified")),
                false => Step::Verify,
            });
        }
        // 5 an organisation's app, which is for its own people
        if !self.lets_in(&resolved, signed_in).await? {
            return Ok(self.fail(&resolved, not_a_member()));
        }
        // 6 consent
        match self.wanted(&resolved, signed_in, caller.language).await? {
            Wanted::Silent(grant) => self.allow_silently(&resolved, signed_in, *grant, caller, now).await,
            Wanted::Asked(_) if resolved.authorization.request.prompt.none => {
                Ok(self.fail(&resolved, OAuthError::consent_required("the person must be asked")))
            }
            Wanted::Asked(request) => Ok(Step::Consent(request)),
        }
    }

    /// Whether the app is anybody's to use, or belongs to an organisation in force that the person belongs to.
    async fn lets_in(&self, resolved: &Resolved, signed_in: &SignedIn) -> Result<bool, Error> {
        let Some(owner) = resolved.client.owner else { return Ok(true) };
        let member = self.parts.store.read().await?.organization_of_member(owner, signed_in.user.id).await?;
        Ok(member.is_some_and(|(organization, ..)| organization.disabled_at.is_none()))
    }

    /// The stored request, if this browser began it.
    async fn running(
        &self,
        id: Id<Authorization>,
        browser: &Secret,
    ) -> Result<Result<Authorization, OAuthError>, Error> {
        let Some(authorization) = self.parts.store.read().await?.authorization(id).await? else {
            return Ok(Err(too_old()));
        };
        if authorization.browser_hash != browser.hash() {
            return Ok(Err(OAuthError::invalid_request(
                "This sign-in was started in another browser. Go back to the app and start it again here.",
            )
            .because("the browser's secret is another")));
        }
        Ok(Ok(authorization))
    }

    async fn ask_to_sign_in(&self, authorization: &Authorization, now: Timestamp) -> Result<Step, Error> {
        if authorization.request.prompt.none {
            let error = OAuthError::login_required("the person must sign in");
            return match self.resolve(authorization.clone(), now).await? {
                Ok(resolved) => Ok(self.fail(&resolved, error)),
                Err(step) => Ok(step),
            };
        }
        let client = self.client(&authorization.client_id).await?;
        Ok(Step::SignIn {
            client_name: client.map(|(client, _)| client.name.clone()),
            login_hint: authorization.request.login_hint.clone(),
        })
    }

    /// Whether the client wishes for two factors, the session has one, and the account has another. A wish is no demand: it is
    /// passed over where it cannot be met, or no page may be shown (OpenID Connect Core §3.1.2.1, `acr_values`).
    async fn could_prove_more(&self, authorization: &Authorization, signed_in: &SignedIn) -> Result<bool, Error> {
        if !wishes_more(&authorization.request, signed_in) || authorization.request.prompt.none {
            return Ok(false);
        }
        Ok(self.parts.store.read().await?.second_factors(signed_in.user.id).await?.is_demanded())
    }

    /// The person whom the client expects, by an ID token that it holds (OpenID Connect Core §3.1.2.1, id_token_hint).
    async fn expected_person(&self, authorization: &Authorization, now: Timestamp) -> Result<Option<String>, Error> {
        let Some(hint) = &authorization.request.id_token_hint else { return Ok(None) };
        match self.verify_id_token_hint(hint, now).await {
            Ok(claims) => Ok(Some(claims.sub)),
            // A hint that cannot be read expects nobody in particular.
            Err(Error::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An error that no act of the person caused: sent to a client of the `oidc` profile, a page with a link for others.
    fn fail(&self, resolved: &Resolved, error: OAuthError) -> Step {
        let To::Client(redirect_uri) = &resolved.to else { return Step::Refused(error) };
        let state = resolved.authorization.request.state.as_deref();
        failure(self.issuer(), &resolved.client, redirect_uri, state, error)
    }
}

fn failure(
    issuer: &str,
    client: &Client,
    redirect_uri: &protocol::RegisteredRedirectUri,
    state: Option<&str>,
    error: OAuthError,
) -> Step {
    let location = protocol::AuthorizationResponse::failure(&error, state, issuer).location(redirect_uri);
    match client.profile {
        Profile::Oidc => Step::Redirect { location },
        Profile::Oauth21 => Step::Leave {
            location,
            host: redirect_uri.host_label(),
            client_name: client.name.clone(),
            provenance: consent::provenance(client),
            error,
        },
    }
}

/// Whether the person proved who they are as recently as the request demands (`prompt=login`, `max_age`). Proof that came
/// after the request arrived always suffices.
fn is_recent(authorization: &Authorization, signed_in: &SignedIn, now: Timestamp) -> bool {
    let (request, proved_at) = (&authorization.request, signed_in.session.authenticated_at);
    if proved_at >= authorization.created_at {
        return true;
    }
    let young_enough = request.max_age.is_none_or(|seconds| now.since(proved_at).as_secs() < seconds);
    !request.prompt.login && young_enough
}

/// Whether the client wishes for two factors where the session has one.
fn wishes_more(request: &AuthorizationRequest, signed_in: &SignedIn) -> bool {
    known_wish(request).is_some_and(|wish| wish != ACR_VALUES[0] && wish != acr(&signed_in.session.amr))
}

/// The first of the wished strengths that is one of ours.
fn known_wish(request: &AuthorizationRequest) -> Option<&str> {
    request.acr_values.iter().map(String::as_str).find(|wish| ACR_VALUES.contains(wish))
}

fn not_a_member() -> OAuthError {
    OAuthError::access_denied("this app is for members of the organisation that it belongs to")
}

fn too_old() -> OAuthError {
    OAuthError::invalid_request("This sign-in is too old. Go back to the app and start again.")
        .because("unknown or expired authorization")
}
