//! One process of a client: its connections to the servers, its requests with whatever goes wrong, and the journal's entries.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use drive::{Connection, Error, ResourceServer, Tokens, Verdict};
use rand::{RngExt as _, rngs::StdRng};
use tokio::time::{sleep, timeout};

use crate::{
    fleet::Fleet,
    journal::{Act, Actor, Entry, Outcome},
    plan::Mishap,
    record::Record,
};

/// An answer that takes longer is not waited for.
pub const PATIENCE: Duration = Duration::from_millis(1000);
/// Between an attempt that brought no answer and the next one.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(15);

/// A process that makes requests.
pub struct Caller {
    fleet: Arc<Fleet>,
    resource_server: ResourceServer,
    actor: Actor,
    random: StdRng,
    connections: HashMap<SocketAddr, Connection>,
}

impl Caller {
    /// A process with no connection yet.
    #[must_use]
    pub fn new(fleet: &Arc<Fleet>, resource_server: &ResourceServer, actor: Actor, random: StdRng) -> Self {
        let (fleet, resource_server) = (Arc::clone(fleet), resource_server.clone());
        Self { fleet, resource_server, actor, random, connections: HashMap::new() }
    }

    /// Makes a request, and whatever of mishaps goes with it. What the journal has is returned: the last answer that was
    /// believed, or that there was none.
    ///
    /// # Errors
    /// An answer that no server of this kind gives.
    pub async fn ask(&mut self, record: &Record, act: Act, mishap: Mishap) -> Result<Entry, Error> {
        match mishap {
            Mishap::None => self.once(record, act).await,
            Mishap::Twice => self.twice(record, act).await,
            Mishap::Reset(after, again) => {
                let entry = self.reset(record, act, after).await?;
                sleep(again).await;
                Ok(entry)
            }
            Mishap::Cut => {
                self.cut(record, act).await?;
                self.once(record, act).await
            }
            Mishap::Late(after) => {
                let thrown_away = self.once(record, act).await?;
                sleep(after).await;
                // What was thrown away is in the journal; whoever asked has not heard it.
                Ok(Entry { outcome: Outcome::Lost, ..thrown_away })
            }
        }
    }

    /// Repeats a request until the server says what it did; `first` goes wrong at the first attempt.
    ///
    /// # Errors
    /// As [`Caller::ask`].
    pub async fn insist(&mut self, record: &Record, act: Act, first: Mishap) -> Result<Entry, Error> {
        let mut mishap = first;
        loop {
            let entry = self.ask(record, act, mishap).await?;
            if entry.outcome.is_told() {
                return Ok(entry);
            }
            mishap = Mishap::None;
            sleep(BETWEEN_ATTEMPTS).await;
        }
    }

    async fn once(&mut self, record: &Record, act: Act) -> Result<Entry, Error> {
        let Some((server, address, connection)) = self.somewhere().await else { return Ok(self.nothing_sent(act)) };
        let entry = self.exchange((server, address, connection), record, act).await?;
        record.note(entry);
        Ok(entry)
    }

    /// Both answers are in the journal, and one that says something is believed.
    async fn twice(&mut self, record: &Record, act: Act) -> Result<Entry, Error> {
        let first = self.somewhere().await;
        let second = self.somewhere().await;
        let (Some(first), Some(second)) = (first, second) else { return Ok(self.nothing_sent(act)) };
        let mut twin = Self::new(&self.fleet, &self.resource_server, self.actor, crate::plan::random(0, 0));
        let (one, other) = tokio::join!(self.exchange(first, record, act), twin.exchange(second, record, act));
        let (one, other) = (one?, other?);
        record.note(one);
        record.note(other);
        Ok(if one.outcome.is_told() { one } else { other })
    }

    async fn reset(&mut self, record: &Record, act: Act, after: Duration) -> Result<Entry, Error> {
        let Some((server, _, mut connection)) = self.somewhere().await else { return Ok(self.nothing_sent(act)) };
        let request = self.request(record, act);
        let sent = self.fleet.clock().now();
        if connection.send(&request).await.is_ok() {
            sleep(after).await;
        }
        // Whatever the system makes of it, the connection is gone with this.
        drop(connection.reset());
        let entry =
            Entry { outcome: Outcome::Lost, sent, ended: self.fleet.clock().now(), actor: self.actor, act, server };
        record.note(entry);
        Ok(entry)
    }

