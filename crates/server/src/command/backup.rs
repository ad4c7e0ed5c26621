//! `lanyard backup`, `lanyard restore`, `lanyard backup-key` and `lanyard purge`. What they do is `identity::backup`'s.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clap::Args;
use identity::{Clock, admin::Act, backup};
use serde_json::json;

use super::{Failure, Target, admin, answer, instance, say};
use crate::{
    config::{Settings, backup_key},
    control,
};

/// Where a backup goes.
#[derive(Debug, Args)]
pub struct Backup {
    /// The new file; left out, it goes into the directory of backups, where the oldest are removed
    pub file: Option<PathBuf>,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

/// What is put back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    #[arg(required_unless_present = "in_place")]
    pub file: Option<PathBuf>,
    /// The database was put back already, by its own tools (pg_restore): only refuse what it should not believe
    #[arg(long, conflicts_with = "file")]
    pub in_place: bool,
    /// The key that the backup was sealed with, if it is not the one of [backup]
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

/// What has been kept for long enough.
#[derive(Debug, Args)]
pub struct Purge {
    /// Change nothing, and say what would go
    #[arg(long)]
    pub dry_run: bool,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

impl Purge {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let done = admin::perform(&self.target, Act::Purge { dry_run: self.dry_run }).await?;
        let counts = done.as_object().and_then(|members| members.values().next()).cloned().unwrap_or_default();
        if self.target.json { answer(&done, true) } else { answer(&counts, false) }
    }
}

/// Where the key goes.
#[derive(Debug, Args)]
pub struct NewBackupKey {
    /// The new file
    pub file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let file = self.file.as_deref().map(absolute).transpose()?;
        let done = admin::perform(&self.target, Act::Backup { file }).await?;
        answer(&done, self.target.json)
    }
}

impl Restore {
    /// No server may run meanwhile. Nothing has changed unless the backup is sound.
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = self.target.config.load()?;
        if control::is_served(&control::socket_path(&settings)).await {
            return Err(Failure::failed("A server is running on this database. Stop it first."));
        }
        let (now, options) = (Clock::system().now(), instance::storage_options(&settings));
        let Some(backup) = &self.file else {
            backup::mark_restored(&options, now).await.map_err(|error| instance::cannot_open(&settings, &error))?;
            return self.told(None);
        };
        let Some(path) = settings.database.url.sqlite_path() else {
            return Err(Failure::misused(
                "A PostgreSQL database is put back by pg_restore. Then run `lanyard restore --in-place`, before any server starts.",
            ));
        };
        let key = self.key(&settings)?;
        let restored = backup::restore(backup, (path, &options), key, now).await;
        let restored =
            restored.map_err(|error| Failure::failed(format!("Nothing was put back: {}.", error.in_plain_words())))?;
        self.told(restored.old.as_deref())
    }

    fn key(&self, settings: &Settings) -> Result<Option<backup::BackupKey>, Failure> {
        let file = self.key_file.as_ref().or(settings.backup.key_file.as_ref());
        Ok(file.map(|file| backup_key(file)).transpose()?)
    }

    fn told(&self, old: Option<&Path>) -> Result<(), Failure> {
        if self.target.json {
            return answer(&json!({ "restored": true, "old_database": old }), true);
        }
        if let Some(old) = old {
            say(&format!("The database as it was stands in {}.", old.display()))?;
        }
        say(
            "The backup is in place. Everybody signs in again; codes and links from before are refused. What was withdrawn since the \
             backup was made is alive again: look through it.",
        )
    }
}

impl NewBackupKey {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let written =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.file).and_then(|mut file| {
                file.write_all(backup::BackupKey::generate().line().as_bytes())?;
                file.sync_all()
            });
        written.map_err(|error| Failure::failed(format!("{} cannot be written: {error}.", self.file.display())))?;
        say(&format!(
            "Wrote {}; only you can read it. Name it as backup.key_file, and keep a copy apart from the backups: without it nobody \
             opens them.",
            self.file.display()
        ))
    }
}

/// The server may stand in another directory.
fn absolute(file: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(file).map_err(|error| Failure::misused(format!("{}: {error}.", file.display())))
}
