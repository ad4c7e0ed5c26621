//! Events: what others are told of the trail, and whoever tells them. Appended in the transaction of the act, given a place in one
//! order after its COMMIT (decision 0037), held for readers in a bounded memory.
//!
//! Does not own which entries are told (`model::event`), nor the words on the wire (`protocol`, `server`).

mod audience;
mod follower;
mod recent;
mod streams;

use std::{sync::Arc, time::Duration};

use model::{Id, Timestamp};
use storage::{Feed as Order, StorageError};
use tokio::sync::watch;

pub use follower::{Followed, Follower};

use self::{audience::Told, recent::Recent, streams::Streams};
use crate::{Authority, Error};

/// How often a shared database is asked: what another process wrote, nobody here hears of.
const LOOK: Duration = Duration::from_millis(100);
/// How often a database of one's own is asked, beside being woken.
const LOOK_ALONE: Duration = Duration::from_secs(1);
/// How long nobody else gives places. A holder that is gone is succeeded within this time.
const LEASE: Duration = Duration::from_millis(400);
/// Trouble is not asked again at once.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// So many are read at once.
const PAGE: u32 = 500;

/// What is remembered of events, and who listens.
pub(crate) struct Feed {
    /// This process, where places are given.
    holder: String,
    recent: Recent,
    streams: Arc<Streams>,
    /// Who puts events on their way to webhooks: one at a time, for a second would find nothing left.
    pub(crate) sending: tokio::sync::Mutex<()>,
    /// Moves with each event that can be told; says also that the server is on its way down.
    news: watch::Sender<News>,
}

/// How far this process has come.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    position: u64,
    is_closing: bool,
}

impl Feed {
    /// Begins where the database is.
    pub(crate) fn new(order: &Order, now: Timestamp) -> Self {
        let position = order.position;
        Self {
            holder: Id::<Self>::new(now).to_string(),
            recent: Recent::new(position),
            streams: Arc::default(),
            sending: tokio::sync::Mutex::default(),
            news: watch::Sender::new(News { position, is_closing: false }),
        }
    }

    /// This process, where places and seals are given.
    pub(crate) fn holder(&self) -> &str {
        &self.holder
    }

    /// How many streams are open.
    pub(crate) fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Says that somebody wants a delivery at once.
    pub(crate) fn ring(&self) {
        self.news.send_modify(|_| ());
    }

    /// Ready when something is told, or `most` later.
    pub(crate) async fn rings(&self, most: Duration) {
        drop(tokio::time::timeout(most, self.news.subscribe().changed()).await);
    }

    fn position(&self) -> u64 {
        self.news.borrow().position
    }

    fn tell(&self, some: Vec<Arc<Told>>) {
        let Some(last) = some.last().map(|told| told.event.position) else { return };
        self.recent.add(some);
        self.news.send_modify(|news| news.position = news.position.max(last));
    }
}

impl Authority {
    /// Gives events their places and tells them, until `stop` is ready. Trouble is logged, and what waits is told later.
    pub async fn crier(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let (mut pause, mut in_trouble) = (Duration::ZERO, false);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = self.parts.store.announced(), if !in_trouble => {}
                () = tokio::time::sleep(pause) => {}
            }
            let told = self.tell_events(self.now()).await;
            in_trouble = told.is_err();
            pause = match told {
                Ok(()) if self.parts.store.is_shared() => LOOK,
                Ok(()) => LOOK_ALONE,
                Err(error) => {
                    tracing::warn!(%error, "events wait");
                    AFTER_TROUBLE
                }
            };
        }
        self.close_streams();
    }

    /// Ends the streams of events: their readers come back, to whoever answers then.
    pub fn close_streams(&self) {
        self.parts.feed.news.send_modify(|news| news.is_closing = true);
    }

    /// Gives places to what waits, if it is this process's turn, and tells whatever has one.
    ///
    /// # Errors
    /// Trouble of the database; what was told until then is told.
    pub async fn tell_events(&self, now: Timestamp) -> Result<(), Error> {
        let feed = &self.parts.feed;
        loop {
            let order = self.parts.store.read().await?.feed().await?;
            let is_ours = order.holder.as_deref() == Some(&feed.holder) || order.leased_until <= now;
            let placed = if order.waits && is_ours { self.place_events(now).await? } else { 0 };
            let some = if placed > 0 || order.position > feed.position() {
                self.events_after(feed.position(), PAGE).await?
            } else {
                Vec::new()
            };
            if placed == 0 && some.is_empty() {
                return Ok(());
            }
            feed.tell(some);
        }
    }

    /// What happened before the retention is told no more.
    pub(crate) async fn forget_events(&self, now: Timestamp) -> Result<(), StorageError> {
        let by = now.minus(self.parts.settings.events.retention);
        self.parts.store.transaction(move |tx| Box::pin(async move { tx.forget_events(by).await })).await
    }

    async fn place_events(&self, now: Timestamp) -> Result<u64, StorageError> {
        let holder = self.parts.feed.holder.clone();
        let placed = self
            .parts
            .store
            .transaction(move |tx| {
                let holder = holder.clone();
                Box::pin(async move { tx.place_events(&holder, now, now.plus(LEASE)).await })
            })
            .await?
            .unwrap_or(0);
        self.parts.metrics.events_placed.inc_by(placed);
        Ok(placed)
    }

    async fn events_after(&self, position: u64, most: u32) -> Result<Vec<Arc<Told>>, StorageError> {
        let mut read = self.parts.store.read().await?;
        let mut some = Vec::new();
        for event in read.events_after(position, most).await? {
            some.push(Arc::new(Told::find(&mut read, event).await?));
        }
        Ok(some)
    }
}
