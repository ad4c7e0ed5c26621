//! The newest refresh token of a family, presented several times at once: however many ask, there is one successor, and all
//! are given it. And with a revocation among them: whatever was given, nothing works afterwards.

use std::time::{Duration, Instant};

use drive::{Browser, Client, Error, ResourceServer, Verdict};
use rand::RngExt as _;

use super::{Ended, Racers, outcome, tokens};

/// One race in so many has a revocation in it.
const REVOKED: u32 = 16;

/// A family that is raced for again and again.
#[derive(Debug)]
pub struct Family {
    refresh: String,
    answered: Instant,
}

/// The families of one lane, and the window of the server.
#[derive(Debug)]
pub struct Families {
    all: Vec<Family>,
    window: Duration,
    next: usize,
}

impl Families {
    /// Begins so many.
    ///
    /// # Errors
    /// A connection broke, or an answer that no server of this kind gives.
    pub async fn begin(
        racers: &mut Racers,
        browser: &mut Browser,
        (client, project): (&Client, &str),
        count: usize,
        window: Duration,
    ) -> Result<Self, Error> {
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(begun(racers, browser, (client, project)).await?);
        }
        Ok(Self { all, window, next: 0 })
    }

    /// Races for one family's next generation.
    ///
    /// # Errors
    /// A connection broke, or an answer that no server of this kind gives.
    pub async fn race(
        &mut self,
        racers: &mut Racers,
        browser: &mut Browser,
        (client, project): (&Client, &str),
        resource_server: &ResourceServer,
    ) -> Result<Ended, Error> {
        self.next = (self.next + 1) % self.all.len().max(1);
        let window = self.window;
        let Some(family) = self.all.get_mut(self.next) else { return Err(Error::Closed) };
        // The head is answered with itself until the window is over.
        let over = window + Duration::from_millis(50);
        tokio::time::sleep(over.saturating_sub(family.answered.elapsed())).await;
        if racers.random().random_ratio(1, REVOKED) {
            let ended = revoked(racers, family, client, resource_server).await?;
            *family = begun(racers, browser, (client, project)).await?;
            return Ok(ended);
        }
        let requests = vec![client.refreshment(&family.refresh); racers.how_many()];
        let begun = Instant::now();
        let attempts = racers.at_once(&requests, |answer| tokens(answer, "invalid_grant")).await?;
        family.answered = Instant::now();
        let Some((won, lost)) = outcome(&attempts) else { return Ok(Ended::Void) };
        if begun.elapsed() >= window {
            return self.replaced(racers, browser, (client, project)).await;
        }
        let Some((refresh, access)) = won.first() else {
            return Ok(Ended::Wrong("nobody was given a successor".to_owned()));
        };
        if lost > 0 || won.iter().any(|pair| pair != &(refresh.clone(), access.clone())) || *refresh == family.refresh {
            return Ok(Ended::Wrong(format!(
                "{lost} of {} were refused, or were given different pairs",
                requests.len()
            )));
        }
        family.refresh.clone_from(refresh);
        match resource_server.introspect(racers.one()?, access).await? {
            Verdict::Granted(true) => Ok(Ended::Right),
            Verdict::Unavailable { .. } => Ok(Ended::Void),
            _ => Ok(Ended::Wrong("the access token that all were given does not work".to_owned())),
        }
    }

    /// What took longer than the window may have ended in more ways than one; the family is not used again.
    async fn replaced(
        &mut self,
        racers: &mut Racers,
        browser: &mut Browser,
        (client, project): (&Client, &str),
    ) -> Result<Ended, Error> {
        let fresh = begun(racers, browser, (client, project)).await?;
        if let Some(family) = self.all.get_mut(self.next) {
            *family = fresh;
        }
        Ok(Ended::Void)
    }
}

async fn begun(
    racers: &mut Racers,
    browser: &mut Browser,
    (client, project): (&Client, &str),
) -> Result<Family, Error> {
    let code = browser.authorize(client, project).await?;
    let tokens = client.redeem(racers.one()?, &code).await?.granted("redeeming")?;
    Ok(Family { refresh: tokens.refresh.unwrap_or_default(), answered: Instant::now() })
}

/// A revocation among refreshes: some may have been given tokens, and none of those works.
async fn revoked(
    racers: &mut Racers,
    family: &Family,
    client: &Client,
    resource_server: &ResourceServer,
) -> Result<Ended, Error> {
    let mut requests = vec![client.refreshment(&family.refresh); racers.how_many()];
    let place = racers.random().random_range(0..requests.len());
    if let Some(request) = requests.get_mut(place) {
        *request = client.revocation(&family.refresh);
    }
    let attempts = racers
        .at_once(&requests, |answer| match (answer.status, answer.body.is_empty()) {
            (200, true) => Ok(super::Attempt::Won((String::new(), String::new()))),
            _ => tokens(answer, "invalid_grant"),
        })
        .await?;
    let Some((won, _)) = outcome(&attempts) else { return Ok(Ended::Void) };
    let (mut given, connection) = (vec![(family.refresh.clone(), String::new())], racers.one()?);
    given.extend(won.into_iter().filter(|(refresh, _)| !refresh.is_empty()));
    for (refresh, access) in given {
        if !access.is_empty() && resource_server.introspect(connection, &access).await? == Verdict::Granted(true) {
            return Ok(Ended::Wrong("an access token works after the revocation was answered".to_owned()));
        }
        if let Verdict::Granted(_) = client.refresh(connection, &refresh).await? {
            return Ok(Ended::Wrong("a refresh token works after the revocation was answered".to_owned()));
        }
    }
    Ok(Ended::Right)
}
