//! The event feed: what is remembered, and when it is believed no more.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod stand;

use std::time::{Duration, Instant};

use guard::Guard;
use serde_json::json;
use stand::{Stand, now, status, until};

/// A guard whose feed is there.
async fn fed(stand: &Stand) -> Guard {
    let guard = stand.asking().api_keys().jwt_access_tokens().event_feed().build().unwrap();
    until("the feed connects", async || !stand.listened().is_empty()).await;
    stand.active("probe", "probe");
    until("answers are remembered", async || is_remembered(stand, &guard, "probe").await).await;
    guard
}

/// Whether a second request with a good token asks nothing.
async fn is_remembered(stand: &Stand, guard: &Guard, token: &str) -> bool {
    assert_eq!(status(guard, token).await, 200);
    let before = stand.asked();
    assert_eq!(status(guard, token).await, 200);
    stand.asked() == before
}

fn event(position: u64, kind: &str, data: &serde_json::Value) -> String {
    format!("id: {position}\nevent: {kind}\ndata: {data}\n\n")
}

#[tokio::test]
async fn what_is_revoked_is_refused_at_once_and_nothing_else_is_forgotten() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    stand.active("one", "g1");
    stand.active("other", "g2");
    assert!(is_remembered(&stand, &guard, "one").await && is_remembered(&stand, &guard, "other").await);
    stand.revoke("one");
    assert_eq!(status(&guard, "one").await, 200, "nobody told yet");
    let told = Instant::now();
    stand.tell(&event(1, "grant.revoked", &json!({"grant_id": "g1", "subject": "person"})));
    until("the revoked token is refused", async || status(&guard, "one").await == 401).await;
    assert!(told.elapsed() < Duration::from_secs(10));
    let before = stand.asked();
    assert_eq!(status(&guard, "other").await, 200);
    assert_eq!(stand.asked(), before, "the other grant is remembered still");
}

#[tokio::test]
async fn each_kind_of_event_takes_what_it_names() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    let key = json!({
        "active": true, "token_type": "api_key", "key_id": "k1", "scope": "notes:read", "organization": "acme",
        "project": "apollo", "exp": now() + 600, "access": "read",
    });
    let cases = [
        ("token", "family.reused", json!({"grant_id": "g1"})),
        ("token", "user.disabled", json!({"subject": "person"})),
        ("token", "membership.removed", json!({"subject": "person", "project_id": "apollo"})),
        ("key", "key.revoked", json!({"key_id": "k1"})),
        ("key", "key.rotated", json!({"key_id": "k1"})),
        ("token", "resource.changed", json!({})),
        ("key", "reset", json!({})),
        ("token", "something.unheard.of", json!({"grant_id": "g1"})),
        ("token", "client.changed", json!({"client_id": "client"})),
        ("key", "project.changed", json!({"project_id": "apollo"})),
        ("key", "organization.changed", json!({"organization_id": "acme"})),
    ];
    for (position, (token, kind, data)) in cases.iter().enumerate() {
        stand.active("token", "g1");
        stand.say("key", key.clone());
        assert!(is_remembered(&stand, &guard, token).await, "{kind}");
        stand.revoke(token);
        stand.tell(&event(position as u64 + 1, kind, data));
        until(kind, async || status(&guard, token).await == 401).await;
    }
    stand.active("token", "g1");
    assert!(is_remembered(&stand, &guard, "token").await);
    stand.tell(&event(90, "grant.created", &json!({"grant_id": "g1", "subject": "person"})));
    stand.tell(&event(91, "key.revoked", &json!({"key_id": "another"})));
    stand.active("last", "g3");
    assert!(is_remembered(&stand, &guard, "last").await);
    stand.tell(&event(92, "grant.revoked", &json!({"grant_id": "g3"})));
    stand.revoke("last");
    until("events arrive in order", async || status(&guard, "last").await == 401).await;
    let before = stand.asked();
    assert_eq!((status(&guard, "token").await, stand.asked()), (200, before));
}

#[tokio::test]
async fn an_answer_that_a_revocation_overtook_is_not_remembered() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    stand.active("one", "g1");
    stand.set_slow(true);
    let asking = tokio::spawn({
        let guard = guard.clone();
        async move { status(&guard, "one").await }
    });
    until("the question arrives", async || stand.asked() > 0 && !asking.is_finished()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    stand.revoke("one");
    stand.tell(&event(1, "grant.revoked", &json!({"grant_id": "g1"})));
    assert_eq!(asking.await.unwrap(), 200, "it was good when it was asked about");
    stand.set_slow(false);
    assert_eq!(status(&guard, "one").await, 401);
}

