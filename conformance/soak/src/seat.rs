//! One seat: a person's client that connects, lives as its script says, ends, and connects again.

use std::{sync::Arc, time::Duration};

use drive::{Browser, Client, Error, ResourceServer, installation::HOST};
use tokio::time::{sleep, timeout};

use crate::{
    caller::Caller,
    fleet::Fleet,
    holder::{careful, shared, stolen},
    journal::{Act, Actor, Outcome, Token},
    moment::Span,
    plan::{Ending, Kind, Mishap, Planner, Script, Which, random},
    record::Record,
    rule::Rules,
};

/// One page of the authorize flow.
const PAGE_WITHIN: Duration = Duration::from_secs(20);

/// What every seat of a run has in common.
#[derive(Clone)]
pub struct Room {
    /// The servers.
    pub fleet: Arc<Fleet>,
    /// Who is shown access tokens.
    pub resource_server: ResourceServer,
    /// The project that people choose.
    pub project: String,
    /// The settings of the servers.
    pub rules: Rules,
    /// The run's seed.
    pub seed: u64,
}

/// A pair as a client holds it.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The refresh token.
    pub refresh: Token,
    /// The access token.
    pub access: Token,
}

impl Room {
    /// Lives at this seat until the run winds down; the connections that were made.
    ///
    /// # Errors
    /// An answer that no server of this kind gives.
    pub async fn sit(self, seat: u64, client: Client, mut browser: Browser) -> Result<Vec<Arc<Record>>, Error> {
        let mut planner = Planner::new(self.seed, seat, self.rules);
        let mut records = Vec::new();
        while !self.fleet.is_winding_down() {
            let script = planner.script();
            let name = format!("seat {seat}, connection {}", records.len() + 1);
            let begun = self.fleet.clock().now();
            let code = self.code(&mut browser, &client).await?;
            let issued = Span::new(begun, self.fleet.clock().now());
            let record = Record::new(name, script, client.clone(), code, issued);
            records.push(Arc::clone(&record));
            self.live(seat, &record).await?;
        }
        Ok(records)
    }

    /// A caller for one process of this seat.
    #[must_use]
    pub fn caller(&self, actor: Actor, seat: u64) -> Caller {
        let part = match actor {
            Actor::Honest(number) => 10 + u64::from(number),
            Actor::Thief => 8,
            Actor::Auditor => 9,
        };
        Caller::new(&self.fleet, &self.resource_server, actor, random(self.seed, (seat + 1) * 100 + part))
    }

    /// A code, however often the way to it is interrupted.
    async fn code(&self, browser: &mut Browser, client: &Client) -> Result<String, Error> {
        loop {
            let address = self.fleet.anywhere(0).await;
            if browser.reconnect(address).await.is_err() {
                sleep(Duration::from_millis(5)).await;
                continue;
            }
            match timeout(PAGE_WITHIN, browser.authorize(client, &self.project)).await {
                Ok(Ok(code)) => return Ok(code),
                Ok(Err(error)) if is_passing(&error) => sleep(Duration::from_millis(5)).await,
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    return Err(Error::Failed { program: HOST.to_owned(), said: "a page took too long".to_owned() });
                }
            }
        }
    }

    async fn live(&self, seat: u64, record: &Arc<Record>) -> Result<(), Error> {
        let mut caller = self.caller(Actor::Honest(0), seat);
        let Some(held) = self.redeem(record, &mut caller).await? else {
            return self.settle(seat, record).await;
        };
        let left = match record.script.kind {
            Kind::Careful => careful(self, record, &mut caller, held).await?,
            Kind::Shared => shared(self, seat, record, held).await?,
            Kind::Stolen => stolen(self, seat, record, &mut caller, held).await?,
        };
        let ending = if self.fleet.is_winding_down() { Ending::Keep } else { record.script.ending };
        if let Some(held) = left
            && self.end(seat, record, held, ending).await?
        {
            return Ok(());
        }
        self.settle(seat, record).await
    }

    /// The code is redeemed once, whatever comes of it; a lost answer to that means to connect again.
    async fn redeem(&self, record: &Record, caller: &mut Caller) -> Result<Option<Held>, Error> {
        let entry = caller.ask(record, Act::Redeem, record.script.redemption).await?;
        Ok(match entry.outcome {
            Outcome::Pair { refresh, access } if record.script.redemption != Mishap::Twice => {
                Some(Held { refresh, access })
            }
            _ => None,
        })
    }

    /// Ends a connection as its script says; true if it is kept.
    async fn end(&self, seat: u64, record: &Record, held: Held, ending: Ending) -> Result<bool, Error> {
        let mut caller = self.caller(Actor::Auditor, seat);
        let over = self.rules.retry_window * 11 / 10;
        let tokens = record.journal().refresh_tokens();
        let oldest = tokens.first().copied().unwrap_or(held.refresh);
        match ending {
            Ending::Keep => return Ok(true),
            Ending::Revoke(which) => {
                let token = match which {
                    Which::Newest => held.refresh,
                    Which::Oldest => oldest,
                    Which::Access => held.access,
                };
                caller.insist(record, Act::Revoke(token), Mishap::None).await?;
            }
            Ending::ReplayCode => {
                caller.insist(record, Act::Redeem, Mishap::None).await?;
            }
            Ending::Replay | Ending::ReplayOlder => {
                // A rotation of our own, whose successor is used; then what came before it is stale for certain.
                sleep(over).await;
                let entry = caller.insist(record, Act::Refresh(held.refresh), Mishap::None).await?;
                if let Outcome::Pair { access, .. } = entry.outcome {
                    caller.insist(record, Act::Use(access), Mishap::None).await?;
                    sleep(over).await;
                    let stale = if ending == Ending::Replay { held.refresh } else { oldest };
                    caller.insist(record, Act::Refresh(stale), Mishap::None).await?;
                }
            }
            Ending::ReplayLate => {
                sleep(over).await;
                caller.insist(record, Act::Refresh(held.refresh), Mishap::None).await?;
                sleep(self.rules.recovery_window * 11 / 10).await;
                caller.insist(record, Act::Refresh(held.refresh), Mishap::None).await?;
            }
        }
        Ok(false)
    }

    /// What is over must be over: its newest tokens are tried. What may live yet (a redemption whose answer was lost, a thief's
    /// tokens) is brought to an end that was acknowledged.
    async fn settle(&self, seat: u64, record: &Record) -> Result<(), Error> {
        let mut caller = self.caller(Actor::Auditor, seat);
        let journal = record.journal();
        if let (Some(refresh), Some(access)) = (journal.refresh_tokens().last(), journal.access_tokens().last()) {
            caller.insist(record, Act::Use(*access), Mishap::None).await?;
            caller.insist(record, Act::Refresh(*refresh), Mishap::None).await?;
            caller.insist(record, Act::Use(*access), Mishap::None).await?;
            caller.insist(record, Act::Revoke(*refresh), Mishap::None).await?;
        }
        let entry = caller.insist(record, Act::Redeem, Mishap::None).await?;
        if let Outcome::Pair { refresh, .. } = entry.outcome {
            caller.insist(record, Act::Revoke(refresh), Mishap::None).await?;
        }
        Ok(())
    }
}

/// Whether the same step may go well in a moment: the server was killed, or said that it cannot at present.
fn is_passing(error: &Error) -> bool {
    error.is_broken_connection() || matches!(error, Error::Unexpected { status: 503, .. })
}

/// Whether a script's connection is held by honest processes alone.
#[must_use]
pub fn is_honest(script: &Script) -> bool {
    script.kind != Kind::Stolen
}
