//! What a provider says of itself (OpenID Connect Discovery §3), fetched seldom and kept.

use std::time::Duration;

use std::sync::Arc;

use model::Timestamp;
use serde::Deserialize;

use super::{
    ProviderKind, ProviderSettings, UpstreamError,
    http::Http,
    provider::{COMMON, CONSUMERS, CONSUMERS_TENANT, ORGANIZATIONS, Provider},
};

/// It is asked for anew after this.
const FRESH: Duration = Duration::from_secs(3600);
/// While a provider does not answer, what it said last is believed this long.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// Where Microsoft's metadata stand for many tenants, the issuer has this in place of one.
const TENANT: &str = "{tenantid}";

/// The metadata, and when they were fetched.
pub(super) struct Kept {
    at: Timestamp,
    metadata: Arc<Metadata>,
}

/// What is used of it.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Provider {
    /// The metadata, kept or fetched; one asks at a time.
    pub(super) async fn metadata(&self, http: &Http, now: Timestamp) -> Result<Arc<Metadata>, UpstreamError> {
        let mut kept = http.turn(&self.metadata).await?;
        let within = |kept: &Kept, span: Duration| now >= kept.at && now.since(kept.at) < span;
        if let Some(known) = kept.as_ref().filter(|kept| within(kept, FRESH)) {
            return Ok(Arc::clone(&known.metadata));
        }
        match self.seen.note(fetched(&self.settings, http).await, now, |health| &mut health.discovered_at) {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *kept = Some(Kept { at: now, metadata: Arc::clone(&metadata) });
                Ok(metadata)
            }
            Err(error) => match kept.as_ref().filter(|kept| within(kept, STALE)) {
                Some(known) => {
                    tracing::warn!(provider = self.settings.id, %error, "the last good metadata are kept");
                    Ok(Arc::clone(&known.metadata))
                }
                None => Err(error),
            },
        }
    }
}

async fn fetched(provider: &ProviderSettings, http: &Http) -> Result<Metadata, UpstreamError> {
    let body = http.fetch(provider, &provider.metadata_url()).await?;
    let metadata: Metadata = serde_json::from_slice(&body)
        .map_err(|error| UpstreamError::Refused(format!("{}: no metadata: {error}", provider.metadata_url())))?;
    if !is_theirs(provider, &metadata.issuer) {
        let wrong = format!("metadata of {:?}, not of {}", metadata.issuer, provider.issuer());
        return Err(UpstreamError::Refused(wrong));
    }
    Ok(metadata)
}

/// OpenID Connect Discovery §4.3: the issuer is the one that was asked, byte for byte. Microsoft's names the tenant that was
/// asked by its id, or stands for many.
fn is_theirs(provider: &ProviderSettings, issuer: &str) -> bool {
    let ProviderKind::Microsoft { tenant } = &provider.kind else { return issuer == provider.issuer() };
    let Some(named) = tenant_in(provider, issuer) else { return false };
    match tenant.as_str() {
        COMMON | ORGANIZATIONS => named == TENANT,
        CONSUMERS => named == CONSUMERS_TENANT,
        id if is_tenant_id(id) => named.eq_ignore_ascii_case(id),
        // A domain's name stands for the tenant that has it.
        _ => is_tenant_id(named),
    }
}

/// The tenant that an issuer of Microsoft's form names.
fn tenant_in<'i>(provider: &ProviderSettings, issuer: &'i str) -> Option<&'i str> {
    issuer.strip_prefix(provider.base_url.as_str())?.strip_prefix('/')?.strip_suffix("/v2.0")
}

/// A UUID as Microsoft writes it.
pub(super) fn is_tenant_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl Metadata {
    /// The issuer that tokens must name. Where the metadata stand for many tenants, it is made of the token's own tenant.
    pub(super) fn token_issuer(&self, provider: &ProviderSettings, tid: Option<&str>) -> Result<String, UpstreamError> {
        let ProviderKind::Microsoft { tenant } = &provider.kind else { return Ok(self.issuer.clone()) };
        let tid = tid.filter(|tid| is_tenant_id(tid));
        let tid = tid.ok_or_else(|| UpstreamError::Refused("the token names no tenant".to_owned()))?;
        if tenant == ORGANIZATIONS && tid.eq_ignore_ascii_case(CONSUMERS_TENANT) {
            return Err(UpstreamError::Refused("a personal account, where an organisation's is asked for".to_owned()));
        }
        Ok(self.issuer.replace(TENANT, tid))
    }

    /// RFC 9207 §2.4: what an answer says of its issuer must be right, and must be there if the provider says that it is.
    pub(super) fn check_issuer(&self, provider: &ProviderSettings, iss: Option<&str>) -> Result<(), UpstreamError> {
        let is_right = match iss {
            None => !self.authorization_response_iss_parameter_supported,
            Some(iss) => iss == self.issuer || (self.issuer.contains(TENANT) && is_of_a_tenant(provider, iss)),
        };
        if is_right { Ok(()) } else { Err(UpstreamError::Refused(format!("an answer of the issuer {iss:?}"))) }
    }

    /// Whether our secret goes into the body, since the provider does not take it in the header.
    pub(super) fn wants_secret_in_body(&self) -> bool {
        self.token_endpoint_auth_methods_supported.as_ref().is_some_and(|methods| {
            !methods.iter().any(|method| method == "client_secret_basic")
                && methods.iter().any(|method| method == "client_secret_post")
        })
    }

    /// Whether the keys that Microsoft binds to an issuer may speak for this one.
    pub(super) fn key_speaks_for(bound: &str, issuer: &str, tid: Option<&str>) -> bool {
        tid.map_or_else(|| bound == issuer, |tid| bound.replace(TENANT, tid) == issuer)
    }
}

fn is_of_a_tenant(provider: &ProviderSettings, issuer: &str) -> bool {
    tenant_in(provider, issuer).is_some_and(is_tenant_id)
}