#[tokio::test]
async fn a_lost_feed_means_asking_each_time_until_it_is_back() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    stand.active("one", "g1");
    assert!(is_remembered(&stand, &guard, "one").await);
    stand.tell(&event(41, "grant.revoked", &json!({"grant_id": "g9"})));
    let connections = stand.listened().len();
    stand.hang_up();
    stand.revoke("one");
    until("the remembered answer is not believed", async || status(&guard, "one").await == 401).await;
    until("the feed comes back", async || stand.listened().len() > connections).await;
    assert_eq!(stand.listened().last().unwrap().as_deref(), Some("41"), "it goes on where it was");
    stand.active("one", "g1");
    until("and answers are remembered", async || is_remembered(&stand, &guard, "one").await).await;
}

#[tokio::test]
async fn a_jwt_is_asked_about_once_and_refused_when_it_is_revoked() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    let token = stand.sign("first", &stand.claims());
    stand.active(&token, "g");
    let before = stand.asked();
    for _ in 0..5 {
        assert_eq!(status(&guard, &token).await, 200);
    }
    assert_eq!(stand.asked(), before + 1);
    stand.revoke(&token);
    stand.tell(&event(1, "grant.revoked", &json!({"grant_id": "g"})));
    until("the revoked JWT is refused", async || status(&guard, &token).await == 401).await;
    let before = stand.asked();
    let (forged, _) = token.rsplit_once('.').unwrap();
    assert_eq!(status(&guard, &format!("{forged}.AAAA")).await, 401);
    assert_eq!(stand.asked(), before, "garbage is not asked about");
}

#[tokio::test]
async fn a_clients_own_token_and_a_key_whose_uses_are_counted() {
    let stand = Stand::start().await;
    let guard = fed(&stand).await;
    let mut own = stand.claims();
    own["active"] = true.into();
    own["token_type"] = "Bearer".into();
    own["sub"] = "client".into();
    own.as_object_mut().unwrap().remove("grant_id");
    stand.say("service", own);
    assert!(is_remembered(&stand, &guard, "service").await);
    stand.revoke("service");
    stand.tell(&event(1, "token.revoked", &json!({"subject": "client", "client_id": "client"})));
    until("a client's own token ends with it", async || status(&guard, "service").await == 401).await;
    let mut capped = json!({
        "active": true, "token_type": "api_key", "key_id": "k1", "scope": "notes:read", "organization": "acme",
        "project": "apollo", "exp": now() + 600, "limits": {"minute": 5}, "remaining": {"minute": 4},
    });
    stand.say("capped", capped.clone());
    let before = stand.asked();
    for _ in 0..3 {
        assert_eq!(status(&guard, "capped").await, 200);
    }
    assert_eq!(stand.asked(), before + 3, "each use counts");
    capped =
        json!({"active": false, "token_type": "api_key", "key_id": "k1", "reason": "rate_limited", "retry_after": 7});
    stand.say("capped", capped);
    let reply = guard.verify("capped").await.unwrap_err();
    assert_eq!(reply.status, 429);
    assert!(reply.headers.iter().any(|(name, value)| name == "retry-after" && value == "7"));
}

#[tokio::test]
async fn refusals_are_remembered_only_where_that_was_asked_for() {
    let stand = Stand::start().await;
    let guard = stand.asking().refusals_stale_up_to(Duration::from_secs(60)).remembered(2).build().unwrap();
    for _ in 0..3 {
        assert_eq!(status(&guard, "bad").await, 401);
    }
    assert_eq!(stand.asked(), 1);
    for bad in ["bad-2", "bad-3", "bad"] {
        assert_eq!(status(&guard, bad).await, 401);
    }
    assert_eq!(stand.asked(), 4, "no more than two are remembered");
    stand.active("good", "g");
    for _ in 0..3 {
        assert_eq!(status(&guard, "good").await, 200);
    }
    assert_eq!(stand.asked(), 7, "good ones are asked about each time");
}

#[tokio::test]
async fn an_issuer_that_fails_is_left_alone_and_nobody_is_let_in() {
    let stand = Stand::start().await;
    stand.active("good", "g");
    let guard = stand.asking().build().unwrap();
    assert_eq!(status(&guard, "good").await, 200);
    stand.set_broken(true);
    let before = stand.asked();
    for _ in 0..50 {
        let reply = guard.verify("good").await.unwrap_err();
        assert_eq!(reply.status, 503);
        assert!(reply.headers.iter().any(|(name, _)| name == "retry-after"));
    }
    let asked = stand.asked() - before;
    assert!((5..10).contains(&asked), "{asked}");
    stand.set_broken(false);
    until("it is asked again", async || status(&guard, "good").await == 200).await;
}
