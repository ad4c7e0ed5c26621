//! Which resources an event concerns.

use model::{Event, EventKind, Id, Organization, ResourceId};
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

/// Where the key may be shown; if it is gone already, anybody may have been shown it.
async fn of_key(read: &mut Read, event: &Event) -> Result<Audience, StorageError> {
    let key = match event.key_id {
        Some(key_id) => read.api_key(key_id.cast()).await?,
        None => None,
    };
    let permits = key.map(|key| key.permits).unwrap_or_default();
    let these: Vec<ResourceId> = permits.into_iter().map(|permit| permit.resource_id).collect();
    Ok(if these.is_empty() { Audience::Everybody } else { Audience::Only(these) })
}

impl Told {
    pub(super) async fn find(read: &mut Read, event: Event) -> Result<Self, StorageError> {
        let is_of_a_person = event.is(EventKind::UserDisabled) || event.is(EventKind::MembershipRemoved);
        let audience = match (&event.resource_id, event.user_id) {
            (Some(resource_id), _) => Audience::Only(vec![resource_id.clone()]),
            // A grant over no resource tells who somebody is and reaches none.
            (None, _) if event.grant_id.is_some() => Audience::Only(Vec::new()),
            (None, Some(user_id)) if is_of_a_person => Audience::Only(read.resources_of(user_id).await?),
            (None, _) if event.key_id.is_some() => of_key(read, &event).await?,
            (None, _) => Audience::Everybody,
        };
        Ok(Self { event, audience })
    }

    /// Whether this resource hears of it. One that belongs to an organisation hears nothing of another's.
    pub(super) fn concerns(&self, resource_id: &ResourceId, owner: Option<Id<Organization>>) -> bool {
        let is_anothers = |owner| self.event.organization_id.is_some_and(|of| of != owner);
        if owner.is_some_and(is_anothers) {
            return false;
        }
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
