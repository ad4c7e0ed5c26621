//! A consent page that is answered several times at once, by the same browser in several windows: one decision, one code.

use drive::{
    Browser, Client, Error,
    browser::{Page, code},
};
use futures_util::future::join_all;
use rand::RngExt as _;

use super::{Ended, Racers};

/// The windows of one browser.
#[derive(Debug)]
pub struct Windows(Vec<Browser>);

impl Windows {
    /// Opens so many, over all processes.
    ///
    /// # Errors
    /// Nobody listens.
    pub async fn open(racers: &Racers, browser: &Browser, count: usize) -> Result<Self, Error> {
        let mut windows = Vec::with_capacity(count);
        for number in 0..count {
            windows.push(browser.tab(racers.fleet().anywhere(number).await).await?);
        }
        Ok(Self(windows))
    }

    /// Asks for consent and answers it in several windows at once: all the same way, or both ways.
    ///
    /// # Errors
    /// A connection broke, or a page that no server of this kind shows.
    pub async fn race(&mut self, racers: &mut Racers, client: &Client, project: &str) -> Result<Ended, Error> {
        let count = racers.random().random_range(2..=self.0.len().max(2));
        let denials = if racers.random().random_bool(0.5) { 0 } else { racers.random().random_range(1..count) };
        let first = racers.random().random_range(0..self.0.len());
        self.0.rotate_left(first);
        let page = self.asked(client).await?;
        let answers = self.0.iter_mut().take(count).enumerate().map(|(number, window)| {
            let decision = if number < denials { "deny" } else { "allow" };
            answer(window, &page, project, decision)
        });
        let answers: Vec<Page> = join_all(answers).await.into_iter().collect::<Result<_, _>>()?;
        if answers.iter().any(|page| page.status == 503) {
            return Ok(Ended::Void);
        }
        judged(racers, client, &answers, denials).await
    }

    async fn asked(&mut self, client: &Client) -> Result<Page, Error> {
        let window = self.0.first_mut().ok_or(Error::Closed)?;
        window.visit(&format!("{}&prompt=consent", client.authorization_target())).await
    }
}

async fn answer(window: &mut Browser, page: &Page, project: &str, decision: &str) -> Result<Page, Error> {
    let id = page.body.split_once("/consent/").map(|(_, rest)| rest).unwrap_or_default();
    let id: String = id.chars().take_while(char::is_ascii_alphanumeric).collect();
    window.submit(page, &format!("/consent/{id}"), &[("decision", decision), ("project", project)]).await
}

/// All windows are sent to one place; a code is good once, and a refusal goes with at least one Deny.
async fn judged(racers: &mut Racers, client: &Client, answers: &[Page], denials: usize) -> Result<Ended, Error> {
    let Some(first) = answers.first() else { return Err(Error::Closed) };
    if let Some(other) = answers.iter().find(|page| page.location != first.location) {
        let where_to = |page: &Page| format!("{} {:?}", page.status, page.location.as_deref().map(shortened));
        return Ok(Ended::Wrong(format!("two decisions: {} and {}", where_to(first), where_to(other))));
    }
    let denied = first.location.as_deref().is_some_and(|location| location.contains("error=access_denied"));
    match (denied, denials) {
        (true, 0) => Ok(Ended::Wrong("nobody said no, but the answer was no".to_owned())),
        (true, _) => Ok(Ended::Right),
        (false, _) => {
            let code = code(first)?;
            let connection = racers.one()?;
            let tokens = client.redeem(connection, &code).await?.granted("redeeming")?;
            client.revoke(connection, &tokens.access).await?.granted("revoking")?;
            Ok(Ended::Right)
        }
    }
}

/// No more of an address than tells what it is.
fn shortened(location: &str) -> String {
    location.chars().take(48).collect()
}
