//! How long something took, counted without a lock. The library's own histogram takes one for each observation, which is
//! fine for what waits on a disk and too much for a request that takes microseconds.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;

/// The buckets' upper bounds, in nanoseconds: a document from memory, a commit, a password, trouble.
const BOUNDS: [u64; 14] = [
    25 * MICROSECOND,
    100 * MICROSECOND,
    250 * MICROSECOND,
    MILLISECOND,
    5 * MILLISECOND / 2,
    5 * MILLISECOND,
    10 * MILLISECOND,
    25 * MILLISECOND,
    50 * MILLISECOND,
    100 * MILLISECOND,
    250 * MILLISECOND,
    500 * MILLISECOND,
    1_000 * MILLISECOND,
    5_000 * MILLISECOND,
];

/// A histogram with fixed buckets.
#[derive(Debug, Default)]
pub(super) struct Latency {
    within: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Latency {
    pub(super) fn observe(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().zip(&self.within).find(|(bound, _)| nanoseconds <= **bound);
        bucket.map_or(&self.beyond, |(_, count)| count).fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }
}

/// Several of them, read together.
#[derive(Debug, Default)]
pub(super) struct Sum {
    within: [u64; BOUNDS.len()],
    beyond: u64,
    nanoseconds: u64,
}

impl Sum {
    pub(super) fn add(&mut self, latency: &Latency) {
        for (sum, count) in self.within.iter_mut().zip(&latency.within) {
            *sum += count.load(Relaxed);
        }
        self.beyond += latency.beyond.load(Relaxed);
        self.nanoseconds += latency.nanoseconds.load(Relaxed);
    }

    /// All that was observed, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        Duration::from_nanos(self.nanoseconds).as_secs_f64()
    }

    /// How often something was observed.
    pub(super) fn count(&self) -> u64 {
        self.within.iter().sum::<u64>() + self.beyond
    }

    /// How often within each bound in seconds, but not within the one before.
    pub(super) fn buckets(&self) -> Vec<(f64, u64)> {
        let within = BOUNDS.iter().zip(self.within).map(|(bound, n)| (Duration::from_nanos(*bound).as_secs_f64(), n));
        within.chain([(f64::INFINITY, self.beyond)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket_and_shards_add_up() {
        let (one, other) = (Latency::default(), Latency::default());
        one.observe(Duration::from_micros(25));
        one.observe(Duration::from_nanos(25_001));
        other.observe(Duration::from_secs(5));
        other.observe(Duration::from_secs(6));
        let mut sum = Sum::default();
        sum.add(&one);
        sum.add(&other);
        let buckets = sum.buckets();
        assert_eq!((buckets[0], buckets[1]), ((0.000_025, 1), (0.0001, 1)));
        assert_eq!((buckets[13], buckets[14]), ((5.0, 1), (f64::INFINITY, 1)));
        assert_eq!(sum.count(), 4);
        assert!((sum.seconds() - 11.000_050_001).abs() < 1e-9);
        assert!(BOUNDS.is_sorted());
    }
}
