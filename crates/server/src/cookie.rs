//! The cookies: what binds a browser to its authorization requests and forms, what says that it is signed in, and how it
//! likes its pages. Owns names, flags and reading; whose session it is, `identity` knows.

mod browser;

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time},
    http::header,
};
use model::{Authorization, Id, Language, Secret};
use protocol::Confidential;

pub use browser::Browser;

use crate::config::{HumanDuration, PublicUrl};

/// No session's text is longer.
const MOST_CHARACTERS: usize = 128;

/// Every cookie's name and flags, for this issuer.
#[derive(Clone, Debug)]
pub struct Cookies {
    browser: String,
    session: String,
    theme: String,
    language: String,
    invitation: String,
    secure: bool,
}

impl Cookies {
    /// `__Host-` and Secure for https. On http loopback a plain name, since Safari refuses Secure there, with the port in
    /// it, since cookies do not tell ports apart.
    #[must_use]
    pub fn new(public_url: &PublicUrl) -> Self {
        let name = |what: &str| match public_url.is_https() {
            true => format!("__Host-lanyard-{what}"),
            false => {
                let port: String = public_url.authority().rsplit(':').next().unwrap_or_default().to_owned();
                let port: String = port.chars().filter(char::is_ascii_digit).collect();
                format!("lanyard-{what}-{port}")
            }
        };
        Self {
            browser: name("browser"),
            session: name("session"),
            theme: name("theme"),
            language: name("language"),
            invitation: name("invitation"),
            secure: public_url.is_https(),
        }
    }

    /// The anonymous secret of this browser; nothing if there is none, or it is not one of ours.
    #[must_use]
    pub fn browser(&self, request: &HttpRequest) -> Option<Secret> {
        only(request, &self.browser).and_then(|value| Secret::parse(&value))
    }

    /// The text of this browser's session; what it means and whether that session lives, `identity` knows.
    #[must_use]
    pub fn session(&self, request: &HttpRequest) -> Option<Confidential> {
        let is_ours =
            |text: &String| text.len() <= MOST_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        only(request, &self.session).filter(is_ours).map(Confidential::new)
    }

    /// The token of an invitation that its person follows; what it is worth, `identity` knows.
    #[must_use]
    pub fn invitation(&self, request: &HttpRequest) -> Option<Confidential> {
        let is_ours =
            |text: &String| text.len() <= MOST_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        only(request, &self.invitation).filter(is_ours).map(Confidential::new)
    }

    /// `light` or `dark`, if the person has chosen.
    #[must_use]
    pub fn theme(&self, request: &HttpRequest) -> Option<&'static str> {
        let value = only(request, &self.theme)?;
        ["light", "dark"].into_iter().find(|theme| *theme == value)
    }

    /// The language that the person has chosen, if they have, and the running request during which they did.
    #[must_use]
    pub fn language(&self, request: &HttpRequest) -> Option<(Language, Option<Id<Authorization>>)> {
        let value = only(request, &self.language)?;
        let (tag, during) = value.split_once('.').map_or((value.as_str(), None), |(tag, id)| (tag, Some(id)));
        let language = Language::ALL.into_iter().find(|language| language.tag() == tag)?;
        Some((language, during.and_then(Id::parse)))
    }

    /// Lives as long as the browser runs.
    #[must_use]
    pub fn set_browser(&self, secret: &Secret) -> Cookie<'static> {
        self.cookie(&self.browser, secret.expose())
    }

    /// Lives as long as the session.
    #[must_use]
    pub fn set_session(&self, text: &Confidential, lifetime: HumanDuration) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.session, text.expose().to_owned());
        cookie.set_max_age(seconds(lifetime));
        cookie
    }

    /// Lives long enough to make an account on the way.
    #[must_use]
    pub fn set_invitation(&self, token: &Confidential) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.invitation, token.expose().to_owned());
        cookie.set_max_age(seconds(HumanDuration::hours(2)));
        cookie
    }

    /// Takes the invitation's cookie away.
    #[must_use]
    pub fn clear_invitation(&self) -> Cookie<'static> {
        self.cleared(&self.invitation)
    }

    /// `light` or `dark`, remembered for a year.
    #[must_use]
    pub fn set_theme(&self, theme: &'static str) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.theme, theme.to_owned());
        cookie.set_max_age(seconds(HumanDuration::days(365)));
        cookie
    }

    /// The language, remembered for a year.
    #[must_use]
    pub fn set_language(&self, language: Language, during: Option<Id<Authorization>>) -> Cookie<'static> {
        let tag = language.tag();
        let mut cookie = self.cookie(&self.language, during.map_or_else(|| tag.to_owned(), |id| format!("{tag}.{id}")));
        cookie.set_max_age(seconds(HumanDuration::days(365)));
        cookie
    }

    /// Takes the session's cookie away.
    #[must_use]
    pub fn clear_session(&self) -> Cookie<'static> {
        self.cleared(&self.session)
    }

    /// Takes the theme's cookie away, so that the system's choice holds again.
    #[must_use]
    pub fn clear_theme(&self) -> Cookie<'static> {
        self.cleared(&self.theme)
    }

    fn cleared(&self, name: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, String::new());
        cookie.set_max_age(time::Duration::ZERO);
        cookie
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            // Lax: the way back from an app's request is a cross-site GET that must find its session.
            .same_site(SameSite::Lax)
            .finish()
    }
}

