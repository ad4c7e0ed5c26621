//! The words of each message.

use identity::mail::{Letter, Message};
use model::Language;

use super::{Act, Sender};
use crate::view::{Phrase, say};

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
        match &letter.message {
            Message::ConnectionReused { app } => {
                let message = say("mail-connection-reused").with("app", named(app));
                Self { act: connections(), ..Self::new(language, &message, &["happened", "now"]) }
            }
            Message::ConnectionShared { app } => {
                let message = say("mail-connection-shared").with("app", named(app));
                Self { act: connections(), ..Self::new(language, &message, &["happened"]) }
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

/// A stranger chose this name: one line, and not long enough for a message of their own.
fn named(app: &str) -> String {
    let line: String = app.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ").chars().take(APP_CHARACTERS).collect()
}
