//! The store: which database it is, and how work is brought to it and waited for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use model::ApiKey;
use prometheus_client::registry::Registry;
use tokio::sync::{Mutex, Notify};

use crate::{
    AsStorageError, Options, SeenToken, StorageError, backup,
    connect::{self, Database, Ownership},
    fault::{Faults, Point},
    fitness,
    job::{self, Job},
    live::{Live, Memory},
    metrics::Metrics,
    migrations,
    pool::Pool,
    token_reads::TokenReads,
    tx::{Connection, Read, Tx},
    writer::Writer,
};

/// How often a transaction that met a conflict begins anew.
const ATTEMPTS: u32 = 3;

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    faults: Faults,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) token_reads: Arc<TokenReads>,
    bell: Arc<Notify>,
}

enum Backend {
    Sqlite { path: PathBuf, readers: Pool, writer: Writer, live: Arc<Memory>, ownership: Mutex<Option<Ownership>> },
    Postgres { pool: Pool },
}

impl Store {
    /// Opens the database, refuses an unfit one, and applies the migrations.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] says what is wrong: no such host, a database that another process owns, an SQLite
    /// below 3.51.3, a migration that failed.
    pub async fn open(options: &Options) -> Result<Self, StorageError> {
        let faults = Faults::from_environment();
        let (backend, metrics) = match connect::open(options).await? {
            Database::Sqlite { path, readers, mut connection, ownership, metrics } => {
                if let Some(copy) = &options.copy_before_migrating {
                    copy_before_migrating(&path, copy).await?;
                }
                migrations::apply(&mut connection).await?;
                let live = Arc::new(Memory::new(options.live_tokens));
                let writer =
                    Writer::start(path.clone(), connection, metrics.clone(), faults.clone(), Arc::clone(&live))?;
                (Backend::Sqlite { path, readers, writer, live, ownership: Mutex::new(Some(ownership)) }, Some(metrics))
            }
            Database::Postgres { pool } => {
                migrations::apply(&mut connect::patient(&options.url).await?).await?;
                (Backend::Postgres { pool }, None)
            }
        };
        let (metrics, token_reads, bell) = (Arc::new(Metrics::new(metrics)), Arc::default(), Arc::default());
        Ok(Self { backend: Arc::new(backend), faults, metrics, token_reads, bell })
    }

    /// Where a test breaks this store.
    #[cfg(feature = "fault-points")]
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Ready when something that others are told of was committed through this store since this was asked last.
    pub async fn announced(&self) {
        self.bell.notified().await;
    }

