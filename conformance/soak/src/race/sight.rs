//! The first use of an access token, at the same time as its predecessor comes back. Whoever was told that the token is good
//! has seen it; from then on the predecessor is a stale copy once the window is over. And a token that a recovery superseded
//! is not good.

use std::time::{Duration, Instant};

use drive::{Browser, Client, Error, ResourceServer, Verdict, flow::is_active};
use rand::RngExt as _;
use tokio::time::sleep;

use super::{Attempt, Ended, Racers, tokens};

/// So many families wait for the end of a window together.
pub const BATCH: usize = 16;

/// A family whose newest tokens nobody has used yet.
struct Unseen {
    predecessor: String,
    head: String,
    access: String,
    since: Instant,
}

/// What one of several different requests was told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Good,
    NotGood,
    Pair(String),
    Refused,
}

/// A batch of races.
///
/// # Errors
/// A connection broke, or an answer that no server of this kind gives.
pub async fn races(
    racers: &mut Racers,
    browser: &mut Browser,
    holder: (&Client, &str),
    resource_server: &ResourceServer,
    window: Duration,
) -> Result<Vec<Ended>, Error> {
    if racers.random().random_bool(0.5) {
        within(racers, browser, holder, resource_server, window).await
    } else {
        after(racers, browser, holder, resource_server, window).await
    }
}

/// Within the window all are answered; when it is over, the predecessor is refused.
async fn within(
    racers: &mut Racers,
    browser: &mut Browser,
    (client, project): (&Client, &str),
    resource_server: &ResourceServer,
    window: Duration,
) -> Result<Vec<Ended>, Error> {
    let (mut ended, mut waiting) = (Vec::new(), Vec::new());
    for _ in 0..BATCH {
        let family = unseen(racers, browser, (client, project)).await?;
        let told = at_once(racers, client, resource_server, &family).await?;
        let late = family.since.elapsed() >= window;
        match told {
            Some(told) if !late => {
                let expected = |told: &Told| *told == Told::Good || *told == Told::Pair(family.head.clone());
                match told.iter().all(expected) {
                    true => waiting.push((family, Instant::now())),
                    false => ended.push(Ended::Wrong("not everybody was answered within the window".to_owned())),
                }
            }
            _ => ended.push(Ended::Void),
        }
    }
    for (family, answered) in waiting {
        sleep((window + Duration::from_millis(50)).saturating_sub(answered.elapsed())).await;
        ended.push(match client.refresh(racers.one()?, &family.predecessor).await? {
            Verdict::Granted(_) => {
                Ended::Wrong("a stale copy was answered: the successor's use was forgotten".to_owned())
            }
            Verdict::Refused { .. } => Ended::Right,
            Verdict::Unavailable { .. } => Ended::Void,
        });
    }
    Ok(ended)
}

/// After the window either the use comes first and the predecessor is stale, or the recovery and the token has ended.
async fn after(
    racers: &mut Racers,
    browser: &mut Browser,
    (client, project): (&Client, &str),
    resource_server: &ResourceServer,
    window: Duration,
) -> Result<Vec<Ended>, Error> {
    let mut families = Vec::with_capacity(BATCH);
    for _ in 0..BATCH {
        families.push(unseen(racers, browser, (client, project)).await?);
    }
    let mut ended = Vec::with_capacity(BATCH);
    for family in families {
        sleep((window + Duration::from_millis(50)).saturating_sub(family.since.elapsed())).await;
        let Some(told) = at_once(racers, client, resource_server, &family).await? else {
            ended.push(Ended::Void);
            continue;
        };
        let good = told.contains(&Told::Good);
        let recovered = told.iter().any(|told| matches!(told, Told::Pair(_)));
        ended.push(match (good, recovered) {
            (true, true) => Ended::Wrong("an access token was good although a recovery superseded it".to_owned()),
            (false, false) => Ended::Wrong("neither the successor nor its predecessor was good".to_owned()),
            _ => Ended::Right,
        });
    }
    Ok(ended)
}

async fn unseen(
    racers: &mut Racers,
    browser: &mut Browser,
    (client, project): (&Client, &str),
) -> Result<Unseen, Error> {
    let code = browser.authorize(client, project).await?;
    let first = client.redeem(racers.one()?, &code).await?.granted("redeeming")?;
    let predecessor = first.refresh.unwrap_or_default();
    let next = client.refresh(racers.one()?, &predecessor).await?.granted("refreshing")?;
    let head = next.refresh.unwrap_or_default();
    Ok(Unseen { predecessor, head, access: next.access, since: Instant::now() })
}

/// Uses the newest access token and presents the predecessor; nothing if something was left open.
async fn at_once(
    racers: &mut Racers,
    client: &Client,
    resource_server: &ResourceServer,
    family: &Unseen,
) -> Result<Option<Vec<Told>>, Error> {
    let count = racers.how_many();
    let uses = racers.random().random_range(1..count);
    let requests: Vec<Vec<u8>> = (0..count)
        .map(|number| match number < uses {
            true => resource_server.introspection(&family.access),
            false => client.refreshment(&family.predecessor),
        })
        .collect();
    let attempts = racers
        .at_once(&requests, |answer| match is_active(answer) {
            Some(true) => Ok(Attempt::Won(Told::Good)),
            Some(false) => Ok(Attempt::Won(Told::NotGood)),
            None => Ok(match tokens(answer, "invalid_grant")? {
                Attempt::Won((refresh, _)) => Attempt::Won(Told::Pair(refresh)),
                Attempt::Lost => Attempt::Won(Told::Refused),
                Attempt::Unavailable => Attempt::Unavailable,
            }),
        })
        .await?;
    Ok(super::outcome(&attempts).map(|(told, _)| told))
}
