//! The hot flows: they do the ordinary case whole, and nothing at all where one condition does not hold.

use model::{AuthorizationState, Family};
use protocol::CodeVerifier;
use storage::{CodeRedemption, Redemption, Rotation};

use crate::harness::{
    Fresh, at, commit,
    things::{World, challenge, client, consent, hash, revoke, rotation, stored, works},
};

#[tokio::test]
async fn a_rotation_moves_the_family_and_its_tokens() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let first = world.put_family(&db.store).await;
    db.statement("UPDATE families SET head_seen_at = 5, repeat_streak = 2").await.unwrap();
    let rotation_1 = rotation(&first, 60);
    let found = db.store.rotate(rotation_1.clone()).await.unwrap().unwrap();
    assert_eq!((found.user_id, &found.kind, &found.scope), (world.user.id, &world.grant.kind, &first.scope));
    assert_eq!((found.session_id, found.auth_time, found.amr.as_str()), (first.session_id, first.auth_time, "pwd"));

    let second = stored(&db.store, &first).await;
    assert_eq!(
        (second.generation, &second.head_hash, second.previous_hash.as_ref()),
        (2, &rotation_1.head_hash, Some(&first.head_hash))
    );
    assert_eq!(
        (second.answered_at, second.head_seen_at, second.repeat_streak, second.retry_salt.as_str()),
        (at(60), None, 0, "salt 2")
    );
    assert_eq!(
        (second.idle_expires_at, second.absolute_expires_at),
        (rotation_1.idle_expires_at, first.absolute_expires_at)
    );
    assert!(
        works(&db.store, &first, 1, at(61)).await && works(&db.store, &first, 2, at(61)).await,
        "the two newest generations live"
    );

    db.store.rotate(rotation(&second, 120)).await.unwrap().unwrap();
    assert!(
        !works(&db.store, &first, 1, at(121)).await
            && works(&db.store, &first, 2, at(121)).await
            && works(&db.store, &first, 3, at(121)).await
    );
    assert_eq!((db.count("access_tokens").await, db.count("families").await), (2, 1), "nothing grows");
}

#[tokio::test]
async fn a_repeated_generation_keeps_its_streak() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    db.statement("UPDATE families SET repeat_streak = 2, repeated_at = 9").await.unwrap();
    db.store.rotate(rotation(&family, 60)).await.unwrap().unwrap();
    let next = stored(&db.store, &family).await;
    assert_eq!((next.repeat_streak, next.repeated_at), (2, None));
}

#[tokio::test]
async fn a_rotation_that_is_not_ordinary_changes_nothing() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let first = world.put_family(&db.store).await;
    db.store.rotate(rotation(&first, 60)).await.unwrap().unwrap();
    let family = stored(&db.store, &first).await;
    let right = rotation(&family, 120);
    let wrong: [(&str, Rotation); 9] = [
        ("inside the window", rotation(&family, 90)),
        ("another generation", Rotation { generation: 1, ..right.clone() }),
        ("the predecessor", Rotation { presented_hash: first.head_hash.clone(), ..right.clone() }),
        ("another client", Rotation { client_id: client("other").id, ..right.clone() }),
        ("another family", Rotation { family_id: model::Id::new(at(0)), ..right.clone() }),
        ("idle too long", Rotation { now: family.idle_expires_at, ..right.clone() }),
        (
            "an access token beyond the absolute end",
            Rotation { access_expires_at: family.absolute_expires_at, ..right.clone() },
        ),
        ("an old view of the policy", Rotation { policy_version: world.policy_version - 1, ..right.clone() }),
        ("a newer policy than the family's", Rotation { policy_version: world.policy_version + 1, ..right.clone() }),
    ];
    for (what, one) in wrong {
        assert!(db.store.rotate(one).await.unwrap().is_none(), "{what}");
    }
    assert_eq!(stored(&db.store, &first).await.head_hash, family.head_hash);
    assert_eq!(db.count("access_tokens").await, 2);
    assert!(db.store.rotate(right).await.unwrap().is_some(), "and the right one still does");
}

#[tokio::test]
async fn an_ended_family_does_not_rotate() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    revoke(&db.store, &family).await.unwrap();
    assert!(db.store.rotate(rotation(&family, 60)).await.unwrap().is_none());
    assert_eq!(db.count("access_tokens").await, 0);
}

