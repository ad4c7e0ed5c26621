//! The pages of a person's own account.

use askama::Template;
use model::Language;

use super::{Field, Layout, Moment, ProviderButton, sample, say};

/// `GET /account/sessions`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sessions.html")]
pub struct Sessions {
    /// The frame.
    pub layout: Layout,
    /// This one first.
    pub sessions: Vec<SessionRow>,
    /// Whether some were just ended.
    pub ended: bool,
}

/// A browser that one is signed in with.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// Whether it is the reader's own.
    pub this: bool,
    /// Browser and system.
    pub program: String,
    /// Where it began.
    pub address: String,
    /// How its person signed in.
    pub how: String,
    /// When it began.
    pub started: Moment,
    /// When it was last used.
    pub seen: Moment,
    /// When it ends.
    pub until: Moment,
}

impl Sessions {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.this)
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let program = |browser, system| {
            say(language, "mail-program-on").with("browser", browser).with("system", system).to_string()
        };
        let this = SessionRow {
            id: "0this".to_owned(),
            this: true,
            program: program("Firefox", "Linux"),
            address: "192.0.2.1".to_owned(),
            how: say(language, "account-how-password").into(),
            started: Moment::minute(sample::NOW),
            seen: Moment::ago(sample::NOW, sample::NOW),
            until: Moment::date(sample::NOW + 14 * sample::DAY),
        };
        let other = SessionRow {
            id: "0other".to_owned(),
            this: false,
            program: program("Chrome", "Android"),
            seen: Moment::ago(sample::NOW - 90 * sample::MINUTE, sample::NOW),
            ..this.clone()
        };
        let alone = Self {
            layout: sample::signed_in(language, "/account/sessions"),
            sessions: vec![this.clone()],
            ended: true,
        };
        let several = Self { sessions: vec![this.clone(), other.clone()], ended: false, ..alone.clone() };
        let odd = SessionRow {
            program: sample::HOSTILE.to_owned(),
            address: sample::HOSTILE.to_owned(),
            how: sample::HOSTILE.to_owned(),
            ..other
        };
        let hostile = Self { sessions: vec![this, odd], ended: false, ..alone.clone() };
        vec![("alone", alone), ("several", several), ("hostile", hostile)]
    }
}

/// `GET /account/password`, and the answer to a change that was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/change_password.html")]
pub struct ChangePassword {
    /// The frame.
    pub layout: Layout,
    /// What is wrong with the present one.
    pub present_error: Option<String>,
    /// What is wrong with the new one.
    pub password_error: Option<String>,
    /// The least number of characters.
    pub password_minimum: usize,
    /// Whether a forgotten one can be replaced by mail.
    pub forgotten: bool,
}

impl ChangePassword {
    fn is_refused(&self) -> bool {
        self.present_error.is_some() || self.password_error.is_some()
    }

    fn password_hint(&self) -> String {
        self.layout.say("sign-up-password-hint").with("least", self.password_minimum).into()
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::signed_in(language, "/account/password"),
            present_error: None,
            password_error: None,
            password_minimum: 12,
            forgotten: true,
        };
        let refused = Self {
            present_error: Some(say(language, "account-change-password").part("wrong").into()),
            password_error: Some(say(language, "unfit-too-short").with("least", 12).into()),
            ..plain.clone()
        };
        let hostile = Self {
            present_error: Some(sample::HOSTILE.to_owned()),
            password_error: Some(sample::HOSTILE.to_owned()),
            ..plain.clone()
        };
        vec![("plain", plain), ("refused", refused), ("hostile", hostile)]
    }
}

/// The answer to a changed password.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/password_changed.html")]
pub struct PasswordChanged {
    /// The frame.
    pub layout: Layout,
    /// How many other browsers were signed out.
    pub sessions: u64,
    /// How many apps are connected still.
    pub connections: usize,
}

impl PasswordChanged {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let connected = Self { layout: sample::signed_in(language, "/account/password"), sessions: 2, connections: 3 };
        let alone = Self { sessions: 0, connections: 0, ..connected.clone() };
        vec![("connected", connected), ("alone", alone)]
    }
}

/// `GET /account/address`, and the answer to an address that was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/change_address.html")]
pub struct ChangeAddress {
    /// The frame.
    pub layout: Layout,
    /// The present one.
    pub present: String,
    /// The new one.
    pub email: Field,
}

impl ChangeAddress {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::signed_in(language, "/account/address"),
            present: "member@example.com".to_owned(),
            email: Field::default(),
        };
        let field = |value: &str, error: &str| Field { value: value.to_owned(), error: Some(error.to_owned()) };
        let refused = Self {
            email: field("ada(at)example.com", &say(language, "sign-up-no-address").to_string()),
            ..plain.clone()
        };
        let hostile = Self {
            present: sample::HOSTILE.to_owned(),
            email: field(sample::HOSTILE, sample::HOSTILE),
            ..plain.clone()
        };
        vec![("plain", plain), ("refused", refused), ("hostile", hostile)]
    }
}

/// `GET /prove`: is it still you?
#[derive(Clone, Debug, Template)]
#[template(path = "pages/prove.html")]
pub struct Prove {
    /// The frame.
    pub layout: Layout,
    /// The word of the act that waits.
    pub act: String,
    /// Whether the account has a password.
    pub password: bool,
    /// The providers that are connected to it.
    pub providers: Vec<ProviderButton>,
    /// Why the last try was refused.
    pub error: Option<String>,
    /// Whether the person has a passkey.
    pub passkeys: bool,
}

impl Prove {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::signed_in(language, "/prove"),
            act: "address".to_owned(),
            password: true,
            providers: Vec::new(),
            error: None,
            passkeys: false,
        };
        let by_provider = Self { password: false, providers: ProviderButton::samples(), ..plain.clone() };
        let either = Self { password: true, ..by_provider.clone() };
        let with_passkey = Self { passkeys: true, ..plain.clone() };
        let neither = Self { providers: Vec::new(), ..by_provider.clone() };
        let refused = Self { error: Some(say(language, "account-prove").part("wrong").into()), ..plain.clone() };
        let hostile = Self { error: Some(sample::HOSTILE.to_owned()), ..plain.clone() };
        vec![
            ("plain", plain),
            ("by-provider", by_provider),
            ("either", either),
            ("with-passkey", with_passkey),
            ("neither", neither),
            ("refused", refused),
            ("hostile", hostile),
        ]
    }
}
