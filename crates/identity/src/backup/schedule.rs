//! The daily backup: due when the newest one is older than the last time that the clock struck the hour.

use std::time::Duration;

use model::Timestamp;

use super::BackupSettings;
use crate::Authority;

/// How often it is asked whether one is due.
const LOOK: Duration = Duration::from_secs(60);
/// After trouble it is tried again this much later.
const AFTER_TROUBLE: Duration = Duration::from_secs(15 * 60);
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Authority {
    /// Makes the daily backups until `stop` is ready; at once where there is no schedule. Trouble is logged, and tried again.
    pub async fn backups(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let began = self.now();
        let mut pause = LOOK;
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = if self.back_up_if_due(began, self.now()).await { LOOK } else { AFTER_TROUBLE };
        }
    }

    /// Makes a backup if one is due, for a server that began then. Whether all is well.
    pub async fn back_up_if_due(&self, began: Timestamp, now: Timestamp) -> bool {
        let settings = &self.parts.settings.backup;
        if self.parts.store.is_shared() || !settings.is_due(began, now) {
            return true;
        }
        match self.back_up(None, now).await {
            Ok(made) => {
                tracing::info!(file = %made.file.display(), bytes = made.bytes, sealed = made.sealed, "the daily backup was made");
                true
            }
            Err(error) => {
                tracing::error!(%error, "the daily backup was not made");
                false
            }
        }
    }
}

impl BackupSettings {
    /// A server that has never made one waits for the next time that the clock strikes.
    fn is_due(&self, began: Timestamp, now: Timestamp) -> bool {
        let (Some(hour), true) = (self.hour, self.directory.is_some()) else { return false };
        let seconds = now.as_seconds() - i64::from(hour) * HOUR;
        let struck = Timestamp::from_seconds(seconds.div_euclid(DAY) * DAY + i64::from(hour) * HOUR);
        self.newest().unwrap_or(began) < struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c40_one_is_due_each_day_when_the_clock_has_struck() {
        let directory = tempfile::tempdir().unwrap();
        let settings =
            BackupSettings { directory: Some(directory.path().to_owned()), hour: Some(3), ..BackupSettings::none() };
        let midnight = Timestamp::from_seconds(1_795_651_200);
        let at = |hours: u64| midnight.plus(Duration::from_secs(hours * 3600));
        assert!(!settings.is_due(midnight, at(2)), "not before the hour");
        assert!(settings.is_due(midnight, at(3)) && settings.is_due(midnight, at(23)));
        assert!(!settings.is_due(at(4), at(23)), "a new server waits for the next day");
        std::fs::write(settings.next(at(3)).unwrap(), "").unwrap();
        assert!(!settings.is_due(midnight, at(26)));
        assert!(settings.is_due(at(26), at(27)), "the day after, by another process too");
        assert!(!BackupSettings { hour: None, ..settings }.is_due(midnight, at(27)));
    }
}