#[tokio::test]
async fn a_policy_that_moved_stops_the_hot_flows() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let code = world.put_code(&db.store).await;
    let other = client("other");
    commit!(db.store, [other], tx => tx.put_client(&other).await).unwrap();
    assert!(db.store.rotate(rotation(&family, 60)).await.unwrap().is_none());
    assert!(db.store.redeem(world.redemption(&code)).await.unwrap().is_none());
    let known = db.store.read().await.unwrap().policy_version().await.unwrap();
    assert!(
        db.store.rotate(Rotation { policy_version: known, ..rotation(&family, 60) }).await.unwrap().is_none(),
        "the family was compared under an older one"
    );
    assert!(db.store.redeem(Redemption { policy_version: known, ..world.redemption(&code) }).await.unwrap().is_some());
}

#[tokio::test]
async fn a_redemption_begins_a_family() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let code = world.put_code(&db.store).await;
    let redemption = world.redemption(&code);
    let redeemed = db.store.redeem(redemption.clone()).await.unwrap().unwrap();
    assert_eq!(redeemed.request.state.as_deref(), Some("s +"));
    assert_eq!((redeemed.rotated.user_id, &redeemed.rotated.kind), (world.user.id, &world.grant.kind));
    let family = db.store.read().await.unwrap().family(redemption.code.family_id).await.unwrap().unwrap();
    assert_eq!(
        (family.generation, family.head_hash.clone(), family.previous_hash.is_none()),
        (1, hash("head 1"), true)
    );
    assert_eq!(
        (family.grant_id, family.policy_version, family.answered_at),
        (world.grant.id, world.policy_version, at(1))
    );
    assert!(works(&db.store, &family, 1, at(2)).await);
    let read = db.store.read().await.unwrap().authorization(code.id).await.unwrap().unwrap();
    assert!(matches!(read.state, AuthorizationState::Allowed(consent) if consent.spent == Some(family.id)));
    assert!(db.store.rotate(rotation(&family, 60)).await.unwrap().is_some(), "and it rotates");
}

#[tokio::test]
async fn a_redemption_that_does_not_fit_spends_nothing() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let code = world.put_code(&db.store).await;
    let right = world.redemption(&code);
    let other = CodeVerifier::parse(&"a".repeat(43)).unwrap().challenge();
    let with = |change: &dyn Fn(&mut CodeRedemption)| {
        let mut changed = right.clone();
        change(&mut changed.code);
        changed
    };
    let wrong = [
        ("another verifier", with(&|code| code.code_challenge = Some(other.clone()))),
        ("no verifier", with(&|code| code.code_challenge = None)),
        ("another client", with(&|code| code.client_id = client("other").id)),
        ("another redirect URI", with(&|code| code.redirect_uri = Some("https://app.example/other".to_owned()))),
        ("another secret", with(&|code| code.code_hash = hash("guess"))),
        ("too late", with(&|code| code.now = at(60))),
    ];
    for (what, one) in wrong {
        assert!(db.store.redeem(one).await.unwrap().is_none(), "{what}");
    }
    assert_eq!((db.count("families").await, db.count("access_tokens").await), (0, 0));
    let without = with(&|code| code.redirect_uri = None);
    assert!(db.store.redeem(without).await.unwrap().is_some(), "OAuth 2.1 does not send it again");
    assert!(db.store.redeem(right).await.unwrap().is_none(), "spent");
    assert_eq!((db.count("families").await, db.count("access_tokens").await), (1, 1));
}

#[tokio::test]
async fn a_code_without_a_challenge_takes_no_verifier() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let authorization = crate::harness::things::authorization(&world.client);
    let consent = consent(&world.grant);
    commit!(db.store, [authorization, consent], tx => {
        tx.insert_authorization(&authorization).await?;
        tx.allow_authorization(authorization.id, &consent, None).await
    })
    .unwrap();
    let mut one = world.redemption(&authorization);
    assert_eq!(one.code.code_challenge, Some(challenge()));
    assert!(db.store.redeem(one.clone()).await.unwrap().is_none());
    one.code.code_challenge = None;
    assert!(db.store.redeem(one).await.unwrap().is_some());
}

#[tokio::test]
async fn a_redemption_into_a_family_that_exists_is_refused_whole() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family: Family = world.put_family(&db.store).await;
    let code = world.put_code(&db.store).await;
    let mut taken = world.redemption(&code);
    let right = taken.clone();
    taken.code.family_id = family.id;
    assert!(crate::harness::is_constraint(&db.store.redeem(taken).await));
    assert!(db.store.redeem(right).await.unwrap().is_some(), "the code was not spent by it");
}
