//! The tables of API keys and of what they permit.

use std::sync::Arc;

use model::{
    AddressRange, ApiKey, Id, KeyCap, KeyCaps, KeyPermit, KeySecret, Organization, PreviousSecret, Project, ResourceId,
    Timestamp, User,
};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Store, Tx, columns::Columns, grants::revoked, live::Touched};

/// Keys with a row for each resource at which they permit something; those of one key must follow each other.
macro_rules! keys {
    ($rest:literal) => {
        concat!(
            "SELECT k.*, s.resource_id, s.scope FROM api_keys k LEFT JOIN api_key_scopes s ON s.key_id = k.id ",
            $rest
        )
    };
}

fn key(columns: &Columns<'_>) -> Result<ApiKey, StorageError> {
    let secret = |hash: &str, last_four: &str| {
        Ok::<_, StorageError>(KeySecret { hash: columns.hash(hash)?, last_four: columns.text(last_four)? })
    };
    let previous = match columns.optional_time("previous_until")? {
        Some(until) => Some(PreviousSecret { secret: secret("previous_hash", "previous_last_four")?, until }),
        None => None,
    };
    Ok(ApiKey {
        id: columns.id("id")?,
        user_id: columns.optional_id("user_id")?,
        organization_id: columns.id("organization_id")?,
        project_id: columns.id("project_id")?,
        name: columns.text("name")?,
        permits: Vec::new(),
        addresses: columns.word("addresses", ranges)?,
        caps: KeyCaps { minute: cap(columns, "minute_cap")?, month: cap(columns, "month_cap")? },
        secret: secret("hash", "last_four")?,
        previous,
        created_at: columns.time("created_at")?,
        issued_at: columns.time("issued_at")?,
        expires_at: columns.time("expires_at")?,
        revoked: revoked(columns)?,
    })
}

fn ranges(text: &str) -> Option<Vec<AddressRange>> {
    text.split_ascii_whitespace().map(|range| range.parse().ok()).collect()
}

fn cap(columns: &Columns<'_>, name: &str) -> Result<KeyCap, StorageError> {
    let number = columns.optional_number(name)?.map(u64::try_from).transpose();
    number.map(KeyCap::of).map_err(|_| columns.corrupt())
}

/// One key from its rows, one after another.
pub(crate) fn gathered(rows: &[AnyRow]) -> Result<Vec<ApiKey>, StorageError> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for row in rows {
        let columns = Columns::of(row, "api_keys");
        let id = columns.id("id")?;
        if keys.last().is_none_or(|last| last.id != id) {
            keys.push(key(&columns)?);
        }
        if let (Some(last), Some(resource_id)) = (keys.last_mut(), columns.optional_text("resource_id")?) {
            let resource_id = ResourceId::new(resource_id);
            last.permits.push(KeyPermit { resource_id, scope: columns.scope("scope")? });
        }
    }
    Ok(keys)
}

impl Read {
    /// One key, ended ones too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_key(&mut self, id: Id<ApiKey>) -> Result<Option<ApiKey>, StorageError> {
        Ok(gathered(&self.all(keys!("WHERE k.id = $1 ORDER BY s.resource_id"), [id.into()]).await?)?.pop())
    }

    /// The key with this id if it and everything that it rests on is in force at `now`: its project, its organisation, and the
    /// person who made it, who is a member still.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_key(&mut self, id: Id<ApiKey>, now: Timestamp) -> Result<Option<ApiKey>, StorageError> {
        let sql = keys!(
            "JOIN projects p ON p.id = k.project_id AND p.disabled_at IS NULL \
             JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL \
             WHERE k.id = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 AND (k.user_id IS NULL OR EXISTS (\
                 SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL \
                 WHERE m.organization_id = k.organization_id AND m.user_id = k.user_id)) ORDER BY s.resource_id"
        );
        Ok(gathered(&self.all(sql, [id.into(), now.into()]).await?)?.pop())
    }

    /// The keys over one project that are in force or ended since `ended_since`, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_keys_over(
        &mut self,
        project_id: Id<Project>,
        ended_since: Timestamp,
    ) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!(
            "WHERE k.project_id = $1 AND (k.revoked_at IS NULL OR k.revoked_at > $2) AND k.expires_at > $2 \
             ORDER BY k.id, s.resource_id"
        );
        gathered(&self.all(sql, [project_id.into(), ended_since.into()]).await?)
    }

    /// The keys that a person made, in force or ended since `ended_since`, newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_keys_of(
        &mut self,
        user_id: Id<User>,
        ended_since: Timestamp,
    ) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!(
            "WHERE k.user_id = $1 AND (k.revoked_at IS NULL OR k.revoked_at > $2) AND k.expires_at > $2 \
             ORDER BY k.id DESC, s.resource_id"
        );
        gathered(&self.all(sql, [user_id.into(), ended_since.into()]).await?)
    }

    /// All keys that a person made and nobody took back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_keys_of(&mut self, user_id: Id<User>) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!("WHERE k.user_id = $1 AND k.revoked_at IS NULL ORDER BY k.id, s.resource_id");
        gathered(&self.all(sql, [user_id.into()]).await?)
    }

    /// Those over the projects of one organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_keys_in(
        &mut self,
        user_id: Id<User>,
        organization_id: Id<Organization>,
    ) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!(
            "WHERE k.user_id = $1 AND k.organization_id = $2 AND k.revoked_at IS NULL ORDER BY k.id, s.resource_id"
        );
        gathered(&self.all(sql, [user_id.into(), organization_id.into()]).await?)
    }

    /// The keys over a project, not taken back, of people who neither see every project by their role nor are on its list. A
    /// project's own keys rest on nobody.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn keys_of_outsiders(&mut self, project_id: Id<Project>) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!(
            "WHERE k.project_id = $1 AND k.revoked_at IS NULL AND k.user_id IS NOT NULL AND NOT EXISTS (\
             SELECT 1 FROM memberships m WHERE m.organization_id = k.organization_id AND m.user_id = k.user_id \
             AND (m.role IN ('owner', 'admin') OR EXISTS (\
                 SELECT 1 FROM project_members l WHERE l.project_id = k.project_id AND l.user_id = k.user_id))) \
             ORDER BY k.id, s.resource_id"
        );
        gathered(&self.all(sql, [project_id.into()]).await?)
    }

    /// All keys over one project that nobody took back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_keys_over(&mut self, project_id: Id<Project>) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!("WHERE k.project_id = $1 AND k.revoked_at IS NULL ORDER BY k.id, s.resource_id");
        gathered(&self.all(sql, [project_id.into()]).await?)
    }

    /// All keys over the projects of one organisation that nobody took back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_keys_within(
        &mut self,
        organization_id: Id<Organization>,
    ) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!("WHERE k.organization_id = $1 AND k.revoked_at IS NULL ORDER BY k.id, s.resource_id");
        gathered(&self.all(sql, [organization_id.into()]).await?)
    }

    /// All keys that permit nothing but at one resource, and that nobody took back.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_keys_at(&mut self, resource_id: &ResourceId) -> Result<Vec<ApiKey>, StorageError> {
        let sql = keys!(
            "WHERE k.revoked_at IS NULL AND s.resource_id = $1 AND NOT EXISTS (\
                 SELECT 1 FROM api_key_scopes other WHERE other.key_id = k.id AND other.resource_id <> $1) ORDER BY k.id"
        );
        gathered(&self.all(sql, [resource_id.into()]).await?)
    }
}

