//! The table of trips to other providers. Each step is one conditional write, so that it happens once.

use model::{Id, SecretHash, Timestamp, UpstreamKey, UpstreamLogin, UpstreamPurpose};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn login(row: &AnyRow) -> Result<UpstreamLogin, StorageError> {
    let columns = Columns::of(row, "upstream_logins");
    let arrived = match (columns.optional_text("issuer")?, columns.optional_text("subject")?) {
        (Some(issuer), Some(subject)) => Some((UpstreamKey { issuer, subject }, columns.optional_text("label")?)),
        _ => None,
    };
    Ok(UpstreamLogin {
        id: columns.id("id")?,
        provider: columns.text("provider")?,
        purpose: purpose(&columns)?,
        state_hash: columns.hash("state_hash")?,
        key_version: u16::try_from(columns.number("key_version")?).map_err(|_| columns.corrupt())?,
        browser_hash: columns.hash("browser_hash")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        returned_at: columns.optional_time("returned_at")?,
        arrived,
        finished_at: columns.optional_time("finished_at")?,
    })
}

fn purpose(columns: &Columns<'_>) -> Result<UpstreamPurpose, StorageError> {
    let word = columns.text("purpose")?;
    Ok(match (word.as_str(), columns.optional_id("user_id")?, columns.optional_id("session_id")?) {
        ("sign_in", None, None) => {
            UpstreamPurpose::SignIn(columns.optional_id("authorization_id")?, columns.optional_id("connect_id")?)
        }
        ("link", Some(user_id), Some(session_id)) => UpstreamPurpose::Link(user_id, session_id),
        ("prove", Some(user_id), Some(session_id)) => UpstreamPurpose::Prove(user_id, session_id, columns.text("act")?),
        _ => return Err(columns.corrupt()),
    })
}

impl Read {
    /// One trip.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn upstream_login(&mut self, id: Id<UpstreamLogin>) -> Result<Option<UpstreamLogin>, StorageError> {
        self.one("SELECT * FROM upstream_logins WHERE id = $1", [id.into()]).await?.as_ref().map(login).transpose()
    }
}

impl Tx {
    /// Adds a trip that begins.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_upstream_login(&mut self, login: &UpstreamLogin) -> Result<(), StorageError> {
        let act = match &login.purpose {
            UpstreamPurpose::Prove(_, _, act) => Some(act),
            UpstreamPurpose::SignIn(..) | UpstreamPurpose::Link(..) => None,
        };
        let session = login.purpose.session();
        self.run_one(
            "upstream login",
            "INSERT INTO upstream_logins (id, provider, purpose, state_hash, key_version, browser_hash, user_id, session_id, act, \
             authorization_id, connect_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            [
                login.id.into(),
                (&login.provider).into(),
                login.purpose.as_str().into(),
                (&login.state_hash).into(),
                u32::from(login.key_version).into(),
                (&login.browser_hash).into(),
                session.map(|(user_id, _)| user_id).into(),
                session.map(|(_, session_id)| session_id).into(),
                act.into(),
                login.purpose.authorization().into(),
                login.purpose.connects().into(),
                login.created_at.into(),
                login.expires_at.into(),
            ],
        )
        .await
    }

    /// Notes that the browser came back. No if it had already, or comes too late.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn return_upstream_login(&mut self, id: Id<UpstreamLogin>, now: Timestamp) -> Result<bool, StorageError> {
        let sql =
            "UPDATE upstream_logins SET returned_at = $2 WHERE id = $1 AND returned_at IS NULL AND expires_at > $2";
        Ok(self.run(sql, [id.into(), now.into()]).await? == 1)
    }

    /// Keeps who came back, until `expires_at`. No if somebody has been kept already.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn keep_upstream_arrival(
        &mut self,
        id: Id<UpstreamLogin>,
        who: &UpstreamKey,
        label: Option<&String>,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE upstream_logins SET issuer = $2, subject = $3, label = $4, expires_at = $5 \
             WHERE id = $1 AND returned_at IS NOT NULL AND issuer IS NULL AND finished_at IS NULL";
        let values = [id.into(), (&who.issuer).into(), (&who.subject).into(), label.into(), expires_at.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Settles what waited for the person. No if it is settled already, or too old.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn finish_upstream_login(&mut self, id: Id<UpstreamLogin>, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE upstream_logins SET finished_at = $2 \
             WHERE id = $1 AND issuer IS NOT NULL AND finished_at IS NULL AND expires_at > $2";
        Ok(self.run(sql, [id.into(), now.into()]).await? == 1)
    }

    /// Hands over what a browser was in the middle of to the secret that it got at sign-in.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn rebind_upstream_logins(&mut self, old: &SecretHash, new: &SecretHash) -> Result<(), StorageError> {
        let sql = "UPDATE upstream_logins SET browser_hash = $2 WHERE browser_hash = $1 AND finished_at IS NULL";
        self.run(sql, [old.into(), new.into()]).await.map(drop)
    }
}
