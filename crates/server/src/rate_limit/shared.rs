//! What the processes on one database tell each other of how often an address asks: counted in memory, told once a second,
//! so that no request waits for it. Owns that exchange; what a process allows by itself is [`super::counter`]'s.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use model::Timestamp;
use storage::{StorageError, Store};

use super::{Class, counter::Key};
use crate::config::Rate;

/// How often counts are told.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// A process tells of an address once it has asked for this part of its number, so that quiet addresses cost nothing.
const PART: u64 = 20;
/// So many addresses are told in one transaction.
const TOLD: usize = 200;

/// One household's requests of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    class: Class,
    household: Key,
}

/// What this process counted and what it learned.
pub(super) struct Shared {
    rates: [(Class, Rate); 5],
    untold: Mutex<HashMap<Asked, u64>>,
    spent: Mutex<HashMap<Asked, Instant>>,
}

/// A count on its way to the database.
#[derive(Clone)]
struct Told {
    asked: Asked,
    subject: String,
    count: u64,
    rate: Rate,
}

impl Shared {
    pub(super) fn new(rates: [(Class, Rate); 5]) -> Self {
        Self { rates, untold: Mutex::default(), spent: Mutex::default() }
    }

    /// Counts one request; how long to wait if all processes together have answered as many as there may be.
    pub(super) fn check(&self, class: Class, address: IpAddr) -> Result<(), Duration> {
        let asked = Asked { class, household: Key::of(address) };
        let until = self.spent.lock().ok().and_then(|spent| spent.get(&asked).copied());
        if let Some(wait) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            return Err(wait);
        }
        if let Ok(mut untold) = self.untold.lock() {
            *untold.entry(asked).or_default() += 1;
        }
        Ok(())
    }

    /// Tells what was counted and learns what the others did.
    ///
    /// # Errors
    /// Trouble of the database; what was counted is lost, and every process goes on by itself.
    pub(super) async fn exchange(&self, store: &Store, now: Timestamp) -> Result<(), StorageError> {
        for told in self.take().chunks(TOLD) {
            let told = told.to_vec();
            let totals = store
                .transaction(move |tx| {
                    let told = told.clone();
                    Box::pin(async move {
                        let mut totals = Vec::with_capacity(told.len());
                        for one in told {
                            let window = one.rate.per.duration();
                            let (count, since) = tx.add_attempts(&one.subject, one.count, window, now).await?;
                            totals.push((one, count, since));
                        }
                        Ok::<_, StorageError>(totals)
                    })
                })
                .await?;
            for (one, count, since) in totals {
                if count >= u64::from(one.rate.count.get()) {
                    self.learn(one.asked, since.plus(one.rate.per.duration()).since(now));
                }
            }
        }
        Ok(())
    }

    fn take(&self) -> Vec<Told> {
        let Ok(mut untold) = self.untold.lock() else { return Vec::new() };
        let mut told = Vec::new();
        untold.retain(|asked, count| {
            let Some((_, rate)) = self.rates.iter().find(|(class, _)| *class == asked.class) else { return false };
            let enough = *count >= (u64::from(rate.count.get()) / PART).max(1);
            if enough {
                let subject = format!("requests:{:?}:{:?}", asked.class, asked.household);
                told.push(Told { asked: *asked, subject, count: *count, rate: *rate });
            }
            // What is too little to tell is kept to be told with more, while there are few.
            !enough
        });
        if untold.len() > TOLD * TOLD {
            untold.clear();
        }
        // In one order everywhere, so that two processes never wait for each other's rows.
        told.sort_by(|one, other| one.subject.cmp(&other.subject));
        told
    }

    fn learn(&self, asked: Asked, wait: Duration) {
        let Ok(mut spent) = self.spent.lock() else { return };
        let now = Instant::now();
        spent.retain(|_, until| *until > now);
        spent.insert(asked, now + wait);
    }
}

#[cfg(test)]
mod tests {
    use storage::Options;

    use super::*;
    use crate::config::HumanDuration;

    fn process() -> Shared {
        let rate = Rate::new(5, HumanDuration::hours(1));
        let classes = [Class::Page, Class::Token, Class::Registration, Class::SignIn, Class::Api];
        Shared::new(classes.map(|class| (class, rate)))
    }

    #[tokio::test]
    async fn processes_share_one_number_per_address() {
        let directory = tempfile::tempdir().unwrap();
        let store =
            Store::open(&Options::new(format!("sqlite:{}", directory.path().join("a.db").display()))).await.unwrap();
        let (one, other, now) = (process(), process(), Timestamp::from_seconds(1_800_000_000));
        let (mallory, alice) = (IpAddr::from([198, 51, 100, 1]), IpAddr::from([198, 51, 100, 2]));
        for _ in 0..3 {
            assert!(one.check(Class::Token, mallory).is_ok() && other.check(Class::Token, mallory).is_ok());
        }
        one.exchange(&store, now).await.unwrap();
        assert!(one.check(Class::Token, mallory).is_ok(), "three of five so far");
        other.exchange(&store, now).await.unwrap();
        one.exchange(&store, now).await.unwrap();
        for process in [&one, &other] {
            let wait = process.check(Class::Token, mallory).unwrap_err();
            assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600), "{wait:?}");
            assert!(process.check(Class::Page, mallory).is_ok() && process.check(Class::Token, alice).is_ok());
        }
        let later = now.plus(Duration::from_secs(3601));
        let fresh = process();
        assert!(fresh.check(Class::Token, mallory).is_ok());
        fresh.exchange(&store, later).await.unwrap();
        assert!(fresh.check(Class::Token, mallory).is_ok(), "another window");
    }
}
