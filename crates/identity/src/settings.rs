//! What an operator decided, in the types that the flows need. Reading a configuration file is the server's.

use std::time::Duration;

use model::family::Policy;
use url::Url;

use crate::{UpstreamSettings, backup::BackupSettings};

/// All settings of the flows.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer, byte for byte as it is configured (RFC 8414 §2); no trailing slash.
    pub issuer: String,
    /// Lifetimes of tokens.
    pub tokens: TokenSettings,
    /// API keys.
    pub api_keys: ApiKeySettings,
    /// How long a request at /authorize may wait for its person.
    pub authorization_lifetime: Duration,
    /// Signed-in browsers.
    pub sessions: SessionSettings,
    /// Who may make an account.
    pub sign_up: SignUpSettings,
    /// Who may make an organisation.
    pub organizations: OrganizationSettings,
    /// How long an invitation into an organisation counts.
    pub invitation_lifetime: Duration,
    /// How long somebody who gave up their account may think better of it; zero: it is erased at once.
    pub deletion_grace: Duration,
    /// What may become a password, and how passwords are hashed.
    pub password: PasswordSettings,
    /// How many sign-ins may be tried.
    pub sign_in_limits: SignInLimits,
    /// Devices that ask to be let in by a code.
    pub device: DeviceSettings,
    /// How clients arrive by themselves.
    pub registration: RegistrationSettings,
    /// How client documents are fetched.
    pub documents: DocumentSettings,
    /// The providers that people may sign in with.
    pub upstream: UpstreamSettings,
    /// Whether there is a way to send mail. Without one, addresses are taken as they are typed.
    pub sends_mail: bool,
    /// What downstream apps are told as it happens.
    pub events: EventSettings,
    /// Backups.
    pub backup: BackupSettings,
    /// For how long what happened is kept.
    pub retention: RetentionSettings,
    /// Documentation for developers, named in the metadata.
    pub service_documentation: Option<String>,
}

/// What downstream apps are told as it happens.
#[derive(Clone, Debug)]
pub struct EventSettings {
    /// For how long whoever was away can hear what was missed.
    pub retention: Duration,
    /// How many streams one resource may hold open in one process.
    pub streams_per_resource: usize,
    /// How many all of them may.
    pub streams: usize,
}

/// For how long what happened is kept.
#[derive(Clone, Copy, Debug)]
pub struct RetentionSettings {
    /// Entries of the audit trail.
    pub audit: Duration,
    /// Connections and API keys that ended, with their tokens' rows and notices.
    pub ended: Duration,
    /// What became of a mail.
    pub mails: Duration,
    /// What the trail says of an organisation that was deleted.
    pub deleted_organizations: Duration,
}

/// Lifetimes of tokens.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// An access token's.
    pub access_lifetime: Duration,
    /// An authorization code's.
    pub code_lifetime: Duration,
    /// An ID token's.
    pub id_token_lifetime: Duration,
    /// A refresh-token family's, and its windows.
    pub family: Policy,
}

/// API keys.
#[derive(Clone, Debug)]
pub struct ApiKeySettings {
    /// How long a key lives unless whoever makes it says otherwise.
    pub lifetime: Duration,
    /// How long the text that a rotation replaces works beside the new one.
    pub rotation_overlap: Duration,
    /// Uses in a minute of a key without a cap of its own; 0 is no cap.
    pub per_minute: u64,
    /// Uses in a month, likewise.
    pub per_month: u64,
}

/// Signed-in browsers.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// A fixed window from sign-in on.
    pub lifetime: Duration,
}

/// Who may make an account.
#[derive(Clone, Debug)]
pub struct SignUpSettings {
    /// Whether anybody may.
    pub enabled: bool,
    /// Whether whoever does gets an organisation with a first project.
    pub organization: bool,
}

/// Who may make an organisation.
#[derive(Clone, Debug)]
pub struct OrganizationSettings {
    /// Whether anybody who is signed in may; otherwise operators alone do.
    pub anyone_creates: bool,
}

/// What may become a password, and how passwords are hashed.
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    /// In characters; 12 at the least.
    pub min_length: usize,
    /// How hard to guess, on zxcvbn's scale of 0 to 4; 3 at the least.
    pub min_score: u8,
    /// What people call this server: as easily guessed as their own name.
    pub server_name: String,
    /// Where to ask whether a password was stolen elsewhere (the range query of Pwned Passwords); nobody is asked without.
    pub breaches: Option<Url>,
    /// argon2id memory in KiB.
    pub memory_kib: u32,
    /// argon2id passes.
    pub iterations: u32,
    /// argon2id lanes.
    pub parallelism: u32,
    /// How many are hashed at the same time.
    pub concurrency: usize,
    /// While imported hashes of other schemes exist, no failed sign-in is answered sooner.
    pub imported_delay: Duration,
    /// The most memory, in KiB, that an imported hash may take when it is compared.
    pub imported_memory_kib: u64,
}

