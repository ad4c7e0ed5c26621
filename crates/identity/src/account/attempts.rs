//! How often signing in and signing up may be tried. Counted in the database, so that all processes share one counter, and
//! before the attempt, so that parallel ones cannot slip through (V-51).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Email, ServerSecrets, Timestamp, User, server_secret::Purpose};
use storage::StorageError;

use crate::{Authority, Caller, household};

/// A counter and its limit.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) subject: String,
    pub(crate) most: u64,
}

impl Limit {
    /// Sign-ins to one account, whatever the address it was named by. Where there is no account a counter of its own
    /// behaves the same, so that the lock-out tells nothing; it is kept under a name that only the server can make, since
    /// strangers' addresses are not ours to collect, and a password may be typed into the wrong field.
    pub(super) fn of_account(
        account: Option<&User>,
        email: Option<&Email>,
        typed: &str,
        most: u64,
        secrets: &ServerSecrets,
    ) -> Self {
        let subject = match account {
            Some(user) => format!("sign-in:account:{}", user.id),
            None => {
                let named = email.map_or_else(|| typed.trim().to_lowercase(), |email| email.as_str().to_owned());
                let name = secrets.derive(secrets.current(), Purpose::Counter, &[named.as_bytes()]);
                format!("sign-in:nobody:{}", URL_SAFE_NO_PAD.encode(name.unwrap_or_default()))
            }
        };
        Self { subject, most }
    }

    /// What comes from one network address; `what` is the act.
    pub(crate) fn of_address(what: &str, caller: &Caller, most: u64) -> Self {
        Self { subject: format!("{what}:address:{}", household::of(&caller.address)), most }
    }
}

impl Authority {
    /// Counts one attempt against every limit; how long to wait if one is passed.
    pub(crate) async fn count_attempt(
        &self,
        limits: &[Limit],
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<Duration>, StorageError> {
        let limits = limits.to_vec();
        self.parts
            .store
            .transaction(move |tx| {
                let limits = limits.clone();
                Box::pin(async move {
                    let mut wait = None;
                    for limit in &limits {
                        if tx.count_attempt(&limit.subject, window, now).await? <= limit.most {
                            continue;
                        }
                        let began = tx.attempts_since(&limit.subject).await?.unwrap_or(now);
                        let left = began.plus(window).since(now).max(Duration::from_secs(1));
                        wait = wait.max(Some(left));
                    }
                    Ok(wait)
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_share_a_counter() {
        let secrets = |master| ServerSecrets::new([(1, [master; 32])]).unwrap();
        let of = |typed: &str| Limit::of_account(None, Email::parse(typed).as_ref(), typed, 1, &secrets(7)).subject;
        assert_eq!(of("nobody@example.com"), of(" NoBody@EXAMPLE.com "));
        assert_eq!(of("nobody@example.com"), of("nobody＠example.com"));
        assert_ne!(of("nobody@example.com"), of("somebody@example.com"));
        assert!(!of("nobody@example.com").contains("example"));
        let elsewhere = Limit::of_account(None, None, "a password by mistake", 1, &secrets(8)).subject;
        assert_ne!(of("a password by mistake"), elsewhere, "nobody can try words without the server's secret");
    }
}
