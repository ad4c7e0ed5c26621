//! Client ID Metadata Documents: a client whose id is the https URL of what it says about itself. Owns the rules for the URL
//! and the document; fetching, caching and trust are decided elsewhere.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::clean_uri::CleanUri;
use crate::json::Members;
use crate::{AuthMethod, ClientMetadata, OAuthError};

const MAX_BYTES: usize = 5 * 1024;

/// A client id that is a URL: https, with a path, and without fragment, userinfo, `.` or `..` segments in any encoding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientIdUrl(CleanUri);

impl ClientIdUrl {
    /// Whether a client id wants to be read as a URL.
    #[must_use]
    pub fn looks_like(client_id: &str) -> bool {
        client_id.starts_with("https://")
    }

    /// Reads a client id that looks like a URL. Whether the host may be fetched from is the fetcher's business.
    ///
    /// # Errors
    /// `invalid_client` when it breaks a rule of the URL.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let uri = CleanUri::parse(text).map_err(not_a_client)?;
        if !Self::looks_like(text) {
            return Err(not_a_client("must be https"));
        }
        if !uri.has_path() {
            return Err(not_a_client("must have a path"));
        }
        Ok(Self(uri))
    }

    /// The client id, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host in lower case, which the consent page shows.
    #[must_use]
    pub fn host(&self) -> String {
        self.0.host().unwrap_or_default().to_ascii_lowercase()
    }

    /// Whether it has no query, as it should not.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.0.has_query()
    }

    /// The parsed URL, for fetching.
    ///
    /// # Errors
    /// `invalid_client`; not for a value that [`ClientIdUrl::parse`] made.
    pub fn url(&self) -> Result<url::Url, OAuthError> {
        url::Url::parse(self.as_str()).map_err(|_| not_a_client("is not a URL"))
    }
}

fn not_a_client(what: &str) -> OAuthError {
    OAuthError::invalid_client("the client id is not an acceptable URL").because(format!("the client id {what}"))
}

impl fmt::Display for ClientIdUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ClientIdUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ClientIdUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A document that belongs to its URL and shares no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDocument {
    /// Where it came from.
    pub client_id: ClientIdUrl,
    /// What it says; `client_name` is present.
    pub metadata: ClientMetadata,
}

impl ClientDocument {
    /// Reads a fetched document of at most 5 KiB.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri`, with words for the person who looks into it.
    pub fn parse(bytes: &[u8], url: &ClientIdUrl) -> Result<Self, OAuthError> {
        let mut members = Members::parse(bytes, MAX_BYTES).map_err(refused)?;
        if members.text("client_id").map_err(refused)?.as_deref() != Some(url.as_str()) {
            return Err(refused("client_id in the document is not the document's URL"));
        }
        if members.has("client_secret") || members.has("client_secret_expires_at") {
            return Err(refused("a document must not hold a client secret"));
        }
        // Whatever a document does not say, it cannot mean a shared secret.
        let metadata = ClientMetadata::from_members(members, AuthMethod::None)?;
        if metadata.token_endpoint_auth_method.is_secret() {
            return Err(refused("a document cannot use a shared secret"));
        }
        if metadata.client_name.is_none() {
            return Err(refused("client_name is missing"));
        }
        Ok(Self { client_id: url.clone(), metadata })
    }
}

fn refused(what: impl Into<String>) -> OAuthError {
    OAuthError::invalid_client_metadata(what.into())
}

#[cfg(test)]
mod tests {
    use super::{ClientDocument, ClientIdUrl};
    use crate::{AuthMethod, ErrorCode, GrantType};
    use serde_json::{Value, json};

    const URL: &str = "https://claude.ai/oauth/claude-code-client-metadata";

    fn document(change: impl FnOnce(&mut Value)) -> Result<ClientDocument, crate::OAuthError> {
        let mut value = json!({
            "client_id": URL, "client_name": "Claude Code",
            "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "whatever"],
            "response_types": ["code"], "token_endpoint_auth_method": "none"
        });
        change(&mut value);
        ClientDocument::parse(value.to_string().as_bytes(), &ClientIdUrl::parse(URL).unwrap())
    }

