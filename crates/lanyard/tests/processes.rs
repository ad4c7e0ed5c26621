//! The binary as an operator runs it: two processes of one server on one PostgreSQL (`TEST_DATABASE_URL`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../storage/tests/harness/database.rs"]
mod database;

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use database::Database;
use reqwest::{Client, Response};

const LANYARD: &str = env!("CARGO_BIN_EXE_lanyard");
const LIMIT: u32 = 400;

/// A `lanyard serve` that ends with the test.
struct Process {
    child: Child,
    origin: String,
    http: Client,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Process {
    /// Ready when this returns.
    fn start(directory: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new(LANYARD)
            .args(["serve", "--config"])
            .arg(directory.join("lanyard.toml"))
            .env("LANYARD__LISTEN", format!("127.0.0.1:{port}"))
            .env("LANYARD__METRICS__LISTEN", "[]")
            .env("LANYARD__RATE_LIMITS__TOKEN", format!("{LIMIT}/1h"))
            .env("LANYARD__LOG__LEVEL", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("is ready"), "{line}");
        Self { child, origin: format!("http://127.0.0.1:{port}"), http: Client::builder().no_proxy().build().unwrap() }
    }

    /// A request for tokens that will not be given, from this address.
    async fn ask(&self, from: &str) -> Response {
        let asked = self.http.post(format!("{}/token", self.origin)).header("x-forwarded-for", from);
        asked.form(&[("grant_type", "authorization_code")]).send().await.unwrap()
    }

    async fn is_refused(&self, from: &str) -> bool {
        self.ask(from).await.status() == 429
    }
}

fn init(directory: &Path, database: &Database) {
    let made = Command::new(LANYARD)
        .args(["init", "--public-url", "https://id.example.com", "--behind-proxy", "127.0.0.1", "--dir"])
        .arg(directory)
        .args(["--database-url", &database.options().url])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// C-08: whoever asks two processes by turns gets no more than whoever asks one.
#[tokio::test]
async fn two_processes_hold_one_limit() {
    let database = Database::fresh().await;
    if !database.url().starts_with("postgres") {
        return; // One process owns an SQLite database.
    }
    let directory = tempfile::tempdir().unwrap();
    init(directory.path(), &database);
    let processes = [Process::start(directory.path()), Process::start(directory.path())];
    let (mallory, alice) = ("198.51.100.7", "203.0.113.9");

    let mut asked = [LIMIT / 2; 2];
    for _ in 0..LIMIT / 2 {
        for process in &processes {
            assert!(!process.is_refused(mallory).await, "together they answer {LIMIT}");
        }
    }
    for (process, asked) in processes.iter().zip(&mut asked) {
        // They tell each other once a second. Each alone would go on answering: it was asked too little to refuse by itself.
        while !process.is_refused(mallory).await {
            *asked += 1;
            assert!(*asked < LIMIT - 20, "it never learned of the other");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let refusal = process.ask(mallory).await;
        let wait: u64 = refusal.headers().get("retry-after").unwrap().to_str().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
        assert!(!process.is_refused(alice).await, "another address has a number of its own");
    }
    let late = Process::start(directory.path());
    assert!(!late.is_refused(mallory).await, "a process that has heard nothing yet answers");
    for tries in 0.. {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if late.is_refused(mallory).await {
            break;
        }
        assert!(tries < LIMIT / 2, "a process that starts later never learns of the others");
    }
}
