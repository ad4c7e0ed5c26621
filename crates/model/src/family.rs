//! A refresh-token family: one sign-in's chain of refresh tokens, kept as one row. Owns the decision what a presented token
//! means and how the row changes then; pure, so that the decision can be tested against every history.
//!
//! docs/families.md tells the whole story.

use std::time::Duration;

use protocol::Scope;

use crate::{ClientId, Grant, Id, Secret, SecretHash, ServerSecrets, Session, Timestamp, server_secret::Purpose};

/// One row of the table of families.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its id, which every token of it carries.
    pub id: Id<Family>,
    /// What it is a way to use.
    pub grant_id: Id<Grant>,
    /// The only client that may present its tokens.
    pub client_id: ClientId,
    /// What its tokens may do at the most.
    pub scope: Scope,
    /// The policy version under which `scope` was last compared with what client and resource allow.
    pub policy_version: i64,
    /// Counts rotations, from 1.
    pub generation: u64,
    /// SHA-256 of the newest refresh token's secret.
    pub head_hash: SecretHash,
    /// That of its predecessor; none in generation 1.
    pub previous_hash: Option<SecretHash>,
    /// Fresh in every generation; the head is derived from it and the predecessor.
    pub retry_salt: String,
    /// The version of the server's secret that the head is derived under.
    pub key_version: u16,
    /// When the head was last given out.
    pub answered_at: Timestamp,
    /// When the head, or its access token, was first seen in use.
    pub head_seen_at: Option<Timestamp>,
    /// When this generation's predecessor was presented again, first.
    pub repeated_at: Option<Timestamp>,
    /// How many generations in a row were repeated.
    pub repeat_streak: u32,
    /// Ends without use.
    pub idle_expires_at: Timestamp,
    /// Ends whatever happens (ASVS 10.4.8).
    pub absolute_expires_at: Timestamp,
    /// The session that it began in: `sid` of its ID tokens.
    pub session_id: Id<Session>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How they did: RFC 8176 values, space separated.
    pub amr: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Whether it was ended, when and why.
    pub revoked: Option<Revoked>,
}

/// An end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// The settings that decide.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Uses within this time of an answer are one use; zero is the strict rule.
    pub retry_window: Duration,
    /// How long an unseen successor may be asked for again with its predecessor.
    pub recovery_window: Duration,
    /// Revoke at the repeat after this many in a row; 0 is off.
    pub repeat_limit: u32,
    /// Ends after this long without a rotation.
    pub idle_lifetime: Duration,
    /// Ends after this long at the latest.
    pub absolute_lifetime: Duration,
}

/// What a presented genuine refresh token of this family means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The family was ended or has expired: no effect.
    Dead,
    /// The token is newer than the row, which a restored backup explains: end the family, it is nobody's theft.
    RolledBack,
    /// The head within the window: the same pair.
    Again,
    /// The head otherwise: a new pair.
    Rotate,
    /// The predecessor within the window: the same pair.
    Retry,
    /// The predecessor later, its successor never seen: a fresh pair, the predecessor stays.
    Recover,
    /// A stale copy: end the family and tell the person.
    Reuse,
}

impl Family {
    /// The table of docs/families.md. `access_expires_at`: when the newest access token of the present generation expires,
    /// none if there is none.
    #[must_use]
    pub fn meaning(
        &self,
        generation: u64,
        hash: &SecretHash,
        access_expires_at: Option<Timestamp>,
        policy: &Policy,
        now: Timestamp,
    ) -> Meaning {
        if self.revoked.is_some() || now >= self.idle_expires_at.min(self.absolute_expires_at) {
            return Meaning::Dead;
        }
        if generation > self.generation {
            return Meaning::RolledBack;
        }
        let age = now.since(self.answered_at);
        let forgiving = policy.retry_window > Duration::ZERO;
        let open = forgiving
            && self.previous_hash.is_some()
            && age <= policy.retry_window
            && access_expires_at.is_some_and(|expires_at| now < expires_at);
        let is_head = *hash == self.head_hash;
        let is_previous = self.previous_hash.as_ref() == Some(hash);
        let meaning = match (is_head, is_previous) {
            (true, _) if open => Meaning::Again,
            (true, _) => Meaning::Rotate,
            (_, true) if open => Meaning::Retry,
            (_, true) if forgiving && self.head_seen_at.is_none() && age <= policy.recovery_window => Meaning::Recover,
            _ => Meaning::Reuse,
        };
        let repeats = matches!(meaning, Meaning::Retry | Meaning::Recover) && self.repeated_at.is_none();
        if repeats && policy.repeat_limit > 0 && self.repeat_streak >= policy.repeat_limit {
            return Meaning::Reuse;
        }
        meaning
    }

