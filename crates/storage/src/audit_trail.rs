//! The trail as it is read: page by page, newest first, with the names of whom and what it speaks of.

use model::{AuditEntry, Id, Organization, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{
    Read, StorageError,
    audit_events::entry,
    columns::{Columns, Value},
};

/// Whose trail.
#[derive(Clone, Copy, Debug)]
pub enum TrailOf {
    /// Everybody's.
    Server,
    /// What happened inside an organisation.
    Organization(Id<Organization>),
    /// What happened to a person's account, and what they did.
    Person(Id<User>),
}

/// What of a trail is wanted.
#[derive(Clone, Debug)]
pub struct TrailFilter {
    /// Whose.
    pub of: TrailOf,
    /// One action, or an area of them: `grant`, `grant.allowed`.
    pub action: Option<String>,
    /// Who did it or whom it concerns.
    pub person: Option<Id<User>>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// Older than the entry with this id.
    pub before: Option<String>,
}

impl TrailFilter {
    /// All of it.
    #[must_use]
    pub const fn all(of: TrailOf) -> Self {
        Self { of, action: None, person: None, since: None, until: None, before: None }
    }
}

/// An entry, and how those whom it names are called now. Who is gone has no name any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEntry {
    /// The entry.
    pub entry: AuditEntry,
    /// The address of whoever did it.
    pub by_email: Option<String>,
    /// The address of whom it concerns.
    pub user_email: Option<String>,
    /// The client's name.
    pub client_name: Option<String>,
    /// The organisation's short name.
    pub organization_slug: Option<String>,
    /// The project's name.
    pub project_name: Option<String>,
}

impl TrailEntry {
    /// As this person sees it: from where somebody else acted is not for them.
    fn keep_to(&mut self, person: Id<User>) {
        if self.entry.by.as_deref().is_some_and(|by| by != person.as_str()) {
            self.entry.address = None;
        }
    }
}

/// The newest entries under this condition on `$1`; what a program that lost an answer asked for again is in nobody's trail but the
/// server's.
macro_rules! trail {
    ($whose:literal) => {
        concat!(
            "SELECT e.id AS id, e.at AS at, e.action AS action, e.actor AS actor, e.user_id AS user_id, e.client_id AS client_id, \
             e.organization_id AS organization_id, e.project_id AS project_id, e.resource_id AS resource_id, e.grant_id AS grant_id, \
             e.key_id AS key_id, e.subject AS subject, e.address AS address, e.salt AS salt, e.address_digest AS address_digest, e.token_id AS token_id, \
             a.email AS by_email, u.email AS user_email, c.name AS client_name, o.slug AS organization_slug, p.name AS project_name \
             FROM audit_events e LEFT JOIN users a ON a.id = e.actor LEFT JOIN users u ON u.id = e.user_id \
             LEFT JOIN clients c ON c.id = e.client_id LEFT JOIN organizations o ON o.id = e.organization_id \
             LEFT JOIN projects p ON p.id = e.project_id WHERE ",
            $whose,
            " AND ($2 = '' OR e.id < $2) AND ($3 = '' OR e.action = $3 OR e.action LIKE $3 || '.%') \
             AND ($4 = '' OR e.user_id = $4 OR e.actor = $4) AND e.at >= $5 AND e.at < $6 ORDER BY e.id DESC LIMIT $7"
        )
    };
}

const OF_SERVER: &str = trail!("$1 = ''");
const OF_ORGANIZATION: &str =
    trail!("e.organization_id = $1 AND e.action NOT IN ('refresh.retried', 'refresh.recovered')");
const OF_PERSON: &str =
    trail!("(e.user_id = $1 OR e.actor = $1) AND e.action NOT IN ('refresh.retried', 'refresh.recovered')");

fn trail_entry(row: &AnyRow) -> Result<TrailEntry, StorageError> {
    let columns = Columns::of(row, "audit_events");
    Ok(TrailEntry {
        entry: entry(row)?,
        by_email: columns.optional_text("by_email")?,
        user_email: columns.optional_text("user_email")?,
        client_name: columns.optional_text("client_name")?,
        organization_slug: columns.optional_text("organization_slug")?,
        project_name: columns.optional_text("project_name")?,
    })
}

impl Read {
    /// The newest entries of a trail, `most` at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn trail(&mut self, filter: &TrailFilter, most: u32) -> Result<Vec<TrailEntry>, StorageError> {
        let (sql, whose) = match filter.of {
            TrailOf::Server => (OF_SERVER, Value::from("")),
            TrailOf::Organization(id) => (OF_ORGANIZATION, id.into()),
            TrailOf::Person(id) => (OF_PERSON, id.into()),
        };
        let values = [
            whose,
            filter.before.as_deref().unwrap_or_default().into(),
            filter.action.as_deref().unwrap_or_default().into(),
            filter.person.as_ref().map_or("", Id::as_str).into(),
            filter.since.unwrap_or(Timestamp::from_micros(0)).into(),
            filter.until.unwrap_or(Timestamp::from_micros(i64::MAX)).into(),
            most.into(),
        ];
        let mut entries = self.all(sql, values).await?.iter().map(trail_entry).collect::<Result<Vec<_>, _>>()?;
        if let TrailOf::Person(id) = filter.of {
            entries.iter_mut().for_each(|one| one.keep_to(id));
        }
        Ok(entries)
    }
}
