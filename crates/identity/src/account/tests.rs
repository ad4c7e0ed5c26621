//! Equal work (V-48): how many passwords are hashed tells nothing. The answers themselves are tested from outside.

use std::sync::atomic::Ordering;

use model::{Id, Secret, ServerSecrets, Timestamp, User};
use protocol::Confidential;
use storage::{Options, StorageError, Store};

use super::{Admitted, SignIn, SignInRefusal, SignUp, SignUpRefusal, SignedUp};
use crate::{Authority, Caller, Clock, Settings};

const PASSWORD: &str = "correct horse battery";

async fn authority(directory: &tempfile::TempDir, iterations: u32) -> Authority {
    with(directory, iterations, false).await
}

async fn with(directory: &tempfile::TempDir, iterations: u32, sends_mail: bool) -> Authority {
    let url = format!("sqlite:{}", directory.path().join("test.db").display());
    let mut settings = Settings::new("http://localhost:8080");
    settings.password.memory_kib = 64;
    settings.password.iterations = iterations;
    settings.sign_in_limits.per_account = 2;
    settings.sends_mail = sends_mail;
    let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
    let clock = Clock::manual(Timestamp::from_seconds(1_800_000_000));
    let store = Store::open(&Options::new(url)).await.unwrap();
    Authority::new(store, secrets, clock, settings).await.unwrap()
}

impl Authority {
    fn runs(&self) -> usize {
        self.parts.passwords.runs.load(Ordering::SeqCst)
    }

    async fn signs_in(&self, email: &str, password: &str) -> Result<Id<User>, SignInRefusal> {
        let ask = SignIn {
            email: email.to_owned(),
            password: Confidential::new(password),
            browser: Secret::generate(),
            replaces: None,
            caller: Caller::default(),
        };
        self.sign_in(ask, self.now()).await.unwrap().map(|admitted| match admitted {
            Admitted::In(new) => new.user.id,
            Admitted::Half(_) => panic!("no second factor is demanded"),
        })
    }

    async fn signs_up(&self, email: &str) -> Result<Id<User>, SignUpRefusal> {
        let ask = SignUp {
            email: email.to_owned(),
            password: Confidential::new(PASSWORD),
            name: None,
            waiting: None,
            invited: None,
            browser: Secret::generate(),
            replaces: None,
            caller: Caller::default(),
        };
        match self.sign_up(ask, self.now()).await.unwrap()? {
            SignedUp::In(new) => Ok(new.user.id),
            SignedUp::Mailed(_) => panic!("this server sends no mail"),
        }
    }
}

#[tokio::test]
async fn v48_every_failed_sign_in_is_the_same_work() {
    let directory = tempfile::tempdir().unwrap();
    let authority = authority(&directory, 1).await;
    authority.signs_up("member@example.com").await.unwrap();
    let disabled = authority.signs_up("disabled@example.com").await.unwrap();
    let now = authority.now();
    let done: Result<(), StorageError> = authority
        .store()
        .transaction(move |tx| Box::pin(async move { tx.set_user_disabled(disabled, Some(now)).await }))
        .await;
    done.unwrap();
    let too_long = "x".repeat(1000);
    for (email, password) in [
        ("member@example.com", "wrong"),
        ("member@example.com", too_long.as_str()),
        ("disabled@example.com", PASSWORD),
        ("missing@example.com", PASSWORD),
        ("no address", PASSWORD),
    ] {
        let before = authority.runs();
        assert_eq!(authority.signs_in(email, password).await, Err(SignInRefusal::Wrong));
        assert_eq!(authority.runs(), before + 1, "{email}");
    }
    let before = authority.runs();
    assert!(matches!(authority.signs_in("member@example.com", PASSWORD).await, Err(SignInRefusal::TooMany { .. })));
    assert_eq!(authority.runs(), before, "a lock-out looks at no password");
    assert_eq!(authority.signs_up("member@example.com").await, Err(SignUpRefusal::Taken));
    assert_eq!(authority.runs(), before + 1, "as much as for an address that is free");
}

#[tokio::test]
async fn a_weak_hash_is_replaced_when_its_password_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let weak = authority(&directory, 1).await;
    let user = weak.signs_up("member@example.com").await.unwrap();
    weak.store().close().await;
    drop(weak);
    let strong = authority(&directory, 2).await;
    assert_eq!(strong.signs_in("member@example.com", "wrong").await, Err(SignInRefusal::Wrong));
    assert_eq!(strong.signs_in("member@example.com", PASSWORD).await, Ok(user));
    let stored = strong.store().read().await.unwrap().user(user).await.unwrap().unwrap().password_hash.unwrap();
    assert!(!strong.parts.passwords.needs_rehash(&stored));
    let before = strong.runs();
    assert_eq!(strong.signs_in("member@example.com", PASSWORD).await, Ok(user));
    assert_eq!(strong.runs(), before + 1);
}

#[tokio::test]
async fn v48_signing_up_is_the_same_work_for_every_address() {
    let directory = tempfile::tempdir().unwrap();
    let without_mail = authority(&directory, 1).await;
    without_mail.signs_up("member@example.com").await.unwrap();
    let disabled = without_mail.signs_up("disabled@example.com").await.unwrap();
    let now = without_mail.now();
    let done: Result<(), StorageError> = without_mail
        .store()
        .transaction(move |tx| Box::pin(async move { tx.set_user_disabled(disabled, Some(now)).await }))
        .await;
    done.unwrap();
    without_mail.store().close().await;
    drop(without_mail);
    let authority = with(&directory, 1, true).await;
    for email in ["member@example.com", "disabled@example.com", "missing@example.com"] {
        let ask = SignUp {
            email: email.to_owned(),
            password: Confidential::new(PASSWORD),
            name: None,
            waiting: None,
            invited: None,
            browser: Secret::generate(),
            replaces: None,
            caller: Caller::default(),
        };
        let before = authority.runs();
        assert!(matches!(authority.sign_up(ask, now).await.unwrap(), Ok(SignedUp::Mailed(_))), "{email}");
        assert_eq!(authority.runs(), before + 1, "{email}");
        let before = authority.runs();
        authority.ask_for_reset(email, &Caller::default(), now).await.unwrap().unwrap();
        assert_eq!(authority.runs(), before, "asking for a new password hashes nothing for anybody");
    }
    let queued = authority.store().read().await.unwrap().mail_waits(now).await.unwrap();
    assert!(queued, "the mails of those who are to be told");
}
