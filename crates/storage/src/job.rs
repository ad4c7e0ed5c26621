//! One piece of work for a writer: what to run, and whom to tell once it is durable.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::{Notify, oneshot};

use crate::{AsStorageError, StorageError, Tx};

/// What a job wants done with what it wrote; the worse comes later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Vote {
    Commit,
    RollBack,
    /// The connection can no longer be trusted; everything in the batch goes with it.
    Broken,
}

impl Vote {
    pub(crate) const fn commits(self) -> bool {
        matches!(self, Self::Commit)
    }

    pub(crate) const fn is_broken(self) -> bool {
        matches!(self, Self::Broken)
    }
}

/// Work whose types were forgotten, so that jobs of all kinds wait in one queue.
pub(crate) trait Job: Send {
    /// Whether it needs a transaction (a savepoint, in a batch), or is one command that is a transaction in itself.
    fn needs_transaction(&self) -> bool;
    /// Whether nobody waits for the answer any more; then it is not begun.
    fn is_abandoned(&self) -> bool;
    /// Does the work.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Vote>;
    /// Tells the answer: its own if the outcome is durable, else the trouble.
    fn finish(self: Box<Self>, outcome: Result<(), StorageError>);
}

struct Work<T, E, F> {
    transaction: bool,
    work: Option<F>,
    answer: Option<Result<T, E>>,
    /// Whether others are told of what it wrote, and how whoever tells them hears of it.
    announces: bool,
    bell: Arc<Notify>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// A job and where its answer comes.
pub(crate) fn new<T, E, F>(
    transaction: bool,
    bell: Arc<Notify>,
    work: F,
) -> (impl Job + 'static, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: AsStorageError + Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    (Work { transaction, work: Some(work), answer: None, announces: false, bell, reply }, receiver)
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send + 'static,
    E: AsStorageError + Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    fn needs_transaction(&self) -> bool {
        self.transaction
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Vote> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return Vote::RollBack };
            let answer = AssertUnwindSafe(async { work(tx).await })
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(E::from(StorageError::Unavailable("the transaction panicked".to_owned()))));
            let wish = match &answer {
                Ok(_) => Vote::Commit,
                Err(error) if error.storage_error().is_some_and(StorageError::breaks_batch) => Vote::Broken,
                Err(_) => Vote::RollBack,
            };
            let vote = wish.max(tx.verdict());
            self.announces = tx.announces() && vote.commits();
            drop(tx.actor());
            self.answer = Some(match answer {
                Ok(_) if !vote.commits() => {
                    Err(E::from(StorageError::Unavailable("a failed statement was passed over".to_owned())))
                }
                answer => answer,
            });
            vote
        })
    }

    fn finish(self: Box<Self>, outcome: Result<(), StorageError>) {
        if self.announces && outcome.is_ok() {
            self.bell.notify_one();
        }
        let answer = match (outcome, self.answer) {
            // The job's own trouble says more than the batch's; any other answer rests on what was not kept.
            (Err(_), Some(Err(error))) if error.storage_error().is_some_and(StorageError::breaks_batch) => Err(error),
            (Ok(()), Some(answer)) => answer,
            (Ok(()), None) => Err(E::from(StorageError::Unavailable("the transaction was not run".to_owned()))),
            (Err(error), _) => Err(E::from(error)),
        };
        // Whoever asked may be gone; the outcome stands all the same.
        drop(self.reply.send(answer));
    }
}
