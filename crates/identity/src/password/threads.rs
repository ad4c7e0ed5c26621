//! The threads on which passwords are hashed: so many and always the same ones. Each hash takes a large piece of memory, and
//! an allocator that keeps such pieces for every thread that it has seen keeps one for each of these, and no more.

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
    thread,
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
    loop {
        let next = receiver.lock().ok().and_then(|receiver| receiver.recv().ok());
        let Some(work) = next else { return };
        // A panic was reported where it happened; the thread goes on.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
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
        assert!((1..=2).contains(&seen.len()), "{seen:?}");
    }
}
