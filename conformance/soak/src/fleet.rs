//! The servers: one process on SQLite, several on PostgreSQL, killed and started again on the same data.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use drive::{
    Error, Installation,
    installation::{Server, Start},
};
use tokio::{sync::RwLock, time::sleep};

use crate::moment::{Clock, Moment};

/// Server processes over one installation.
#[derive(Debug)]
pub struct Fleet {
    installation: Installation,
    clock: Clock,
    shared: bool,
    places: Vec<Place>,
    deaths: Mutex<Vec<Death>>,
    slowest_start: Mutex<Duration>,
    stopping: AtomicBool,
}

/// Where one process runs, if it does.
#[derive(Debug, Default)]
struct Place {
    server: RwLock<Option<Server>>,
    address: Mutex<Option<SocketAddr>>,
}

/// A process that is gone for certain.
#[derive(Clone, Copy, Debug)]
pub struct Death {
    /// Which.
    pub server: usize,
    /// It did nothing from here on.
    pub at: Moment,
}

impl Fleet {
    /// Starts so many processes.
    ///
    /// # Errors
    /// One does not start.
    pub async fn start(
        installation: Installation,
        processes: usize,
        shared: bool,
        clock: Clock,
    ) -> Result<Self, Error> {
        let fleet = Self {
            installation,
            clock,
            shared,
            places: (0..processes).map(|_| Place::default()).collect(),
            deaths: Mutex::default(),
            slowest_start: Mutex::default(),
            stopping: AtomicBool::new(false),
        };
        for server in 0..processes {
            fleet.revive(server).await?;
        }
        Ok(fleet)
    }

    /// What they all run on.
    #[must_use]
    pub const fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Whether what a process asked its database for may happen after it is gone.
    #[must_use]
    pub const fn outlives_its_servers(&self) -> bool {
        self.shared
    }

    /// The run's clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many processes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Where this process answers at present; nothing between a kill and the next start.
    #[must_use]
    pub fn address(&self, server: usize) -> Option<SocketAddr> {
        self.places.get(server).and_then(|place| *lock(&place.address))
    }

    /// Where any process answers; waits for one.
    pub async fn anywhere(&self, first: usize) -> SocketAddr {
        loop {
            for offset in 0..self.len() {
                if let Some(address) = self.address((first + offset) % self.len()) {
                    return address;
                }
            }
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// SIGKILL, and waits until the process is gone.
    ///
    /// # Errors
    /// It had ended by itself, which is never right.
    pub async fn kill(&self, server: usize) -> Result<(), Error> {
        let Some(place) = self.places.get(server) else { return Ok(()) };
        let Some(mut running) = place.server.write().await.take() else { return Ok(()) };
        if !running.process.is_running() {
            return Err(running.process.failed("ended by itself"));
        }
        *lock(&place.address) = None;
        running.process.kill().await?;
        lock(&self.deaths).push(Death { server, at: self.clock.now() });
        Ok(())
    }

    /// Starts a process that was killed.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn revive(&self, server: usize) -> Result<(), Error> {
        let Some(place) = self.places.get(server) else { return Ok(()) };
        let mut running = place.server.write().await;
        let started = self.installation.start(&Start::default()).await?;
        let mut slowest = lock(&self.slowest_start);
        *slowest = slowest.max(started.first_answer);
        *lock(&place.address) = Some(started.address);
        *running = Some(started);
        Ok(())
    }

    /// The deaths so far.
    #[must_use]
    pub fn deaths(&self) -> Vec<Death> {
        lock(&self.deaths).clone()
    }

    /// The longest that a start took until its first answer.
    #[must_use]
    pub fn slowest_start(&self) -> Duration {
        *lock(&self.slowest_start)
    }

    /// Says that nothing new shall be begun.
    pub fn wind_down(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether nothing new shall be begun.
    #[must_use]
    pub fn is_winding_down(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// A lock that a panic elsewhere does not spoil: what it guards is whole after every statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
