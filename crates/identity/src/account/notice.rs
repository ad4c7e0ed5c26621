//! Notices: an entry of the trail and the mail that tells the same to the account's person. Owns how long a notice is worth
//! telling and that both are written with the act; the words are the view's.

use std::time::Duration;

use model::{AuditEvent, Email, Mail, Timestamp};
use storage::{StorageError, Tx};

use crate::{
    Authority, Caller, Error,
    mail::{Asked, Letter, Message},
};

/// How long it is worth telling that something about an account was changed.
pub(crate) const NOTICE_LIFE: Duration = Duration::from_secs(3 * 24 * 3600);

/// What is written of a change beside the change itself.
#[derive(Clone)]
pub(crate) struct Notice {
    /// For the trail.
    pub(crate) event: AuditEvent,
    /// For the person; none where no mail is sent.
    pub(crate) mail: Option<Mail>,
}

impl Authority {
    /// The mail that tells of a change; none where no mail is sent.
    pub(crate) fn notice(
        &self,
        to: &Email,
        message: Message,
        (caller, now): (&Caller, Timestamp),
    ) -> Result<Option<Mail>, Error> {
        if !self.sends_mail() {
            return Ok(None);
        }
        let letter = Letter { message, asked: Asked::by(caller, now) };
        self.mail(to, &letter, NOTICE_LIFE, now).map(Some)
    }
}

impl Notice {
    /// Writes both, in the transaction of the act.
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_audit_event(&self.event).await?;
        match &self.mail {
            Some(mail) => tx.insert_mail(mail).await,
            None => Ok(()),
        }
    }
}
