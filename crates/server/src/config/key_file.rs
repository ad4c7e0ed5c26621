//! The key file: the versions of the server's own secret, outside the database and readable by its user alone.
//!
//! Owns the format and the file's mode. What the secrets are for is `model::ServerSecrets`'s. No message carries more
//! of the file than its path.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use figment::{Figment, providers::Serialized};
use model::{Secret, ServerSecrets, Timestamp};
use serde::Deserialize;

use super::{Problem, source::parse_toml};

const SETTING: &str = "keys.file";
/// Two base62 digits in a token name the version.
const HIGHEST_VERSION: u16 = 3843;
const REMEDY: &str =
    "Restore it from your backup, or make one with `lanyard init`; without the old one, nobody stays signed in.";

/// At least one version; the highest is the current one.
#[derive(Clone)]
pub struct KeyFile {
    versions: BTreeMap<u16, Version>,
}

#[derive(Clone)]
struct Version {
    created: String,
    secret: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    secret: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    version: u16,
    created: String,
    value: String,
}

impl KeyFile {
    /// A first version with a fresh secret.
    #[must_use]
    pub fn generate(now: Timestamp) -> Self {
        Self { versions: BTreeMap::from([(1, Version::generate(now))]) }
    }

    /// Adds a fresh current version; nothing if the numbers are used up.
    #[must_use]
    pub fn rotated(mut self, now: Timestamp) -> Option<Self> {
        let next = self.current().checked_add(1).filter(|version| *version <= HIGHEST_VERSION)?;
        self.versions.insert(next, Version::generate(now));
        Some(self)
    }

    /// The version under which new things are made.
    #[must_use]
    pub fn current(&self) -> u16 {
        self.versions.keys().next_back().copied().unwrap_or(1)
    }

    /// Every version with its 256 bits, oldest first.
    #[must_use]
    pub fn secrets(&self) -> Vec<(u16, [u8; 32])> {
        self.versions.iter().map(|(version, key)| (*version, *key.secret.bytes())).collect()
    }

    /// The same, ready to derive from.
    ///
    /// # Errors
    /// Never for a file that was loaded or generated: it has a version.
    pub fn server_secrets(&self) -> Result<ServerSecrets, Problem> {
        ServerSecrets::new(self.secrets()).ok_or_else(|| Problem::new(SETTING, "holds no secret", REMEDY))
    }

    /// Reads and checks the file.
    ///
    /// # Errors
    /// It cannot be read, others than its owner can read it, or a secret is missing, short or numbered twice.
    pub fn load(path: &Path) -> Result<Self, Problem> {
        let shown = path.display();
        let unreadable = |error: io::Error| Problem::new(SETTING, format!("{shown} cannot be read ({error})"), REMEDY);
        let mode = fs::metadata(path).map_err(unreadable)?.mode();
        if mode & 0o077 != 0 {
            let wrong = format!("{shown} is open to others (mode {:04o})", mode & 0o7777);
            return Err(Problem::new(SETTING, wrong, format!("Close it: chmod 600 {shown}")));
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text).map_err(|wrong| Problem::new(SETTING, format!("{shown} {wrong}"), REMEDY))
    }

