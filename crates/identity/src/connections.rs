//! Connections: what a person has allowed, as they see it, and how they take it back. Everything here is one person's own;
//! what belongs to another looks as if it were not there.
//!
//! Does not own how a grant is given (`authorize`) nor the sentences of the page (`server`).

use std::{collections::HashMap, time::Duration};

use model::{AuditEvent, DeviceCode, Family, Grant, GrantKind, Id, Language, Notice, Timestamp, User};
use protocol::Access;
use storage::{Read, Standing, StorageError, Tx};

use crate::{Authority, Caller, Error, known::Snapshot};

/// The reason of a grant that its person ended.
pub const DISCONNECTED: &str = "disconnected";
/// How long an ended connection is shown.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// All connections of one person.
#[derive(Clone, Debug)]
pub struct ConnectionsView {
    /// Not taken back, newest first.
    pub live: Vec<Connection>,
    /// Ended in the last 30 days, the last to end first.
    pub ended: Vec<Connection>,
    /// What the person must be told, newest first.
    pub notices: Vec<ConnectionNotice>,
}

/// One connection with all that its row shows.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The grant, its client and its project.
    pub held: storage::Connection,
    /// How it stands now: one that was not taken back may still be of no use, because somebody or something is disabled.
    pub standing: Standing,
    /// What it may read, in the words of its resource: "read issues and comments".
    pub reads: Vec<String>,
    /// What it may change, likewise; none for a read-only one.
    pub changes: Vec<String>,
    /// The devices that it was given to and that are signed in still, the oldest first.
    pub devices: Vec<DeviceCode>,
    /// The last moment it can live to; none before its first use, and for an ended one.
    pub until: Option<Timestamp>,
}

/// A notice, and whom it is about.
#[derive(Clone, Debug)]
pub struct ConnectionNotice {
    /// The notice.
    pub notice: Notice,
    /// The name of the client, if the grant is still known.
    pub client_name: Option<String>,
}

impl Authority {
    /// A person's connections: those in force, those that ended in the last 30 days, and what there is to tell of them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn connections(&self, user_id: Id<User>, now: Timestamp) -> Result<ConnectionsView, Error> {
        self.connections_in(user_id, Language::English, now).await
    }

    /// The same, with what each may do in this language where its resource says it so.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn connections_in(
        &self,
        user_id: Id<User>,
        language: Language,
        now: Timestamp,
    ) -> Result<ConnectionsView, Error> {
        // What this page says of the last use is true when it is read.
        self.write_last_uses().await?;
        let known = self.known().await?;
        let mut read = self.parts.store.read().await?;
        let mut until: HashMap<Id<Grant>, Timestamp> = read.latest_ends_of(user_id).await?.into_iter().collect();
        let mut devices: HashMap<Id<Grant>, Vec<DeviceCode>> = HashMap::new();
        for (grant_id, device) in read.devices_of(user_id).await? {
            devices.entry(grant_id).or_default().push(device);
        }
        let (mut live, mut ended) = (Vec::new(), Vec::new());
        for held in read.connections_of(user_id, now.minus(ENDED_SHOWN)).await? {
            let standing =
                if held.grant.revoked.is_some() { Standing::Revoked } else { read.standing(held.grant.id).await? };
            let (reads, changes) = words(&held.grant, &known, language);
            let until = until.remove(&held.grant.id);
            let devices = devices.remove(&held.grant.id).unwrap_or_default();
            let into = if held.grant.revoked.is_some() { &mut ended } else { &mut live };
            into.push(Connection { held, standing, reads, changes, devices, until });
        }
        ended.sort_by_key(|connection| std::cmp::Reverse(connection.held.grant.revoked.as_ref().map(|end| end.at)));
        let notices = notices(&mut read, user_id).await?;
        Ok(ConnectionsView { live, ended, notices })
    }

    /// Ends one of a person's own connections with everything that was issued for it, at once; whether there is such a
    /// connection. Ending it again is no error.
    ///
    /// # Errors
    /// Trouble of the database; then it has not ended.
    pub async fn disconnect(
        &self,
        user_id: Id<User>,
        grant_id: Id<Grant>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let address = caller.address.clone();
        let found: Result<Disconnected, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let address = address.clone();
                Box::pin(async move { disconnect(tx, user_id, grant_id, address, now).await })
            })
            .await;
        let found = found?;
        if found == Disconnected::Now {
            self.parts.metrics.connection_ended(false);
        }
        Ok(found != Disconnected::Unknown)
    }

    /// Marks one of a person's own notices as read.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn read_notice(&self, user_id: Id<User>, notice_id: Id<Notice>, now: Timestamp) -> Result<(), Error> {
        let read: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| Box::pin(async move { tx.read_notice(user_id, notice_id, now).await }))
            .await;
        Ok(read?)
    }
}

