//! The queue: mails go in sealed and come out one at a time. At most once, as far as we know: from the moment at which a text
//! is begun to be handed over, only an answer that refuses it lets it be sent again.

use std::{sync::Arc, time::Duration};

use model::{Email, Id, Mail, MailOutcome, Timestamp};
use storage::{StorageError, Tx};
use tokio::sync::Notify;

use super::Letter;
use crate::{Authority, Error, queue, seal};

/// Longer than any delivery takes; after it a bearer is taken for dead.
const LEASE: Duration = Duration::from_secs(300);
/// How long a mail waits after its first, second, … refusal for the time being, in seconds.
const BACK_OFF: [u64; 9] = [60, 120, 300, 900, 1800, 3600, 7200, 14_400, 28_800];

/// Rings when something was put into the queue by this process.
#[derive(Clone, Default)]
pub struct MailQueue {
    bell: Arc<Notify>,
}

impl MailQueue {
    /// Says that something was put in; call it when that is durable.
    pub fn ring(&self) {
        self.bell.notify_waiters();
    }

    /// Ready when it rings, or after a while: other processes and later attempts do not ring.
    pub async fn rings(&self) {
        drop(tokio::time::timeout(queue::EVERY, self.bell.notified()).await);
    }
}

/// A mail that is ours to deliver, for a while.
#[derive(Clone, Debug)]
pub struct Claimed {
    mail: Mail,
    /// What it says.
    pub letter: Letter,
}

impl Claimed {
    /// Its id, which is also its Message-ID.
    #[must_use]
    pub const fn id(&self) -> Id<Mail> {
        self.mail.id
    }

    /// The one address that it goes to, byte for byte.
    #[must_use]
    pub const fn recipient(&self) -> &Email {
        &self.mail.recipient
    }
}

/// How a delivery ended. The text is for the log and names no person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Sent,
    /// It is refused for good.
    Refused(String),
    /// It was certainly not taken, and may be later.
    Later(String),
    /// It was handed over and no answer came.
    Unknown(String),
    /// It was not ours any more, or that could not be known: nothing was sent, and nothing is recorded.
    Abandoned(String),
}

impl Authority {
    /// Whether this server sends mail at all.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.parts.settings.sends_mail
    }

    /// The queue's bell.
    #[must_use]
    pub fn mail_queue(&self) -> &MailQueue {
        &self.parts.mail
    }

    /// A mail for the queue, sealed and not yet written. It is worth sending for `life`.
    pub(crate) fn mail(&self, to: &Email, letter: &Letter, life: Duration, now: Timestamp) -> Result<Mail, Error> {
        let id = Id::new(now);
        let plain = serde_json::to_vec(letter)
            .map_err(|error| protocol::OAuthError::server_error(format!("a letter cannot be written: {error}")))?;
        Ok(Mail {
            id,
            recipient: to.clone(),
            kind: letter.message.kind().to_owned(),
            sealed: seal::seal(&self.parts.secrets, &purpose(id), &plain)?,
            created_at: now,
            expires_at: now.plus(life),
            leased_until: now,
            attempts: 0,
        })
    }

    /// Takes up the mail that has waited longest; none if nothing waits. One that cannot be read is settled and logged.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn claim_mail(&self, now: Timestamp) -> Result<Option<Claimed>, Error> {
        while self.parts.store.read().await?.mail_waits(now).await? {
            let claimed = self.parts.store.transaction(move |tx| Box::pin(async move { claim(tx, now).await })).await?;
            let Some(mail) = claimed else { continue };
            match self.open(&mail) {
                Ok(letter) => return Ok(Some(Claimed { mail, letter })),
                Err(error) => {
                    tracing::error!(mail = %mail.id, kind = mail.kind, %error, "a mail cannot be read and is not sent");
                    self.record(mail, MailOutcome::Refused, now).await?;
                }
            }
        }
        Ok(None)
    }

    fn open(&self, mail: &Mail) -> Result<Letter, Error> {
        let plain = seal::open(&self.parts.secrets, &purpose(mail.id), &mail.sealed)?;
        serde_json::from_slice(&plain)
            .map_err(|error| protocol::OAuthError::server_error(format!("a letter cannot be read: {error}")).into())
    }

    /// Notes that the text is about to be handed over. After a no nothing may be sent.
    ///
    /// # Errors
    /// Trouble of the database; then nothing may be sent either.
    pub async fn hand_over_mail(&self, claimed: &Claimed, now: Timestamp) -> Result<bool, Error> {
        let mail = claimed.mail.clone();
        let noted: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let mail = mail.clone();
                Box::pin(async move { tx.hand_over_mail(&mail, now).await })
            })
            .await;
        Ok(noted?)
    }

    /// Records how a delivery ended.
    ///
    /// # Errors
    /// Trouble of the database. A mail that was handed over is then taken for one of unknown fate.
    pub async fn settle_mail(&self, claimed: Claimed, delivery: &Delivery, now: Timestamp) -> Result<(), Error> {
        let mail = claimed.mail;
        let outcome = match delivery {
            Delivery::Sent => MailOutcome::Sent,
            Delivery::Refused(_) => MailOutcome::Refused,
            Delivery::Unknown(_) => MailOutcome::Unknown,
            Delivery::Abandoned(_) => return Ok(()),
            Delivery::Later(_) => match queue::back_off(&BACK_OFF, mail.attempts) {
                Some(wait) => return self.postpone(mail, now.plus(wait)).await,
                None => MailOutcome::Refused,
            },
        };
        self.record(mail, outcome, now).await
    }

    async fn record(&self, mail: Mail, outcome: MailOutcome, now: Timestamp) -> Result<(), Error> {
        let settled: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let mail = mail.clone();
                Box::pin(async move { tx.settle_mail(&mail, outcome, now).await })
            })
            .await;
        settled?;
        Ok(())
    }

    async fn postpone(&self, mail: Mail, again: Timestamp) -> Result<(), Error> {
        let postponed: Result<bool, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let mail = mail.clone();
                Box::pin(async move { tx.postpone_mail(&mail, again).await })
            })
            .await;
        postponed?;
        Ok(())
    }
}

async fn claim(tx: &mut Tx, now: Timestamp) -> Result<Option<Mail>, StorageError> {
    let (unknown, expired) = tx.settle_lost_mail(now).await?;
    if unknown + expired > 0 {
        tracing::warn!(unknown, expired, "mails are given up: handed over without an answer, or expired while waiting");
    }
    tx.claim_mail(now, now.plus(LEASE)).await
}

/// One sealed mail cannot stand in for another.
fn purpose(id: Id<Mail>) -> String {
    format!("mail {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_again_at_growing_distances_and_not_for_ever() {
        let waits: Vec<Option<Duration>> = (1..=10).map(|made| queue::back_off(&BACK_OFF, made)).collect();
        assert_eq!(waits[0], Some(Duration::from_secs(60)));
        assert!(waits[..9].windows(2).all(|two| two[0] < two[1]));
        assert_eq!(waits[9], None);
    }
}
