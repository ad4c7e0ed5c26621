//! Settings: a TOML file, overridden by the environment (`LANYARD__SECTION__KEY`), parsed once at start into types.
//!
//! Owns what an operator may set, its defaults, its refusals and its reference. Does not own what a setting does, and
//! opens no file but the configuration itself, the key file and those whose readability `check_files` reports on.

mod backup_key;
mod check;
mod database_url;
mod duration;
mod in_force;
mod key_file;
mod kind;
mod mail;
mod origin;
mod problem;
mod provider;
mod public_url;
mod rate;
mod reference;
mod secrets;
mod section;
mod sections;
mod source;
mod suggestion;
mod template;
#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use identity::ProviderSettings;

pub use backup_key::backup_key;
pub use database_url::DatabaseUrl;
pub use duration::HumanDuration;
pub use key_file::KeyFile;
pub use kind::{Accent, AddressRange, Level, LogFormat};
pub use mail::{Mail, MailAddress, MailEncryption, SecretText, Smtp};
pub use origin::{Contact, Origin, RangeAddress, WebAddress};
pub use problem::Problem;
pub use provider::ProviderWord;
pub use public_url::PublicUrl;
pub use rate::Rate;
pub use reference::reference;
pub use sections::{
    Accounts, ApiKeys, Backup, Brand, Connect, Cors, Device, Documents, Events, Log, Metadata, Metrics, Organizations,
    Password, RateLimits, Registration, Retention, Sessions, SignUp, Tokens,
};
pub use template::{Template, template};

use source::Layers;

/// Every setting, checked: what the server runs with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer, byte for byte, and the base of every address that is handed out.
    pub public_url: PublicUrl,
    /// The addresses to listen on; never empty.
    pub listen: Vec<SocketAddr>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AddressRange>,
    /// How requests reach us.
    pub transport: Transport,
    /// Where everything is kept.
    pub database: Database,
    /// The file that holds the server's own secret.
    pub key_file: PathBuf,
    /// Lifetimes of what is handed out.
    pub tokens: Tokens,
    /// API keys.
    pub api_keys: ApiKeys,
    /// How long a browser stays signed in.
    pub sessions: Sessions,
    /// Clients that register themselves.
    pub registration: Registration,
    /// Devices that are let in by a code.
    pub device: Device,
    /// Client ID metadata documents.
    pub documents: Documents,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// Organisations.
    pub organizations: Organizations,
    /// Accounts that their people give up.
    pub accounts: Accounts,
    /// What downstream apps are told as it happens.
    pub events: Events,
    /// Backups.
    pub backup: Backup,
    /// For how long what happened is kept.
    pub retention: Retention,
    /// Where mail goes.
    pub mail: Mail,
    /// The providers that people may sign in with, in the order of their names.
    pub providers: Vec<ProviderSettings>,
    /// Passwords and the cost of hashing them.
    pub password: Password,
    /// How often one address may ask.
    pub rate_limits: RateLimits,
    /// What is logged, and how.
    pub log: Log,
    /// Where what is measured can be read.
    pub metrics: Metrics,
    /// Name and colour.
    pub brand: Brand,
    /// Which web apps may call our own API from a browser.
    pub cors: Cors,
    /// What the pages say about connecting an assistant.
    pub connect: Connect,
    /// What the metadata and `security.txt` add.
    pub metadata: Metadata,
    /// Whether this is `lanyard dev`: http on loopback, test certificates, a strip on every page.
    pub development: bool,
}

/// How requests reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Our own TLS, from these PEM files.
    Tls {
        /// The certificate chain, leaf first.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Plain http from the trusted proxies, which speak TLS to the world.
    BehindProxy,
    /// Plain http on loopback; development only.
    Loopback,
}

/// Where everything is kept.
#[derive(Clone, Debug)]
pub struct Database {
    /// Which database; its password never prints.
    pub url: DatabaseUrl,
    /// SQLite: connections that read beside the one that writes.
    pub readers: u32,
    /// SQLite: how many live access tokens are held in memory at most.
    pub live_tokens: u32,
    /// PostgreSQL: connections in the pool.
    pub connections: u32,
}

impl Settings {
    /// Reads the file, then the environment (pairs of name and value; only `LANYARD__…` count), and checks the whole.
    ///
    /// # Errors
    /// Every problem found, each naming its setting, what is wrong with it and what to write instead.
    pub fn load(file: Option<&Path>, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<Problem>> {
        let mut layers = Layers::default();
        if let Some(path) = file {
            layers.read_file(path);
        }
        layers.read_env(env);
        let (draft, problems) = layers.into_draft();
        check::finish(draft, problems, check::Purpose::Serve)
    }

    /// What `lanyard dev` runs with: http on loopback at `port`, everything kept in `data`; the environment overrides.
    ///
    /// # Errors
    /// As [`Settings::load`]; also whatever would listen beyond loopback.
    pub fn development(
        port: u16,
        data: &Path,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Problem>> {
        let mut layers = Layers::default();
        layers.begin_with(template::development(port, data));
        layers.read_env(env);
        let (draft, problems) = layers.into_draft();
        check::finish(draft, problems, check::Purpose::Development)
    }

    /// What is wrong with the files that the settings name: the keys, the certificate, the database's directory,
    /// the mail server's authority.
    #[must_use]
    pub fn check_files(&self) -> Vec<Problem> {
        let keys = KeyFile::load(&self.key_file).err();
        let tls = match &self.transport {
            Transport::Tls { certificate, key } => crate::tls::Certificate::load(certificate, key).err(),
            Transport::BehindProxy | Transport::Loopback => None,
        };
        let authority = self.documents.development_ca.as_ref().filter(|path| !path.is_file()).map(|path| {
            let wrong = format!("{} is not a file", path.display());
            Problem::new("documents.development_ca", wrong, "Write the path of a PEM file with a test authority.")
        });
        let backup = self.backup.key_file.as_ref().and_then(|file| backup_key(file).err());
        let mail = match &self.mail {
            Mail::Smtp(smtp) => crate::mail::Smtp::new(smtp, &self.public_url).err(),
            Mail::Inbox | Mail::None => None,
        };
        keys.into_iter()
            .chain(tls)
            .chain(self.database.url.check_directory())
            .chain(authority)
            .chain(backup)
            .chain(mail)
            .collect()
    }

    /// The process's environment, as [`Settings::load`] takes it; values that are not UTF-8 are left out.
    pub fn environment() -> impl Iterator<Item = (String, String)> {
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
    }
}
