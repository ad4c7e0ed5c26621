//! The table of feeds: the one order in which the events of `audit_events` are told. A place is given after the COMMIT, by one
//! process at a time, under a lease and the lock of the feed's row: what commits late gets a later place and is never passed over.

use model::{ClientId, Event, Grant, Id, ResourceId, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

/// So many get a place in one transaction.
const PLACED: u32 = 500;

/// How far the order has come.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The last place that was given.
    pub position: u64,
    /// Up to which place nothing is told any more.
    pub forgotten: u64,
    /// Who gives places.
    pub holder: Option<String>,
    /// Until when nobody else does.
    pub leased_until: Timestamp,
    /// Whether events wait for their place.
    pub waits: bool,
}

fn event(row: &AnyRow) -> Result<Event, StorageError> {
    let columns = Columns::of(row, "audit_events");
    let user_id = columns.optional_id("user_id")?;
    let grant_id: Option<Id<Grant>> = columns.optional_id("grant_id")?;
    let client_id = columns.optional_text("client_id")?.map(ClientId::new);
    let kind = columns.text("kind")?;
    let subject = match user_id {
        Some(user_id) => Some(user_id.to_string()),
        // The trail does not name who was erased but as its subject; a client that acts for nobody is its own.
        None if kind == "user.removed" => columns.optional_text("subject")?,
        None if kind == "token.revoked" => client_id.as_ref().map(ToString::to_string),
        None => None,
    };
    Ok(Event {
        position: columns.count("position")?,
        at: columns.time("at")?,
        kind,
        grant_id,
        key_id: columns.optional_id("key_id")?,
        subject,
        client_id,
        organization_id: columns.optional_id("organization_id")?,
        project_id: columns.optional_id("project_id")?,
        resource_id: columns.optional_text("resource_id")?.map(ResourceId::new),
        user_id,
    })
}

pub(crate) fn feed(row: &AnyRow) -> Result<Feed, StorageError> {
    let columns = Columns::of(row, "feeds");
    Ok(Feed {
        position: columns.count("position")?,
        forgotten: columns.count("forgotten")?,
        holder: columns.optional_text("holder")?,
        leased_until: columns.time("leased_until")?,
        waits: columns.number("waits")? > 0,
    })
}

impl Read {
    /// How far the order has come.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn feed(&mut self) -> Result<Feed, StorageError> {
        let sql = "SELECT name AS id, position, forgotten, holder, leased_until, \
             (SELECT count(*) FROM (SELECT 1 AS one FROM audit_events WHERE kind IS NOT NULL AND position IS NULL LIMIT 1) waiting) AS waits \
             FROM feeds WHERE name = 'events'";
        let row = self.one(sql, []).await?;
        let row = row.ok_or_else(|| StorageError::Corrupt { table: "feeds", id: "events".to_owned() })?;
        feed(&row)
    }

    /// The events behind this place, in their order, `most` at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn events_after(&mut self, position: u64, most: u32) -> Result<Vec<Event>, StorageError> {
        let sql = "SELECT id, at, kind, user_id, client_id, organization_id, project_id, resource_id, grant_id, key_id, subject, position \
             FROM audit_events WHERE position > $1 ORDER BY position LIMIT $2";
        self.all(sql, [position.into(), most.into()]).await?.iter().map(event).collect()
    }

    /// The resources over which a person has, or lately had, a grant or an API key.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resources_of(&mut self, user_id: Id<model::User>) -> Result<Vec<ResourceId>, StorageError> {
        let sql = "SELECT resource_id AS id FROM grants WHERE user_id = $1 AND resource_id IS NOT NULL \
             UNION SELECT s.resource_id AS id FROM api_key_scopes s JOIN api_keys k ON k.id = s.key_id WHERE k.user_id = $1";
        let rows = self.all(sql, [user_id.into()]).await?;
        rows.iter().map(|row| Ok(ResourceId::new(Columns::of(row, "grants").text("id")?))).collect()
    }
}

impl Tx {
    /// Takes a feed for a holder whose lease it is or nobody's; whether it is theirs then. The row stays locked until the end:
    /// whoever waits for it reads what was written here.
    pub(crate) async fn lease_feed(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StorageError> {
        const LEASE: &str = "UPDATE feeds SET holder = $1, leased_until = $3 \
             WHERE name = $4 AND (holder = $1 OR leased_until <= $2)";
        Ok(self.run(LEASE, [holder.into(), now.into(), until.into(), name.into()]).await? > 0)
    }

    /// Gives the next places to events that wait, for a holder whose lease it is or nobody's; the lease then lasts until `until`.
    /// How many got one, 500 at the most; nothing if another holds the lease.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn place_events(
        &mut self,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<u64>, StorageError> {
        const PLACE: &str = "UPDATE audit_events SET position = placed.position FROM \
             (SELECT e.id AS id, f.position + row_number() OVER (ORDER BY e.at, e.written, e.id) AS position \
                FROM audit_events e CROSS JOIN feeds f \
                WHERE f.name = 'events' AND f.holder = $1 AND e.kind IS NOT NULL AND e.position IS NULL \
                ORDER BY e.at, e.written, e.id LIMIT $2) AS placed \
             WHERE placed.id = audit_events.id";
        const COUNT: &str = "UPDATE feeds SET position = position + $2 WHERE name = 'events' AND holder = $1";
        if !self.lease_feed("events", holder, now, until).await? {
            return Ok(None);
        }
        let placed = self.run(PLACE, [holder.into(), PLACED.into()]).await?;
        self.run_one("feed", COUNT, [holder.into(), placed.into()]).await?;
        Ok(Some(placed))
    }

    /// Tells no more of what happened by then, 500 deliveries at a time. The trail itself stays.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn forget_events(&mut self, by: Timestamp) -> Result<(), StorageError> {
        const SQL: &str = "UPDATE feeds SET forgotten = coalesce( \
             (SELECT max(e.position) FROM audit_events e WHERE e.position > feeds.forgotten AND e.at <= $1), forgotten) \
             WHERE name = 'events'";
        self.run(SQL, [by.into()]).await?;
        const DELIVERIES: &str = "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE created_at <= $1 LIMIT 500)";
        self.run(DELIVERIES, [by.into()]).await.map(drop)
    }
}
