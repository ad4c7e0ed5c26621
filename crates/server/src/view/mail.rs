//! Mails: what each message says, as text and as HTML of the same words, one column, no picture and nothing that tells who
//! reads it. Every link begins with the configured public address.

mod said;
#[cfg(test)]
mod tests;

use askama::Template;
use identity::mail::{Asked, Letter};
use serde::Serialize;

use super::{Moment, phrase::say, program};
use said::Said;
pub use said::masked;

/// Whom mails come from.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The server's name.
    pub name: String,
    /// The issuer, without a trailing slash: the beginning of every link.
    pub public_url: String,
}

/// A mail in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The subject: a line without anybody else's words in it.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The address that the act leads to, or what locks things down where there is no other.
    pub link: Option<String>,
    /// The six digits, if it has some.
    pub code: Option<String>,
}

/// An act of a mail: a link and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) label: String,
    pub(super) link: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a> {
    said: &'a Said,
    asked: Option<&'a str>,
    sender: &'a Sender,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    said: &'a Said,
    asked: Option<&'a str>,
    sender: &'a Sender,
}

/// A letter in words.
///
/// # Errors
/// When a template cannot be rendered.
pub fn written(letter: &Letter, sender: &Sender) -> Result<Written, askama::Error> {
    let said = Said::of(letter, sender);
    let asked = said.was_asked.then(|| asked(&letter.asked));
    let asked = asked.as_deref();
    Ok(Written {
        text: Text { said: &said, asked, sender }.render()?,
        html: Html { said: &said, asked, sender }.render()?,
        subject: said.subject,
        link: said.act.or(said.lock).map(|act| act.link),
        code: said.code,
    })
}

/// When, from where and with what.
fn asked(asked: &Asked) -> String {
    let language = asked.language;
    let program = program::words(language, &asked.user_agent);
    let key = match (asked.address.is_empty(), program.is_none()) {
        (true, true) => "mail-asked",
        (true, false) => "mail-asked-with",
        (false, true) => "mail-asked-from",
        (false, false) => "mail-asked-from-with",
    };
    say(language, key)
        .with("when", Moment::minute(asked.at.as_micros()).words(language))
        .with("address", &asked.address)
        .with("program", program.unwrap_or_default())
        .into()
}
