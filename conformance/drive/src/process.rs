//! A program in a process of its own. Owns its beginning and its end, the cores it runs on, and what the kernel says of it.
//!
//! Nothing that was started here outlives the thread that started it, however that one ends.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::{
    process::{Pid, Signal, kill_process},
    thread::{CpuSet, sched_setaffinity},
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use crate::Error;

/// What to start.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables to set; the rest of the environment is ours, without any `LANYARD__…`.
    pub environment: Vec<(String, String)>,
    /// The cores it may use, as `taskset -c` reads them (`"0"`, `"0,1"`); all of them where there is none.
    pub cores: Option<String>,
    /// Where standard output and standard error go; written anew by each start that does not append.
    pub log: PathBuf,
}

/// A running program. Dropped, it is killed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    pid: u32,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts it. What it writes is added to the end of its log.
    ///
    /// # Errors
    /// The program or the log cannot be opened.
    pub fn start(launch: &Launch) -> Result<Self, Error> {
        let append = || fs::OpenOptions::new().create(true).append(true).open(&launch.log);
        let log = append().map_err(Error::io("opening the log"))?;
        let out = log.try_clone().map_err(Error::io("opening the log"))?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some(cores) = &launch.cores {
            command.args(["taskset", "-c", cores.as_str()]);
        }
        command.arg(&launch.program).args(&launch.arguments);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LANYARD")) {
            command.env_remove(name);
        }
        command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(out).stderr(log).kill_on_drop(true);
        let child = command.spawn().map_err(Error::io("starting a program"))?;
        let pid = child.id().ok_or(Error::Closed)?;
        Ok(Self { child, pid, name: launch.program.display().to_string(), log: launch.log.clone() })
    }

    /// Its process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be signalled.
    pub async fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().await.map_err(Error::io("killing a program"))
    }

    /// SIGTERM, and waits for so long; then SIGKILL, and an error.
    ///
    /// # Errors
    /// It did not end in time, or not with success.
    pub async fn terminate(&mut self, patience: Duration) -> Result<(), Error> {
        self.signal(Signal::TERM)?;
        match timeout(patience, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(self.failed(&format!("ended with {status}"))),
            Ok(Err(source)) => Err(Error::Io { doing: "waiting for a program", source }),
            Err(_) => {
                self.kill().await?;
                Err(self.failed("did not end on SIGTERM"))
            }
        }
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// The process is gone.
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).ok_or(Error::Closed)?;
        kill_process(pid, signal).map_err(|error| Error::Io { doing: "signalling", source: error.into() })
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// An error that says how it went, with the end of its log.
    #[must_use]
    pub fn failed(&self, how: &str) -> Error {
        Error::Failed { program: self.name.clone(), said: format!("{how}\n{}", tail(&self.log)) }
    }

    /// Processor time so far, of all its threads, user and system; to a hundredth of a second.
    ///
    /// # Errors
    /// The process is gone.
    pub fn cpu_time(&self) -> Result<Duration, Error> {
        cpu_time_of(&format!("/proc/{}/stat", self.pid))
    }

    /// Resident memory in bytes, now.
    ///
    /// # Errors
    /// The process is gone.
    pub fn resident(&self) -> Result<u64, Error> {
        self.status("VmRSS:")
    }

    /// The most resident memory so far, in bytes.
    ///
    /// # Errors
    /// The process is gone.
    pub fn peak_resident(&self) -> Result<u64, Error> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<u64, Error> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid)).map_err(Error::io("reading /proc"))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or(Error::Closed)?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| Error::Malformed("/proc"))?;
        Ok(kib * 1024)
    }
}

/// The end of a log, for people.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n")
}

/// Our own processor time so far, of all threads.
///
/// # Errors
/// There is no /proc.
pub fn own_cpu_time() -> Result<Duration, Error> {
    cpu_time_of("/proc/self/stat")
}

pub(crate) fn cpu_time_of(path: &str) -> Result<Duration, Error> {
    let text = fs::read_to_string(path).map_err(Error::io("reading /proc"))?;
    // proc_pid_stat(5): utime and stime are the 14th and 15th field; the 2nd may hold spaces, and ends with the last ")".
    let (_, rest) = text.rsplit_once(')').ok_or(Error::Malformed("/proc"))?;
    let ticks: u64 = rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_micros(ticks * 1_000_000 / per_second))
}

/// Keeps this thread, and whatever it starts from now on, on these cores.
///
/// # Errors
/// There are no such cores.
pub fn pin_this_thread(cores: &[usize]) -> Result<(), Error> {
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core);
    }
    sched_setaffinity(None, &set).map_err(|error| Error::Io { doing: "pinning", source: error.into() })
}