    /// Whether several processes may share this database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(*self.backend, Backend::Postgres { .. })
    }

    /// What this store measures, as it is now.
    #[must_use]
    pub fn metrics(&self) -> &Registry {
        let waiting = match &*self.backend {
            Backend::Sqlite { writer, .. } => writer.waiting(),
            Backend::Postgres { .. } => 0,
        };
        self.metrics.read(self.pool(), waiting)
    }

    /// A connection for reading only.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] if none is free in time.
    pub async fn read(&self) -> Result<Read, StorageError> {
        self.faults.pass(Point::Read).await?;
        Ok(Read::over(acquired(self.pool(), &self.metrics).await?, self.is_shared()))
    }

    /// The file, where it is one.
    pub(crate) fn sqlite_path(&self) -> Option<&Path> {
        match &*self.backend {
            Backend::Sqlite { path, .. } => Some(path),
            Backend::Postgres { .. } => None,
        }
    }

    fn pool(&self) -> &Pool {
        match &*self.backend {
            Backend::Sqlite { readers, .. } => readers,
            Backend::Postgres { pool } => pool,
        }
    }

    /// The live tokens that are held in memory, where one process owns the database.
    pub(crate) fn live_tokens(&self) -> Option<&Live<SeenToken>> {
        self.memory().map(|memory| &memory.tokens)
    }

    /// Likewise the live API keys.
    pub(crate) fn live_keys(&self) -> Option<&Live<ApiKey>> {
        self.memory().map(|memory| &memory.keys)
    }

    fn memory(&self) -> Option<&Memory> {
        match &*self.backend {
            Backend::Sqlite { live, .. } => Some(live),
            Backend::Postgres { .. } => None,
        }
    }

    /// Runs `work` in a transaction of its own task: `Ok` commits, `Err` rolls back, and either answer waits until that
    /// is durable. A client that goes away cannot cancel it half-way. A conflict begins anew, three times, then it is
    /// [`StorageError::Unavailable`]; so `work` may run more than once, and does nothing outside the database.
    ///
    /// A flow that refuses *and* records returns `Ok(Err(refusal))`: the record is committed, then the refusal is told.
    ///
    /// # Errors
    /// What `work` returns, or trouble of the database.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: AsStorageError + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        for _ in 0..ATTEMPTS {
            let work = Arc::clone(&work);
            let done = self.submit(true, move |tx| work(tx)).await;
            match done {
                Err(error) if error.storage_error().is_some_and(StorageError::is_conflict) => {
                    self.metrics.conflicts.inc();
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                done => return done,
            }
        }
        Err(E::from(StorageError::Unavailable("the row kept changing".to_owned())))
    }

    /// Runs one command that is a transaction in itself (`hot.rs`); it shares a batch's commit on SQLite.
    pub(crate) async fn command<T, F>(&self, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StorageError>> + Send + 'static,
    {
        self.submit(false, work).await
    }

    async fn submit<T, E, F>(&self, transaction: bool, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: AsStorageError + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (job, reply) = job::new(transaction, Arc::clone(&self.bell), work);
        match &*self.backend {
            Backend::Sqlite { writer, .. } => writer.submit(Box::new(job)).await?,
            Backend::Postgres { pool } => {
                let (pool, metrics, faults) = (pool.clone(), Arc::clone(&self.metrics), self.faults.clone());
                tokio::spawn(async move { run_pooled(&pool, &metrics, Box::new(job), &faults).await });
            }
        }
        reply
            .await
            .unwrap_or_else(|_| Err(E::from(StorageError::Unavailable("the transaction was dropped".to_owned()))))
    }

    /// Waits until what was begun is done and closes the database.
    pub async fn close(&self) {
        match &*self.backend {
            Backend::Sqlite { readers, writer, ownership, .. } => {
                let mut ownership = ownership.lock().await;
                let Some(Ownership { checkpointer: (stop, checkpointer), lock }) = ownership.take() else { return };
                // The connection that goes last takes the write-ahead log along, if it is alone: of two that go at the same
                // moment each sees the other, and both leave it behind. So one after another, and the writer last.
                let last = writer.finish().await;
                readers.close().await;
                drop(stop);
                drop(checkpointer.await);
                // Closing goes on whatever a test does here.
                drop(self.faults.pass(Point::Close).await);
                if let Some(tx) = last
                    && let Err(error) = tx.read.close().await
                {
                    tracing::warn!(%error, "the writer's connection did not close");
                }
                // Another process may own it now.
                drop(lock);
            }
            Backend::Postgres { pool } => pool.close().await,
        }
    }
}

/// If there is something in it, and something to be done.
async fn copy_before_migrating(path: &Path, copy: &Path) -> Result<(), StorageError> {
    let fit = fitness::of_sqlite(path).await;
    let fit = fit.map_err(|unfit| StorageError::Unavailable(format!("it {unfit}").trim_end_matches('.').to_owned()))?;
    if fit.is_new || fit.pending.is_empty() {
        return Ok(());
    }
    backup::copy_sqlite(path, copy).await
}

async fn acquired(pool: &Pool, metrics: &Metrics) -> Result<Connection, StorageError> {
    match pool.acquire().await {
        Ok(connection) => Ok(Connection::Pooled(connection)),
        Err(error) => {
            metrics.acquire_failures.inc();
            Err(error)
        }
    }
}

/// One job on PostgreSQL: a transaction of its own on a connection from the pool.
async fn run_pooled(pool: &Pool, metrics: &Metrics, mut job: Box<dyn Job>, faults: &Faults) {
    let mut tx = match acquired(pool, metrics).await {
        Ok(connection) => Tx { read: Read::over(connection, true) },
        Err(error) => return job.finish(Err(error)),
    };
    if job.is_abandoned() {
        return;
    }
    let (outcome, broken) = run_in(&mut tx, job.as_mut(), faults).await;
    if outcome.is_err() || broken {
        tx.read.spoil();
    }
    job.finish(outcome);
}

/// What became of the work, and whether the connection can no longer be trusted.
async fn run_in(tx: &mut Tx, job: &mut dyn Job, faults: &Faults) -> (Result<(), StorageError>, bool) {
    let explicit = job.needs_transaction();
    let mut broken = false;
    let outcome = async {
        faults.pass(Point::Begin).await?;
        if explicit {
            tx.execute("BEGIN").await?;
        }
        let vote = job.run(tx).await;
        broken = vote.is_broken();
        if explicit {
            faults.pass(Point::Commit).await?;
            tx.execute(if vote.commits() { "COMMIT" } else { "ROLLBACK" }).await?;
        }
        faults.pass(Point::Committed).await
    };
    (outcome.await, broken)
}
