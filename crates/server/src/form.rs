//! Bodies of forms: read once, bounded, and for our own pages proven to come from them.
//!
//! Owns size, type, time and the CSRF proof; what the parameters mean belongs to the type that is made of them.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;
use protocol::{OAuthError, Params};

use crate::{
    config::PublicUrl,
    edge::Edge,
    error_response::{PageError, Refusal},
};

const MAX_BYTES: usize = 64 * 1024;
/// A form is small; whoever takes longer holds a connection open for its own sake.
const MAX_TIME: Duration = Duration::from_secs(15);

type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// The parameters of a protocol endpoint's body, such as /token's; a refusal is JSON.
#[derive(Debug)]
pub struct FormParams(pub Params);

impl FromRequest for FormParams {
    type Error = Refusal;
    type Future = BoxFuture<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(read(&request, payload).await?)) })
    }
}

/// A form of one of our own pages, sent by the browser that was given it. Only this extractor makes one, so that a handler
/// that has it needs no further proof.
#[derive(Debug)]
pub struct ProtectedForm<T>(T);

impl<T> ProtectedForm<T> {
    /// What was sent.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: TryFrom<Params, Error = OAuthError> + 'static> FromRequest for ProtectedForm<T> {
    type Error = PageError;
    type Future = BoxFuture<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let edge = Edge::of(&request)?;
            check_sender(&request, &edge.public_url)?;
            let browser = edge.cookies.browser(&request).ok_or_else(|| stale("no browser cookie"))?;
            let mut params = read(&request, payload).await?;
            let token = params.take("csrf").ok_or_else(|| stale("no CSRF token"))?;
            if !edge.csrf_matches(&browser, &token) {
                return Err(stale("the CSRF token is not this browser's"));
            }
            Ok(Self(T::try_from(params)?))
        })
    }
}

/// What the browser itself says of the sender. It only helps: the proof is the token.
fn check_sender(request: &HttpRequest, public_url: &PublicUrl) -> Result<(), PageError> {
    let says = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    // `none`: the person did it, by reloading for example.
    if says("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(stale("sent from another site (Sec-Fetch-Site)"));
    }
    // `Referrer-Policy: no-referrer` makes browsers send `Origin: null` from our own pages.
    if says("origin").is_some_and(|origin| origin != "null" && origin != public_url.origin()) {
        return Err(stale("sent from another origin"));
    }
    Ok(())
}

fn stale(detail: &'static str) -> PageError {
    tracing::info!(detail, "form refused");
    PageError::new(StatusCode::FORBIDDEN, "error-stale-form")
}

/// The parameters in the body of a request.
///
/// # Errors
/// `invalid_request` for a body of another kind, one that is too large, and one that takes too long.
pub(crate) async fn read(request: &HttpRequest, payload: Payload) -> Result<Params, OAuthError> {
    let mut collecting = pin!(collect(payload));
    // As a rule it came with the head, and no time has to be watched.
    let body = match poll_fn(|context| Poll::Ready(collecting.as_mut().poll(context))).await {
        Poll::Ready(body) => body?,
        Poll::Pending => tokio::time::timeout(MAX_TIME, collecting)
            .await
            .map_err(|_| OAuthError::invalid_request("the body took longer than 15 seconds"))??,
    };
    if !body.is_empty() && request.content_type() != "application/x-www-form-urlencoded" {
        return Err(OAuthError::invalid_request("the body must be application/x-www-form-urlencoded"));
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(OAuthError::invalid_request("the body must not be encoded or compressed"));
    }
    let text = std::str::from_utf8(&body).map_err(|_| OAuthError::invalid_request("the body is not UTF-8"))?;
    Params::parse(text)
}

/// Most bodies come in one piece, and stay where they lie.
async fn collect(mut payload: Payload) -> Result<Bytes, OAuthError> {
    let Some(first) = piece(&mut payload, 0).await? else { return Ok(Bytes::new()) };
    let Some(second) = piece(&mut payload, first.len()).await? else { return Ok(first) };
    let mut body = BytesMut::from(first);
    body.extend_from_slice(&second);
    while let Some(more) = piece(&mut payload, body.len()).await? {
        body.extend_from_slice(&more);
    }
    Ok(body.freeze())
}

