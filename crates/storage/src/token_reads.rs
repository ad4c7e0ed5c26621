//! Live access tokens, read from the database: those that are asked for at the same time by one command. While it is under way, whoever
//! asks waits for the next one, so that a hop to another thread, or a round trip, is shared; each is read after it was asked for.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use model::{Id, SecretHash, Timestamp};
use tokio::sync::oneshot;

use crate::{
    Read, SeenToken, StorageError, Store,
    access_tokens::seen,
    columns::{Columns, Value},
    live::Touched,
};

/// The columns of [`seen`] for a person's token, and what each rests on, for as many as there are slots, each with its place;
/// `$1` is the time.
macro_rules! of_persons {
    ($slots:literal) => {
        concat!(
            "WITH asked (place, id, generation, hash) AS (VALUES ",
            $slots,
            ") SELECT a.place, t.client_id, t.resource_id, t.scope, t.actors, t.issued_at, t.expires_at, \
             g.id AS grant_id, g.user_id, g.organization_id, g.project_id, f.generation AS family_generation, f.head_seen_at, x.used_at \
             FROM asked a CROSS JOIN access_tokens t JOIN families f ON f.id = t.family_id AND f.revoked_at IS NULL \
             JOIN live_grants g ON g.id = f.grant_id JOIN grants x ON x.id = g.id \
             WHERE t.id = a.id AND t.generation = a.generation AND t.hash = a.hash AND t.expires_at > $1 AND f.absolute_expires_at > $1"
        )
    };
}

/// The same for tokens that clients got for themselves.
macro_rules! of_clients {
    ($slots:literal) => {
        concat!(
            "WITH asked (place, id, generation, hash) AS (VALUES ",
            $slots,
            ") SELECT a.place, t.client_id, t.resource_id, t.scope, t.actors, t.issued_at, t.expires_at, \
             NULL AS grant_id, c.organization_id, c.project_id FROM asked a CROSS JOIN access_tokens t \
             JOIN clients c ON c.id = t.client_id AND c.disabled_at IS NULL \
             JOIN projects p ON p.id = c.project_id AND p.disabled_at IS NULL \
             JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL \
             JOIN resources r ON r.id = t.resource_id AND r.disabled_at IS NULL \
             WHERE t.id = a.id AND t.generation = a.generation AND t.hash = a.hash AND t.expires_at > $1 AND t.family_id IS NULL"
        )
    };
}

/// Each text with as many slots as it says; what stays over is NULL, which no token equals.
macro_rules! texts {
    ($of:ident) => {
        [
            (1, $of!("(0, $2, $3, $4)")),
            (4, $of!("(0, $2, $3, $4), (1, $5, $6, $7), (2, $8, $9, $10), (3, $11, $12, $13)")),
            (
                8,
                $of!(
                    "(0, $2, $3, $4), (1, $5, $6, $7), (2, $8, $9, $10), (3, $11, $12, $13), (4, $14, $15, $16), \
                     (5, $17, $18, $19), (6, $20, $21, $22), (7, $23, $24, $25)"
                ),
            ),
            (
                MOST,
                $of!(
                    "(0, $2, $3, $4), (1, $5, $6, $7), (2, $8, $9, $10), (3, $11, $12, $13), (4, $14, $15, $16), \
                     (5, $17, $18, $19), (6, $20, $21, $22), (7, $23, $24, $25), (8, $26, $27, $28), (9, $29, $30, $31), \
                     (10, $32, $33, $34), (11, $35, $36, $37), (12, $38, $39, $40), (13, $41, $42, $43), (14, $44, $45, $46), \
                     (15, $47, $48, $49)"
                ),
            ),
        ]
    };
}

/// So many are asked for by one command at the most.
const MOST: usize = 16;
const OF_PERSONS: [(usize, &str); 4] = texts!(of_persons);
const OF_CLIENTS: [(usize, &str); 4] = texts!(of_clients);

/// Which token is asked for, and when.
#[derive(Clone)]
pub(crate) struct AskedToken {
    pub(crate) id: Id<()>,
    pub(crate) generation: u64,
    pub(crate) hash: SecretHash,
    pub(crate) now: Timestamp,
}

impl AskedToken {
    /// Generations count from 1; only a token without a family has 0.
    pub(crate) const fn is_a_clients(&self) -> bool {
        self.generation == 0
    }
}

type Answer = Result<Option<SeenToken>, StorageError>;

struct Waiting {
    asked: AskedToken,
    answer: oneshot::Sender<Answer>,
}

/// Who waits, and how many commands are under way.
pub(crate) struct TokenReads {
    state: Mutex<State>,
    /// So many commands at a time at the most; more would only be smaller ones.
    commands: usize,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    under_way: usize,
}

