//! The messenger: takes events to the addresses of organisations. What is told, and how often, is `identity::webhooks`'.

use identity::Authority;

use crate::bearers::{Outbox, bear};

/// How many are delivered at the same time by one process.
const BEARERS: usize = 4;

/// Whoever takes events to webhooks.
#[derive(Clone)]
pub struct Messenger {
    authority: Authority,
}

impl Messenger {
    /// For this authority.
    #[must_use]
    pub const fn new(authority: Authority) -> Self {
        Self { authority }
    }

    /// Works until `stop` is ready; what is being delivered then is finished.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        bear(self, BEARERS, stop).await;
    }
}

impl Outbox for Messenger {
    const HOLDS: &'static str = "events";

    async fn deliver_next(&self) -> Result<bool, identity::Error> {
        self.authority.deliver_next_webhook(self.authority.now()).await
    }

    async fn rings(&self) {
        self.authority.webhooks_ring().await;
    }
}
