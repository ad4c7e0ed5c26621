//! The authorization request: made, sent with the person, and its answer checked (OAuth 2.1 §4.1, RFC 9207).

use model::Secret;
use protocol::CodeVerifier;
use server::command::{Failure, say};
use url::Url;

use super::{Where, browser, callback::Callback, discovery::Server, speaker::Speaker};

/// What a client asks a person for.
pub(super) struct Asked<'a> {
    pub(super) client_id: &'a str,
    pub(super) scope: &'a str,
    /// The app whose data is meant (RFC 8707).
    pub(super) resource: Option<&'a str>,
    /// Ties the ID token to this request (OpenID Connect Core §3.1.2.1).
    pub(super) nonce: Option<&'a str>,
}

/// What the person's browser brought back, checked; and what proves that the same client redeems it.
pub(super) struct Approved {
    pub(super) code: String,
    pub(super) verifier: String,
    pub(super) redirect_uri: String,
}

/// Sends the person to the server, and waits for the answer.
pub(super) async fn approval(
    speaker: &Speaker,
    place: &Where,
    server: &Server,
    callback: Callback,
    asked: &Asked<'_>,
) -> Result<Approved, Failure> {
    speaker.story.step("Send the person to the server: sign in, and decide (OAuth 2.1 §4.1.1).")?;
    let verifier = Secret::generate().expose();
    let challenge = CodeVerifier::parse(&verifier).map_err(|error| Failure::failed(error.to_string()))?.challenge();
    let state = Secret::generate().expose();
    let redirect_uri = callback.redirect_uri().to_owned();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", asked.client_id),
        ("redirect_uri", &redirect_uri),
        ("scope", asked.scope),
        ("state", &state),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    parameters.extend(asked.resource.map(|resource| ("resource", resource)));
    parameters.extend(asked.nonce.map(|nonce| ("nonce", nonce)));
    let endpoint = server.endpoint("authorization_endpoint")?;
    speaker.story.request("GET", &endpoint, &parameters)?;
    let url = Url::parse_with_params(&endpoint, &parameters)
        .map_err(|_| Failure::failed("The authorization endpoint is not a URL."))?;
    show(place, url.as_str())?;

    let answer = callback.wait().await?;
    speaker.story.step("The browser comes back to this program, with a code that can be used once.")?;
    let brought: Vec<(&str, &str)> = answer.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    speaker.story.request("GET", &redirect_uri, &brought)?;
    let code = checked(&brought, &state, &server.issuer)?;
    speaker.story.note(
        "`state` is ours, so that nobody slipped in an answer; `iss` names the server that we asked (RFC 9207).",
    )?;
    Ok(Approved { code, verifier, redirect_uri })
}

/// Exactly one of each, the state of ours, and the issuer that was asked.
pub(super) fn checked(answer: &[(&str, &str)], state: &str, issuer: &str) -> Result<String, Failure> {
    let one = |wanted: &str| -> Option<&str> {
        let mut values = answer.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| *value);
        values.next().filter(|_| values.next().is_none())
    };
    if one("state") != Some(state) {
        return Err(Failure::failed(
            "The answer does not carry the `state` of this request, and was dropped (OAuth 2.1 §7.12).",
        ));
    }
    if one("iss") != Some(issuer) {
        return Err(Failure::failed(format!(
            "The answer does not say that it is {issuer}'s, and was dropped (RFC 9207 §2.4)."
        )));
    }
    if let Some(error) = one("error") {
        let why = one("error_description").map(|why| format!(": {why}")).unwrap_or_default();
        return Err(Failure::failed(format!("The server answered {error}{why}.")));
    }
    one("code").map(str::to_owned).ok_or_else(|| Failure::failed("The answer carries neither a code nor an error."))
}

fn show(place: &Where, url: &str) -> Result<(), Failure> {
    let opened = !place.no_browser && browser::open(url);
    let what = if opened {
        "A browser is opening. If it does not, open this address:"
    } else {
        "Open this address in a browser:"
    };
    say(&format!("\n   {what}\n\n   {url}\n\n   Waiting for the answer …"))
}
