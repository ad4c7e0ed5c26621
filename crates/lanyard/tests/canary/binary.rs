//! The real binary: a directory that `lanyard init` made, its commands, and the server, whose log at its most talkative is
//! kept. Whatever a process writes is entered in the ledger.

use std::{
    fs,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::ledger::Ledger;

const BINARY: &str = env!("CARGO_BIN_EXE_lanyard");
/// Everything that the server and what it is built on have to say.
const LEVEL: &str = "trace";

pub struct Site {
    pub ledger: Arc<Ledger>,
    pub issuer: String,
    pub address: SocketAddr,
    metrics: SocketAddr,
    /// The server's certificate, for clients to trust.
    pub certificate: String,
    pub database_url: String,
    directory: TempDir,
    running: Option<Child>,
}

impl Site {
    /// Files and settings; `database_url` names a PostgreSQL, or nothing and it is SQLite.
    pub fn new(ledger: Arc<Ledger>, database_url: Option<String>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The ports are free now, and nobody else is told of them.
        let [address, metrics] =
            [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|listener| listener.local_addr().unwrap());
        let issuer = format!("https://localhost:{}", address.port());
        let sqlite = || format!("sqlite:{}", directory.path().join("lanyard.db").display());
        let mut site = Self {
            database_url: database_url.unwrap_or_else(sqlite),
            certificate: String::new(),
            ledger,
            issuer,
            address,
            metrics,
            directory,
            running: None,
        };
        site.write_certificate();
        let dir = site.path("").display().to_string();
        let (issuer, database) = (site.issuer.clone(), site.database_url.clone());
        site.succeeds(&["init", "--dir", &dir, "--public-url", &issuer, "--database-url", &database]);
        site.learn_key_file();
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    fn write_certificate(&mut self) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        self.certificate = certificate.pem();
        fs::write(self.path("certificate.pem"), certificate.pem()).unwrap();
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path("key.pem")).unwrap();
        file.write_all(key.serialize_pem().as_bytes()).unwrap();
        // The end of the document is the public key, which the certificate shows; the secret number comes before it.
        self.ledger.kept("the TLS key", &key.serialize_der()[36..68], None);
    }

    /// The server's own secret may stand in its file, as text, and nowhere else.
    pub fn learn_key_file(&self) {
        let path = self.path("keys.toml");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        let place = self.ledger.saw("keys.toml", text.as_bytes());
        for line in text.lines() {
            if let Some(value) = line.strip_prefix("value = ") {
                self.ledger.handed_out("the server's own secret", value.trim_matches('"'), place);
            }
        }
    }

    /// Runs a command to its end, whatever that is.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let name = arguments.iter().take(3).copied().collect::<Vec<_>>().join(" ");
        let out = self.ledger.saw(format!("the output of `lanyard {name}`"), output.stdout.clone());
        self.ledger.saw(format!("the errors of `lanyard {name}`"), output.stderr.clone());
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        for member in ["client_secret", "password", "secret", "key"] {
            if let Some(secret) = json[member].as_str() {
                self.ledger.handed_out("a secret that the command line showed", secret, out);
            }
        }
        output
    }

    /// Runs a command that must succeed; gives what it wrote.
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        self.succeeds_with(arguments, "")
    }

    pub fn succeeds_with(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail.
    pub fn fails(&self, arguments: &[&str], input: &str) {
        let output = self.run(arguments, input);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let files = [("TLS__CERTIFICATE", "certificate.pem"), ("TLS__KEY", "key.pem")];
        for (name, file) in files {
            command.env(format!("LANYARD__{name}"), self.path(file));
        }
        command
            .env("LANYARD__LISTEN", self.address.to_string())
            .env("LANYARD__METRICS__LISTEN", self.metrics.to_string())
            .env("LANYARD__LOG__LEVEL", LEVEL)
            .env("LANYARD__DATABASE__CONNECTIONS", "6")
            .env("LANYARD__RATE_LIMITS__EXEMPT", "127.0.0.0/8")
            // So short that what is used again counts as reuse after a moment.
            .env("LANYARD__TOKENS__RETRY_WINDOW", "1s");
        command
    }

    /// Starts the server and waits until it answers.
    pub fn start(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("server.log")).unwrap();
        let out = fs::OpenOptions::new().create(true).append(true).open(self.path("server.out")).unwrap();
        let ready = |text: String| text.matches("is ready at").count();
        let before = ready(fs::read_to_string(self.path("server.out")).unwrap());
        let child = self.command(&["serve"]).stdin(Stdio::null()).stdout(out).stderr(log).spawn().unwrap();
        self.running = Some(child);
        let until = Instant::now() + Duration::from_secs(60);
        while ready(fs::read_to_string(self.path("server.out")).unwrap()) == before {
            let ended = self.running.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < until, "the server did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        let process = PathBuf::from(format!("/proc/{}", self.running.as_ref().unwrap().id()));
        self.ledger.saw("the server's arguments", fs::read(process.join("cmdline")).unwrap_or_default());
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap()
    }

    /// Enters what Prometheus would be told.
    pub async fn enter_metrics(&self) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http.get(format!("http://{}/metrics", self.metrics)).send().await.unwrap();
        let text = answer.error_for_status().unwrap().text().await.unwrap();
        assert!(text.lines().count() > 50 && text.contains("lanyard_"), "{text}");
        self.ledger.saw("the metrics", text);
    }

    /// Stops the server in good order, and enters all that it wrote.
    pub fn stop(&mut self) {
        let mut child = self.running.take().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        assert!(Command::new("kill").args(["-TERM", &pid.to_string()]).status().unwrap().success());
        assert!(child.wait().unwrap().success(), "the server did not stop in good order");
        for name in ["server.log", "server.out"] {
            self.ledger.saw(name, fs::read(self.path(name)).unwrap());
        }
    }

    /// Enters every file of the directory that is not entered elsewhere.
    pub fn enter_files(&self, when: &str) {
        enter_directory(&self.ledger, self.directory.path(), when);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn enter_directory(ledger: &Ledger, directory: &Path, when: &str) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Entered when they were made, as the places where secrets are kept; the log is entered when it is whole.
        let known = ["keys.toml", "lanyard.toml", "key.pem", "server.log", "server.out"].contains(&name.as_str());
        if !known && let Ok(bytes) = fs::read(entry.path()) {
            ledger.saw(format!("the file {name}, {when}"), bytes);
        }
    }
}
