//! What can be wrong with a guard's settings. Refusals of requests are in `reply`.

/// Why a guard could not be built. The text names the setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The issuer is not an https URL (http is accepted for loopback only), or has a query or fragment (RFC 8414 §2).
    #[error("issuer: {0}")]
    Issuer(&'static str),
    /// The resource is not an absolute http(s) URL without a fragment (RFC 8707 §2).
    #[error("resource: {0}")]
    Resource(&'static str),
    /// An endpoint of the issuer's that was named is not an https URL (http is accepted for loopback only).
    #[error("endpoint: {0}")]
    Endpoint(&'static str),
    /// Introspection and the event feed need a client id and a secret, and they are missing.
    #[error("introspection: the client id and the secret are missing")]
    Credentials,
    /// The thread that listens to the event feed could not be started.
    #[error("event feed: {0}")]
    EventFeed(#[from] std::io::Error),
    /// The additional root certificate is not PEM, or the TLS library refused to start.
    #[error("http client: {0}")]
    HttpClient(#[from] reqwest::Error),
}
