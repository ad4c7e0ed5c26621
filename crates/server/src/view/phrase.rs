//! What pages and mails say, in the reader's language: the messages of `templates/messages`, by their keys.
//!
//! A message is text, and comes out as text: whatever puts a [`Phrase`] into HTML escapes it, its arguments included. An
//! element inside a sentence stays in the template, which asks for what stands before and after it ([`Phrase::around`]).

use std::{borrow::Cow, collections::HashMap, fmt};

use fluent_templates::{LanguageIdentifier, fluent_bundle::FluentValue, langid};
use model::Language;

/// Stands for an element while a sentence is split around it. It is nobody's letter.
const ELEMENT: char = '\u{fffc}';

fluent_templates::static_loader! {
    static MESSAGES = {
        locales: "../../templates/messages",
        fallback_language: "en",
        // Names are set apart by <bdi>, where they stand in a page.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The message of this key, still without its arguments.
#[must_use]
pub fn say(language: Language, key: &str) -> Phrase<'_> {
    Phrase { language, key: Cow::Borrowed(key), arguments: HashMap::new() }
}

/// A message with its arguments, in one language; it is said by displaying it.
#[derive(Clone, Debug)]
pub struct Phrase<'a> {
    language: Language,
    key: Cow<'a, str>,
    arguments: HashMap<&'static str, FluentValue<'static>>,
}

/// A sentence around an element: `{{ it.before }}<a …>{{ it.words }}</a>{{ it.after }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// What stands before the element.
    pub before: String,
    /// The element's own words: the message's attribute of the same name, empty if it has none.
    pub words: String,
    /// What stands after it.
    pub after: String,
}

impl<'a> Phrase<'a> {
    /// With this text for `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl fmt::Display) -> Self {
        self.arguments.insert(name, FluentValue::from(text.to_string().replace(ELEMENT, "")));
        self
    }

    /// With this number for `{ $count }`, by which the message may choose its form.
    #[must_use]
    pub fn count(mut self, number: impl fmt::Display) -> Self {
        let digits = number.to_string();
        let number = digits.parse::<f64>().map_or_else(|_| FluentValue::from(digits), FluentValue::from);
        self.arguments.insert("count", number);
        self
    }

    /// Another part of the message, its attribute `.name`, with the same arguments.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        Self { key: Cow::Owned(format!("{}.{name}", self.key)), ..self.clone() }
    }

    /// The sentence split where `{ $name }` stands, for an element that the template puts there.
    #[must_use]
    pub fn around(self, name: &'static str) -> Around {
        let words = self.part(name).said().unwrap_or_default();
        let mut split = self;
        split.arguments.insert(name, FluentValue::from(ELEMENT.to_string()));
        let sentence = split.to_string();
        let (before, after) = sentence.split_once(ELEMENT).unwrap_or((&sentence, ""));
        Around { before: before.to_owned(), words, after: after.to_owned() }
    }

    /// In words, for a part that not every message has.
    #[must_use]
    pub fn if_said(&self) -> Option<String> {
        self.said()
    }

    /// In words; none if there is no such message, or an argument is missing.
    fn said(&self) -> Option<String> {
        MESSAGES.lookup_single_language(&identifier(self.language), &self.key, Some(&self.arguments)).ok()
    }
}

impl fmt::Display for Phrase<'_> {
    /// A key without a message is shown as a key: the tests see that there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.said() {
            Some(words) => f.write_str(&words),
            None => write!(f, "⟦{}⟧", self.key),
        }
    }
}

impl From<Phrase<'_>> for String {
    fn from(phrase: Phrase<'_>) -> Self {
        phrase.to_string()
    }
}

const fn identifier(language: Language) -> LanguageIdentifier {
    match language {
        Language::English => langid!("en"),
        Language::German => langid!("de"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_said_with_its_arguments() {
        let apps = |language, number: usize| say(language, "home-connected").count(number).to_string();
        assert_eq!(apps(Language::English, 1), "One app is connected.");
        assert_eq!(apps(Language::English, 2), "2 apps are connected.");
        assert_eq!(apps(Language::German, 2), "2 Apps sind verbunden.");
    }

    #[test]
    fn a_sentence_is_split_around_its_element_and_nobody_elses_text_splits_it() {
        let around = say(Language::German, "sign-in-waiting").around("app");
        assert_eq!((around.before.as_str(), around.after.as_str()), ("um mit ", " fortzufahren"));
        let two = say(Language::English, "consent-act-in").with("act", "read\u{fffc} all").around("place");
        assert_eq!((two.before.as_str(), two.after.as_str()), ("read all in ", ""));
    }

    #[test]
    fn what_is_not_there_is_shown_as_its_key() {
        assert_eq!(say(Language::English, "nothing-like-this").to_string(), "⟦nothing-like-this⟧");
        assert_eq!(say(Language::English, "home-connected").to_string(), "⟦home-connected⟧", "an argument is missing");
    }
}
