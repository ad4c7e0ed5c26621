//! Passwords: how they are hashed, compared and measured. argon2id (RFC 9106), never on a request's thread and never more
//! than so many at once, so that a flood of sign-ins does not slow the token endpoints.
//!
//! Does not own who may sign in, nor how often it may be tried (`account`).

mod threads;

use std::{sync::Arc, time::Instant};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc},
};
use model::{Secret, user::PasswordHash};
use protocol::{Confidential, OAuthError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::{Authority, Error, PasswordSettings, metrics::Passwords};
use threads::Threads;

/// The longest password, in characters. Nothing is ever cut off.
pub(crate) const MOST_CHARACTERS: usize = 256;
/// Of one that is made here.
const MADE_CHARACTERS: usize = 24;
/// So many wait for each one that is being hashed; whoever comes then is told to come back.
const WAITING_EACH: usize = 64;
/// RFC 9106 §3.1: 16 bytes of salt.
const SALT_BYTES: usize = 16;

/// Hashes and compares passwords.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    concurrency: usize,
    threads: Threads,
    /// One permit for each that runs.
    running: Arc<Semaphore>,
    /// One permit for each that runs or waits.
    queue: Arc<Semaphore>,
    /// Of a password that nobody knows: what is compared where there is no hash.
    dummy: PasswordHash,
    pub(crate) metrics: Passwords,
    /// How many were hashed, so that tests can assert equal work.
    #[cfg(test)]
    pub(crate) runs: std::sync::atomic::AtomicUsize,
}

/// Why a text cannot become a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// It has too few characters.
    TooShort {
        /// The fewest.
        least: usize,
    },
    /// It is longer than 256 characters.
    TooLong,
}

impl Authority {
    /// Whether this may become somebody's password. `about` is what others know of them.
    ///
    /// # Errors
    /// Trouble while looking.
    pub(crate) async fn acceptable_password(
        &self,
        password: &Confidential,
        about: &[&str],
    ) -> Result<Result<(), PasswordRefusal>, Error> {
        let _ = about;
        Ok(fit(password.expose(), self.parts.settings.password.min_length))
    }
}

impl PasswordHasher {
    /// A hasher with these parameters. Hashes once, for the dummy.
    ///
    /// # Errors
    /// Parameters that argon2 refuses.
    pub(crate) fn new(settings: &PasswordSettings) -> Result<Self, Error> {
        let params = Params::new(settings.memory_kib, settings.iterations, settings.parallelism, None)
            .map_err(|error| OAuthError::server_error(format!("argon2id parameters: {error}")))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let concurrency = settings.concurrency.max(1);
        let dummy = hash(&argon2, Secret::generate().bytes()).map_err(|error| failed(&error))?;
        Ok(Self {
            argon2,
            concurrency,
            threads: Threads::start(concurrency)
                .map_err(|error| OAuthError::server_error(format!("threads for passwords: {error}")))?,
            running: Arc::new(Semaphore::new(concurrency)),
            queue: Arc::new(Semaphore::new(places(concurrency))),
            dummy,
            metrics: Passwords::new(),
            #[cfg(test)]
            runs: std::sync::atomic::AtomicUsize::new(0),
        })
    }

    /// Hashes a password that [`fit`] found fit.
    ///
    /// # Errors
    /// `temporarily_unavailable` if too many wait already.
    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, Error> {
        let (argon2, password) = (self.argon2.clone(), normal(password));
        let hashed = self.run(move || hash(&argon2, password.as_bytes())).await?;
        hashed.map_err(|error| failed(&error).into())
    }

