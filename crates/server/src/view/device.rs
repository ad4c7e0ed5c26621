//! The device pages: the code is typed, and when it is decided, that is said. What stands between is the consent page.

use askama::Template;
use model::Language;

use super::{Layout, Moment, sample, say};

/// `GET /device`; its form sends `user_code`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/device.html")]
pub struct Device {
    /// The frame.
    pub layout: Layout,
    /// What stands in the field.
    pub user_code: String,
    /// Whether a link brought it, so that it must be compared.
    pub carried: bool,
    /// Why the last code was not taken.
    pub refusal: Option<String>,
}

/// What follows when a device was let in, or was not.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/device_told.html")]
pub struct DeviceTold {
    /// The frame.
    pub layout: Layout,
    /// What the app on the device calls itself.
    pub app: String,
    /// Whether it was let in.
    pub allowed: bool,
}

/// A device that asks, on the consent page.
#[derive(Clone, Debug)]
pub struct AskingDevice {
    /// The code, to be compared: `BCDF-GHJK`.
    pub user_code: String,
    /// The network address that it asked from.
    pub address: String,
    /// The program that it asked with, in words; none if it does not say.
    pub program: Option<String>,
    /// When it asked.
    pub asked: Moment,
    /// Whether the last answer said that it is the person's own.
    pub own: bool,
}

impl Device {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let empty = Self {
            layout: sample::layout(language, "/device"),
            user_code: String::new(),
            carried: false,
            refusal: None,
        };
        let carried = Self {
            layout: sample::signed_in(language, "/device"),
            user_code: "BCDF-GHJK".to_owned(),
            carried: true,
            ..empty.clone()
        };
        let refused =
            |key| Self { user_code: "BCDF-GHJX".to_owned(), refusal: Some(say(language, key).into()), ..empty.clone() };
        let hostile =
            Self { user_code: sample::HOSTILE.to_owned(), refusal: Some(sample::HOSTILE.to_owned()), ..empty.clone() };
        vec![
            ("wrong", refused("device-wrong")),
            ("too-many", refused("device-too-many")),
            ("empty", empty),
            ("carried", carried),
            ("hostile", hostile),
        ]
    }
}

impl DeviceTold {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let told = |app: &str, allowed| Self {
            layout: sample::signed_in(language, "/consent/au_0sample"),
            app: app.to_owned(),
            allowed,
        };
        vec![
            ("allowed", told("Acme CLI", true)),
            ("denied", told("Acme CLI", false)),
            ("hostile", told(sample::HOSTILE, true)),
        ]
    }
}
