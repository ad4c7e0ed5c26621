//! What stands between the network and the handlers: the settings and secrets that every request meets on its way in.
//!
//! Owns nothing but the holding; each rule stands in the module that it is named after.

use actix_web::{HttpRequest, dev::ServiceRequest, web::Data};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Secret, ServerSecrets};

use crate::{
    config::{AddressRange, Origin, PublicUrl, Settings},
    cookie::Cookies,
    error_response::Unexpected,
    rate_limit::RateLimiter,
    telemetry::AccessLog,
};

/// Registered once as `web::Data<Edge>`; the middlewares and extractors of this crate read it.
#[derive(Debug)]
pub struct Edge {
    /// The issuer, whatever `Host` a request names.
    pub public_url: PublicUrl,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AddressRange>,
    /// The origins that may call our own API.
    pub app_origins: Vec<Origin>,
    /// Whether this is `lanyard dev`.
    pub development: bool,
    /// Where every request leaves a line, if it does.
    pub access_log: Option<AccessLog>,
    /// The cookies' names and flags.
    pub cookies: Cookies,
    /// Who has asked how often.
    pub limiter: RateLimiter,
    secrets: ServerSecrets,
}

impl Edge {
    /// From the settings and the server's own secret.
    #[must_use]
    pub fn new(settings: &Settings, secrets: ServerSecrets) -> Self {
        Self {
            public_url: settings.public_url.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            app_origins: settings.cors.app_origins.clone(),
            development: settings.development,
            access_log: AccessLog::new(&settings.log),
            cookies: Cookies::new(&settings.public_url),
            limiter: RateLimiter::new(&settings.rate_limits, settings.registration.per_address),
            secrets,
        }
    }

    /// The CSRF token of a browser, for the hidden input `csrf`.
    #[must_use]
    pub fn csrf(&self, browser: &Secret) -> String {
        URL_SAFE_NO_PAD.encode(self.secrets.csrf_token(browser))
    }

    /// Whether `token` is that browser's; compared in constant time.
    #[must_use]
    pub fn csrf_matches(&self, browser: &Secret, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|token| self.secrets.csrf_matches(browser, &token))
    }

    /// The one that the application was built with.
    ///
    /// # Errors
    /// The application was built without one: a fault of ours, so the request is refused.
    pub fn of(request: &HttpRequest) -> Result<Data<Self>, Unexpected> {
        request.app_data::<Data<Self>>().cloned().ok_or_else(Self::missing)
    }

    pub(crate) fn of_service(request: &ServiceRequest) -> Result<Data<Self>, Unexpected> {
        request.app_data::<Data<Self>>().cloned().ok_or_else(Self::missing)
    }

    fn missing() -> Unexpected {
        Unexpected::new("the application was built without its Edge")
    }
}

#[cfg(test)]
impl Edge {
    /// For tests of middlewares: issuer `https://auth.example.com`, with these settings changed.
    pub(crate) fn for_tests(changes: &[(&str, &str)]) -> Data<Self> {
        let given = [
            ("LANYARD__PUBLIC_URL", "https://auth.example.com"),
            ("LANYARD__TLS__BEHIND_PROXY", "true"),
            ("LANYARD__TRUSTED_PROXIES", "10.0.0.0/8"),
            ("LANYARD__DATABASE__URL", "sqlite:unused.db"),
            ("LANYARD__KEYS__FILE", "unused.toml"),
        ];
        let env = given.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = Settings::load(None, env).unwrap();
        Data::new(Self::new(&settings, ServerSecrets::new([(1, [7; 32])]).unwrap()))
    }

    /// As `lanyard dev` has it, on port 8080.
    pub(crate) fn for_development_tests() -> Data<Self> {
        let settings = Settings::development(8080, std::path::Path::new("unused"), []).unwrap();
        Data::new(Self::new(&settings, ServerSecrets::new([(1, [7; 32])]).unwrap()))
    }
}
