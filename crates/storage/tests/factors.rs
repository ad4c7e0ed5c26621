//! Second factors: what may be used once is used once, also at once.

use futures_util::future::join_all;
use model::{Ceremony, CeremonyKind, HalfSignIn, Id, Passkey, Purpose, RecoveryCode, SecondFactors, Secret, User};
use storage::Store;

use crate::harness::{Fresh, NOW, at, commit, things};

async fn person(store: &Store, email: &str) -> Id<User> {
    let user = things::user(email);
    let id = user.id;
    commit!(store, [user], tx => tx.insert_user(&user).await).unwrap();
    id
}

fn passkey(user_id: Id<User>, credential_id: &str) -> Passkey {
    Passkey {
        id: Id::new(NOW),
        user_id,
        credential_id: credential_id.to_owned(),
        credential: "{}".to_owned(),
        version: 1,
        name: "Phone".to_owned(),
        created_at: NOW,
        used_at: None,
        suspect_at: None,
    }
}

/// A recovery code.
pub fn code() -> RecoveryCode {
    RecoveryCode { key_version: 1, tag: Secret::generate().hash() }
}

fn half(user_id: Id<User>, browser: &Secret) -> HalfSignIn {
    HalfSignIn {
        id: Id::new(NOW),
        browser_hash: browser.hash(),
        user_id,
        security_epoch: 1,
        amr: "pwd".to_owned(),
        ways: model::Ways::of_amr("pwd"),
        purpose: Purpose::SignIn,
        session_id: None,
        created_at: NOW,
        expires_at: at(600),
    }
}

/// One of everything else.
pub fn of(user_id: Id<User>) -> (Passkey, Ceremony, HalfSignIn) {
    let browser = Secret::generate();
    let ceremony = Ceremony {
        id: Id::new(NOW),
        kind: CeremonyKind::SecondFactor,
        browser_hash: browser.hash(),
        user_id: Some(user_id),
        state: "{}".to_owned(),
        expires_at: at(300),
    };
    (passkey(user_id, &user_id.to_string()), ceremony, half(user_id, &browser))
}

#[tokio::test]
async fn a_seed_waits_for_its_first_code_and_each_step_counts_once() {
    let db = Fresh::new().await;
    let user = person(&db.store, "a@example.com").await;
    commit!(&db.store, [user], tx => tx.begin_totp(user, "one", at(900)).await).unwrap();
    let factors = db.store.read().await.unwrap().second_factors(user).await.unwrap();
    assert_eq!(factors, SecondFactors::default(), "what waits is demanded of nobody");
    assert!(!commit!(&db.store, [user], tx => tx.confirm_totp(user, "another", 7, at(1)).await).unwrap());
    assert!(!commit!(&db.store, [user], tx => tx.confirm_totp(user, "one", 7, at(901)).await).unwrap(), "too late");
    assert!(commit!(&db.store, [user], tx => tx.confirm_totp(user, "one", 7, at(1)).await).unwrap());
    assert!(!commit!(&db.store, [user], tx => tx.confirm_totp(user, "one", 8, at(1)).await).unwrap(), "once");
    for (seed, step, counts) in
        [("one", 7, false), ("one", 6, false), ("another", 9, false), ("one", 8, true), ("one", 8, false)]
    {
        let spent = commit!(&db.store, [user, seed, step], tx => tx.spend_totp_step(user, seed, step).await).unwrap();
        assert_eq!(spent, counts, "{seed} {step}");
    }
    commit!(&db.store, [user], tx => tx.begin_totp(user, "two", at(900)).await).unwrap();
    let stored = db.store.read().await.unwrap().totp(user).await.unwrap().unwrap();
    assert_eq!(stored.confirmed.unwrap().0, "one", "one in force stays until the other is confirmed");
    assert_eq!(stored.pending.unwrap().0, "two");
    assert!(commit!(&db.store, [user], tx => tx.delete_totp(user).await).unwrap());
    assert!(db.store.read().await.unwrap().totp(user).await.unwrap().is_none());
}

#[tokio::test]
async fn of_many_at_once_one_has_the_step_the_code_the_ceremony_and_the_half_sign_in() {
    let db = Fresh::new().await;
    let (store, user) = (&db.store, person(&db.store, "a@example.com").await);
    commit!(store, [user], tx => {
        tx.begin_totp(user, "seed", at(900)).await?;
        tx.confirm_totp(user, "seed", 1, at(1)).await
    })
    .unwrap();
    let (kept, browser) = (code(), Secret::generate());
    let written = kept.clone();
    commit!(store, [user, written], tx => tx.replace_recovery_codes(user, std::slice::from_ref(&written), at(0)).await)
        .unwrap();
    let (waits, hash) = (half(user, &browser), browser.hash());
    let (id, written) = (waits.id, waits.clone());
    commit!(store, [written], tx => tx.put_half_sign_in(&written).await).unwrap();
    let ceremony = Ceremony {
        id: Id::new(NOW),
        kind: CeremonyKind::SecondFactor,
        browser_hash: hash.clone(),
        user_id: Some(user),
        state: "{}".to_owned(),
        expires_at: at(300),
    };
    let asked = ceremony.id;
    commit!(store, [ceremony], tx => tx.insert_ceremony(&ceremony).await).unwrap();
    let tries = (0..20).map(|_| {
        let (tag, hash) = (kept.tag.clone(), hash.clone());
        async move {
            let kind = CeremonyKind::SecondFactor;
            let code = commit!(store, [user, tag], tx => tx.spend_recovery_code(user, &tag, at(1)).await).unwrap();
            let step = commit!(store, [user], tx => tx.spend_totp_step(user, "seed", 2).await).unwrap();
            let state =
                commit!(store, [hash, user], tx => tx.take_ceremony(asked, kind, &hash, Some(user), at(1)).await);
            let half = commit!(store, [id], tx => tx.take_half_sign_in(id, at(1)).await).unwrap();
            [code, step, state.unwrap().is_some(), half]
        }
    });
    let won = join_all(tries).await.into_iter().fold([0; 4], |mut sum, tried| {
        for (sum, won) in sum.iter_mut().zip(tried) {
            *sum += usize::from(won);
        }
        sum
    });
    assert_eq!(won, [1; 4]);
}

