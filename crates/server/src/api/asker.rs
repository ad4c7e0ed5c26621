//! Who asks: the Bearer token in the Authorization header, and nothing else. A cookie, a password, a token in the address are not
//! looked at.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::header,
    web::{Data, Path},
};
use identity::{
    Actor, Authority,
    admin::{Act, ActErrorKind, List, Look},
    management::{ApiCaller, NotGood},
};
use model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Expected, Idempotency, Kind, Part, Problem,
    answer::{self, Listed, typed},
};
use crate::{endpoint::Sender, page::trail, state::AppState};

/// No thing has this version: the first is 1.
const NONE_YET: i64 = 0;
/// What an act shows once, and nothing afterwards does.
const SHOWN_ONCE: [&str; 3] = ["key", "secret", "client_secret"];

/// A good token's person, and the server that is asked.
pub struct Asker {
    state: Data<AppState>,
    /// Who, and how far they reach.
    pub caller: ApiCaller,
    /// When the request arrived.
    pub now: Timestamp,
    path: String,
}

impl FromRequest for Asker {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = AppState::of(&request)?;
            let (Sender(sender), now) = (Sender::of(&request), state.authority.now());
            let token = bearer(&request)?;
            let caller = match state.authority.api_caller(token, &sender, now).await? {
                Ok(caller) => caller,
                Err(NotGood::Unknown) => return Err(not_good()),
                Err(NotGood::Scope) => return Err(not_enough()),
            };
            Ok(Self { state, caller, now, path: request.path().to_owned() })
        })
    }
}

/// The path to something of an organisation: the organisation's name, and its own.
pub type Within = Path<(String, String)>;
/// The path to something of something of an organisation.
pub type DeepWithin = Path<(String, String, String)>;

/// Who asks, and what is asked: read one after the other, so that who is not known is told that and nothing else.
pub struct Asked<T>(pub Asker, pub T);

impl<T: FromRequest + 'static> FromRequest for Asked<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (asker, request, mut payload) = (Asker::from_request(request, payload), request.clone(), payload.take());
        Box::pin(async move {
            let asker = asker.await?;
            let asked = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(asker, asked))
        })
    }
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let mut lines = request.headers().get_all(header::AUTHORIZATION);
    let line = match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().unwrap_or_default(),
        (None, _) => return Err(missing()),
        _ => return Err(Problem::new(Kind::Malformed, "The Authorization header came twice; send it once.")),
    };
    match line.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(missing()),
    }
}

/// RFC 6750 §3.1: whoever sent no token is told how, and nothing of an error.
fn missing() -> Problem {
    let said = "Send a token: Authorization: Bearer lyd_pat_… You make one under Account, API tokens.";
    Problem::new(Kind::Unauthenticated, said).challenging("Bearer realm=\"lanyard\"")
}

fn not_good() -> Problem {
    let said = "The token is unknown, has ended, or is not for this API. Make another under Account, API tokens.";
    Problem::new(Kind::Unauthenticated, said).challenging(
        "Bearer realm=\"lanyard\", error=\"invalid_token\", error_description=\"the token is unknown, expired or revoked\"",
    )
}

fn not_enough() -> Problem {
    let said = "The token is for this API and permits nothing of it; ask for organization:read or organization:write.";
    Problem::new(Kind::Forbidden, said)
        .challenging("Bearer realm=\"lanyard\", error=\"insufficient_scope\", scope=\"organization:read\"")
}

