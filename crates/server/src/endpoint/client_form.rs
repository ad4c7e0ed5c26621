//! The form that a client or a resource server sends, with the credentials in it or in the header. Owns that nothing is
//! taken from the address; who the sender is, `identity` finds out.

use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use protocol::{ClientCredentials, OAuthError, Params};

use crate::{error_response::Refusal, form};

/// Credentials and parameters of one request to /token, /revoke or /introspect.
#[derive(Debug)]
pub struct ClientForm {
    /// What the sender says that it is; nothing is verified.
    pub credentials: ClientCredentials,
    /// The rest.
    pub params: Params,
}

impl FromRequest for ClientForm {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !request.query_string().is_empty() {
                // Addresses are logged on the way; OAuth 2.1 §2.4.1 keeps credentials out of them.
                return Err(OAuthError::invalid_request(
                    "parameters belong in the body of the request, not in its address",
                )
                .into());
            }
            let mut params = form::read(&request, payload).await?;
            let credentials = ClientCredentials::parse(authorization(&request)?, &mut params)?;
            Ok(Self { credentials, params })
        })
    }
}

/// The Authorization header, if it came once.
pub(super) fn authorization(request: &HttpRequest) -> Result<Option<&str>, OAuthError> {
    let mut lines = request.headers().get_all(header::AUTHORIZATION);
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("the Authorization header came twice")),
        (Some(line), None) => {
            let unreadable =
                |_| OAuthError::invalid_client("the Authorization header cannot be read").with_basic_challenge();
            line.to_str().map(Some).map_err(unreadable)
        }
    }
}
