//! A code, redeemed several times at once with all that belongs to it: it is spent once, and since whoever comes second
//! replays it, what it gave is ended.

use drive::{Browser, Client, Error, ResourceServer, Verdict};

use super::{Ended, Racers, outcome, tokens};

/// Redeems one code.
///
/// # Errors
/// A connection broke, or an answer that no server of this kind gives.
pub async fn race(
    racers: &mut Racers,
    browser: &mut Browser,
    (client, project): (&Client, &str),
    resource_server: &ResourceServer,
) -> Result<Ended, Error> {
    let code = browser.authorize(client, project).await?;
    let requests = vec![client.redemption(&code); racers.how_many()];
    let attempts = racers.at_once(&requests, |answer| tokens(answer, "invalid_grant")).await?;
    let Some((won, lost)) = outcome(&attempts) else { return Ok(Ended::Void) };
    let [(refresh, access)] = won.as_slice() else {
        return Ok(Ended::Wrong(format!("{} of {} attempts were given tokens", won.len(), requests.len())));
    };
    if lost != requests.len() - 1 {
        return Ok(Ended::Wrong(format!("{lost} of {} attempts were refused", requests.len())));
    }
    let connection = racers.one()?;
    if resource_server.introspect(connection, access).await? == Verdict::Granted(true) {
        return Ok(Ended::Wrong("the access token works after the code was replayed".to_owned()));
    }
    match client.refresh(connection, refresh).await? {
        Verdict::Granted(_) => Ok(Ended::Wrong("the refresh token works after the code was replayed".to_owned())),
        Verdict::Refused { .. } => Ok(Ended::Right),
        Verdict::Unavailable { .. } => Ok(Ended::Void),
    }
}