    /// Half a request does nothing, so the journal has nothing of it: if it did, that would be found.
    async fn cut(&mut self, record: &Record, act: Act) -> Result<(), Error> {
        let Some((_, _, mut connection)) = self.somewhere().await else { return Ok(()) };
        let request = self.request(record, act);
        let half = self.random.random_range(1..request.len());
        drop(connection.send(request.get(..half).unwrap_or_default()).await);
        sleep(Duration::from_micros(self.random.random_range(0..2000))).await;
        drop(connection.reset());
        Ok(())
    }

    async fn exchange(
        &mut self,
        (server, address, mut connection): (usize, SocketAddr, Connection),
        record: &Record,
        act: Act,
    ) -> Result<Entry, Error> {
        let sent = self.fleet.clock().now();
        let answer = timeout(PATIENCE, self.answer(&mut connection, record, act)).await;
        let ended = self.fleet.clock().now();
        let outcome = match answer {
            Ok(Ok(outcome)) => {
                self.connections.insert(address, connection);
                outcome
            }
            Ok(Err(error)) if error.is_broken_connection() => Outcome::Lost,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                drop(connection.reset());
                Outcome::Lost
            }
        };
        Ok(Entry { actor: self.actor, act, server, sent, ended, outcome })
    }

    async fn answer(&self, connection: &mut Connection, record: &Record, act: Act) -> Result<Outcome, Error> {
        let client = &record.client;
        match act {
            Act::Redeem => pair(record, client.redeem(connection, &record.code).await?),
            Act::Refresh(token) => pair(record, client.refresh(connection, &record.text(token)).await?),
            Act::Use(token) => match self.resource_server.introspect(connection, &record.text(token)).await? {
                Verdict::Granted(true) => Ok(Outcome::Active),
                Verdict::Granted(false) => Ok(Outcome::Inactive),
                other => unavailable("introspection", other),
            },
            Act::Revoke(token) => match client.revoke(connection, &record.text(token)).await? {
                Verdict::Granted(()) => Ok(Outcome::Revoked),
                other => unavailable("revocation", other),
            },
        }
    }

    fn request(&self, record: &Record, act: Act) -> Vec<u8> {
        match act {
            Act::Redeem => record.client.redemption(&record.code),
            Act::Refresh(token) => record.client.refreshment(&record.text(token)),
            Act::Use(token) => self.resource_server.introspection(&record.text(token)),
            Act::Revoke(token) => record.client.revocation(&record.text(token)),
        }
    }

    /// One of the processes that run, and the connection to it; nothing at a moment when there is none. Whoever asks does not
    /// wait here: what it holds may be old by the time that there is one.
    async fn somewhere(&mut self) -> Option<(usize, SocketAddr, Connection)> {
        let running: Vec<(usize, SocketAddr)> =
            (0..self.fleet.len()).filter_map(|server| Some((server, self.fleet.address(server)?))).collect();
        let place = self.random.random_range(0..running.len().max(1));
        let (server, address) = *running.get(place)?;
        self.connections.retain(|known, _| running.iter().any(|(_, running)| running == known));
        let connection = match self.connections.remove(&address) {
            Some(connection) => connection,
            None => Connection::open(address).await.ok()?,
        };
        Some((server, address, connection))
    }

    /// Not an entry of the journal: there was no request.
    fn nothing_sent(&self, act: Act) -> Entry {
        let now = self.fleet.clock().now();
        Entry { actor: self.actor, act, server: 0, sent: now, ended: now, outcome: Outcome::Lost }
    }
}

fn pair(record: &Record, verdict: Verdict<Tokens>) -> Result<Outcome, Error> {
    match verdict {
        Verdict::Granted(Tokens { access, refresh: Some(refresh), .. }) => {
            Ok(Outcome::Pair { refresh: record.token(&refresh), access: record.token(&access) })
        }
        Verdict::Granted(_) => {
            Err(Error::Unexpected { step: "token", status: 200, body: "no refresh token".to_owned() })
        }
        Verdict::Refused { status: 400, error } if error == "invalid_grant" => Ok(Outcome::Refused),
        other => unavailable("token", other),
    }
}

fn unavailable<T>(step: &'static str, verdict: Verdict<T>) -> Result<Outcome, Error> {
    match verdict {
        Verdict::Unavailable { status: 503 } => Ok(Outcome::Unavailable),
        Verdict::Unavailable { status } => Err(Error::Unexpected { step, status, body: String::new() }),
        Verdict::Refused { status, error } => Err(Error::Unexpected { step, status, body: error }),
        Verdict::Granted(_) => {
            Err(Error::Unexpected { step, status: 200, body: "an answer to something else".to_owned() })
        }
    }
}
