//! Finds what the guard calls in the issuer's metadata (RFC 8414). Believes only a document that names the very issuer that
//! was asked for (§3.3).

use reqwest::Client;
use serde::Deserialize;
use url::{Host, Url};

use crate::introspect::{Trouble, answer};

/// Where to ask.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub introspection: Option<Url>,
    pub jwks: Option<Url>,
}

#[derive(Deserialize)]
struct IssuerMetadata {
    issuer: String,
    introspection_endpoint: Option<String>,
    jwks_uri: Option<String>,
}

/// Fetches the metadata and takes the endpoints out of it.
pub(crate) async fn endpoints(http: &Client, issuer: &Url) -> Result<Endpoints, Trouble> {
    let body = answer(http.get(document(issuer))).await?;
    let metadata: IssuerMetadata = serde_json::from_slice(&body).map_err(|_| Trouble::Metadata("not understood"))?;
    if metadata.issuer.trim_end_matches('/') != issuer.as_str().trim_end_matches('/') {
        return Err(Trouble::Metadata("it names another issuer"));
    }
    let url = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => {
            let url = Url::parse(&text).ok().filter(may_carry_secrets);
            url.map(Some).ok_or(Trouble::Metadata("an endpoint is not https"))
        }
    };
    Ok(Endpoints { introspection: url(metadata.introspection_endpoint)?, jwks: url(metadata.jwks_uri)? })
}

/// RFC 8414 §3.1: the well-known part goes between the host and the issuer's path.
fn document(issuer: &Url) -> Url {
    let mut document = issuer.clone();
    let path = issuer.path().trim_end_matches('/');
    document.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    document
}

/// https anywhere, http on this machine only.
pub(crate) fn may_carry_secrets(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost" || name.ends_with(".localhost"),
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{document, may_carry_secrets};

    #[test]
    fn the_well_known_part_is_inserted() {
        for (issuer, expected) in [
            ("https://id.example.com", "https://id.example.com/.well-known/oauth-authorization-server"),
            ("https://id.example.com/", "https://id.example.com/.well-known/oauth-authorization-server"),
            ("https://id.example.com/t1", "https://id.example.com/.well-known/oauth-authorization-server/t1"),
        ] {
            assert_eq!(document(&issuer.parse().unwrap()).as_str(), expected);
        }
    }

    #[test]
    fn secrets_travel_in_the_clear_on_loopback_only() {
        for good in ["https://id.example.com/x", "http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:2/x"] {
            assert!(may_carry_secrets(&good.parse().unwrap()), "{good}");
        }
        for bad in
            ["http://id.example.com/x", "http://10.0.0.1/x", "http://localhost.example.com/", "ftp://localhost/x"]
        {
            assert!(!may_carry_secrets(&bad.parse().unwrap()), "{bad}");
        }
    }
}
