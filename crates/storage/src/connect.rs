//! All that differs between the two databases when they are opened.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Once,
    time::Duration,
};

use sqlx::{AnyConnection, Connection as _, Row as _};

use tokio::{sync::oneshot, task::JoinHandle};

use crate::{StorageError, fitness, metrics::Sqlite, pool::Pool};

/// Older ones can corrupt a database in WAL mode.
const LEAST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Where the database is and how many connections it gets.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections for reading (SQLite), or in all (PostgreSQL).
    pub connections: u32,
    /// How long a request waits for a connection before it is answered 503.
    pub acquire_timeout: Duration,
    /// How many live access tokens are held in memory at most (SQLite); 0 reads each from the database.
    pub live_tokens: usize,
    /// Where a copy is put before migrations change a database that has something in it (SQLite).
    pub copy_before_migrating: Option<PathBuf>,
}

impl Options {
    /// With the usual number of connections.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            acquire_timeout: Duration::from_secs(5),
            live_tokens: 20_000,
            copy_before_migrating: None,
        }
    }
}

pub(crate) enum Database {
    Sqlite { path: PathBuf, readers: Pool, connection: AnyConnection, ownership: Ownership, metrics: Sqlite },
    Postgres { pool: Pool },
}

/// What the process that owns an SQLite database holds beside its connections.
pub(crate) struct Ownership {
    /// Ends when it is told to, or when this is dropped.
    pub(crate) checkpointer: (oneshot::Sender<()>, JoinHandle<()>),
    /// Held for as long as any connection is open.
    pub(crate) lock: File,
}

pub(crate) fn install_drivers() {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
}

pub(crate) async fn open(options: &Options) -> Result<Database, StorageError> {
    install_drivers();
    if let Some(path) = options.url.strip_prefix("sqlite:") {
        open_sqlite(Path::new(path.trim_start_matches("//")), options).await
    } else {
        open_postgres(options).await
    }
}

async fn open_postgres(options: &Options) -> Result<Database, StorageError> {
    // Acknowledged commits survive a crash, whatever the database's default says; time-outs stay below the retry window.
    const SETTINGS: &str = "SET synchronous_commit = on; SET lock_timeout = '2s'; SET statement_timeout = '5s'; \
         SET idle_in_transaction_session_timeout = '10s'; SET default_transaction_isolation = 'read committed'";
    let pool = Pool::open(options.url.clone(), SETTINGS, true, options.connections, options.acquire_timeout).await?;
    let mut first = pool.acquire().await?;
    let accepted = fitness::accept(first.connection()?).await?;
    accepted.map_err(|unfit| StorageError::Unavailable(format!("it {unfit}").trim_end_matches('.').to_owned()))?;
    drop(first);
    Ok(Database::Postgres { pool })
}

/// A connection for migrations: they take as long as they take, and wait for another process that applies them.
pub(crate) async fn patient(url: &str) -> Result<AnyConnection, StorageError> {
    let mut connection = AnyConnection::connect(url).await?;
    sqlx::raw_sql("SET lock_timeout = '60s'; SET statement_timeout = 0").execute(&mut connection).await?;
    Ok(connection)
}

async fn open_sqlite(path: &Path, options: &Options) -> Result<Database, StorageError> {
    const READING: &str =
        "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192";
    let unavailable = |what: &str, error: &dyn std::fmt::Display| {
        StorageError::Unavailable(format!("{what} {}: {error}", path.display()))
    };
    let lock = lock(path).map_err(|error| unavailable("cannot own", &error))?;
    private().open(path).map_err(|error| unavailable("cannot open", &error))?;
    let mut connection = reopen_writer(path).await?;
    refuse_old(&mut connection).await?;
    let readers = Pool::open(url(path), READING, false, options.connections, options.acquire_timeout).await?;
    let metrics = Sqlite::new();
    let (stop, stopped) = oneshot::channel();
    let checkpointer = (stop, tokio::spawn(checkpoint(path.to_owned(), stopped, metrics.clone())));
    let ownership = Ownership { checkpointer, lock };
    Ok(Database::Sqlite { path: path.to_owned(), readers, connection, ownership, metrics })
}

