//! SQLite's one writer, with group commit: waiting jobs run one after another inside savepoints of one transaction and
//! share its one fsync. Every answer, refusals too, waits for that COMMIT.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

#[cfg(target_os = "linux")]
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
};

use crate::{
    StorageError, Tx, connect,
    fault::{Faults, Point},
    job::{Job, Vote},
    live::{Memory, Touched},
    metrics::Sqlite,
    tx::{Connection, Read},
};

/// At most so many jobs share one commit.
const BATCH: usize = 64;
/// At most so many jobs wait.
const QUEUE: usize = 4096;

/// The way to the writer's thread.
pub(crate) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// The connection, once the thread has ended.
    ended: tokio::sync::Mutex<Option<oneshot::Receiver<Option<Tx>>>>,
}

impl Writer {
    /// Starts the thread on this connection. It is a thread of its own because it waits for SQLite's thread at every command: one
    /// that waits for nothing else is woken without the system's poll, which costs as much as a command.
    ///
    /// # Errors
    /// The system has no thread left.
    pub(crate) fn start(
        path: PathBuf,
        connection: sqlx::AnyConnection,
        metrics: Sqlite,
        faults: Faults,
        live: Arc<Memory>,
    ) -> Result<Self, StorageError> {
        let unavailable = |error: io::Error| StorageError::Unavailable(format!("no thread for the writer: {error}"));
        let (sender, queue) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        let tx = Tx { read: Read::over(Connection::Own(connection), false) };
        let task = Task { path, tx: Some(tx), queue, metrics, faults, live };
        let runtime = runtime::Builder::new_current_thread().enable_time().build().map_err(unavailable)?;
        let work = move || {
            give_way();
            drop(end.send(runtime.block_on(task.run())));
        };
        thread::Builder::new().name("writer".to_owned()).spawn(work).map_err(unavailable)?;
        Ok(Self { queue: Mutex::new(Some(sender)), ended: tokio::sync::Mutex::new(Some(ended)) })
    }

    /// Puts a job into the queue; waits while it is full.
    pub(crate) async fn submit(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        let sender = self.queue.lock().ok().and_then(|queue| queue.clone());
        let sent = match sender {
            Some(sender) => sender.send_timeout(job, Duration::from_secs(5)).await.is_ok(),
            None => false,
        };
        if sent { Ok(()) } else { Err(StorageError::Unavailable("the writer does not take work".to_owned())) }
    }

    /// How many jobs wait in the queue.
    pub(crate) fn waiting(&self) -> usize {
        let queue = self.queue.lock().ok();
        queue.and_then(|queue| queue.as_ref().map(|queue| queue.max_capacity() - queue.capacity())).unwrap_or(0)
    }

    /// Finishes what waits, then ends; its connection, which is to be closed last of all, unless trouble took it.
    pub(crate) async fn finish(&self) -> Option<Tx> {
        if let Ok(mut queue) = self.queue.lock() {
            queue.take();
        }
        let ended = self.ended.lock().await.take()?;
        ended.await.ok().flatten()
    }
}

struct Task {
    path: PathBuf,
    /// None after trouble, until it could be opened again.
    tx: Option<Tx>,
    queue: mpsc::Receiver<Box<dyn Job>>,
    metrics: Sqlite,
    faults: Faults,
    live: Arc<Memory>,
}

impl Task {
    async fn run(mut self) -> Option<Tx> {
        let mut waiting = Vec::with_capacity(BATCH);
        while self.queue.recv_many(&mut waiting, BATCH).await > 0 {
            // Whoever is about to ask, and waits for this core, may share the commit.
            thread::yield_now();
            while waiting.len() < BATCH
                && let Ok(job) = self.queue.try_recv()
            {
                waiting.push(job);
            }
            self.batch(std::mem::take(&mut waiting)).await;
        }
        self.tx
    }

    async fn batch(&mut self, waiting: Vec<Box<dyn Job>>) {
        let mut jobs: Vec<Box<dyn Job>> = waiting.into_iter().filter(|job| !job.is_abandoned()).collect();
        if jobs.is_empty() {
            return;
        }
        let outcome = self.run_all(&mut jobs).await;
        // Before anybody is answered. Whether a batch that failed reached the disk is not known.
        let touched = self.tx.as_mut().map_or(Touched::Everything, |tx| tx.touched());
        self.live.forget(if outcome.is_ok() { &touched } else { &Touched::Everything });
        if let Err(error) = &outcome {
            tracing::error!(%error, jobs = jobs.len(), "a batch failed; the connection is opened anew");
            self.metrics.failed_batches.inc();
            self.give_up_connection().await;
        }
        let trouble = outcome.err().map(|error| error.to_string());
        for job in jobs {
            job.finish(trouble.clone().map_or(Ok(()), |what| Err(StorageError::Unavailable(what))));
        }
    }

    /// Waits until it is closed: what was begun is rolled back then, and the next one finds the database unlocked.
    async fn give_up_connection(&mut self) {
        if let Some(tx) = self.tx.take()
            && let Err(error) = tx.read.close().await
        {
            tracing::warn!(%error, "the writer's connection did not close");
        }
    }

