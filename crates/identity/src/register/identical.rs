//! When two registrations are one. Programs on people's devices register at every start, with another loopback port each
//! time; without this, every start would leave a client behind and ask for consent again.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{AuthMethod, ClientMetadata, RedirectUri, equal_as_registered};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

/// A digest that identical registrations share; none for a confidential client, whose secret is its own.
pub(super) fn fingerprint(metadata: &ClientMetadata) -> Option<String> {
    if metadata.token_endpoint_auth_method != AuthMethod::None {
        return None;
    }
    let mut alike = serde_json::to_value(metadata).ok()?;
    let mut uris: Vec<String> = metadata.redirect_uris.iter().map(without_free_port).collect();
    uris.sort_unstable();
    uris.dedup();
    alike.as_object_mut()?.insert("redirect_uris".to_owned(), uris.into());
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(alike.to_string())))
}

/// Whether each registered URI of the one stands among those of the other, as the redirect rule compares them.
pub(super) fn same_uris(one: &ClientMetadata, other: &ClientMetadata) -> bool {
    let covers = |these: &[RedirectUri], those: &[RedirectUri]| {
        those.iter().all(|that| these.iter().any(|this| equal_as_registered(this, that)))
    };
    covers(&one.redirect_uris, &other.redirect_uris) && covers(&other.redirect_uris, &one.redirect_uris)
}

/// The URI without the port that the redirect rule ignores (RFC 8252 §7.3).
fn without_free_port(uri: &RedirectUri) -> String {
    match Url::parse(uri.as_str()) {
        Ok(mut url) if uri.is_loopback() && matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) => {
            // Refused only for URLs without a host.
            let _ = url.set_port(None);
            url.into()
        }
        _ => uri.as_str().to_owned(),
    }
}