    /// Writes a new file that its owner alone can read, and syncs it.
    ///
    /// # Errors
    /// There is a file already, or it cannot be written.
    pub fn create(&self, path: &Path) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(self.text().as_bytes())?;
        file.sync_all()
    }

    /// Puts this in the place of the file at `path`, in one step: a crash leaves the old one or the new one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn replace(&self, path: &Path) -> io::Result<()> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let beside = Path::new(&name);
        match fs::remove_file(beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.create(beside)?;
        fs::rename(beside, path)?;
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(directory) => fs::File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }

    /// The reason continues the file's path, and quotes nothing from within.
    fn parse(text: &str) -> Result<Self, String> {
        let values = parse_toml(text).map_err(|line| format!("is not TOML ({line})"))?;
        let document: Document = Figment::from(Serialized::defaults(values))
            .extract()
            .map_err(|_| "does not hold [[secret]] entries with version, created and value".to_owned())?;
        let mut versions = BTreeMap::new();
        for Entry { version, created, value } in document.secret {
            if !(1..=HIGHEST_VERSION).contains(&version) {
                return Err(format!("has the version {version}, which is not in 1..={HIGHEST_VERSION}"));
            }
            let secret = Secret::parse(&value)
                .ok_or_else(|| format!("has a value in version {version} that is not 32 bytes in 43 base62 digits"))?;
            if secret.bytes().iter().all(|byte| Some(byte) == secret.bytes().first()) {
                return Err(format!("has a value in version {version} that nobody drew at random"));
            }
            if versions.insert(version, Version { created, secret }).is_some() {
                return Err(format!("has the version {version} twice"));
            }
        }
        if versions.is_empty() {
            return Err("holds no secret".to_owned());
        }
        Ok(Self { versions })
    }

    fn text(&self) -> String {
        let mut text = "# Lanyard's own secret. Keep this file and its backup apart from the database's.\n".to_owned();
        for (version, key) in &self.versions {
            let (created, value) = (&key.created, key.secret.expose());
            text.push_str(&format!(
                "\n[[secret]]\nversion = {version}\ncreated = \"{created}\"\nvalue = \"{value}\"\n"
            ));
        }
        text
    }
}

impl Version {
    fn generate(now: Timestamp) -> Self {
        let created = jiff::Timestamp::from_second(now.as_seconds()).map(|time| time.to_string()).unwrap_or_default();
        Self { created, secret: Secret::generate() }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFile(versions {:?})", self.versions.keys())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_305_600);

    #[test]
    fn what_is_written_is_read_back_and_the_mode_is_0600() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        let keys = KeyFile::generate(NOW);
        keys.create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(KeyFile::load(&path).unwrap().secrets(), keys.secrets());
        assert_eq!(keys.create(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);

        let rotated = keys.clone().rotated(NOW).unwrap();
        rotated.replace(&path).unwrap();
        let read = KeyFile::load(&path).unwrap();
        assert_eq!(read.current(), 2);
        assert_eq!(read.secrets().first(), keys.secrets().first());
        assert_ne!(read.secrets()[0].1, read.secrets()[1].1);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(!format!("{read:?}").contains(&Secret::from_bytes(read.secrets()[0].1).expose()));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        KeyFile::generate(NOW).create(&path).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o644, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let problem = KeyFile::load(&path).unwrap_err();
            assert_eq!(problem.setting, "keys.file");
            assert!(problem.remedy.contains("chmod 600"), "{problem}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(KeyFile::load(&path).is_ok());
    }

    #[test]
    fn weak_and_doubled_secrets_are_refused_and_never_quoted() {
        let entry = |version: u32, value: &str| {
            format!("[[secret]]\nversion = {version}\ncreated = \"\"\nvalue = \"{value}\"\n")
        };
        let good = Secret::generate().expose();
        let short = &good[..42];
        for text in [
            String::new(),
            "secret = []".to_owned(),
            "secret = 5".to_owned(),
            entry(1, short),
            entry(1, ""),
            entry(1, &"0".repeat(43)),
            entry(0, &good),
            entry(3844, &good),
            entry(70_000, &good),
            entry(1, &good) + &entry(1, &good),
            entry(1, &good) + "extra = 1",
            format!("[[secret]]\nversion = 1\nvalue = \"{good}\n"),
        ] {
            let wrong = KeyFile::parse(&text).unwrap_err();
            assert!(!wrong.contains(&good[..20]), "{wrong}");
        }
        assert!(KeyFile::parse(&entry(3843, &good)).is_ok());
    }

    #[test]
    fn a_missing_file_is_named() {
        let problem = KeyFile::load(Path::new("/nonexistent/keys.toml")).unwrap_err();
        assert!(problem.wrong.contains("/nonexistent/keys.toml"), "{problem}");
    }
}
