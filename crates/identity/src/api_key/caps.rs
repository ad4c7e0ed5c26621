//! How often API keys may be used. A process puts a block of a key's caps aside in the database (`storage::Lease`) and hands
//! it out from memory: no request waits for a write of its own, and what was never put aside is never handed out, whatever
//! crashes. A block is worth nothing after its minute; what is left of it then comes back to the month.
//!
//! Owns what is put aside, and what waits to be written of last uses.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{ApiKey, Id, KeyCaps, Timestamp};
use protocol::{Allowance, Spans};
use storage::{CountedSpans, KeyCounts, KeyUse, Lease, StorageError, Store};

use crate::ApiKeySettings;

const MINUTE: Duration = Duration::from_secs(60);
/// A block is this part of the minute's cap, and one use at the least: what other processes cannot have meanwhile.
const OF_MINUTE: u64 = 100;
/// And at most this part of the month's.
const OF_MONTH: u64 = 1000;
/// Keys that nobody has used are forgotten when there are more than so many.
const MOST: usize = 100_000;

/// The caps of a key that are in force; none where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caps {
    minute: Option<u64>,
    month: Option<u64>,
}

impl Caps {
    pub(crate) const fn of(caps: &KeyCaps, usual: &ApiKeySettings) -> Self {
        Self { minute: caps.minute.in_force(usual.per_minute), month: caps.month.in_force(usual.per_month) }
    }

    const fn is_limited(self) -> bool {
        self.minute.is_some() || self.month.is_some()
    }

    /// How many uses are put aside at once.
    fn block(self) -> u64 {
        let part = |cap: Option<u64>, of| cap.map_or(u64::MAX, |cap| cap / of);
        part(self.minute, OF_MINUTE).min(part(self.month, OF_MONTH)).max(1)
    }

    fn lease(self, key_id: Id<ApiKey>, uses: u64, spans: CountedSpans) -> Lease {
        // As many as a column holds.
        const NONE: u64 = i64::MAX as u64;
        let cap = |cap: Option<u64>| cap.unwrap_or(NONE);
        Lease { key_id, uses, spans, caps: (cap(self.minute), cap(self.month)) }
    }
}

/// A use that is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    /// Of which key.
    pub(crate) key_id: Id<ApiKey>,
    /// Under which caps.
    pub(crate) caps: Caps,
    /// From where, if that was told.
    pub(crate) address: Option<IpAddr>,
    /// When.
    pub(crate) now: Timestamp,
}

/// What became of a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It was counted.
    Used(Allowance),
    /// It was not: a cap is used up.
    Exhausted {
        /// For so many seconds.
        retry_after: u64,
        /// What is left of the other.
        allowance: Allowance,
    },
}

/// A meter for each key that was used lately.
#[derive(Default)]
pub(crate) struct Meters {
    by_key: Mutex<HashMap<Id<ApiKey>, Arc<Meter>>>,
}

#[derive(Default)]
struct Meter {
    state: Mutex<State>,
    /// Who puts a block aside; the others wait for it.
    leasing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    block: Option<Block>,
    /// A cap was found used up; nobody asks again before that.
    exhausted: Option<Exhausted>,
    /// Not yet written.
    used: Option<(Timestamp, Option<IpAddr>)>,
}

/// What was put aside, and how things stood then.
#[derive(Clone, Debug)]
struct Block {
    left: u64,
    counts: KeyCounts,
}

#[derive(Clone, Debug)]
struct Exhausted {
    counts: KeyCounts,
    /// As long as this process may take it for true.
    until: Timestamp,
}

impl Block {
    /// Whether it may be handed out of. A minute that began on a clock ahead of ours has not ended either.
    fn lasts(&self, now: Timestamp) -> bool {
        now < self.counts.spans.minute.plus(MINUTE)
    }
}

impl Meters {
    /// Counts one use, if the caps have room for it.
    ///
    /// # Errors
    /// Trouble of the database; then nothing was used, though something may have been put aside.
    pub(crate) async fn count(&self, store: &Store, one: Use) -> Result<Counted, StorageError> {
        let meter = self.meter(one.key_id);
        if let Some(counted) = meter.state().count(one.caps, one.address, one.now) {
            return Ok(counted);
        }
        Box::pin(meter.lease_and_count(store, one)).await
    }

