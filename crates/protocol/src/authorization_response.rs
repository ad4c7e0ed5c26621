//! The answer to an authorization request (OAuth 2.1 §4.1.2). Owns its parameters and their order; where it may be sent is
//! proven by a [`RegisteredRedirectUri`].

use crate::{OAuthError, RegisteredRedirectUri};

/// The parameters that go back to the client (OAuth 2.1 §4.1.2, RFC 9207 §2).
#[derive(Clone)]
pub struct AuthorizationResponse(Vec<(&'static str, String)>);

impl AuthorizationResponse {
    /// The person allowed it: here is the code.
    #[must_use]
    pub fn success(code: &str, state: Option<&str>, iss: &str) -> Self {
        Self(vec![("code", code.to_owned())]).completed(state, iss)
    }

    /// It was refused.
    #[must_use]
    pub fn failure(error: &OAuthError, state: Option<&str>, iss: &str) -> Self {
        let mut params = vec![("error", error.code.as_str().to_owned())];
        if !error.description.is_empty() {
            params.push(("error_description", error.description.to_string()));
        }
        Self(params).completed(state, iss)
    }

    /// The pairs in the order in which they are sent.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The Location that carries this answer.
    #[must_use]
    pub fn location(&self, redirect_uri: &RegisteredRedirectUri) -> String {
        redirect_uri.with_params(&self.params().collect::<Vec<_>>())
    }

    /// RFC 9207 §2: `iss` stands in every answer, errors too.
    fn completed(mut self, state: Option<&str>, iss: &str) -> Self {
        self.0.extend(state.map(|state| ("state", state.to_owned())));
        self.0.push(("iss", iss.to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::AuthorizationResponse;
    use crate::{OAuthError, RegisteredRedirectUri};

    #[test]
    fn answers_carry_state_and_iss_errors_too() {
        let to = RegisteredRedirectUri::restore("https://client.example.com/cb?tenant=1").unwrap();
        let allowed = AuthorizationResponse::success("SplxlOBeZQQYbYS6WxSbIA", Some("a b+%ü"), "https://as.example/t1");
        assert_eq!(
            allowed.location(&to),
            "https://client.example.com/cb?tenant=1&code=SplxlOBeZQQYbYS6WxSbIA&state=a%20b%2B%25%C3%BC&iss=https%3A%2F%2Fas.example%2Ft1"
        );
        let refused = AuthorizationResponse::failure(&OAuthError::access_denied("no"), None, "https://as.example");
        assert_eq!(
            refused.location(&to),
            "https://client.example.com/cb?tenant=1&error=access_denied&error_description=no&iss=https%3A%2F%2Fas.example"
        );
    }
}
