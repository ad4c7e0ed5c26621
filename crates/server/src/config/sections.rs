//! Every setting there is. The reference in the documentation is generated from these declarations.

use std::{net::SocketAddr, path::PathBuf};

use super::{
    Accent, AddressRange, Contact, DatabaseUrl, HumanDuration, Level, LogFormat, MailAddress, MailEncryption, Origin,
    ProviderWord, PublicUrl, RangeAddress, Rate, SecretText, WebAddress,
    kind::Required,
    section::{Key, Section, section},
};

section! {
    /// Above all tables.
    pub(super) struct Top as "" {
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
    pub(super) struct Tls as "tls" {
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
    pub(super) struct DatabaseSection as "database" {
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
    pub(super) struct Keys as "keys" {
        /// The key file that `lanyard init` writes; readable by the server's user alone (mode 0600).
        file: Required<PathBuf> = Required::MISSING;
    }
}

section! {
    /// Lifetimes of what is handed out, and what happens around a refresh.
    pub struct Tokens as "tokens" {
        /// How long an access token works. At least twice `retry_window`.
        access_lifetime: HumanDuration = HumanDuration::minutes(15);
        /// How long a connection lives without being used.
        idle_lifetime: HumanDuration = HumanDuration::days(30);
        /// How long a connection lives at most, however often it is used.
        absolute_lifetime: HumanDuration = HumanDuration::days(365);
        /// How long a refresh may be repeated and gets the same answer. `0s` means that every repeat revokes.
        retry_window: HumanDuration = HumanDuration::seconds(30);
        /// How long a refresh whose answer was never used may be made again. At most `idle_lifetime`.
        recovery_window: HumanDuration = HumanDuration::days(7);
        /// How many refreshes in a row may be repeated before the next one revokes; 0 never revokes for that.
        repeat_limit: u32 = 0;
        /// How long an authorization code can be redeemed; at most 10m.
        code_lifetime: HumanDuration = HumanDuration::seconds(60);
        /// How long an ID token counts.
        id_token_lifetime: HumanDuration = HumanDuration::minutes(15);
        /// How long a person may take from an app's request to Allow.
        authorization_lifetime: HumanDuration = HumanDuration::hours(1);
    }
}

section! {
    /// API keys: how long they live, and how often one may be used.
    pub struct ApiKeys as "api_keys" {
        /// How long a key lives unless whoever makes it says otherwise.
        lifetime: HumanDuration = HumanDuration::days(365);
        /// How long the text that a rotation replaces works beside the new one; `0s` ends it at once.
        rotation_overlap: HumanDuration = HumanDuration::days(1);
        /// Uses in a minute of a key that has no cap of its own; 0 is no cap.
        per_minute: u32 = 6000;
        /// Uses in a calendar month (UTC) of a key that has no cap of its own; 0 is no cap.
        per_month: u32 = 0;
    }
}

section! {
    /// How long a browser stays signed in.
    pub struct Sessions as "sessions" {
        /// From signing in, whatever happens.
        lifetime: HumanDuration = HumanDuration::days(14);
    }
}

section! {
    /// The ways in which a client may arrive by itself.
    pub struct Registration as "registration" {
        /// Whether clients may register themselves (RFC 7591).
        dynamic: bool = true;
        /// Whether a client may be known by its client ID metadata document.
        documents: bool = true;
        /// How many registrations one address may make.
        per_address: Rate = Rate::new(30, HumanDuration::hours(1));
        /// How long a registered client that nobody ever used is kept.
        unused_expiry: HumanDuration = HumanDuration::days(7);
    }
}

section! {
    /// Devices and programs that a person lets in by a code (RFC 8628). Only clients that you list for it may ask:
    /// `lanyard client add --device`.
    pub struct Device as "device" {
        /// How long a code counts; at most 10m.
        code_lifetime: HumanDuration = HumanDuration::minutes(10);
        /// How many codes one address may ask for.
        per_address: Rate = Rate::new(60, HumanDuration::hours(1));
        /// How many wrong codes one browser, one address or one account may type.
        wrong_codes: Rate = Rate::new(5, HumanDuration::minutes(10));
        /// How many wrong codes may be typed by everybody together, in the time of `wrong_codes`.
        wrong_codes_in_all: u32 = 1000;
    }
}

section! {
    /// How client ID metadata documents are fetched.
    pub struct Documents as "documents" {
        /// A PEM file with a test authority; documents on loopback are then fetched under it. Development only:
        /// `lanyard serve` refuses it.
        development_ca: Option<PathBuf> = None;
    }
}

section! {
    /// Who may make an account.
    pub struct SignUp as "sign_up" {
        /// Whether anybody may sign up.
        enabled: bool = true;
        /// Whether whoever signs up gets an organisation with a first project.
        organization: bool = true;
    }
}

section! {
    /// Organisations.
    pub struct Organizations as "organizations" {
        /// Whether anybody who is signed in may make an organisation, which they own then; otherwise operators alone do.
        anyone_creates: bool = true;
        /// How long an invitation into an organisation counts, from its last mail on.
        invitation_lifetime: HumanDuration = HumanDuration::days(7);
    }
}

section! {
    /// Accounts that their people give up.
    pub struct Accounts as "accounts" {
        /// How long somebody who deletes their account may think better of it, by signing in; `0s` erases it at once.
        deletion_grace: HumanDuration = HumanDuration::days(14);
    }
}

section! {
    /// What downstream apps are told as it happens, at `/events`.
    pub struct Events as "events" {
        /// For how long an app that was away can hear what it missed; after that it is told to forget all that it knows.
        retention: HumanDuration = HumanDuration::days(7);
        /// How many streams one resource may hold open at each server process.
        streams_per_resource: u32 = 16;
        /// How many all resources together may.
        streams: u32 = 256;
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
    /// The mail server through which people are written to. Without one nobody can confirm an address or get a new password.
    pub(super) struct MailSection as "mail" {
        /// Its name.
        server: Option<String> = None;
        /// Its port; not set means 465 with `tls`, 587 with `starttls`, 25 with `none`.
        port: Option<u32> = None;
        /// `tls` encrypts from the first byte; `starttls` after a few words, and sends nothing if the server does not
        /// offer it; `none` is for a mail server on this machine.
        encryption: MailEncryption = MailEncryption::Tls;
        /// The name to sign in with.
        username: Option<String> = None;
        /// The password to sign in with.
        password: Option<SecretText> = None;
        /// The address that mails come from.
        from: Option<MailAddress> = None;
        /// A PEM file with the authority of the mail server's certificate, where that is not a public one; no other is
        /// trusted then.
        ca: Option<PathBuf> = None;
        /// Development only: mails are kept in memory and shown at `/dev/mail`, unless a server is named.
        /// `lanyard serve` refuses it.
        development_inbox: bool = false;
    }
}

section! {
    /// Providers that people may sign in with, a table each; `google` stands for a name of your choice. It is a part of the
    /// address that the provider sends people back to, `PUBLIC_URL/upstream/NAME/callback`. docs/providers.md goes through them.
    pub(super) struct ProviderSection as "providers.google" {
        /// How it speaks: `openid` is any OpenID Connect provider. Not set: what the table's name says, else `openid`.
        kind: Option<ProviderWord> = None;
        /// Its name on buttons; not set: the table's, or the kind's own.
        name: Option<String> = None;
        /// Who this server is there.
        client_id: Option<String> = None;
        /// What proves that; better in the environment, or in a file of its own.
        client_secret: Option<SecretText> = None;
        /// A file with nothing but the secret in it, readable by the server's user alone (mode 0600).
        client_secret_file: Option<PathBuf> = None;
        /// Where it stands: the issuer of an `openid` provider, the address of a GitHub Enterprise Server.
        base_url: Option<WebAddress> = None;
        /// Microsoft: `common`, `organizations`, `consumers`, or one tenant by its id or domain.
        tenant: Option<String> = None;
        /// Further origins at which its endpoints stand; nothing else is asked, and nobody is sent elsewhere.
        origins: Vec<Origin> = Vec::new();
        /// Whether it stands in a private network: then its own names may lead to addresses there, and `base_url` and `origins`
        /// may be such addresses. This computer and what is link-local stay closed, and nothing changes for other providers.
        private_network: bool = false;
        /// What is asked for; not set: what tells who somebody is, and their address.
        scopes: Vec<String> = Vec::new();
        /// Whether it is offered.
        enabled: bool = true;
    }
}

section! {
    /// What may become a password, and what hashing one costs (argon2id).
    pub struct Password as "password" {
        /// Characters at least; 12 or more.
        min_length: u32 = 12;
        /// How hard to guess it must be, as zxcvbn estimates: 3 or 4.
        min_score: u32 = 3;
        /// Where to ask whether a new password was stolen elsewhere, such as `https://api.pwnedpasswords.com/range/`. Five
        /// digits of its SHA-1 are told there, never more. Not set: nobody is asked.
        breaches: Option<RangeAddress> = None;
        /// Memory for one hash, in KiB.
        memory: u32 = 19456;
        /// Passes over that memory.
        time: u32 = 2;
        /// Lanes.
        parallelism: u32 = 1;
        /// How many hashes are made at once; others wait.
        concurrency: u32 = 2;
        /// While there are imported hashes that nobody has signed in with yet, a failed sign-in is answered after this long.
        /// `lanyard user import` refuses hashes that may take more than half of it.
        imported_delay: HumanDuration = HumanDuration::seconds(1);
        /// The most memory that comparing with an imported hash may take, in KiB.
        imported_memory: u32 = 65536;
    }
}

section! {
    /// How often one address (one /64 of IPv6) may ask. `20/1h` is twenty in an hour, all at once or spread.
    pub struct RateLimits as "rate_limits" {
        /// Pages.
        page: Rate = Rate::new(600, HumanDuration::minutes(1));
        /// Tokens, introspection, revocation, userinfo.
        token: Rate = Rate::new(6000, HumanDuration::minutes(1));
        /// The management API.
        api: Rate = Rate::new(600, HumanDuration::minutes(1));
        /// Attempts to sign in or to sign up.
        sign_in: Rate = Rate::new(30, HumanDuration::minutes(1));
        /// Failed attempts to sign in to one account, from anywhere.
        sign_in_per_account: Rate = Rate::new(10, HumanDuration::minutes(15));
        /// Addresses without a limit, such as your own resource servers.
        exempt: Vec<AddressRange> = Vec::new();
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

section! {
    /// What the pages look like.
    pub struct Brand as "brand" {
        /// The name that people read.
        name: String = "Lanyard".to_owned();
        /// The colour of buttons and links.
        accent: Option<Accent> = None;
    }
}

section! {
    /// Web apps that may call the server's own API from a browser. The protocol's endpoints are open to all.
    pub struct Cors as "cors" {
        /// Their origins.
        app_origins: Vec<Origin> = Vec::new();
    }
}

section! {
    /// What the pages say about connecting an assistant.
    pub struct Connect as "connect" {
        /// The address of your MCP server, shown to be pasted.
        mcp_url: Option<WebAddress> = None;
    }
}

section! {
    /// What the metadata and `/.well-known/security.txt` add.
    pub struct Metadata as "metadata" {
        /// A page for developers.
        service_documentation: Option<WebAddress> = None;
        /// Where to report a vulnerability: `mailto:` or `https:`.
        security_contact: Option<Contact> = None;
    }
}

/// Name and subject of each table, with its keys, in the order of the reference.
pub(super) fn all() -> Vec<(&'static str, String, Vec<Key>)> {
    fn of<S: Section>() -> (&'static str, String, Vec<Key>) {
        (S::NAME, S::about(), S::keys())
    }
    vec![
        of::<Top>(),
        of::<Tls>(),
        of::<DatabaseSection>(),
        of::<Keys>(),
        of::<Tokens>(),
        of::<ApiKeys>(),
        of::<Sessions>(),
        of::<Registration>(),
        of::<Device>(),
        of::<Documents>(),
        of::<SignUp>(),
        of::<Organizations>(),
        of::<Accounts>(),
        of::<Events>(),
        of::<Backup>(),
        of::<Retention>(),
        of::<MailSection>(),
        of::<ProviderSection>(),
        of::<Password>(),
        of::<RateLimits>(),
        of::<Log>(),
        of::<Metrics>(),
        of::<Brand>(),
        of::<Cors>(),
        of::<Connect>(),
        of::<Metadata>(),
    ]
}
