//! The table of mails: a queue whose work is claimed by lease, so that several processes share it and none sends twice what
//! another has handed over.

use model::{Id, Mail, MailOutcome, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn mail(row: &AnyRow) -> Result<Mail, StorageError> {
    let columns = Columns::of(row, "mails");
    Ok(Mail {
        id: columns.id("id")?,
        recipient: columns.word("recipient", model::Email::parse)?,
        kind: columns.text("kind")?,
        sealed: columns.text("sealed")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        leased_until: columns.time("leased_until")?,
        attempts: columns.count("attempts")?,
    })
}

impl Read {
    /// Whether a mail may be taken up by `now`.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mail_waits(&mut self, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "SELECT id FROM mails WHERE settled_at IS NULL AND leased_until <= $1 LIMIT 1";
        Ok(self.one(sql, [now.into()]).await?.is_some())
    }
}

impl Tx {
    /// Puts a mail into the queue; belongs into the transaction of the act that it tells of.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_mail(&mut self, mail: &Mail) -> Result<(), StorageError> {
        self.run_one(
            "mail",
            "INSERT INTO mails (id, recipient, kind, sealed, created_at, expires_at, leased_until, attempts) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                mail.id.into(),
                (&mail.recipient).into(),
                (&mail.kind).into(),
                (&mail.sealed).into(),
                mail.created_at.into(),
                mail.expires_at.into(),
                mail.leased_until.into(),
                mail.attempts.into(),
            ],
        )
        .await
    }

    /// Puts a mail beside the queue that is never sent: the same work as [`Tx::insert_mail`].
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn withhold_mail(&mut self, mail: &Mail) -> Result<(), StorageError> {
        self.run_one(
            "mail",
            "INSERT INTO mails (id, recipient, kind, created_at, expires_at, leased_until, attempts, settled_at, outcome) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $4, $7)",
            [
                mail.id.into(),
                (&mail.recipient).into(),
                (&mail.kind).into(),
                mail.created_at.into(),
                mail.expires_at.into(),
                mail.leased_until.into(),
                MailOutcome::Withheld.as_str().into(),
            ],
        )
        .await
    }

    /// Takes up the mail that has waited longest and keeps it from others until `until`. None if nothing waits, or another
    /// process was faster.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn claim_mail(&mut self, now: Timestamp, until: Timestamp) -> Result<Option<Mail>, StorageError> {
        let sql = "UPDATE mails SET leased_until = $2, attempts = attempts + 1 \
             WHERE settled_at IS NULL AND handed_over_at IS NULL AND leased_until <= $1 AND expires_at > $1 AND id = ( \
                SELECT id FROM mails WHERE settled_at IS NULL AND handed_over_at IS NULL AND leased_until <= $1 AND expires_at > $1 \
                ORDER BY leased_until, id LIMIT 1) \
             RETURNING *";
        self.one(sql, [now.into(), until.into()]).await?.as_ref().map(mail).transpose()
    }

    /// Notes that the text of a claimed mail is about to be handed over. No if the claim is no longer one's own; then
    /// nothing may be sent.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hand_over_mail(&mut self, mail: &Mail, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE mails SET handed_over_at = $3 \
             WHERE id = $1 AND leased_until = $2 AND handed_over_at IS NULL AND settled_at IS NULL";
        Ok(self.run(sql, [mail.id.into(), mail.leased_until.into(), now.into()]).await? == 1)
    }

    /// Puts a claimed mail back until `again`: it was certainly not sent.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn postpone_mail(&mut self, mail: &Mail, again: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE mails SET handed_over_at = NULL, leased_until = $3 \
             WHERE id = $1 AND leased_until = $2 AND settled_at IS NULL";
        Ok(self.run(sql, [mail.id.into(), mail.leased_until.into(), again.into()]).await? == 1)
    }

    /// Records what became of a claimed mail, and erases what it said.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn settle_mail(
        &mut self,
        mail: &Mail,
        outcome: MailOutcome,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE mails SET settled_at = $3, outcome = $4, sealed = NULL \
             WHERE id = $1 AND leased_until = $2 AND settled_at IS NULL";
        let values = [mail.id.into(), mail.leased_until.into(), now.into(), outcome.as_str().into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Settles what nobody will: mail whose bearer vanished while handing it over, and mail that is worth nothing any more.
    /// How many of each.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn settle_lost_mail(&mut self, now: Timestamp) -> Result<(u64, u64), StorageError> {
        const UNKNOWN: &str = "UPDATE mails SET settled_at = $1, outcome = 'unknown', sealed = NULL \
             WHERE settled_at IS NULL AND handed_over_at IS NOT NULL AND leased_until <= $1";
        const EXPIRED: &str = "UPDATE mails SET settled_at = $1, outcome = 'expired', sealed = NULL \
             WHERE settled_at IS NULL AND handed_over_at IS NULL AND leased_until <= $1 AND expires_at <= $1";
        Ok((self.run(UNKNOWN, [now.into()]).await?, self.run(EXPIRED, [now.into()]).await?))
    }

    /// What became of a mail; none while it waits.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn mail_outcome(&mut self, id: Id<Mail>) -> Result<Option<String>, StorageError> {
        let row = self.one("SELECT id, outcome FROM mails WHERE id = $1", [id.into()]).await?;
        Ok(row.map(|row| Columns::of(&row, "mails").optional_text("outcome")).transpose()?.flatten())
    }
}
