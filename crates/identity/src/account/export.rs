//! The download of all that is held on an account (C-37). What that is stands in `storage`; how it is written is the server's.

use model::Timestamp;
use storage::{HeldTable, StorageError};

use super::{SignedIn, recent::NotRecent, sessions::event};
use crate::{Authority, Caller, Error};

impl Authority {
    /// All that is held of a person, for whoever has proved lately that they are it. That it was taken is held too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn export(
        &self,
        signed_in: &SignedIn,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Vec<HeldTable>, NotRecent>, Error> {
        if let Err(refusal) = signed_in.must_be_recent(now) {
            return Ok(Err(refusal));
        }
        // What it says of the last use of connections is true when it is read.
        self.write_last_uses().await?;
        let (id, address) = (signed_in.user.id, caller.address.clone());
        let held: Result<Vec<HeldTable>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = event("user.exported", id, Some(id.to_string()), address.clone(), now);
                Box::pin(async move {
                    tx.insert_audit_event(&event).await?;
                    tx.held_of(id).await
                })
            })
            .await;
        Ok(Ok(held?))
    }
}
