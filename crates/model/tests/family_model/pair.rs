//! A family and its reference side by side: whatever is done is done to both, and what they make of it is compared.

use std::time::Duration;

use model::{
    ClientId, Family, Id, Secret, SecretHash, ServerSecrets, Timestamp,
    family::{Meaning, Policy, Revoked},
};
use protocol::Scope;

use crate::reference::{Reference, SECOND, Settings, Verdict};

/// A refresh token as a client holds it.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) secret: Secret,
    pub(crate) generation: u64,
}

/// The family and its reference side by side, with every token that was ever given out.
pub(crate) struct Pair {
    pub(crate) family: Family,
    pub(crate) reference: Reference,
    pub(crate) policy: Policy,
    pub(crate) secrets: ServerSecrets,
    pub(crate) issued: Vec<Held>,
    pub(crate) now: i64,
}

/// What a refresh gave: the verdict, and the number of the token and the access token if there was an answer.
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) token: Option<usize>,
    pub(crate) access: Option<SecretHash>,
}

impl Pair {
    pub(crate) fn new(settings: Settings) -> Self {
        let now = 1_800_000_000 * SECOND;
        let absolute = 365 * 86400 * SECOND;
        let first = Secret::generate();
        let time = Timestamp::from_micros;
        let lasting = |micros: i64| Duration::from_micros(u64::try_from(micros).unwrap());
        let family = Family {
            id: Id::new(time(now)),
            grant_id: Id::new(time(now)),
            client_id: ClientId::new("cli"),
            scope: Scope::parse("openid").unwrap(),
            policy_version: 1,
            generation: 1,
            head_hash: first.hash(),
            previous_hash: None,
            retry_salt: Secret::generate().expose(),
            key_version: 1,
            answered_at: time(now),
            head_seen_at: None,
            repeated_at: None,
            repeat_streak: 0,
            idle_expires_at: time(now + settings.idle),
            absolute_expires_at: time(now + absolute),
            session_id: Id::new(time(now)),
            auth_time: time(now),
            amr: "pwd".to_owned(),
            created_at: time(now),
            revoked: None,
        };
        let policy = Policy {
            retry_window: lasting(settings.w1),
            recovery_window: lasting(settings.w2),
            repeat_limit: settings.limit,
            idle_lifetime: lasting(settings.idle),
            absolute_lifetime: lasting(absolute),
        };
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let reference = Reference::new(settings, now, absolute);
        Self { family, reference, policy, secrets, issued: vec![Held { secret: first, generation: 1 }], now }
    }

    /// Presents a token to both and compares what they make of it.
    pub(crate) fn refresh(&mut self, token: usize) -> Answer {
        let held = self.issued[token].clone();
        let now = Timestamp::from_micros(self.now);
        let access_expires_at = self.reference.access.get(&self.family.generation).copied().map(Timestamp::from_micros);
        let meaning = self.family.meaning(held.generation, &held.secret.hash(), access_expires_at, &self.policy, now);
        let verdict = self.reference.decide(token, held.generation, self.now);
        assert_eq!(meaning, in_words(verdict), "token {token} of generation {} at {}", held.generation, self.now);
        let fresh = self.issued.len();
        self.reference.apply(verdict, token, fresh, self.now);
        let answered = self.family.answered(meaning, &held.secret, &self.policy, &self.secrets, now);
        let Some(next) = answered else {
            assert!(matches!(verdict, Verdict::Dead | Verdict::RolledBack | Verdict::Reuse));
            if verdict != Verdict::Dead {
                self.end();
            }
            return Answer { verdict, token: None, access: None };
        };
        self.family = next;
        let head = self.family.head(&held.secret, &self.secrets).expect("what was presented leads to the head");
        if matches!(verdict, Verdict::Rotate | Verdict::Recover) {
            self.issued.push(Held { secret: head.clone(), generation: self.family.generation });
        }
        let token =
            self.issued.iter().position(|one| one.secret.hash() == head.hash()).expect("a token that was issued");
        assert_eq!(token, self.reference.head, "both name the same head");
        let access = self.family.access_secret(&head, "", &self.secrets).map(|secret| secret.hash());
        self.compare();
        Answer { verdict, token: Some(token), access }
    }

    pub(crate) fn end(&mut self) {
        self.family.revoked = Some(Revoked { at: Timestamp::from_micros(self.now), reason: "ended".to_owned() });
        self.reference.revoked = true;
        self.reference.access.clear();
    }

    /// Uses the access token of the present generation, which is sight; whether it was let in.
    pub(crate) fn see(&mut self) -> bool {
        let live =
            self.reference.access.get(&self.reference.generation).is_some_and(|expires_at| self.now < *expires_at);
        let lives = live && !self.reference.revoked;
        if lives && self.reference.head_seen_at.is_none() {
            self.reference.head_seen_at = Some(self.now);
            self.family.head_seen_at = Some(Timestamp::from_micros(self.now));
        }
        lives
    }

    pub(crate) fn compare(&self) {
        let (family, reference) = (&self.family, &self.reference);
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
        assert_eq!(family.generation, reference.generation);
        assert_eq!(family.head_hash, self.issued[reference.head].secret.hash());
        assert_eq!(family.previous_hash, reference.previous.map(|previous| self.issued[previous].secret.hash()));
        assert_eq!(family.answered_at.as_micros(), reference.answered_at);
        assert_eq!(micros(family.head_seen_at), reference.head_seen_at);
        assert_eq!(micros(family.repeated_at), reference.repeated_at);
        assert_eq!(family.repeat_streak, reference.repeat_streak);
        assert_eq!(family.idle_expires_at.as_micros(), reference.idle_expires_at);
        assert_eq!(family.absolute_expires_at.as_micros(), reference.absolute_expires_at);
        // The constraints of the table.
        assert_eq!(family.previous_hash.is_none(), family.generation == 1);
        assert_ne!(family.previous_hash.as_ref(), Some(&family.head_hash));
    }

    /// How many tokens would rotate or be answered as the head.
    pub(crate) fn heads(&self) -> usize {
        let now = Timestamp::from_micros(self.now);
        let access = self.reference.access.get(&self.family.generation).copied().map(Timestamp::from_micros);
        self.issued
            .iter()
            .map(|held| self.family.meaning(held.generation, &held.secret.hash(), access, &self.policy, now))
            .filter(|meaning| matches!(meaning, Meaning::Again | Meaning::Rotate))
            .count()
    }
}

pub(crate) const fn in_words(verdict: Verdict) -> Meaning {
    match verdict {
        Verdict::Dead => Meaning::Dead,
        Verdict::RolledBack => Meaning::RolledBack,
        Verdict::Reuse => Meaning::Reuse,
        Verdict::Again => Meaning::Again,
        Verdict::Rotate => Meaning::Rotate,
        Verdict::Retry => Meaning::Retry,
        Verdict::Recover => Meaning::Recover,
    }
}
