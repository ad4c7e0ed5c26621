//! Client ID Metadata Documents. Input: the URL, a line feed, the document.
//!
//! A client id that is a URL reads the same to a browser; a document is accepted only if it names that very URL and shares no
//! secret; what was accepted prints and parses to itself.

use protocol::{AuthMethod, ClientDocument, ClientIdUrl, ClientMetadata, ErrorCode};
use serde_json::Value;
use url::Url;

use crate::{refusal, registration};

/// The property.
pub fn holds(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, document) = data.split_at(at);
    let document = document.strip_prefix(b"\n").unwrap_or_default();
    let Ok(text) = std::str::from_utf8(line) else { return };
    match ClientIdUrl::parse(text) {
        Err(error) => {
            refusal::is_sayable(&error);
            assert_eq!(error.code, ErrorCode::InvalidClient);
        }
        Ok(url) => {
            is_an_address(&url, text);
            reads(document, &url);
        }
    }
}

fn is_an_address(url: &ClientIdUrl, text: &str) {
    assert_eq!(url.as_str(), text);
    assert!(ClientIdUrl::looks_like(text) && text.len() <= 2048);
    let browser = Url::parse(text).unwrap();
    assert_eq!(url.url().unwrap(), browser);
    assert_eq!(browser.scheme(), "https");
    assert_eq!(browser.host_str(), Some(url.host().as_str()));
    assert!(browser.username().is_empty() && browser.password().is_none() && browser.fragment().is_none());
    assert!(browser.path().len() > 1);
    let (_, rest) = text.split_once("://").unwrap();
    let path = &rest[rest.find(['/', '?']).unwrap()..];
    assert_eq!(browser.path(), path.split('?').next().unwrap(), "no segment was taken away");
    assert_eq!(url.is_clean(), browser.query().is_none());
    assert_eq!(&serde_json::from_value::<ClientIdUrl>(serde_json::to_value(url).unwrap()).unwrap(), url);
}

fn reads(document: &[u8], url: &ClientIdUrl) {
    let read = match ClientDocument::parse(document, url) {
        Ok(read) => read,
        Err(error) => {
            refusal::is_sayable(&error);
            assert!(
                matches!(error.code, ErrorCode::InvalidClientMetadata | ErrorCode::InvalidRedirectUri),
                "{error:?}"
            );
            return;
        }
    };
    assert!(document.len() <= 5 * 1024);
    let json: Value = serde_json::from_slice(document).unwrap();
    assert_eq!(json["client_id"], url.as_str());
    assert!(json["client_secret"].is_null() && json["client_secret_expires_at"].is_null());
    assert_eq!(&read.client_id, url);
    let metadata = &read.metadata;
    assert!(matches!(metadata.token_endpoint_auth_method, AuthMethod::None | AuthMethod::PrivateKeyJwt));
    assert!(metadata.client_name.is_some());
    registration::is_sound(metadata);
    // As it is kept, and as the same document says it once more.
    let kept = serde_json::to_value(metadata).unwrap();
    assert_eq!(&ClientMetadata::from_value(kept).unwrap(), metadata);
}
