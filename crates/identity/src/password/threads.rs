//! The threads on which passwords are hashed: so many and always the same ones. Each hash takes a large piece of memory, and
//! an allocator that keeps such pieces for every thread that it has seen keeps one for each of these, and no more. They run when
//! no other thread of the server wants the core, so that a flood of sign-ins does not slow the token endpoints.

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
    thread,
};

#[cfg(target_os = "linux")]
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

type Work = Box<dyn FnOnce() + Send>;

/// A fixed number of threads; they end when this is dropped.
pub(super) struct Threads(mpsc::Sender<Work>);

impl Threads {
    /// Starts them.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start(number: usize) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel::<Work>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..number {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new().name("password".to_owned()).spawn(move || work(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// Has `work` done when a thread is free; nothing if it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, answer) = tokio::sync::oneshot::channel();
        let work = Box::new(move || {
            // Whoever asked may be gone.
            drop(done.send(work()));
        });
        self.0.send(work).ok()?;
        answer.await.ok()
    }
}

fn work(receiver: &Mutex<mpsc::Receiver<Work>>) {
    give_way();
    loop {
        let next = receiver.lock().ok().and_then(|receiver| receiver.recv().ok());
        let Some(work) = next else { return };
        // A panic was reported where it happened; the thread goes on.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
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
        let threads = Threads::start(2).unwrap();
        let mut seen = HashSet::new();
        for round in 0..50 {
            let panicked = threads.run(|| panic!("on purpose")).await;
            assert_eq!(panicked, None::<()>, "{round}");
            seen.extend(threads.run(|| thread::current().id()).await);
        }
        #[cfg(target_os = "linux")]
        assert_eq!(
            threads.run(|| thread_priority::thread_schedule_policy().unwrap()).await,
            Some(ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle)),
        );
        assert!((1..=2).contains(&seen.len()), "{seen:?}");
    }
}
