//! What every handler has at hand, and how the settings of a file become those of the flows.

use std::{path::PathBuf, sync::Arc, time::Duration};

use actix_web::{HttpRequest, web::Data};
use identity::{
    ApiKeySettings, Authority, DeviceSettings, DocumentSettings, EventSettings, OrganizationSettings, PasswordSettings,
    RegistrationSettings, RetentionSettings, SessionSettings, SignInLimits, SignUpSettings, TokenSettings,
    UpstreamSettings, backup::BackupSettings,
};
use model::family::Policy;

use crate::{
    config::{Mail, Problem, Rate, Settings, backup_key},
    edge::Edge,
    error_response::Unexpected,
    mail::{Inbox, Postman},
    metrics::Metrics,
    view::{Accent, Brand},
};

/// The authority, the settings, and what is made of them once. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Everything that can be asked.
    pub authority: Authority,
    /// What the operator decided.
    pub settings: Arc<Settings>,
    /// What requests meet on their way in.
    pub edge: Data<Edge>,
    /// Name and colour of the pages.
    pub brand: Brand,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// In development, where mail is kept.
    pub inbox: Option<Inbox>,
}

impl AppState {
    /// For this authority; an accent that cannot be read on the pages is left out, and the log says so.
    #[must_use]
    pub fn new(authority: Authority, settings: Arc<Settings>) -> Self {
        let edge = Data::new(Edge::new(&settings, authority.secrets().clone()));
        let accent = settings.brand.accent.as_ref().and_then(|accent| {
            Accent::new(accent.as_str()).inspect_err(|error| tracing::warn!(%error, "brand.accent is not used")).ok()
        });
        let brand = Brand { name: settings.brand.name.clone(), accent };
        let metrics = Arc::new(Metrics::new(authority.clone()));
        let inbox = matches!(settings.mail, Mail::Inbox).then(Inbox::default);
        Self { authority, settings, edge, brand, metrics, inbox }
    }

    /// Whoever delivers what waits in the queue; none where no mail is sent.
    ///
    /// # Errors
    /// The mail server's certificate authority cannot be read.
    pub fn postman(&self) -> Result<Option<Postman>, Problem> {
        Postman::new(&self.authority, &self.settings, self.inbox.as_ref())
    }

    /// The path of the issuer, without a trailing slash; empty for most servers.
    #[must_use]
    pub fn base(&self) -> &str {
        self.settings.public_url.path()
    }

    /// The one that the application was built with.
    ///
    /// # Errors
    /// The application was built without one: a fault of ours, so the request is refused.
    pub fn of(request: &HttpRequest) -> Result<Data<Self>, Unexpected> {
        request
            .app_data::<Data<Self>>()
            .cloned()
            .ok_or_else(|| Unexpected::new("the application was built without its state"))
    }
}

