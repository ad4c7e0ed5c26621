//! `lanyard serve` as a process, and the requests of a client that keeps no connection.

use std::{
    fs::File,
    net::TcpListener,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Held, World, world::through};

/// What a fault point kills by.
pub const ABORTED: i32 = 6;
/// What `kill -9` kills by.
pub const KILLED: i32 = 9;
const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDED_WITHIN: Duration = Duration::from_secs(30);

/// A running server; it is killed when this is dropped.
pub struct Process {
    child: Child,
    port: u16,
    http: reqwest::Client,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<u32>,
    pub json: Value,
}

/// The connection ended before a whole answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// How a process is started.
#[derive(Default)]
pub struct Start<'s> {
    /// Settings, by their names in the environment.
    pub settings: Vec<(&'s str, String)>,
    /// Put before the command.
    pub under: Vec<String>,
}

impl Process {
    /// On the world's database.
    pub async fn start(world: &World) -> Self {
        Self::start_with(world, Start::default()).await
    }

    /// With its connections to PostgreSQL going through a proxy on this port.
    pub async fn start_behind(world: &World, port: u16) -> Self {
        let url = through(&world.database.options(), port);
        Self::start_with(world, Start { settings: vec![("LANYARD__DATABASE__URL", url)], ..Start::default() }).await
    }

    pub async fn start_with(world: &World, start: Start<'_>) -> Self {
        for _ in 0..5 {
            // Another process may take the port between the two; then the next one is tried.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let said = world.directory.path().join("said");
            let child = command(world, &start, port).stdout(File::create(&said).unwrap()).spawn().unwrap();
            let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
            let mut process = Self { child, port, http };
            if process.is_ready(&said).await {
                return process;
            }
        }
        let log = std::fs::read_to_string(world.directory.path().join("log")).unwrap_or_default();
        panic!("the server did not start:\n{log}");
    }

    /// It listens by the time that it says so.
    async fn is_ready(&mut self, said: &Path) -> bool {
        let until = Instant::now() + READY_WITHIN;
        while Instant::now() < until && self.child.try_wait().unwrap().is_none() {
            if std::fs::read_to_string(said).unwrap().contains("is ready") {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits; whether it ended well.
    pub async fn stop(mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        told.success() && self.ended().await.success()
    }

    /// Kills it, as `kill -9` does; `died_of` waits until it is dead.
    pub fn kill(&self) {
        let killed = Command::new("kill").args(["-KILL", &self.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits until this signal has killed it.
    pub async fn died_of(mut self, signal: i32) {
        let status = self.ended().await;
        assert_eq!(status.signal(), Some(signal), "{status}");
    }

    async fn ended(&mut self) -> std::process::ExitStatus {
        let until = Instant::now() + ENDED_WITHIN;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the process goes on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn refresh(&self, token: &str) -> Result<Answer, Broken> {
        self.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// A refresh that takes the ordinary transaction, since it names a scope.
    pub async fn refresh_narrowed(&self, token: &str) -> Result<Answer, Broken> {
        self.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", "issues:read")])
            .await
    }

    pub async fn revoke(&self, token: &str) -> Result<Answer, Broken> {
        self.post("/revoke", &[("token", token)]).await
    }

    /// Whether the resource server would let this access token in.
    pub async fn accepts(&self, world: &World, access: &str) -> bool {
        let form = [("token", access)];
        let request = self.http.post(self.url("/introspect")).basic_auth("demo-api", Some(&world.seeded.api_secret));
        let answer = answer(request.form(&form)).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json["active"].as_bool().unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Broken> {
        let mut form = fields.to_vec();
        form.push(("client_id", "demo-cli"));
        answer(self.http.post(self.url(path)).form(&form)).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    /// The pair of a token response.
    pub fn held(&self) -> Held {
        assert_eq!(self.status, 200, "{self:?}");
        let text = |name: &str| self.json[name].as_str().unwrap().to_owned();
        Held { access: text("access_token"), refresh: text("refresh_token") }
    }

    /// Trouble of ours, told as such.
    pub fn assert_unavailable(&self) {
        assert_eq!((self.status, self.error()), (503, "temporarily_unavailable"), "{self:?}");
        assert!(self.retry_after.is_some_and(|seconds| seconds > 0), "{self:?}");
        assert!(self.json.get("access_token").is_none() && self.json.get("refresh_token").is_none(), "{self:?}");
    }

    pub fn assert_invalid_grant(&self) {
        assert_eq!((self.status, self.error()), (400, "invalid_grant"), "{self:?}");
    }

    fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, Broken> {
    let answer = request.send().await.map_err(|_| Broken)?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let body = answer.text().await.map_err(|_| Broken)?;
    Ok(Answer { status, retry_after, json: serde_json::from_str(&body).unwrap_or_default() })
}

fn command(world: &World, start: &Start<'_>, port: u16) -> Command {
    let directory = world.directory.path();
    let log = File::options().create(true).append(true).open(directory.join("log")).unwrap();
    let mut words = start.under.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_lanyard")]);
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .args(["serve", "--config"])
        .arg(directory.join("lanyard.toml"))
        .env("LANYARD__LISTEN", format!("[\"127.0.0.1:{port}\"]"))
        .env("LANYARD__METRICS__LISTEN", "[]")
        .env("LANYARD__RATE_LIMITS__EXEMPT", "[\"127.0.0.1\"]")
        .env("LANYARD_FAULT_FILE", world.fault_file())
        .stdin(Stdio::null())
        .stderr(log)
        .envs(start.settings.iter().map(|(name, value)| (*name, value.as_str())));
    command
}
