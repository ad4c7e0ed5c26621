//! What people are told by mail alone, or by mail too: notices of connections, and of API keys in their name.

use std::time::Duration;

use model::{ClientId, Id, NoticeKind, Timestamp, User};
use storage::{StorageError, Tx};

use super::{Asked, Letter, Message};
use crate::Authority;

/// A notice is worth reading for so long.
const LIFE: Duration = Duration::from_secs(3 * 24 * 3600);

impl Authority {
    /// Writes the mail of a notice, in the transaction of the notice.
    pub(crate) async fn mail_notice(
        &self,
        tx: &mut Tx,
        user_id: Id<User>,
        client_id: &ClientId,
        kind: NoticeKind,
        (address, now): (&str, Timestamp),
    ) -> Result<(), StorageError> {
        let app = tx.client(client_id).await?.map_or_else(|| "An app".to_owned(), |client| client.name);
        let message = match kind {
            NoticeKind::RefreshReused => Message::ConnectionReused { app },
            NoticeKind::RefreshShared => Message::ConnectionShared { app },
        };
        self.mail_to(tx, user_id, message, (address, now)).await
    }

    /// Writes a mail to a person, in the transaction of what it tells of.
    pub(crate) async fn mail_to(
        &self,
        tx: &mut Tx,
        user_id: Id<User>,
        message: Message,
        (address, now): (&str, Timestamp),
    ) -> Result<(), StorageError> {
        if !self.sends_mail() {
            return Ok(());
        }
        let Some(user) = tx.user(user_id).await? else { return Ok(()) };
        let language = tx.language_of(user_id).await?;
        let asked = Asked { at: now, address: address.to_owned(), user_agent: String::new(), language };
        match self.mail(&user.email, &Letter { message, asked }, LIFE, now) {
            Ok(mail) => tx.insert_mail(&mail).await,
            // The person is told on the page in any case.
            Err(error) => {
                tracing::error!(%error, "a notice could not be sealed for mail");
                Ok(())
            }
        }
    }
}
