//! The only place that reads the time. A request reads it once, on arrival, and passes it on as `now`.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use model::Timestamp;
use tokio::sync::watch;

/// The system's clock, or one that tests move.
#[derive(Clone, Debug)]
pub struct Clock {
    /// In microseconds; none: the system's.
    manual: Option<Arc<watch::Sender<i64>>>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { manual: None }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self { manual: Some(Arc::new(watch::Sender::new(start.as_micros()))) }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.manual {
            Some(micros) => Timestamp::from_micros(*micros.borrow()),
            None => system_now(),
        }
    }

    /// Waits until it is `until`, as far as a clock that does not jump can tell; a manual one must be moved.
    pub(crate) async fn reaches(&self, until: Timestamp) {
        match &self.manual {
            Some(micros) => {
                // An error says that the clock is gone, and nobody can move it any more.
                let _ = micros.subscribe().wait_for(|now| *now >= until.as_micros()).await;
            }
            None => tokio::time::sleep(until.since(self.now())).await,
        }
    }

    /// Moves a manual clock on; the system's goes by itself.
    pub fn advance(&self, by: Duration) {
        if let Some(micros) = &self.manual {
            micros.send_modify(|now| *now = now.saturating_add(in_micros(by)));
        }
    }

    /// Moves a manual clock back, as a machine's clock may be.
    pub fn step_back(&self, by: Duration) {
        if let Some(micros) = &self.manual {
            micros.send_modify(|now| *now = now.saturating_sub(in_micros(by)));
        }
    }
}

fn in_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
