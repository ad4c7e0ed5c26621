//! The device authorization request and its answer (RFC 8628 §3.1, §3.2). Owns their parameters; what codes are, and how long they
//! live, is decided elsewhere.

use std::fmt;

use serde::Serialize;

use crate::{AuthorizationRequest, OAuthError, Params, Prompt, ResourceIndicator, Scope};

impl AuthorizationRequest {
    /// What a device asks for: scope and resource, and nothing of a browser. `client_id` is the authenticated client's.
    ///
    /// # Errors
    /// `invalid_scope` or `invalid_target`.
    pub fn of_device(client_id: String, params: &Params) -> Result<Self, OAuthError> {
        Ok(Self {
            client_id,
            redirect_uri: None,
            scope: params.get("scope").map(Scope::parse).transpose()?,
            state: None,
            code_challenge: None,
            nonce: None,
            resource: ResourceIndicator::one_of(params.all("resource"))?,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            ui_locales: None,
            id_token_hint: None,
            acr_values: Vec::new(),
        })
    }
}

/// What a device is given (RFC 8628 §3.2).
#[derive(Clone, Serialize)]
pub struct DeviceAuthorizationResponse {
    /// What it asks the token endpoint with; a secret.
    pub device_code: String,
    /// What its person types, with a dash in the middle.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same address with the code in it, for a picture; the code must still be compared there.
    pub verification_uri_complete: String,
    /// Seconds until both codes are worth nothing.
    pub expires_in: u64,
    /// Seconds between two questions at the token endpoint.
    pub interval: u64,
}

impl fmt::Debug for DeviceAuthorizationResponse {
    /// Without the codes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorizationResponse").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scope_and_resource_are_read() {
        let text = "scope=b+a&resource=https://api.example/mcp&state=s&redirect_uri=https://evil.example&prompt=none";
        let request = AuthorizationRequest::of_device("c".to_owned(), &Params::parse(text).unwrap()).unwrap();
        assert_eq!(request.scope.unwrap().to_string(), "a b");
        assert_eq!(request.resource.unwrap().as_str(), "https://api.example/mcp");
        assert!(request.redirect_uri.is_none() && request.state.is_none() && !request.prompt.none);
        let wrong = Params::parse("resource=a").unwrap();
        assert!(AuthorizationRequest::of_device("c".to_owned(), &wrong).is_err());
    }

    #[test]
    fn the_answer_is_rfc_8628s_and_does_not_print_its_codes() {
        let answer = DeviceAuthorizationResponse {
            device_code: "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS".to_owned(),
            user_code: "WDJB-MJHT".to_owned(),
            verification_uri: "https://example.com/device".to_owned(),
            verification_uri_complete: "https://example.com/device?user_code=WDJB-MJHT".to_owned(),
            expires_in: 600,
            interval: 5,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT","verification_uri":"https://example.com/device","verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":600,"interval":5}"#
        );
        let printed = format!("{answer:?}");
        assert!(!printed.contains("GmRhm") && !printed.contains("WDJB"), "{printed}");
    }
}
