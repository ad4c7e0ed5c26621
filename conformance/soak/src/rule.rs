//! A connection as the rules see it: its state, a request with its answer, and what an answer may mean. Owns the words;
//! what is allowed stands in `table`.

mod table;

use std::time::Duration;

use crate::{
    journal::{Act, Outcome, Token},
    moment::Span,
};

/// The settings of the server that is watched.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// `tokens.retry_window`, above zero.
    pub retry_window: Duration,
    /// `tokens.recovery_window`.
    pub recovery_window: Duration,
    /// `tokens.access_lifetime`.
    pub access_lifetime: Duration,
    /// `tokens.code_lifetime`.
    pub code_lifetime: Duration,
    /// By so much may a span's ends be wrong.
    pub slack: Duration,
}

/// What an answer meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The code began a family.
    Redeemed,
    /// The code was used before: its family ends.
    CodeReplayed,
    /// The code came too late.
    CodeExpired,
    /// The head within the window: the same pair.
    Again,
    /// The head otherwise: a new pair.
    Rotated,
    /// The predecessor within the window: the same pair.
    Retried,
    /// The predecessor later, its successor never seen: a fresh pair.
    Recovered,
    /// The predecessor after the window, its successor seen: the family ends.
    ReusedSeen,
    /// The predecessor after the recovery window: the family ends.
    ReusedLate,
    /// Neither head nor predecessor: the family ends.
    ReusedStale,
    /// The family had ended.
    Dead,
    /// A good access token, the first use of its generation.
    FirstSight,
    /// A good access token.
    Good,
    /// An access token that had ended.
    Ended,
    /// Given back.
    Revoked,
}

/// An access token that the model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// Which; none if its answer was lost.
    pub token: Option<Token>,
    /// When it expires.
    pub expires: Span,
}

/// The row of a living family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// Counts rotations, from 1.
    pub generation: u64,
    /// The newest refresh token; none if its answer was lost.
    pub head: Option<Token>,
    /// The one before.
    pub previous: Option<Token>,
    /// When the head was last handed out.
    pub answered: Span,
    /// Whether the head or its access token was used.
    pub seen: bool,
    /// The head's access token.
    pub access: Access,
    /// The predecessor's.
    pub older: Option<Access>,
}

/// A connection's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Its code was not redeemed yet.
    Unspent,
    /// Its family lives.
    Alive(Row),
    /// Nothing of it works, and never will again.
    Over,
}

/// One thing that may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What it meant.
    pub meaning: Meaning,
    /// What is so now.
    pub state: State,
}

/// A request as the model sees it.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What was asked.
    pub act: Act,
    /// What was answered.
    pub outcome: Outcome,
    /// The generation of the refresh token in the answer; 0 without one.
    pub generation: u64,
    /// When the server read its clock.
    pub now: Span,
}

impl Row {
    /// A head whose answer was lost becomes known when it is handed out again.
    pub(crate) fn learning(self, event: &Event) -> Self {
        Self {
            head: self.head.or(event.told_refresh()),
            access: Access { token: self.access.token.or(event.told_access()), ..self.access },
            ..self
        }
    }
}

impl Step {
    /// A new pair is new: the predecessor is not handed out as its own successor.
    pub(crate) fn state_is_told(&self, event: &Event) -> bool {
        match (self.state, event.act) {
            (State::Alive(row), Act::Refresh(token)) if self.meaning != Meaning::Again => row.head != Some(token),
            _ => true,
        }
    }
}

impl Event {
    pub(crate) const fn told_refresh(&self) -> Option<Token> {
        match self.outcome {
            Outcome::Pair { refresh, .. } => Some(refresh),
            _ => None,
        }
    }

    pub(crate) const fn told_access(&self) -> Option<Token> {
        match self.outcome {
            Outcome::Pair { access, .. } => Some(access),
            _ => None,
        }
    }
}
