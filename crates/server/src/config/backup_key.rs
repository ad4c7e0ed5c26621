//! The file with the key that backups are sealed with. Owns how it is read; what is in it is `identity::backup`'s.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use identity::backup::BackupKey;

use super::Problem;

const SETTING: &str = "backup.key_file";

/// Reads and checks the file.
///
/// # Errors
/// It cannot be read, others than its owner can read it, or it holds no key.
pub fn backup_key(path: &Path) -> Result<BackupKey, Problem> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        let remedy = format!("Put it back from where you keep it, or make one with `lanyard backup-key {shown}`.");
        Problem::new(SETTING, format!("{shown} cannot be read ({error})"), remedy)
    };
    let mode = fs::metadata(path).map_err(unreadable)?.mode();
    if mode & 0o077 != 0 {
        let wrong = format!("{shown} is open to others (mode {:04o})", mode & 0o7777);
        return Err(Problem::new(SETTING, wrong, format!("Close it: chmod 600 {shown}")));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    BackupKey::parse(&text).ok_or_else(|| {
        Problem::new(SETTING, format!("{shown} does not hold a key"), "Name the file that `lanyard backup-key` wrote.")
    })
}
