//! The words of each message.

mod factors;

use identity::mail::{Letter, Message};
use model::Language;

use super::{Act, Sender};
use crate::view::{Moment, Phrase, say};

/// The longest name of an app, in characters.
const APP_CHARACTERS: usize = 60;

/// What a mail says.
pub(super) struct Said {
    pub(super) language: Language,
    pub(super) subject: String,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) act: Option<Act>,
    pub(super) code: Option<String>,
    /// Whether somebody asked for it, so that when and from where is told.
    pub(super) was_asked: bool,
    /// What to do if it was somebody else.
    pub(super) not_you: String,
    /// What locks things down.
    pub(super) lock: Option<Act>,
}

impl Said {
    pub(super) fn of(letter: &Letter, sender: &Sender) -> Self {
        let language = letter.asked.language;
        let say = |key| say(language, key).with("server", &sender.name);
        let connections =
            || Some(Act { label: say("mail-see-connections").into(), link: link(sender, "/connections") });
        let act = |key, path: &str| Some(Act { label: say(key).into(), link: link(sender, path) });
        let opens = |key: &'static str, path: &str, token: &str| {
            Some(Act { label: say(key).into(), link: with_token(sender, path, token) })
        };
        let asked = |key| Self { was_asked: true, ..Self::new(language, &say(key), &["happened"]) };
        let proof = |key, token: &str, code: &String| Self {
            act: opens("mail-confirm", "/confirm", token),
            code: Some(code.clone()),
            ..asked(key)
        };
        match &letter.message {
            Message::ConfirmSignUp { token, code } => proof("mail-confirm-sign-up", token, code),
            Message::ConfirmAddress { token, code } => proof("mail-confirm-address", token, code),
            Message::ConfirmNewAddress { token, code } => proof("mail-confirm-new-address", token, code),
            Message::SignUpTried => Self {
                act: act("mail-sign-in", "/sign-in"),
                lock: act("mail-new-password", "/forgotten"),
                ..asked("mail-sign-up-tried")
            },
            Message::NewAddressTried => {
                Self { act: act("mail-sign-in", "/sign-in"), ..asked("mail-new-address-tried") }
            }
            Message::AddressChanged { address, token } => {
                let message = say("mail-address-changed").with("address", masked(address));
                let back = Act { label: message.part("back").into(), link: with_token(sender, "/undo-address", token) };
                Self { was_asked: true, lock: Some(back), ..Self::new(language, &message, &["happened"]) }
            }
            Message::Reset { token } => {
                Self { act: opens("mail-new-password", "/reset", token), ..asked("mail-reset") }
            }
            Message::PasswordChanged { reset } => {
                let message = say("mail-password-changed");
                let ended = Self::new(language, &message, &[if *reset { "reset" } else { "changed" }]);
                Self { was_asked: true, lock: act("mail-new-password", "/forgotten"), ..ended }
            }
            Message::AccountLeft { until } => {
                let message = say("mail-account-left").with("at", Moment::date(until.as_micros()).words(language));
                let left = Self::new(language, &message, &["happened"]);
                Self { was_asked: true, lock: act("mail-new-password", "/forgotten"), ..left }
            }
            Message::FactorsChanged { change } => factors::changed(change, language, sender),
            Message::ProviderChanged { connected, provider, label } => {
                let key = if *connected { "mail-provider-connected" } else { "mail-provider-disconnected" };
                let message = say(key).with("provider", named(provider));
                let (message, part) = match label {
                    Some(label) => (message.with("label", named(label)), "happened-as"),
                    None => (message, "happened"),
                };
                Self {
                    was_asked: true,
                    act: act("mail-see-security", "/account/security"),
                    lock: act("mail-new-password", "/forgotten"),
                    ..Self::new(language, &message, &[part])
                }
            }
            Message::AccountErased => asked("mail-account-erased"),
            Message::DeviceAllowed { app } => {
                let message = say("mail-device-allowed").with("app", named(app));
                Self { was_asked: true, lock: connections(), ..Self::new(language, &message, &["happened"]) }
            }
            Message::ConnectionReused { app } => {
                let message = say("mail-connection-reused").with("app", named(app));
                Self { act: connections(), ..Self::new(language, &message, &["happened", "now"]) }
            }
            Message::KeyMade { name } => {
                let message = say("mail-key-made").with("name", named(name));
                Self { act: connections(), was_asked: true, ..Self::new(language, &message, &["happened"]) }
            }
            Message::ApiTokenMade { name, writes } => {
                let message = say("mail-api-token-made").with("name", named(name));
                Self {
                    was_asked: true,
                    act: act("mail-see-api-tokens", "/account/tokens"),
                    lock: act("mail-new-password", "/forgotten"),
                    ..Self::new(language, &message, &[if *writes { "writes" } else { "reads" }])
                }
            }
            Message::KeyRotated { name } => {
                let message = say("mail-key-rotated").with("name", named(name));
                Self { act: connections(), was_asked: true, ..Self::new(language, &message, &["happened"]) }
            }
            Message::ConnectionShared { app } => {
                let message = say("mail-connection-shared").with("app", named(app));
                Self { act: connections(), ..Self::new(language, &message, &["happened"]) }
            }
            Message::Invited { organization, by, id, token, until } => {
                let message = say("mail-invited")
                    .with("organization", named(organization))
                    .with("by", by.as_deref().map(named).unwrap_or_default())
                    .with("until", Moment::date(until.as_micros()).words(language));
                let part = if by.is_some() { "happened-by" } else { "happened" };
                let open = Act {
                    label: message.part("open").into(),
                    link: with_token(sender, &format!("/invitations/{id}"), token),
                };
                Self { act: Some(open), ..Self::new(language, &message, &[part, "until"]) }
            }
            Message::WebhookDisabled { organization, host } => {
                let message =
                    say("mail-webhook-disabled").with("organization", named(organization)).with("host", named(host));
                let see = Act { label: message.part("see").into(), link: link(sender, "/account/webhooks") };
                Self { act: Some(see), ..Self::new(language, &message, &["happened", "now"]) }
            }
        }
    }

    /// A message whose words are the heading, with its parts `.subject` and `.not-you`, and a paragraph of each of these.
    fn new(language: Language, message: &Phrase<'_>, paragraphs: &[&str]) -> Self {
        Self {
            language,
            subject: message.part("subject").into(),
            heading: message.to_string(),
            paragraphs: paragraphs.iter().map(|part| message.part(part).into()).collect(),
            act: None,
            code: None,
            was_asked: false,
            not_you: message.part("not-you").into(),
            lock: None,
        }
    }

    /// What the templates say around it.
    pub(super) fn say<'a>(&self, key: &'a str) -> Phrase<'a> {
        say(self.language, key)
    }
}

/// An address of ours.
fn link(sender: &Sender, path: &str) -> String {
    format!("{}{path}", sender.public_url)
}

/// An address of ours that carries a proof. It stands in the query, which is never logged.
fn with_token(sender: &Sender, path: &str, token: &str) -> String {
    format!("{}{path}?token={token}", sender.public_url)
}

/// Enough to know one's own address by.
pub fn masked(address: &str) -> String {
    let (local, host) = address.split_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{host}")
}

/// A stranger chose this name: one line, and not long enough for a message of their own.
fn named(app: &str) -> String {
    let line: String = app.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ").chars().take(APP_CHARACTERS).collect()
}
