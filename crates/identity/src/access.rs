//! What has access to an organisation, or to one of its projects: every connection, device and key, with who gave it. The rows are
//! those that each person sees of their own ([`crate::connections`]).
//!
//! Does not own who may look (`policy`), nor how access is ended (`admin`).

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use model::{
    ApiKey, Client, ClientId, DeviceCode, Grant, GrantKind, Id, Language, Organization, Project, Timestamp, User,
};
use storage::{Given, Over, StorageError};

use crate::{
    Authority, Error,
    api_key::HeldKey,
    connections::{Connection, words},
};

/// So many connections stand on a page.
const SHOWN: u32 = 50;
/// So many of those that have ended.
const ENDED_MOST: u32 = 20;
/// How long an ended one is shown.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// What has access.
#[derive(Clone, Debug)]
pub struct AccessView {
    /// The connections in force, newest first, a page of them.
    pub live: Vec<(Connection, String)>,
    /// Where the next page begins, if there is one.
    pub older: Option<Id<Grant>>,
    /// Those that ended in the last 30 days, the last to end first, 20 at the most.
    pub ended: Vec<(Connection, String)>,
    /// The API keys, newest first, with the address of who made each; none with the pages that follow.
    pub keys: Vec<(HeldKey, Option<String>)>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct AccessAsk<'a> {
    /// In which organisation.
    pub organization: &'a Organization,
    /// Over these of its projects.
    pub projects: &'a [Project],
    /// Over one of them alone.
    pub only: Option<Id<Project>>,
    /// From here on; the first page if nothing is said.
    pub before: Option<Id<Grant>>,
    /// In which language.
    pub language: Language,
}

impl Authority {
    /// A page of what has access.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn access(&self, ask: AccessAsk<'_>, now: Timestamp) -> Result<AccessView, Error> {
        // What the page says of the last use is true when it is read.
        self.write_last_uses().await?;
        let over = ask.only.map_or(Over::Organization(ask.organization.id), Over::Project);
        let mut read = self.parts.store.read().await?;
        let mut live = read.live_grants_over(over, ask.before, SHOWN + 1).await?;
        let more = live.len() > SHOWN as usize;
        live.truncate(SHOWN as usize);
        let older = live.last().filter(|_| more).map(|last| last.grant.id);
        let mut ended = match ask.before {
            None => read.ended_grants_over(over, now.minus(ENDED_SHOWN), ENDED_MOST).await?,
            Some(_) => Vec::new(),
        };
        // Projects that are limited to others are not there.
        let is_seen =
            |given: &Given| given.grant.kind.project_id().is_some_and(|id| ask.projects.iter().any(|one| one.id == id));
        live.retain(is_seen);
        ended.retain(is_seen);
        let mut around = Around::default();
        if let (Some(newest), Some(oldest)) = (live.first(), live.last()) {
            let (first, last) = (oldest.grant.id, newest.grant.id);
            around.until = read.latest_ends_between(ask.organization.id, first, last).await?.into_iter().collect();
            for (id, device) in read.devices_between(ask.organization.id, first, last).await? {
                around.devices.entry(id).or_default().push(device);
            }
        }
        drop(read);
        around.clients = self.clients_of(live.iter().chain(&ended)).await?;
        let known = self.known().await?;
        let mut shown = |all: Vec<Given>| -> Result<Vec<(Connection, String)>, StorageError> {
            all.into_iter()
                .map(|given| {
                    let (reads, changes) = words(&given.grant, &known, ask.language);
                    around.connection(given, &ask, reads, changes)
                })
                .collect()
        };
        let (live, ended) = (shown(live)?, shown(ended)?);
        let keys = if ask.before.is_none() { self.keys_with_makers(ask, now).await? } else { Vec::new() };
        Ok(AccessView { live, older, ended, keys })
    }

    async fn keys_with_makers(
        &self,
        ask: AccessAsk<'_>,
        now: Timestamp,
    ) -> Result<Vec<(HeldKey, Option<String>)>, Error> {
        let projects: Vec<Project> =
            ask.projects.iter().filter(|project| ask.only.is_none_or(|only| only == project.id)).cloned().collect();
        let held = self.keys_over(ask.organization, &projects, ask.language, now).await?;
        let makers = self.parts.store.read().await?.makers_of_keys(ask.organization.id).await?;
        let makers: HashMap<Id<User>, String> = makers.into_iter().collect();
        let by = |key: &ApiKey| key.user_id.and_then(|id| makers.get(&id).cloned());
        Ok(held.into_iter().map(|held| (held.clone(), by(&held.key))).collect())
    }

    /// Each client once: most are remembered.
    async fn clients_of(
        &self,
        grants: impl Iterator<Item = &Given>,
    ) -> Result<HashMap<ClientId, Client>, StorageError> {
        let ids: BTreeSet<String> = grants.map(|given| given.grant.client_id.as_str().to_owned()).collect();
        let mut clients = HashMap::new();
        for id in ids.into_iter().map(ClientId::new) {
            let client = match self.client(&id).await? {
                Some((client, _)) => Some((*client).clone()),
                None => self.parts.store.read().await?.client(&id).await?,
            };
            clients.extend(client.map(|client| (id, client)));
        }
        Ok(clients)
    }
}

/// What is read beside the grants of a page.
#[derive(Default)]
struct Around {
    until: HashMap<Id<Grant>, Timestamp>,
    devices: HashMap<Id<Grant>, Vec<DeviceCode>>,
    clients: HashMap<ClientId, Client>,
}

impl Around {
    fn connection(
        &mut self,
        Given { grant, by, standing }: Given,
        ask: &AccessAsk<'_>,
        reads: Vec<String>,
        changes: Vec<String>,
    ) -> Result<(Connection, String), StorageError> {
        let missing = || StorageError::Corrupt { table: "grants", id: grant.id.to_string() };
        let client = self.clients.get(&grant.client_id).cloned().ok_or_else(missing)?;
        let project = match &grant.kind {
            GrantKind::Project { project_id, .. } => ask.projects.iter().find(|project| project.id == *project_id),
            GrantKind::Identity => None,
        };
        let project = project.map(|project| (project.clone(), ask.organization.name.clone()));
        let (until, devices) = (self.until.remove(&grant.id), self.devices.remove(&grant.id).unwrap_or_default());
        let held = storage::Connection { grant, client, project };
        Ok((Connection { held, standing, reads, changes, devices, until }, by))
    }
}
