//! What the things that an operator names have in common: one is added, shown, changed, disabled and removed in the same way,
//! in one transaction with its entry in the trail.
//!
//! Does not own what a thing is, nor what goes with it when it goes: that is each thing's own module's, and `storage`'s.

use std::{pin::Pin, sync::Arc};

use model::{AuditEvent, Id, Organization, Permission, Timestamp};
use serde_json::{Map, Value};
use storage::{Read, StorageError, Tx, Versioned};

use super::{ActError, versioned};
use crate::{Actor, Authority, Denied, Standing, policy};

/// A part of a transaction.
pub(super) type Step<'t, T> = Pin<Box<dyn Future<Output = Result<T, ActError>> + Send + 't>>;

/// How the trail calls what is done to a thing.
pub(super) struct Actions {
    pub(super) added: &'static str,
    pub(super) disabled: &'static str,
    pub(super) enabled: &'static str,
    pub(super) removed: &'static str,
}

/// By whom something is done, and what they need for it.
#[derive(Clone)]
pub(super) struct By {
    pub(super) actor: Actor,
    /// None: it is the operator's alone.
    permission: Option<Permission>,
}

impl By {
    /// Whoever may do this in the organisation that the thing belongs to.
    pub(super) fn whoever_may(permission: Permission, actor: &Actor) -> Self {
        Self { actor: actor.clone(), permission: Some(permission) }
    }

    /// Whoever operates the server, under their own name.
    pub(super) fn whoever_operates(actor: &Actor) -> Self {
        Self { actor: actor.clone(), permission: None }
    }

    /// The operator and nobody else.
    pub(super) const fn operator() -> Self {
        Self { actor: Actor::operator(), permission: None }
    }

    /// Refuses, unless they may; if they may, their membership is held until the transaction ends.
    async fn check<T: Thing>(&self, tx: &mut Tx, thing: &T) -> Result<(), ActError> {
        tx.act_for(self.actor.named());
        match (self.permission, thing.organization_id()) {
            (Some(permission), Some(id)) => {
                let standing = allow(tx, &self.actor, id, permission).await?;
                must_see(thing, tx, &standing).await
            }
            _ if self.actor.is_operator() => Ok(()),
            // It belongs to no organisation: whoever may in one does not see it.
            (Some(_), None) => Err(Denied::Absent.into()),
            (None, _) => Err(ActError::forbidden("this is the operator's to do")),
        }
    }

    /// As [`By::check`], for looking.
    pub(super) async fn look<T: Thing>(&self, read: &mut Read, thing: &T) -> Result<(), ActError> {
        match (self.permission, thing.organization_id()) {
            (Some(permission), Some(id)) => {
                let standing = let_look(read, &self.actor, id, permission).await?;
                must_see(thing, read, &standing).await
            }
            _ if self.actor.is_operator() => Ok(()),
            (Some(_), None) => Err(Denied::Absent.into()),
            (None, _) => Err(ActError::forbidden("this is the operator's to see")),
        }
    }
}

async fn must_see<T: Thing>(thing: &T, read: &mut Read, standing: &Standing) -> Result<(), ActError> {
    match thing.is_seen(read, standing).await? {
        true => Ok(()),
        false => Err(Denied::Absent.into()),
    }
}

/// How the actor stands, or a refusal; held until the transaction ends.
pub(super) async fn allow(
    tx: &mut Tx,
    actor: &Actor,
    organization_id: Id<Organization>,
    permission: Permission,
) -> Result<Standing, ActError> {
    Ok(policy::stand_firm(tx, actor, organization_id, permission).await??)
}

/// How the actor stands, for looking.
pub(super) async fn let_look(
    read: &mut Read,
    actor: &Actor,
    organization_id: Id<Organization>,
    permission: Permission,
) -> Result<Standing, ActError> {
    Ok(policy::stand(read, actor, organization_id, permission).await??)
}

/// Something that an operator adds, names and removes.
pub(super) trait Thing: Sized + Send + Sync + 'static {
    /// How it is named on the command line.
    type Name: Clone + Send + Sync + 'static;

    const ACTIONS: Actions;

    /// The one with this name, or a refusal that says where to look.
    fn find(read: &mut Read, name: &Self::Name) -> impl Future<Output = Result<Self, ActError>> + Send;

    /// The organisation that it lives in, and whose policy is asked; none if it is the operator's.
    fn organization_id(&self) -> Option<Id<Organization>> {
        None
    }

    /// Whether somebody who stands so in that organisation sees it.
    fn is_seen(&self, _: &mut Read, _: &Standing) -> impl Future<Output = Result<bool, StorageError>> + Send {
        std::future::ready(Ok(true))
    }

    /// Its row, whose version moves with every change.
    fn row(&self) -> Versioned;

    /// As the operator sees it.
    fn answer(&self) -> Value;

    /// Its entry in the trail.
    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent;

    fn insert(&self, tx: &mut Tx) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Disables it from `at` on; without a time it works again.
    fn set_disabled(
        &mut self,
        tx: &mut Tx,
        at: Option<Timestamp>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Deletes it with what stands on it; what else there is to say of that.
    fn delete(
        &self,
        tx: &mut Tx,
        now: Timestamp,
    ) -> impl Future<Output = Result<Map<String, Value>, StorageError>> + Send;
}