/// A writer's connection: every commit reaches the disk, and a lock that is not ours is waited for briefly.
pub(crate) async fn reopen_writer(path: &Path) -> Result<AnyConnection, StorageError> {
    const PRAGMAS: &str = "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = FAST; PRAGMA cache_size = -65536; \
         PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864";
    let mut connection = AnyConnection::connect(&url(path)).await?;
    sqlx::raw_sql(PRAGMAS).execute(&mut connection).await?;
    Ok(connection)
}

/// The address of a file that is there; one that is not is not made.
pub(crate) fn existing(path: &Path) -> String {
    address(path, "rw")
}

/// The address of a file that nobody writes, and in whose directory nothing is made.
pub(crate) fn untouched(path: &Path) -> String {
    address(path, "ro&immutable=true")
}

fn url(path: &Path) -> String {
    address(path, "rwc")
}

fn address(path: &Path, mode: &str) -> String {
    // A path may hold what a URL may not.
    let path: String = path
        .to_string_lossy()
        .chars()
        .map(|character| match character {
            '%' => "%25".to_owned(),
            '?' => "%3F".to_owned(),
            '#' => "%23".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("sqlite://{path}?mode={mode}")
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}

/// One process owns a database.
pub(crate) fn lock(path: &Path) -> std::io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = private().open(PathBuf::from(name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(std::io::Error::other("another process has it open")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

async fn refuse_old(connection: &mut AnyConnection) -> Result<(), StorageError> {
    let row = sqlx::query("SELECT sqlite_version() AS version").fetch_one(connection).await?;
    let version: String = row.try_get("version")?;
    if parse_version(&version) < Some(LEAST_SQLITE) {
        return Err(StorageError::Unavailable(format!(
            "SQLite {version} can corrupt a database in WAL mode; 3.51.3 or newer is needed"
        )));
    }
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(u32::from_str);
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Moves the WAL into the database in the background, so that no request has to; ends when it is told to.
async fn checkpoint(path: PathBuf, mut stopped: oneshot::Receiver<()>, metrics: Sqlite) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    let mut wal = path.clone().into_os_string();
    wal.push("-wal");
    let mut connection = None;
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = every.tick() => {}
        }
        if connection.is_none() {
            connection = AnyConnection::connect(&url(&path)).await.ok();
        }
        if let Some(open) = &mut connection {
            if let Err(error) = sqlx::raw_sql("PRAGMA wal_checkpoint(PASSIVE)").execute(open).await {
                tracing::warn!(%error, "a checkpoint failed");
                metrics.failed_checkpoints.inc();
                close_checkpointer(connection.take()).await;
            } else {
                metrics.checkpoints.inc();
            }
        }
        let size = std::fs::metadata(PathBuf::from(&wal)).map_or(0, |metadata| metadata.len());
        metrics.log_has(size);
        if size > 64 << 20 {
            tracing::warn!(bytes = size, "the write-ahead log is large; a long reader may hold it");
        }
    }
    close_checkpointer(connection).await;
}

async fn close_checkpointer(connection: Option<AnyConnection>) {
    if let Some(open) = connection
        && let Err(error) = open.close().await
    {
        tracing::warn!(%error, "the checkpointer's connection did not close");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse_version("3.51.3") >= Some(LEAST_SQLITE));
        assert!(parse_version("3.9.9") < Some(LEAST_SQLITE));
        assert!(parse_version("nonsense") < Some(LEAST_SQLITE));
    }

    /// FT-17 on PostgreSQL: what keeps an acknowledged COMMIT through a crash is asked for on every connection.
    #[tokio::test]
    async fn ft17_commits_are_durable_whatever_the_databases_own_setting_says() {
        let Ok(base) = std::env::var("TEST_DATABASE_URL") else { return };
        let separator = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{separator}options[synchronous_commit]=off");
        let asked = "SELECT current_setting('synchronous_commit') AS setting";
        let Ok(Database::Postgres { pool }) = open(&Options::new(&url)).await else { panic!("not opened") };
        let mut pooled = pool.acquire().await.unwrap();
        let ours = sqlx::query(asked).fetch_one(pooled.connection().unwrap()).await.unwrap();
        let ours: String = ours.try_get("setting").unwrap();
        drop(pooled);
        let mut raw = AnyConnection::connect(&url).await.unwrap();
        let default: String = sqlx::query(asked).fetch_one(&mut raw).await.unwrap().try_get("setting").unwrap();
        assert_eq!((ours.as_str(), default.as_str()), ("on", "off"));
        pool.close().await;
    }
}
