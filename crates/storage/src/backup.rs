//! A copy of the whole database in one file, and a database put back in its place from such a file. SQLite alone: PostgreSQL has tools
//! of its own.
//!
//! Owns how a copy is made, looked at and put in place. Does not own where copies go, nor how many are kept (`identity::backup`).

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::{StorageError, Store, connect, fitness};

/// How long a look at the migrations of a copy may take.
const LOOK: Duration = Duration::from_secs(60);

impl Store {
    /// Copies the whole database, as it is at one moment, into a new file of mode 0600, and looks at the copy. Writers go on
    /// meanwhile; the write-ahead log grows until it is done.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`]: no room, a file that is there already, a copy that is not sound; PostgreSQL.
    pub async fn copy_into(&self, copy: &Path) -> Result<(), StorageError> {
        let Some(path) = self.sqlite_path() else {
            return Err(StorageError::Unavailable("PostgreSQL is copied by pg_dump".to_owned()));
        };
        copy_sqlite(path, copy).await
    }
}

/// As [`Store::copy_into`]; a directory that is missing is made, and what was begun is removed after trouble.
pub(crate) async fn copy_sqlite(path: &Path, copy: &Path) -> Result<(), StorageError> {
    if let Some(directory) = copy.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| unusable(directory, &error))?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(copy).map_err(|error| unusable(copy, &error))?;
    let made = async {
        write_copy(path, copy).await?;
        File::open(copy).and_then(|file| file.sync_all()).map_err(|error| unusable(copy, &error))?;
        examine(copy).await
    };
    let made = made.await;
    if made.is_err() {
        drop(fs::remove_file(copy));
    }
    made
}

async fn write_copy(path: &Path, copy: &Path) -> Result<(), StorageError> {
    let name = copy.to_str().ok_or_else(|| unusable(copy, &"its name is not UTF-8"))?;
    let mut connection = AnyConnection::connect(&connect::existing(path)).await?;
    sqlx::raw_sql("PRAGMA busy_timeout = 2000; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF")
        .execute(&mut connection)
        .await?;
    // It may be there if it is empty, and then keeps its mode.
    let copied = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await;
    connection.close().await?;
    Ok(copied.map(drop)?)
}

/// Looks at a copy as a whole: every page, every index, every reference, and that this release knows its migrations.
///
/// # Errors
/// [`StorageError::Unavailable`] says what is wrong with it.
pub async fn examine(copy: &Path) -> Result<(), StorageError> {
    connect::install_drivers();
    let unsound = |what: &dyn std::fmt::Display| unusable(copy, what);
    let mut connection = AnyConnection::connect(&connect::untouched(copy)).await?;
    let looked = async {
        let row = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
        let said: String = row.try_get(0)?;
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await?.len();
        Ok::<_, sqlx::Error>((said, broken))
    };
    let looked = looked.await;
    connection.close().await?;
    let (said, broken) = looked.map_err(|error| unsound(&StorageError::shown(&error)))?;
    if said != "ok" {
        return Err(unsound(&said));
    }
    if broken > 0 {
        return Err(unsound(&format!("{broken} of its rows refer to rows that are not there")));
    }
    let fit = tokio::time::timeout(LOOK, fitness::of_copy(copy)).await.map_err(|_| unsound(&"it takes too long"))?;
    match fit {
        Ok(fit) if fit.is_new => Err(unsound(&"it is no database of Lanyard's")),
        Ok(_) => Ok(()),
        Err(unfit) => Err(unsound(&format!("it {unfit}"))),
    }
}

/// Puts a copy in the place of a database that no process has open. The old one, if there is any, stands beside it under the
/// name that comes back: `kept` at its end, and a number where something has that name already.
///
/// # Errors
/// [`StorageError::Unavailable`]: another process has it open, or a file cannot be moved.
pub async fn put_in_place(path: &Path, copy: &Path, kept: &str) -> Result<Option<PathBuf>, StorageError> {
    connect::install_drivers();
    let lock = connect::lock(path).map_err(|error| unusable(path, &error))?;
    if named(copy, "-wal").exists() {
        fold_log(copy).await;
    }
    let mut old = None;
    if path.exists() {
        fold_log(path).await;
        let beside = unused(&named(path, kept));
        for end in ["-wal", "-shm", ""] {
            let (from, to) = (named(path, end), named(&beside, end));
            if from.exists() {
                fs::rename(&from, &to).map_err(|error| unusable(&from, &error))?;
            }
        }
        old = Some(beside);
    }
    fs::rename(copy, path).map_err(|error| unusable(path, &error))?;
    sync_directory_of(path).map_err(|error| unusable(path, &error))?;
    drop(lock);
    Ok(old)
}

/// Has the directory remember its names, whatever happens to the machine.
///
/// # Errors
/// It cannot be opened or written.
pub fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

/// A database that is sound has nothing left in its log then. One that is not keeps it: both are moved together.
async fn fold_log(path: &Path) {
    let folded = async {
        let mut connection = AnyConnection::connect(&connect::existing(path)).await?;
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
        connection.close().await
    };
    if let Err(error) = folded.await {
        tracing::warn!(error = StorageError::shown(&error), "the old database cannot be read; it is kept as it is");
    }
}

/// This name, or one beside it that nothing has. Nobody else takes it meanwhile: whoever puts something in place holds the lock.
fn unused(path: &Path) -> PathBuf {
    let is_free = |candidate: &PathBuf| ["", "-wal", "-shm"].iter().all(|end| !named(candidate, end).exists());
    let numbered = (2..).map(|number: u32| named(path, &format!("-{number}")));
    std::iter::once(path.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| path.to_owned())
}

fn named(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn unusable(path: &Path, what: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unavailable(format!("{}: {what}", path.display()))
}
