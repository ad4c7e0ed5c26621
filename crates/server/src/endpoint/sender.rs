//! Who is at the other end, for the records that people read: address and program.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use identity::Caller;

use crate::{error_response::Unexpected, forwarded::ClientAddress};

/// The caller of a request.
#[derive(Clone, Debug)]
pub struct Sender(pub Caller);

impl Sender {
    /// Reads the address that the proxies vouch for, and the User-Agent.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self(Caller {
            address: ClientAddress::of(request).0.to_string(),
            user_agent: user_agent.unwrap_or_default().to_owned(),
            ..Caller::default()
        })
    }
}

impl FromRequest for Sender {
    type Error = Unexpected;
    type Future = Ready<Result<Self, Unexpected>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