/// The settings of the flows.
///
/// # Errors
/// A file that a setting names cannot be read.
pub fn identity_settings(settings: &Settings) -> Result<identity::Settings, Problem> {
    let defaults = identity::Settings::new(settings.public_url.as_str());
    let (tokens, password, limits) = (&settings.tokens, &settings.password, &settings.rate_limits);
    Ok(identity::Settings {
        tokens: TokenSettings {
            access_lifetime: tokens.access_lifetime.duration(),
            code_lifetime: tokens.code_lifetime.duration(),
            id_token_lifetime: tokens.id_token_lifetime.duration(),
            family: Policy {
                retry_window: tokens.retry_window.duration(),
                recovery_window: tokens.recovery_window.duration(),
                repeat_limit: tokens.repeat_limit,
                idle_lifetime: tokens.idle_lifetime.duration(),
                absolute_lifetime: tokens.absolute_lifetime.duration(),
            },
        },
        api_keys: ApiKeySettings {
            lifetime: settings.api_keys.lifetime.duration(),
            rotation_overlap: settings.api_keys.rotation_overlap.duration(),
            per_minute: settings.api_keys.per_minute.into(),
            per_month: settings.api_keys.per_month.into(),
        },
        authorization_lifetime: tokens.authorization_lifetime.duration(),
        sessions: SessionSettings { lifetime: settings.sessions.lifetime.duration() },
        sign_up: SignUpSettings { enabled: settings.sign_up.enabled, organization: settings.sign_up.organization },
        organizations: OrganizationSettings { anyone_creates: settings.organizations.anyone_creates },
        invitation_lifetime: settings.organizations.invitation_lifetime.duration(),
        deletion_grace: settings.accounts.deletion_grace.duration(),
        password: PasswordSettings {
            min_length: usize::try_from(password.min_length).unwrap_or(usize::MAX),
            min_score: u8::try_from(password.min_score).unwrap_or(u8::MAX),
            server_name: settings.brand.name.clone(),
            breaches: password.breaches.as_ref().map(|address| address.url().clone()),
            memory_kib: password.memory,
            iterations: password.time,
            parallelism: password.parallelism,
            concurrency: usize::try_from(password.concurrency).unwrap_or(usize::MAX),
            imported_delay: password.imported_delay.duration(),
            imported_memory_kib: password.imported_memory.into(),
        },
        sign_in_limits: SignInLimits {
            per_account: u64::from(limits.sign_in_per_account.count.get()),
            per_address: within(limits.sign_in, limits.sign_in_per_account.per.duration()),
            window: limits.sign_in_per_account.per.duration(),
        },
        registration: RegistrationSettings {
            dynamic: settings.registration.dynamic,
            documents: settings.registration.documents,
            unused_expiry: settings.registration.unused_expiry.duration(),
            per_address_hourly: within(settings.registration.per_address, Duration::from_secs(3600)),
        },
        device: DeviceSettings {
            code_lifetime: settings.device.code_lifetime.duration(),
            per_address: u64::from(settings.device.per_address.count.get()),
            per_address_window: settings.device.per_address.per.duration(),
            wrong_codes: u64::from(settings.device.wrong_codes.count.get()),
            wrong_codes_in_all: settings.device.wrong_codes_in_all.into(),
            wrong_codes_window: settings.device.wrong_codes.per.duration(),
        },
        documents: DocumentSettings { development_ca: development_ca(settings)?, ..defaults.documents.clone() },
        upstream: UpstreamSettings {
            providers: settings.providers.clone(),
            loopback: settings.development,
            ..defaults.upstream.clone()
        },
        events: EventSettings {
            retention: settings.events.retention.duration(),
            streams_per_resource: usize::try_from(settings.events.streams_per_resource).unwrap_or(usize::MAX),
            streams: usize::try_from(settings.events.streams).unwrap_or(usize::MAX),
        },
        backup: BackupSettings {
            directory: backup_directory(settings),
            hour: settings.backup.daily.then(|| u8::try_from(settings.backup.hour).unwrap_or(0)),
            keep: usize::try_from(settings.backup.keep).unwrap_or(usize::MAX),
            oldest: settings.backup.oldest.duration(),
            key: settings.backup.key_file.as_ref().map(|file| backup_key(file)).transpose()?,
        },
        retention: RetentionSettings {
            audit: settings.retention.audit.duration(),
            ended: settings.retention.ended.duration(),
            mails: settings.retention.mails.duration(),
            deleted_organizations: settings.retention.deleted_organizations.duration(),
        },
        sends_mail: !matches!(settings.mail, Mail::None),
        service_documentation: settings.metadata.service_documentation.as_ref().map(|page| page.as_str().to_owned()),
        ..defaults
    })
}

/// Named, or beside the database.
fn backup_directory(settings: &Settings) -> Option<PathBuf> {
    let path = settings.database.url.sqlite_path()?;
    Some(settings.backup.directory.clone().unwrap_or_else(|| path.with_file_name("backups")))
}

/// How many a rate allows within another window; all of them may come at once.
fn within(rate: Rate, window: Duration) -> u64 {
    let (count, per) = (u128::from(rate.count.get()), rate.per.duration().as_millis().max(1));
    let spread = (count * window.as_millis()).div_ceil(per);
    u64::try_from(spread.max(count)).unwrap_or(u64::MAX)
}

fn development_ca(settings: &Settings) -> Result<Option<Vec<u8>>, Problem> {
    let Some(path) = &settings.documents.development_ca else { return Ok(None) };
    std::fs::read(path).map(Some).map_err(|error| {
        let wrong = format!("{} cannot be read ({error})", path.display());
        Problem::new("documents.development_ca", wrong, "Write the path of a PEM file with a test authority.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::HumanDuration;

    #[test]
    fn a_rate_is_carried_over_to_another_window() {
        let quarter = Duration::from_secs(900);
        assert_eq!(within(Rate::new(30, HumanDuration::minutes(1)), quarter), 450);
        assert_eq!(within(Rate::new(7, HumanDuration::days(1)), quarter), 7);
    }

    #[test]
    fn every_lifetime_reaches_the_flows() {
        let env = [
            ("LANYARD__TOKENS__ACCESS_LIFETIME", "5m"),
            ("LANYARD__TOKENS__RETRY_WINDOW", "2s"),
            ("LANYARD__TOKENS__REPEAT_LIMIT", "3"),
            ("LANYARD__TOKENS__CODE_LIFETIME", "20s"),
            ("LANYARD__SIGN_UP__ENABLED", "false"),
            ("LANYARD__REGISTRATION__DYNAMIC", "false"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::development(8080, std::path::Path::new("unused"), env).unwrap();
        let flows = identity_settings(&settings).unwrap();
        assert_eq!(flows.issuer, "http://localhost:8080");
        assert_eq!(flows.tokens.access_lifetime, Duration::from_secs(300));
        assert_eq!(flows.tokens.family.retry_window, Duration::from_secs(2));
        assert_eq!(flows.tokens.family.repeat_limit, 3);
        assert_eq!(flows.tokens.code_lifetime, Duration::from_secs(20));
        assert!(!flows.sign_up.enabled && !flows.registration.dynamic && flows.registration.documents);
    }
}
