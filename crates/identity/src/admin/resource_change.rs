//! What is changed of a resource server that is there: its name, its scopes and their words, and whether it is the one that is
//! meant. Each can be tried without changing anything.

use model::{Language, Permission, Resource, Timestamp};
use serde_json::Value;
use storage::Tx;

use super::{
    ActError, organization, resource_own, scope_text,
    thing::{By, Step, Thing},
};
use crate::{Actor, Authority};

/// One change of a resource.
#[derive(Clone)]
pub(super) enum Change {
    /// What people read.
    Name(String),
    /// Whether it is the one that is meant where several could be.
    Default(bool),
    /// Scopes more, as they are written on the command line.
    AddScopes(Vec<String>),
    /// A scope less.
    RemoveScope(String),
    /// Other words of a scope, in a language.
    Describe { scope: String, language: String, words: String },
}

impl Authority {
    /// Changes a resource, or only says what it would look like.
    pub(super) async fn resource_change(
        &self,
        by: &Actor,
        named: String,
        changes: Vec<Change>,
        dry_run: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        if changes.is_empty() {
            return Err(ActError::new("nothing was said that is to be changed; add --name, --default or --no-default"));
        }
        let may = By::whoever_may(Permission::ManageResources, by);
        if dry_run {
            let mut read = self.parts.store.read().await?;
            let mut resource = Resource::find(&mut read, &named).await?;
            may.look(&mut read, &resource).await?;
            for change in &changes {
                change.decide(&mut resource, now)?;
            }
            return Ok(tried(resource.answer()));
        }
        self.change_by::<Resource>(
            may,
            named,
            "resource.changed",
            move |tx, resource| write(tx, resource, changes.clone(), now),
            now,
        )
        .await
    }
}

fn write<'t>(tx: &'t mut Tx, resource: &'t mut Resource, changes: Vec<Change>, now: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        for change in &changes {
            change.decide(resource, now)?;
            change.write(tx, resource, now).await?;
        }
        Ok(resource.answer())
    })
}

fn tried(mut answer: Value) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("dry_run".to_owned(), true.into());
    }
    answer
}

impl Change {
    /// Makes the resource what it is to be, or says why it cannot be.
    fn decide(&self, resource: &mut Resource, now: Timestamp) -> Result<(), ActError> {
        match self {
            Self::Name(name) => resource.name = organization::parse_name(name)?,
            Self::Default(is_default) => resource.default_at = is_default.then_some(now),
            Self::AddScopes(texts) => {
                for scope in scope_text::parse_all(texts)? {
                    if resource.scopes.iter().any(|one| one.name == scope.name) {
                        let name = &scope.name;
                        return Err(ActError::new(format!(
                            "'{}' has a scope '{name}' already; whether one reads or writes is never changed: remove it first, which ends what rests on it",
                            resource.id
                        )));
                    }
                    resource.scopes.push(scope);
                }
                if resource.owner.is_some() {
                    resource_own::refuse_too_many(resource)?;
                }
            }
            Self::RemoveScope(name) => {
                found(resource, name)?;
                if resource.scopes.len() == 1 {
                    return Err(ActError::new(
                        "a resource needs at least one scope; add another first, or remove the resource",
                    ));
                }
                resource.scopes.retain(|scope| scope.name != *name);
            }
            Self::Describe { scope, language, words } => {
                let words = scope_text::parse_words(words)?;
                let tag = Language::of_tag(language).ok_or_else(|| {
                    let all = Language::ALL.map(Language::tag).join(" or ");
                    ActError::new(format!("nobody is spoken to in '{}' here; write {all}", language.escape_debug()))
                })?;
                found(resource, scope)?.describe(tag, words);
            }
        }
        Ok(())
    }

    /// Writes what was decided.
    async fn write(&self, tx: &mut Tx, resource: &Resource, now: Timestamp) -> Result<(), ActError> {
        let id = &resource.id;
        match self {
            Self::Name(_) => tx.set_resource_name(id, &resource.name).await?,
            Self::Default(_) => tx.set_resource_default(id, resource.default_at).await?,
            Self::AddScopes(texts) => {
                let from = resource.scopes.len().saturating_sub(texts.len());
                for scope in resource.scopes.iter().skip(from) {
                    tx.insert_resource_scope(id, scope, now).await?;
                }
            }
            Self::RemoveScope(name) => tx.delete_resource_scope(id, name).await?,
            Self::Describe { scope, .. } => {
                let described = resource.scopes.iter().find(|one| one.name == *scope);
                if let Some(described) = described {
                    tx.describe_resource_scope(id, described).await?;
                }
            }
        }
        Ok(())
    }
}

fn found<'r>(resource: &'r mut Resource, name: &str) -> Result<&'r mut model::ResourceScope, ActError> {
    let id = resource.id.clone();
    resource.scopes.iter_mut().find(|scope| scope.name == name).ok_or_else(|| {
        ActError::new(format!("'{id}' has no scope '{}'; `lanyard resource show {id}` shows them", name.escape_debug()))
    })
}
