//! The table of docs/families.md as a model, written from that page alone: what a connection's state allows to be answered,
//! and what becomes of it. Times are spans, so an answer may be allowed under more than one row; then each is followed.

use std::time::Duration;

use super::{Access, Event, Meaning, Row, Rules, State, Step};
use crate::{
    journal::{Act, Outcome, Token},
    moment::{Sooner, Span},
};

impl Rules {
    /// Everything that the rules allow this request to have done, given this state and that answer; nothing if they allow
    /// none. `code_issued` is when the connection's code was made.
    #[must_use]
    pub fn steps(&self, state: State, event: &Event, code_issued: Span) -> Vec<Step> {
        let mut steps = match event.act {
            Act::Redeem => self.redeem(state, event, code_issued),
            Act::Refresh(token) => self.refresh(state, token, event),
            Act::Use(token) => self.usage(state, token, event),
            Act::Revoke(_) => revoke(state),
        };
        steps.retain(|(step, answer)| answer.fits(event) && step.state_is_told(event));
        steps.into_iter().map(|(step, _)| step).collect()
    }

    fn redeem(&self, state: State, event: &Event, code_issued: Span) -> Vec<(Step, Answer)> {
        let in_time = event.now.within(self.code_lifetime, code_issued, self.slack);
        let mut steps = Vec::new();
        if in_time.may {
            steps.push(match state {
                State::Unspent => {
                    let row = Row {
                        generation: 1,
                        head: event.told_refresh(),
                        previous: None,
                        answered: event.now,
                        seen: false,
                        access: self.access(event),
                        older: None,
                    };
                    (Step { meaning: Meaning::Redeemed, state: State::Alive(row) }, Answer::New(1))
                }
                State::Alive(_) | State::Over => {
                    (Step { meaning: Meaning::CodeReplayed, state: State::Over }, Answer::Refusal)
                }
            });
        }
        if in_time.may_not {
            steps.push((Step { meaning: Meaning::CodeExpired, state }, Answer::Refusal));
        }
        steps
    }

    fn refresh(&self, state: State, token: Token, event: &Event) -> Vec<(Step, Answer)> {
        match state {
            State::Unspent => Vec::new(),
            State::Over => vec![(Step { meaning: Meaning::Dead, state }, Answer::Refusal)],
            State::Alive(row) if row.head == Some(token) => self.head(row, token, event),
            State::Alive(row) if row.previous == Some(token) => self.predecessor(row, event),
            State::Alive(_) => vec![ended(Meaning::ReusedStale)],
        }
    }

    fn head(&self, row: Row, token: Token, event: &Event) -> Vec<(Step, Answer)> {
        let open = self.open(&row, event.now);
        let mut steps = Vec::new();
        if open.may {
            let next = Row { seen: true, ..row.learning(event) };
            steps.push((Step { meaning: Meaning::Again, state: State::Alive(next) }, Answer::Same(row)));
        }
        if open.may_not {
            let next = Row { previous: Some(token), older: Some(row.access), ..self.advanced(row, event) };
            let step = Step { meaning: Meaning::Rotated, state: State::Alive(next) };
            steps.push((step, Answer::New(next.generation)));
        }
        steps
    }

    fn predecessor(&self, row: Row, event: &Event) -> Vec<(Step, Answer)> {
        let open = self.open(&row, event.now);
        let mut steps = Vec::new();
        if open.may {
            let answered = if row.seen { row.answered } else { event.now };
            let next = Row { answered, ..row.learning(event) };
            steps.push((Step { meaning: Meaning::Retried, state: State::Alive(next) }, Answer::Same(row)));
        }
        if open.may_not && row.seen {
            steps.push(ended(Meaning::ReusedSeen));
        }
        if open.may_not && !row.seen {
            let recoverable = event.now.within(self.recovery_window, row.answered, self.slack);
            if recoverable.may {
                let next = self.advanced(row, event);
                let step = Step { meaning: Meaning::Recovered, state: State::Alive(next) };
                steps.push((step, Answer::New(next.generation)));
            }
            if recoverable.may_not {
                steps.push(ended(Meaning::ReusedLate));
            }
        }
        steps
    }

    fn usage(&self, state: State, token: Token, event: &Event) -> Vec<(Step, Answer)> {
        let (row, access, is_heads) = match state {
            State::Unspent => return Vec::new(),
            State::Over => return vec![inactive(state)],
            State::Alive(row) if row.access.token == Some(token) => (row, row.access, true),
            State::Alive(row) => match row.older {
                Some(older) if older.token == Some(token) => (row, older, false),
                _ => return vec![inactive(state)],
            },
        };
        let lives = event.now.within(Duration::ZERO, access.expires, self.slack);
        let mut steps = Vec::new();
        if lives.may {
            let meaning = if is_heads && !row.seen { Meaning::FirstSight } else { Meaning::Good };
            let next = State::Alive(Row { seen: row.seen || is_heads, ..row });
            steps.push((Step { meaning, state: next }, Answer::Activity));
        }
        if lives.may_not {
            steps.push(inactive(state));
        }
        steps
    }

    /// There is a predecessor, the head was answered within the window, and its access token lives.
    fn open(&self, row: &Row, now: Span) -> Sooner {
        if row.previous.is_none() {
            return Sooner { may: false, may_not: true };
        }
        let recent = now.within(self.retry_window, row.answered, self.slack);
        recent.and(now.within(Duration::ZERO, row.access.expires, self.slack))
    }

    /// The row with a fresh head, handed out now.
    fn advanced(&self, row: Row, event: &Event) -> Row {
        Row {
            generation: row.generation + 1,
            head: event.told_refresh(),
            answered: event.now,
            seen: false,
            access: self.access(event),
            ..row
        }
    }

    fn access(&self, event: &Event) -> Access {
        let expires = Span::new(event.now.from.plus(self.access_lifetime), event.now.until.plus(self.access_lifetime));
        Access { token: event.told_access(), expires }
    }
}

/// What the answer must be if this step was the one.
enum Answer {
    Refusal,
    /// The row's own pair.
    Same(Row),
    /// A pair of this generation, never handed out before.
    New(u64),
    Activity,
    Inactivity,
    Return,
}

impl Answer {
    fn fits(&self, event: &Event) -> bool {
        if !event.outcome.is_told() {
            return true;
        }
        match (self, event.outcome) {
            (Self::Refusal, Outcome::Refused)
            | (Self::Activity, Outcome::Active)
            | (Self::Inactivity, Outcome::Inactive)
            | (Self::Return, Outcome::Revoked) => true,
            (Self::Same(row), Outcome::Pair { refresh, access }) => {
                event.generation == row.generation
                    && row.head.is_none_or(|head| head == refresh)
                    && row.access.token.is_none_or(|known| known == access)
            }
            (Self::New(generation), Outcome::Pair { .. }) => event.generation == *generation,
            _ => false,
        }
    }
}

fn revoke(state: State) -> Vec<(Step, Answer)> {
    match state {
        State::Unspent => Vec::new(),
        State::Alive(_) | State::Over => vec![(Step { meaning: Meaning::Revoked, state: State::Over }, Answer::Return)],
    }
}

const fn ended(meaning: Meaning) -> (Step, Answer) {
    (Step { meaning, state: State::Over }, Answer::Refusal)
}

const fn inactive(state: State) -> (Step, Answer) {
    (Step { meaning: Meaning::Ended, state }, Answer::Inactivity)
}
