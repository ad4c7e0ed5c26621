//! The table of ceremonies: challenges that wait to be answered.

use model::{Ceremony, CeremonyKind, Id, SecretHash, Timestamp, User};

use crate::{StorageError, Tx, columns::Columns};

impl Tx {
    /// Adds a ceremony.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), StorageError> {
        let sql = "INSERT INTO ceremonies (id, kind, browser_hash, user_id, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            ceremony.id.into(),
            ceremony.kind.as_str().into(),
            (&ceremony.browser_hash).into(),
            ceremony.user_id.into(),
            (&ceremony.state).into(),
            ceremony.expires_at.into(),
        ];
        self.run_one("ceremony", sql, values).await
    }

    /// Ends a ceremony and says what was demanded; nothing if it was answered already, has expired, or is another browser's,
    /// another person's or for something else.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn take_ceremony(
        &mut self,
        id: Id<Ceremony>,
        kind: CeremonyKind,
        browser_hash: &SecretHash,
        user_id: Option<Id<User>>,
        now: Timestamp,
    ) -> Result<Option<String>, StorageError> {
        let sql = "DELETE FROM ceremonies WHERE id = $1 AND kind = $2 AND browser_hash = $3 \
             AND coalesce(user_id, '') = coalesce($4, '') AND expires_at > $5 RETURNING state";
        let values = [id.into(), kind.as_str().into(), browser_hash.into(), user_id.into(), now.into()];
        let row = self.one(sql, values).await?;
        row.map(|row| Columns::of(&row, "ceremonies").text("state")).transpose()
    }
}