    /// Whether this is the password. Without a hash the same work is done, and the answer is no (V-48).
    ///
    /// # Errors
    /// As [`PasswordHasher::hash`]; a stored hash that cannot be read.
    pub(crate) async fn verify(&self, stored: Option<&PasswordHash>, password: &str) -> Result<bool, Error> {
        let possible = stored.is_some() && password.chars().count() <= MOST_CHARACTERS;
        let stored = stored.unwrap_or(&self.dummy).clone();
        let password = if possible { normal(password) } else { Zeroizing::new(String::new()) };
        let (argon2, verified) = (self.argon2.clone(), move |argon2: &Argon2<'_>| {
            let parsed = phc::PasswordHash::new(stored.expose())?;
            // The parameters are the stored hash's own.
            argon2.verify_password(password.as_bytes(), &parsed)
        });
        match self.run(move || verified(&argon2)).await? {
            Ok(()) => Ok(possible),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(&error).into()),
        }
    }

    /// Whether a hash is weaker than the settings ask for today.
    pub(crate) fn needs_rehash(&self, stored: &PasswordHash) -> bool {
        let Ok(parsed) = phc::PasswordHash::new(stored.expose()) else { return false };
        let Ok(params) = Params::try_from(&parsed) else { return false };
        let now = self.argon2.params();
        parsed.algorithm != Algorithm::Argon2id.ident()
            || params.m_cost() < now.m_cost()
            || params.t_cost() < now.t_cost()
    }

    /// Runs `work` off the request's thread, when it is its turn. Whoever stops waiting gives up the place, but what has
    /// begun keeps it until it is done.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let full = || OAuthError::temporarily_unavailable("too many passwords wait to be hashed");
        let Ok(place) = Arc::clone(&self.queue).try_acquire_owned() else {
            self.metrics.turned_away.inc();
            return Err(full().into());
        };
        let arrived = Instant::now();
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| full())?;
        let waited = arrived.elapsed();
        #[cfg(test)]
        self.runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let held: [OwnedSemaphorePermit; 2] = [place, turn];
        let done = self.threads.run(move || {
            let done = work();
            drop(held);
            done
        });
        let done = done.await.ok_or_else(|| OAuthError::server_error("hashing a password panicked"))?;
        self.metrics.hashed(waited, arrived.elapsed().saturating_sub(waited));
        Ok(done)
    }

    /// Notes for its measures how many wait and run at this moment.
    pub(crate) fn look(&self) {
        let running = self.concurrency.saturating_sub(self.running.available_permits());
        let held = places(self.concurrency).saturating_sub(self.queue.available_permits());
        self.metrics.now(held.saturating_sub(running), running);
    }
}

/// For those that run and those that may wait.
const fn places(concurrency: usize) -> usize {
    concurrency.saturating_mul(1 + WAITING_EACH)
}

/// Whether a text can become a password: `least` to [`MOST_CHARACTERS`] characters, counted as they are hashed. Every
/// character is welcome, U+0000 too, since only the hash is stored.
pub(crate) fn fit(password: &str, least: usize) -> Result<(), PasswordRefusal> {
    if password.chars().count() > MOST_CHARACTERS {
        return Err(PasswordRefusal::TooLong);
    }
    if normal(password).chars().count() < least { Err(PasswordRefusal::TooShort { least }) } else { Ok(()) }
}

/// A password that somebody is handed: letters and digits, 142 bits or more, and as long as `least` asks for.
pub(crate) fn fresh(least: usize) -> Zeroizing<String> {
    let texts = std::iter::repeat_with(|| Secret::generate().expose());
    let characters = texts.flat_map(|text| text.chars().collect::<Vec<_>>());
    Zeroizing::new(characters.take(least.max(MADE_CHARACTERS)).collect())
}

/// One form for what keyboards spell differently (RFC 8265 §4.2 without its exclusions).
fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> password_hash::Result<PasswordHash> {
    let secret = Secret::generate();
    let salt = secret.bytes().first_chunk::<SALT_BYTES>().ok_or(password_hash::Error::SaltInvalid)?;
    let hashed: phc::PasswordHash = argon2.hash_password_with_salt(password, salt)?;
    Ok(PasswordHash::new(hashed.to_string()))
}

