//! Which scripts of other sites may read an answer (C-30). The protocol's endpoints: all of them, and never with
//! credentials, since a token and not a cookie speaks there. Our own API: the app origins of the settings. Pages and
//! /authorize: none, by not being wrapped.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};

use crate::{
    edge::Edge,
    rate_limit::{self, Class},
};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What scripts may send and read.
struct Permitted {
    methods: &'static str,
    sent: &'static str,
    read: &'static str,
}

const PROTOCOL: Permitted = Permitted {
    methods: "GET, POST, OPTIONS",
    sent: "Authorization, Content-Type, DPoP, MCP-Protocol-Version, Mcp-Method, Mcp-Name",
    read: "WWW-Authenticate, Retry-After, X-Request-Id",
};
const OWN_API: Permitted = Permitted {
    methods: "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    sent: "Authorization, Content-Type, If-Match, Idempotency-Key",
    read: "ETag, Link, Location, RateLimit, RateLimit-Policy, WWW-Authenticate, Retry-After, X-Request-Id",
};
/// Browsers keep a preflight's answer for this long at most; Chromium caps it here.
const MAX_AGE: &str = "7200";

/// For metadata, JWKS, /token, /register, /revoke, /userinfo, counted under `class`. Answers the preflight itself.
///
/// # Errors
/// Only what the inner service gives.
pub async fn public(
    class: Class,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_crossing = request.headers().contains_key(header::ORIGIN);
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { no_content(request) } else { rate_limit::limit(class, request, next).await? };
    let headers = response.headers_mut();
    open(headers);
    if is_crossing {
        permit(headers, preflight, &PROTOCOL);
    }
    Ok(response)
}

/// What says that every site may read an answer. It is on all of them, since any may be kept and shown to another site.
pub(crate) fn open(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// A request to our own API, which the app origins of the settings may read and, in development, any on this machine.
pub struct Crossing {
    origin: Option<HeaderValue>,
    preflight: bool,
}

impl Crossing {
    /// Where the request comes from, as far as that is known here.
    ///
    /// # Errors
    /// The application was built without its edge.
    pub fn of(request: &ServiceRequest) -> Result<Self, Error> {
        let edge = Edge::of_service(request)?;
        let origin = request.headers().get(header::ORIGIN).filter(|origin| is_known(&edge, origin)).cloned();
        Ok(Self { origin, preflight: request.method() == Method::OPTIONS })
    }

    /// Whether a browser only asks whether it may ask.
    #[must_use]
    pub const fn is_preflight(&self) -> bool {
        self.preflight
    }

    /// Says who may read the answer: never with credentials, since a token and not a cookie speaks there.
    pub fn permit(self, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            permit(headers, self.preflight, &OWN_API);
        }
    }
}

/// The answer to a browser that only asks whether it may ask.
pub(crate) fn no_content(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    request.into_response(HttpResponse::new(StatusCode::NO_CONTENT))
}

fn permit(headers: &mut HeaderMap, preflight: bool, permitted: &Permitted) {
    if preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(permitted.methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(permitted.sent));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    } else {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(permitted.read));
    }
}

fn is_known(edge: &Edge, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let local = || {
        let host = url::Url::parse(origin).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"))
    };
    edge.app_origins.iter().any(|known| known.as_str() == origin) || (edge.development && local())
}

#[cfg(test)]
mod tests {
    use actix_web::{App, middleware::from_fn, test, web};

    use super::*;

    async fn asked(edge: web::Data<Edge>, method: Method, path: &str, origin: &str) -> ServiceResponse<BoxBody> {
        let ok = || async { HttpResponse::Ok().body("x") };
        let app = App::new()
            .app_data(edge)
            .service(
                web::resource("/token")
                    .wrap(from_fn(|request, next| public(Class::Token, request, next)))
                    .route(web::post().to(ok)),
            )
            .service(web::resource("/api").wrap(from_fn(crate::api::around)).route(web::get().to(ok)))
            .route("/authorize", web::get().to(ok));
        let request = test::TestRequest::with_uri(path).method(method).insert_header((header::ORIGIN, origin));
        test::call_service(&test::init_service(app).await, request.to_request()).await.map_into_boxed_body()
    }

    fn value<'a>(response: &'a ServiceResponse<BoxBody>, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[actix_web::test]
    async fn the_protocol_is_open_to_all_and_never_with_credentials() {
        let edge = Edge::for_tests(&[]);
        let preflight = asked(edge.clone(), Method::OPTIONS, "/token", "https://anyone.example").await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(value(&preflight, "access-control-allow-origin"), Some("*"));
        assert!(value(&preflight, "access-control-allow-headers").unwrap().contains("MCP-Protocol-Version"));
        assert!(value(&preflight, "access-control-allow-methods").unwrap().contains("POST"));
        for method in [Method::POST, Method::GET] {
            let answer = asked(edge.clone(), method, "/token", "https://anyone.example").await;
            assert_eq!(value(&answer, "access-control-allow-origin"), Some("*"), "{}", answer.status());
            assert!(value(&answer, "access-control-expose-headers").unwrap().contains("WWW-Authenticate"));
            assert_eq!(value(&answer, "access-control-allow-credentials"), None);
        }
    }

    #[actix_web::test]
    async fn what_is_not_wrapped_is_readable_by_nobody() {
        for method in [Method::GET, Method::OPTIONS] {
            let answer = asked(Edge::for_tests(&[]), method, "/authorize", "https://anyone.example").await;
            assert_eq!(value(&answer, "access-control-allow-origin"), None);
        }
    }

    #[actix_web::test]
    async fn our_own_api_is_for_the_apps_of_the_settings() {
        let edge = Edge::for_tests(&[("LANYARD__CORS__APP_ORIGINS", "https://app.example.com")]);
        let known = asked(edge.clone(), Method::GET, "/api", "https://app.example.com").await;
        assert_eq!(value(&known, "access-control-allow-origin"), Some("https://app.example.com"));
        assert_eq!(value(&known, "vary"), Some("Origin"));
        for origin in ["https://app.example.com.evil.example", "https://evil.example", "null", "http://localhost:3000"]
        {
            let stranger = asked(edge.clone(), Method::GET, "/api", origin).await;
            assert_eq!(value(&stranger, "access-control-allow-origin"), None, "{origin}");
            assert_eq!(value(&stranger, "vary"), Some("Origin"));
        }
        let local = asked(Edge::for_development_tests(), Method::OPTIONS, "/api", "http://localhost:3000").await;
        assert_eq!(value(&local, "access-control-allow-origin"), Some("http://localhost:3000"));
        let far = asked(Edge::for_development_tests(), Method::GET, "/api", "http://localhost.evil.example").await;
        assert_eq!(value(&far, "access-control-allow-origin"), None);
    }
}
