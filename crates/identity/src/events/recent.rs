//! The latest events, in a memory that all streams of a process share: a stream holds a place in it and nothing else, so that a
//! slow reader costs no memory.

use std::{
    collections::VecDeque,
    sync::{Arc, RwLock},
};

use super::audience::Told;

/// So many are remembered.
const MOST: usize = 4096;
/// So many are handed out at once.
const HANDED: usize = 64;

pub(super) struct Recent {
    inner: RwLock<Inner>,
}

struct Inner {
    /// The place behind which everything is remembered.
    floor: u64,
    events: VecDeque<Arc<Told>>,
}

/// Whoever asks is behind what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// Everything after this place is remembered.
    pub(super) floor: u64,
}

impl Recent {
    pub(super) fn new(floor: u64) -> Self {
        Self { inner: RwLock::new(Inner { floor, events: VecDeque::new() }) }
    }

    /// Adds events in their order; those that are there stay as they are.
    pub(super) fn add(&self, some: Vec<Arc<Told>>) {
        let Ok(mut inner) = self.inner.write() else { return };
        for told in some {
            if inner.events.back().is_none_or(|last| last.event.position < told.event.position) {
                inner.events.push_back(told);
            }
        }
        while inner.events.len() > MOST {
            if let Some(gone) = inner.events.pop_front() {
                inner.floor = gone.event.position;
            }
        }
    }

    /// Some of what comes behind this place.
    pub(super) fn after(&self, position: u64) -> Result<VecDeque<Arc<Told>>, Behind> {
        let Ok(inner) = self.inner.read() else { return Ok(VecDeque::new()) };
        if position < inner.floor {
            return Err(Behind { floor: inner.floor });
        }
        let first = inner.events.partition_point(|told| told.event.position <= position);
        Ok(inner.events.range(first..).take(HANDED).cloned().collect())
    }
}
