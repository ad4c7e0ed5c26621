//! The tables of seals and checkpoints: the chain under the trail. Entries are taken for a seal after their COMMIT, by one process
//! at a time, under the lease of a row in `feeds` of its own. Does not own what a seal says (`model::audit_chain`).

use model::{AuditCheckpoint, AuditEntry, AuditSeal, Id, Organization, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{
    Read, StorageError, Tx,
    audit_events::{entry, salt},
    columns::Columns,
    feeds::{Feed, feed},
};

/// So many entries stand under one seal at the most.
pub const SEALED: u32 = 500;

/// Entries that were taken for the next seal.
#[derive(Clone, Debug)]
pub struct Unsealed {
    /// The seal's number.
    pub number: u64,
    /// The seal before; nothing before the first.
    pub previous: Option<AuditSeal>,
    /// In their order.
    pub entries: Vec<AuditEntry>,
}

fn seal(row: &AnyRow) -> Result<AuditSeal, StorageError> {
    let columns = Columns::of(row, "audit_seals");
    Ok(AuditSeal {
        number: columns.count("number")?,
        entries: columns.text("entries")?,
        complete_until: columns.time("complete_until")?,
        link: columns.text("link")?,
        key_version: u16::try_from(columns.number("key_version")?).map_err(|_| columns.corrupt())?,
        signature: columns.text("signature")?,
    })
}

fn checkpoint(row: &AnyRow) -> Result<AuditCheckpoint, StorageError> {
    let columns = Columns::of(row, "audit_checkpoints");
    Ok(AuditCheckpoint {
        number: columns.count("number")?,
        link: columns.text("link")?,
        complete_until: columns.time("complete_until")?,
        at: columns.time("at")?,
        key_version: u16::try_from(columns.number("key_version")?).map_err(|_| columns.corrupt())?,
        signature: columns.text("signature")?,
    })
}

impl Read {
    /// How far the chain has come: `position` is the last seal, `forgotten` the last one that a purge removed.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_chain(&mut self) -> Result<Feed, StorageError> {
        let sql = "SELECT name AS id, position, forgotten, holder, leased_until, \
             (SELECT count(*) FROM (SELECT 1 AS one FROM audit_events WHERE seal IS NULL LIMIT 1) waiting) AS waits \
             FROM feeds WHERE name = 'audit'";
        let row = self.one(sql, []).await?;
        feed(&row.ok_or_else(|| StorageError::Corrupt { table: "feeds", id: "audit".to_owned() })?)
    }

    /// The seals from this number on, in their order, `most` at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_seals_from(&mut self, number: u64, most: u32) -> Result<Vec<AuditSeal>, StorageError> {
        let sql = "SELECT number, entries, complete_until, link, key_version, signature FROM audit_seals \
             WHERE number >= $1 ORDER BY number LIMIT $2";
        self.all(sql, [number.into(), most.into()]).await?.iter().map(seal).collect()
    }

    /// Whatever claims to stand under this seal.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_entries_under(&mut self, number: u64) -> Result<Vec<AuditEntry>, StorageError> {
        let sql = "SELECT id, at, action, actor, user_id, client_id, organization_id, project_id, resource_id, grant_id, key_id, \
             subject, address, salt, address_digest, token_id FROM audit_events WHERE seal = $1 ORDER BY at, written, id";
        self.all(sql, [number.into()]).await?.iter().map(entry).collect()
    }

    /// An entry under a seal that was never made, or that a purge removed.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_entry_astray(&mut self) -> Result<Option<String>, StorageError> {
        let sql = "SELECT e.id FROM audit_events e CROSS JOIN feeds f WHERE f.name = 'audit' AND e.seal IS NOT NULL \
             AND (e.seal > f.position OR e.seal <= f.forgotten) ORDER BY e.id LIMIT 1";
        self.one(sql, []).await?.map(|row| Columns::of(&row, "audit_events").text("id")).transpose()
    }

    /// How many entries stand under no seal yet.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn unsealed_audit_entries(&mut self) -> Result<u64, StorageError> {
        let row = self.one("SELECT count(*) AS number FROM audit_events WHERE seal IS NULL", []).await?;
        row.map_or(Ok(0), |row| Columns::of(&row, "audit_events").count("number"))
    }

    /// Where the chain goes on after the last purge.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_checkpoint(&mut self) -> Result<Option<AuditCheckpoint>, StorageError> {
        let sql = "SELECT number, link, complete_until, at, key_version, signature FROM audit_checkpoints ORDER BY number DESC LIMIT 1";
        self.one(sql, []).await?.as_ref().map(checkpoint).transpose()
    }

    /// The last seal, of the next `most`, under which nothing is younger than this; never the newest of all.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn audit_seal_until(&mut self, by: Timestamp, most: u32) -> Result<Option<AuditSeal>, StorageError> {
        let sql = "SELECT s.number AS number, s.entries AS entries, s.complete_until AS complete_until, s.link AS link, \
             s.key_version AS key_version, s.signature AS signature \
             FROM feeds f JOIN audit_seals s ON s.number > f.forgotten AND s.number <= f.forgotten + $2 AND s.number < f.position \
             WHERE f.name = 'audit' AND s.complete_until <= $1 ORDER BY s.number DESC LIMIT 1";
        self.one(sql, [by.into(), most.into()]).await?.as_ref().map(seal).transpose()
    }

    /// Whether the trail says that this person was erased, and no account is theirs.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn was_erased(&mut self, id: Id<User>) -> Result<bool, StorageError> {
        let sql = "SELECT 1 AS one FROM audit_events WHERE subject = $1 AND action IN ('user.erased', 'user.removed') \
             AND NOT EXISTS (SELECT 1 FROM users WHERE id = $1) LIMIT 1";
        Ok(self.one(sql, [id.into()]).await?.is_some())
    }

    /// Whether the trail says that this organisation was removed, and none is there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn was_removed(&mut self, id: Id<Organization>) -> Result<bool, StorageError> {
        let sql = "SELECT 1 AS one FROM audit_events WHERE organization_id = $1 AND action = 'organization.removed' \
             AND NOT EXISTS (SELECT 1 FROM organizations WHERE id = $1) LIMIT 1";
        Ok(self.one(sql, [id.into()]).await?.is_some())
    }
}

