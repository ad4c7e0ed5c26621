//! The table of what API keys have used. Processes put aside blocks of a key's caps here, each by one conditional command,
//! so that no two can put aside the same use; what they do not need comes back.

use model::{ApiKey, Id, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

/// What a process wants to put aside.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Of which key.
    pub key_id: Id<ApiKey>,
    /// How many uses.
    pub uses: u64,
    /// When the present minute and the present month began.
    pub spans: CountedSpans,
    /// The caps, of the minute and of the month.
    pub caps: (u64, u64),
}

/// The minute and the month that are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedSpans {
    /// When the minute began.
    pub minute: Timestamp,
    /// When the month began.
    pub month: Timestamp,
}

/// What was used or put aside of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCounts {
    /// In which spans: those of the process whose clock is ahead.
    pub spans: CountedSpans,
    /// In the minute.
    pub minute: u64,
    /// In the month.
    pub month: u64,
    /// When the key was last used, as far as that is written.
    pub used_at: Option<Timestamp>,
    /// From which address, where that was told.
    pub used_address: Option<String>,
}

/// Uses that were not written yet, and uses that were put aside and not needed.
#[derive(Clone, Debug)]
pub struct KeyUse {
    /// Of which key.
    pub key_id: Id<ApiKey>,
    /// The last use.
    pub used_at: Option<Timestamp>,
    /// Its address, where that is known.
    pub used_address: Option<String>,
    /// What comes back, and the spans that it was put aside in.
    pub unneeded: Option<(u64, CountedSpans)>,
}

fn counts(row: &AnyRow) -> Result<KeyCounts, StorageError> {
    let columns = Columns::of(row, "api_key_counts");
    Ok(KeyCounts {
        spans: CountedSpans { minute: columns.time("minute_at")?, month: columns.time("month_at")? },
        minute: columns.count("minute_count")?,
        month: columns.count("month_count")?,
        used_at: columns.optional_time("used_at")?,
        used_address: columns.optional_text("used_address")?,
    })
}

impl Read {
    /// What was used or put aside of a key; none if there is no such key.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_key_counts(&mut self, key_id: Id<ApiKey>) -> Result<Option<KeyCounts>, StorageError> {
        let sql = "SELECT key_id AS id, api_key_counts.* FROM api_key_counts WHERE key_id = $1";
        self.one(sql, [key_id.into()]).await?.as_ref().map(counts).transpose()
    }
}

impl Tx {
    /// Puts uses aside, if both caps have room for all of them; then what is used or put aside by now. Nothing has changed
    /// if they have not.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn lease_api_key(&mut self, lease: &Lease) -> Result<Option<KeyCounts>, StorageError> {
        const SQL: &str = "UPDATE api_key_counts SET \
             minute_count = CASE WHEN minute_at < $3 THEN $2 ELSE minute_count + $2 END, \
             minute_at = CASE WHEN minute_at < $3 THEN $3 ELSE minute_at END, \
             month_count = CASE WHEN month_at < $4 THEN $2 ELSE month_count + $2 END, \
             month_at = CASE WHEN month_at < $4 THEN $4 ELSE month_at END \
             WHERE key_id = $1 AND CASE WHEN minute_at < $3 THEN $2 ELSE minute_count + $2 END <= $5 \
             AND CASE WHEN month_at < $4 THEN $2 ELSE month_count + $2 END <= $6 \
             RETURNING key_id AS id, minute_at, minute_count, month_at, month_count, used_at, used_address";
        let Lease { key_id, uses, spans, caps: (minute, month) } = lease.clone();
        let values = [key_id.into(), uses.into(), spans.minute.into(), spans.month.into(), minute.into(), month.into()];
        self.one(SQL, values).await?.as_ref().map(counts).transpose()
    }

    /// Writes down last uses, and gives back what was not needed: to the spans that it was put aside in, if those last.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn note_api_key_uses(&mut self, uses: &[KeyUse]) -> Result<(), StorageError> {
        for one in uses {
            if let Some((unneeded, spans)) = one.unneeded.filter(|(unneeded, _)| *unneeded > 0) {
                self.run(
                    "UPDATE api_key_counts SET \
                     minute_count = CASE WHEN minute_at = $3 AND minute_count >= $2 THEN minute_count - $2 ELSE minute_count END, \
                     month_count = CASE WHEN month_at = $4 AND month_count >= $2 THEN month_count - $2 ELSE month_count END \
                     WHERE key_id = $1",
                    [one.key_id.into(), unneeded.into(), spans.minute.into(), spans.month.into()],
                )
                .await?;
            }
            if let Some(used_at) = one.used_at {
                self.run(
                    "UPDATE api_key_counts SET used_at = $2, used_address = coalesce($3, used_address) \
                     WHERE key_id = $1 AND (used_at IS NULL OR used_at < $2)",
                    [one.key_id.into(), used_at.into(), one.used_address.clone().into()],
                )
                .await?;
            }
        }
        Ok(())
    }
}
