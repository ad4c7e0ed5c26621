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

use crate::{Authority, authority::Parts, weight};

/// So many bytes of clients are remembered at the most, as [`weight::of_client`] counts them; then the memory starts anew. An ordinary
/// client weighs less than a kilobyte.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A client that weighs more is read from the database each time.
const HEAVY: usize = MOST_BYTES / 64;

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
    clients: RwLock<Remembered>,
}

/// Clients, and what they weigh together.
#[derive(Default)]
struct Remembered {
    by_id: HashMap<ClientId, Arc<Client>>,
    bytes: usize,
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

    /// Those of them that the operator registered: what is said to everybody is about these.
    pub(crate) fn resources_of_server(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.enabled_resources().filter(|resource| resource.owner.is_none())
    }

    fn remembered(&self, id: &ClientId) -> Option<Arc<Client>> {
        self.clients.read().ok()?.by_id.get(id).cloned()
    }

    fn remember(&self, client: &Arc<Client>) {
        let weight = weight::of_client(client);
        if weight <= HEAVY
            && let Ok(mut clients) = self.clients.write()
        {
            if clients.bytes + weight > MOST_BYTES {
                *clients = Remembered::default();
            }
            if clients.by_id.insert(client.id.clone(), Arc::clone(client)).is_none() {
                clients.bytes += weight;
            }
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

#[cfg(test)]
mod tests {
    use model::{ClientOrigin, Profile, Timestamp};
    use protocol::ClientMetadata;
    use serde_json::{Value, json};

    use super::*;

    fn client(number: usize, jwks: &Value) -> Arc<Client> {
        let metadata = json!({ "redirect_uris": ["https://app.example/cb"], "jwks": { "keys": [jwks] } });
        Arc::new(Client {
            id: ClientId::new(format!("client-{number}")),
            origin: ClientOrigin::Registration,
            name: "App".to_owned(),
            profile: Profile::Oauth21,
            first_party: false,
            metadata: ClientMetadata::from_value(metadata).unwrap(),
            secret_hash: None,
            fingerprint: None,
            nonce_instead_of_pkce: false,
            owner: None,
            home: None,
            document: None,
            created_at: Timestamp::from_seconds(0),
            used_at: None,
            disabled_at: None,
        })
    }

    #[test]
    fn what_is_remembered_is_bounded_whatever_registers() {
        let memory =
            Snapshot { version: 0, resources: Vec::new(), metadata: OnceLock::new(), clients: RwLock::default() };
        let heavy = client(0, &json!({ "kty": "EC", "x5c": vec![json!([]); 20_000] }));
        assert!(
            serde_json::to_string(&heavy.metadata).unwrap().len() < 64 * 1024 && weight::of_client(&heavy) > 640_000
        );
        memory.remember(&heavy);
        assert!(memory.remembered(&heavy.id).is_none());
        for number in 1..1000 {
            let one = client(number, &json!({ "kty": "EC", "x5c": vec![json!([]); 1000] }));
            memory.remember(&one);
            memory.remember(&one);
            assert!(memory.remembered(&one.id).is_some());
            assert!(memory.clients.read().unwrap().bytes <= MOST_BYTES);
        }
        let clients = memory.clients.read().unwrap();
        assert_eq!(clients.bytes, clients.by_id.values().map(|client| weight::of_client(client)).sum::<usize>());
        assert!(clients.by_id.len() < 1000, "it started anew");
    }
}
