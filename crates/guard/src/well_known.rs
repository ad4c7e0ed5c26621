//! The protected-resource metadata (RFC 9728): what is served, at which paths, and how challenges point to it.

use bytes::Bytes;
use protocol::ProtectedResourceMetadata;
use url::Url;

const ROOT: &str = "/.well-known/oauth-protected-resource";

/// The document, ready to be sent.
pub(crate) struct WellKnown {
    /// The path-inserted form first (RFC 9728 §3.1), then the plain one that older clients try.
    pub paths: Vec<String>,
    /// What `resource_metadata` in challenges says.
    pub url: String,
    pub document: Bytes,
}

impl WellKnown {
    pub fn new(resource: &Url, metadata: &ProtectedResourceMetadata) -> Self {
        let inserted = format!("{ROOT}{}", resource.path().trim_end_matches('/'));
        let mut url = resource.clone();
        url.set_path(&inserted);
        let mut paths = vec![inserted];
        if paths.iter().all(|path| path != ROOT) {
            paths.push(ROOT.to_owned());
        }
        // A struct of strings always serializes.
        let document = serde_json::to_vec(metadata).unwrap_or_default().into();
        Self { paths, url: url.into(), document }
    }
}