/// What became of a connection that a person ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Disconnected {
    Now,
    Before,
    Unknown,
}

async fn disconnect(
    tx: &mut Tx,
    user_id: Id<User>,
    grant_id: Id<Grant>,
    address: String,
    now: Timestamp,
) -> Result<Disconnected, StorageError> {
    let Some(grant) = tx.grant(grant_id).await?.filter(|grant| grant.user_id == user_id) else {
        return Ok(Disconnected::Unknown);
    };
    if !tx.revoke_grant(grant_id, DISCONNECTED, now).await? {
        return Ok(Disconnected::Before);
    }
    let event = AuditEvent { address: Some(address), ..AuditEvent::of_grant("grant.revoked", &grant, now).by(user_id) };
    tx.insert_audit_event(&event).await?;
    Ok(Disconnected::Now)
}

/// Takes back these grants for this reason; how many.
pub(crate) async fn end(tx: &mut Tx, grants: &[Grant], reason: &str, now: Timestamp) -> Result<usize, StorageError> {
    for grant in grants {
        tx.revoke_grant(grant.id, reason, now).await?;
        tx.insert_audit_event(&AuditEvent::of_grant("grant.revoked", grant, now)).await?;
    }
    Ok(grants.len())
}

/// Notes in each of a person's organisations that they go, with their account.
pub(crate) async fn tell_memberships_end(tx: &mut Tx, user_id: Id<User>, now: Timestamp) -> Result<(), StorageError> {
    for (organization, _) in tx.organizations_of(user_id).await? {
        let organization_id = Some(organization.id);
        let event = AuditEvent { user_id: Some(user_id), organization_id, ..AuditEvent::new("member.removed", now) };
        tx.insert_audit_event(&event).await?;
    }
    Ok(())
}

/// An entry about a family, with all that its grant says.
pub(crate) async fn event_of(
    tx: &mut Tx,
    family: &Family,
    action: &'static str,
    now: Timestamp,
) -> Result<AuditEvent, StorageError> {
    let event = match tx.grant(family.grant_id).await? {
        Some(grant) => AuditEvent::of_grant(action, &grant, now),
        None => AuditEvent { client_id: Some(family.client_id.clone()), ..AuditEvent::new(action, now) },
    };
    Ok(AuditEvent { subject: Some(family.id.to_string()), ..event })
}

/// Ends a family, for a reason that is not its person's, and its grant with the last one; whether it was alive.
pub(crate) async fn end_family(
    tx: &mut Tx,
    id: Id<Family>,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(family) = tx.family(id).await? else { return Ok(false) };
    if !tx.revoke_family(id, reason, now).await? {
        return Ok(false);
    }
    let event = event_of(tx, &family, "refresh.ended", now).await?;
    tx.insert_audit_event(&event).await?;
    if tx.revoke_grant_without_families(&family, reason, now).await? {
        tell_ended(tx, &family, now).await?;
    }
    Ok(true)
}

/// Notes that a grant ended with its last family.
pub(crate) async fn tell_ended(tx: &mut Tx, family: &Family, now: Timestamp) -> Result<(), StorageError> {
    let event = event_of(tx, family, "grant.ended", now).await?;
    tx.insert_audit_event(&AuditEvent { subject: Some(family.grant_id.to_string()), ..event }).await
}

/// What a grant's scopes read and change, as its resource says it.
pub(crate) fn words(grant: &Grant, known: &Snapshot, language: Language) -> (Vec<String>, Vec<String>) {
    let GrantKind::Project { resource_id, .. } = &grant.kind else { return (Vec::new(), Vec::new()) };
    let Some(resource) = known.resource(resource_id) else { return (Vec::new(), Vec::new()) };
    let granted = resource.scopes.iter().filter(|scope| grant.scope.contains(&scope.name));
    let (reads, changes): (Vec<_>, Vec<_>) = granted.partition(|scope| scope.access == Access::Read);
    let described =
        |scopes: Vec<&model::ResourceScope>| scopes.into_iter().map(|scope| scope.words(language).to_owned()).collect();
    (described(reads), described(changes))
}

async fn notices(read: &mut Read, user_id: Id<User>) -> Result<Vec<ConnectionNotice>, StorageError> {
    let mut told = Vec::new();
    for notice in read.unread_notices(user_id).await? {
        let grant = match notice.grant_id {
            Some(id) => read.grant(id).await?,
            None => None,
        };
        let client_name = match grant {
            Some(grant) => read.client(&grant.client_id).await?.map(|client| client.name),
            None => None,
        };
        told.push(ConnectionNotice { notice, client_name });
    }
    Ok(told)
}
