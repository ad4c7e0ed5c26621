//! The pages of second factors: giving one, and setting them up.

use std::fmt;

use askama::Template;
use model::Language;

use super::{Layout, Moment, QrCode, sample, say};

/// A field that is never refused.
const NOTHING: Option<String> = None;

/// `GET /second-factor`: one more thing, before somebody is signed in or has proved who they are.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/second_factor.html")]
pub struct SecondFactor {
    /// The frame.
    pub layout: Layout,
    /// Whose account.
    pub email: String,
    /// Whether codes of an app are taken.
    pub app: bool,
    /// Whether passkeys are taken.
    pub passkeys: bool,
    /// Whether there is a recovery code left.
    pub recovery: bool,
    /// What the forms carry, so that they lead to where their person was on their way to.
    pub onward: Onward,
    /// What is wrong with the code.
    pub code_error: Option<String>,
    /// Why the last try was refused, if that was not the code's fault.
    pub refusal: Option<String>,
}

/// `GET /second-factor/recovery`: a recovery code instead.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/recovery.html")]
pub struct Recovery {
    /// The frame.
    pub layout: Layout,
    /// Whose account.
    pub email: String,
    /// As for [`SecondFactor`].
    pub onward: Onward,
    /// What is wrong with the code.
    pub code_error: Option<String>,
}

/// Where somebody goes on to: what a form carries, and the same as a query.
#[derive(Clone, Debug, Default)]
pub struct Onward {
    /// Names and values.
    pub carried: Vec<(&'static str, String)>,
}

impl Onward {
    /// With its question mark; nothing if there is nothing to carry.
    #[must_use]
    pub fn query(&self) -> String {
        let pairs: Vec<String> = self.carried.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

impl SecondFactor {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let app = Self {
            layout: sample::layout(language, "/second-factor"),
            email: "member@example.com".to_owned(),
            app: true,
            passkeys: false,
            recovery: true,
            onward: Onward { carried: vec![("authorization", "au_0sample".to_owned())] },
            code_error: None,
            refusal: None,
        };
        let refused = Self { code_error: Some(say(language, "factors-wrong-code").into()), ..app.clone() };
        let both = Self { passkeys: true, ..app.clone() };
        let passkeys = Self { app: false, passkeys: true, onward: Onward::default(), ..app.clone() };
        let refused_passkey = Self { refusal: Some(say(language, "factors-wrong-passkey").into()), ..passkeys.clone() };
        let hostile = Self {
            email: sample::HOSTILE.to_owned(),
            code_error: Some(sample::HOSTILE.to_owned()),
            onward: Onward { carried: vec![("for", sample::HOSTILE.to_owned())] },
            ..both.clone()
        };
        vec![
            ("app", app),
            ("refused", refused),
            ("both", both),
            ("passkeys", passkeys),
            ("passkey-refused", refused_passkey),
            ("hostile", hostile),
        ]
    }
}

impl Recovery {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/second-factor/recovery"),
            email: "member@example.com".to_owned(),
            onward: Onward::default(),
            code_error: None,
        };
        let refused = Self { code_error: Some(say(language, "factors-wrong-recovery").into()), ..plain.clone() };
        let hostile =
            Self { email: sample::HOSTILE.to_owned(), code_error: Some(sample::HOSTILE.to_owned()), ..plain.clone() };
        vec![("plain", plain), ("refused", refused), ("hostile", hostile)]
    }
}

/// `GET /account/totp`: the authenticator app.
#[derive(Clone, Template)]
#[template(path = "pages/totp.html")]
pub struct Totp {
    /// The frame.
    pub layout: Layout,
    /// Since when one is in force.
    pub since: Option<Moment>,
    /// One that waits for its first code.
    pub enrolment: Option<TotpEnrolment>,
    /// What is wrong with the code.
    pub code_error: Option<String>,
}

/// A seed, for an app to take over.
#[derive(Clone)]
pub struct TotpEnrolment {
    /// In base32, in groups of four.
    pub groups: String,
    /// The same and more, to be photographed.
    pub code: QrCode,
}

/// Without the seed.
impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Totp {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let none = Self {
            layout: sample::signed_in(language, "/account/totp"),
            since: None,
            enrolment: None,
            code_error: None,
        };
        let since = Some(Moment::date(sample::NOW - 30 * sample::DAY));
        let in_force = Self { since: since.clone(), ..none.clone() };
        let waits = Self { enrolment: Some(TotpEnrolment::sample()), ..none.clone() };
        let refused = Self { code_error: Some(say(language, "factors-wrong-code").into()), ..waits.clone() };
        let again = Self { since, ..waits.clone() };
        let hostile = Self { code_error: Some(sample::HOSTILE.to_owned()), ..waits.clone() };
        vec![
            ("none", none),
            ("in-force", in_force),
            ("waits", waits),
            ("refused", refused),
            ("again", again),
            ("hostile", hostile),
        ]
    }
}

