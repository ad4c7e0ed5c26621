//! The table of authorizations.

use model::{Authorization, AuthorizationState};
use protocol::RegisteredRedirectUri;
use storage::StorageError;

use crate::harness::{
    Fresh, at, commit, gave_up, is_constraint,
    things::{World, authorization, client, consent, hash, scope},
};

async fn read(db: &Fresh, one: &Authorization) -> Authorization {
    db.store.read().await.unwrap().authorization(one.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_pending_request_is_read_back_byte_for_byte() {
    let db = Fresh::new().await;
    let pending = Authorization { redirect_uri: None, ..authorization(&client("https://app.example/client.json")) };
    commit!(db.store, [pending], tx => tx.insert_authorization(&pending).await).unwrap();
    let found = read(&db, &pending).await;
    assert_eq!(found.request.state.as_deref(), Some("s +"));
    assert_eq!(
        (&found.client_id, found.redirect_uri.is_none(), &found.browser_hash),
        (&pending.client_id, true, &pending.browser_hash)
    );
    assert!(matches!(found.state, AuthorizationState::Pending));
    let uri = RegisteredRedirectUri::restore("https://app.example/callback").unwrap();
    commit!(db.store, [pending, uri], tx => tx.resolve_authorization(pending.id, &uri).await).unwrap();
    assert_eq!(read(&db, &pending).await.redirect_uri.unwrap().as_str(), uri.as_str());
}

#[tokio::test]
async fn a_decision_is_made_once() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let allowed = world.put_code(&db.store).await;
    let consent = consent(&world.grant);
    assert!(gave_up(
        &commit!(db.store, [allowed, consent], tx => tx.allow_authorization(allowed.id, &consent, None).await)
    ));
    assert!(gave_up(&commit!(db.store, [allowed], tx => tx.deny_authorization(allowed.id, at(1)).await)));
    let uri = RegisteredRedirectUri::restore("https://elsewhere.example/").unwrap();
    assert!(gave_up(&commit!(db.store, [allowed, uri], tx => tx.resolve_authorization(allowed.id, &uri).await)));
    let AuthorizationState::Allowed(found) = read(&db, &allowed).await.state else { panic!("not allowed") };
    assert_eq!(
        (found.grant_id, found.scope, found.code_hash, found.spent),
        (world.grant.id, scope("issues:read"), hash("code"), None)
    );

    let denied = authorization(&world.client);
    commit!(db.store, [denied], tx => {
        tx.insert_authorization(&denied).await?;
        tx.deny_authorization(denied.id, at(1)).await
    })
    .unwrap();
    assert!(matches!(read(&db, &denied).await.state, AuthorizationState::Denied { at: when } if when == at(1)));
    let sql = "UPDATE authorizations SET decision = NULL WHERE decision = 'denied'";
    assert!(is_constraint(&db.statement(sql).await), "decided without a decision");
}

#[tokio::test]
async fn a_code_is_narrowed_only_while_it_waits() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let code = world.put_code(&db.store).await;
    commit!(db.store, [code], tx => tx.narrow_authorization(code.id, &scope("openid")).await).unwrap();
    let redeemed = db.store.redeem(world.redemption(&code)).await.unwrap().unwrap();
    assert_eq!(redeemed.rotated.scope, scope("openid"));
    assert!(gave_up(&commit!(db.store, [code], tx => tx.narrow_authorization(code.id, &scope("issues:read")).await)));
    let pending = authorization(&world.client);
    let narrowed: Result<(), StorageError> = commit!(db.store, [pending], tx => {
        tx.insert_authorization(&pending).await?;
        tx.narrow_authorization(pending.id, &scope("openid")).await
    });
    assert!(gave_up(&narrowed), "nothing was granted yet");
}

#[tokio::test]
async fn a_sign_in_takes_along_what_its_browser_has_not_decided() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let decided = world.put_code(&db.store).await;
    let mine = authorization(&world.client);
    let theirs = Authorization { browser_hash: hash("other"), ..authorization(&world.client) };
    commit!(db.store, [mine, theirs], tx => {
        tx.insert_authorization(&mine).await?;
        tx.insert_authorization(&theirs).await?;
        tx.rebind_authorizations(&hash("browser"), &hash("signed in")).await
    })
    .unwrap();
    assert_eq!(read(&db, &mine).await.browser_hash, hash("signed in"));
    assert_eq!(read(&db, &theirs).await.browser_hash, hash("other"));
    assert_eq!(read(&db, &decided).await.browser_hash, hash("browser"));
}

#[tokio::test]
async fn half_a_code_and_half_a_spending_are_refused() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_code(&db.store).await;
    assert!(is_constraint(&db.statement("UPDATE authorizations SET code_expires_at = NULL").await));
    assert!(is_constraint(&db.statement("UPDATE authorizations SET spent_at = 1").await));
}
