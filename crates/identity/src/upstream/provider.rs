//! A provider as an operator configured it, and what is known of it while the server runs.

use std::time::Duration;

use protocol::Confidential;
use tokio::sync::Mutex;
use url::Url;

use super::{discovery::Kept, health::Seen, keys::KeptKeys};

/// Microsoft's tenants that stand for many, and the one of personal accounts.
pub(super) const COMMON: &str = "common";
pub(super) const ORGANIZATIONS: &str = "organizations";
pub(super) const CONSUMERS: &str = "consumers";
pub(super) const CONSUMERS_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// All that an operator decided of providers.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// In the order of their buttons.
    pub providers: Vec<ProviderSettings>,
    /// Development: a provider may stand on this computer, over plain http.
    pub loopback: bool,
    /// One question to a provider takes no longer.
    pub timeout: Duration,
}

/// One provider.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Its name in addresses and in the database: lower-case letters, digits and hyphens.
    pub id: String,
    /// Its name for people: `Google`.
    pub name: String,
    /// How it speaks.
    pub kind: ProviderKind,
    /// Who we are there.
    pub client_id: String,
    /// What proves it; none for a public client.
    pub client_secret: Option<Confidential>,
    /// Where it stands, without a trailing slash: for OpenID Connect the issuer (Microsoft's lacks tenant and version).
    pub base_url: String,
    /// The origins of its endpoints, that of `base_url` among them. Nothing else is asked on its behalf.
    pub origins: Vec<String>,
    /// Whether these may lead into a private network.
    pub private_network: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
}

/// How a provider speaks, and what its words are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect by discovery. An address that it calls verified is.
    OpenId,
    /// OpenID Connect; an address is proved where Google itself has it: `@gmail.com`, or the domain of a Workspace.
    Google,
    /// OpenID Connect with many tenants. Its addresses are what their administrators typed.
    Microsoft {
        /// A tenant's id, `common`, `organizations` or `consumers`.
        tenant: String,
    },
    /// OAuth 2.0, and an API that says who somebody is.
    GitHub,
}

/// A provider and what was fetched of it.
pub(super) struct Provider {
    pub(super) settings: ProviderSettings,
    /// Exactly one for each provider, so that an answer for one cannot be brought to another.
    pub(super) redirect_uri: String,
    pub(super) metadata: Mutex<Option<Kept>>,
    pub(super) keys: Mutex<Option<KeptKeys>>,
    pub(super) seen: Seen,
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings, issuer: &str) -> Self {
        let redirect_uri = format!("{issuer}/upstream/{}/callback", settings.id);
        Self { settings, redirect_uri, metadata: Mutex::default(), keys: Mutex::default(), seen: Seen::default() }
    }
}

impl ProviderSettings {
    /// Where its metadata are (OpenID Connect Discovery §4).
    pub(super) fn metadata_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer())
    }

    /// The issuer by whose metadata it is known; Microsoft's may name no single tenant.
    pub(super) fn issuer(&self) -> String {
        match &self.kind {
            ProviderKind::Microsoft { tenant } => format!("{}/{tenant}/v2.0", self.base_url),
            _ => self.base_url.clone(),
        }
    }

    /// Where its API is: GitHub's own stands on another host, an enterprise's below the same.
    pub(super) fn api(&self) -> String {
        if self.base_url == Self::GITHUB {
            return Self::GITHUB_API.to_owned();
        }
        format!("{}/api/v3", self.base_url)
    }

    /// GitHub, where it is not an enterprise's own.
    pub const GITHUB: &str = "https://github.com";
    /// And its API.
    pub const GITHUB_API: &str = "https://api.github.com";

    /// The origin of an address; nothing if it is no address.
    #[must_use]
    pub fn origin_of(url: &str) -> Option<String> {
        Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
    }
}
