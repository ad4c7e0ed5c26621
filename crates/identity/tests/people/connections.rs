//! Connections: each person's own, ended by one click.

use identity::connections::DISCONNECTED;
use model::{Id, Notice, NoticeKind};
use serde_json::json;
use storage::Standing;

use crate::{
    harness::World,
    stand::{DAY, MINUTE, Stand, caller},
};

#[tokio::test]
async fn c18_one_click_ends_a_connection_at_once() {
    let world = World::new().await;
    let user = world.person.user.id;
    let (laptop, phone) = (world.connect("demo-cli").await, world.connect("demo-cli").await);
    assert!(world.works(&laptop.access).await && world.works(&phone.access).await);
    let view = world.authority.connections(user, world.authority.now()).await.unwrap();
    let [connection] = &view.live[..] else { panic!("two sign-ins are one connection") };
    assert!(world.authority.disconnect(user, connection.held.grant.id, &CALLER, world.authority.now()).await.unwrap());
    for pair in [laptop, phone] {
        assert!(!world.works(&pair.access).await);
        let refused = world.refresh("demo-cli", &pair.refresh).await.unwrap_err();
        assert_eq!(refused.code.as_str(), "invalid_grant");
    }
    assert_eq!(world.unread_notices().await, 0, "whoever presents what was taken back is no thief");
}

#[tokio::test]
async fn a_connection_says_what_it_may_do_and_until_when() {
    let stand = Stand::new().await;
    stand.acme().await;
    let user = stand.member("member@example.com", "member").await;
    let (grant, _) = stand.connect(user).await;
    let view = stand.authority.connections(user, stand.now()).await.unwrap();
    let [connection] = &view.live[..] else { panic!("{:?}", view.live.len()) };
    assert_eq!(connection.held.grant.id, grant);
    assert_eq!(connection.held.client.name, "App");
    assert_eq!(connection.reads, ["read issues and comments"]);
    assert!(connection.changes.is_empty());
    assert_eq!(connection.standing, Standing::Good);
    assert_eq!(connection.until, Some(stand.now().plus(365 * DAY)));
    assert!(view.ended.is_empty() && view.notices.is_empty());
    stand.act(json!({"project_set_disabled": {"organization": "acme", "project": "apollo", "disabled": true}})).await;
    let view = stand.authority.connections(user, stand.now()).await.unwrap();
    assert_eq!(view.live[0].standing, Standing::ProjectDisabled);
}

#[tokio::test]
async fn only_its_own_person_disconnects_and_everything_of_it_ends() {
    let stand = Stand::new().await;
    stand.acme().await;
    let (owner, member) =
        (stand.member("owner@example.com", "owner").await, stand.member("member@example.com", "member").await);
    let (grant, family) = stand.connect(member).await;
    let (others, _) = stand.connect(owner).await;
    let disconnect = |user| stand.authority.disconnect(user, grant, &CALLER, stand.now());
    assert!(!disconnect(owner).await.unwrap(), "another's looks as if it were not there");
    assert_eq!(stand.ended(grant).await, None);
    assert!(!stand.authority.disconnect(member, Id::new(stand.now()), &CALLER, stand.now()).await.unwrap());
    assert!(disconnect(member).await.unwrap());
    assert!(disconnect(member).await.unwrap(), "again is no error");
    assert_eq!(stand.ended(grant).await.as_deref(), Some(DISCONNECTED));
    assert_eq!(stand.ended(others).await, None);
    let ended = stand.authority.store().read().await.unwrap().family(family).await.unwrap().unwrap().revoked.unwrap();
    assert_eq!((ended.reason.as_str(), ended.at), (DISCONNECTED, stand.now()));

    let view = stand.authority.connections(member, stand.now()).await.unwrap();
    assert!(view.live.is_empty());
    assert_eq!(
        (view.ended[0].held.grant.id, view.ended[0].standing, view.ended[0].until),
        (grant, Standing::Revoked, None)
    );
    stand.clock.advance(30 * DAY + MINUTE);
    assert!(stand.authority.connections(member, stand.now()).await.unwrap().ended.is_empty(), "shown for 30 days");
}

static CALLER: std::sync::LazyLock<identity::Caller> = std::sync::LazyLock::new(|| caller("192.0.2.1"));

#[tokio::test]
async fn a_notice_is_shown_to_its_person_until_they_read_it() {
    let stand = Stand::new().await;
    stand.acme().await;
    let (owner, member) =
        (stand.member("owner@example.com", "owner").await, stand.member("member@example.com", "member").await);
    let (grant, _) = stand.connect(member).await;
    let notice = Notice {
        id: Id::new(stand.now()),
        user_id: member,
        grant_id: Some(grant),
        kind: NoticeKind::RefreshReused,
        created_at: stand.now(),
    };
    let id = notice.id;
    stand
        .write(move |tx| {
            let notice = notice.clone();
            Box::pin(async move { tx.insert_notice(&notice).await })
        })
        .await;
    let notices = |user| {
        let stand = &stand;
        async move { stand.authority.connections(user, stand.now()).await.unwrap().notices }
    };
    assert!(notices(owner).await.is_empty());
    stand.authority.read_notice(owner, id, stand.now()).await.unwrap();
    let told = notices(member).await;
    assert_eq!(
        (told.len(), told[0].notice.kind, told[0].client_name.as_deref()),
        (1, NoticeKind::RefreshReused, Some("App"))
    );
    stand.authority.read_notice(member, id, stand.now()).await.unwrap();
    assert!(notices(member).await.is_empty());
}
