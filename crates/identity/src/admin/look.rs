//! One thing, as whoever may see it sees it: for the management API. It names what it looks at by all that it belongs to, so that
//! nothing is found in the wrong place.

use model::{Client, Id, Organization, Permission, Resource, SigningKey, Timestamp, User, Webhook};
use serde_json::{Value, json};
use storage::{Read, Versioned};

use super::{ActError, answer, invitation, key, organization, project, role, thing::Thing, user, versioned};
use crate::{Actor, Authority, Standing};

/// What is looked at. Each is named as in an [`Act`](super::Act).
#[derive(Clone, Debug)]
pub enum Look {
    /// An organisation.
    Organization(String),
    /// A project of an organisation.
    Project(String, String),
    /// A member of an organisation: address or id.
    Member(String, String),
    /// A key over a project of an organisation.
    Key(String, String),
    /// A webhook of an organisation.
    Webhook(String, String),
    /// A role that an organisation names itself: slug or id.
    Role(String, String),
    /// An invitation of an organisation.
    Invitation(String, String),
    /// A client of an organisation.
    OwnClient(String, String),
    /// A resource server of an organisation.
    OwnResource(String, String),
    /// A client.
    Client(String),
    /// A resource server.
    Resource(String),
    /// A person: address or id.
    User(String),
}

impl Authority {
    /// One thing with its version, as JSON.
    ///
    /// # Errors
    /// It is not there, or not theirs to see.
    pub async fn look(&self, by: &Actor, look: &Look) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let seen = match look {
            Look::Client(name) => of_operator::<Client>(&mut read, by, name).await,
            Look::Resource(name) => of_operator::<Resource>(&mut read, by, name).await,
            Look::User(name) => of_operator::<User>(&mut read, by, name).await,
            within => look_within(&mut read, by, within, self.now()).await,
        };
        seen.map_err(|error| error.told_to(by))
    }
}

async fn of_operator<T: Thing<Name = String>>(read: &mut Read, by: &Actor, name: &String) -> Result<Value, ActError> {
    if !by.is_operator() {
        return Err(ActError::forbidden("this is the operator's to see"));
    }
    let (thing, version) = versioned::seen::<T>(read, name).await?;
    Ok(versioned::at(thing.answer(), version))
}

async fn look_within(read: &mut Read, by: &Actor, look: &Look, now: Timestamp) -> Result<Value, ActError> {
    let (named, permission) = match look {
        Look::Organization(named) | Look::Project(named, _) => (named, Permission::SeeOrganization),
        Look::Member(named, _) | Look::Role(named, _) | Look::Invitation(named, _) => (named, Permission::SeeMembers),
        Look::Key(named, _) => (named, Permission::SeeAccess),
        Look::Webhook(named, _) => (named, Permission::ManageWebhooks),
        Look::OwnClient(named, _) => (named, Permission::ManageClients),
        Look::OwnResource(named, _) => (named, Permission::ManageResources),
        Look::Client(_) | Look::Resource(_) | Look::User(_) => {
            return Err(ActError::forbidden("this is the operator's to see"));
        }
    };
    let standing = organization::look(read, by, named, permission).await?;
    let within = &standing.organization;
    match look {
        Look::Project(named, project) => {
            let (owned, version) = versioned::seen::<project::Owned>(read, &(named.clone(), project.clone())).await?;
            match owned.is_seen(read, &standing).await? {
                true => Ok(versioned::at(owned.answer(), version)),
                false => Err(ActError::absent("it is not theirs to see")),
            }
        }
        Look::Member(_, user) => member(read, within, user).await,
        Look::Role(_, named) => role(read, within, named).await,
        Look::Invitation(_, named) => invitation(read, within, named, now).await,
        Look::Key(_, named) => self::key(read, &standing, named).await,
        Look::Webhook(_, named) => its::<Webhook>(read, within, named).await,
        Look::OwnClient(_, named) => its::<Client>(read, within, named).await,
        Look::OwnResource(_, named) => its::<Resource>(read, within, named).await,
        _ => {
            let (organization, version) = versioned::seen::<Organization>(read, &within.id.to_string()).await?;
            Ok(versioned::at(organization.answer(), version))
        }
    }
}

