//! Proofs by mail: spent once, by whoever is first, and over when the account has changed.

use model::{Email, Id, Proof, ProofKind, SecretHash, User, proof::CodeTag};
use storage::{StorageError, Store};

use crate::harness::{Fresh, NOW, at, at_once, commit, things::user};

fn proof(kind: ProofKind, of: Option<&User>) -> Proof {
    Proof {
        id: Id::new(NOW),
        kind,
        account: of.map(|user| (user.id, user.security_epoch)),
        email: Email::parse("ada@example.com").unwrap(),
        token_hash: SecretHash::of(b"token"),
        code: Some(CodeTag { key_version: 1, tag: SecretHash::of(b"code") }),
        browser_hash: Some(SecretHash::of(b"browser")),
        carried: Some("{}".to_owned()),
        tries: 0,
        mails: 1,
        created_at: NOW,
        expires_at: at(3600),
        spent_at: None,
    }
}

async fn put(store: &Store, one: &Proof) {
    let one = one.clone();
    commit!(store, [one], tx => tx.insert_proof(&one).await).unwrap();
}

async fn spend(store: &Store, one: &Proof, now: u64) -> bool {
    let one = one.clone();
    commit!(store, [one, now], tx => tx.spend_proof(&one, at(now)).await).unwrap()
}

#[tokio::test]
async fn a_proof_is_read_back_and_spent_once() {
    let db = Fresh::new().await;
    let one = proof(ProofKind::SignUp, None);
    put(&db.store, &one).await;
    let stored = db.store.read().await.unwrap().proof(one.id).await.unwrap().unwrap();
    assert_eq!(format!("{stored:?}"), format!("{one:?}"));
    assert!(stored.is_good(at(3599)) && !stored.is_good(at(3600)));
    assert!(!spend(&db.store, &one, 3600).await, "too late");
    assert!(spend(&db.store, &one, 3599).await);
    assert!(!spend(&db.store, &one, 3599).await);
    assert_eq!(db.count("proofs WHERE carried IS NULL").await, 1, "what it carried is erased");
}

#[tokio::test]
async fn of_64_at_once_one_spends_it() {
    let db = Fresh::new().await;
    let one = proof(ProofKind::SignUp, None);
    put(&db.store, &one).await;
    let spent = at_once(&db.stores().await, 64, move |store, _| {
        let one = one.clone();
        async move { spend(&store, &one, 1).await }
    })
    .await;
    assert_eq!(spent.into_iter().filter(|done| *done).count(), 1);
}

#[tokio::test]
async fn a_newer_mail_takes_the_place_of_the_older_and_there_are_only_so_many() {
    let db = Fresh::new().await;
    let one = proof(ProofKind::SignUp, None);
    put(&db.store, &one).await;
    let newer = Proof { token_hash: SecretHash::of(b"newer"), ..one.clone() };
    let renew = |most: u64| {
        let (store, newer) = (db.store.clone(), newer.clone());
        async move {
            let code = newer.code.clone().unwrap();
            commit!(store, [newer, code, most], tx => tx.renew_proof(newer.id, &newer.token_hash, &code, most, at(1)).await)
                .unwrap()
        }
    };
    assert!(renew(2).await);
    assert!(!renew(2).await, "two mails were enough");
    assert!(!spend(&db.store, &one, 1).await, "the older link");
    assert!(spend(&db.store, &newer, 1).await);
    assert!(!renew(9).await, "it is over");
}

#[tokio::test]
async fn tries_are_counted_before_they_are_looked_at() {
    let db = Fresh::new().await;
    let one = proof(ProofKind::SignUp, None);
    put(&db.store, &one).await;
    let id = one.id;
    let tried = at_once(&db.stores().await, 32, move |store, _| async move {
        let tried: Result<bool, StorageError> =
            store.transaction(move |tx| Box::pin(async move { tx.try_proof(id, 5, at(1)).await })).await;
        tried.unwrap()
    })
    .await;
    assert_eq!(tried.into_iter().filter(|allowed| *allowed).count(), 5);
}

#[tokio::test]
async fn what_waits_for_a_person_ends_but_for_the_way_back() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let all: Vec<Proof> = [ProofKind::Verification, ProofKind::Reset, ProofKind::NewAddress, ProofKind::UndoAddress]
        .map(|kind| proof(kind, Some(&ada)))
        .into();
    let stranger = proof(ProofKind::SignUp, None);
    commit!(db.store, [ada, all, stranger], tx => {
        tx.insert_user(&ada).await?;
        for one in all.iter().chain([&stranger]) {
            tx.insert_proof(one).await?;
        }
        Ok::<_, StorageError>(())
    })
    .unwrap();
    assert_eq!(commit!(db.store, [ada], tx => tx.end_proofs_of(ada.id).await).unwrap(), 3);
    assert_eq!(db.count("proofs WHERE kind = 'undo_address'").await, 1);
    let email = ada.email.clone();
    assert_eq!(commit!(db.store, [email], tx => tx.end_sign_ups_of(&email).await).unwrap(), 1);
    commit!(db.store, [ada], tx => tx.delete_user(ada.id).await).unwrap();
    assert_eq!(db.count("proofs").await, 0);
}

#[tokio::test]
async fn whoever_was_looked_at_under_an_older_epoch_is_not_held() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let hold = |epoch: u64| {
        let (store, id) = (db.store.clone(), ada.id);
        async move { commit!(store, [id, epoch], tx => tx.hold_user(id, epoch).await).unwrap() }
    };
    commit!(db.store, [ada], tx => tx.insert_user(&ada).await).unwrap();
    assert!(hold(1).await && !hold(2).await);
    commit!(db.store, [ada], tx => tx.move_security_epoch(ada.id, 1).await).unwrap();
    assert!(!hold(1).await && hold(2).await);
    commit!(db.store, [ada], tx => tx.set_user_disabled(ada.id, Some(NOW)).await).unwrap();
    assert!(!hold(2).await);
}
