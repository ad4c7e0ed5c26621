//! A directory with a configuration as `lanyard init` writes it, and the server that runs on it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// However slow the machine is, a process that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The built binary, without anything from the environment of the tests.
pub fn lanyard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanyard"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// What a command that ends by itself says, and how it ends.
pub fn ended(command: &mut Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it does not end: {:?}", child.wait_with_output());
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// The server stops, and the directory goes, when this is dropped.
pub struct House {
    directory: tempfile::TempDir,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    child: Option<Child>,
}

impl House {
    /// Configured for a proxy on this computer; the server does not run yet.
    pub fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let house = Self { directory: tempfile::tempdir().unwrap(), port, child: None };
        let dir = house.directory.path().to_str().unwrap();
        let url = format!("https://localhost:{port}");
        let words = ["init", "--dir", dir, "--public-url", &url, "--behind-proxy", "127.0.0.1"];
        let made = ended(lanyard().args(words));
        assert!(made.status.success(), "{made:?}");
        house
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.directory.path().join("lanyard.toml")
    }

    /// The directory of everything.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Changes the configuration file.
    pub fn rewrite(&self, change: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(self.config()).unwrap();
        fs::write(self.config(), change(text)).unwrap();
    }

    /// What `serve` says and how it ends, where it is expected to end by itself.
    pub fn refused(&self, env: &[(&str, &str)]) -> Output {
        ended(lanyard().arg("serve").arg("--config").arg(self.config()).envs(env.iter().copied()))
    }

    /// An act of the operator, and its answer.
    pub fn act(&self, words: &[&str]) -> Value {
        let done = ended(lanyard().args(words).arg("--json").arg("--config").arg(self.config()));
        assert!(done.status.success(), "{words:?}: {done:?}");
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// Starts the server and waits until it is ready.
    pub fn serve(&mut self) {
        let mut child = lanyard()
            .arg("serve")
            .arg("--config")
            .arg(self.config())
            .env("LANYARD__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("LANYARD__METRICS__LISTEN", "[]")
            .env("LANYARD__LOG__LEVEL", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        self.child = Some(child);
        let (said, heard) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(output).read_line(&mut line);
            said.send(read.map(|_| line))
        });
        let line = heard.recv_timeout(PATIENCE).expect("the server says nothing").unwrap();
        assert!(line.contains("is ready at"), "{line}");
        // Commands reach it a moment later.
        let begun = Instant::now();
        while !self.directory.path().join("lanyard.db.sock").exists() {
            assert!(begun.elapsed() < PATIENCE, "it takes no commands");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The most memory that the server has ever held, in KiB; nothing where the system does not say.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.as_ref().unwrap().id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }

    /// Whether the server has not ended.
    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_none()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
