//! The table of attempts: counters in fixed windows that all processes share.

use std::time::Duration;

use model::Timestamp;

use crate::{Read, StorageError, Tx, columns::Columns};

impl Read {
    /// When the present window of `subject` began; none if nothing was counted.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn attempts_since(&mut self, subject: &str) -> Result<Option<Timestamp>, StorageError> {
        let row = self.one("SELECT window_started_at FROM attempts WHERE subject = $1", [subject.into()]).await?;
        row.map(|row| Columns::of(&row, "attempts").time("window_started_at")).transpose()
    }
}

impl Tx {
    /// Counts one more attempt of `subject` and says how many there were in the present window, this one included. Belongs
    /// before the attempt, so that parallel ones cannot slip through.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn count_attempt(
        &mut self,
        subject: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        Ok(self.add_attempts(subject, 1, window, now).await?.0)
    }

    /// Counts `more` attempts of `subject` at once; how many there were in the present window, and when it began.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn add_attempts(
        &mut self,
        subject: &str,
        more: u64,
        window: Duration,
        now: Timestamp,
    ) -> Result<(u64, Timestamp), StorageError> {
        let row = self
            .one(
                "INSERT INTO attempts (subject, window_started_at, count) VALUES ($1, $2, $4) \
                 ON CONFLICT (subject) DO UPDATE SET \
                 count = CASE WHEN attempts.window_started_at <= $3 THEN excluded.count ELSE attempts.count + excluded.count END, \
                 window_started_at = CASE WHEN attempts.window_started_at <= $3 THEN excluded.window_started_at ELSE attempts.window_started_at END \
                 RETURNING count, window_started_at",
                [subject.into(), now.into(), now.minus(window).into(), more.into()],
            )
            .await?;
        let row = row.ok_or_else(|| StorageError::Corrupt { table: "attempts", id: String::new() })?;
        let columns = Columns::of(&row, "attempts");
        Ok((columns.count("count")?, columns.time("window_started_at")?))
    }

    /// Forgets the attempts of `subject`, after one that succeeded.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn forget_attempts(&mut self, subject: &str) -> Result<(), StorageError> {
        self.run("DELETE FROM attempts WHERE subject = $1", [subject.into()]).await.map(drop)
    }

    /// Takes one attempt of `subject` back: it succeeded, but what others did there still counts.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn uncount_attempt(&mut self, subject: &str) -> Result<(), StorageError> {
        self.run("UPDATE attempts SET count = count - 1 WHERE subject = $1 AND count > 0", [subject.into()])
            .await
            .map(drop)
    }
}