fn seconds(lifetime: HumanDuration) -> time::Duration {
    time::Duration::seconds(i64::try_from(lifetime.as_seconds()).unwrap_or(i64::MAX))
}

/// The value of the one cookie with this name. Two of them mean that somebody planted one, so that neither counts.
fn only(request: &HttpRequest, name: &str) -> Option<String> {
    let mut found = None;
    for line in request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok()) {
        for pair in line.split(';') {
            let Some((_, value)) = pair.trim().split_once('=').filter(|(key, _)| *key == name) else { continue };
            if found.replace(value.to_owned()).is_some() {
                return None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn cookies(issuer: &str) -> Cookies {
        Cookies::new(&issuer.parse().unwrap())
    }

    #[test]
    fn on_https_every_cookie_is_locked_to_the_host() {
        let cookies = cookies("https://auth.example.com/t1");
        let secret = Secret::generate();
        let session = Confidential::new("0Nk3VtZ8eQ");
        for cookie in [
            cookies.set_browser(&secret),
            cookies.set_session(&session, HumanDuration::days(14)),
            cookies.set_theme("dark"),
            cookies.set_invitation(&session),
            cookies.set_language(Language::German, None),
            cookies.clear_session(),
        ] {
            let text = cookie.to_string();
            assert!(text.starts_with("__Host-lanyard-"), "{text}");
            for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                assert!(text.contains(flag), "{text}");
            }
            assert!(!text.contains("Domain"), "{text}");
        }
        assert!(cookies.set_session(&session, HumanDuration::days(14)).to_string().contains("Max-Age=1209600"));
        assert!(cookies.clear_session().to_string().contains("Max-Age=0"));
        assert!(!cookies.set_browser(&secret).to_string().contains("Max-Age"));
    }

    #[test]
    fn on_http_loopback_names_are_plain_and_tell_ports_apart() {
        let text = cookies("http://localhost:8080").set_browser(&Secret::generate()).to_string();
        assert!(text.starts_with("lanyard-browser-8080=") && !text.contains("Secure"), "{text}");
        assert!(cookies("http://[::1]").clear_session().to_string().starts_with("lanyard-session-"));
    }

    #[test]
    fn what_is_malformed_or_doubled_is_not_there() {
        let cookies = cookies("https://auth.example.com");
        let good = Secret::generate();
        let read = |value: &str| {
            let request = TestRequest::default().insert_header(("cookie", value)).to_http_request();
            cookies.session(&request).map(|text| text.expose().to_owned())
        };
        let text = good.expose();
        assert_eq!(read(&format!("a=b; __Host-lanyard-session={text}; c")), Some(text.clone()));
        assert_eq!(read(&format!("__Host-lanyard-session={text}; __Host-lanyard-session={text}")), None);
        assert_eq!(read("__Host-lanyard-session=not-ours"), None);
        assert_eq!(read(&format!("__Host-lanyard-session={}", "a".repeat(MOST_CHARACTERS + 1))), None);
        assert_eq!(read(&format!("__Host-lanyard-session=\"{text}\"")), None);
        assert_eq!(read(&format!("lanyard-session={text}")), None);
        assert_eq!(read(";;;==; =;"), None);
    }

    #[test]
    fn only_known_themes_are_read() {
        let cookies = cookies("http://localhost:8080");
        let theme = |value: &str| {
            let request = TestRequest::default().insert_header(("cookie", value)).to_http_request();
            cookies.theme(&request)
        };
        assert_eq!(theme("lanyard-theme-8080=dark"), Some("dark"));
        assert_eq!(theme("lanyard-theme-8080=<script>"), None);
    }
}