/// How many sign-ins may be tried.
#[derive(Clone, Debug)]
pub struct SignInLimits {
    /// Per account and window.
    pub per_account: u64,
    /// Per address and window.
    pub per_address: u64,
    /// The window.
    pub window: Duration,
}

/// Devices that ask to be let in by a code (RFC 8628).
#[derive(Clone, Debug)]
pub struct DeviceSettings {
    /// How long the codes count.
    pub code_lifetime: Duration,
    /// Codes that one network address may ask for, in its window.
    pub per_address: u64,
    /// That window.
    pub per_address_window: Duration,
    /// Wrong codes from one browser, one network address or one account, in the window of wrong codes.
    pub wrong_codes: u64,
    /// Wrong codes from everybody together, likewise.
    pub wrong_codes_in_all: u64,
    /// The window of wrong codes.
    pub wrong_codes_window: Duration,
}

/// How clients arrive by themselves.
#[derive(Clone, Debug)]
pub struct RegistrationSettings {
    /// RFC 7591, open to anybody.
    pub dynamic: bool,
    /// Client ID Metadata Documents.
    pub documents: bool,
    /// A client that registered itself and was never granted anything goes after this long.
    pub unused_expiry: Duration,
    /// Registrations per address and hour.
    pub per_address_hourly: u64,
}

/// How client documents are fetched.
#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// For development only: a CA certificate (PEM) to trust for documents on loopback, which is refused otherwise.
    pub development_ca: Option<Vec<u8>>,
    /// The whole fetch takes no longer.
    pub timeout: Duration,
    /// A document is asked for again after this long at the earliest, whatever its cache headers say.
    pub least_freshness: Duration,
    /// And at the latest.
    pub most_freshness: Duration,
}

impl Settings {
    /// The defaults, for this issuer.
    #[must_use]
    pub fn new(issuer: impl Into<String>) -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        Self {
            issuer: issuer.into(),
            tokens: TokenSettings {
                access_lifetime: Duration::from_secs(15 * MINUTE),
                code_lifetime: Duration::from_secs(MINUTE),
                id_token_lifetime: Duration::from_secs(HOUR),
                family: Policy {
                    retry_window: Duration::from_secs(30),
                    recovery_window: Duration::from_secs(7 * DAY),
                    repeat_limit: 0,
                    idle_lifetime: Duration::from_secs(30 * DAY),
                    absolute_lifetime: Duration::from_secs(365 * DAY),
                },
            },
            api_keys: ApiKeySettings {
                lifetime: Duration::from_secs(365 * DAY),
                rotation_overlap: Duration::from_secs(DAY),
                per_minute: 6000,
                per_month: 0,
            },
            authorization_lifetime: Duration::from_secs(HOUR),
            sessions: SessionSettings { lifetime: Duration::from_secs(14 * DAY) },
            sign_up: SignUpSettings { enabled: true, organization: true },
            organizations: OrganizationSettings { anyone_creates: true },
            invitation_lifetime: Duration::from_secs(7 * DAY),
            deletion_grace: Duration::from_secs(14 * DAY),
            password: PasswordSettings {
                min_length: 12,
                min_score: 3,
                server_name: String::new(),
                breaches: None,
                memory_kib: 19 * 1024,
                iterations: 2,
                parallelism: 1,
                concurrency: 2,
                imported_delay: Duration::from_secs(1),
                imported_memory_kib: 64 * 1024,
            },
            sign_in_limits: SignInLimits { per_account: 10, per_address: 50, window: Duration::from_secs(15 * MINUTE) },
            device: DeviceSettings {
                code_lifetime: Duration::from_secs(10 * MINUTE),
                per_address: 60,
                per_address_window: Duration::from_secs(HOUR),
                wrong_codes: 5,
                wrong_codes_in_all: 1000,
                wrong_codes_window: Duration::from_secs(10 * MINUTE),
            },
            registration: RegistrationSettings {
                dynamic: true,
                documents: true,
                unused_expiry: Duration::from_secs(DAY),
                per_address_hourly: 60,
            },
            documents: DocumentSettings {
                development_ca: None,
                timeout: Duration::from_secs(3),
                least_freshness: Duration::from_secs(5 * MINUTE),
                most_freshness: Duration::from_secs(DAY),
            },
            upstream: UpstreamSettings { providers: Vec::new(), loopback: false, timeout: Duration::from_secs(10) },
            sends_mail: false,
            events: EventSettings { retention: Duration::from_secs(7 * DAY), streams_per_resource: 16, streams: 256 },
            backup: BackupSettings::none(),
            retention: RetentionSettings {
                audit: Duration::from_secs(400 * DAY),
                ended: Duration::from_secs(30 * DAY),
                mails: Duration::from_secs(7 * DAY),
                deleted_organizations: Duration::from_secs(14 * DAY),
            },
            service_documentation: None,
        }
    }
}
