//! One reader of events: a resource that hears of what concerns it, from where it left off.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use model::{Event, Id, Organization, Resource, ResourceId};
use protocol::OAuthError;
use tokio::sync::watch;

use super::{News, PAGE, audience::Told, recent::Behind, streams::Slot};
use crate::{Authority, Error};

/// A sign of life is sent after so long without an event.
const ALIVE: Duration = Duration::from_secs(5);

/// What a reader hears next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It is heard from here on, behind this place.
    Opened(u64),
    /// What happened since cannot be told any more: whoever reads forgets all that it knows. It goes on behind this place.
    Reset(u64),
    /// It happened.
    Event(Box<Event>),
    /// Nothing happened up to this place.
    Alive(u64),
}

/// A stream of events. Dropped, it gives its place back.
pub struct Follower {
    authority: Authority,
    resource_id: ResourceId,
    owner: Option<Id<Organization>>,
    /// The last event that was heard or passed over.
    position: u64,
    news: watch::Receiver<News>,
    greeting: Option<Followed>,
    pending: VecDeque<Arc<Told>>,
    /// Whether it has come to where the others are; whoever falls behind then is cut.
    has_caught_up: bool,
    has_ended: bool,
    slot: Slot,
}

impl Authority {
    /// Tells a resource what concerns it, from behind `last` on; without it, from now on.
    ///
    /// # Errors
    /// `temporarily_unavailable` where too many listen already; trouble of the database.
    pub async fn follow(&self, resource: &Resource, last: Option<u64>) -> Result<Follower, Error> {
        let (feed, settings) = (&self.parts.feed, &self.parts.settings.events);
        let Some(slot) = feed.streams.open(&resource.id, settings.streams_per_resource, settings.streams) else {
            self.parts.metrics.event_streams_refused.inc();
            return Err(OAuthError::temporarily_unavailable("too many streams of events are open").into());
        };
        let news = feed.news.subscribe();
        let order = self.parts.store.read().await?.feed().await?;
        let (position, greeting) = match last {
            None => (order.position, Followed::Opened(order.position)),
            Some(last) if last < order.forgotten || last > order.position => {
                (order.position, Followed::Reset(order.position))
            }
            Some(last) => (last, Followed::Opened(last)),
        };
        Ok(Follower {
            authority: self.clone(),
            resource_id: resource.id.clone(),
            owner: resource.owner,
            position,
            news,
            greeting: Some(greeting),
            pending: VecDeque::new(),
            has_caught_up: false,
            has_ended: false,
            slot,
        })
    }
}

impl Follower {
    /// What comes next; nothing when the stream is over, and its reader should come back.
    pub async fn next(&mut self) -> Option<Followed> {
        self.slot.asked();
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            if self.has_ended || self.slot.is_cut() || self.news.borrow().is_closing {
                return None;
            }
            if let Some(event) = self.take() {
                return Some(Followed::Event(Box::new(event)));
            }
            self.news.mark_unchanged();
            if !self.fill().await? && !self.wait().await? {
                return Some(Followed::Alive(self.position));
            }
        }
    }

    /// The next of what was fetched that concerns this resource.
    fn take(&mut self) -> Option<Event> {
        while let Some(told) = self.pending.pop_front() {
            self.position = told.event.position;
            if told.concerns(&self.resource_id, self.owner) {
                self.has_ended = told.is_change_of(&self.resource_id);
                return Some(told.event.clone());
            }
        }
        None
    }

    /// Fetches what comes next; whether there is any. None where this reader has fallen behind.
    async fn fill(&mut self) -> Option<bool> {
        match self.authority.parts.feed.recent.after(self.position) {
            Ok(some) => {
                self.has_caught_up = true;
                self.pending = some;
                Some(!self.pending.is_empty())
            }
            Err(_) if self.has_caught_up => {
                self.authority.parts.metrics.event_streams_cut.inc();
                None
            }
            Err(Behind { floor }) => {
                let page = self.authority.events_after(self.position, PAGE).await;
                self.pending = page.inspect_err(|error| tracing::warn!(%error, "a stream of events ends")).ok()?.into();
                if self.pending.is_empty() {
                    // What stood there was erased with its person.
                    self.position = floor;
                }
                Some(true)
            }
        }
    }

    /// Waits for news; whether there are any before it is time for a sign of life.
    async fn wait(&mut self) -> Option<bool> {
        tokio::select! {
            changed = self.news.changed() => changed.ok().map(|()| true),
            () = tokio::time::sleep(ALIVE) => Some(false),
        }
    }
}
