//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that makes something may be sent again. Owns the
//! header and the answers; that one thing is made, `identity::once` sees to.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use identity::{
    Authority,
    admin::{Act, ActError},
    once::{Keyed, Once},
};
use model::{Id, Timestamp, User};
use serde_json::Value;

use super::{Kind, Problem};

/// Longer keys are refused.
const LONGEST: usize = 255;

/// The key of a request, if it has one.
pub struct Idempotency(Option<String>);

impl FromRequest for Idempotency {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key(request).map(Self))
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut lines = request.headers().get_all("idempotency-key");
    let (first, second) = (lines.next(), lines.next());
    let Some(line) = first else { return Ok(None) };
    let text = line.to_str().unwrap_or_default();
    if second.is_none() && !text.trim().is_empty() && text.len() <= LONGEST {
        return Ok(Some(text.to_owned()));
    }
    let said = format!("Idempotency-Key is one text of 1 to {LONGEST} printable characters; a random UUID does well.");
    Err(Problem::new(Kind::Malformed, said))
}

impl Idempotency {
    /// Does `work`, which is this act at this address, once for the key of this person; each time, if there is none.
    ///
    /// # Errors
    /// It was refused; the key stands for something else, or for something that is not done yet.
    pub(super) async fn once(
        self,
        authority: &Authority,
        user_id: Id<User>,
        (path, act): (&str, &Act),
        work: impl Future<Output = Result<Value, ActError>> + Send + 'static,
        now: Timestamp,
    ) -> Result<Value, Problem> {
        let Some(key) = self.0 else { return Ok(work.await?) };
        let act = serde_json::to_string(act).map_err(|error| Problem::fault(error.to_string()))?;
        let keyed = Keyed { user_id, key, asked: format!("{path}\n{act}") };
        match authority.once(keyed, work, now).await? {
            Once::Done(answer) => Ok(answer),
            Once::Refused(error) => Err(error.into()),
            Once::AnotherRequest => {
                let said = "This Idempotency-Key was sent with another request; each request needs a key of its own.";
                Err(Problem::new(Kind::Invalid, said))
            }
            Once::UnderWay => {
                let said = "A request with this Idempotency-Key is under way, or broke off. Wait and send it again; if this goes on, look \
                            whether the thing is there, and use another key.";
                Err(Problem::new(Kind::Conflict, said).after(1))
            }
        }
    }
}
