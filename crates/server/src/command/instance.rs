//! One running Lanyard: store, authority, janitor, control socket and HTTP, begun in this order and ended in the other.
//! `serve` and the development server differ only in their settings and in what they do in between.

use std::{io, net::SocketAddr, net::TcpListener, sync::Arc};

use identity::{Authority, Clock, backup::BackupSettings};
use storage::{Options, StorageError, Store};
use tokio::{sync::watch, task::JoinHandle};

use super::Failure;
use crate::{
    app,
    config::{KeyFile, Settings},
    control::Control,
    messenger::Messenger,
    metrics,
    state::{AppState, identity_settings},
};

/// A store that this process owns, and the authority over it; not listening yet.
pub struct Instance {
    settings: Arc<Settings>,
    authority: Authority,
}

impl Instance {
    /// Opens the database, brings it up to date, and reads the key file.
    ///
    /// # Errors
    /// The files are not right, the database cannot be opened, or the keys in it cannot be read with this key file.
    pub async fn open(settings: Settings) -> Result<Self, Failure> {
        let secrets = KeyFile::load(&settings.key_file)?.server_secrets()?;
        let rules = identity_settings(&settings)?;
        let store = open_store(&settings, &rules.backup).await?;
        let authority = Authority::new(store.clone(), secrets, Clock::system(), rules).await;
        match authority {
            Ok(authority) => Ok(Self { settings: Arc::new(settings), authority }),
            Err(error) => {
                store.close().await;
                Err(Failure::failed(format!(
                    "The server's keys cannot be used: {error}. The key file must be the one that this database was made with."
                )))
            }
        }
    }

    /// The authority, for what is done before anybody can reach it.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Serves until `stop` is ready; then finishes the requests that are running, and closes the database.
    ///
    /// # Errors
    /// The control socket or HTTP cannot be served.
    pub async fn run(self, listeners: Listeners, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        let (stopping, stopped) = watch::channel(());
        let janitor = tokio::spawn(self.authority.clone().janitor(ended(stopped.clone())));
        let messenger = tokio::spawn(Messenger::new(self.authority.clone()).run(ended(stopped.clone())));
        let crier = tokio::spawn(self.authority.clone().crier(ended(stopped.clone())));
        let backups = tokio::spawn(self.authority.clone().backups(ended(stopped.clone())));
        let sealer = tokio::spawn(self.authority.clone().sealer(ended(stopped.clone())));
        let state = AppState::new(self.authority.clone(), Arc::clone(&self.settings));
        let counting = self.authority.store().is_shared().then(|| {
            let (edge, authority, stop) = (state.edge.clone(), self.authority.clone(), ended(stopped.clone()));
            tokio::spawn(async move { edge.limiter.share(&authority, stop).await })
        });
        let postman = state.postman()?.map(|postman| tokio::spawn(postman.run(ended(stopped.clone()))));
        let control = self.control(stopped.clone())?;
        let measured = (!listeners.metrics.is_empty()).then(|| {
            let serving = metrics::serve(listeners.metrics, Arc::clone(&state.metrics), ended(stopped));
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    tracing::error!(%error, "metrics are not served");
                }
            })
        });
        let authority = self.authority.clone();
        let stop = async move {
            stop.await;
            // They would last as long as their readers do.
            authority.close_streams();
        };
        let served = app::serve(listeners.public, state, stop).await;
        drop(stopping);
        for background in control
            .into_iter()
            .chain(counting)
            .chain(measured)
            .chain(postman)
            .chain([janitor, crier, messenger, sealer, backups])
        {
            if let Err(error) = background.await {
                tracing::error!(%error, "a background task ended badly");
            }
        }
        self.close().await;
        served.map_err(|error| Failure::failed(format!("The server stopped: {error}.")))
    }

    /// Closes the database without having served.
    pub async fn close(self) {
        self.authority.store().close().await;
    }

    /// On PostgreSQL another process may answer the same socket already; commands then reach the database through that one.
    fn control(&self, stopped: watch::Receiver<()>) -> Result<Option<JoinHandle<()>>, Failure> {
        let path = crate::control::socket_path(&self.settings);
        match Control::bind(&path) {
            Ok(control) => Ok(Some(tokio::spawn(control.serve(self.authority.clone(), ended(stopped))))),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && self.authority.store().is_shared() => {
                tracing::info!(path = %path.display(), "another server answers commands here");
                Ok(None)
            }
            Err(error) => Err(Failure::failed(format!(
                "The control socket {} cannot be made: {error}. Commands reach the running server through it; see that its \
                 directory can be written, and that its path is shorter than 100 bytes.",
                path.display()
            ))),
        }
    }
}

