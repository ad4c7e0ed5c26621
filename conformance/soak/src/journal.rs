//! What the clients' side knows of one connection: every request, when it was sent, when it ended, and what came of it.
//!
//! Owns the record. What it means is [`crate::history`]'s.

use std::{collections::HashMap, fmt};

use crate::moment::Moment;

/// A token by its place in the journal; two texts are two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u32);

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The connection's code is redeemed, with all that belongs to it.
    Redeem,
    /// A refresh token is presented at the token endpoint.
    Refresh(Token),
    /// An access token is used, and the resource server asks for it.
    Use(Token),
    /// The connection is given back, with any of its tokens.
    Revoke(Token),
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Tokens.
    Pair {
        /// The refresh token.
        refresh: Token,
        /// The access token.
        access: Token,
    },
    /// `invalid_grant`.
    Refused,
    /// The access token is good.
    Active,
    /// It is not.
    Inactive,
    /// 200 of the revocation endpoint.
    Revoked,
    /// 503: nothing was done, or nobody knows.
    Unavailable,
    /// No answer arrived.
    Lost,
}

impl Outcome {
    /// Whether the server said what it did.
    #[must_use]
    pub const fn is_told(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Lost)
    }
}

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A process that follows the advice to clients, by its number.
    Honest(u8),
    /// Whoever holds a copy.
    Thief,
    /// The run itself, which looks what is left.
    Auditor,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Who asked.
    pub actor: Actor,
    /// What.
    pub act: Act,
    /// Which of the server processes.
    pub server: usize,
    /// Just before the first byte was written.
    pub sent: Moment,
    /// When the answer was there, or nobody waited for it any more.
    pub ended: Moment,
    /// What came of it.
    pub outcome: Outcome,
}

/// A connection's requests, in the order of their ends.
#[derive(Clone, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    texts: Vec<String>,
    numbers: HashMap<String, Token>,
}

impl Journal {
    /// The number of this token text.
    pub fn token(&mut self, text: &str) -> Token {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let token = Token(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), token);
        token
    }

    /// A token's text, to be presented.
    #[must_use]
    pub fn text(&self, token: Token) -> Option<&str> {
        self.texts.get(usize::try_from(token.0).ok()?).map(String::as_str)
    }

    /// The generation that a token's text names; 0 where it names none.
    #[must_use]
    pub fn generation(&self, token: Token) -> u64 {
        self.text(token).and_then(generation).unwrap_or(0)
    }

    /// Writes down what happened.
    pub fn note(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// What happened.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The refresh tokens that were handed out, newest generation last; among equals the later one.
    #[must_use]
    pub fn refresh_tokens(&self) -> Vec<Token> {
        self.handed_out(|refresh, _| refresh)
    }

    /// The access tokens that were handed out, likewise.
    #[must_use]
    pub fn access_tokens(&self) -> Vec<Token> {
        self.handed_out(|_, access| access)
    }

    fn handed_out(&self, which: impl Fn(Token, Token) -> Token) -> Vec<Token> {
        let mut all: Vec<Token> = Vec::new();
        for entry in &self.entries {
            if let Outcome::Pair { refresh, access } = entry.outcome {
                let token = which(refresh, access);
                if !all.contains(&token) {
                    all.push(token);
                }
            }
        }
        all.sort_by_key(|token| (self.generation(*token), token.0));
        all
    }
}

/// Nothing that could be used.
impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({} entries, {} tokens)", self.entries.len(), self.texts.len())
    }
}

/// The generation in a token's text: `lyd_rt_`, id (22), generation (7), …, in base62 (crates/model/src/token.rs).
fn generation(text: &str) -> Option<u64> {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digits = text.as_bytes().get(29..36)?;
    digits.iter().try_fold(0u64, |value, digit| {
        let digit = DIGITS.iter().position(|one| one == digit)?;
        Some(value * 62 + u64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_token() {
        let mut journal = Journal::default();
        let (a, b) = (journal.token("a"), journal.token("b"));
        assert_ne!(a, b);
        assert_eq!(journal.token("a"), a);
        assert_eq!(journal.text(b), Some("b"));
    }

    #[test]
    fn a_journal_shows_no_token() {
        let mut journal = Journal::default();
        journal.token("lyd_rt_secret");
        assert_eq!(format!("{journal:?}"), "Journal(0 entries, 1 tokens)");
    }

    #[test]
    fn the_generation_is_read_as_the_server_writes_it() {
        use model::{Id, Secret, ServerSecrets, Timestamp, Token as Written, TokenKind};
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let id = Id::<()>::new(Timestamp::from_seconds(1));
        for generation in [1, 61, 62, 4711] {
            let written = Written::new(TokenKind::Refresh, id, generation, Secret::generate(), &secrets);
            let mut journal = Journal::default();
            let token = journal.token(&written.expose(&secrets).unwrap());
            assert_eq!(journal.generation(token), generation);
        }
    }
}
