//! The table of notices.

use model::{Id, Notice, NoticeKind};

use crate::harness::{
    Fresh, at, commit,
    things::{World, user},
};

#[tokio::test]
async fn notices_are_shown_newest_first_until_their_owner_reads_them() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let bob = user("bob@example.com");
    let notice = |second: u64, kind| {
        let created_at = at(second * 86400);
        Notice { id: Id::new(created_at), user_id: world.user.id, grant_id: Some(world.grant.id), kind, created_at }
    };
    // Far enough apart for their ids to begin with other letters.
    let notices: Vec<Notice> = (1..=53)
        .map(|day| notice(day, NoticeKind::RefreshShared))
        .chain([notice(60, NoticeKind::RefreshReused)])
        .collect();
    commit!(db.store, [bob, notices], tx => {
        tx.insert_user(&bob).await?;
        for one in &notices {
            tx.insert_notice(one).await?;
        }
        Ok::<_, storage::StorageError>(())
    })
    .unwrap();
    let unread = db.store.read().await.unwrap().unread_notices(world.user.id).await.unwrap();
    assert_eq!(
        (unread.len(), unread[0].kind, unread[0].grant_id),
        (50, NoticeKind::RefreshReused, Some(world.grant.id))
    );
    assert!(unread.windows(2).all(|two| two[0].created_at > two[1].created_at), "newest first");
    let (owner, newest) = (world.user.id, unread[0].id);
    commit!(db.store, [bob, newest], tx => tx.read_notice(bob.id, newest, at(1)).await).unwrap();
    assert_eq!(db.store.read().await.unwrap().unread_notices(owner).await.unwrap()[0].id, newest, "not Bob's to read");
    commit!(db.store, [owner, newest], tx => tx.read_notice(owner, newest, at(1)).await).unwrap();
    assert_ne!(db.store.read().await.unwrap().unread_notices(owner).await.unwrap()[0].id, newest);
}
