//! What the things that an operator names have in common: one is added, shown, changed, disabled and removed in the same way,
//! in one transaction with its entry in the trail.
//!
//! Does not own what a thing is, nor what goes with it when it goes: that is each thing's own module's, and `storage`'s.

use std::{pin::Pin, sync::Arc};

use model::{AuditEvent, Timestamp};
use serde_json::{Map, Value};
use storage::{Read, StorageError, Tx};

use super::ActError;
use crate::Authority;

/// A part of a transaction.
pub(super) type Step<'t, T> = Pin<Box<dyn Future<Output = Result<T, ActError>> + Send + 't>>;

/// How the trail calls what is done to a thing.
pub(super) struct Actions {
    pub(super) added: &'static str,
    pub(super) disabled: &'static str,
    pub(super) enabled: &'static str,
    pub(super) removed: &'static str,
}

/// Something that an operator adds, names and removes.
pub(super) trait Thing: Sized + Send + 'static {
    /// How it is named on the command line.
    type Name: Clone + Send + Sync + 'static;

    const ACTIONS: Actions;

    /// The one with this name, or a refusal that says where to look.
    fn find(read: &mut Read, name: &Self::Name) -> impl Future<Output = Result<Self, ActError>> + Send;

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
        make: impl for<'t> Fn(&'t mut Tx) -> Step<'t, T> + Send + Sync + 'static,
        taken: impl FnOnce() -> String,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let make = Arc::new(make);
        let added: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let make = Arc::clone(&make);
                Box::pin(async move {
                    let thing = make(tx).await?;
                    thing.insert(tx).await?;
                    tx.insert_audit_event(&thing.audit(T::ACTIONS.added, now)).await?;
                    Ok(thing.answer())
                })
            })
            .await;
        let added = added.map_err(|error| error.if_taken(taken))?;
        self.parts.known.forget();
        Ok(added)
    }

    pub(super) async fn show<T: Thing>(&self, name: &T::Name) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        Ok(T::find(&mut read, name).await?.answer())
    }

    /// Does `change` to the thing with this name; it gives the answer.
    pub(super) async fn change<T: Thing>(
        &self,
        name: T::Name,
        action: &'static str,
        change: impl for<'t> Fn(&'t mut Tx, &'t mut T) -> Step<'t, Value> + Send + Sync + 'static,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let change = Arc::new(change);
        let changed: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (name, change) = (name.clone(), Arc::clone(&change));
                Box::pin(async move {
                    let mut thing = T::find(tx, &name).await?;
                    let answer = change(tx, &mut thing).await?;
                    tx.insert_audit_event(&thing.audit(action, now)).await?;
                    Ok(answer)
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
        name: T::Name,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let action = if disabled { T::ACTIONS.disabled } else { T::ACTIONS.enabled };
        let at = disabled.then_some(now);
        self.change::<T>(name, action, move |tx, thing| set(tx, thing, at), now).await
    }

    pub(super) async fn remove<T: Thing>(&self, name: T::Name, now: Timestamp) -> Result<Value, ActError> {
        self.change::<T>(name, T::ACTIONS.removed, move |tx, thing| removed(tx, thing, now), now).await
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
