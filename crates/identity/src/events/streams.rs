//! Which streams of events are open: a bounded number for each resource, and in all. One whose reader has stopped reading gives
//! way to one that comes anew.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use model::ResourceId;
use tokio::time::Instant;

/// Who has not taken anything for so long does not read: something is sent every few seconds.
const STALLED: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Streams {
    open: Mutex<HashMap<ResourceId, Vec<Arc<Mark>>>>,
}

/// What is known of one stream.
struct Mark {
    asked: Mutex<Instant>,
    is_cut: AtomicBool,
}

/// A stream's place among those that are open; given back when it is dropped.
pub(super) struct Slot {
    streams: Arc<Streams>,
    resource_id: ResourceId,
    mark: Arc<Mark>,
}

impl Streams {
    pub(super) fn len(&self) -> usize {
        self.open.lock().map_or(0, |open| open.values().map(Vec::len).sum())
    }

    /// A place for one more, if there is one: `per_resource` for this resource, `all` for all.
    pub(super) fn open(self: &Arc<Self>, resource_id: &ResourceId, per_resource: usize, all: usize) -> Option<Slot> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.entry(resource_id.clone()).or_default();
        if own.len() >= per_resource && !cut_stalled(own) {
            return None;
        }
        let total: usize = open.values().map(Vec::len).sum();
        if total >= all && !open.values_mut().any(cut_stalled) {
            return None;
        }
        let mark = Arc::new(Mark { asked: Mutex::new(Instant::now()), is_cut: AtomicBool::new(false) });
        open.entry(resource_id.clone()).or_default().push(Arc::clone(&mark));
        Some(Slot { streams: Arc::clone(self), resource_id: resource_id.clone(), mark })
    }
}

/// Cuts one whose reader does not read; whether there was one.
fn cut_stalled(marks: &mut Vec<Arc<Mark>>) -> bool {
    let stalled = |mark: &Arc<Mark>| mark.asked.lock().is_ok_and(|asked| asked.elapsed() > STALLED);
    let Some(at) = marks.iter().position(stalled) else { return false };
    marks.swap_remove(at).is_cut.store(true, Ordering::Relaxed);
    true
}

impl Slot {
    /// Notes that the reader has taken what it was sent.
    pub(super) fn asked(&self) {
        if let Ok(mut asked) = self.mark.asked.lock() {
            *asked = Instant::now();
        }
    }

    /// Whether its place was given to another.
    pub(super) fn is_cut(&self) -> bool {
        self.mark.is_cut.load(Ordering::Relaxed)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(marks) = open.get_mut(&self.resource_id) {
            marks.retain(|mark| !Arc::ptr_eq(mark, &self.mark));
            if marks.is_empty() {
                open.remove(&self.resource_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stalled_stream_gives_way_and_a_living_one_does_not() {
        let streams = Arc::new(Streams::default());
        let (one, other) = (ResourceId::new("one"), ResourceId::new("other"));
        let stalled = streams.open(&one, 2, 3).unwrap();
        let living = streams.open(&one, 2, 3).unwrap();
        assert!(streams.open(&one, 2, 3).is_none(), "its own are used up");
        let elsewhere = streams.open(&other, 2, 3).unwrap();
        assert!(streams.open(&other, 2, 3).is_none(), "all are used up");
        *stalled.mark.asked.lock().unwrap() = Instant::now().checked_sub(STALLED * 2).unwrap();
        let next = streams.open(&one, 2, 3).unwrap();
        assert!(stalled.is_cut() && !living.is_cut() && !next.is_cut());
        assert_eq!(streams.len(), 3);
        drop((stalled, living, elsewhere, next));
        assert_eq!(streams.len(), 0);
        assert!(streams.open.lock().unwrap().is_empty(), "nothing is kept of resources without one");
    }
}
