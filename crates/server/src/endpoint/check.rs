//! `GET /check`, for proxies (nginx's `auth_request` and its like): may this request pass? 204 with the grant in headers, 401
//! and 403 with the challenge that belongs to the caller. Whatever is wrong with the proxy itself is neither, so that no
//! client throws its token away for that.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header, header::HeaderValue},
    web::Data,
};
use identity::check::{Carried, Passage, Verdict};
use model::Resource;
use protocol::{
    Access, ActiveKey, ActiveToken, ClientCredentials, ErrorCode, OAuthError, Params, Scope, reading::only_reads,
};

use super::{Sender, client_form::authorization};
use crate::{error_response::Refusal, state::AppState};

/// What the caller sent as Authorization, as the proxy hands it on.
const CARRIED: &str = "lanyard-authorization";
/// The caller's address, for API keys that are bound to some.
const CLIENT_IP: &str = "lanyard-client-ip";
/// The caller's method.
const METHOD: &str = "lanyard-method";

/// Judges one request for a proxy that proves itself with its resource's credentials.
///
/// # Errors
/// 400 for a proxy that is not set up well, 503 where nothing is known.
pub async fn get(state: Data<AppState>, Sender(caller): Sender, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    let mut params = Params::parse(request.query_string())?;
    let scope = params.take("scope").map(|text| Scope::parse(&text)).transpose()?.unwrap_or_default();
    let credentials = ClientCredentials::parse(authorization(&request)?, &mut Params::default()).map_err(misplaced)?;
    let resource =
        authority.authenticate_resource(credentials, now).await.map_err(|error| misplaced(error.into_oauth()))?;
    let method = single(&request, METHOD).ok().flatten().unwrap_or_default();
    let passage = Passage {
        token: carried(&request),
        client_ip: single(&request, CLIENT_IP).ok().flatten().and_then(|text| text.parse().ok()),
        only_reads: only_reads(method, |name| request.headers().get_all(name).map(HeaderValue::as_bytes).collect()),
        scope,
    };
    Ok(match authority.check(&resource, &passage, &caller, now).await? {
        Verdict::Pass(token) => passed(&token),
        Verdict::PassKey(key) => passed_key(&key),
        Verdict::TooMany(seconds) => {
            uncached(StatusCode::TOO_MANY_REQUESTS).insert_header((header::RETRY_AFTER, seconds)).finish()
        }
        Verdict::Unauthorized(error) => challenged(StatusCode::UNAUTHORIZED, &resource, error, &passage.scope),
        Verdict::Forbidden => challenged(StatusCode::FORBIDDEN, &resource, Some("insufficient_scope"), &passage.scope),
    })
}

/// A fault of the proxy's is not the caller's: 401 would be sent on to it.
fn misplaced(error: OAuthError) -> OAuthError {
    match error.code {
        ErrorCode::InvalidClient => {
            OAuthError::invalid_request("the proxy must prove which resource it stands for").because(error.detail)
        }
        _ => error,
    }
}

fn carried(request: &HttpRequest) -> Carried<'_> {
    let Ok(line) = single(request, CARRIED) else { return Carried::Malformed };
    let (scheme, token) = line.unwrap_or_default().split_once(' ').unwrap_or_default();
    let token = token.trim_matches(' ');
    match scheme.eq_ignore_ascii_case("bearer") {
        false => Carried::Nothing,
        true if token.is_empty() || token.contains([' ', ',']) => Carried::Malformed,
        true => Carried::Token(token),
    }
}

/// A header that may stand once.
fn single<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, ()> {
    let mut lines = request.headers().get_all(name);
    match (lines.next(), lines.next()) {
        (line, None) => line.map(|line| line.to_str().map_err(|_| ())).transpose(),
        _ => Err(()),
    }
}

fn passed(token: &ActiveToken) -> HttpResponse {
    let scope = token.scope.to_string();
    let is_person = token.sub.as_ref() != Some(&token.client_id);
    allowed(&[
        ("Lanyard-Subject", token.sub.as_deref().filter(|_| is_person)),
        ("Lanyard-Client", Some(token.client_id.as_str())),
        ("Lanyard-Organization", token.organization.as_deref()),
        ("Lanyard-Project", token.project.as_deref()),
        ("Lanyard-Scope", Some(scope.as_str())),
        ("Lanyard-Access", Some(word(token.access))),
        ("Lanyard-Grant", token.grant_id.as_deref()),
    ])
}

fn passed_key(key: &ActiveKey) -> HttpResponse {
    let scope = key.scope.to_string();
    allowed(&[
        ("Lanyard-Subject", Some(key.sub.as_str()).filter(|sub| *sub != key.key_id)),
        ("Lanyard-Key", Some(key.key_id.as_str())),
        ("Lanyard-Organization", Some(key.organization.as_str())),
        ("Lanyard-Project", Some(key.project.as_str())),
        ("Lanyard-Scope", Some(scope.as_str())),
        ("Lanyard-Access", Some(word(Some(key.access)))),
    ])
}

const fn word(access: Option<Access>) -> &'static str {
    if matches!(access, Some(Access::Write)) { "write" } else { "read" }
}

/// It may pass, and who it is stands in these headers.
fn allowed(said: &[(&'static str, Option<&str>)]) -> HttpResponse {
    let mut answer = uncached(StatusCode::NO_CONTENT);
    for (name, value) in said {
        if let Some(value) = value {
            answer.insert_header((*name, *value));
        }
    }
    answer.finish()
}

/// RFC 6750 §3, RFC 9728 §5.1: what the caller is told, in the words of the resource.
fn challenged(status: StatusCode, resource: &Resource, error: Option<&str>, scope: &Scope) -> HttpResponse {
    let mut parts = Vec::new();
    parts.extend(error.map(|error| format!("error=\"{error}\"")));
    parts.extend((!scope.is_empty()).then(|| format!("scope=\"{scope}\"")));
    parts.extend(resource.identifier.metadata_url().map(|url| format!("resource_metadata=\"{url}\"")));
    uncached(status)
        .insert_header((header::WWW_AUTHENTICATE, format!("Bearer {}", parts.join(", ")).trim_end()))
        .finish()
}

fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
