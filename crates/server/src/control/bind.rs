//! Binding a socket that was never open to others, and that takes a stale one's place in one step.

use std::{
    fs, io,
    os::unix::{
        fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _},
        net::{UnixListener as StdListener, UnixStream as StdStream},
    },
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

/// Bound inside a directory that others cannot enter, closed (0600), and only then renamed to where it is looked for.
pub(super) fn private(path: &Path) -> io::Result<UnixListener> {
    refuse_to_replace(path)?;
    let room = Room::beside(path)?;
    let within = room.0.join("s");
    let listener = StdListener::bind(&within)?;
    fs::set_permissions(&within, fs::Permissions::from_mode(0o600))?;
    fs::rename(&within, path)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

/// A live socket is somebody's, and what is not a socket is not ours.
fn refuse_to_replace(path: &Path) -> io::Result<()> {
    let there = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        there => there?,
    };
    if !there.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is not a socket stands there"));
    }
    match StdStream::connect(path) {
        Ok(_) => Err(io::Error::new(io::ErrorKind::AddrInUse, "a server answers there")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error),
    }
}

/// A directory of our own, gone with this value.
struct Room(PathBuf);

impl Room {
    fn beside(path: &Path) -> io::Result<Self> {
        // Short, since the path of a socket may have 107 bytes only.
        let room = path.with_file_name(format!(".{}", std::process::id()));
        // One that a killed process of the same number left behind; a link or a full directory is not removed.
        match fs::remove_file(room.join("s")).and_then(|()| fs::remove_dir(&room)).or_else(|_| fs::remove_dir(&room)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::DirBuilder::new().mode(0o700).create(&room)?;
        Ok(Self(room))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.0.join("s"));
        let _ = fs::remove_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    #[tokio::test]
    async fn a_stale_socket_is_replaced_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lanyard.db.sock");
        let first = private(&path).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(private(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        let _second = private(&path).unwrap();
        assert_ne!(fs::metadata(&path).unwrap().ino(), metadata.ino());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing but the socket is left");
    }

    #[tokio::test]
    async fn what_is_not_a_socket_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lanyard.db.sock");
        fs::write(&path, "mine").unwrap();
        assert_eq!(private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
