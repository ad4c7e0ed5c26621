//! The seeded passwords and secrets, kept in a file of mode 0600 so that every start shows the same ones. A real server
//! keeps hashes alone; this file exists for development only.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use model::Secret;
use serde::{Deserialize, Serialize};
use server::command::Failure;

/// What was made up once. It holds secrets, so that it does not print.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Kept {
    /// By e-mail address.
    pub(crate) passwords: BTreeMap<String, String>,
    /// By client_id; resource servers' too.
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Kept {
    /// Its name in the data directory.
    pub(crate) const FILE: &'static str = "seed.json";

    /// What the directory keeps; nothing if there is no such file yet.
    pub(crate) fn load(directory: &Path) -> Result<Self, Failure> {
        let path = directory.join(Self::FILE);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                Failure::failed(format!(
                    "{} is not what was written ({error}). Start anew with --fresh.",
                    path.display()
                ))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Failure::failed(format!("{} cannot be read: {error}.", path.display()))),
        }
    }

    /// In one step: a crash leaves the old file or the new one.
    pub(crate) fn save(&self, directory: &Path) -> io::Result<()> {
        let beside = directory.join(format!("{}.new", Self::FILE));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(beside, directory.join(Self::FILE))
    }

    /// The password of this person, made up at the first asking: 119 bits that can be typed.
    pub(super) fn password(&mut self, email: &str) -> String {
        let fresh = || Secret::generate().expose().chars().take(20).collect();
        self.passwords.entry(email.to_owned()).or_insert_with(fresh).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_was_made_up_once_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut kept = Kept::load(dir.path()).unwrap();
        let password = kept.password("owner@example.com");
        assert_eq!((password.len(), kept.password("owner@example.com")), (20, password.clone()));
        assert_ne!(kept.password("admin@example.com"), password);
        kept.save(dir.path()).unwrap();
        assert_eq!(Kept::load(dir.path()).unwrap().passwords["owner@example.com"], password);
        let mode = fs::metadata(dir.path().join(Kept::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