#[tokio::test]
async fn a_ceremony_is_for_its_browser_its_person_and_its_purpose() {
    let db = Fresh::new().await;
    let (store, browser) = (&db.store, Secret::generate().hash());
    let (user, other) = (person(store, "a@example.com").await, person(store, "b@example.com").await);
    let ceremony = Ceremony {
        id: Id::new(NOW),
        kind: CeremonyKind::Registration,
        browser_hash: browser.clone(),
        user_id: Some(user),
        state: "{}".to_owned(),
        expires_at: at(300),
    };
    let id = ceremony.id;
    commit!(store, [ceremony], tx => tx.insert_ceremony(&ceremony).await).unwrap();
    let stranger = Secret::generate().hash();
    for (kind, hash, person, now) in [
        (CeremonyKind::SignIn, &browser, Some(user), 1),
        (CeremonyKind::Registration, &stranger, Some(user), 1),
        (CeremonyKind::Registration, &browser, Some(other), 1),
        (CeremonyKind::Registration, &browser, None, 1),
        (CeremonyKind::Registration, &browser, Some(user), 300),
    ] {
        let hash = hash.clone();
        let state = commit!(store, [hash], tx => tx.take_ceremony(id, kind, &hash, person, at(now)).await).unwrap();
        assert_eq!(state, None, "{kind:?} {person:?} {now}");
    }
    let kind = CeremonyKind::Registration;
    let state = commit!(store, [browser], tx => tx.take_ceremony(id, kind, &browser, Some(user), at(1)).await).unwrap();
    assert_eq!(state.as_deref(), Some("{}"));
}

#[tokio::test]
async fn a_passkey_is_one_accounts_and_a_use_that_was_overtaken_counts_not() {
    let db = Fresh::new().await;
    let store = &db.store;
    let (user, other) = (person(store, "a@example.com").await, person(store, "b@example.com").await);
    let one = passkey(user, "credential");
    let id = one.id;
    commit!(store, [one], tx => tx.insert_passkey(&one).await).unwrap();
    let same = passkey(other, "credential");
    assert!(commit!(store, [same], tx => tx.insert_passkey(&same).await).is_err());
    assert!(!commit!(store, [other], tx => tx.delete_passkey(other, id).await).unwrap());
    assert!(!commit!(store, [other], tx => tx.name_passkey(other, id, "mine").await).unwrap());
    assert!(commit!(store, [id], tx => tx.use_passkey(id, 1, "{\"n\":1}", at(5)).await).unwrap());
    assert!(!commit!(store, [id], tx => tx.use_passkey(id, 1, "{\"n\":1}", at(5)).await).unwrap());
    let stored = store.read().await.unwrap().passkey_by_credential("credential").await.unwrap().unwrap();
    assert_eq!((stored.version, stored.used_at, stored.credential.as_str()), (2, Some(at(5)), "{\"n\":1}"));
    assert_eq!(store.read().await.unwrap().second_factors(user).await.unwrap().passkeys, 1);
    assert!(commit!(store, [id], tx => tx.suspect_passkey(id, at(6)).await).unwrap());
    assert!(!commit!(store, [id], tx => tx.use_passkey(id, 3, "{}", at(7)).await).unwrap(), "not accepted any more");
    assert_eq!(store.read().await.unwrap().second_factors(user).await.unwrap().passkeys, 0);
}

#[tokio::test]
async fn a_browser_has_one_half_sign_in_and_it_dies_with_what_it_rests_on() {
    let db = Fresh::new().await;
    let (store, browser) = (&db.store, Secret::generate());
    let (user, other) = (person(store, "a@example.com").await, person(store, "b@example.com").await);
    for whose in [user, other] {
        let waits = half(whose, &browser);
        commit!(store, [waits], tx => tx.put_half_sign_in(&waits).await).unwrap();
    }
    let waiting = |now: u64| {
        let hash = browser.hash();
        async move { store.read().await.unwrap().half_sign_in(&hash, at(now)).await.unwrap() }
    };
    assert_eq!(waiting(1).await.unwrap().user_id, other, "the later one");
    assert!(waiting(600).await.is_none());
    commit!(store, [other], tx => tx.move_security_epoch(other, 1).await).unwrap();
    assert!(waiting(1).await.is_none(), "the password was changed meanwhile");
}

#[tokio::test]
async fn factors_go_with_their_person() {
    let db = Fresh::new().await;
    let (store, user) = (&db.store, person(&db.store, "a@example.com").await);
    let (one, waits, kept) = (passkey(user, "credential"), half(user, &Secret::generate()), code());
    commit!(store, [user, one, waits, kept], tx => {
        tx.begin_totp(user, "seed", at(900)).await?;
        tx.insert_passkey(&one).await?;
        tx.replace_recovery_codes(user, std::slice::from_ref(&kept), at(0)).await?;
        tx.put_half_sign_in(&waits).await?;
        tx.delete_user(user).await
    })
    .unwrap();
    assert!(store.read().await.unwrap().passkeys_of(user).await.unwrap().is_empty());
    assert!(store.read().await.unwrap().totp(user).await.unwrap().is_none());
    assert!(store.read().await.unwrap().recovery_codes(user).await.unwrap().is_empty());
}
