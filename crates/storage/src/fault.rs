//! Fault points: where a test lets this process die, a step fail, or the work wait. They exist in builds with the feature
//! `fault-points` alone, which is for tests; no build that is shipped has them.
//!
//! A test in the same process arms `Store::faults`. One that runs the binary writes a line such as `commit kill` into the file
//! that `LANYARD_FAULT_FILE` names. What was armed is met once.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use tokio::sync::Semaphore;

use crate::StorageError;

/// The variable that names the file.
const FILE: &str = "LANYARD_FAULT_FILE";

/// A step on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A connection for reading is asked for.
    Read,
    /// A transaction, or a batch of them, has not begun.
    Begin,
    /// All of it was done but COMMIT. A hot command on PostgreSQL is its own COMMIT and does not pass here.
    Commit,
    /// It is durable, and nobody was told.
    Committed,
    /// Half of the answer was sent.
    Response,
    /// The store is being closed, and the last connection to SQLite comes next.
    Close,
}

impl Point {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Begin => "begin",
            Self::Commit => "commit",
            Self::Committed => "committed",
            Self::Response => "response",
            Self::Close => "close",
        }
    }
}

/// What happens there.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The process dies at once: nothing is closed, written or told.
    Kill,
    /// The step fails; before COMMIT nothing is kept, after it everything is.
    Fail,
    /// The work waits for the test.
    Wait(Gate),
}

impl Fault {
    /// Lets it happen, at this point.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] for [`Fault::Fail`].
    pub async fn happen(self, point: Point) -> Result<(), StorageError> {
        match self {
            Self::Kill => std::process::abort(),
            Self::Fail => Err(StorageError::Unavailable(format!("failed on purpose: {}", point.name()))),
            Self::Wait(gate) => {
                gate.pass().await;
                Ok(())
            }
        }
    }
}

/// What is armed. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    armed: Arc<Mutex<Vec<(Point, Fault)>>>,
    file: Option<Arc<Path>>,
}

impl Faults {
    pub(crate) fn from_environment() -> Self {
        Self { file: std::env::var_os(FILE).map(|path| Path::new(&path).into()), ..Self::default() }
    }

    /// Lets this happen once, when the point is passed next.
    pub fn arm(&self, point: Point, fault: Fault) {
        if let Ok(mut armed) = self.armed.lock() {
            armed.push((point, fault));
        }
    }

    /// Passes a point.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] where [`Fault::Fail`] was armed.
    pub async fn pass(&self, point: Point) -> Result<(), StorageError> {
        match self.take(point) {
            Some(fault) => fault.happen(point).await,
            None => Ok(()),
        }
    }

    /// What is to happen at this point; it is no longer armed then.
    #[must_use]
    pub fn take(&self, point: Point) -> Option<Fault> {
        let mut armed = self.armed.lock().ok()?;
        match armed.iter().position(|(at, _)| *at == point) {
            Some(index) => Some(armed.remove(index).1),
            None => self.take_from_file(point),
        }
    }

    /// The file goes before the fault happens, so that a process that is started again does not meet it.
    fn take_from_file(&self, point: Point) -> Option<Fault> {
        let path = self.file.as_deref()?;
        let line = std::fs::read_to_string(path).ok()?;
        let (at, what) = line.trim().split_once(' ')?;
        let fault = match what {
            "kill" => Fault::Kill,
            "fail" => Fault::Fail,
            _ => return None,
        };
        (at == point.name() && std::fs::remove_file(path).is_ok()).then_some(fault)
    }
}

/// Where work waits until a test lets it go on.
#[derive(Clone, Debug)]
pub struct Gate {
    reached: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { reached: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }
}

impl Gate {
    async fn pass(&self) {
        self.reached.add_permits(1);
        if let Ok(opened) = self.open.acquire().await {
            opened.forget();
        }
    }

    /// Waits until the work stands here.
    pub async fn reached(&self) {
        if let Ok(reached) = self.reached.acquire().await {
            reached.forget();
        }
    }

    /// Lets it go on.
    pub fn open(&self) {
        self.open.add_permits(1);
    }
}
