//! Whether what was presented is good: what is remembered, what can be judged here, and what only the issuer knows, in this
//! order. Every way ends in a [`Good`] that was held to what this resource expects, or in a refusal.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use protocol::Scope;

use crate::answer::Answer;
use crate::answers::{Answers, Key, Recalled, Ticket, key};
use crate::bearer::Bearer;
use crate::clock;
use crate::grant::{Expected, Good, Grant, Unfit};
use crate::introspect::{Introspector, Trouble};
use crate::issuer::Issuer;
use crate::jwks::Jwks;
use crate::jwt;
use crate::reply::Refusal;

pub(crate) struct Judge {
    pub expected: Expected,
    pub required: Scope,
    pub issuer: Issuer,
    /// Whoever cannot ask judges JWTs alone.
    pub introspector: Option<Introspector>,
    /// Where JWTs are judged here.
    pub jwks: Option<Jwks>,
    pub answers: Arc<Answers>,
    /// Whether a JWT is asked about all the same, since the feed would tell of its end.
    pub is_fed: bool,
}

impl Judge {
    /// `from` is where the caller is, if the app tells.
    pub async fn judge(&self, token: Bearer<'_>, from: Option<IpAddr>) -> Result<Grant, Refusal> {
        let key = key(token, from);
        let ticket = match self.answers.recall(&key, Instant::now()) {
            Recalled::Good(good) if good.expires_at > clock::now() => return Ok(good.grant.clone()),
            Recalled::Good(_) => return Err(Refusal::InvalidToken("the token has expired")),
            Recalled::Refused => return Err(Refusal::InvalidToken(NOT_ACTIVE)),
            Recalled::Unknown(ticket) => ticket,
        };
        // In a box of its own: it is seldom needed where answers are remembered, and large to carry along.
        Box::pin(self.find_out(token, from, key, ticket)).await
    }

    async fn find_out(
        &self,
        token: Bearer<'_>,
        from: Option<IpAddr>,
        key: Key,
        ticket: Ticket,
    ) -> Result<Grant, Refusal> {
        if let Some(jwks) = self.jwks.as_ref().filter(|_| jwt::is_jwt(token)) {
            let claims = jwt::claims(jwks, &self.issuer, token).await.map_err(|trouble| self.trouble(&trouble))?;
            let claims = claims.map_err(Refusal::InvalidToken)?;
            let good = Good::from_claims(claims, &self.expected, clock::now()).map_err(|unfit| self.unfit(unfit))?;
            // With the feed, what is good until a revocation is asked about once and remembered.
            if self.introspector.is_none() || !self.is_fed {
                return Ok(good.grant);
            }
        }
        let Some(introspector) = &self.introspector else {
            return Err(Refusal::InvalidToken("the token is not a JWT access token"));
        };
        let answer = introspector.ask(&self.issuer, token, from).await.map_err(|trouble| self.trouble(&trouble))?;
        let answer = match answer {
            Answer::Active(answer) => *answer,
            Answer::Limited(seconds) => return Err(Refusal::TooMany(seconds)),
            Answer::NotActive => {
                self.answers.remember_refusal(key, ticket);
                return Err(Refusal::InvalidToken(NOT_ACTIVE));
            }
        };
        let good = Good::from_answer(answer, &self.expected, clock::now()).map_err(|unfit| self.unfit(unfit))?;
        let good = Arc::new(good);
        self.answers.remember(key, &good, ticket);
        Ok(good.grant.clone())
    }

    fn trouble(&self, trouble: &Trouble) -> Refusal {
        match trouble {
            // It was said when it began.
            Trouble::Paused(_) => tracing::debug!(%trouble, issuer = %self.expected.issuer, "the issuer is not asked"),
            _ => tracing::error!(%trouble, issuer = %self.expected.issuer, "the issuer could not be asked"),
        }
        Refusal::Unavailable(trouble.retry_after())
    }

    fn unfit(&self, unfit: Unfit) -> Refusal {
        match unfit {
            Unfit::Token(why) => Refusal::InvalidToken(why),
            Unfit::Project => Refusal::NoProject(self.required.clone()),
        }
    }
}

const NOT_ACTIVE: &str = "the token is not active";
