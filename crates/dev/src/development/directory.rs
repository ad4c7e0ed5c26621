//! The data directory: private, and emptied of our own files only.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use identity::Clock;
use server::{
    command::Failure,
    config::{KeyFile, Settings},
    control,
};

use super::Kept;

/// Everything that a development server writes.
const FILES: [&str; 7] =
    ["lanyard.db", "lanyard.db-wal", "lanyard.db-shm", "lanyard.db.lock", "lanyard.db.sock", "keys.toml", Kept::FILE];

/// A directory with a key file in it.
pub(super) struct Directory(PathBuf);

impl Directory {
    /// Two servers on one directory: the second is told before it touches anything.
    pub(super) async fn refuse_if_served(path: &Path, settings: &Settings) -> Result<(), Failure> {
        if !control::is_served(&control::socket_path(settings)).await {
            return Ok(());
        }
        let directory = path.display();
        Err(Failure::failed(format!(
            "A server is running on {directory} already. Stop it, or name another directory with --data."
        )))
    }

    /// Makes the directory and its key file where they are missing; `fresh` removes the old files first.
    pub(super) fn open(path: &Path, settings: &Settings, fresh: bool) -> Result<Self, Failure> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| unwritable(path, &error))?;
        if fresh {
            for file in FILES.map(|name| path.join(name)) {
                remove(&file).map_err(|error| unwritable(&file, &error))?;
            }
        }
        let keys = &settings.key_file;
        let made = KeyFile::generate(Clock::system().now()).create(keys);
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(unwritable(keys, &error)),
            _ => Ok(Self(path.to_owned())),
        }
    }

    /// What earlier runs kept here.
    pub(super) fn kept(&self) -> Result<Kept, Failure> {
        Kept::load(&self.0)
    }

    /// Keeps it for the next run.
    pub(super) fn keep(&self, kept: &Kept) -> Result<(), Failure> {
        kept.save(&self.0).map_err(|error| unwritable(&self.0.join(Kept::FILE), &error))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("{} cannot be written: {error}.", path.display()))
}