    #[test]
    fn client_ids_of_real_clients() {
        for text in [
            URL,
            "https://chatgpt.com/oauth/client.json",
            "https://vscode.dev/oauth/client-metadata.json",
            "https://localhost:8443/c",
        ] {
            let url = ClientIdUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.is_clean(), url.url().unwrap().as_str()), (text, true, text));
        }
        assert!(!ClientIdUrl::parse("https://a.example/c?x=1").unwrap().is_clean());
        assert_eq!(ClientIdUrl::parse("https://A.example/c").unwrap().host(), "a.example");
    }

    #[test]
    fn urls_that_are_no_client_ids() {
        for text in [
            "http://a.example/c",
            "HTTPS://a.example/c",
            "https://a.example",
            "https://a.example/",
            "https://a.example/?c",
            "https://a.example/c#f",
            "https://u@a.example/c",
            "https://a.example/./c",
            "https://a.example/x/../c",
            "https://a.example/x/%2e%2E/c",
            "https://a.example/x/%2e",
            "https://a.example/%252e%252e/c",
            "https://a.example\\@b.example/c",
            "https:/a.example/c",
            "https:///a.example/c",
            "https://2130706433/c",
            "https://0x7f.1/c",
            "https://a.example:0/c",
            "https://a.example/c d",
            "https://a.example/é",
            "",
        ] {
            assert_eq!(ClientIdUrl::parse(text).unwrap_err().code, ErrorCode::InvalidClient, "{text}");
        }
    }

    #[test]
    fn a_document_is_read_and_its_odd_grant_types_are_dropped() {
        let read = document(|_| {}).unwrap();
        assert_eq!(read.metadata.client_name.as_deref(), Some("Claude Code"));
        assert_eq!(read.metadata.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        let silent = document(|d| d["token_endpoint_auth_method"] = Value::Null).unwrap();
        assert_eq!(silent.metadata.token_endpoint_auth_method, AuthMethod::None);
    }

    #[test]
    fn documents_that_are_refused() {
        let cases: [fn(&mut Value); 11] = [
            |d| d["client_id"] = "https://claude.ai/oauth/other".into(),
            |d| d["client_id"] = Value::Null,
            |d| d["client_name"] = " \u{202e}".into(),
            |d| d["redirect_uris"] = json!([]),
            |d| d["redirect_uris"] = json!(["https://a.example/cb", "javascript:alert(1)"]),
            |d| d["client_secret"] = "x".into(),
            |d| d["client_secret_expires_at"] = 0.into(),
            |d| d["token_endpoint_auth_method"] = "client_secret_post".into(),
            |d| d["token_endpoint_auth_method"] = "private_key_jwt".into(),
            |d| d["logo_uri"] = "data:image/svg+xml,x".into(),
            |d| d["padding"] = "x".repeat(5 * 1024).into(),
        ];
        for (index, change) in cases.into_iter().enumerate() {
            let code = document(change).unwrap_err().code;
            assert!(matches!(code, ErrorCode::InvalidClientMetadata | ErrorCode::InvalidRedirectUri), "case {index}");
        }
    }

    #[test]
    fn keys_make_a_document_confidential() {
        let keyed = |d: &mut Value| {
            d["token_endpoint_auth_method"] = "private_key_jwt".into();
            d["jwks_uri"] = "https://chatgpt.com/oauth/jwks.json".into();
        };
        assert_eq!(document(keyed).unwrap().metadata.token_endpoint_auth_method, AuthMethod::PrivateKeyJwt);
        let plain = document(|d| {
            keyed(d);
            d["jwks_uri"] = "http://chatgpt.com/jwks".into();
        });
        assert!(plain.is_err());
        let both = document(|d| {
            keyed(d);
            d["jwks"] = json!({"keys": [{"kty": "EC"}]});
        });
        assert!(both.is_err());
    }
}
