//! The query of /authorize. Input: the query.
//!
//! Decoding agrees with the WHATWG's form decoder; a doubled parameter is never believed; what was parsed prints and parses to
//! itself, as a query and as the JSON that is stored; `state` comes back byte for byte; values do not print.

use std::collections::BTreeMap;

use protocol::{AuthorizationRequest, AuthorizationResponse, OAuthError, Params, RegisteredRedirectUri};

use crate::{marked, refusal};

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (params, errors) = Params::parse_lossy(text);
    errors.iter().for_each(refusal::is_sayable);
    match Params::parse(text) {
        Ok(strict) => assert!(errors.is_empty() && strict.iter().eq(params.iter())),
        Err(error) => assert_eq!(errors.first().map(|first| &first.description), Some(&error.description)),
    }
    decoding_agrees(text, &params, &errors);
    params_print_themselves(&params);
    match AuthorizationRequest::parse(&params) {
        Ok(request) => accepted(&params, &request),
        Err(error) => refused(&error, &params),
    }
    if marked::is_free_of_it(data) {
        values_do_not_print(text);
    }
}

/// The same text read by another decoder, where no replacement character hides what was there.
fn decoding_agrees(text: &str, params: &Params, errors: &[OAuthError]) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if text.len() > 64 * 1024 || pairs.len() > 100 {
        assert!(!errors.is_empty() && params.iter().next().is_none());
        return;
    }
    if pairs.iter().any(|(name, value)| (name.clone() + value).contains(['\u{FFFD}', '\0']) || value.len() > 16 * 1024)
    {
        return;
    }
    let mut expected: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &pairs {
        expected.entry(name).or_default().push(value);
    }
    let mut doubled = 0;
    for (name, values) in expected {
        let believed = values.len() == 1 || matches!(name, "resource" | "audience");
        assert_eq!(params.is_refused(name), !believed, "{name}");
        let values: Vec<&str> = values.into_iter().filter(|value| believed && !value.is_empty()).collect();
        assert_eq!(params.all(name), values, "{name}");
        doubled += usize::from(!believed);
    }
    assert_eq!(errors.is_empty(), doubled == 0);
}

fn params_print_themselves(params: &Params) {
    let printed = marked::form(params.iter());
    if printed.len() <= 64 * 1024 {
        assert!(Params::parse(&printed).unwrap().iter().eq(params.iter()), "{printed}");
    }
}

fn accepted(params: &Params, request: &AuthorizationRequest) {
    let (client_id, redirect_uri, state) = AuthorizationRequest::identify(params).unwrap();
    assert_eq!((&client_id, &redirect_uri, &state), (&request.client_id, &request.redirect_uri, &request.state));
    assert!(!client_id.is_empty() && params.get("response_type") == Some("code"));
    for name in ["request", "request_uri", "registration"] {
        assert!(params.get(name).is_none(), "{name}");
    }
    let prompt = request.prompt;
    assert!(!prompt.none || !(prompt.login || prompt.consent || prompt.select_account));
    if let Some(challenge) = &request.code_challenge {
        assert!(challenge.as_str().len() == 43 && params.get("code_challenge_method") == Some("S256"));
    }
    let stored = serde_json::to_string(request).unwrap();
    assert_eq!(&serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(), request);
    let printed = query(request);
    assert_eq!(&AuthorizationRequest::parse(&Params::parse(&printed).unwrap()).unwrap(), request, "{printed}");
    answer_returns(request.state.as_deref());
}

fn refused(error: &OAuthError, params: &Params) {
    refusal::is_sayable(error);
    if let Ok((_, _, state)) = AuthorizationRequest::identify(params) {
        answer_returns(state.as_deref());
    }
}

/// OAuth 2.1 §4.1.2: `state` is the exact value received from the client.
fn answer_returns(state: Option<&str>) {
    let to = RegisteredRedirectUri::restore("https://client.example/cb?tenant=1").unwrap();
    let answer = AuthorizationResponse::failure(&OAuthError::access_denied("no"), state, "https://as.example");
    let location = url::Url::parse(&answer.location(&to)).unwrap();
    assert_eq!(location.origin().ascii_serialization(), "https://client.example");
    let sent: Vec<_> = location.query_pairs().filter(|(name, _)| name == "state").map(|(_, value)| value).collect();
    assert!(sent.iter().map(AsRef::as_ref).eq(state), "{location}");
}

fn query(request: &AuthorizationRequest) -> String {
    let challenge = request.code_challenge.as_ref();
    let asked = [
        (request.prompt.none, "none"),
        (request.prompt.login, "login"),
        (request.prompt.consent, "consent"),
        (request.prompt.select_account, "select_account"),
    ];
    let prompt = asked.iter().filter(|(asked, _)| *asked).map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
    // A scope of nothing but spaces asks for nothing, which is not the same as not to ask.
    let scope = request.scope.as_ref().map(|scope| if scope.is_empty() { " ".to_owned() } else { scope.to_string() });
    let max_age = request.max_age.map(|seconds| seconds.to_string());
    let members = [
        ("response_type", Some("code")),
        ("client_id", Some(request.client_id.as_str())),
        ("redirect_uri", request.redirect_uri.as_deref()),
        ("scope", scope.as_deref()),
        ("state", request.state.as_deref()),
        ("code_challenge", challenge.map(protocol::CodeChallenge::as_str)),
        ("code_challenge_method", challenge.map(|_| "S256")),
        ("nonce", request.nonce.as_deref()),
        ("resource", request.resource.as_ref().map(protocol::ResourceIndicator::as_str)),
        ("prompt", Some(prompt.as_str())),
        ("max_age", max_age.as_deref()),
        ("login_hint", request.login_hint.as_deref()),
        ("ui_locales", request.ui_locales.as_deref()),
        ("id_token_hint", request.id_token_hint.as_deref()),
    ];
    marked::form(members.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

/// Every value but what says who asks and for what replaced by a mark.
fn values_do_not_print(text: &str) {
    const SHOWN: [&str; 8] = [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "resource",
        "prompt",
        "max_age",
        "code_challenge_method",
    ];
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let all = marked::form(pairs.iter().map(|(name, _)| (name.as_str(), marked::MARK)));
    let (params, errors) = Params::parse_lossy(&all);
    marked::does_not_print(&params);
    marked::does_not_print(&errors);
    let hidden = pairs.iter().map(|(name, value)| {
        let challenge = name == "code_challenge";
        (name.as_str(), if SHOWN.contains(&name.as_str()) || challenge { value.as_str() } else { marked::MARK })
    });
    marked::does_not_print(&AuthorizationRequest::parse(&Params::parse_lossy(&marked::form(hidden)).0));
}