fn failed(error: &password_hash::Error) -> OAuthError {
    OAuthError::server_error(format!("argon2id: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    fn settings() -> PasswordSettings {
        PasswordSettings { min_length: 12, memory_kib: 64, iterations: 1, parallelism: 1, concurrency: 2 }
    }

    #[tokio::test]
    async fn a_password_is_compared_whole_and_in_one_normal_form() {
        let hasher = PasswordHasher::new(&settings()).unwrap();
        let long = format!("{}x", "a".repeat(255));
        for (password, same, other) in [
            ("Zoë's pässword", "Zoe\u{308}'s pa\u{308}ssword", "Zoe's passwort"),
            ("before\0after", "before\0after", "before\0other"),
            (long.as_str(), long.as_str(), &"a".repeat(256)),
            (" spaces count ", " spaces count ", "spaces count"),
        ] {
            let stored = hasher.hash(password).await.unwrap();
            assert!(stored.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", stored.expose());
            assert!(hasher.verify(Some(&stored), same).await.unwrap(), "{password:?}");
            assert!(!hasher.verify(Some(&stored), other).await.unwrap(), "{password:?}");
        }
        assert_ne!(
            hasher.hash("the same twice").await.unwrap().expose(),
            hasher.hash("the same twice").await.unwrap().expose()
        );
    }

    #[tokio::test]
    async fn what_cannot_be_right_costs_the_same_work() {
        let hasher = PasswordHasher::new(&settings()).unwrap();
        let stored = hasher.hash("a password of mine").await.unwrap();
        let too_long = "a".repeat(MOST_CHARACTERS + 1);
        for (stored, password) in
            [(None, "a password of mine"), (None, ""), (Some(&stored), "wrong"), (Some(&stored), too_long.as_str())]
        {
            let before = hasher.runs.load(Ordering::SeqCst);
            assert!(!hasher.verify(stored, password).await.unwrap());
            assert_eq!(hasher.runs.load(Ordering::SeqCst), before + 1);
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(fit("eleven char", 12), Err(PasswordRefusal::TooShort { least: 12 }));
        assert_eq!(fit("zwölf Zeiche", 12), Ok(()));
        assert_eq!(
            fit("e\u{308}e\u{308}e\u{308}e\u{308}e\u{308}e\u{308}", 12),
            Err(PasswordRefusal::TooShort { least: 12 }),
            "combining marks are no characters of their own"
        );
        assert_eq!(fit(&"ä".repeat(256), 12), Ok(()));
        assert_eq!(fit(&"ä".repeat(257), 12), Err(PasswordRefusal::TooLong));
    }

    #[tokio::test]
    async fn weaker_hashes_are_found() {
        let weak = PasswordHasher::new(&settings()).unwrap();
        let strong = PasswordHasher::new(&PasswordSettings { iterations: 2, ..settings() }).unwrap();
        let stored = weak.hash("a password of mine").await.unwrap();
        assert!(!weak.needs_rehash(&stored));
        assert!(strong.needs_rehash(&stored));
        assert!(strong.verify(Some(&stored), "a password of mine").await.unwrap(), "with the parameters of its time");
        assert!(!weak.needs_rehash(&strong.hash("a password of mine").await.unwrap()), "never to weaker ones");
    }

    #[test]
    fn a_made_password_is_fit_and_never_the_same() {
        for least in [12, 24, 64] {
            let made = fresh(least);
            assert_eq!((made.chars().count(), fit(&made, least)), (least.max(24), Ok(())));
            assert_ne!(*made, *fresh(least));
        }
    }

    #[tokio::test]
    async fn a_full_queue_says_so() {
        let hasher = PasswordHasher::new(&PasswordSettings { concurrency: 1, ..settings() }).unwrap();
        let places =
            Arc::clone(&hasher.queue).acquire_many_owned(u32::try_from(1 + WAITING_EACH).unwrap()).await.unwrap();
        let refused = hasher.verify(None, "x").await.unwrap_err().into_oauth();
        assert_eq!((refused.status(), refused.retry_after), (503, Some(1)));
        drop(places);
        assert!(!hasher.verify(None, "x").await.unwrap());
    }
}
