//! The janitor's work.

use std::time::Duration;

use model::{Client, ClientOrigin, Id, Notice, NoticeKind, Session, Timestamp, client::Home};
use storage::{AccessToken, Kept, Store};

use crate::harness::{
    Fresh, NOW, at, commit,
    things::{World, access_token, authorization, client, session, user},
};

const DAY: u64 = 86400;
pub const KEPT: Kept = Kept {
    unused_registration: Duration::from_secs(7 * DAY),
    ended: Duration::from_secs(30 * DAY),
    mails: Duration::from_secs(7 * DAY),
};

async fn purge(store: &Store, now: Timestamp) -> u64 {
    commit!(store, [now], tx => tx.purge(&KEPT, now).await).unwrap().rows
}

#[tokio::test]
async fn what_lives_is_left_alone() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    world.put_code(&db.store).await;
    let session = session(&world.user);
    commit!(db.store, [session], tx => {
        tx.insert_session(&session).await?;
        tx.use_assertion("a", "1", at(60)).await?;
        tx.count_attempt("ada", Duration::from_secs(60), NOW).await
    })
    .unwrap();
    assert_eq!(purge(&db.store, at(59)).await, 0);
}

#[tokio::test]
async fn what_has_expired_goes() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let home = Home { organization_id: world.organization.id, project_id: world.project.id };
    let robot = Client { home: Some(home), ..client("robot") };
    let family = world.put_family(&db.store).await;
    let own =
        AccessToken { id: Id::new(NOW), generation: 0, family_id: None, ..access_token(&family, &world.resource) };
    let (short, long) = (session(&world.user), Session { expires_at: at(40 * DAY), ..session(&world.user) });
    let pending = authorization(&world.client);
    commit!(db.store, [robot, own, short, long, pending], tx => {
        tx.insert_client(&robot).await?;
        tx.insert_access_token(&own).await?;
        tx.insert_session(&short).await?;
        tx.insert_session(&long).await?;
        tx.insert_authorization(&pending).await?;
        tx.use_assertion("a", "1", at(60)).await?;
        tx.count_attempt("ada", Duration::from_secs(60), NOW).await
    })
    .unwrap();
    assert_eq!(purge(&db.store, at(900)).await, 2, "the client's own token and the assertion");
    assert_eq!(db.count("access_tokens WHERE family_id IS NOT NULL").await, 1);
    assert_eq!(
        purge(&db.store, at(DAY + 600)).await,
        3,
        "a session, the counter, and the authorization a day after its end"
    );
    assert_eq!(db.count("sessions").await, 1);
    assert_eq!(db.count("authorizations").await, 0);
}

#[tokio::test]
async fn a_spent_code_is_recognised_for_a_day() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let code = world.put_code(&db.store).await;
    db.store.redeem(world.redemption(&code)).await.unwrap().unwrap();
    purge(&db.store, at(600 + DAY - 1)).await;
    assert!(db.store.read().await.unwrap().authorization(code.id).await.unwrap().is_some());
    purge(&db.store, at(600 + DAY)).await;
    assert!(db.store.read().await.unwrap().authorization(code.id).await.unwrap().is_none());
}

#[tokio::test]
async fn an_ended_grant_is_shown_for_thirty_days_and_then_goes_with_its_notices() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    let notice = Notice {
        id: Id::new(NOW),
        user_id: world.user.id,
        grant_id: Some(world.grant.id),
        kind: NoticeKind::RefreshReused,
        created_at: NOW,
    };
    commit!(db.store, [world, notice], tx => {
        tx.insert_notice(&notice).await?;
        tx.revoke_grant(world.grant.id, "reused", NOW).await
    })
    .unwrap();
    assert_eq!(purge(&db.store, at(30 * DAY - 1)).await, 0);
    assert_eq!(purge(&db.store, at(30 * DAY)).await, 3, "family, notice, grant");
    assert_eq!(db.count("grants").await + db.count("families").await + db.count("notices").await, 0);
}

#[tokio::test]
async fn a_family_idle_for_long_goes_and_its_grant_stays() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    assert_eq!(purge(&db.store, at(60 * DAY)).await, 1);
    assert_eq!((db.count("families").await, db.count("access_tokens").await, db.count("grants").await), (0, 0, 1));
}

#[tokio::test]
async fn a_registration_nobody_used_goes_and_one_with_a_grant_stays() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let registered = |id: &str| Client { origin: ClientOrigin::Registration, ..client(id) };
    let (unused, granted, young) =
        (registered("unused"), registered("granted"), Client { created_at: at(DAY), ..registered("young") });
    let grant = crate::harness::things::grant(&world.user, &granted, world.grant.kind.clone());
    let before = commit!(db.store, [unused, granted, young, grant], tx => {
        for one in [&unused, &granted, &young] {
            tx.insert_client(one).await?;
        }
        tx.insert_grant(&grant).await?;
        tx.policy_version().await
    })
    .unwrap();
    assert_eq!(purge(&db.store, at(7 * DAY)).await, 1);
    let mut read = db.store.read().await.unwrap();
    assert!(read.client(&unused.id).await.unwrap().is_none());
    assert!(read.client(&granted.id).await.unwrap().is_some() && read.client(&young.id).await.unwrap().is_some());
    assert!(read.policy_version().await.unwrap() > before, "who holds clients in memory must learn that one is gone");
}

#[tokio::test]
async fn a_seed_that_nobody_confirmed_goes_and_one_in_force_stays() {
    let db = Fresh::new().await;
    let (never, again) = (user("never@example.com"), user("again@example.com"));
    let (first, second) = (never.id, again.id);
    commit!(db.store, [never, again], tx => {
        tx.insert_user(&never).await?;
        tx.insert_user(&again).await?;
        tx.begin_totp(first, "shown", at(900)).await?;
        tx.begin_totp(second, "in force", at(900)).await?;
        tx.confirm_totp(second, "in force", 7, NOW).await?;
        tx.begin_totp(second, "another", at(900)).await
    })
    .unwrap();
    assert_eq!(purge(&db.store, at(899)).await, 0);
    assert_eq!(purge(&db.store, at(900)).await, 2);
    let mut read = db.store.read().await.unwrap();
    assert!(read.totp(first).await.unwrap().is_none());
    let kept = read.totp(second).await.unwrap().unwrap();
    assert_eq!((kept.confirmed.unwrap().0.as_str(), kept.pending, kept.last_step), ("in force", None, 7));
    drop(read);
    assert_eq!(purge(&db.store, at(900)).await, 0, "once");
}
