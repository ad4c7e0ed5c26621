//! Putting a backup back. A restored database believes things that stopped being true since: whatever was handed out to be used
//! once, and every session, is refused from then on (`storage::restored`); families go on by their own rules (docs/families.md).

use std::{
    fs,
    path::{Path, PathBuf},
};

use model::{AuditEvent, Timestamp};
use storage::{Options, StorageError, Store};

use super::{BackupKey, is_sealed, unseal};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Where the old database stands now; nothing if there was none.
    pub old: Option<PathBuf>,
}

/// Puts the backup in the place of the database at `path`, which no process may have open. Nothing has changed unless it is sound.
/// What it should not believe is refused before it has the database's name, so that none is ever served that believes it.
///
/// # Errors
/// [`StorageError::Unavailable`] in plain words.
pub async fn restore(
    backup: &Path,
    (path, options): (&Path, &Options),
    key: Option<BackupKey>,
    now: Timestamp,
) -> Result<Restored, StorageError> {
    if fs::canonicalize(backup).ok().is_some_and(|backup| fs::canonicalize(path).ok() == Some(backup)) {
        return Err(StorageError::Unavailable(format!("{} is the database itself, and no backup", backup.display())));
    }
    let copy = beside(path, ".restoring");
    clear(&copy);
    let put = async {
        bring(backup.to_owned(), copy.clone(), key).await?;
        storage::examine(&copy).await.map_err(|error| about(backup, &copy, error))?;
        let own = Options { url: format!("sqlite:{}", copy.display()), copy_before_migrating: None, ..options.clone() };
        mark_restored(&own, now).await.map_err(|error| about(backup, &copy, error))?;
        let kept = format!(".before-{}", now.as_seconds());
        storage::put_in_place(path, &copy, &kept).await
    };
    let put = put.await;
    clear(&copy);
    Ok(Restored { old: put? })
}

/// Removes a copy with what stands beside it while it is open.
fn clear(copy: &Path) {
    for end in ["", "-wal", "-shm", ".lock"] {
        drop(fs::remove_file(beside(copy, end)));
    }
}

/// What is wrong with the copy is wrong with the backup, whose name people know.
fn about(backup: &Path, copy: &Path, error: StorageError) -> StorageError {
    match error {
        StorageError::Unavailable(text) => {
            StorageError::Unavailable(text.replace(&*copy.to_string_lossy(), &backup.to_string_lossy()))
        }
        other => other,
    }
}

/// Refuses what a database believes that was put back, whoever put it there.
///
/// # Errors
/// Trouble of the database, or another process has it open.
pub async fn mark_restored(options: &Options, now: Timestamp) -> Result<(), StorageError> {
    let store = Store::open(options).await?;
    let marked: Result<(), StorageError> = store
        .transaction(move |tx| {
            Box::pin(async move {
                tx.begin_anew(now).await?;
                tx.insert_audit_event(&AuditEvent::new("server.restored", now).by_operator()).await
            })
        })
        .await;
    store.close().await;
    marked
}

/// The backup, opened, as a file beside the database.
async fn bring(backup: PathBuf, copy: PathBuf, key: Option<BackupKey>) -> Result<(), StorageError> {
    let brought = tokio::task::spawn_blocking(move || {
        let unusable =
            |error: &dyn std::fmt::Display| StorageError::Unavailable(format!("{}: {error}", backup.display()));
        match (is_sealed(&backup), key) {
            (Ok(true), Some(key)) => unseal(&backup, &copy, &key).map_err(|error| unusable(&error)),
            (Ok(true), None) => Err(unusable(&"it is sealed; name the file of its key with --key-file")),
            (Ok(false), _) => duplicate(&backup, &copy).map_err(|error| unusable(&error)),
            (Err(error), _) => Err(unusable(&error)),
        }
    });
    brought.await.map_err(|error| StorageError::Unavailable(error.to_string()))?
}

fn duplicate(from: &Path, to: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    std::io::copy(&mut fs::File::open(from)?, &mut out)?;
    out.sync_all()
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