    /// The row after an answer that `meaning` allows; its `repeat_streak` says how many repeats there were in a row. `presented` is the
    /// secret that was shown. Nothing if `meaning` allows no answer or a version of the server's secret is gone.
    #[must_use]
    pub fn answered(
        &self,
        meaning: Meaning,
        presented: &Secret,
        policy: &Policy,
        secrets: &ServerSecrets,
        now: Timestamp,
    ) -> Option<Self> {
        let mut next = self.clone();
        if matches!(meaning, Meaning::Retry | Meaning::Recover) && next.repeated_at.is_none() {
            next.repeated_at = Some(now);
            next.repeat_streak = next.repeat_streak.saturating_add(1);
        }
        match meaning {
            Meaning::Again => next.head_seen_at = next.head_seen_at.or(Some(now)),
            Meaning::Retry if next.head_seen_at.is_none() => next.answered_at = now,
            Meaning::Retry => {}
            Meaning::Rotate => {
                if next.repeated_at.is_none() {
                    next.repeat_streak = 0;
                }
                next.repeated_at = None;
                next.previous_hash = Some(self.head_hash.clone());
                next.advance(presented, policy, secrets, now)?;
            }
            Meaning::Recover => next.advance(presented, policy, secrets, now)?,
            Meaning::Dead | Meaning::RolledBack | Meaning::Reuse => return None,
        }
        Some(next)
    }

    fn advance(&mut self, presented: &Secret, policy: &Policy, secrets: &ServerSecrets, now: Timestamp) -> Option<()> {
        self.generation += 1;
        self.retry_salt = Secret::generate().expose();
        self.key_version = secrets.current();
        self.head_hash = successor(secrets, self.key_version, &self.retry_salt, presented)?.hash();
        self.answered_at = now;
        self.idle_expires_at = now.plus(policy.idle_lifetime);
        self.head_seen_at = None;
        Some(())
    }

    /// The head's secret, given what was presented; nothing if they do not fit, which only a damaged row explains.
    #[must_use]
    pub fn head(&self, presented: &Secret, secrets: &ServerSecrets) -> Option<Secret> {
        if presented.hash() == self.head_hash {
            return Some(presented.clone());
        }
        let head = successor(secrets, self.key_version, &self.retry_salt, presented)?;
        (head.hash() == self.head_hash).then_some(head)
    }

    /// The secret of the access token that goes with `head` and this narrowing (empty: the family's whole scope).
    #[must_use]
    pub fn access_secret(&self, head: &Secret, narrowing: &str, secrets: &ServerSecrets) -> Option<Secret> {
        access(secrets, self.key_version, &self.retry_salt, head, narrowing)
    }
}

/// The refresh token that follows `presented`.
#[must_use]
pub fn successor(secrets: &ServerSecrets, version: u16, salt: &str, presented: &Secret) -> Option<Secret> {
    let parts: [&[u8]; 3] = [salt.as_bytes(), presented.bytes(), b"refresh"];
    secrets.derive(version, Purpose::Successor, &parts).map(Secret::from_bytes)
}

/// The access token that goes with the refresh token `head`; `narrowing` is the narrower scope that was asked, or empty.
#[must_use]
pub fn access(secrets: &ServerSecrets, version: u16, salt: &str, head: &Secret, narrowing: &str) -> Option<Secret> {
    let parts: [&[u8]; 4] = [salt.as_bytes(), head.bytes(), b"access", narrowing.as_bytes()];
    secrets.derive(version, Purpose::Successor, &parts).map(Secret::from_bytes)
}
