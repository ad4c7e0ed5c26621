//! Passwords: how they are hashed, compared and measured. argon2id (RFC 9106), never on a request's thread and never more
//! than so many at once, so that a flood of sign-ins does not slow the token endpoints.
//!
//! Does not own who may sign in, nor how often it may be tried (`account`).

mod breaches;
mod judge;
mod stored;
mod threads;

use std::{sync::Arc, time::Instant};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::phc::{Output, Salt},
};
use model::{Secret, user::PasswordHash};
use protocol::OAuthError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

pub(crate) use breaches::Breaches;
pub use judge::{Guessable, PasswordRefusal};
pub(crate) use stored::{Firebase, Stored};

use crate::{Error, PasswordSettings, metrics::Passwords};
use stored::Form;
use threads::{Memory, Threads};

/// The longest password, in characters. Nothing is ever cut off.
pub(crate) const MOST_CHARACTERS: usize = 256;
/// Of one that is made here.
const MADE_CHARACTERS: usize = 24;
/// So many wait for each one that is being hashed; whoever comes then is told to come back.
const WAITING_EACH: usize = 64;
/// RFC 9106 §3.1: 16 bytes of salt.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Hashes and compares passwords.
pub(crate) struct PasswordHasher {
    params: Params,
    concurrency: usize,
    threads: Threads,
    /// One permit for each that runs.
    running: Arc<Semaphore>,
    /// One permit for each that runs or waits.
    queue: Arc<Semaphore>,
    /// Of a password that nobody knows: what is compared where there is no hash.
    dummy: Stored,
    pub(crate) metrics: Passwords,
    /// How many were hashed, so that tests can assert equal work.
    #[cfg(test)]
    pub(crate) runs: std::sync::atomic::AtomicUsize,
}

impl PasswordHasher {
    /// A hasher with these parameters. Hashes once, for the dummy.
    ///
    /// # Errors
    /// Parameters that argon2 refuses.
    pub(crate) fn new(settings: &PasswordSettings) -> Result<Self, Error> {
        let params = Params::new(settings.memory_kib, settings.iterations, settings.parallelism, Some(HASH_BYTES))
            .map_err(|error| OAuthError::server_error(format!("argon2id parameters: {error}")))?;
        let concurrency = settings.concurrency.max(1);
        // Each thread takes its memory when it is first needed, and keeps it.
        let threads = Threads::start(concurrency, params.block_count())
            .map_err(|error| OAuthError::server_error(format!("threads for passwords: {error}")))?;
        Ok(Self {
            dummy: hash(&params, Secret::generate().bytes(), &mut Memory::default()).map_err(failed)?,
            params,
            concurrency,
            threads,
            running: Arc::new(Semaphore::new(concurrency)),
            queue: Arc::new(Semaphore::new(places(concurrency))),
            metrics: Passwords::new(),
            #[cfg(test)]
            runs: std::sync::atomic::AtomicUsize::new(0),
        })
    }

    /// Hashes a password that was found fit.
    ///
    /// # Errors
    /// `temporarily_unavailable` if too many wait already.
    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, Error> {
        let (params, password) = (self.params.clone(), normal(password));
        self.count_run();
        let hashed = self.run(move |memory| hash(&params, password.as_bytes(), memory)).await?;
        Ok(hashed.map_err(failed)?.text())
    }

    /// Whether this is the password. Without a hash the same work is done, and the answer is no (V-48): one run, of our scheme
    /// or of that of an imported hash.
    ///
    /// # Errors
    /// As [`PasswordHasher::hash`]; a stored hash that cannot be read.
    pub(crate) async fn verify(&self, stored: Option<&PasswordHash>, password: &str) -> Result<bool, Error> {
        let possible = stored.is_some() && password.chars().count() <= MOST_CHARACTERS;
        let stored = match stored {
            Some(stored) => Stored::parse(stored.expose()).map_err(failed)?,
            None => self.dummy.clone(),
        };
        let password = Zeroizing::new(if possible { password.to_owned() } else { String::new() });
        self.count_run();
        let same = self.run(move |memory| stored.verify(&password, memory)).await?.map_err(failed)?;
        Ok(same && possible)
    }

    /// Whether a hash is weaker than the settings ask for today, or came from elsewhere.
    pub(crate) fn needs_rehash(&self, stored: &PasswordHash) -> bool {
        Stored::parse(stored.expose()).is_ok_and(|stored| !stored.is_as_strong_as(&self.params))
    }

    /// Does what takes long for a password and is no hash, on the same threads and under the same bounds.
    ///
    /// # Errors
    /// As [`PasswordHasher::hash`].
    async fn consider<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        self.run(move |_| work()).await
    }

    /// Only tests count.
    fn count_run(&self) {
        #[cfg(test)]
        self.runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }

    /// Runs `work` off the request's thread, when it is its turn. Whoever stops waiting gives up the place, but what has
    /// begun keeps it until it is done.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Memory) -> T + Send + 'static) -> Result<T, Error> {
        let full = || OAuthError::temporarily_unavailable("too many passwords wait to be hashed");
        let Ok(place) = Arc::clone(&self.queue).try_acquire_owned() else {
            self.metrics.turned_away.inc();
            return Err(full().into());
        };
        let arrived = Instant::now();
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| full())?;
        let waited = arrived.elapsed();
        let held: [OwnedSemaphorePermit; 2] = [place, turn];
        let done = self.threads.run(move |memory| {
            let done = work(memory);
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

fn hash(params: &Params, password: &[u8], memory: &mut Memory) -> Result<Stored, String> {
    let secret = Secret::generate();
    let salt = secret.bytes().first_chunk::<SALT_BYTES>().ok_or("no salt")?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut made = Zeroizing::new([0; HASH_BYTES]);
    argon2
        .hash_password_into_with_memory(password, salt, made.as_mut(), memory.blocks(params.block_count()))
        .map_err(|error| error.to_string())?;
    Ok(Stored::Argon2 {
        form: Form::Normal,
        algorithm: Algorithm::Argon2id,
        version: Version::V0x13,
        params: params.clone(),
        salt: Salt::new(salt).map_err(|error| error.to_string())?,
        hash: Output::new(made.as_ref()).map_err(|error| error.to_string())?,
    })
}

fn failed(error: impl std::fmt::Display) -> OAuthError {
    OAuthError::server_error(format!("a password's hash: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::Settings;

    fn settings() -> PasswordSettings {
        PasswordSettings { memory_kib: 64, iterations: 1, ..Settings::new("https://auth.example.com").password }
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
            assert_eq!((made.chars().count(), judge::fit(&made, least)), (least.max(24), Ok(())));
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
