//! Whether the feed is there. Each connection has a number: what was remembered under one is not believed under another,
//! since nobody knows what happened in between.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The server says something at least every ten seconds; a feed that was silent for longer is lost.
pub(super) const SILENCE: Duration = Duration::from_secs(12);

/// The state of the feed, read with each request.
#[derive(Debug)]
pub(crate) struct Link {
    started: Instant,
    /// The number of the connection; 0 while there is none.
    connection: AtomicU64,
    /// How many connections there were.
    made: AtomicU64,
    /// When the server was last heard, in milliseconds since `started`.
    heard: AtomicU64,
}

impl Link {
    pub fn new(now: Instant) -> Self {
        Self { started: now, connection: AtomicU64::new(0), made: AtomicU64::new(0), heard: AtomicU64::new(0) }
    }

    /// The number of the connection, if there is one that was heard of lately.
    pub fn connection(&self, now: Instant) -> Option<u64> {
        let connection = self.connection.load(Ordering::SeqCst);
        let silent = self.since_start(now).saturating_sub(self.heard.load(Ordering::SeqCst));
        (connection != 0 && u128::from(silent) < SILENCE.as_millis()).then_some(connection)
    }

    pub(super) fn heard(&self, now: Instant) {
        self.heard.store(self.since_start(now), Ordering::SeqCst);
    }

    pub(super) fn connected(&self, now: Instant) {
        self.heard(now);
        let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
        self.connection.store(number, Ordering::SeqCst);
    }

    pub(super) fn lost(&self) {
        self.connection.store(0, Ordering::SeqCst);
    }

    fn since_start(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_is_silent_or_lost_is_not_there_and_comes_back_as_another() {
        let start = Instant::now();
        let link = Link::new(start);
        assert_eq!(link.connection(start), None);
        link.connected(start);
        assert_eq!(link.connection(start), Some(1));
        assert_eq!(link.connection(start + SILENCE), None);
        link.heard(start + SILENCE);
        assert_eq!(link.connection(start + SILENCE), Some(1));
        link.lost();
        assert_eq!(link.connection(start + SILENCE), None);
        link.connected(start + SILENCE);
        assert_eq!(link.connection(start + SILENCE), Some(2));
    }
}