impl Default for TokenReads {
    fn default() -> Self {
        Self { state: Mutex::default(), commands: thread::available_parallelism().map_or(1, usize::from) }
    }
}

impl TokenReads {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the answer comes, and whether somebody has to begin a command.
    fn wait(&self, asked: AskedToken) -> (oneshot::Receiver<Answer>, bool) {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state();
        state.waiting.push(Waiting { asked, answer });
        let begin = state.under_way < self.commands;
        if begin {
            state.under_way += 1;
        }
        (receiver, begin)
    }

    /// Whom the next command asks for; those who gave up waiting are not asked for. None: nobody waits, and nothing is under way any more.
    fn next(&self) -> Option<Vec<Waiting>> {
        let mut state = self.state();
        state.waiting.retain(|waiting| !waiting.answer.is_closed());
        if state.waiting.is_empty() {
            state.under_way -= 1;
            return None;
        }
        Some(if state.waiting.len() <= MOST {
            mem::take(&mut state.waiting)
        } else {
            state.waiting.drain(..MOST).collect()
        })
    }
}

/// One of the commands that may be under way.
struct UnderWay {
    store: Store,
    /// Given back already.
    ended: bool,
}

impl Drop for UnderWay {
    /// However it ends, by a panic or with its runtime.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let mut state = self.store.token_reads.state();
        state.under_way -= 1;
        // Nobody is left who would begin the next command: who waits is told.
        if state.under_way == 0 {
            state.waiting.clear();
        }
    }
}

impl Store {
    /// The token if it is live.
    pub(crate) async fn read_token(&self, asked: AskedToken) -> Answer {
        let (answer, begin) = self.token_reads.wait(asked);
        if begin {
            let under_way = UnderWay { store: self.clone(), ended: false };
            tokio::spawn(async move { under_way.run().await });
        }
        answer.await.unwrap_or_else(|_| Err(StorageError::Unavailable("the read was dropped".to_owned())))
    }
}

impl UnderWay {
    /// One command after another for as long as somebody waits.
    async fn run(mut self) {
        while let Some(waiting) = self.store.token_reads.next() {
            let (asked, answers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|one| (one.asked, one.answer)).unzip();
            match self.read(&asked).await {
                Ok(found) => answers.into_iter().zip(found).for_each(|(answer, found)| drop(answer.send(Ok(found)))),
                Err(error) => {
                    let trouble = error.to_string();
                    answers.into_iter().for_each(|answer| {
                        drop(answer.send(Err(StorageError::Unavailable(trouble.clone()))));
                    });
                }
            }
        }
        self.ended = true;
    }

    async fn read(&self, asked: &[AskedToken]) -> Result<Vec<Option<SeenToken>>, StorageError> {
        self.store.read().await?.live_tokens_among(asked).await
    }
}

impl Read {
    /// The live token with this id, generation and hash, if everything that it rests on is in force at `now`.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_access_token(
        &mut self,
        id: Id<()>,
        generation: u64,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<SeenToken>, StorageError> {
        let asked = AskedToken { id, generation, hash: hash.clone(), now };
        Ok(self.live_tokens_among(&[asked]).await?.pop().flatten())
    }

    /// Each of at most 16 tokens, in their order, if everything that it rests on is in force.
    pub(crate) async fn live_tokens_among(
        &mut self,
        asked: &[AskedToken],
    ) -> Result<Vec<Option<SeenToken>>, StorageError> {
        let mut found = vec![None; asked.len()];
        for (texts, a_clients) in [(OF_PERSONS, false), (OF_CLIENTS, true)] {
            let mut these: Vec<(usize, &AskedToken)> = asked.iter().enumerate().collect();
            these.retain(|(_, one)| one.is_a_clients() == a_clients);
            let Some((slots, sql)) = texts.into_iter().find(|(slots, _)| these.len() <= *slots) else { continue };
            // The latest of their times: it has passed for each of them.
            let Some(now) = these.iter().map(|(_, one)| one.now).max() else { continue };
            let rows = self.all_touching(Touched::Nothing, sql, bound(now, &these, slots)).await?;
            for row in &rows {
                let place = Columns::of(row, "access_tokens").count("place")?;
                let this = usize::try_from(place).ok().and_then(|place| these.get(place));
                if let Some((at, one)) = this
                    && let Some(found) = found.get_mut(*at)
                {
                    *found = Some(seen(one, row)?);
                }
            }
        }
        Ok(found)
    }
}

fn bound(now: Timestamp, these: &[(usize, &AskedToken)], slots: usize) -> Vec<Value> {
    let mut values = vec![now.into()];
    for (_, one) in these {
        values.extend([one.id.into(), one.generation.into(), (&one.hash).into()]);
    }
    for _ in these.len()..slots {
        values.extend([Value::Text(None), Value::Number(None), Value::Text(None)]);
    }
    values
}
