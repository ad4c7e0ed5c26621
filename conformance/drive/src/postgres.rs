//! A PostgreSQL of one's own, by `conformance/with-postgres`: a fresh cluster on a free port, durable as it ships, gone when
//! this value is. Must be started from the root of the tree.

use std::{collections::HashSet, fs, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use crate::{Error, process};

const SCRIPT: &str = "conformance/with-postgres";
/// Says where it is, and keeps the cluster for as long as somebody holds the other end.
const HOLD: &str = "echo \"$TEST_DATABASE_URL\"; exec cat";
const START_WITHIN: Duration = Duration::from_secs(120);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// A running cluster with an empty database.
#[derive(Debug)]
pub struct Postgres {
    /// `postgres://…`
    pub url: String,
    holder: Child,
    held: Option<ChildStdin>,
}

impl Postgres {
    /// Starts one, on these cores as `taskset -c` reads them.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub async fn start(cores: Option<&str>) -> Result<Self, Error> {
        let mut command = match cores {
            Some(cores) => {
                let mut pinned = Command::new("taskset");
                pinned.args(["-c", cores, SCRIPT]);
                pinned
            }
            None => Command::new(SCRIPT),
        };
        command.args(["sh", "-c", HOLD]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().map_err(Error::io("starting PostgreSQL"))?;
        let (held, says) = (holder.stdin.take(), holder.stdout.take().ok_or(Error::Closed)?);
        let mut url = String::new();
        let read = timeout(START_WITHIN, BufReader::new(says).read_line(&mut url)).await;
        let failed = |said: &str| Error::Failed { program: SCRIPT.to_owned(), said: said.to_owned() };
        read.map_err(|_| failed("did not start"))?.map_err(Error::io("starting PostgreSQL"))?;
        let url = url.trim().to_owned();
        if url.is_empty() { Err(failed("ended before it was ready")) } else { Ok(Self { url, holder, held }) }
    }

    /// Has it count what its tables hold, as its autovacuum does within a minute of their growing: until then it goes by plans that were made
    /// for empty tables.
    ///
    /// # Errors
    /// `psql` is not there, or the database refuses.
    pub async fn analyze(&self) -> Result<(), Error> {
        let mut psql = Command::new("psql");
        psql.args(["--quiet", "--command", "ANALYZE", &self.url]);
        let done = psql.status().await.map_err(Error::io("starting psql"))?;
        let failed = || Error::Failed { program: "psql".to_owned(), said: "ANALYZE failed".to_owned() };
        if done.success() { Ok(()) } else { Err(failed()) }
    }

    /// Ends it and removes its data.
    ///
    /// # Errors
    /// It does not end.
    pub async fn stop(mut self) -> Result<(), Error> {
        drop(self.held.take());
        match timeout(STOP_WITHIN, self.holder.wait()).await {
            Ok(ended) => ended.map(drop).map_err(Error::io("stopping PostgreSQL")),
            Err(_) => Err(Error::Failed { program: SCRIPT.to_owned(), said: "did not stop".to_owned() }),
        }
    }

    /// Processor time of all its processes that live now, user and system.
    ///
    /// # Errors
    /// There is no /proc.
    pub fn cpu_time(&self) -> Result<Duration, Error> {
        let port = self.url.rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let argument = format!("port={port}");
        let mut parents = HashSet::new();
        let mut children = Vec::new();
        for entry in fs::read_dir("/proc").map_err(Error::io("reading /proc"))?.flatten() {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let read = |what: &str| fs::read_to_string(format!("/proc/{pid}/{what}")).unwrap_or_default();
            let line = read("cmdline");
            if line.split('\0').next().is_some_and(|program| program.ends_with("postgres")) && line.contains(&argument)
            {
                parents.insert(pid);
            }
            let stat = read("stat");
            let parent =
                stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
            children.extend(parent.map(|parent| (parent, pid)));
        }
        let theirs = children.iter().filter(|(parent, _)| parents.contains(parent)).map(|(_, pid)| pid);
        let all: Vec<&u32> = theirs.chain(&parents).collect();
        // One that has just ended counts no more.
        Ok(all.iter().filter_map(|pid| process::cpu_time_of(&format!("/proc/{pid}/stat")).ok()).sum())
    }
}
