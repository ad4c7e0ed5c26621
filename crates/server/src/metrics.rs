//! What this crate measures, and the text in which Prometheus reads everything that is measured anywhere.
//!
//! Each crate owns its own measures and declares them in its `metrics.rs`: name, type and help, once. A label has one of a
//! few values that are known when this is compiled; nothing that a client sends becomes one.

mod latency;
mod listener;
mod process;
mod requests;

use std::{fmt, sync::Arc};

use identity::Authority;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, prometheus_text},
    metrics::{counter::Counter, family::Family, info::Info},
    registry::Registry,
};

use crate::rate_limit::Class;

pub use listener::serve;
pub use requests::{Pattern, Worker};

use process::Process;
use requests::{Requests, Route};

/// All that is measured in this process. Whoever counts keeps a handle of its own; only a reader comes here.
pub struct Metrics {
    authority: Authority,
    registry: Registry,
    requests: Arc<Requests>,
    limited: Limited,
}

impl Metrics {
    /// The measures of this authority, of what it rests on, and of the HTTP around it.
    #[must_use]
    pub fn new(authority: Authority) -> Self {
        let mut registry = Registry::default();
        let requests = Arc::new(Requests::default());
        registry.register_collector(Box::new(Arc::clone(&requests)));
        let limited = Limited::register(&mut registry);
        registry.register(
            "lanyard_build",
            "This program, by its version and its kind of database",
            Info::new(vec![
                ("version", env!("CARGO_PKG_VERSION")),
                ("database", if authority.store().is_shared() { "postgresql" } else { "sqlite" }),
            ]),
        );
        registry.register_collector(Box::new(Process));
        Self { authority, registry, requests, limited }
    }

    /// The measures of one address, by its pattern in the route table, for one worker: no two count in the same place.
    fn route(&self, pattern: &str) -> Arc<Route> {
        self.requests.route(pattern)
    }

    /// Everything, in the Prometheus text format 0.0.4.
    ///
    /// # Errors
    /// A measure cannot be written.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        for registry in [&self.registry, self.authority.metrics(), self.authority.store().metrics()] {
            prometheus_text::encode(&mut text, registry)?;
        }
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Requests that a limit by address refused.
#[derive(Clone, Debug)]
struct Limited {
    page: Counter,
    token: Counter,
    registration: Counter,
    sign_in: Counter,
    api: Counter,
}

impl Limited {
    fn register(registry: &mut Registry) -> Self {
        let family = Family::<ClassLabel, Counter>::default();
        registry.register(
            "lanyard_rate_limited_requests",
            "Requests that were refused because their address asked too often, by the limit",
            family.clone(),
        );
        let of = |class| family.get_or_create_owned(&ClassLabel { class });
        Self {
            page: of(Class::Page),
            token: of(Class::Token),
            registration: of(Class::Registration),
            sign_in: of(Class::SignIn),
            api: of(Class::Api),
        }
    }

    fn count(&self, class: Class) {
        match class {
            Class::Page => &self.page,
            Class::Token => &self.token,
            Class::Registration => &self.registration,
            Class::SignIn => &self.sign_in,
            Class::Api => &self.api,
        }
        .inc();
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabel {
    class: Class,
}

/// As the settings name them.
impl EncodeLabelValue for Class {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        let name = match self {
            Self::Page => "page",
            Self::Token => "token",
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::Api => "api",
        };
        EncodeLabelValue::encode(&name, encoder)
    }
}
