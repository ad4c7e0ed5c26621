//! The queue of mails.

use model::{Email, Id, Mail, MailOutcome};
use storage::{StorageError, Store};

use crate::harness::{Fresh, NOW, at, at_once, commit};

fn mail(recipient: &str) -> Mail {
    Mail {
        id: Id::new(NOW),
        recipient: Email::parse(recipient).unwrap(),
        kind: "reset".to_owned(),
        sealed: "1.sealed".to_owned(),
        created_at: NOW,
        expires_at: at(3600),
        leased_until: NOW,
        attempts: 0,
    }
}

async fn put(store: &Store, mail: &Mail) {
    let mail = mail.clone();
    commit!(store, [mail], tx => tx.insert_mail(&mail).await).unwrap();
}

async fn claim(store: &Store, now: u64) -> Option<Mail> {
    commit!(store, [now], tx => tx.claim_mail(at(now), at(now + 60)).await).unwrap()
}

async fn hand_over(store: &Store, mail: &Mail, now: u64) -> bool {
    let mail = mail.clone();
    commit!(store, [mail, now], tx => tx.hand_over_mail(&mail, at(now)).await).unwrap()
}

async fn settle(store: &Store, mail: &Mail, outcome: MailOutcome) -> bool {
    let mail = mail.clone();
    commit!(store, [mail], tx => tx.settle_mail(&mail, outcome, at(2)).await).unwrap()
}

#[tokio::test]
async fn a_mail_is_claimed_by_one_and_sent_once() {
    let db = Fresh::new().await;
    let one = mail("ada@example.com");
    put(&db.store, &one).await;
    let claimed = claim(&db.store, 0).await.unwrap();
    assert_eq!((claimed.id, claimed.attempts, claimed.leased_until), (one.id, 1, at(60)));
    assert!(claim(&db.store, 59).await.is_none(), "it is somebody's");
    assert!(hand_over(&db.store, &claimed, 1).await);
    assert!(!hand_over(&db.store, &claimed, 1).await, "and only once");
    assert!(settle(&db.store, &claimed, MailOutcome::Sent).await);
    assert!(!settle(&db.store, &claimed, MailOutcome::Refused).await);
    assert!(claim(&db.store, 1000).await.is_none());
    assert_eq!(db.count("mails WHERE sealed IS NULL AND outcome = 'sent'").await, 1, "what it said is erased");
}

#[tokio::test]
async fn sixty_four_bearers_over_all_processes_share_out_the_queue() {
    let db = Fresh::new().await;
    for number in 0..16 {
        put(&db.store, &mail(&format!("u{number}@example.com"))).await;
    }
    let stores = db.stores().await;
    let claims = at_once(&stores, 64, |store, _| async move {
        // As the postman does: again, for as long as somebody else was faster.
        let mut taken = Vec::new();
        while store.read().await.unwrap().mail_waits(NOW).await.unwrap() {
            let claimed: Result<Option<Mail>, StorageError> =
                store.transaction(|tx| Box::pin(async move { tx.claim_mail(NOW, at(60)).await })).await;
            taken.extend(claimed.unwrap().map(|mail| mail.id));
        }
        taken
    })
    .await;
    let mut ids: Vec<Id<Mail>> = claims.into_iter().flatten().collect();
    assert_eq!(ids.len(), 16);
    ids.sort_unstable_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 16, "none was claimed twice");
}

#[tokio::test]
async fn a_bearer_that_vanished_before_the_handover_is_replaced() {
    let db = Fresh::new().await;
    put(&db.store, &mail("ada@example.com")).await;
    let first = claim(&db.store, 0).await.unwrap();
    let second = claim(&db.store, 60).await.unwrap();
    assert_eq!((second.id, second.attempts), (first.id, 2));
    assert!(!hand_over(&db.store, &first, 61).await, "the first one has lost it");
    assert!(!settle(&db.store, &first, MailOutcome::Refused).await);
    assert!(hand_over(&db.store, &second, 61).await);
}

#[tokio::test]
async fn a_bearer_that_vanished_in_the_handover_leaves_it_unknown_and_unsent() {
    let db = Fresh::new().await;
    let one = mail("ada@example.com");
    put(&db.store, &one).await;
    let claimed = claim(&db.store, 0).await.unwrap();
    assert!(hand_over(&db.store, &claimed, 1).await);
    let lost = |now| {
        let store = db.store.clone();
        async move { commit!(store, [now], tx => tx.settle_lost_mail(at(now)).await).unwrap() }
    };
    assert_eq!(lost(59).await, (0, 0), "it may be answered yet");
    assert!(claim(&db.store, 60).await.is_none());
    assert_eq!(lost(60).await, (1, 0));
    let id = one.id;
    let outcome = commit!(db.store, [id], tx => tx.mail_outcome(id).await).unwrap();
    assert_eq!(outcome.as_deref(), Some("unknown"));
    assert_eq!(db.count("mails WHERE sealed IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_mail_that_was_put_back_waits_and_one_that_waited_too_long_is_not_sent() {
    let db = Fresh::new().await;
    put(&db.store, &mail("ada@example.com")).await;
    let claimed = claim(&db.store, 0).await.unwrap();
    assert!(hand_over(&db.store, &claimed, 1).await);
    let put_back = commit!(db.store, [claimed], tx => tx.postpone_mail(&claimed, at(300)).await).unwrap();
    assert!(put_back);
    assert!(claim(&db.store, 299).await.is_none());
    let again = claim(&db.store, 300).await.unwrap();
    assert!(hand_over(&db.store, &again, 301).await, "the earlier handover was answered with a no");
    assert!(commit!(db.store, [again], tx => tx.postpone_mail(&again, at(400)).await).unwrap());
    assert!(claim(&db.store, 3600).await.is_none());
    assert_eq!(commit!(db.store, [], tx => tx.settle_lost_mail(at(3600)).await).unwrap(), (0, 1));
}

#[tokio::test]
async fn a_withheld_mail_is_never_claimed_and_says_nothing() {
    let db = Fresh::new().await;
    let one = mail("nobody@example.com");
    commit!(db.store, [one], tx => tx.withhold_mail(&one).await).unwrap();
    assert!(claim(&db.store, 0).await.is_none());
    assert!(!db.store.read().await.unwrap().mail_waits(at(10)).await.unwrap());
    assert_eq!(db.count("mails WHERE sealed IS NULL AND outcome = 'withheld'").await, 1);
}

#[tokio::test]
async fn a_mail_outlives_a_restart_and_its_outcome_a_week() {
    let db = Fresh::new().await;
    put(&db.store, &mail("ada@example.com")).await;
    let db = db.reopen().await;
    let claimed = claim(&db.store, 0).await.unwrap();
    assert!(hand_over(&db.store, &claimed, 1).await && settle(&db.store, &claimed, MailOutcome::Sent).await);
    let purge = |now| {
        let store = db.store.clone();
        async move { commit!(store, [now], tx => tx.purge(&crate::purge::KEPT, at(now)).await).unwrap().rows }
    };
    assert_eq!(purge(7 * 86400).await, 0);
    assert_eq!(purge(7 * 86400 + 2).await, 1);
}
