//! What a hot request needs and rarely changes, held in memory: clients and resources. The policy version proves that it is
//! still true; on a shared database it is read again each time, on one of our own every change passes through here.

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use model::{Client, ClientId, Resource, ResourceId};
use prometheus_client::metrics::counter::Counter;
use storage::{StorageError, Store};

use crate::{Authority, authority::Parts};

/// At most so many clients are remembered; then the memory starts anew.
const CLIENTS: usize = 10_000;

/// The memory. Empty until somebody asks.
#[derive(Default)]
pub(crate) struct Known {
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    /// How often it was forgotten: what was read before that is not remembered after it.
    forgotten: AtomicU64,
}

/// Clients and resources at one policy version.
pub(crate) struct Snapshot {
    pub(crate) version: i64,
    pub(crate) resources: Vec<Arc<Resource>>,
    /// The server's metadata as JSON: it changes with the resources alone.
    pub(crate) metadata: OnceLock<Bytes>,
    clients: RwLock<HashMap<ClientId, Arc<Client>>>,
}

impl Snapshot {
    /// The resource with this id, disabled ones too.
    pub(crate) fn resource(&self, id: &ResourceId) -> Option<&Arc<Resource>> {
        self.resources.iter().find(|resource| resource.id == *id)
    }

    /// The resources that tokens may be issued for.
    pub(crate) fn enabled_resources(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources.iter().filter(|resource| resource.disabled_at.is_none())
    }

    fn remembered(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.clients.read().ok()?.get(id).cloned()
    }

    fn remember(&self, client: &Arc<Client>) {
        if let Ok(mut clients) = self.clients.write() {
            if clients.len() >= CLIENTS {
                clients.clear();
            }
            clients.insert(client.id.clone(), Arc::clone(client));
        }
    }
}

impl Known {
    /// Forgets everything: to be called after a change of a client, a resource or a key was committed.
    pub(crate) fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        if let Ok(mut snapshot) = self.snapshot.write() {
            *snapshot = None;
        }
    }

    fn remembered(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.read().ok().and_then(|snapshot| snapshot.clone())
    }

    /// What is remembered if the database says that it is still true; else what it says.
    async fn proven(&self, store: &Store, reloads: &Counter) -> Result<Arc<Snapshot>, StorageError> {
        if let Some(snapshot) = self.remembered()
            && store.is_shared()
            && store.read().await?.policy_version().await? == snapshot.version
        {
            return Ok(snapshot);
        }
        reloads.inc();
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let mut read = store.read().await?;
        // The version first: a change in between makes the memory look older than it is, never newer.
        let version = read.policy_version().await?;
        let resources = read.resources().await?.into_iter().map(Arc::new).collect();
        let snapshot = Arc::new(Snapshot { version, resources, metadata: OnceLock::new(), clients: RwLock::default() });
        if let Ok(mut remembered) = self.snapshot.write()
            && self.forgotten.load(Ordering::SeqCst) == forgotten
        {
            *remembered = Some(Arc::clone(&snapshot));
        }
        Ok(snapshot)
    }
}

impl Authority {
    /// Clients and resources as they are now.
    pub(crate) async fn known(&self) -> Result<Arc<Snapshot>, StorageError> {
        if let Some(snapshot) = self.known_at_once() {
            return Ok(snapshot);
        }
        // In a box of its own: it is seldom needed, and large to carry along.
        let Parts { store, metrics, known, .. } = &*self.parts;
        Box::pin(known.proven(store, &metrics.policy_reloads)).await
    }

    /// The same, where nobody has to be asked for it.
    pub(crate) fn known_at_once(&self) -> Option<Arc<Snapshot>> {
        let Parts { store, known, .. } = &*self.parts;
        known.remembered().filter(|_| self.believes || !store.is_shared())
    }

    /// A client that is not disabled, and the policy version at which that was true.
    pub(crate) async fn client(&self, id: &ClientId) -> Result<Option<(Arc<Client>, i64)>, StorageError> {
        let known = self.known().await?;
        let client = match known.remembered(id) {
            Some(client) => Some(client),
            None => {
                let found = Box::pin(self.stored_client(id)).await?.map(Arc::new);
                if let Some(client) = &found {
                    known.remember(client);
                }
                found
            }
        };
        Ok(client.filter(|client| client.disabled_at.is_none()).map(|client| (client, known.version)))
    }

    async fn stored_client(&self, id: &ClientId) -> Result<Option<Client>, StorageError> {
        self.parts.store.read().await?.client(id).await
    }
}
