//! Counting by address, within bounded memory.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use crate::config::Rate;

/// A household: one IPv4 address, or one /64 of IPv6, whose owner could take a new address for every request. When very
/// many are about, a /16 or a /32 counts as one, so that memory stays bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    V4(Ipv4Addr),
    V6(u64),
    WideV4(u16),
    WideV6(u32),
}

impl Key {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }

    fn widened(self) -> Self {
        match self {
            Self::V4(address) => Self::WideV4((address.to_bits() >> 16) as u16),
            Self::V6(prefix) => Self::WideV6((prefix >> 32) as u32),
            wide => wide,
        }
    }
}

/// Entries kept for one class.
const MANY: usize = 100_000;
/// Looking at the number of entries takes a lock for each shard, so it is done now and then.
const NOW_AND_THEN: u32 = 1024;

/// What is left to an address, for whoever wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// How many requests may come at once.
    pub quota: u32,
    /// Within how many seconds so many may come.
    pub window: u64,
    /// How many may come now.
    pub left: u32,
    /// After how many seconds without a request that is the quota again.
    pub full_in: u64,
}

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// Counts the addresses of one class.
pub(super) struct Counter {
    /// None if the rate is beyond what can be counted.
    limiter: Option<Limiter>,
    rate: Rate,
    checks: AtomicU32,
    crowded: AtomicBool,
    many: usize,
    clock: DefaultClock,
}

impl Counter {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            limiter: Quota::with_period(rate.per.duration() / rate.count.get())
                .map(|quota| RateLimiter::keyed(quota.allow_burst(rate.count)).with_middleware()),
            rate,
            checks: AtomicU32::new(0),
            crowded: AtomicBool::new(false),
            many: MANY,
            clock: DefaultClock::default(),
        }
    }

    /// Counts one request, and says what is left; nothing if nothing is counted.
    pub(super) fn check(&self, address: IpAddr) -> Result<Option<Remaining>, Duration> {
        let Some(limiter) = &self.limiter else { return Ok(None) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % NOW_AND_THEN == NOW_AND_THEN - 1 {
            self.make_room(limiter);
        }
        let key = Key::of(address);
        let key = if self.crowded.load(Ordering::Relaxed) { key.widened() } else { key };
        match limiter.check_key(&key) {
            Ok(state) => Ok(Some(self.remaining(state.remaining_burst_capacity()))),
            Err(refused) => Err(refused.wait_time_from(self.clock.now())),
        }
    }

    fn remaining(&self, left: u32) -> Remaining {
        let (quota, window) = (self.rate.count.get(), self.rate.per.duration());
        let each = window / quota;
        let full_in = each.saturating_mul(quota.saturating_sub(left)).as_secs_f64().ceil();
        Remaining { quota, window: window.as_secs(), left, full_in: full_in as u64 }
    }

    fn make_room(&self, limiter: &Limiter) {
        if limiter.len() > self.many {
            limiter.retain_recent();
        }
        let crowded = limiter.len() > self.many;
        if crowded != self.crowded.swap(crowded, Ordering::Relaxed) {
            tracing::warn!(
                crowded,
                "rate limits: many addresses are counted; when crowded, whole networks count as one"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::HumanDuration;

    #[test]
    fn a_flood_of_networks_counts_by_whole_networks() {
        let counter = Counter { many: 2000, ..Counter::new(Rate::new(5, HumanDuration::hours(1))) };
        let flood = |from: u32| {
            IpAddr::from(std::net::Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | (u128::from(from) << 64)))
        };
        for at in 0..20_000 {
            let _ = counter.check(flood(at));
        }
        let kept = counter.limiter.as_ref().unwrap().len();
        assert!(kept < 4000, "{kept} entries");
        assert!(counter.check(flood(20_001)).is_err());
        assert!(counter.check(IpAddr::from([198, 51, 100, 1])).is_ok());
    }
}