impl Tx {
    /// Takes entries that no seal covers yet, [`SEALED`] at the most, for a holder whose lease it is or nobody's; the lease then
    /// lasts until `until`. Nothing if another holds it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn take_unsealed(
        &mut self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Unsealed>, StorageError> {
        const TAKE: &str = "UPDATE audit_events SET seal = $1 WHERE id IN \
             (SELECT id FROM audit_events WHERE seal IS NULL ORDER BY at, written, id LIMIT $2)";
        if !self.lease_feed("audit", holder, now, until).await? {
            return Ok(None);
        }
        let number = self.audit_chain().await?.position + 1;
        self.run(TAKE, [number.into(), SEALED.into()]).await?;
        let mut entries = self.audit_entries_under(number).await?;
        for entry in entries.iter_mut().filter(|entry| entry.address.is_some() && entry.salt.is_none()) {
            // A release that knew no salt wrote it.
            let salt = salt(now);
            let sql = "UPDATE audit_events SET salt = $2 WHERE id = $1";
            self.run_one("audit event", sql, [(&entry.id).into(), (&salt).into()]).await?;
            entry.salt = Some(salt);
        }
        let previous = self.audit_seals_from(number - 1, 1).await?.into_iter().next();
        let is_next = previous.as_ref().map_or(0, |seal| seal.number) + 1 == number;
        if !is_next {
            return Err(StorageError::Corrupt { table: "audit_seals", id: (number - 1).to_string() });
        }
        Ok(Some(Unsealed { number, previous, entries }))
    }

    /// Adds the seal over what [`Tx::take_unsealed`] took; belongs into the same transaction.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_audit_seal(&mut self, seal: &AuditSeal) -> Result<(), StorageError> {
        const INSERT: &str = "INSERT INTO audit_seals (number, entries, complete_until, link, key_version, signature) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            seal.number.into(),
            (&seal.entries).into(),
            seal.complete_until.into(),
            (&seal.link).into(),
            seal.key_version.into(),
            (&seal.signature).into(),
        ];
        self.run_one("audit seal", INSERT, values).await?;
        self.run_one("feed", "UPDATE feeds SET position = $1 WHERE name = 'audit'", [seal.number.into()]).await
    }

    /// Takes the chain for a holder whose lease it is or nobody's; whether it is theirs until the transaction ends.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_audit_chain(&mut self, holder: &str, now: Timestamp) -> Result<bool, StorageError> {
        self.lease_feed("audit", holder, now, now).await
    }

    /// Removes the seals up to this checkpoint with their entries, and leaves the checkpoint. How many entries went. Belongs
    /// behind [`Tx::hold_audit_chain`].
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn purge_audit_until(&mut self, left: &AuditCheckpoint) -> Result<u64, StorageError> {
        const LEAVE: &str = "INSERT INTO audit_checkpoints (number, link, complete_until, at, key_version, signature) \
             VALUES ($1, $2, $3, $4, $5, $6)";
        let values = [
            left.number.into(),
            (&left.link).into(),
            left.complete_until.into(),
            left.at.into(),
            left.key_version.into(),
            (&left.signature).into(),
        ];
        self.run_one("audit checkpoint", LEAVE, values).await?;
        // What nobody may be told of any more was told long ago; the order of events knows that these are gone.
        let number = [left.number.into()];
        self.run(
            "UPDATE feeds SET forgotten = coalesce((SELECT max(e.position) FROM audit_events e \
             WHERE e.seal <= $1 AND e.position > feeds.forgotten), forgotten) WHERE name = 'events'",
            number.clone(),
        )
        .await?;
        let gone = self.run("DELETE FROM audit_events WHERE seal <= $1", number.clone()).await?;
        self.run("DELETE FROM audit_seals WHERE number <= $1", number.clone()).await?;
        self.run_one("feed", "UPDATE feeds SET forgotten = $1 WHERE name = 'audit'", number).await?;
        Ok(gone)
    }

    /// Removes what the trail says of organisations that were deleted by then, but that they were; 500 entries at the most. The
    /// chain explains a gap by an entry that comes later, so what came later still stays.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn purge_audit_of_removed(&mut self, by: Timestamp) -> Result<u64, StorageError> {
        const SQL: &str = "DELETE FROM audit_events WHERE id IN (SELECT e.id FROM audit_events r \
             JOIN audit_events e ON e.organization_id = r.organization_id \
             WHERE r.action = 'organization.removed' AND r.at <= $1 AND e.action <> 'organization.removed' \
             AND (e.at < r.at OR (e.at = r.at AND e.written < r.written)) \
             AND NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization_id) LIMIT 500)";
        self.run(SQL, [by.into()]).await
    }
}