/// The next piece, after so many bytes.
async fn piece(payload: &mut Payload, before: usize) -> Result<Option<Bytes>, OAuthError> {
    let Some(chunk) = payload.next().await else { return Ok(None) };
    let chunk = chunk.map_err(|_| OAuthError::invalid_request("the body ended before its end"))?;
    if before + chunk.len() > MAX_BYTES {
        return Err(OAuthError::invalid_request("the body is larger than 64 KiB"));
    }
    Ok(Some(chunk))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, http::header::CONTENT_TYPE, test, web};
    use model::Secret;

    use super::*;

    struct Name(String);

    impl TryFrom<Params> for Name {
        type Error = OAuthError;

        fn try_from(mut params: Params) -> Result<Self, OAuthError> {
            params.required("name").map(Self)
        }
    }

    struct Sent {
        edge: web::Data<Edge>,
        cookie: Option<Secret>,
        body: String,
        headers: Vec<(&'static str, String)>,
    }

    /// A form as the browser that it was given to sends it.
    fn good() -> Sent {
        let edge = Edge::for_tests(&[]);
        let browser = Secret::generate();
        let body = format!("name=Ada+L&csrf={}", edge.csrf(&browser));
        let headers = vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())];
        Sent { edge, cookie: Some(browser), body, headers }
    }

    impl Sent {
        fn with(mut self, name: &'static str, value: &str) -> Self {
            self.headers.push((name, value.to_owned()));
            self
        }

        async fn status(self) -> u16 {
            let page = web::post().to(|form: ProtectedForm<Name>| async move {
                assert_eq!(form.into_inner().0, "Ada L");
                HttpResponse::Ok().finish()
            });
            let app = App::new().app_data(self.edge.clone()).route("/page", page);
            let mut request = test::TestRequest::post().uri("/page").set_payload(self.body);
            if let Some(browser) = &self.cookie {
                request = request.cookie(self.edge.cookies.set_browser(browser));
            }
            for header in self.headers {
                request = request.insert_header(header);
            }
            test::call_service(&test::init_service(app).await, request.to_request()).await.status().as_u16()
        }
    }

    #[actix_web::test]
    async fn our_own_form_passes() {
        assert_eq!(good().status().await, 200);
        assert_eq!(good().with("origin", "https://auth.example.com").status().await, 200);
        assert_eq!(good().with("origin", "null").with("sec-fetch-site", "same-origin").status().await, 200);
    }

    #[actix_web::test]
    async fn without_the_proof_nothing_passes() {
        let none = Sent { cookie: None, ..good() };
        assert_eq!(none.status().await, 403);
        let other = Sent { cookie: Some(Secret::generate()), ..good() };
        assert_eq!(other.status().await, 403);
        for body in
            ["name=Ada+L", "name=Ada+L&csrf=", "name=Ada+L&csrf=AAAA", "name=Ada+L&csrf=%00", "name=Ada+L&csrf=!!"]
        {
            let forged = Sent { body: body.to_owned(), ..good() };
            assert!(matches!(forged.status().await, 400 | 403), "{body}");
        }
        let doubled = good();
        let body = format!("{}&csrf=x", doubled.body);
        assert_eq!(Sent { body, ..doubled }.status().await, 400);
    }

    #[actix_web::test]
    async fn another_site_is_refused_even_with_the_token() {
        for origin in ["https://evil.example", "http://auth.example.com", "https://auth.example.com.evil.example", ""] {
            assert_eq!(good().with("origin", origin).status().await, 403, "{origin}");
        }
        for site in ["cross-site", "same-site", "x"] {
            assert_eq!(good().with("origin", "null").with("sec-fetch-site", site).status().await, 403, "{site}");
        }
    }

    #[actix_web::test]
    async fn a_body_of_another_kind_is_refused() {
        let json = Sent { headers: vec![("content-type", "application/json".to_owned())], ..good() };
        assert_eq!(json.status().await, 400);
        let untyped = Sent { headers: Vec::new(), ..good() };
        assert_eq!(untyped.status().await, 400);
        let large = good();
        let body = format!("{}&more={}", large.body, "x".repeat(MAX_BYTES));
        assert_eq!(Sent { body, ..large }.status().await, 400);
        assert_eq!(good().with("content-encoding", "gzip").status().await, 400);
    }

    #[actix_web::test]
    async fn a_protocol_endpoint_gets_its_parameters_or_answers_json() {
        let token = web::post().to(|FormParams(params): FormParams| async move {
            HttpResponse::Ok().body(params.get("name").unwrap_or_default().to_owned())
        });
        let app = test::init_service(App::new().route("/token", token)).await;
        let send = |body: &'static str| {
            test::TestRequest::post()
                .uri("/token")
                .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
                .set_payload(body)
                .to_request()
        };
        assert_eq!(test::call_and_read_body(&app, send("name=x")).await, "x");
        let refused = test::call_service(&app, send("name=x&name=y")).await;
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.headers().get(CONTENT_TYPE).unwrap(), "application/json");
    }
}
