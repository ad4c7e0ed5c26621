//! How a provider has answered this process lately, for those who run the server. Kept in memory alone: another process asks for
//! itself, and what was before the start says nothing of now.

use std::sync::{Mutex, PoisonError};

use model::Timestamp;

use super::UpstreamError;

/// What went wrong is told in so many characters at the most.
const CHARACTERS: usize = 200;

/// How a provider has answered since the process started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderHealth {
    /// When it last said what it is (OpenID Connect Discovery).
    pub discovered_at: Option<Timestamp>,
    /// When it last gave its keys.
    pub keys_at: Option<Timestamp>,
    /// When somebody last came back from it.
    pub arrived_at: Option<Timestamp>,
    /// When asking it last failed, and why; not what it said of one person.
    pub failed: Option<(Timestamp, String)>,
}

impl ProviderHealth {
    /// Whether the last that was heard of it was trouble.
    #[must_use]
    pub fn is_in_trouble(&self) -> bool {
        let good = [self.discovered_at, self.keys_at, self.arrived_at].into_iter().flatten().max();
        self.failed.as_ref().is_some_and(|(at, _)| good.is_none_or(|good| good < *at))
    }
}

/// What was seen of one provider.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<ProviderHealth>);

impl Seen {
    pub(super) fn now(&self) -> ProviderHealth {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what came of asking; the result goes on as it is.
    pub(super) fn note<T>(
        &self,
        result: Result<T, UpstreamError>,
        at: Timestamp,
        good: fn(&mut ProviderHealth) -> &mut Option<Timestamp>,
    ) -> Result<T, UpstreamError> {
        let mut health = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &result {
            Ok(_) => *good(&mut health) = Some(at),
            Err(error) => {
                let text = error.to_string();
                let line = text.chars().map(|one| if one.is_control() { ' ' } else { one });
                health.failed = Some((at, line.take(CHARACTERS).collect()));
            }
        }
        result
    }
}
