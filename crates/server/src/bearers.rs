//! Bearers: a few tasks that take one piece of work after another from a queue, and wait when it is empty until it rings. Mails and
//! webhooks leave this server in the same way.

use std::time::Duration;

use tokio::sync::watch;

/// After trouble of the database.
const PAUSE: Duration = Duration::from_secs(5);

/// A queue whose work leaves this server.
pub(crate) trait Outbox: Clone + Send + Sync + 'static {
    /// What it holds, for the log.
    const HOLDS: &'static str;

    /// Does what has waited longest; whether there was anything.
    fn deliver_next(&self) -> impl Future<Output = Result<bool, identity::Error>> + Send;

    /// Ready when there may be something, at the latest after a while.
    fn rings(&self) -> impl Future<Output = ()> + Send;
}

/// Works with so many bearers until `stop` is ready; what is being delivered then is finished.
pub(crate) async fn bear<O: Outbox>(outbox: O, bearers: usize, stop: impl Future<Output = ()>) {
    let (ending, ended) = watch::channel(());
    let bearers: Vec<_> = (0..bearers).map(|_| tokio::spawn(one(outbox.clone(), ended.clone()))).collect();
    stop.await;
    drop(ending);
    for bearer in bearers {
        if let Err(error) = bearer.await {
            tracing::error!(%error, of = O::HOLDS, "a bearer ended badly");
        }
    }
}

async fn one<O: Outbox>(outbox: O, mut ended: watch::Receiver<()>) {
    // An error says that the sender is gone, which is the signal.
    while ended.has_changed().is_ok() {
        match outbox.deliver_next().await {
            Ok(true) => {}
            Ok(false) => {
                tokio::select! {
                    _ = ended.changed() => {}
                    () = outbox.rings() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, of = O::HOLDS, "the queue cannot be read");
                tokio::select! {
                    _ = ended.changed() => {}
                    () = tokio::time::sleep(PAUSE) => {}
                }
            }
        }
    }
}
