//! A request that nobody has to be asked about: allowed whole in one command, or not touched at all.

use model::{AuthorizationState, ResourceId, Session, Timestamp};
use storage::{SilentAllowance, Store};

use crate::harness::{
    Fresh, at, commit,
    things::{World, authorization, client, hash, scope, session},
};

async fn put_session(store: &Store, world: &World) -> Session {
    let session = session(&world.user);
    commit!(store, [session], tx => tx.insert_session(&session).await).unwrap();
    session
}

fn allowance(world: &World, session: &Session) -> SilentAllowance {
    SilentAllowance {
        authorization: authorization(&world.client),
        session_id: session.id,
        session_hash: session.hash.clone(),
        authenticated_after: Timestamp::from_seconds(0),
        amr_word: Some("otp"),
        verified: false,
        resource_id: Some(world.resource.id.clone()),
        scope: world.grant.scope.clone(),
        client_fingerprint: world.client.consent_fingerprint(),
        code_hash: hash("code"),
        code_expires_at: at(60),
        address: "192.0.2.7".to_owned(),
        unseen_since: at(0),
        policy_version: world.policy_version,
    }
}

#[tokio::test]
async fn what_a_grant_covers_is_allowed_under_it_and_its_code_is_redeemed() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let session = put_session(&db.store, &world).await;
    let right = allowance(&world, &session);
    let id = right.authorization.id;
    assert!(db.store.allow_silently(right).await.unwrap());

    let stored = db.store.read().await.unwrap().authorization(id).await.unwrap().unwrap();
    let AuthorizationState::Allowed(consent) = stored.state.clone() else { panic!("{:?}", stored.state) };
    assert_eq!((consent.grant_id, consent.user_id, consent.session_id), (world.grant.id, world.user.id, session.id));
    assert_eq!((consent.resource_id, consent.scope), (Some(world.resource.id.clone()), world.grant.scope.clone()));
    assert_eq!((consent.auth_time, consent.amr.as_str(), consent.at), (session.authenticated_at, "pwd otp", at(0)));
    assert_eq!((consent.code_hash, consent.code_expires_at, consent.spent), (hash("code"), at(60), None));
    assert_eq!((db.count("authorizations").await, db.count("grants").await, db.count("audit_events").await), (1, 1, 1));
    let used = db.store.read().await.unwrap().client(&world.client.id).await.unwrap().unwrap().used_at;
    assert_eq!(used, Some(at(0)));

    let redeemed = db.store.redeem(world.redemption(&stored)).await.unwrap().unwrap();
    assert_eq!((redeemed.rotated.user_id, redeemed.rotated.amr.as_str()), (world.user.id, "pwd otp"));
}

#[tokio::test]
async fn what_is_not_ordinary_writes_nothing() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let session = put_session(&db.store, &world).await;
    let right = allowance(&world, &session);
    let wrong: [(&str, SilentAllowance); 12] = [
        ("no such session", SilentAllowance { session_id: model::Id::new(at(0)), ..right.clone() }),
        ("another secret", SilentAllowance { session_hash: hash("another cookie"), ..right.clone() }),
        ("a proof that is too old", SilentAllowance { authenticated_after: session.authenticated_at, ..right.clone() }),
        ("a factor that was not proved", SilentAllowance { amr_word: Some("mfa"), ..right.clone() }),
        ("an address that is not verified", SilentAllowance { verified: true, ..right.clone() }),
        ("more than was granted", SilentAllowance { scope: scope("issues:read openid"), ..right.clone() }),
        ("less than was granted", SilentAllowance { scope: scope("openid"), ..right.clone() }),
        ("no resource", SilentAllowance { resource_id: None, ..right.clone() }),
        ("another resource", SilentAllowance { resource_id: Some(ResourceId::new("other")), ..right.clone() }),
        ("a client that looks otherwise now", SilentAllowance { client_fingerprint: "x".to_owned(), ..right.clone() }),
        ("an old view of the policy", SilentAllowance { policy_version: world.policy_version - 1, ..right.clone() }),
        ("another client", SilentAllowance { authorization: authorization(&client("other")), ..right.clone() }),
    ];
    for (what, one) in wrong {
        assert!(!db.store.allow_silently(one).await.unwrap(), "{what}");
    }
    let mut late = right.clone();
    late.authorization.created_at = session.expires_at;
    late.authorization.expires_at = session.expires_at;
    assert!(!db.store.allow_silently(late).await.unwrap(), "an expired session");
    assert_eq!((db.count("authorizations").await, db.count("audit_events").await), (0, 0));
    assert!(db.store.allow_silently(right).await.unwrap(), "and the right one still does");
}

#[tokio::test]
async fn a_grant_that_is_not_in_force_covers_nothing() {
    for harm in [
        "UPDATE grants SET revoked_at = 1, revoked_reason = 'revoked'",
        "UPDATE users SET disabled_at = 1",
        "UPDATE users SET erase_at = 1",
        "UPDATE clients SET disabled_at = 1",
        "UPDATE resources SET disabled_at = 1",
        "UPDATE projects SET disabled_at = 1",
        "UPDATE organizations SET disabled_at = 1",
        "UPDATE organizations SET second_factor_at = 1",
        "UPDATE organizations SET ways_in = 'password'",
        "DELETE FROM memberships",
        "DELETE FROM sessions",
    ] {
        let db = Fresh::new().await;
        let world = World::put(&db.store).await;
        let session = put_session(&db.store, &world).await;
        db.statement(harm).await.unwrap();
        assert!(!db.store.allow_silently(allowance(&world, &session)).await.unwrap(), "{harm}");
        assert_eq!(db.count("authorizations").await, 0, "{harm}");
    }
}

#[tokio::test]
async fn two_projects_are_a_question() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let session = put_session(&db.store, &world).await;
    let gemini = crate::harness::things::project(&world.organization, "gemini");
    let kind = model::GrantKind::Project {
        resource_id: world.resource.id.clone(),
        organization_id: world.organization.id,
        project_id: gemini.id,
    };
    let second = crate::harness::things::grant(&world.user, &world.client, kind);
    commit!(db.store, [gemini, second], tx => {
        tx.insert_project(&gemini).await?;
        tx.insert_grant(&second).await
    })
    .unwrap();
    assert!(!db.store.allow_silently(allowance(&world, &session)).await.unwrap());
    db.statement("UPDATE grants SET revoked_at = 1, revoked_reason = 'x' WHERE project_id <> (SELECT min(project_id) FROM grants)")
        .await
        .unwrap();
    assert!(db.store.allow_silently(allowance(&world, &session)).await.unwrap(), "one of them is left");
}

#[tokio::test]
async fn the_session_is_seen_again_once_in_a_while() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let session = put_session(&db.store, &world).await;
    for (now, unseen_since, seen_at) in [(50, 0, 0), (70, 10, 70), (80, 20, 70)] {
        let mut one = SilentAllowance { unseen_since: at(unseen_since), ..allowance(&world, &session) };
        one.authorization.created_at = at(now);
        assert!(db.store.allow_silently(one).await.unwrap());
        let (session, _) = db.store.read().await.unwrap().signed_in(session.id, at(now)).await.unwrap().unwrap();
        assert_eq!(session.seen_at, at(seen_at));
    }
}
