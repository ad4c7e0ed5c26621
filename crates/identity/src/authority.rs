//! The authority: everything that a flow needs, in one handle. The flows are `impl Authority` in their own modules.

use std::sync::Arc;

use model::{Language, ServerSecrets};
use prometheus_client::registry::Registry;
use storage::Store;
use tokio::sync::Semaphore;

use crate::{
    Clock, Error, Settings,
    account::RelyingParty,
    api_key::Meters,
    client_document::DocumentFetcher,
    events::Feed,
    keyring::Keyring,
    known::Known,
    last_use::LastUses,
    mail::MailQueue,
    metrics::Metrics,
    password::{Breaches, PasswordHasher},
    upstream::Providers,
};

/// An authorization server without its HTTP. Cheap to clone.
#[derive(Clone)]
pub struct Authority {
    pub(crate) parts: Arc<Parts>,
    /// Whether memory is believed before it is proven: only for a flow that ends in a command which proves it.
    pub(crate) believes: bool,
    /// The version that the next act is meant for ([`Authority::expecting`]); any, if there is none.
    pub(crate) expected: Option<i64>,
}

/// What the flows share.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) secrets: ServerSecrets,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) known: Known,
    pub(crate) keyring: Keyring,
    pub(crate) passwords: PasswordHasher,
    pub(crate) breaches: Breaches,
    pub(crate) documents: DocumentFetcher,
    pub(crate) upstream: Providers,
    pub(crate) last_uses: LastUses,
    pub(crate) feed: Feed,
    pub(crate) meters: Meters,
    pub(crate) metrics: Metrics,
    /// One permit for each registration under way: how large one is, a stranger decides.
    pub(crate) registering: Semaphore,
    pub(crate) mail: MailQueue,
    pub(crate) relying_party: RelyingParty,
}

/// Registrations under way at the same time.
const REGISTERING: usize = 32;

/// Who is at the other end of a request, for records that a person reads.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The client's address, as the server knows it.
    pub address: String,
    /// The browser or program, as it describes itself.
    pub user_agent: String,
    /// The language in which it is answered, and in which mails tell of what it does.
    pub language: Language,
}

impl Authority {
    /// An authority over this store. Makes the first signing keys if there are none.
    ///
    /// # Errors
    /// Trouble of the database, or settings that cannot be met.
    pub async fn new(store: Store, secrets: ServerSecrets, clock: Clock, settings: Settings) -> Result<Self, Error> {
        let keyring = Keyring::open(&store, &secrets, &settings, clock.now()).await?;
        let passwords = PasswordHasher::new(&settings.password)?;
        let documents = DocumentFetcher::new(&settings.documents)?;
        let upstream = Providers::new(&settings.upstream, &settings.documents, &settings.issuer)?;
        let parts = Parts {
            known: Known::default(),
            keyring,
            metrics: Metrics::new(&passwords.metrics),
            passwords,
            breaches: Breaches::new(settings.password.breaches.clone()),
            documents,
            upstream,
            last_uses: LastUses::default(),
            feed: Feed::new(&store.read().await?.feed().await?, clock.now()),
            meters: Meters::default(),
            registering: Semaphore::new(REGISTERING),
            mail: MailQueue::default(),
            relying_party: RelyingParty::new(&settings.issuer)?,
            store,
            secrets,
            clock,
            settings,
        };
        Ok(Self { parts: Arc::new(parts), believes: false, expected: None })
    }

    /// The same, believing what is remembered of clients and resources.
    pub(crate) fn believing(&self) -> Self {
        Self { parts: Arc::clone(&self.parts), believes: true, expected: None }
    }

    /// The time: read once per request, on arrival.
    #[must_use]
    pub fn now(&self) -> model::Timestamp {
        self.parts.clock.now()
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// The issuer identifier.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.parts.settings.issuer
    }

    /// The server's secrets, for cookies and forms.
    #[must_use]
    pub fn secrets(&self) -> &ServerSecrets {
        &self.parts.secrets
    }

    /// What the flows measure, as it is now; the store has measures of its own.
    #[must_use]
    pub fn metrics(&self) -> &Registry {
        self.parts.passwords.look();
        self.parts.metrics.event_streams(self.parts.feed.streams());
        self.parts.metrics.registry()
    }

    /// The store, for what is no flow: health, shutdown.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.parts.store
    }
}
