//! Backups: made on request and on a schedule, sealed where there is a key for them, some of them kept, and put back. SQLite alone;
//! PostgreSQL has tools of its own.
//!
//! Owns files of backups: names, how many stay, what a sealed one looks like. How a database is copied is `storage`'s.

mod kept;
mod restore;
mod schedule;
mod sealed;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use model::{Secret, Timestamp};
use storage::StorageError;

use crate::Authority;

pub use restore::{Restored, mark_restored, restore};
pub use sealed::{is_sealed, seal, unseal};

/// What an operator decided about backups.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// Where they are kept; none without it, but for those that are asked for by name.
    pub directory: Option<PathBuf>,
    /// At which hour (UTC) one is made each day; not at all without it.
    pub hour: Option<u8>,
    /// How many are kept.
    pub keep: usize,
    /// None older than this is kept, whatever their number.
    pub oldest: Duration,
    /// What they are sealed with.
    pub key: Option<BackupKey>,
}

/// The 256 bits that backups are sealed with; not the server's secret, so that a backup and its key do not open what the server
/// seals inside the database.
#[derive(Clone)]
pub struct BackupKey(Secret);

impl BackupKey {
    /// A fresh one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Secret::generate())
    }

    /// Reads the one line of a key file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Secret::parse(text.trim()).map(Self)
    }

    /// As a key file has it.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}\n", self.0.expose())
    }

    const fn secret(&self) -> &Secret {
        &self.0
    }
}

impl fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupKey")
    }
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is sealed.
    pub sealed: bool,
}

impl Authority {
    /// Makes a backup into this file, or into the directory of backups under a name that says when; there, the oldest go.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] in plain words: no room, no directory, a file that is there already; PostgreSQL.
    pub async fn back_up(&self, file: Option<&Path>, now: Timestamp) -> Result<Backup, StorageError> {
        let settings = &self.parts.settings.backup;
        let made = async {
            let target = match file {
                Some(file) => file.to_owned(),
                None => settings.next(now)?,
            };
            let copy = kept::unfinished(&target);
            drop(fs::remove_file(&copy));
            self.parts.store.copy_into(&copy).await?;
            settings.finish(copy, target).await
        };
        let made = made.await;
        self.parts.metrics.backup(made.is_ok(), now);
        if file.is_none() {
            settings.prune(now);
        }
        made
    }
}

impl Authority {
    /// When the newest backup in the directory of backups was made; nothing if there is none, or no directory.
    pub async fn newest_backup(&self) -> Option<Timestamp> {
        let settings = self.parts.settings.backup.clone();
        tokio::task::spawn_blocking(move || settings.newest()).await.ok().flatten()
    }

    /// Whether backups are made on a schedule by this server.
    #[must_use]
    pub fn schedules_backups(&self) -> bool {
        let settings = &self.parts.settings.backup;
        !self.parts.store.is_shared() && settings.directory.is_some() && settings.hour.is_some()
    }
}

impl BackupSettings {
    /// Neither directory nor schedule.
    #[must_use]
    pub const fn none() -> Self {
        Self { directory: None, hour: None, keep: 10, oldest: Duration::from_secs(29 * 24 * 3600), key: None }
    }

    /// Where the copy goes that stands for a database before it is migrated, and where it stands then.
    ///
    /// # Errors
    /// None but a directory that has no name.
    pub fn before_migrating(&self, now: Timestamp) -> Result<Option<(PathBuf, PathBuf)>, StorageError> {
        if self.directory.is_none() {
            return Ok(None);
        }
        let target = self.next(now)?;
        let copy = kept::unfinished(&target);
        drop(fs::remove_file(&copy));
        Ok(Some((copy, target)))
    }

    /// Seals a copy, if there is a key, and gives it its name. A file that is there already stays as it is.
    ///
    /// # Errors
    /// A file cannot be written.
    pub async fn finish(&self, copy: PathBuf, target: PathBuf) -> Result<Backup, StorageError> {
        let key = self.key.clone();
        let done = tokio::task::spawn_blocking(move || {
            let finished = finish(&copy, &target, key.as_ref());
            drop(fs::remove_file(&copy));
            finished.map_err(|error| {
                let there = error.kind() == std::io::ErrorKind::AlreadyExists;
                let what =
                    if there { "there is such a file already; name another".to_owned() } else { error.to_string() };
                StorageError::Unavailable(format!("{}: {what}", target.display()))
            })
        });
        done.await.map_err(|error| StorageError::Unavailable(error.to_string()))?
    }
}

fn finish(copy: &Path, target: &Path, key: Option<&BackupKey>) -> std::io::Result<Backup> {
    let whole = match key {
        Some(key) => {
            let sealed = kept::unfinished(&kept::unfinished(target));
            drop(fs::remove_file(&sealed));
            seal(copy, &sealed, key)?;
            sealed
        }
        None => copy.to_owned(),
    };
    // A link, unlike a renaming, does not take another file's place.
    let placed = fs::hard_link(&whole, target);
    drop(fs::remove_file(&whole));
    placed?;
    storage::sync_directory_of(target)?;
    Ok(Backup { file: target.to_owned(), bytes: fs::metadata(target)?.len(), sealed: key.is_some() })
}
