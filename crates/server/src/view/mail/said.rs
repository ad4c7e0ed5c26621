//! The words of each message.

use identity::mail::Message;

use super::{Act, Sender};

/// The longest name of an app, in characters.
const APP_CHARACTERS: usize = 60;

/// What a mail says.
pub(super) struct Said {
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
    pub(super) fn of(message: &Message, sender: &Sender) -> Self {
        match message {
            Message::ConnectionReused { app } => connection_reused(app, sender),
            Message::ConnectionShared { app } => connection_shared(app, sender),
        }
    }
}

fn connection_reused(app: &str, sender: &Sender) -> Said {
    Said {
        subject: format!("An app was disconnected from your {} account", sender.name),
        heading: format!("“{}” was disconnected to protect you", named(app)),
        paragraphs: vec![
            "A key that had been replaced was used again, so somebody may have copied it, or the program lost its place."
                .to_owned(),
            "It can read nothing any more. Connect it again if it is yours.".to_owned(),
        ],
        act: Some(Act { label: "See your connections", link: link(sender, "/connections") }),
        code: None,
        was_asked: false,
        not_you: "If you do not use this app, look at what else is connected, and disconnect what you do not know."
            .to_owned(),
        lock: None,
    }
}

fn connection_shared(app: &str, sender: &Sender) -> Said {
    Said {
        subject: format!("An app may use your {} account in two places", sender.name),
        heading: format!("“{}” may be used in two places", named(app)),
        paragraphs: vec!["Two programs use this connection, or somebody copied it.".to_owned()],
        act: Some(Act { label: "See your connections", link: link(sender, "/connections") }),
        code: None,
        was_asked: false,
        not_you: "If you do not use this app in two places, disconnect it. That works at once.".to_owned(),
        lock: None,
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