impl Asker {
    /// Whether the token's person operates the server, and it reaches all that they reach.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn operates(&self) -> Result<bool, Problem> {
        let actor = self.state.authority.operating(self.caller.actor.clone()).await?;
        Ok(actor.is_operator())
    }

    /// The same, as an operator of the server if the token's person is one: for what belongs to the whole server.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn operating(mut self) -> Result<Self, Problem> {
        self.caller.actor = self.state.authority.operating(self.caller.actor).await?;
        Ok(self)
    }

    /// What of a trail is asked for, as lines of JSON, read as they are sent.
    ///
    /// # Errors
    /// It is not theirs to see; trouble of the database before the first line.
    pub async fn export(&self, list: List, name: &str) -> Result<HttpResponse, Problem> {
        let filter = self.authority().trail_asked_for(self.actor(), &list).await?;
        let filter = filter.ok_or_else(|| Problem::fault("a list that is no trail cannot be exported"))?;
        Ok(trail::lines(self.authority().clone(), filter, name).await?)
    }

    fn authority(&self) -> &Authority {
        &self.state.authority
    }

    fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// One thing, with its version as its entity tag.
    ///
    /// # Errors
    /// It is not there, or not theirs to see.
    pub async fn look<T: DeserializeOwned + Serialize>(&self, look: Look) -> Result<HttpResponse, Problem> {
        answer::single::<T>(self.seen(&look).await?)
    }

    async fn seen(&self, look: &Look) -> Result<Value, Problem> {
        Ok(self.authority().look(self.actor(), look).await?)
    }

    /// A part of a list.
    ///
    /// # Errors
    /// It is not theirs to see; the cursor is another list's.
    pub async fn list<T: DeserializeOwned + Serialize>(&self, list: List, part: Part) -> Result<HttpResponse, Problem> {
        let listed = self.authority().list(self.actor(), &list, part.cursor.as_deref(), part.limit).await?;
        let listed = listed
            .map_err(|_| Problem::new(Kind::Malformed, "The cursor is none of this list; begin anew, without one."))?;
        let items = listed.things.into_iter().map(typed::<T>).collect::<Result<Vec<T>, _>>()?;
        let address = format!("{}{}", self.state.settings.public_url.origin(), self.path);
        Ok(answer::list(Listed { items, next: listed.next }, &address, &part))
    }

    /// Makes something, once for each key of a request. Where it stands then, `at` says.
    ///
    /// # Errors
    /// It cannot be made, or is not theirs to make.
    pub async fn make<T: DeserializeOwned + Serialize>(
        &self,
        act: Act,
        key: Idempotency,
        id: &str,
    ) -> Result<HttpResponse, Problem> {
        let made = self.once(act, key).await?;
        let id = made.get(id).and_then(serde_json::Value::as_str).unwrap_or_default();
        let at = format!("{}/{}", self.path, form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>());
        answer::made::<T>(made, &at)
    }

    /// Does something that makes no thing of its own, once for each key of a request.
    ///
    /// # Errors
    /// It cannot be done, or is not theirs to do.
    pub async fn does<T: DeserializeOwned + Serialize>(
        &self,
        act: Act,
        key: Idempotency,
    ) -> Result<HttpResponse, Problem> {
        answer::plain::<T>(self.once(act, key).await?)
    }

    async fn once(&self, act: Act, key: Idempotency) -> Result<Value, Problem> {
        let (authority, actor, now) = (self.authority().clone(), self.actor().clone(), self.now);
        let asked = act.clone();
        // What is made has no version before that: one that is there already is not changed by the way.
        let work = async move { authority.expecting(NONE_YET).act_as(&actor, act, now).await };
        let done = key.once(self.authority(), self.caller.user.id, (&self.path, &asked), work, self.now).await;
        done.map_err(Problem::there_already)
    }

    /// Changes what the asker saw in the version that they say, and shows it as it is then.
    ///
    /// # Errors
    /// It has another version by now; it is not there, or not theirs to change.
    pub async fn change<T: DeserializeOwned + Serialize>(
        &self,
        look: Look,
        expected: Expected,
        act: Act,
    ) -> Result<HttpResponse, Problem> {
        let done = self.done(&look, expected, act).await?;
        let mut now = self.seen(&look).await?;
        for once in SHOWN_ONCE {
            if let (Some(members), Some(secret)) = (now.as_object_mut(), done.get(once)) {
                members.insert(once.to_owned(), secret.clone());
            }
        }
        answer::single::<T>(now)
    }

    /// The same, where nothing is left to be shown.
    ///
    /// # Errors
    /// As [`Asker::change`].
    pub async fn remove(&self, look: Look, expected: Expected, act: Act) -> Result<HttpResponse, Problem> {
        self.done(&look, expected, act).await?;
        Ok(answer::nothing())
    }

    /// Ends something that has no version.
    ///
    /// # Errors
    /// It is not there, or not theirs to end.
    pub async fn end(&self, act: Act) -> Result<HttpResponse, Problem> {
        self.authority().act_as(self.actor(), act, self.now).await?;
        Ok(answer::nothing())
    }

    /// Whether the asker sees this; else the refusal.
    ///
    /// # Errors
    /// It is not there, or not theirs to see.
    pub async fn sees(&self, look: Look) -> Result<(), Problem> {
        self.seen(&look).await.map(drop)
    }

    /// The signing keys, which are few.
    ///
    /// # Errors
    /// They are an operator's to see.
    pub async fn signing_keys<T: DeserializeOwned + Serialize>(&self) -> Result<HttpResponse, Problem> {
        answer::plain::<T>(self.authority().signing_keys_told(self.actor(), self.now).await?)
    }

    async fn done(&self, look: &Look, expected: Expected, act: Act) -> Result<Value, Problem> {
        let seen = self.seen(look).await?;
        let version = answer::version(&seen)?;
        // RFC 9110 §13.2.1: who may not is told that, whatever version they expect.
        let expected = if expected.includes(version) { version } else { NONE_YET };
        match self.authority().expecting(expected).act_as(self.actor(), act, self.now).await {
            Ok(done) => Ok(done),
            Err(error) => match error.kind {
                ActErrorKind::Changed { current } => Err(Problem::changed(current, self.seen(look).await?)),
                _ => Err(error.into()),
            },
        }
    }
}