impl Store {
    /// As [`Read::live_api_key`]; from memory where that is known to be true still.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_key(&self, id: Id<ApiKey>, now: Timestamp) -> Result<Option<Arc<ApiKey>>, StorageError> {
        let ticket = match self.live_keys().map(|live| live.find(id.cast(), |_| true)) {
            Some(Ok(key)) => return Ok(Some(key).filter(|key| now < key.expires_at)),
            Some(Err(ticket)) => Some(ticket),
            None => None,
        };
        let key = Box::pin(self.read_live_api_key(id, now)).await?.map(Arc::new);
        if let (Some(live), Some(ticket), Some(key)) = (self.live_keys(), ticket, &key) {
            live.remember(ticket, id.cast(), key);
        }
        Ok(key)
    }

    async fn read_live_api_key(&self, id: Id<ApiKey>, now: Timestamp) -> Result<Option<ApiKey>, StorageError> {
        self.read().await?.live_api_key(id, now).await
    }
}

/// What a change of this key touches.
fn only(id: Id<ApiKey>) -> Touched {
    Touched::Tokens(vec![id.cast()])
}

impl Tx {
    /// Adds a key with what it permits; it has not been used.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if something that it names is not there.
    pub async fn insert_api_key(&mut self, key: &ApiKey) -> Result<(), StorageError> {
        let addresses: Vec<String> = key.addresses.iter().map(ToString::to_string).collect();
        self.run_one(
            "api key",
            "INSERT INTO api_keys (id, user_id, organization_id, project_id, name, addresses, minute_cap, month_cap, hash, last_four, \
             created_at, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            [
                key.id.into(),
                key.user_id.into(),
                key.organization_id.into(),
                key.project_id.into(),
                (&key.name).into(),
                addresses.join(" ").into(),
                key.caps.minute.number().into(),
                key.caps.month.number().into(),
                (&key.secret.hash).into(),
                (&key.secret.last_four).into(),
                key.created_at.into(),
                key.issued_at.into(),
                key.expires_at.into(),
            ],
        )
        .await?;
        for permit in &key.permits {
            self.run_one(
                "scope of an api key",
                "INSERT INTO api_key_scopes (key_id, resource_id, scope) VALUES ($1, $2, $3)",
                [key.id.into(), (&permit.resource_id).into(), (&permit.scope).into()],
            )
            .await?;
        }
        let sql = "INSERT INTO api_key_counts (key_id, minute_at, minute_count, month_at, month_count) VALUES ($1, 0, 0, 0, 0)";
        self.run_one("uses of an api key", sql, [key.id.into()]).await
    }

    /// Gives a key another text and another end; the text that it has works on until `previous_until`.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it has ended, or has another text than `key`.
    pub async fn rotate_api_key(
        &mut self,
        key: &ApiKey,
        next: &KeySecret,
        previous_until: Timestamp,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.run_one_touching(
            only(key.id),
            "api key",
            "UPDATE api_keys SET previous_hash = hash, previous_last_four = last_four, previous_until = $3, hash = $4, last_four = $5, \
             issued_at = $6, expires_at = $7 WHERE id = $1 AND hash = $2 AND revoked_at IS NULL AND expires_at > $6",
            [
                key.id.into(),
                (&key.secret.hash).into(),
                previous_until.into(),
                (&next.hash).into(),
                (&next.last_four).into(),
                now.into(),
                expires_at.into(),
            ],
        )
        .await
    }

    /// Takes a key back; whether nobody had before.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_api_key(&mut self, id: Id<ApiKey>, reason: &str, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE api_keys SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
        Ok(self.run_touching(only(id), sql, [id.into(), now.into(), reason.into()]).await? == 1)
    }
}
