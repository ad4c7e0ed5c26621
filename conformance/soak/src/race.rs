//! One-time means one-time: the same thing is tried several times at once, over connections and processes of their own, and
//! the outcomes are compared with the rule.
//!
//! Owns what all races have in common; each kind of race is a module.

pub mod assertion;
pub mod code;
pub mod consent;
pub mod head;
pub mod sight;

use std::sync::Arc;

use drive::{Connection, Error, Verdict};
use futures_util::future::join_all;
use rand::{RngExt as _, rngs::StdRng};

use crate::{fleet::Fleet, report::Counts};

/// The most attempts of a race.
pub const MOST: usize = 8;

/// Somebody who tries things at once: as many connections as there are attempts, spread over the processes.
#[derive(Debug)]
pub struct Racers {
    fleet: Arc<Fleet>,
    connections: Vec<Connection>,
    random: StdRng,
}

/// What one attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt<T> {
    /// It went well.
    Won(T),
    /// It was refused, as whoever comes second is.
    Lost,
    /// 503: nothing was decided.
    Unavailable,
}

/// How a race ended.
#[derive(Debug)]
pub enum Ended {
    /// As the rule says.
    Right,
    /// It says nothing: an attempt was answered with 503, or it took so long that another rule applies.
    Void,
    /// Not as the rule says.
    Wrong(String),
}

impl Racers {
    /// Opens the connections.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn ready(fleet: &Arc<Fleet>, random: StdRng) -> Result<Self, Error> {
        let mut connections = Vec::with_capacity(MOST);
        for number in 0..MOST {
            connections.push(Connection::open(fleet.anywhere(number).await).await?);
        }
        Ok(Self { fleet: Arc::clone(fleet), connections, random })
    }

    /// The servers.
    #[must_use]
    pub const fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
    }

    /// A connection, for what comes before and after.
    ///
    /// # Errors
    /// There is none.
    pub fn one(&mut self) -> Result<&mut Connection, Error> {
        self.connections.first_mut().ok_or(Error::Closed)
    }

    /// Chance.
    pub const fn random(&mut self) -> &mut StdRng {
        &mut self.random
    }

    /// Makes the attempts, one for each request, all at once; their outcomes in the same order. The connection that is first
    /// to send is another one each time.
    ///
    /// # Errors
    /// A connection broke, or an answer is none of those that `read` knows.
    pub async fn at_once<T>(
        &mut self,
        requests: &[Vec<u8>],
        read: impl Fn(&drive::wire::Answer<'_>) -> Result<Attempt<T>, Error>,
    ) -> Result<Vec<Attempt<T>>, Error> {
        let first = self.random.random_range(0..self.connections.len());
        self.connections.rotate_left(first);
        let read = &read;
        let attempts = self.connections.iter_mut().zip(requests).map(async |(connection, request)| {
            let answer = connection.ask(request).await?;
            read(&answer)
        });
        join_all(attempts).await.into_iter().collect()
    }

    /// Between two and [`MOST`].
    pub fn how_many(&mut self) -> usize {
        self.random.random_range(2..=MOST)
    }
}

/// Who won, if anybody, and how many lost; nothing if something was left open.
#[must_use]
pub fn outcome<T: Clone>(attempts: &[Attempt<T>]) -> Option<(Vec<T>, usize)> {
    let mut won = Vec::new();
    let mut lost = 0;
    for attempt in attempts {
        match attempt {
            Attempt::Won(what) => won.push(what.clone()),
            Attempt::Lost => lost += 1,
            Attempt::Unavailable => return None,
        }
    }
    Some((won, lost))
}

/// Counts how a race ended, and says what was wrong.
pub fn note(counts: &mut Counts, wrong: &mut Vec<String>, kind: &'static str, void: &'static str, ended: Ended) {
    match ended {
        Ended::Right => counts.count(kind),
        Ended::Void => counts.count(void),
        Ended::Wrong(what) => wrong.push(format!("{kind}: {what}")),
    }
}

/// A verdict of [`drive::flow`] about what can be had once.
///
/// # Errors
/// It is refused with another error than this.
pub fn attempt<T>(verdict: Verdict<T>, refusal: &str) -> Result<Attempt<T>, Error> {
    match verdict {
        Verdict::Granted(what) => Ok(Attempt::Won(what)),
        Verdict::Refused { error, .. } if error == refusal => Ok(Attempt::Lost),
        Verdict::Refused { status, error } => Err(Error::Unexpected { step: "race", status, body: error }),
        Verdict::Unavailable { .. } => Ok(Attempt::Unavailable),
    }
}

/// An answer of the token endpoint: tokens, or this refusal.
///
/// # Errors
/// Anything else.
pub fn tokens(answer: &drive::wire::Answer<'_>, refusal: &str) -> Result<Attempt<(String, String)>, Error> {
    let member = |name| answer.member(name).unwrap_or_default().to_owned();
    match (answer.status, answer.member("error")) {
        (200, _) => Ok(Attempt::Won((member("refresh_token"), member("access_token")))),
        (400 | 401, Some(error)) if error == refusal => Ok(Attempt::Lost),
        (503, _) => Ok(Attempt::Unavailable),
        (status, _) => Err(Error::Unexpected { step: "race", status, body: answer.text() }),
    }
}
