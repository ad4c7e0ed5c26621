//! The store and its two handles: [`Read`] for what changes nothing, [`Tx`] for a transaction.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use futures_util::future::BoxFuture;
use model::ApiKey;
use prometheus_client::registry::Registry;
use sqlx::{Any, AnyConnection, any::AnyRow};

use tokio::sync::{Mutex, Notify};

use crate::{
    AsStorageError, Options, SeenToken, StorageError,
    columns::{Value, arguments},
    connect::{self, Database, Ownership},
    fault::{Faults, Point},
    job::{self, Job, Vote},
    live::{Live, Memory, Touched},
    metrics::Metrics,
    migrations,
    pool::{Pool, Pooled},
    token_reads::TokenReads,
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
    Sqlite { readers: Pool, writer: Writer, live: Arc<Memory>, ownership: Mutex<Option<Ownership>> },
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
                migrations::apply(&mut connection).await?;
                let live = Arc::new(Memory::new(options.live_tokens));
                let writer = Writer::start(path, connection, metrics.clone(), faults.clone(), Arc::clone(&live))?;
                (Backend::Sqlite { readers, writer, live, ownership: Mutex::new(Some(ownership)) }, Some(metrics))
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

pub(crate) enum Connection {
    Pooled(Pooled),
    Own(AnyConnection),
}

/// A connection for reading.
pub struct Read {
    connection: Connection,
    pub(crate) postgres: bool,
    /// What may become of a transaction after the worst that its statements met so far.
    still: Vote,
    /// What its statements may have changed for the tokens held in memory.
    touched: Touched,
    /// Whether others are to be told of what it wrote.
    announces: bool,
}

impl Read {
    pub(crate) const fn over(connection: Connection, postgres: bool) -> Self {
        Self { connection, postgres, still: Vote::Commit, touched: Touched::Nothing, announces: false }
    }

    /// Remembers a failed statement. PostgreSQL answers the COMMIT after one with a quiet ROLLBACK, so a flow that passes
    /// over the error must not be told that it succeeded.
    fn noted<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, StorageError> {
        done.map_err(StorageError::from).inspect_err(|error| {
            if error.breaks_batch() {
                self.still = Vote::Broken;
                self.spoil();
            } else {
                self.still = self.still.max(Vote::RollBack);
            }
        })
    }

    /// What may become of the transaction that ends now; the next one begins without a past.
    pub(crate) fn verdict(&mut self) -> Vote {
        std::mem::replace(&mut self.still, Vote::Commit)
    }

    /// What was touched since this was asked last.
    pub(crate) fn touched(&mut self) -> Touched {
        std::mem::take(&mut self.touched)
    }

    /// Whether the transaction that ends now wrote something that others are told of; the next one begins without a past.
    pub(crate) fn announces(&mut self) -> bool {
        std::mem::take(&mut self.announces)
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, StorageError> {
        match &mut self.connection {
            Connection::Pooled(pooled) => pooled.connection(),
            Connection::Own(connection) => Ok(connection),
        }
    }

    /// Closes a connection that belongs to no pool, and waits until it is.
    pub(crate) async fn close(self) -> Result<(), StorageError> {
        if let Connection::Own(connection) = self.connection {
            sqlx::Connection::close(connection).await?;
        }
        Ok(())
    }

    /// What state the connection is in nobody knows: nobody gets it again.
    fn spoil(&mut self) {
        if let Connection::Pooled(pooled) = &mut self.connection {
            pooled.spoil();
        }
    }

    pub(crate) async fn one<const N: usize>(
        &mut self,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<Option<AnyRow>, StorageError> {
        self.touched.and(Touched::by(sql));
        let found = sqlx::query_with::<Any, _>(sql, arguments(values)).fetch_optional(self.connection()?).await;
        self.noted(found)
    }

    pub(crate) async fn all(
        &mut self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>, StorageError> {
        self.all_touching(Touched::by(sql), sql, values).await
    }

    /// As [`Read::all`], for statements that know better what they touch.
    pub(crate) async fn all_touching(
        &mut self,
        touched: Touched,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<AnyRow>, StorageError> {
        self.touched.and(touched);
        let found = sqlx::query_with::<Any, _>(sql, arguments(values)).fetch_all(self.connection()?).await;
        self.noted(found)
    }
}

/// A transaction under way: reads and writes.
pub struct Tx {
    pub(crate) read: Read,
}

impl Tx {
    /// Says that others are to be told of what was written, once it is committed.
    pub(crate) const fn announce(&mut self) {
        self.read.announces = true;
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run<const N: usize>(
        &mut self,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<u64, StorageError> {
        self.run_touching(Touched::by(sql), sql, values).await
    }

    /// As [`Tx::run`], for statements that know better what they touch.
    pub(crate) async fn run_touching<const N: usize>(
        &mut self,
        touched: Touched,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<u64, StorageError> {
        let done = sqlx::query_with::<Any, _>(sql, arguments(values)).execute(self.read.connection()?).await;
        let rows = self.read.noted(done)?.rows_affected();
        if rows > 0 {
            self.read.touched.and(touched);
        }
        Ok(rows)
    }

    /// Runs a statement that must change exactly one row.
    pub(crate) async fn run_one<const N: usize>(
        &mut self,
        what: &'static str,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<(), StorageError> {
        self.run_one_touching(Touched::by(sql), what, sql, values).await
    }

    /// As [`Tx::run_one`], for statements that know better what they touch.
    pub(crate) async fn run_one_touching<const N: usize>(
        &mut self,
        touched: Touched,
        what: &'static str,
        sql: &'static str,
        values: [Value; N],
    ) -> Result<(), StorageError> {
        match self.run_touching(touched, sql, values).await? {
            1 => Ok(()),
            _ => Err(StorageError::Conflict(what)),
        }
    }

    /// Runs control statements without parameters.
    pub(crate) async fn execute(&mut self, sql: &'static str) -> Result<(), StorageError> {
        sqlx::raw_sql(sql).execute(self.read.connection()?).await?;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Read;
    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}
