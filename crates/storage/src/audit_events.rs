//! The table of audit events. It is only ever appended to; which of them others are told, and in what order, is `feeds`.

use std::sync::atomic::{AtomicI64, Ordering};

use model::{AuditEntry, AuditEvent, ClientId, EventKind, Id, Project, ResourceId, Timestamp, User};

use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

/// An entry as it is read back: by then its action may be one that this release does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// What, as `area.act`.
    pub action: String,
    /// From which address.
    pub address: Option<String>,
}

/// How many entries this process has written.
static WRITTEN: AtomicI64 = AtomicI64::new(1);

/// With what grants go.
#[derive(Clone, Copy)]
pub(crate) enum EndsWith<'a> {
    /// Their client.
    Client(&'a ClientId),
    /// Their project.
    Project(Id<Project>),
    /// Their resource.
    Resource(&'a ResourceId),
}

/// What keeps an address from being guessed from its digest: the random part of an id, which nothing else holds.
pub(crate) fn salt(now: Timestamp) -> String {
    Id::<AuditEvent>::new(now).to_string()
}

/// Reads a whole entry, as the chain covers it.
pub(crate) fn entry(row: &AnyRow) -> Result<AuditEntry, StorageError> {
    let columns = Columns::of(row, "audit_events");
    Ok(AuditEntry {
        id: columns.text("id")?,
        at: columns.time("at")?,
        action: columns.text("action")?,
        by: columns.optional_text("actor")?,
        token_id: columns.optional_text("token_id")?,
        user_id: columns.optional_id("user_id")?,
        client_id: columns.optional_text("client_id")?.map(ClientId::new),
        organization_id: columns.optional_id("organization_id")?,
        project_id: columns.optional_id("project_id")?,
        resource_id: columns.optional_text("resource_id")?.map(ResourceId::new),
        grant_id: columns.optional_id("grant_id")?,
        key_id: columns.optional_id("key_id")?,
        subject: columns.optional_text("subject")?,
        address: columns.optional_text("address")?,
        salt: columns.optional_text("salt")?,
        address_digest: columns.optional_text("address_digest")?,
    })
}

impl Read {
    /// What happened to a person's account, newest first, 20 entries at the most. What a program that lost an answer asked
    /// for again is nothing that a person needs to read.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn recent_events_of(&mut self, user_id: Id<User>) -> Result<Vec<PastEvent>, StorageError> {
        // From where somebody else acted is theirs.
        let sql = "SELECT id, at, action, CASE WHEN actor IS NULL OR actor = user_id THEN address END AS address \
             FROM audit_events WHERE user_id = $1 \
             AND action NOT IN ('refresh.retried', 'refresh.recovered') ORDER BY id DESC LIMIT 20";
        let rows = self.all(sql, [user_id.into()]).await?;
        let event = |row| {
            let columns = Columns::of(row, "audit_events");
            Ok(PastEvent {
                at: columns.time("at")?,
                action: columns.text("action")?,
                address: columns.optional_text("address")?,
            })
        };
        rows.iter().map(event).collect()
    }
}

impl Tx {
    /// Appends an entry; belongs into the transaction of the act. Where it names nobody, whoever acts did it ([`Tx::act_for`]).
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_audit_event(&mut self, event: &AuditEvent) -> Result<(), StorageError> {
        let kind = EventKind::of_action(event.action);
        let actor = self.acts_for().filter(|_| event.by.is_none()).cloned();
        let (by, token_id, from) = actor.map_or((None, None, None), |who| (Some(who.by), who.token_id, who.address));
        let (by, address) = (event.by.clone().or(by), event.address.clone().or(from));
        self.run_one(
            "audit event",
            "INSERT INTO audit_events (id, at, action, user_id, client_id, organization_id, subject, address, kind, grant_id, key_id, \
             project_id, resource_id, written, actor, salt, token_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            [
                Id::<AuditEvent>::new(event.at).into(),
                event.at.into(),
                event.action.into(),
                event.user_id.into(),
                event.client_id.as_ref().into(),
                event.organization_id.into(),
                event.subject.as_ref().into(),
                address.as_ref().into(),
                kind.map(EventKind::as_str).into(),
                event.grant_id.into(),
                event.key_id.into(),
                event.project_id.into(),
                event.resource_id.as_ref().into(),
                WRITTEN.fetch_add(1, Ordering::Relaxed).into(),
                by.into(),
                address.map(|_| salt(event.at)).into(),
                token_id.into(),
            ],
        )
        .await?;
        if kind.is_some() {
            self.announce();
        }
        Ok(())
    }

    /// Appends an entry for each grant that is about to go with its client, project or resource.
    pub(crate) async fn insert_ended_grants(&mut self, with: EndsWith<'_>, now: Timestamp) -> Result<(), StorageError> {
        const SQL: &str = "INSERT INTO audit_events \
             (id, at, action, kind, user_id, client_id, organization_id, project_id, resource_id, grant_id, subject, written, actor, token_id) \
             SELECT $1 || '.' || id, $2, $3, $4, user_id, client_id, organization_id, project_id, resource_id, id, id, $8, $9, $10 \
             FROM grants WHERE revoked_at IS NULL AND (client_id = $5 OR project_id = $6 OR resource_id = $7)";
        let (client, project, resource) = match with {
            EndsWith::Client(id) => (Some(id), None, None),
            EndsWith::Project(id) => (None, Some(id), None),
            EndsWith::Resource(id) => (None, None, Some(id)),
        };
        let values = [
            Id::<AuditEvent>::new(now).into(),
            now.into(),
            "grant.revoked".into(),
            EventKind::GrantRevoked.as_str().into(),
            client.into(),
            project.into(),
            resource.into(),
            WRITTEN.fetch_add(1, Ordering::Relaxed).into(),
            self.acts_for().map(|who| who.by.clone()).into(),
            self.acts_for().and_then(|who| who.token_id.clone()).into(),
        ];
        if self.run(SQL, values).await? > 0 {
            self.announce();
        }
        Ok(())
    }
}