/// Opens the database; one that is about to be migrated is backed up first.
pub(super) async fn open_store(settings: &Settings, backup: &BackupSettings) -> Result<Store, Failure> {
    let cannot = |error: &StorageError| cannot_open(settings, error);
    let before = backup.before_migrating(Clock::system().now()).map_err(|error| cannot(&error))?;
    let copy_before_migrating = before.as_ref().map(|(copy, _)| copy.clone());
    let options = Options { copy_before_migrating, ..storage_options(settings) };
    let store = Store::open(&options).await.map_err(|error| cannot(&error))?;
    if let Some((copy, target)) = before.filter(|(copy, _)| copy.exists()) {
        match backup.finish(copy, target).await {
            Ok(made) => {
                tracing::info!(file = %made.file.display(), "the database was backed up before it was migrated");
            }
            Err(error) => {
                store.close().await;
                return Err(cannot(&error));
            }
        }
    }
    Ok(store)
}

async fn ended(mut stopped: watch::Receiver<()>) {
    // An error says that the sender is gone, which is the signal.
    while stopped.changed().await.is_ok() {}
}

/// Where one Lanyard listens. They are bound before anything else is begun: an address in use is the commonest reason not to
/// start.
#[derive(Debug)]
pub struct Listeners {
    /// For the world.
    pub public: Vec<TcpListener>,
    /// For Prometheus; none where it is switched off.
    pub metrics: Vec<TcpListener>,
}

impl Listeners {
    /// Where Prometheus may ask.
    #[must_use]
    pub fn metrics_url(&self) -> Option<String> {
        let address = self.metrics.first()?.local_addr().ok()?;
        Some(format!("http://{address}/metrics"))
    }
}

/// Listens for Prometheus, and says where.
///
/// # Errors
/// As [`listen`].
pub fn listen_for_metrics(settings: &Settings) -> Result<Vec<TcpListener>, Failure> {
    let listeners = settings.metrics.listen.iter().map(|address| listen(*address)).collect::<Result<Vec<_>, _>>();
    let listeners = listeners.map_err(|failure| failure.about("metrics.listen"))?;
    for address in listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
        tracing::info!(%address, "metrics are at /metrics");
    }
    Ok(listeners)
}

/// Listens on the address.
///
/// # Errors
/// It is in use, or not one of this machine's; the text says which and what to do.
pub fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        let remedy = match error.kind() {
            io::ErrorKind::AddrInUse => "Another program listens there; stop it, or choose another port.",
            io::ErrorKind::PermissionDenied => {
                "Ports below 1024 need a privilege; choose another, or grant CAP_NET_BIND_SERVICE."
            }
            _ => "Write an address of this machine.",
        };
        Failure::failed(format!("Cannot listen on {address}: {error}. {remedy}"))
    })
}

/// Where the store is, in the store's words.
pub(super) fn storage_options(settings: &Settings) -> Options {
    let database = &settings.database;
    let connections = if database.url.sqlite_path().is_some() { database.readers } else { database.connections };
    let live_tokens = usize::try_from(database.live_tokens).unwrap_or(0);
    Options { connections, live_tokens, ..Options::new(database.url.expose()) }
}

/// Why the store does not open, and what to do.
pub(super) fn cannot_open(settings: &Settings, error: &StorageError) -> Failure {
    let remedy = match settings.database.url.sqlite_path() {
        Some(_) => {
            "One process owns a SQLite database: stop the other one, or let its control socket take your commands."
        }
        None => "See that the database is running and that database.url names it, its user and its password.",
    };
    Failure::failed(format!("The database {} cannot be opened: {error}. {remedy}", settings.database.url))
}
