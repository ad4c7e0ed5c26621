//! The threads on which passwords are hashed: so many and always the same ones, each with a piece of memory of its own that
//! it uses again and again. So what passwords take is bounded, and no allocator keeps pieces of it. They run when no other
//! thread of the server wants the core, so that a flood of sign-ins does not slow the token endpoints.

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
    thread,
};

use argon2::Block;
#[cfg(target_os = "linux")]
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

type Work = Box<dyn FnOnce(&mut Memory) + Send>;

/// A fixed number of threads; they end when this is dropped.
pub(super) struct Threads(mpsc::Sender<Work>);

/// What argon2 fills, in blocks of 1 KiB.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// So many blocks, with whatever was left in them.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        let missing = count.saturating_sub(self.0.len());
        self.0.reserve_exact(missing);
        self.0.resize(self.0.len() + missing, Block::default());
        self.0.get_mut(..count).unwrap_or_default()
    }

    /// Gives back what is more than `kept` blocks.
    fn shrink(&mut self, kept: usize) {
        if self.0.len() > kept {
            self.0.truncate(kept);
            self.0.shrink_to_fit();
        }
    }
}

impl Threads {
    /// Starts them; each keeps `kept` blocks between two pieces of work.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start(number: usize, kept: usize) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel::<Work>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..number {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new().name("password".to_owned()).spawn(move || work(&receiver, kept))?;
        }
        Ok(Self(sender))
    }

    /// Has `work` done when a thread is free; nothing if it panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Option<T> {
        let (done, answer) = tokio::sync::oneshot::channel();
        let work = Box::new(move |memory: &mut Memory| {
            // Whoever asked may be gone.
            drop(done.send(work(memory)));
        });
        self.0.send(work).ok()?;
        answer.await.ok()
    }
}

fn work(receiver: &Mutex<mpsc::Receiver<Work>>, kept: usize) {
    give_way();
    let mut memory = Memory::default();
    loop {
        let next = receiver.lock().ok().and_then(|receiver| receiver.recv().ok());
        let Some(work) = next else { return };
        // A panic was reported where it happened; the thread goes on.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut memory))));
        memory.shrink(kept);
    }
}

/// Puts every other thread of the server first (`SCHED_IDLE`, which needs no privilege). Where that cannot be had, a flood of sign-ins is
/// felt elsewhere.
fn give_way() {
    #[cfg(target_os = "linux")]
    {
        let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy) {
            tracing::debug!(?error, "the threads for passwords are scheduled like any other");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn they_are_always_the_same_ones_and_outlive_a_panic() {
        let threads = Threads::start(2, 8).unwrap();
        let mut seen = HashSet::new();
        for round in 0..50 {
            let panicked = threads.run(|_| panic!("on purpose")).await;
            assert_eq!(panicked, None::<()>, "{round}");
            seen.extend(threads.run(|_| thread::current().id()).await);
        }
        #[cfg(target_os = "linux")]
        assert_eq!(
            threads.run(|_| thread_priority::thread_schedule_policy().unwrap()).await,
            Some(ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle)),
        );
        assert!((1..=2).contains(&seen.len()), "{seen:?}");
    }

    #[tokio::test]
    async fn a_thread_uses_its_memory_again_and_keeps_no_more_than_it_may() {
        let threads = Threads::start(1, 8).unwrap();
        let held = |count| {
            threads.run(move |memory| {
                let before = memory.0.capacity();
                (before, memory.blocks(count).len(), memory.0.as_ptr() as usize)
            })
        };
        let (empty, eight, place) = held(8).await.unwrap();
        assert_eq!((empty, eight), (0, 8));
        assert_eq!(held(8).await, Some((8, 8, place)));
        assert_eq!(held(4).await, Some((8, 4, place)));
        let (_, more, _) = held(64).await.unwrap();
        assert_eq!(more, 64);
        let (kept, ..) = held(8).await.unwrap();
        assert!(kept < 64, "{kept}");
    }
}
