//! A person's own sessions: seen and ended by them (C-11). Another person's look as if they were not there.

use model::{AuditEvent, Id, Session, Timestamp};
use storage::StorageError;

use super::SignedIn;
use crate::{Authority, Caller, Error};

impl Authority {
    /// All sessions of a person, this one first, then the last used first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sessions(&self, signed_in: &SignedIn, now: Timestamp) -> Result<Vec<Session>, Error> {
        let mut all = self.parts.store.read().await?.sessions_of(signed_in.user.id, now).await?;
        all.sort_by_key(|session| session.id != signed_in.session.id);
        Ok(all)
    }

    /// Ends one of a person's own sessions; whether there was such a one.
    ///
    /// # Errors
    /// Trouble of the database; then it has not ended.
    pub async fn end_session(
        &self,
        signed_in: &SignedIn,
        id: Id<Session>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (user_id, address) = (signed_in.user.id, caller.address.clone());
        let ended: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("session.ended", user_id, Some(id.to_string()), address.clone(), now);
                Box::pin(async move {
                    if !tx.delete_session_of(user_id, id).await? {
                        return Ok(false);
                    }
                    tx.insert_audit_event(&event).await?;
                    Ok(true)
                })
            })
            .await;
        Ok(ended?)
    }

    /// Ends all sessions of a person but this one; how many those were.
    ///
    /// # Errors
    /// Trouble of the database; then none has ended.
    pub async fn end_other_sessions(
        &self,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let (user_id, id, address) = (signed_in.user.id, signed_in.session.id, caller.address.clone());
        let ended: Result<u64, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("session.others_ended", user_id, None, address.clone(), now);
                Box::pin(async move {
                    let ended = tx.delete_other_sessions_of(user_id, id).await?;
                    tx.insert_audit_event(&event).await?;
                    Ok(ended)
                })
            })
            .await;
        Ok(ended?)
    }

    /// What happened to a person's account, newest first, 20 entries at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn recent_events(&self, signed_in: &SignedIn) -> Result<Vec<storage::PastEvent>, Error> {
        Ok(self.parts.store.read().await?.recent_events_of(signed_in.user.id).await?)
    }
}

/// An entry of a person's own account.
pub(super) fn event(
    action: &'static str,
    user_id: Id<model::User>,
    subject: Option<String>,
    address: String,
    now: Timestamp,
) -> AuditEvent {
    let event = AuditEvent { user_id: Some(user_id), subject, address: Some(address), ..AuditEvent::new(action, now) };
    event.by(user_id)
}
