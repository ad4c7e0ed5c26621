//! A Lanyard of one's own: a directory with configuration, key file and, on SQLite, the database. It outlives the processes
//! that run it, so that a server can be killed and started again on the same data.
//!
//! The server runs as it ships, behind a proxy that it trusts on loopback: that proxy is us.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, process::Command, time::sleep};

use crate::{
    Error,
    process::{Launch, Process},
    wire::{self, Connection},
};

/// The issuer's host, which every request names.
pub const HOST: &str = "auth.example.com";
/// The issuer.
pub const ISSUER: &str = "https://auth.example.com";

const START_WITHIN: Duration = Duration::from_secs(60);

/// Limits that no load meets; what counts them counts all the same.
pub const WIDE_LIMITS: [(&str, &str); 5] = [
    ("rate_limits.page", "4000000000/1m"),
    ("rate_limits.token", "4000000000/1m"),
    ("rate_limits.sign_in", "4000000000/1m"),
    ("rate_limits.sign_in_per_account", "4000000000/1m"),
    ("registration.per_address", "4000000000/1m"),
];

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file in the installation's directory.
    Sqlite,
    /// `postgres://…`.
    Postgres(String),
}

/// Configuration and data.
#[derive(Debug)]
pub struct Installation {
    binary: PathBuf,
    directory: TempDir,
    database: Database,
    settings: Vec<(String, String)>,
}

/// How one process is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The cores it may use, as `taskset -c` reads them.
    pub cores: Option<String>,
    /// Settings for this process alone, beside the installation's.
    pub settings: Vec<(String, String)>,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Its process.
    pub process: Process,
    /// Where it answers.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub first_answer: Duration,
}

impl Installation {
    /// Writes a configuration by `lanyard init`. `settings` are named as in the configuration (`tokens.retry_window`) and go
    /// beside [`WIDE_LIMITS`].
    ///
    /// # Errors
    /// The binary is missing, or refuses.
    pub async fn make(binary: &Path, database: &Database, settings: &[(&str, &str)]) -> Result<Self, Error> {
        let directory = tempfile::Builder::new().prefix("lanyard-drive-").tempdir();
        let directory = directory.map_err(Error::io("making a directory"))?;
        let mut init = vec!["init", "--public-url", ISSUER, "--behind-proxy", "127.0.0.1"];
        if let Database::Postgres(url) = database {
            init.extend(["--database-url", url]);
        }
        let dir = directory.path().display().to_string();
        init.extend(["--dir", &dir]);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings = WIDE_LIMITS.iter().chain(settings).map(owned).collect();
        let installation = Self { binary: binary.to_owned(), directory, database: database.clone(), settings };
        installation.run(&init, None).await?;
        Ok(installation)
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Where the data is.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The SQLite database's file.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.directory.path().join("lanyard.db")
    }

    /// What all of its servers wrote: logs as they ship.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.directory.path().join("server.log")
    }

    /// Changes a setting for every later start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts a server on a free port and waits for its first answer.
    ///
    /// # Errors
    /// It does not come up; the error has the end of its log.
    pub async fn start(&self, start: &Start) -> Result<Server, Error> {
        let address = free_address()?;
        let mut environment = variables(&self.settings);
        environment.extend(variables(&start.settings));
        environment.push((variable("listen"), address.to_string()));
        // On as it ships, where no other process has it.
        environment.push((variable("metrics.listen"), free_address()?.to_string()));
        let launch = Launch {
            program: self.binary.clone(),
            arguments: vec!["serve".into(), "--config".into(), self.config().into()],
            environment,
            cores: start.cores.clone(),
            log: self.log(),
        };
        let begun = Instant::now();
        let mut process = Process::start(&launch)?;
        answers(&mut process, address, "/.well-known/openid-configuration", HOST).await?;
        Ok(Server { process, address, first_answer: begun.elapsed() })
    }

    /// One of Lanyard's commands, such as `["client", "add", …]`, by the running server or, without one, on the database
    /// itself. Returns what it answers.
    ///
    /// # Errors
    /// The command fails.
    pub async fn command(&self, arguments: &[&str], standard_input: Option<&str>) -> Result<Value, Error> {
        let config = self.config();
        let mut all = arguments.to_vec();
        let config = config.to_string_lossy();
        all.extend(["--json", "--config", &config]);
        let said = self.run(&all, standard_input).await?;
        serde_json::from_str(&said).map_err(|_| Error::Failed { program: arguments.join(" "), said })
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("lanyard.toml")
    }

    async fn run(&self, arguments: &[&str], standard_input: Option<&str>) -> Result<String, Error> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).envs(variables(&self.settings)).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(Error::io("running a command of Lanyard"))?;
        let input = child.stdin.take();
        if let (Some(mut input), Some(text)) = (input, standard_input) {
            input.write_all(text.as_bytes()).await.map_err(Error::io("writing to a command"))?;
        }
        let output = child.wait_with_output().await.map_err(Error::io("running a command of Lanyard"))?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match output.status.success() {
            true => Ok(out.into_owned()),
            false => Err(Error::Failed { program: format!("lanyard {}", arguments.join(" ")), said: err.into_owned() }),
        }
    }
}

/// Waits for the first answer to a GET. A server that listens before it is ready is asked once, and answers when it is.
///
/// # Errors
/// The process ended, or there was no answer within a minute.
pub async fn answers(process: &mut Process, address: SocketAddr, target: &str, host: &str) -> Result<(), Error> {
    let begun = Instant::now();
    while begun.elapsed() < START_WITHIN {
        if !process.is_running() {
            return Err(process.failed("ended before it was ready"));
        }
        if let Ok(mut connection) = Connection::open(address).await {
            match connection.ask(&wire::get(host, target, &[])).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) => {
                    let (status, body) = (answer.status, answer.text());
                    return Err(Error::Unexpected { step: "first answer", status, body });
                }
                Err(_) => {}
            }
        }
        sleep(Duration::from_millis(1)).await;
    }
    Err(process.failed("did not answer within a minute"))
}

/// A port of loopback that nobody listens on.
///
/// # Errors
/// There is none.
pub fn free_address() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Error::io("finding a port"))?;
    listener.local_addr().map_err(Error::io("finding a port"))
}

fn variables(settings: &[(String, String)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| (variable(name), value.clone())).collect()
}

fn variable(setting: &str) -> String {
    format!("LANYARD__{}", setting.replace('.', "__").to_uppercase())
}
