//! The table of sessions.

use model::{Id, SecretHash, Session, Timestamp, User, Ways};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, demands::ways, users::user};

fn session(row: &AnyRow) -> Result<Session, StorageError> {
    session_as(row, "id", "created_at")
}

/// Reads a session whose columns stand beside others that are called the same.
fn session_as(row: &AnyRow, id: &str, created_at: &str) -> Result<Session, StorageError> {
    let columns = Columns::of(row, "sessions");
    Ok(Session {
        id: columns.id(id)?,
        hash: columns.hash("hash")?,
        user_id: columns.id("user_id")?,
        amr: columns.text("amr")?,
        ways: ways(&columns)?,
        authenticated_at: columns.time("authenticated_at")?,
        created_at: columns.time(created_at)?,
        seen_at: columns.time("seen_at")?,
        expires_at: columns.time("expires_at")?,
        address: columns.text("address")?,
        user_agent: columns.text("user_agent")?,
    })
}

impl Read {
    /// A session that has not ended by `now`, of a user who is not disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_session(&mut self, id: Id<Session>, now: Timestamp) -> Result<Option<Session>, StorageError> {
        self.one(
            "SELECT s.* FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL WHERE s.id = $1 AND s.expires_at > $2",
            [id.into(), now.into()],
        )
        .await?
        .as_ref()
        .map(session)
        .transpose()
    }

    /// A session that has not ended by `now`, with its user, who is not disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn signed_in(
        &mut self,
        id: Id<Session>,
        now: Timestamp,
    ) -> Result<Option<(Session, User)>, StorageError> {
        let found = self
            .one(
                "SELECT u.*, s.id AS session_id, s.hash, s.user_id, s.amr, s.ways, s.authenticated_at, s.created_at AS session_created_at, s.seen_at, \
                 s.expires_at, s.address, s.user_agent FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL \
                 WHERE s.id = $1 AND s.expires_at > $2",
                [id.into(), now.into()],
            )
            .await?;
        found.as_ref().map(|row| Ok((session_as(row, "session_id", "session_created_at")?, user(row)?))).transpose()
    }

    /// All sessions of a user that have not ended by `now`, last used first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn sessions_of(&mut self, user_id: Id<User>, now: Timestamp) -> Result<Vec<Session>, StorageError> {
        let sql = "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id DESC";
        self.all(sql, [user_id.into(), now.into()]).await?.iter().map(session).collect()
    }
}

impl Tx {
    /// Adds a session.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_session(&mut self, session: &Session) -> Result<(), StorageError> {
        self.run_one(
            "session",
            "INSERT INTO sessions (id, hash, user_id, amr, authenticated_at, created_at, seen_at, expires_at, address, user_agent, ways) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            [
                session.id.into(),
                (&session.hash).into(),
                session.user_id.into(),
                (&session.amr).into(),
                session.authenticated_at.into(),
                session.created_at.into(),
                session.seen_at.into(),
                session.expires_at.into(),
                (&session.address).into(),
                (&session.user_agent).into(),
                session.ways.to_string().into(),
            ],
        )
        .await
    }

    /// Notes that a session was used; one that has ended stays ended.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn touch_session(&mut self, id: Id<Session>, now: Timestamp) -> Result<(), StorageError> {
        self.run("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", [id.into(), now.into()])
            .await
            .map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_session(&mut self, id: Id<Session>) -> Result<(), StorageError> {
        self.run("DELETE FROM sessions WHERE id = $1", [id.into()]).await.map(drop)
    }

    /// Ends one session of a user; whether it was theirs.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_session_of(&mut self, user_id: Id<User>, id: Id<Session>) -> Result<bool, StorageError> {
        Ok(self.run("DELETE FROM sessions WHERE user_id = $1 AND id = $2", [user_id.into(), id.into()]).await? == 1)
    }

    /// Ends all sessions of a user but this one.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_other_sessions_of(&mut self, user_id: Id<User>, but: Id<Session>) -> Result<u64, StorageError> {
        self.run("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", [user_id.into(), but.into()]).await
    }

    /// Notes that a person has proved again who they are, and how, if that is another way than at sign-in; `ways` are all that they
    /// came in by now. The session goes on under another secret. No if it has ended, or another proof came first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn prove_session(
        &mut self,
        session: &Session,
        hash: &SecretHash,
        (amr, ways): (Option<&str>, &Ways),
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE sessions SET authenticated_at = $4, hash = $3, amr = coalesce($5, amr), ways = $6 \
             WHERE id = $1 AND hash = $2 AND expires_at > $4";
        let ways = ways.to_string().into();
        let values = [session.id.into(), (&session.hash).into(), hash.into(), now.into(), amr.into(), ways];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Gives a session another secret; when its person proved who they are stays. No if it has ended, or has another already.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn renew_session(
        &mut self,
        session: &Session,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE sessions SET hash = $3 WHERE id = $1 AND hash = $2 AND expires_at > $4";
        Ok(self.run(sql, [session.id.into(), (&session.hash).into(), hash.into(), now.into()]).await? == 1)
    }

    /// Notes that a person has proved more since they signed in with this session; when they did stays.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn set_session_amr(&mut self, id: Id<Session>, amr: &str) -> Result<(), StorageError> {
        self.run("UPDATE sessions SET amr = $2 WHERE id = $1", [id.into(), amr.into()]).await.map(drop)
    }

    /// Ends all sessions of a user.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_sessions_of(&mut self, user_id: Id<User>) -> Result<u64, StorageError> {
        self.run("DELETE FROM sessions WHERE user_id = $1", [user_id.into()]).await
    }
}
