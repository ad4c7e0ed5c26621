//! A whole server that listens, on a fresh database and with a clock that tests move, and the people who use it. Shared by
//! the tests of flows and of attacks.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod api;
pub mod app;
pub mod authenticator;
pub mod browser;
#[path = "../../../storage/tests/harness/database.rs"]
pub mod database;
pub mod device;
pub mod factors;
pub mod keys;
pub mod page;
pub mod seed;
pub mod smtp;
pub mod upstream;

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use identity::{Authority, Clock};
use model::{Email, ServerSecrets, Timestamp};
use server::{
    app::serve,
    config::Settings,
    mail::{Inbox, Postman},
    metrics::Metrics,
    state::{AppState, identity_settings},
};
use storage::Store;
use tokio::{runtime::Runtime, sync::oneshot, task::JoinHandle};

pub use app::{ApiApp, Client};
pub use browser::{Answer, Browser};
use database::Database;
pub use seed::{PASSWORD, Seeded};
pub use server::mail::Received;

/// The moment at which tests begin.
pub const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A server of its own. It goes, with its database, when this is dropped.
pub struct TestServer {
    /// The issuer: where browsers and clients find it.
    pub issuer: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What a test may do without HTTP.
    pub authority: Authority,
    /// What it has measured.
    pub metrics: Arc<Metrics>,
    /// Who and what is there.
    pub seeded: Seeded,
    /// Where its mail arrives, if it sends any.
    pub inbox: Option<Inbox>,
    /// Who delivers it.
    pub postman: Option<Postman>,
    clock: Clock,
    settings: Arc<Settings>,
    stop: Option<oneshot::Sender<()>>,
    running: Option<(Runtime, JoinHandle<std::io::Result<()>>)>,
    database: Database,
}

impl TestServer {
    /// With the usual settings.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With no way to send mail.
    pub async fn without_mail() -> Self {
        Self::start_with(&[("MAIL__DEVELOPMENT_INBOX", "false")]).await
    }

    /// With these settings changed, by their names in the environment without `LANYARD__`.
    pub async fn start_with(changes: &[(&str, &str)]) -> Self {
        Self::start_at("", changes).await
    }

    /// With an issuer that has this path.
    pub async fn start_at(path: &str, changes: &[(&str, &str)]) -> Self {
        let database = Database::fresh().await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let settings = Arc::new(settings(address.port(), path, changes));
        let clock = Clock::manual(START);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (options, issuer, time) = (database.options(), settings.public_url.to_string(), clock.clone());
        let (authority, seeded) = runtime
            .spawn({
                let settings = Arc::clone(&settings);
                async move {
                    let authority = authority(Store::open(&options).await.unwrap(), &settings, time).await;
                    let seeded = seed::seed(&authority).await;
                    (authority, seeded)
                }
            })
            .await
            .unwrap();
        let state = AppState::new(authority.clone(), Arc::clone(&settings));
        let metrics = Arc::clone(&state.metrics);
        let inbox = state.inbox.clone();
        let postman = state.postman().unwrap();
        if let (Some(postman), true) = (&postman, inbox.is_some()) {
            // Ends with the runtime. What goes to a mail server, a test delivers itself, at the moment that it means.
            drop(runtime.spawn(postman.clone().run(std::future::pending())));
        }
        drop(runtime.spawn(authority.clone().crier(std::future::pending())));
        let served = runtime.spawn(async move {
            serve(vec![listener], state, async move {
                let _ = stopped.await;
            })
            .await
        });
        Self {
            issuer,
            address,
            authority,
            metrics,
            seeded,
            inbox,
            postman,
            clock,
            settings,
            stop: Some(stop),
            running: Some((runtime, served)),
            database,
        }
    }

    /// Where another process on the same database listens: one with a store of its own, or, where one process owns the
    /// database, another listener of this one. It ends with this server.
    pub async fn second(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (options, settings, clock) = (self.database.options(), Arc::clone(&self.settings), self.clock.clone());
        let (runtime, _) = self.running.as_ref().unwrap();
        let shared = self.authority.store().is_shared().then(|| {
            let settings = Arc::clone(&settings);
            runtime.spawn(async move { authority(Store::open(&options).await.unwrap(), &settings, clock).await })
        });
        let authority = match shared {
            Some(other) => {
                let other = other.await.unwrap();
                drop(runtime.spawn(other.clone().crier(std::future::pending())));
                other
            }
            None => self.authority.clone(),
        };
        runtime.spawn(serve(vec![listener], AppState::new(authority, settings), std::future::pending()));
        address
    }

    /// The address of the database, as a configuration writes it.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The next mail to this person; it must come.
    pub async fn mail(&self, to: &str) -> Received {
        let to = Email::parse(to).unwrap();
        let next = self.inbox.as_ref().expect("this server sends mail").next(Some(&to), Duration::from_secs(20)).await;
        next.unwrap_or_else(|| panic!("no mail to {to}"))
    }

    /// An address of this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The address of this server without the issuer's path.
    pub fn origin(&self) -> String {
        url::Url::parse(&self.issuer).unwrap().origin().ascii_serialization()
    }

    /// A client of plain HTTP, which follows nothing.
    pub fn http(&self) -> reqwest::Client {
        browser::http(self.address)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.issuer, self.address)
    }

    /// A browser in which the member is signed in.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.browser();
        browser.sign_in("member@example.com", PASSWORD).await;
        browser
    }

    /// The public client `demo-cli`.
    pub fn cli(&self) -> Client<'_> {
        Client::public(self, "demo-cli", "http://127.0.0.1:4711/callback")
    }

    /// The confidential client `demo-app`, of the profile `oidc`.
    pub fn web_app(&self) -> Client<'_> {
        Client::confidential(self, "demo-app", &self.seeded.app_secret, "https://app.example.com/callback")
    }

    /// The client `demo-service`, which has no person.
    pub fn service(&self) -> Client<'_> {
        Client::confidential(self, "demo-service", &self.seeded.service_secret, "")
    }

    /// The resource server `demo-api`.
    pub fn api(&self) -> ApiApp<'_> {
        ApiApp::new(self)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some((runtime, served)) = self.running.take() else { return };
        let ended = std::thread::spawn(move || {
            let _ = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(3), served).await });
            runtime.shutdown_background();
        });
        drop(ended);
    }
}

async fn authority(store: Store, settings: &Settings, clock: Clock) -> Authority {
    let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
    let mut flows = identity_settings(settings).unwrap();
    // Cheap, since it is not argon2 that is tested here.
    flows.password.memory_kib = 64;
    flows.password.iterations = 1;
    // Long enough for a provider on this machine.
    flows.upstream.timeout = Duration::from_secs(2);
    Authority::new(store, secrets, clock, flows).await.unwrap()
}

fn settings(port: u16, path: &str, changes: &[(&str, &str)]) -> Settings {
    let usual = [
        ("PUBLIC_URL".to_owned(), format!("http://localhost:{port}{path}")),
        ("CONNECT__MCP_URL".to_owned(), "https://api.example.com/mcp".to_owned()),
    ];
    let changes = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut env: Vec<(String, String)> = usual.into_iter().collect();
    for (name, value) in changes {
        env.retain(|(known, _)| *known != name);
        env.push((name, value));
    }
    let env = env.into_iter().map(|(name, value)| (format!("LANYARD__{name}"), value));
    Settings::development(port, Path::new("unused"), env).unwrap()
}