impl TotpEnrolment {
    /// From the seed in base32 and the address for apps; nothing if that is too long for a QR code.
    #[must_use]
    pub fn new(seed: &str, address: &str) -> Option<Self> {
        Some(Self { groups: groups(seed), code: QrCode::of(address)? })
    }

    fn sample() -> Self {
        let (seed, address) = (
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "otpauth://totp/Lanyard:member%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Lanyard",
        );
        Self { groups: groups(seed), code: QrCode::of(address).unwrap_or_default() }
    }
}

fn groups(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The answer that shows recovery codes, this once.
#[derive(Clone, Template)]
#[template(path = "pages/recovery_codes.html")]
pub struct RecoveryCodes {
    /// The frame.
    pub layout: Layout,
    /// What was done before.
    pub done: String,
    /// Ten of them.
    pub codes: Vec<String>,
}

/// Without the codes.
impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryCodes").field("done", &self.done).finish_non_exhaustive()
    }
}

impl RecoveryCodes {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let codes = ["0A1B-2C3D-4E5F-6G7H", "8J9K-0M1N-2P3Q-4R5S", "6T7V-8W9X-0Y1Z-2A3B", "4C5D-6E7F-8G9H-0J1K"];
        let codes = codes.iter().cycle().take(10).map(|code| (*code).to_owned()).collect();
        vec![(
            "shown",
            Self {
                layout: sample::signed_in(language, "/account/recovery-codes"),
                done: say(language, "factors-codes-for-app").into(),
                codes,
            },
        )]
    }
}

/// `GET /account/recovery-codes`: how many are left.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/recovery_codes_left.html")]
pub struct RecoveryCodesLeft {
    /// The frame.
    pub layout: Layout,
    /// Codes that were not used.
    pub left: u64,
    /// Whether there is a second factor that they stand in for.
    pub demanded: bool,
}

impl RecoveryCodesLeft {
    fn has_left(&self) -> bool {
        self.left > 0
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let some = Self { layout: sample::signed_in(language, "/account/recovery-codes"), left: 7, demanded: true };
        let last = Self { left: 1, ..some.clone() };
        let none = Self { left: 0, ..some.clone() };
        let idle = Self { left: 0, demanded: false, ..some.clone() };
        vec![("some", some), ("last", last), ("none", none), ("nothing-to-stand-in-for", idle)]
    }
}

/// `GET /account/passkeys`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/passkeys.html")]
pub struct Passkeys {
    /// The frame.
    pub layout: Layout,
    /// Oldest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Whether this server can have passkeys.
    pub possible: bool,
    /// Why the last one was not added.
    pub refusal: Option<String>,
    /// What was just done.
    pub done: Option<String>,
}

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// What its person calls it.
    pub name: String,
    /// When it was added.
    pub added: Moment,
    /// When it was last used.
    pub used: Option<Moment>,
    /// Whether it is not accepted any more.
    pub suspect: bool,
}

impl Passkeys {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let none = Self {
            layout: sample::signed_in(language, "/account/passkeys"),
            passkeys: Vec::new(),
            possible: true,
            refusal: None,
            done: None,
        };
        let phone = PasskeyRow {
            id: "0phone".to_owned(),
            name: "My phone".to_owned(),
            added: Moment::date(sample::NOW - 30 * sample::DAY),
            used: Some(Moment::ago(sample::NOW - 90 * sample::MINUTE, sample::NOW)),
            suspect: false,
        };
        let key = PasskeyRow { id: "0key".to_owned(), name: "Blue key".to_owned(), used: None, ..phone.clone() };
        let several = Self {
            passkeys: vec![phone.clone(), key.clone()],
            done: Some(say(language, "factors-passkey-was-added").into()),
            ..none.clone()
        };
        let copied = PasskeyRow { suspect: true, ..key.clone() };
        let suspect = Self { passkeys: vec![phone.clone(), copied], ..none.clone() };
        let refused = Self { refusal: Some(say(language, "factors-passkey-taken").into()), ..several.clone() };
        let impossible = Self { possible: false, ..none.clone() };
        let odd = PasskeyRow { name: sample::HOSTILE.to_owned(), ..key };
        let hostile = Self { passkeys: vec![odd], refusal: Some(sample::HOSTILE.to_owned()), ..none.clone() };
        vec![
            ("none", none),
            ("several", several),
            ("suspect", suspect),
            ("refused", refused),
            ("impossible", impossible),
            ("hostile", hostile),
        ]
    }
}

/// `GET /account/passkeys/{id}/name`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/name_passkey.html")]
pub struct NamePasskey {
    /// The frame.
    pub layout: Layout,
    /// Its id.
    pub id: String,
    /// What it is called now.
    pub name: String,
}

impl NamePasskey {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::signed_in(language, "/account/passkeys/0phone/name"),
            id: "0phone".to_owned(),
            name: "My phone".to_owned(),
        };
        let hostile = Self { name: sample::HOSTILE.to_owned(), ..plain.clone() };
        vec![("plain", plain), ("hostile", hostile)]
    }
}
