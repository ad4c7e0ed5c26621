//! Which resources an event concerns.

use model::{Event, EventKind, ResourceId};
use storage::{Read, StorageError};

/// An event, and who may hear of it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) event: Event,
    audience: Audience,
}

#[derive(Debug)]
enum Audience {
    /// What it is about may reach any resource.
    Everybody,
    /// These alone.
    Only(Vec<ResourceId>),
}

impl Told {
    pub(super) async fn find(read: &mut Read, event: Event) -> Result<Self, StorageError> {
        let is_of_a_person = event.is(EventKind::UserDisabled) || event.is(EventKind::MembershipRemoved);
        let audience = match (&event.resource_id, event.user_id) {
            (Some(resource_id), _) => Audience::Only(vec![resource_id.clone()]),
            // A grant over no resource tells who somebody is and reaches none.
            (None, _) if event.grant_id.is_some() => Audience::Only(Vec::new()),
            (None, Some(user_id)) if is_of_a_person => Audience::Only(read.resources_of(user_id).await?),
            (None, _) => Audience::Everybody,
        };
        Ok(Self { event, audience })
    }

    /// Whether this resource hears of it.
    pub(super) fn concerns(&self, resource_id: &ResourceId) -> bool {
        match &self.audience {
            Audience::Everybody => true,
            Audience::Only(these) => these.contains(resource_id),
        }
    }

    /// Whether this resource must prove anew who it is.
    pub(super) fn is_change_of(&self, resource_id: &ResourceId) -> bool {
        self.event.is(EventKind::ResourceChanged) && self.event.resource_id.as_ref() == Some(resource_id)
    }
}
