//! The table of notices.

use model::{Id, Notice, NoticeKind, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn notice(row: &AnyRow) -> Result<Notice, StorageError> {
    let columns = Columns::of(row, "notices");
    Ok(Notice {
        id: columns.id("id")?,
        user_id: columns.id("user_id")?,
        grant_id: columns.optional_id("grant_id")?,
        kind: columns.word("kind", NoticeKind::parse)?,
        created_at: columns.time("created_at")?,
    })
}

impl Read {
    /// What a person has not read yet, newest first, 50 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn unread_notices(&mut self, user_id: Id<User>) -> Result<Vec<Notice>, StorageError> {
        let sql =
            "SELECT * FROM notices WHERE user_id = $1 AND read_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50";
        self.all(sql, [user_id.into()]).await?.iter().map(notice).collect()
    }
}

impl Tx {
    /// Adds a notice.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_notice(&mut self, notice: &Notice) -> Result<(), StorageError> {
        self.run_one(
            "notice",
            "INSERT INTO notices (id, user_id, grant_id, kind, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                notice.id.into(),
                notice.user_id.into(),
                notice.grant_id.into(),
                notice.kind.as_str().into(),
                notice.created_at.into(),
            ],
        )
        .await
    }

    /// Marks one of a person's notices as read.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn read_notice(&mut self, user_id: Id<User>, id: Id<Notice>, now: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE notices SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL";
        self.run(sql, [id.into(), user_id.into(), now.into()]).await.map(drop)
    }
}
