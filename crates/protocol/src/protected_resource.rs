//! What a resource server says about itself (RFC 9728 §2). Owns the shape; the resource server fills it in.

use serde::{Deserialize, Serialize};

use url::Url;

use crate::ResourceIndicator;

/// Protected resource metadata. Empty lists and absent members are not serialised (RFC 9728 §3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResourceMetadata {
    /// The resource itself.
    pub resource: ResourceIndicator,
    /// Issuers whose tokens it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// Scopes worth asking for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// How a token may be sent; `header` alone is safe (RFC 9700 §4.3.2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bearer_methods_supported: Vec<String>,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// URL of documentation for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
}

impl ProtectedResourceMetadata {
    /// Metadata of a resource that takes tokens of one issuer, in the Authorization header only.
    #[must_use]
    pub fn new(resource: ResourceIndicator, issuer: String, scopes_supported: Vec<String>) -> Self {
        Self {
            resource,
            authorization_servers: vec![issuer],
            scopes_supported,
            bearer_methods_supported: vec!["header".to_owned()],
            resource_name: None,
            resource_documentation: None,
        }
    }
}

/// Where the metadata of a resource stand by convention.
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

impl ResourceIndicator {
    /// The URL of the resource's metadata: the well-known part goes between host and path (RFC 9728 §3.1). None for what is not
    /// reached over HTTP.
    #[must_use]
    pub fn metadata_url(&self) -> Option<Url> {
        let mut url = Url::parse(self.as_str()).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
        url.set_path(&format!("{WELL_KNOWN}{}", url.path().trim_end_matches('/')));
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::ProtectedResourceMetadata;
    use crate::ResourceIndicator;

    #[test]
    fn the_well_known_part_is_inserted() {
        for (resource, expected) in [
            ("https://api.example/mcp", Some("https://api.example/.well-known/oauth-protected-resource/mcp")),
            ("https://api.example", Some("https://api.example/.well-known/oauth-protected-resource")),
            ("https://api.example/a?b=c", Some("https://api.example/.well-known/oauth-protected-resource/a?b=c")),
        ] {
            let url = ResourceIndicator::parse(resource).unwrap().metadata_url();
            assert_eq!(url.as_ref().map(url::Url::as_str), expected, "{resource}");
        }
    }

    #[test]
    fn what_is_empty_is_not_said() {
        let resource = ResourceIndicator::parse("http://localhost:8081/mcp").unwrap();
        let metadata = ProtectedResourceMetadata::new(resource, "http://localhost:8080".to_owned(), Vec::new());
        let json = serde_json::to_string(&metadata).unwrap();
        assert_eq!(
            json,
            r#"{"resource":"http://localhost:8081/mcp","authorization_servers":["http://localhost:8080"],"bearer_methods_supported":["header"]}"#
        );
    }
}
