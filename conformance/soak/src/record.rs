//! One connection of the run: its journal, what is known of its code, and who held it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use drive::Client;

use crate::{
    fleet::lock,
    history::{Contradiction, Explanation, explain, in_words},
    journal::{Entry, Journal, Outcome, Token},
    moment::Span,
    plan::Script,
    rule::Rules,
};

/// A connection, shared by all who act on it.
#[derive(Debug)]
pub struct Record {
    /// Its number: seat, and how many were there before.
    pub name: String,
    /// The plan of its life.
    pub script: Script,
    /// Its client.
    pub client: Client,
    /// The code.
    pub code: String,
    /// When the code was made.
    pub code_issued: Span,
    journal: Mutex<Journal>,
    refused: Mutex<Option<Entry>>,
    stalled: AtomicBool,
}

impl Record {
    /// A connection that has a code and nothing else.
    #[must_use]
    pub fn new(name: String, script: Script, client: Client, code: String, code_issued: Span) -> Arc<Self> {
        let (journal, refused, stalled) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { name, script, client, code, code_issued, journal, refused, stalled })
    }

    /// The number of a token's text.
    #[must_use]
    pub fn token(&self, text: &str) -> Token {
        lock(&self.journal).token(text)
    }

    /// The text of a token.
    #[must_use]
    pub fn text(&self, token: Token) -> String {
        lock(&self.journal).text(token).unwrap_or_default().to_owned()
    }

    /// The generation that a token names.
    #[must_use]
    pub fn generation(&self, token: Token) -> u64 {
        lock(&self.journal).generation(token)
    }

    /// Writes down what happened.
    pub fn note(&self, entry: Entry) {
        lock(&self.journal).note(entry);
    }

    /// An honest process was refused although it did nothing wrong, as far as it knows.
    pub fn was_refused(&self, entry: Entry) {
        lock(&self.refused).get_or_insert(entry);
    }

    /// The first honest request that was refused.
    #[must_use]
    pub fn refusal(&self) -> Option<Entry> {
        *lock(&self.refused)
    }

    /// The journal as it is now.
    #[must_use]
    pub fn journal(&self) -> Journal {
        lock(&self.journal).clone()
    }

    /// Looks for an explanation. A request whose answer was lost counts as under way for as long as `latest` says; a
    /// contradiction is looked at again with the more generous `at_last` before it is believed.
    ///
    /// # Errors
    /// There is none.
    pub fn explain(
        &self,
        rules: &Rules,
        latest: &impl crate::history::Latest,
        at_last: &impl crate::history::Latest,
    ) -> Result<Explanation, Contradiction> {
        let journal = self.journal();
        explain(&journal, self.code_issued, rules, latest)
            .or_else(|_| explain(&journal, self.code_issued, rules, at_last))
    }

    /// The journal for people, with a mark at one entry.
    #[must_use]
    pub fn told(&self, marked: usize) -> String {
        let journal = self.journal();
        let mut text = format!("{}: {:?}\n", self.name, self.script);
        let mut order: Vec<usize> = (0..journal.entries().len()).collect();
        order.sort_by_key(|number| journal.entries().get(*number).map(|entry| entry.sent));
        for number in order {
            let Some(entry) = journal.entries().get(number) else { continue };
            let mark = if number == marked { ">>" } else { "  " };
            text.push_str(&format!("{mark} {}\n", in_words(&journal, entry)));
        }
        text
    }

    /// Between reading a store and having the answer so much time passed that the window could end meanwhile.
    pub fn stood_still(&self) {
        self.stalled.store(true, Ordering::Relaxed);
    }

    /// Whether that happened; no honest process is answerable for it.
    #[must_use]
    pub fn has_stood_still(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// Whether the newest thing that a redemption said was tokens.
    #[must_use]
    pub fn began(&self) -> bool {
        lock(&self.journal).entries().iter().any(|entry| matches!(entry.outcome, Outcome::Pair { .. }))
    }
}
