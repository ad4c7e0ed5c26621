//! Requests that make something, sent again: the same key gives the same answer, and one thing is made (the header field
//! `Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).
//!
//! A key is claimed before the work begins, so that of two at the same time one works. What was answered is kept sealed, since it
//! may hold a secret that is shown once. Nothing that was refused is kept: nothing was made. If the server dies between the work
//! and the keeping, the key stays claimed, and whoever sends it again is told to look: what may be done already is not done twice.

use std::time::Duration;

use model::{Id, SecretHash, ServerSecrets, Timestamp, User, server_secret::Purpose};
use protocol::OAuthError;
use serde_json::Value;
use storage::StorageError;

use crate::{Authority, Error, admin::ActError, seal};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A request under a key.
#[derive(Clone, Debug)]
pub struct Keyed {
    /// Whose key it is: others' keys are others, whatever they say.
    pub user_id: Id<User>,
    /// The key.
    pub key: String,
    /// What is asked: a key stands for one request.
    pub asked: String,
}

/// What is kept of them. What is asked may hold a password, so that its fingerprint is made under the server's secret.
#[derive(Clone)]
struct Kept {
    user_id: Id<User>,
    key: SecretHash,
    asked: String,
}

impl Kept {
    fn fingerprint(&self, secrets: &ServerSecrets, version: u16) -> Option<String> {
        let parts: [&[u8]; 3] = [b"kept answer", self.user_id.as_str().as_bytes(), self.asked.as_bytes()];
        secrets.derive(version, Purpose::Counter, &parts).map(|mac| SecretHash::of(&mac).as_str().to_owned())
    }

    /// Whether this was made of the same request, under any version of the secret.
    fn is_of(&self, secrets: &ServerSecrets, fingerprint: &str) -> bool {
        secrets.versions().any(|version| self.fingerprint(secrets, version).as_deref() == Some(fingerprint))
    }

    fn purpose(&self) -> String {
        format!("answer {} {}", self.user_id, self.key.as_str())
    }
}

/// What became of it.
#[derive(Debug)]
pub enum Once {
    /// It was done, now or before; this was answered.
    Done(Value),
    /// It was refused, and nothing is kept of it.
    Refused(ActError),
    /// It is being done, or was broken off.
    UnderWay,
    /// The key stands for another request.
    AnotherRequest,
}

enum Claim {
    Ours,
    Before(Option<String>),
    AnotherRequest,
}

impl Authority {
    /// Does `work` if nobody has under this key; else gives the answer that was given then. The work goes on to its end, and its
    /// answer is kept, even if nobody waits for it any more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn once(
        &self,
        keyed: Keyed,
        work: impl Future<Output = Result<Value, ActError>> + Send + 'static,
        now: Timestamp,
    ) -> Result<Once, Error> {
        let keyed = Kept { user_id: keyed.user_id, key: SecretHash::of(keyed.key.as_bytes()), asked: keyed.asked };
        match self.claim(&keyed, now).await? {
            Claim::AnotherRequest => Ok(Once::AnotherRequest),
            Claim::Before(None) => Ok(Once::UnderWay),
            Claim::Before(Some(sealed)) => {
                let plain = seal::open(&self.parts.secrets, &keyed.purpose(), &sealed)?;
                let corrupt = |_| StorageError::Corrupt { table: "kept_answers", id: keyed.user_id.to_string() };
                Ok(Once::Done(serde_json::from_slice(&plain).map_err(corrupt)?))
            }
            Claim::Ours => {
                let authority = self.clone();
                let task = tokio::spawn(async move { authority.work(&keyed, work).await });
                task.await.map_err(|error| StorageError::Unavailable(error.to_string()))?
            }
        }
    }

    async fn work(
        &self,
        keyed: &Kept,
        work: impl Future<Output = Result<Value, ActError>> + Send,
    ) -> Result<Once, Error> {
        match work.await {
            Ok(answer) => {
                let sealed = seal::seal(&self.parts.secrets, &keyed.purpose(), answer.to_string().as_bytes())?;
                self.settle(keyed, Some(sealed)).await?;
                Ok(Once::Done(answer))
            }
            Err(refusal) => {
                self.settle(keyed, None).await?;
                Ok(Once::Refused(refusal))
            }
        }
    }

    async fn claim(&self, keyed: &Kept, now: Timestamp) -> Result<Claim, Error> {
        let fingerprint = keyed.fingerprint(&self.parts.secrets, self.parts.secrets.current());
        let fingerprint =
            fingerprint.ok_or_else(|| OAuthError::server_error("the server's secret has no current version"))?;
        let (keyed, secrets) = (keyed.clone(), self.parts.secrets.clone());
        let claimed: Result<Claim, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (keyed, secrets, fingerprint) = (keyed.clone(), secrets.clone(), fingerprint.clone());
                Box::pin(async move {
                    if tx.claim_answer(keyed.user_id, &keyed.key, &fingerprint, now.plus(KEPT), now).await? {
                        return Ok(Claim::Ours);
                    }
                    let kept = tx.kept_answer(keyed.user_id, &keyed.key).await?;
                    let kept = kept.ok_or(StorageError::Conflict("kept answer"))?;
                    Ok(match keyed.is_of(&secrets, &kept.fingerprint) {
                        true => Claim::Before(kept.sealed),
                        false => Claim::AnotherRequest,
                    })
                })
            })
            .await;
        Ok(claimed?)
    }

    /// Keeps the answer, or gives the key back.
    async fn settle(&self, keyed: &Kept, answer: Option<String>) -> Result<(), Error> {
        let (user_id, key) = (keyed.user_id, keyed.key.clone());
        let settled: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (key, answer) = (key.clone(), answer.clone());
                Box::pin(async move {
                    match &answer {
                        Some(sealed) => tx.keep_answer(user_id, &key, sealed).await,
                        None => tx.release_answer(user_id, &key).await,
                    }
                })
            })
            .await;
        Ok(settled?)
    }
}