/// One of an organisation's own; another's looks as if it were not there.
async fn its<T: Thing<Name = String>>(
    read: &mut Read,
    within: &Organization,
    named: &String,
) -> Result<Value, ActError> {
    let (thing, version) = versioned::seen::<T>(read, named).await?;
    match thing.organization_id() == Some(within.id) {
        true => Ok(versioned::at(thing.answer(), version)),
        false => Err(ActError::absent("it is another organisation's")),
    }
}

async fn member(read: &mut Read, within: &Organization, named: &str) -> Result<Value, ActError> {
    let user = user::find(read, named).await?;
    let missing = || ActError::absent("that is no member");
    let version = read.version_of(&Versioned::Membership(within.id, user.id)).await?.ok_or_else(missing)?;
    let member = read.member(within.id, user.id).await?.ok_or_else(missing)?;
    Ok(versioned::at(answer::member(&member, within), version))
}

async fn role(read: &mut Read, within: &Organization, named: &str) -> Result<Value, ActError> {
    let id = role::find(read, within, named).await?.id;
    let missing = || ActError::absent("there is no such role");
    let version = read.version_of(&Versioned::Role(id)).await?.ok_or_else(missing)?;
    let role = read.role(id).await?.ok_or_else(missing)?;
    Ok(versioned::at(answer::role(&role, within), version))
}

async fn invitation(read: &mut Read, within: &Organization, named: &str, now: Timestamp) -> Result<Value, ActError> {
    let missing = || ActError::absent("there is no such invitation here");
    let id = Id::parse(named).ok_or_else(missing)?;
    let version = read.version_of(&Versioned::Invitation(id)).await?.ok_or_else(missing)?;
    let found = read.invitation(id).await?.filter(|one| one.organization_id == within.id).ok_or_else(missing)?;
    Ok(versioned::at(invitation::shown(read, &found, within, now).await?, version))
}

async fn key(read: &mut Read, standing: &Standing, named: &str) -> Result<Value, ActError> {
    let id = Id::parse(named).ok_or_else(|| ActError::absent("that is no key"))?;
    let missing = || ActError::absent("there is no such key here");
    let version = read.version_of(&Versioned::ApiKey(id)).await?.ok_or_else(missing)?;
    let key =
        read.api_key(id).await?.filter(|key| key.organization_id == standing.organization.id).ok_or_else(missing)?;
    key::must_see(read, standing, &key).await?;
    Ok(versioned::at(key::described(read, key.id).await?, version))
}

impl Authority {
    /// The signing keys that are published still, as JSON without their private parts.
    ///
    /// # Errors
    /// They are an operator's to see.
    pub async fn signing_keys_told(&self, by: &Actor, now: Timestamp) -> Result<Value, ActError> {
        if !by.is_operator() {
            return Err(ActError::forbidden("this is the operator's to see"));
        }
        let keys = self.parts.store.read().await?.signing_keys().await?;
        let told = keys.iter().map(|key| {
            json!({
                "kid": key.id,
                "algorithm": key.algorithm.as_str(),
                "state": state(key, now),
                "created_at": key.created_at.as_seconds(),
                "signing_at": key.signing_at.as_seconds(),
                "retired_at": key.retired_at.map(Timestamp::as_seconds),
            })
        });
        Ok(json!({ "items": told.collect::<Vec<_>>() }))
    }
}

fn state(key: &SigningKey, now: Timestamp) -> &'static str {
    match key.retired_at {
        Some(at) if at <= now => "retired",
        _ if now < key.signing_at => "published",
        _ => "signing",
    }
}
