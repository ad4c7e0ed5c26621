//! The headers that every answer carries (C-32). A handler that needs another value sets it itself; what is there stays.

use actix_web::{
    dev::ServiceResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};

/// Where a form of this answer may lead beside ourselves: origins (`https://app.example.com`), or schemes (`cursor:`).
/// Put into the answer's extensions by the consent and sign-in pages, since `form-action` also rules the redirect that
/// follows a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormAction(pub Vec<String>);

/// What an answer may load and where its forms may lead: to ourselves, and nowhere else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// JSON shows nothing, loads nothing and is framed by nobody.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const JSON: &str = "application/json";

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_DOMAIN_POLICIES: HeaderName = HeaderName::from_static("x-permitted-cross-domain-policies");

const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
    idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// Adds what is missing.
pub(crate) fn secured(mut response: ServiceResponse, https: bool) -> ServiceResponse {
    let is_data = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == JSON);
    let policy = match response.response().extensions().get::<FormAction>() {
        Some(more) => HeaderValue::from_str(&content_security_policy(more)).ok(),
        None => None,
    };
    let own = if is_data { DATA_POLICY } else { PAGE_POLICY };
    let headers = response.headers_mut();
    add(headers, header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static(own)));
    add(headers, header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    add(headers, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    add(headers, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    add(headers, header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    add(headers, RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    if !is_data {
        // What these say is about documents.
        add(headers, OPENER_POLICY, HeaderValue::from_static("same-origin"));
        add(headers, PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
        add(headers, CROSS_DOMAIN_POLICIES, HeaderValue::from_static("none"));
    }
    if https {
        // Two years; not for subdomains, which are not ours to decide on.
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    response
}

/// A handler that needs another value has set it.
fn add(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

fn content_security_policy(more: &FormAction) -> String {
    let mut policy = PAGE_POLICY.to_owned();
    for source in more.0.iter().filter_map(|source| form_action_source(source)) {
        policy.push(' ');
        policy.push_str(source);
    }
    policy
}

/// A source as CSP's grammar allows it (CSP3 §2.3.1); nothing if it could say more than one source.
fn form_action_source(source: &str) -> Option<&str> {
    let (scheme, rest) = source.split_once(':')?;
    let scheme_is_plain = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !scheme_is_plain {
        return None;
    }
    match rest.strip_prefix("//") {
        None if rest.is_empty() => Some(source),
        // A host source cannot hold an IPv6 address, so its scheme stands in for it.
        Some(host) if host.starts_with('[') => source.get(..=scheme.len()),
        Some(host) if is_host(host) => Some(source),
        _ => None,
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.:_".contains(c))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, dev::Service as _, test as http_test, web};

    use super::*;
    use crate::edge::Edge;

    #[test]
    fn a_source_cannot_smuggle_another_directive() {
        for source in [
            "https://a.example; script-src *",
            "https://a.example https://b.example",
            "*",
            "'self'",
            "https://*",
            "https://",
            "x",
            "https://a.example/path",
            "https://a.example,b",
            ":",
            "1a:",
            "a b:",
        ] {
            assert_eq!(form_action_source(source), None, "{source}");
        }
        for source in ["https://claude.ai", "http://127.0.0.1:33418", "cursor:", "com.example.app:"] {
            assert_eq!(form_action_source(source), Some(source));
        }
        assert_eq!(form_action_source("http://[::1]:4711"), Some("http:"));
    }

    async fn answered(edge: web::Data<Edge>, path: &str) -> ServiceResponse {
        let consent = web::to(|| async {
            let mut answer = HttpResponse::Ok().body("x");
            answer.extensions_mut().insert(FormAction(vec![
                "https://claude.ai".into(),
                "cursor:".into(),
                "; x".into(),
            ]));
            answer
        });
        let asset =
            web::to(|| async { HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "max-age=1")).body("x") });
        let https = edge.public_url.is_https();
        let app = App::new()
            .wrap_fn(move |request, routes| {
                let answer = routes.call(request);
                async move { Ok(secured(answer.await?.map_into_boxed_body(), https)) }
            })
            .route("/consent", consent)
            .route("/asset", asset);
        http_test::call_service(
            &http_test::init_service(app).await,
            http_test::TestRequest::get().uri(path).to_request(),
        )
        .await
        .map_into_boxed_body()
    }

    fn value<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[actix_web::test]
    async fn every_answer_carries_them_errors_too() {
        let response = answered(Edge::for_tests(&[]), "/nowhere").await;
        assert_eq!(response.status(), 404);
        for (name, expected) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=63072000"),
        ] {
            assert_eq!(value(&response, name), expected, "{name}");
        }
        let policy = value(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && policy.ends_with("form-action 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    }

    #[actix_web::test]
    async fn a_handler_may_add_where_its_form_leads_and_keep_its_own_caching() {
        let consent = answered(Edge::for_tests(&[]), "/consent").await;
        let policy = value(&consent, "content-security-policy");
        assert!(policy.ends_with("form-action 'self' https://claude.ai cursor:"), "{policy}");
        let asset = answered(Edge::for_tests(&[]), "/asset").await;
        assert_eq!(value(&asset, "cache-control"), "max-age=1");
    }

    #[actix_web::test]
    async fn plain_http_on_loopback_promises_no_https() {
        let response = answered(Edge::for_development_tests(), "/asset").await;
        assert_eq!(value(&response, "strict-transport-security"), "");
        assert_eq!(value(&response, "x-frame-options"), "DENY");
    }
}