    /// What waits to be written: last uses, and what is left of blocks whose minute is over, or of all blocks.
    pub(crate) fn take(&self, now: Timestamp, all: bool) -> Vec<KeyUse> {
        let mut by_key = lock(&self.by_key);
        let taken = by_key.iter().filter_map(|(key_id, meter)| meter.state().take(*key_id, now, all)).collect();
        if by_key.len() > MOST {
            // Nobody else holds one, and nothing is put aside in it.
            by_key.retain(|_, meter| Arc::strong_count(meter) > 1 || meter.state().block.is_some());
        }
        taken
    }

    /// What was taken and could not be written waits again.
    pub(crate) fn put_back(&self, uses: &[KeyUse]) {
        for one in uses {
            let meter = self.meter(one.key_id);
            let mut state = meter.state();
            if let (None, Some(used_at)) = (&state.used, one.used_at) {
                state.used = Some((used_at, one.used_address.as_deref().and_then(|text| text.parse().ok())));
            }
            // What was not needed stays put aside: whether it came back is not known, and it must not come back twice.
        }
    }

    fn meter(&self, key_id: Id<ApiKey>) -> Arc<Meter> {
        Arc::clone(lock(&self.by_key).entry(key_id).or_default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meter {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    async fn lease_and_count(&self, store: &Store, one: Use) -> Result<Counted, StorageError> {
        let Use { key_id, caps, address, now } = one;
        let _turn = self.leasing.lock().await;
        if let Some(counted) = self.state().count(caps, address, now) {
            return Ok(counted);
        }
        let spans = CountedSpans { minute: now.minute(), month: now.month().0 };
        // Out of the memory before it goes back: whatever happens now, nobody hands it out.
        let rest = self.state().block.take();
        let leased = lease(store, caps.lease(key_id, caps.block(), spans), rest).await?;
        let mut state = self.state();
        match leased {
            Leased::Block { left, counts } => {
                state.block = Some(Block { left: left - 1, counts: counts.clone() });
                state.used = Some((now, address));
                Ok(Counted::Used(caps.allowance(&counts, left - 1, now)))
            }
            Leased::Nothing(counts) => {
                let exhausted = Exhausted { until: counts.spans.minute.max(spans.minute).plus(MINUTE), counts };
                let refused = exhausted.told(caps, now);
                state.exhausted = Some(exhausted);
                Ok(refused)
            }
        }
    }
}

impl State {
    /// Counts one use, if that can be said from memory.
    fn count(&mut self, caps: Caps, address: Option<IpAddr>, now: Timestamp) -> Option<Counted> {
        if !caps.is_limited() {
            self.used = Some((now, address));
            return Some(Counted::Used(Allowance::default()));
        }
        if let Some(block) = self.block.as_mut().filter(|block| block.left > 0 && block.lasts(now)) {
            block.left -= 1;
            self.used = Some((now, address));
            return Some(Counted::Used(caps.allowance(&block.counts, block.left, now)));
        }
        self.exhausted.as_ref().filter(|one| now < one.until).map(|one| one.told(caps, now))
    }

    fn take(&mut self, key_id: Id<ApiKey>, now: Timestamp, all: bool) -> Option<KeyUse> {
        let over = self.block.take_if(|block| all || !block.lasts(now));
        let unneeded = over.map(|block| (block.left, block.counts.spans)).filter(|(left, _)| *left > 0);
        let used = self.used.take();
        (used.is_some() || unneeded.is_some()).then(|| KeyUse {
            key_id,
            used_at: used.map(|(at, _)| at),
            used_address: used.and_then(|(_, address)| address).map(|address| address.to_canonical().to_string()),
            unneeded,
        })
    }
}

impl Exhausted {
    fn told(&self, caps: Caps, now: Timestamp) -> Counted {
        let allowance = caps.allowance(&self.counts, 0, now);
        let minute = allowance.resets.minute.filter(|_| allowance.remaining.minute == Some(0));
        let month = allowance.resets.month.filter(|_| allowance.remaining.month == Some(0));
        // What other processes have put aside of the month may come back when the minute is over.
        let retry_after = month.or(minute).unwrap_or(1);
        Counted::Exhausted { retry_after, allowance }
    }
}

impl Caps {
    /// How things stand: `left` of what was put aside by then belongs to this process.
    fn allowance(self, counts: &KeyCounts, left: u64, now: Timestamp) -> Allowance {
        let rest =
            |cap: Option<u64>, count: u64| cap.map(|cap| cap.saturating_sub(count).saturating_add(left).min(cap));
        let until = |end: Timestamp| end.since(now).as_micros().div_ceil(1_000_000).max(1);
        let seconds = |cap: Option<u64>, end| cap.map(|_| u64::try_from(until(end)).unwrap_or(u64::MAX));
        Allowance {
            limits: Spans { minute: self.minute, month: self.month },
            remaining: Spans { minute: rest(self.minute, counts.minute), month: rest(self.month, counts.month) },
            resets: Spans {
                minute: seconds(self.minute, counts.spans.minute.plus(MINUTE)),
                month: seconds(self.month, counts.spans.month.month().1),
            },
        }
    }
}

/// What the database gave.
enum Leased {
    Block { left: u64, counts: KeyCounts },
    Nothing(KeyCounts),
}

/// Puts a block aside, or one use where that is too much; `rest` of the block before goes back first.
async fn lease(store: &Store, wanted: Lease, rest: Option<Block>) -> Result<Leased, StorageError> {
    let rest = rest.filter(|block| block.left > 0).map(|block| (block.left, block.counts.spans));
    store
        .transaction(move |tx| {
            let wanted = wanted.clone();
            Box::pin(async move {
                if rest.is_some() {
                    let back = KeyUse { key_id: wanted.key_id, used_at: None, used_address: None, unneeded: rest };
                    tx.note_api_key_uses(std::slice::from_ref(&back)).await?;
                }
                for uses in [wanted.uses, 1] {
                    if let Some(counts) = tx.lease_api_key(&Lease { uses, ..wanted.clone() }).await? {
                        return Ok(Leased::Block { left: uses, counts });
                    }
                }
                let counts = tx.api_key_counts(wanted.key_id).await?;
                // A key that was deleted meanwhile has nothing left.
                Ok(Leased::Nothing(counts.unwrap_or(KeyCounts {
                    spans: wanted.spans,
                    minute: u64::MAX,
                    month: u64::MAX,
                    used_at: None,
                    used_address: None,
                })))
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn caps(minute: Option<u64>, month: Option<u64>) -> Caps {
        Caps { minute, month }
    }

    fn counts(minute: u64, month: u64) -> KeyCounts {
        let spans = CountedSpans { minute: at(1_800_000_000), month: at(1_800_000_000).month().0 };
        KeyCounts { spans, minute, month, used_at: None, used_address: None }
    }

    #[test]
    fn a_block_is_a_hundredth_of_the_minute_and_one_at_the_least() {
        assert_eq!(caps(Some(6000), None).block(), 60);
        assert_eq!(caps(Some(50), None).block(), 1);
        assert_eq!(caps(Some(6000), Some(2000)).block(), 2);
        assert_eq!(caps(None, Some(2_000_000)).block(), 2000);
    }

    #[test]
    fn a_block_is_handed_out_once_and_ends_with_its_minute() {
        let caps = caps(Some(100), None);
        let mut state = State { block: Some(Block { left: 2, counts: counts(10, 10) }), ..State::default() };
        for left in [91, 90] {
            let Some(Counted::Used(allowance)) = state.count(caps, None, at(1_800_000_010)) else { panic!() };
            assert_eq!((allowance.remaining.minute, allowance.resets.minute), (Some(left), Some(50)));
        }
        assert!(state.count(caps, None, at(1_800_000_011)).is_none(), "another must be put aside");
        state.block = Some(Block { left: 2, counts: counts(10, 10) });
        assert!(state.count(caps, None, at(1_800_000_060)).is_none(), "its minute is over");
        assert!(state.count(caps, None, at(1_799_999_999)).is_some(), "a clock that lags");
        let back = state.take(Id::new(at(0)), at(1_800_000_060), false).unwrap();
        assert_eq!(back.unneeded.unwrap().0, 1);
        assert!(state.block.is_none() && state.take(Id::new(at(0)), at(1_800_000_060), false).is_none());
    }

    #[test]
    fn whoever_is_out_of_uses_is_told_until_when() {
        let now = at(1_800_000_018);
        let minute = Exhausted { counts: counts(100, 100), until: at(1_800_000_060) };
        let Counted::Exhausted { retry_after, allowance } = minute.told(caps(Some(100), Some(1000)), now) else {
            panic!()
        };
        assert_eq!((retry_after, allowance.remaining.month), (42, Some(900)));
        let month = Exhausted { counts: counts(3, 1000), until: at(1_800_000_060) };
        let Counted::Exhausted { retry_after, .. } = month.told(caps(Some(100), Some(1000)), now) else { panic!() };
        let left = now.month().1.as_seconds() - now.as_seconds();
        assert_eq!(i64::try_from(retry_after).unwrap(), left);
    }
}
