//! How the server runs: where it listens and keeps things, and what it says of itself while it does.

use std::{net::SocketAddr, path::PathBuf};

use crate::config::{
    AddressRange, DatabaseUrl, HumanDuration, Level, LogFormat, PublicUrl, kind::Required, section::section,
};

section! {
    /// Above all tables.
    pub(in crate::config) struct Top as "" {
        /// The issuer: the address by which clients and browsers know this server, without a trailing slash.
        public_url: Required<PublicUrl> = Required::MISSING;
        /// Addresses and ports to listen on.
        listen: Vec<SocketAddr> = vec![SocketAddr::from(([127, 0, 0, 1], 8443))];
        /// Proxies in front of the server. `X-Forwarded-For` is believed from these alone, and no other forwarding
        /// header is ever read; the proxy hands the `Host` header on unchanged.
        trusted_proxies: Vec<AddressRange> = Vec::new();
    }
}

section! {
    /// TLS 1.2 and 1.3 of the server's own, or of a proxy before it.
    pub(in crate::config) struct Tls as "tls" {
        /// PEM file with the certificate chain, leaf first. Read again on SIGHUP.
        certificate: Option<PathBuf> = None;
        /// PEM file with its private key.
        key: Option<PathBuf> = None;
        /// The proxies named in `trusted_proxies` speak TLS, and the server itself plain http.
        behind_proxy: bool = false;
    }
}

section! {
    /// Where everything is kept.
    pub(in crate::config) struct DatabaseSection as "database" {
        /// `sqlite:PATH`, or `postgres://user:password@host/name`.
        url: Required<DatabaseUrl> = Required::MISSING;
        /// SQLite: connections that read, beside the one that writes.
        readers: u32 = 4;
        /// SQLite: how many live access tokens are held in memory at most; 0 reads each from the database. A revocation is in effect at once either way.
        live_tokens: u32 = 20_000;
        /// PostgreSQL: connections in the pool.
        connections: u32 = 16;
    }
}

section! {
    /// The server's own secret, which tags tokens and seals private keys.
    pub(in crate::config) struct Keys as "keys" {
        /// The key file that `lanyard init` writes; readable by the server's user alone (mode 0600).
        file: Required<PathBuf> = Required::MISSING;
    }
}

section! {
    /// Backups of a SQLite database. PostgreSQL is backed up by `pg_dump`.
    pub struct Backup as "backup" {
        /// Where they are kept; not set: in `backups` beside the database. Better on another disk.
        directory: Option<PathBuf> = None;
        /// Whether one is made each day. One is made before each migration as well.
        daily: bool = true;
        /// At which hour (UTC).
        hour: u32 = 3;
        /// How many are kept.
        keep: u32 = 10;
        /// None is kept for longer, whatever their number: what was deleted is gone out of the backups then too.
        oldest: HumanDuration = HumanDuration::days(15);
        /// A file with the key that they are sealed with, which `lanyard backup-key FILE` makes; readable by the server's user
        /// alone (mode 0600). Not set: they are as readable as the database.
        key_file: Option<PathBuf> = None;
    }
}

section! {
    /// For how long it is kept what happened.
    pub struct Retention as "retention" {
        /// Entries of the audit trail.
        audit: HumanDuration = HumanDuration::days(400);
        /// Connections and API keys that ended.
        ended: HumanDuration = HumanDuration::days(30);
        /// What became of a mail; its content goes when it is sent.
        mails: HumanDuration = HumanDuration::days(7);
        /// What the trail says of an organisation that was deleted. With `backup.oldest`, at most 30 days.
        deleted_organizations: HumanDuration = HumanDuration::days(14);
    }
}

section! {
    /// What is logged, to standard error. Secrets, bodies, cookies and queries never are.
    pub struct Log as "log" {
        /// How a line looks.
        format: LogFormat = LogFormat::Json;
        /// `error`, `warn`, `info`, `debug`, or one per part: `info,sqlx=warn`.
        level: Level = Level::INFO;
        /// Whether every request gets a line.
        access: bool = true;
    }
}

section! {
    /// What is measured, for Prometheus, at `/metrics` of a listener of its own. docs/metrics.md lists it.
    pub struct Metrics as "metrics" {
        /// Addresses and ports to listen on; `[]` switches it off.
        listen: Vec<SocketAddr> = vec![SocketAddr::from(([127, 0, 0, 1], 9464))];
        /// Whether one of them may be reached from other machines. Nobody is asked who they are there.
        beyond_loopback: bool = false;
    }
}
