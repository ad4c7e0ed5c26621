//! The language in which a person is answered: remembered for mails that no request of theirs causes.

use model::Language;

use super::SignedIn;
use crate::{Authority, Error};

impl Authority {
    /// Remembers a choice of the person. A sign-in remembers its own.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn remember_language(&self, person: &SignedIn, language: Language) -> Result<(), Error> {
        let id = person.user.id;
        let written: Result<(), storage::StorageError> =
            self.parts.store.transaction(move |tx| Box::pin(async move { tx.set_language(id, language).await })).await;
        Ok(written?)
    }
}
