//! The pool of connections: PostgreSQL's, or those that read SQLite. Owns how long one is waited for, when one is not used again, and
//! that all of them are closed. It gives a connection back without asking the database, which the driver's own pool does each time:
//! on SQLite that is a hop to another thread, on PostgreSQL a round trip.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deadpool::{
    Runtime,
    managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult},
};
use sqlx::{AnyConnection, Connection as _};

use crate::StorageError;

/// A connection that was idle for so long is asked whether it still lives: whatever stands between may have dropped it.
const IDLE: Duration = Duration::from_secs(60);
/// One that is older is not used again, so that a database that has moved is found.
const AGE: Duration = Duration::from_secs(30 * 60);
/// How long closing waits for the connections that are in use.
const CLOSING: Duration = Duration::from_secs(10);

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool(managed::Pool<Connector>);

/// How connections are made.
struct Connector {
    url: String,
    /// What is set on each of them.
    settings: &'static str,
    /// Whether something can stand between us and the database.
    remote: bool,
    closing: AtomicBool,
}

impl managed::Manager for Connector {
    type Type = AnyConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<AnyConnection, sqlx::Error> {
        if self.closing.load(Ordering::SeqCst) {
            return Err(sqlx::Error::PoolClosed);
        }
        let mut connection = AnyConnection::connect(&self.url).await?;
        sqlx::raw_sql(self.settings).execute(&mut connection).await?;
        Ok(connection)
    }

    async fn recycle(&self, connection: &mut AnyConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if self.remote && metrics.age() > AGE {
            return Err(RecycleError::message("it is old"));
        }
        if self.remote && metrics.last_used() > IDLE {
            connection.ping().await?;
        }
        Ok(())
    }
}

impl Pool {
    /// Up to `connections` of them, each with `settings`; the first is made at once.
    pub(crate) async fn open(
        url: String,
        settings: &'static str,
        remote: bool,
        connections: u32,
        timeout: Duration,
    ) -> Result<Self, StorageError> {
        let connector = Connector { url, settings, remote, closing: AtomicBool::new(false) };
        let pool = managed::Pool::builder(connector)
            .max_size(usize::try_from(connections.max(1)).unwrap_or(1))
            .wait_timeout(Some(timeout))
            .create_timeout(Some(timeout))
            .recycle_timeout(Some(timeout))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StorageError::Unavailable(error.to_string()))?;
        let pool = Self(pool);
        drop(pool.acquire().await?);
        Ok(pool)
    }

    /// A connection, when one is free.
    pub(crate) async fn acquire(&self) -> Result<Pooled, StorageError> {
        match self.0.get().await {
            Ok(object) => Ok(Pooled { object: Some(object), spoilt: false }),
            Err(PoolError::Backend(error)) => Err(error.into()),
            Err(PoolError::Timeout(_)) => Err(sqlx::Error::PoolTimedOut.into()),
            Err(PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_)) => {
                Err(sqlx::Error::PoolClosed.into())
            }
        }
    }

    /// Closes them, one after another, those in use when they come back; none is handed out afterwards.
    pub(crate) async fn close(&self) {
        self.0.manager().closing.store(true, Ordering::SeqCst);
        let all = async {
            loop {
                for connection in self.0.retain(|_, _| false).removed {
                    if let Err(error) = connection.close().await {
                        tracing::debug!(%error, "a connection did not close");
                    }
                }
                if self.0.status().size == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(CLOSING, all).await.is_err() {
            tracing::warn!("connections are still in use; they are left behind");
        }
        self.0.close();
    }

    /// How many there are, how many of them are free, and how many there may be.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let status = self.0.status();
        (status.size, status.available.min(status.size), status.max_size)
    }
}

/// A connection of the pool, which gets it back when this is dropped, unless it is spoilt.
pub(crate) struct Pooled {
    object: Option<Object<Connector>>,
    spoilt: bool,
}

impl Pooled {
    /// What state it is in nobody knows: the pool opens another instead.
    pub(crate) fn spoil(&mut self) {
        self.spoilt = true;
    }

    /// The connection; there is one until this is dropped.
    pub(crate) fn connection(&mut self) -> Result<&mut AnyConnection, StorageError> {
        let object = self.object.as_deref_mut();
        object.ok_or_else(|| StorageError::Unavailable("the connection was given back".to_owned()))
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if self.spoilt
            && let Some(object) = self.object.take()
        {
            drop(Object::take(object));
        }
    }
}
