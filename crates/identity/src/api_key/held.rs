//! The keys that a person made, as they see them, and how they take one back. What belongs to another looks as if it were
//! not there.

use std::time::Duration;

use model::{ApiKey, Id, Language, Organization, Project, Timestamp, User};
use protocol::{Access, Scope};
use storage::{Read, StorageError};

use super::entry;
use crate::{Authority, Caller, Error, connections::DISCONNECTED, known::Snapshot};

/// How long a key that has ended is shown.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// A key with all that its row shows.
#[derive(Clone, Debug)]
pub struct HeldKey {
    /// The key.
    pub key: ApiKey,
    /// The name of its project.
    pub project_name: String,
    /// The name of the organisation.
    pub organization_name: String,
    /// What it may read, in the words of its resources: "read events".
    pub reads: Vec<String>,
    /// What it brings in, likewise.
    pub changes: Vec<String>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// From which address, where that was told.
    pub used_address: Option<String>,
    /// Whether it works now: what it rests on may be disabled.
    pub works: bool,
}

impl Authority {
    /// The keys that a person made: those in force, and those that ended in the last 30 days; newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn keys_of(&self, user_id: Id<User>, language: Language, now: Timestamp) -> Result<Vec<HeldKey>, Error> {
        self.write_last_uses().await?;
        let known = self.known().await?;
        let mut read = self.parts.store.read().await?;
        let mut held = Vec::new();
        for key in read.api_keys_of(user_id, now.minus(ENDED_SHOWN)).await? {
            let missing = || StorageError::Corrupt { table: "api_keys", id: key.id.to_string() };
            let project = read.project(key.project_id).await?.ok_or_else(missing)?;
            let organization = read.organization(key.organization_id).await?.ok_or_else(missing)?;
            let seen = Seen { known: &known, language, now };
            held.push(seen.held(&mut read, key, &project, &organization).await?);
        }
        Ok(held)
    }

    /// The keys over these projects of one organisation: those in force, and those that ended in the last 30 days; newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn keys_over(
        &self,
        organization: &Organization,
        projects: &[Project],
        language: Language,
        now: Timestamp,
    ) -> Result<Vec<HeldKey>, Error> {
        self.write_last_uses().await?;
        let known = self.known().await?;
        let mut read = self.parts.store.read().await?;
        let mut held = Vec::new();
        for project in projects {
            for key in read.api_keys_over(project.id, now.minus(ENDED_SHOWN)).await? {
                let seen = Seen { known: &known, language, now };
                held.push(seen.held(&mut read, key, project, organization).await?);
            }
        }
        held.sort_by(|one, other| other.key.id.as_str().cmp(one.key.id.as_str()));
        Ok(held)
    }

    /// How many keys a person made that were not taken back and have not expired.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn count_keys_of(&self, user_id: Id<User>, now: Timestamp) -> Result<usize, Error> {
        let keys = self.parts.store.read().await?.live_api_keys_of(user_id).await?;
        Ok(keys.iter().filter(|key| now < key.expires_at).count())
    }

    /// Takes back one of a person's own keys, at once; whether there is such a key. Taking it back again is no error.
    ///
    /// # Errors
    /// Trouble of the database; then it has not ended.
    pub async fn end_key(
        &self,
        user_id: Id<User>,
        key_id: Id<ApiKey>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let address = caller.address.clone();
        let found: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let address = address.clone();
                Box::pin(async move {
                    let Some(key) = tx.api_key(key_id).await?.filter(|key| key.user_id == Some(user_id)) else {
                        return Ok(false);
                    };
                    if tx.revoke_api_key(key_id, DISCONNECTED, now).await? {
                        tx.insert_audit_event(&entry("key.revoked", &key, Some(address), now).by(user_id)).await?;
                    }
                    Ok(true)
                })
            })
            .await;
        Ok(found?)
    }
}

/// By whom and when keys are looked at.
struct Seen<'k> {
    known: &'k Snapshot,
    language: Language,
    now: Timestamp,
}

impl Seen<'_> {
    async fn held(
        &self,
        read: &mut Read,
        key: ApiKey,
        project: &Project,
        organization: &Organization,
    ) -> Result<HeldKey, StorageError> {
        let missing = || StorageError::Corrupt { table: "api_keys", id: key.id.to_string() };
        let counts = read.api_key_counts(key.id).await?.ok_or_else(missing)?;
        let works = read.live_api_key(key.id, self.now).await?.is_some();
        let (reads, changes) = words(&key, self.known, self.language);
        Ok(HeldKey {
            project_name: project.name.clone(),
            organization_name: organization.name.clone(),
            reads,
            changes,
            used_at: counts.used_at,
            used_address: counts.used_address,
            works,
            key,
        })
    }
}

/// What a key's scopes read and bring in, as its resources say it.
fn words(key: &ApiKey, known: &Snapshot, language: Language) -> (Vec<String>, Vec<String>) {
    let (mut reads, mut changes) = (Vec::new(), Vec::new());
    for permit in &key.permits {
        let Some(resource) = known.resource(&permit.resource_id) else { continue };
        let may = |scope: &Scope, name: &str| scope.contains(name) && resource.key_scope().contains(name);
        for scope in resource.scopes.iter().filter(|scope| may(&permit.scope, &scope.name)) {
            let into = if scope.access == Access::Read { &mut reads } else { &mut changes };
            into.push(scope.words(language).to_owned());
        }
    }
    (reads, changes)
}