    async fn run_all(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        self.faults.pass(Point::Begin).await?;
        if self.tx.is_none() {
            let connection = connect::reopen_writer(&self.path).await?;
            self.tx = Some(Tx { read: Read::over(Connection::Own(connection), false) });
        }
        let Some(tx) = &mut self.tx else { return Err(StorageError::Unavailable("no connection".to_owned())) };
        tx.execute("BEGIN IMMEDIATE").await?;
        for job in &mut *jobs {
            run_one(tx, job.as_mut()).await?;
        }
        self.faults.pass(Point::Commit).await?;
        let began = Instant::now();
        tx.execute("COMMIT").await?;
        self.metrics.committed(jobs.len(), began.elapsed());
        self.faults.pass(Point::Committed).await
    }
}

/// Has the system not interrupt whoever wakes this thread (`SCHED_BATCH`): SQLite's thread tells the end of every statement of a command,
/// and on a core that both share it would be put aside each time. Where that cannot be had, it is only slower.
fn give_way() {
    #[cfg(target_os = "linux")]
    // 47 of 99 is nice 0, what every thread has.
    if let Ok(ordinary) = ThreadPriorityValue::try_from(47) {
        let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
        let set = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(ordinary), policy);
        if let Err(error) = set {
            tracing::debug!(?error, "the writer's thread is scheduled like any other");
        }
    }
}

async fn run_one(tx: &mut Tx, job: &mut dyn Job) -> Result<(), StorageError> {
    if !job.needs_transaction() {
        return match job.run(tx).await {
            Vote::Commit => Ok(()),
            Vote::RollBack => tx.execute("ROLLBACK TO job; RELEASE job").await,
            Vote::Broken => Err(StorageError::Unavailable("a command broke its batch".to_owned())),
        };
    }
    tx.execute("SAVEPOINT job").await?;
    match job.run(tx).await {
        Vote::Commit => tx.execute("RELEASE job").await,
        Vote::RollBack => tx.execute("ROLLBACK TO job; RELEASE job").await,
        Vote::Broken => Err(StorageError::Unavailable("a transaction broke its batch".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use model::{Email, Timestamp, User};
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use crate::{Options, connect::Database, job, migrations};

    fn user(number: usize, bytes: usize) -> User {
        let now = Timestamp::from_seconds(1_800_000_000);
        let email = Email::parse(&format!("u{number}@example.com")).unwrap();
        User { name: Some("x".repeat(bytes)), ..User::new(email, now) }
    }

    async fn insert(writer: &Writer, one: User) -> Result<(), StorageError> {
        let (job, reply) =
            job::new(true, Arc::default(), move |tx: &mut Tx| Box::pin(async move { tx.insert_user(&one).await }));
        writer.submit(Box::new(job)).await?;
        reply.await.unwrap()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_writers_thread_gives_way_and_is_no_nicer_than_others() {
        let seen = thread::spawn(|| {
            give_way();
            (
                thread_priority::thread_schedule_policy().unwrap(),
                std::fs::read_to_string("/proc/thread-self/stat").unwrap(),
            )
        });
        let (policy, stat) = seen.join().unwrap();
        assert_eq!(policy, ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch));
        // proc(5): after the name in brackets, the seventeenth field is the nice value.
        let nice = |stat: &str| stat.rsplit_once(") ").unwrap().1.split(' ').nth(16).unwrap().to_owned();
        assert_eq!(nice(&stat), "0");
    }

    #[tokio::test]
    async fn on_a_full_disk_a_batch_is_unavailable_whole_and_the_next_one_works() {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new(format!("sqlite:{}", directory.path().join("full.db").display()));
        let Ok(Database::Sqlite { path, readers, mut connection, ownership: _ownership, metrics }) =
            connect::open(&options).await
        else {
            panic!("not opened")
        };
        migrations::apply(&mut connection).await.unwrap();
        // This connection may not grow the file much; the one that replaces it may.
        let pages = sqlx::query("PRAGMA page_count").fetch_one(&mut connection).await.unwrap();
        let most = pages.try_get::<i64, _>(0).unwrap() + 12;
        sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA max_page_count = {most}"))).execute(&mut connection).await.unwrap();
        let writer =
            Writer::start(path, connection, metrics.clone(), Faults::default(), Arc::new(Memory::new(0))).unwrap();

        let users: Vec<User> = (0..12).map(|number| user(number, if number == 6 { 1 << 20 } else { 10 })).collect();
        let answers = join_all(users.iter().map(|one| insert(&writer, one.clone()))).await;
        let full = answers[6].as_ref().unwrap_err();
        assert!(matches!(full, StorageError::Unavailable(what) if what.contains("full")), "{full}");
        let mut read = Read::over(Connection::Pooled(readers.acquire().await.unwrap()), false);
        for (one, answer) in users.iter().zip(&answers) {
            assert_eq!(read.user(one.id).await.unwrap().is_some(), answer.is_ok(), "an answer is the truth");
        }
        insert(&writer, users[6].clone()).await.unwrap();
        assert!(read.user(users[6].id).await.unwrap().is_some());
        assert_eq!(metrics.failed_batches.get(), 1);
        drop(read);
        drop(writer.finish().await);
        readers.close().await;
    }
}
