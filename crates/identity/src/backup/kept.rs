//! The directory of backups: how they are called, which is the newest, which go.

use std::{
    fs,
    path::{Path, PathBuf},
};

use model::Timestamp;
use storage::StorageError;

use super::BackupSettings;

const BEGIN: &str = "lanyard-";
/// A plain one is a SQLite database.
const PLAIN: &str = ".db";
const SEALED: &str = ".db.sealed";

/// What is written before a file has its name.
pub(super) fn unfinished(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// When a file of this name was made, if it is a backup: `lanyard-2026-11-26-1795651200000000.db`, at the end in
/// microseconds since 1970.
fn made_at(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?.strip_prefix(BEGIN)?;
    let digits = name.strip_suffix(SEALED).or_else(|| name.strip_suffix(PLAIN))?;
    let (_, micros) = digits.rsplit_once('-')?;
    micros.parse().ok().map(Timestamp::from_micros)
}

impl BackupSettings {
    /// The file of a backup that is made now.
    pub(super) fn next(&self, now: Timestamp) -> Result<PathBuf, StorageError> {
        let directory = self.directory.as_ref().ok_or_else(|| {
            StorageError::Unavailable("no directory for backups is named in [backup]; name a file".to_owned())
        })?;
        let end = if self.key.is_some() { SEALED } else { PLAIN };
        let day = now.rfc3339().unwrap_or_default();
        let day = day.get(..10).unwrap_or_default();
        Ok(directory.join(format!("{BEGIN}{day}-{}{end}", now.as_micros())))
    }

    /// All that are there, the newest first.
    fn all(&self) -> Vec<(Timestamp, PathBuf)> {
        let entries = self.directory.as_ref().and_then(|directory| fs::read_dir(directory).ok());
        let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut all: Vec<_> = paths.filter_map(|path| Some((made_at(&path)?, path))).collect();
        all.sort_by(|one, other| other.cmp(one));
        all
    }

    /// When the newest was made.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.all().first().map(|(at, _)| *at)
    }

    /// Removes what is too many or too old; how many went.
    pub(crate) fn prune(&self, now: Timestamp) -> usize {
        let mut removed = 0;
        for (at, path) in self.surplus(now) {
            match fs::remove_file(&path) {
                Ok(()) => {
                    removed += 1;
                    tracing::info!(file = %path.display(), age_seconds = now.since(at).as_secs(), "an old backup was removed");
                }
                Err(error) => tracing::warn!(%error, file = %path.display(), "an old backup cannot be removed"),
            }
        }
        removed
    }

    /// What [`BackupSettings::prune`] removes. What is too old goes even if nothing is left then: it holds what was deleted.
    pub(crate) fn surplus(&self, now: Timestamp) -> Vec<(Timestamp, PathBuf)> {
        let all = self.all().into_iter().enumerate();
        let goes = all.filter(|(place, (at, _))| *place >= self.keep || now.since(*at) > self.oldest);
        goes.map(|(_, one)| one).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn c40_the_ten_newest_stay_and_none_that_is_older_than_a_month() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_owned();
        let settings = BackupSettings { directory: Some(path.clone()), ..BackupSettings::none() };
        let mut now = Timestamp::from_seconds(1_795_651_200);
        for _ in 0..12 {
            fs::write(settings.next(now).unwrap(), "").unwrap();
            now = now.plus(DAY);
        }
        fs::write(path.join("lanyard-notes.db"), "mine").unwrap();
        assert_eq!(settings.newest(), Some(now.minus(DAY)));
        assert_eq!((settings.prune(now), settings.all().len()), (2, 10));
        assert_eq!(settings.prune(now.plus(DAY * 24)), 5, "those of more than 29 days");
        assert_eq!(settings.prune(now.plus(DAY * 60)), 5);
        assert!(path.join("lanyard-notes.db").exists(), "what is not ours stays");
    }
}
