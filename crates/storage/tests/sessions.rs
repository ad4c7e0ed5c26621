//! The table of sessions.

use model::Session;

use crate::harness::{
    Fresh, NOW, at, commit, is_constraint,
    things::{hash, session, user},
};

#[tokio::test]
async fn a_session_lives_until_it_expires_or_its_user_is_disabled() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let one = session(&ada);
    commit!(db.store, [ada, one], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_session(&one).await
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    let found = read.live_session(one.id, NOW).await.unwrap().unwrap();
    assert_eq!((found.user_id, found.amr.as_str(), &found.hash), (ada.id, "pwd otp", &hash("cookie")));
    assert!(read.live_session(one.id, at(86399)).await.unwrap().is_some());
    assert!(read.live_session(one.id, at(86400)).await.unwrap().is_none());
    drop(read);
    commit!(db.store, [ada], tx => tx.set_user_disabled(ada.id, Some(NOW)).await).unwrap();
    assert!(db.store.read().await.unwrap().live_session(one.id, NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn a_use_never_moves_backwards_and_never_revives() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let one = session(&ada);
    commit!(db.store, [ada, one], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_session(&one).await?;
        tx.touch_session(one.id, at(60)).await?;
        tx.touch_session(one.id, at(30)).await
    })
    .unwrap();
    assert_eq!(db.store.read().await.unwrap().live_session(one.id, NOW).await.unwrap().unwrap().seen_at, at(60));
    commit!(db.store, [one], tx => {
        tx.delete_session(one.id).await?;
        tx.touch_session(one.id, at(90)).await
    })
    .unwrap();
    assert!(db.store.read().await.unwrap().live_session(one.id, NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn all_sessions_of_one_user_end_and_nobody_elses() {
    let db = Fresh::new().await;
    let (ada, bob) = (user("ada@example.com"), user("bob@example.com"));
    let sessions: [Session; 3] = [session(&ada), session(&ada), session(&bob)];
    let ended = commit!(db.store, [ada, bob, sessions], tx => {
        tx.insert_user(&ada).await?;
        tx.insert_user(&bob).await?;
        for one in &sessions {
            tx.insert_session(one).await?;
        }
        tx.delete_sessions_of(ada.id).await
    });
    assert_eq!(ended.unwrap(), 2);
    assert!(db.store.read().await.unwrap().live_session(sessions[2].id, NOW).await.unwrap().is_some());
    let lost = session(&user("nobody@example.com"));
    assert!(is_constraint(&commit!(db.store, [lost], tx => tx.insert_session(&lost).await)));
}
