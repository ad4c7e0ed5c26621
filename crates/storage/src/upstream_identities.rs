//! The table of identities at other providers.

use model::{Id, Timestamp, UpstreamIdentity, UpstreamKey, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn identity(row: &AnyRow) -> Result<UpstreamIdentity, StorageError> {
    let columns = Columns::of(row, "upstream_identities");
    Ok(UpstreamIdentity {
        id: columns.id("id")?,
        user_id: columns.id("user_id")?,
        provider: columns.text("provider")?,
        who: UpstreamKey { issuer: columns.text("issuer")?, subject: columns.text("subject")? },
        label: columns.optional_text("label")?,
        created_at: columns.time("created_at")?,
        used_at: columns.time("used_at")?,
    })
}

impl Read {
    /// Whose account this identity is connected to.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn upstream_identity(&mut self, who: &UpstreamKey) -> Result<Option<UpstreamIdentity>, StorageError> {
        let sql = "SELECT * FROM upstream_identities WHERE issuer = $1 AND subject = $2";
        self.one(sql, [(&who.issuer).into(), (&who.subject).into()]).await?.as_ref().map(identity).transpose()
    }

    /// All that are connected to an account, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn upstream_identities_of(&mut self, user_id: Id<User>) -> Result<Vec<UpstreamIdentity>, StorageError> {
        let sql = "SELECT * FROM upstream_identities WHERE user_id = $1 ORDER BY created_at, id";
        self.all(sql, [user_id.into()]).await?.iter().map(identity).collect()
    }
}

impl Tx {
    /// Connects an identity to an account.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if it is connected already.
    pub async fn insert_upstream_identity(&mut self, one: &UpstreamIdentity) -> Result<(), StorageError> {
        self.run_one(
            "upstream identity",
            "INSERT INTO upstream_identities (id, user_id, provider, issuer, subject, label, created_at, used_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                one.id.into(),
                one.user_id.into(),
                (&one.provider).into(),
                (&one.who.issuer).into(),
                (&one.who.subject).into(),
                one.label.as_ref().into(),
                one.created_at.into(),
                one.used_at.into(),
            ],
        )
        .await
    }

    /// Notes a use, and what the provider calls the person now. No if it is not connected to this account any more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn touch_upstream_identity(
        &mut self,
        seen: &UpstreamIdentity,
        label: Option<&String>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql =
            "UPDATE upstream_identities SET used_at = $3, provider = $4, label = $5 WHERE id = $1 AND user_id = $2";
        let values = [seen.id.into(), seen.user_id.into(), now.into(), (&seen.provider).into(), label.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Disconnects one of an account's identities; whether there was such a one.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_upstream_identity(
        &mut self,
        user_id: Id<User>,
        id: Id<UpstreamIdentity>,
    ) -> Result<bool, StorageError> {
        let sql = "DELETE FROM upstream_identities WHERE id = $1 AND user_id = $2";
        Ok(self.run(sql, [id.into(), user_id.into()]).await? == 1)
    }

    /// Disconnects all of an account's identities; how many there were.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_upstream_identities_of(&mut self, user_id: Id<User>) -> Result<u64, StorageError> {
        self.run("DELETE FROM upstream_identities WHERE user_id = $1", [user_id.into()]).await
    }
}
