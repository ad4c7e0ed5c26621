//! The browser of a request, whether anybody is signed in there or not: what its authorization requests and its forms are
//! bound to.

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, cookie::Cookie, dev::Payload};
use futures_util::future::{Ready, ready};
use model::Secret;

use crate::{edge::Edge, error_response::Unexpected};

/// This browser, known by its anonymous cookie; a fresh one where it had none.
#[derive(Debug)]
pub struct Browser {
    /// What binds authorization requests to it; stored as its hash.
    pub secret: Secret,
    /// The token for the hidden input `csrf` of every form.
    pub csrf: String,
    /// To be set on the answer, if the browser had none.
    pub cookie: Option<Cookie<'static>>,
}

impl Browser {
    /// The browser that sent this request.
    ///
    /// # Errors
    /// The application was built without its [`Edge`].
    pub fn of(request: &HttpRequest) -> Result<Self, Unexpected> {
        let edge = Edge::of(request)?;
        if let Some(known) = request.extensions().get::<Fresh>() {
            // Two extractors in one request must not make two browsers of it.
            return Ok(Self::fresh(&edge, known.0.clone()));
        }
        match edge.cookies.browser(request) {
            Some(secret) => Ok(Self { csrf: edge.csrf(&secret), secret, cookie: None }),
            None => {
                let secret = Secret::generate();
                request.extensions_mut().insert(Fresh(secret.clone()));
                Ok(Self::fresh(&edge, secret))
            }
        }
    }

    fn fresh(edge: &Edge, secret: Secret) -> Self {
        Self { csrf: edge.csrf(&secret), cookie: Some(edge.cookies.set_browser(&secret)), secret }
    }
}

struct Fresh(Secret);

impl FromRequest for Browser {
    type Error = Unexpected;
    type Future = Ready<Result<Self, Unexpected>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_stranger_gets_one_cookie_and_a_known_browser_none() {
        let edge = Edge::for_tests(&[]);
        let stranger = TestRequest::default().app_data(edge.clone()).to_http_request();
        let first = Browser::of(&stranger).unwrap();
        let again = Browser::of(&stranger).unwrap();
        assert_eq!(first.secret.hash(), again.secret.hash());
        assert!(edge.csrf_matches(&first.secret, &first.csrf));
        let cookie = first.cookie.unwrap();

        let known = TestRequest::default().app_data(edge).cookie(cookie).to_http_request();
        let back = Browser::of(&known).unwrap();
        assert_eq!(back.secret.hash(), first.secret.hash());
        assert_eq!(back.csrf, first.csrf);
        assert!(back.cookie.is_none());
    }
}
