//! What people see over a filled database: every page of an owner and of an operator, asked for again and again.

use std::time::{Duration, Instant};

use drive::{Browser, Error};

use crate::{options::Options, subject::Subject};

/// So many browsers ask at once.
const BROWSERS: usize = 4;
/// Of the owner of one organisation among many.
const OWNERS: [&str; 17] = [
    "/connections",
    "/account/sessions",
    "/account/security",
    "/account/privacy",
    "/account/tokens",
    "/organizations",
    "/organizations/grown-0",
    "/organizations/grown-0/members",
    "/organizations/grown-0/invitations",
    "/organizations/grown-0/roles",
    "/organizations/grown-0/projects",
    "/organizations/grown-0/projects/project-0",
    "/organizations/grown-0/access",
    "/organizations/grown-0/apps",
    "/organizations/grown-0/keys",
    "/organizations/grown-0/webhooks",
    "/organizations/grown-0/audit",
];

/// One page.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Seen {
    /// Which.
    pub path: &'static str,
    /// Right answers.
    pub answers: usize,
    /// The status of a wrong one.
    pub wrong: Option<u16>,
    /// Half of the answers took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of a hundred took no longer, in milliseconds.
    pub p99_ms: f64,
}

/// Asks for every page, for a part of a cell's time.
///
/// # Errors
/// A connection broke.
pub async fn all(subject: &mut Subject, options: &Options) -> Result<Vec<Seen>, Error> {
    let mut seen = Vec::new();
    let each = options.measured() / 4;
    let Some(cast) = &mut subject.cast else { return Ok(seen) };
    for path in OWNERS {
        let asked = cast.people.iter_mut().take(BROWSERS).map(|browser| asked(browser, path, each));
        let all = futures_util::future::join_all(asked).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        seen.push(summed(path, all));
    }
    Ok(seen)
}

async fn asked(browser: &mut Browser, path: &str, each: Duration) -> Result<(Vec<f64>, Option<u16>), Error> {
    let until = Instant::now() + each;
    let (mut taken, mut wrong) = (Vec::new(), None);
    while Instant::now() < until {
        let begun = Instant::now();
        match browser.get(path).await?.status {
            200 => taken.push(begun.elapsed().as_secs_f64() * 1000.0),
            status => {
                wrong = Some(status);
                break;
            }
        }
    }
    Ok((taken, wrong))
}

fn summed(path: &'static str, all: Vec<(Vec<f64>, Option<u16>)>) -> Seen {
    let wrong = all.iter().find_map(|(_, wrong)| *wrong);
    let mut taken: Vec<f64> = all.into_iter().flat_map(|(taken, _)| taken).collect();
    taken.sort_by(f64::total_cmp);
    let at = |hundredths: usize| taken.get((taken.len() * hundredths).div_ceil(100).saturating_sub(1));
    let at = |hundredths| at(hundredths).copied().unwrap_or_default();
    Seen { path, answers: taken.len(), wrong, p50_ms: at(50), p99_ms: at(99) }
}