impl Authority {
    /// Adds what `make` makes; `taken` says what it means that a constraint refuses it.
    pub(super) async fn add<T: Thing>(
        &self,
        by: &Actor,
        make: impl for<'t> Fn(&'t mut Tx) -> Step<'t, T> + Send + Sync + 'static,
        taken: impl FnOnce() -> String,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (make, by) = (Arc::new(make), by.named());
        let added: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (make, by) = (Arc::clone(&make), by.clone());
                Box::pin(async move {
                    // Whether they may is asked in `make`, where it is not the operator's alone.
                    tx.act_for(by);
                    let thing = make(tx).await?;
                    thing.insert(tx).await?;
                    tx.insert_audit_event(&thing.audit(T::ACTIONS.added, now)).await?;
                    Ok(versioned::at(thing.answer(), 1))
                })
            })
            .await;
        let added = added.map_err(|error| error.if_taken(taken))?;
        self.parts.known.forget();
        Ok(added)
    }

    /// The thing of this name with its version, for whoever may see it.
    pub(super) async fn show_to<T: Thing>(&self, by: By, name: &T::Name) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let (thing, version) = versioned::seen::<T>(&mut read, name).await?;
        by.look(&mut read, &thing).await?;
        Ok(versioned::at(thing.answer(), version))
    }

    /// As [`Authority::change_by`], by the operator.
    pub(super) async fn change<T: Thing>(
        &self,
        name: T::Name,
        action: &'static str,
        change: impl for<'t> Fn(&'t mut Tx, &'t mut T) -> Step<'t, Value> + Send + Sync + 'static,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        self.change_by::<T>(By::operator(), name, action, change, now).await
    }

    /// Does `change` to the thing with this name, in the version that is expected if one is; it gives the answer.
    pub(super) async fn change_by<T: Thing>(
        &self,
        by: By,
        name: T::Name,
        action: &'static str,
        change: impl for<'t> Fn(&'t mut Tx, &'t mut T) -> Step<'t, Value> + Send + Sync + 'static,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (change, expected) = (Arc::new(change), self.expected);
        let changed: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (by, name, change) = (by.clone(), name.clone(), Arc::clone(&change));
                Box::pin(async move {
                    let found = T::find(tx, &name).await?;
                    by.check(tx, &found).await?;
                    let version = versioned::move_on(tx, &found.row(), expected).await?;
                    // Nobody else changes it from here on; what somebody changed until now is seen.
                    let mut thing = T::find(tx, &name).await?;
                    let answer = change(tx, &mut thing).await?;
                    tx.insert_audit_event(&thing.audit(action, now)).await?;
                    Ok(if action == T::ACTIONS.removed { answer } else { versioned::at(answer, version) })
                })
            })
            .await;
        let changed = changed?;
        // A client may have lost its standing with the organisation or the project that it reads for.
        self.parts.known.forget();
        Ok(changed)
    }

    pub(super) async fn set_disabled<T: Thing>(
        &self,
        by: By,
        name: T::Name,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let action = if disabled { T::ACTIONS.disabled } else { T::ACTIONS.enabled };
        let at = disabled.then_some(now);
        self.change_by::<T>(by, name, action, move |tx, thing| set(tx, thing, at), now).await
    }

    pub(super) async fn remove<T: Thing>(&self, by: By, name: T::Name, now: Timestamp) -> Result<Value, ActError> {
        self.change_by::<T>(by, name, T::ACTIONS.removed, move |tx, thing| removed(tx, thing, now), now).await
    }
}

fn set<'t, T: Thing>(tx: &'t mut Tx, thing: &'t mut T, at: Option<Timestamp>) -> Step<'t, Value> {
    Box::pin(async move {
        thing.set_disabled(tx, at).await?;
        Ok(thing.answer())
    })
}

fn removed<'t, T: Thing>(tx: &'t mut Tx, thing: &'t mut T, now: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        let mut answer = thing.delete(tx, now).await?;
        answer.insert("removed".to_owned(), thing.answer());
        Ok(answer.into())
    })
}

/// What is ready without a look at the database.
pub(super) fn ready<'t, T: Thing>(thing: T) -> Step<'t, T> {
    Box::pin(std::future::ready(Ok(thing)))
}
