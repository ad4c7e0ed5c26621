//! The tables of identities at other providers, and of trips there.

use model::{Id, Secret, UpstreamIdentity, UpstreamKey, UpstreamLogin, UpstreamPurpose, User};
use storage::Store;

use crate::harness::{
    Fresh, NOW, at, commit, is_constraint,
    things::{hash, session, user},
};

fn who(subject: &str) -> UpstreamKey {
    UpstreamKey { issuer: "https://id.example.com".to_owned(), subject: subject.to_owned() }
}

pub fn identity(user: &User, subject: &str) -> UpstreamIdentity {
    UpstreamIdentity {
        id: Id::new(NOW),
        user_id: user.id,
        provider: "acme".to_owned(),
        who: who(subject),
        label: Some("ada".to_owned()),
        created_at: NOW,
        used_at: NOW,
    }
}

pub fn login(purpose: UpstreamPurpose) -> UpstreamLogin {
    UpstreamLogin {
        id: Id::new(NOW),
        provider: "acme".to_owned(),
        purpose,
        state_hash: Secret::generate().hash(),
        key_version: 1,
        browser_hash: hash("browser"),
        created_at: NOW,
        expires_at: at(900),
        returned_at: None,
        arrived: None,
        finished_at: None,
    }
}

#[tokio::test]
async fn an_identity_belongs_to_one_account_and_goes_with_it() {
    let db = Fresh::new().await;
    let (ada, bob) = (user("ada@example.com"), user("bob@example.com"));
    let (hers, his) = (identity(&ada, "1"), identity(&bob, "1"));
    commit!(db.store, [ada, bob, hers], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_user(&bob).await?;
        tx.insert_upstream_identity(&hers).await
    })
    .unwrap();
    assert!(is_constraint(&commit!(db.store, [his], tx => tx.insert_upstream_identity(&his).await)));
    let mut read = db.store.read().await.unwrap();
    let found = read.upstream_identity(&who("1")).await.unwrap().unwrap();
    assert_eq!((found.user_id, found.label.as_deref()), (ada.id, Some("ada")));
    assert!(read.upstream_identity(&who("2")).await.unwrap().is_none());
    let elsewhere = UpstreamKey { issuer: "https://other.example.com".to_owned(), ..who("1") };
    assert!(read.upstream_identity(&elsewhere).await.unwrap().is_none());
    drop(read);
    let touched = commit!(db.store, [hers], tx => tx.touch_upstream_identity(&hers, None, at(60)).await).unwrap();
    let taken = UpstreamIdentity { user_id: bob.id, ..hers.clone() };
    let not_his = commit!(db.store, [taken], tx => tx.touch_upstream_identity(&taken, None, at(61)).await).unwrap();
    assert!(touched && !not_his);
    let seen = db.store.read().await.unwrap().upstream_identities_of(ada.id).await.unwrap();
    assert_eq!((seen[0].used_at, seen[0].label.clone()), (at(60), None));
    let (by_him, by_her) = commit!(db.store, [ada, bob, hers], tx => {
        let by_him = tx.delete_upstream_identity(bob.id, hers.id).await?;
        Ok::<_, storage::StorageError>((by_him, tx.delete_upstream_identity(ada.id, hers.id).await?))
    })
    .unwrap();
    assert!(!by_him && by_her);
}

async fn returned(store: &Store, id: Id<UpstreamLogin>, seconds: u64) -> bool {
    commit!(store, [], tx => tx.return_upstream_login(id, at(seconds)).await).unwrap()
}

async fn finished(store: &Store, id: Id<UpstreamLogin>, seconds: u64) -> bool {
    commit!(store, [], tx => tx.finish_upstream_login(id, at(seconds)).await).unwrap()
}

#[tokio::test]
async fn a_trip_comes_back_once_is_kept_once_and_is_settled_once() {
    let db = Fresh::new().await;
    let one = login(UpstreamPurpose::SignIn(Some(Id::new(NOW)), Some(Id::new(NOW))));
    let (id, key, new) = (one.id, who("1"), hash("new browser"));
    commit!(db.store, [one], tx => tx.insert_upstream_login(&one).await).unwrap();
    let kept_early = commit!(db.store, [key], tx => tx.keep_upstream_arrival(id, &key, None, at(1800)).await).unwrap();
    assert!(!kept_early, "nobody has come back");
    assert!(!returned(&db.store, id, 900).await, "too late");
    assert!(returned(&db.store, id, 60).await);
    assert!(!returned(&db.store, id, 60).await, "twice");
    assert!(!finished(&db.store, id, 61).await, "nobody waits");
    assert!(commit!(db.store, [key], tx => tx.keep_upstream_arrival(id, &key, None, at(1800)).await).unwrap());
    assert!(!commit!(db.store, [key], tx => tx.keep_upstream_arrival(id, &key, None, at(1800)).await).unwrap());
    commit!(db.store, [new], tx => tx.rebind_upstream_logins(&hash("browser"), &new).await).unwrap();
    let read = db.store.read().await.unwrap().upstream_login(id).await.unwrap().unwrap();
    assert_eq!((read.browser_hash.clone(), read.purpose.clone()), (new, one.purpose));
    assert_eq!(read.waiting(at(1799)).map(|(key, _)| key.clone()), Some(key));
    assert!(read.waiting(at(1800)).is_none());
    assert!(!finished(&db.store, id, 1800).await, "too late");
    assert!(finished(&db.store, id, 62).await);
    assert!(!finished(&db.store, id, 62).await, "twice");
}

#[tokio::test]
async fn a_trip_for_a_session_ends_with_it() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let open = session(&ada);
    let link = login(UpstreamPurpose::Link(ada.id, open.id));
    let prove = login(UpstreamPurpose::Prove(ada.id, open.id, "address".to_owned()));
    commit!(db.store, [ada, open, link, prove], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_session(&open).await?;
        tx.insert_upstream_login(&link).await?;
        tx.insert_upstream_login(&prove).await
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.upstream_login(link.id).await.unwrap().unwrap().purpose, link.purpose);
    assert_eq!(read.upstream_login(prove.id).await.unwrap().unwrap().purpose, prove.purpose);
    drop(read);
    commit!(db.store, [open], tx => tx.delete_session(open.id).await).unwrap();
    let mut read = db.store.read().await.unwrap();
    assert!(read.upstream_login(link.id).await.unwrap().is_none());
    assert!(read.upstream_login(prove.id).await.unwrap().is_none());
}
