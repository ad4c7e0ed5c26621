//! The answer to a registration (RFC 7591 §3.2.1). Owns its shape; ids and secrets are made elsewhere.

use serde::Serialize;

use crate::ClientMetadata;

/// The registered client, with all metadata as it took effect and no nulls. It may hold a secret, so it does not print.
#[derive(Clone, Serialize)]
pub struct RegistrationResponse {
    /// The new client's id.
    pub client_id: String,
    /// When it was registered, in seconds since 1970.
    pub client_id_issued_at: u64,
    /// The client's secret, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// When the secret expires; present exactly with a secret, and 0 for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expires_at: Option<u64>,
    /// The effective metadata.
    #[serde(flatten)]
    pub metadata: ClientMetadata,
}

impl RegistrationResponse {
    /// The answer for a client whose secret, if it has one, never expires.
    #[must_use]
    pub fn new(
        client_id: String,
        client_id_issued_at: u64,
        client_secret: Option<String>,
        metadata: ClientMetadata,
    ) -> Self {
        let client_secret_expires_at = client_secret.is_some().then_some(0);
        Self { client_id, client_id_issued_at, client_secret, client_secret_expires_at, metadata }
    }
}

#[cfg(test)]
mod tests {
    use super::RegistrationResponse;
    use crate::ClientMetadata;

    fn answer(secret: Option<&str>) -> serde_json::Value {
        let metadata =
            ClientMetadata::parse(br#"{"redirect_uris":["https://a.example/cb"],"client_name":null}"#).unwrap();
        serde_json::to_value(RegistrationResponse::new(
            "c1".to_owned(),
            1_700_000_000,
            secret.map(str::to_owned),
            metadata,
        ))
        .unwrap()
    }

    #[test]
    fn effective_metadata_and_no_nulls() {
        let json = answer(None);
        assert_eq!(json["redirect_uris"][0], "https://a.example/cb");
        assert_eq!(json["client_id_issued_at"], 1_700_000_000);
        assert_eq!(json["token_endpoint_auth_method"], "client_secret_basic");
        assert!(json.as_object().unwrap().values().all(|value| !value.is_null()));
        assert!(json.get("client_secret_expires_at").is_none());
    }

    #[test]
    fn a_secret_says_that_it_does_not_expire() {
        let json = answer(Some("lyd_cs_x"));
        assert_eq!((&json["client_secret"], &json["client_secret_expires_at"]), (&"lyd_cs_x".into(), &0.into()));
    }
}
