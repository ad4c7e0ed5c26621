//! How much is fetched on strangers' behalf: so much per host and minute, so much at the same time, and one fetch per
//! document at a time. Counted in this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use model::Timestamp;
use protocol::OAuthError;
use tokio::sync::OwnedMutexGuard;

const WINDOW: Duration = Duration::from_secs(60);
const PER_HOST: u32 = 30;
/// At most so many hosts or documents are remembered before those that are past are cleared away.
const REMEMBERED: usize = 1000;

/// Counts fetches per host.
#[derive(Default)]
pub(super) struct Hosts {
    counted: Mutex<HashMap<String, (Timestamp, u32)>>,
}

impl Hosts {
    /// Counts one more fetch from this host; false if it has had its share of this minute.
    pub(super) fn may_fetch(&self, host: &str, now: Timestamp) -> bool {
        let mut counted = lock(&self.counted);
        if counted.len() >= REMEMBERED {
            counted.retain(|_, (since, _)| is_current(*since, now));
        }
        // So many hosts within a minute is a flood; what is remembered stays bounded.
        if counted.len() >= 10 * REMEMBERED {
            return false;
        }
        let (since, count) = counted.entry(host.to_owned()).or_insert((now, 0));
        if !is_current(*since, now) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= PER_HOST
    }
}

fn is_current(since: Timestamp, now: Timestamp) -> bool {
    now >= since && now.since(since) < WINDOW
}

/// The fetches under way, by URL.
#[derive(Default)]
pub(super) struct Flights {
    under_way: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// The fetch of one document.
pub(crate) struct Flight(Arc<tokio::sync::Mutex<()>>);

impl Flights {
    /// The flight to this URL, joined or begun.
    pub(super) fn to(&self, url: &str) -> Flight {
        let mut under_way = lock(&self.under_way);
        if let Some(flight) = under_way.get(url).and_then(Weak::upgrade) {
            return Flight(flight);
        }
        if under_way.len() >= REMEMBERED {
            under_way.retain(|_, flight| flight.strong_count() > 0);
        }
        let flight = Arc::new(tokio::sync::Mutex::new(()));
        under_way.insert(url.to_owned(), Arc::downgrade(&flight));
        Flight(flight)
    }
}

impl Flight {
    /// Waits for its turn.
    ///
    /// # Errors
    /// `temporarily_unavailable` after `patience`.
    pub(crate) async fn board(self, patience: Duration) -> Result<OwnedMutexGuard<()>, OAuthError> {
        tokio::time::timeout(patience, self.0.lock_owned())
            .await
            .map_err(|_| OAuthError::temporarily_unavailable("too many wait for one client's document"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_its_share_of_every_minute() {
        let hosts = Hosts::default();
        let now = Timestamp::from_seconds(1_800_000_000);
        assert!((0..PER_HOST).all(|_| hosts.may_fetch("a.example", now)));
        assert!(!hosts.may_fetch("a.example", now.plus(Duration::from_secs(59))));
        assert!(hosts.may_fetch("b.example", now));
        assert!(hosts.may_fetch("a.example", now.plus(WINDOW)));
        assert!(hosts.may_fetch("a.example", now.minus(WINDOW)), "a clock that was set back does not lock a host out");
    }

    #[tokio::test]
    async fn one_flight_per_document_at_a_time() {
        let flights = Flights::default();
        let first = flights.to("https://a.example/c").board(WINDOW).await.unwrap();
        let soon = Duration::from_millis(20);
        assert!(flights.to("https://a.example/c").board(soon).await.is_err());
        assert!(flights.to("https://b.example/c").board(soon).await.is_ok());
        drop(first);
        assert!(flights.to("https://a.example/c").board(soon).await.is_ok());
    }
}
