//! Ending what has access to an organisation, by whoever may there. Its person sees who did it.

use model::{ApiKey, AuditEvent, Grant, Id, Permission, Project, Timestamp};
use serde_json::{Value, json};
use storage::{StorageError, Tx};

use super::{ActError, organization, thing::allow};
use crate::{Actor, Authority, Standing, api_key};

/// The reason of what an owner or admin of the organisation ended.
const BY_OWNER: &str = "revoked_by_owner";
/// And the operator.
const BY_OPERATOR: &str = "revoked_by_operator";

impl Authority {
    /// Ends a connection or takes back a key over a project of this organisation. Ending it again is no error.
    pub(super) async fn access_end(
        &self,
        by: &Actor,
        named: &str,
        access: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let missing = || ActError::absent("there is nothing of that name that has access");
        let id: Id<Grant> = Id::parse(access).ok_or_else(missing)?;
        let (named, by) = (named.to_owned(), by.clone());
        let ended: Result<bool, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (named, by) = (named.clone(), by.clone());
                Box::pin(async move {
                    let organization = organization::find(tx, &named).await?;
                    let standing = allow(tx, &by, organization.id, Permission::EndAccess).await?;
                    end(tx, &standing, id, &by, now).await
                })
            })
            .await;
        if !ended? {
            return Err(missing());
        }
        self.parts.metrics.connection_ended(false);
        Ok(json!({ "ended": id }))
    }
}

/// Whether the project is one of this organisation that they see there.
async fn sees(tx: &mut Tx, standing: &Standing, project_id: Id<Project>) -> Result<bool, StorageError> {
    match tx.project(project_id).await? {
        Some(project) => standing.sees(tx, &project).await,
        None => Ok(false),
    }
}

/// Whether there is such a connection or key there.
async fn end(tx: &mut Tx, standing: &Standing, id: Id<Grant>, by: &Actor, now: Timestamp) -> Result<bool, ActError> {
    let reason = if by.is_operator() { BY_OPERATOR } else { BY_OWNER };
    if let Some(grant) = tx.grant(id).await? {
        let is_here = match grant.kind.project_id() {
            Some(project_id) => sees(tx, standing, project_id).await?,
            None => false,
        };
        if is_here && tx.revoke_grant(id, reason, now).await? {
            tx.insert_audit_event(&AuditEvent::of_grant("grant.revoked", &grant, now)).await?;
        }
        return Ok(is_here);
    }
    let key: Id<ApiKey> = id.cast();
    let Some(key) = tx.api_key(key).await? else { return Ok(false) };
    if !sees(tx, standing, key.project_id).await? {
        return Ok(false);
    }
    if tx.revoke_api_key(key.id, reason, now).await? {
        tx.insert_audit_event(&api_key::entry("key.revoked", &key, None, now)).await?;
    }
    Ok(true)
}
