//! V-10, V-11: a request belongs to the browser that began it, and what was planted before sign-in is worth nothing after it.

use super::flow::{CLI, allow, asked, begin, csrf, deny, is_pending, is_sign_in, no_code, sign_in, stays_here};
use crate::harness::{Browser, PASSWORD, TestServer};

/// The attacker asks again and again for the answer.
async fn polls_in_vain(attacker: &Browser, id: &str, address: &str) {
    for path in [
        format!("/consent/{id}"),
        format!("/sign-in?authorization={id}"),
        format!("/sign-up?authorization={id}"),
        address.to_owned(),
    ] {
        let answer = attacker.open(&path).await;
        no_code(&answer, &path);
        assert!(answer.location().is_none(), "{path}: {:?}", answer.location());
    }
}

#[tokio::test]
async fn v10_another_browser_cannot_approve_what_the_attacker_began() {
    let server = TestServer::start().await;
    let (attacker, victim, cli) = (server.browser(), server.signed_in().await, server.cli());
    let address = cli.authorize(&[]);
    let id = begin(&attacker, &address).await;

    let refused = victim.get(&format!("/consent/{id}")).await;
    assert_eq!(refused.status, 400);
    stays_here(&refused, "the link that the attacker sent");
    assert!(refused.body.contains("started in another browser"), "{}", refused.body);
    stays_here(&victim.get(&format!("/sign-in?authorization={id}")).await, "at the sign-in");
    stays_here(&victim.get(&format!("/sign-up?authorization={id}")).await, "at the sign-up");
    stays_here(&allow(&victim, &id, &server.seeded.apollo).await, "said yes");
    stays_here(&deny(&victim, &id).await, "said no");
    assert!(is_pending(&server, &id).await);
    polls_in_vain(&attacker, &id, &address).await;
}

#[tokio::test]
async fn v10_signing_in_on_the_attackers_link_hands_nothing_over() {
    let server = TestServer::start().await;
    let (attacker, victim, cli) = (server.browser(), server.browser(), server.cli());
    let address = cli.authorize(&[]);
    let id = begin(&attacker, &address).await;
    let form = victim.get("/sign-in").await;
    let fields = [("email", "member@example.com"), ("password", PASSWORD), ("authorization", &id)];
    let signed_in = victim.submit(&form, "/sign-in", &fields).await;
    let landed = victim.follow(signed_in).await;
    stays_here(&landed, "after the sign-in");
    assert!(landed.body.contains("started in another browser"));
    assert!(is_pending(&server, &id).await);
    polls_in_vain(&attacker, &id, &address).await;
}

#[tokio::test]
async fn v10_a_planted_browser_cookie_gives_the_attacker_no_answer() {
    let server = TestServer::start().await;
    let (attacker, victim, cli) = (server.browser(), server.signed_in().await, server.cli());
    let address = cli.authorize(&[]);
    let id = begin(&attacker, &address).await;
    // The victim's session stays, only the anonymous cookie is the attacker's.
    victim.forget("browser");
    victim.steal(&attacker);
    let answer = allow(&victim, &id, &server.seeded.apollo).await;
    assert!(answer.location().unwrap().starts_with(CLI), "the answer goes where the app is");
    polls_in_vain(&attacker, &id, &address).await;
    attacker.sign_in("outsider@example.com", PASSWORD).await;
    polls_in_vain_as_another(&attacker, &id).await;
}

/// Who is signed in as somebody else hears nothing of an answer that was given.
async fn polls_in_vain_as_another(attacker: &Browser, id: &str) {
    for path in [format!("/consent/{id}"), format!("/sign-in?authorization={id}")] {
        stays_here(&attacker.get(&path).await, &path);
    }
}

#[tokio::test]
async fn v11_a_planted_anonymous_cookie_is_dead_after_sign_in() {
    let server = TestServer::start().await;
    let (attacker, victim, cli) = (server.browser(), server.browser(), server.cli());
    let id = begin(&attacker, &cli.authorize(&[])).await;
    let proof = csrf(&attacker).await;
    let planted = attacker.cookie("browser").unwrap();
    victim.steal(&attacker);
    victim.sign_in("member@example.com", PASSWORD).await;
    assert_ne!(victim.cookie("browser").unwrap(), planted);
    assert_ne!(csrf(&victim).await, proof);

    for path in
        [format!("/consent/{id}"), format!("/sign-in?authorization={id}"), format!("/sign-up?authorization={id}")]
    {
        stays_here(&attacker.get(&path).await, &path);
    }
    stays_here(&allow(&attacker, &id, &server.seeded.apollo).await, "the attacker says yes");
    assert_eq!(attacker.get("/connections").await.location().as_deref(), Some("/sign-in"));
    for path in ["/sign-out", "/theme", &format!("/consent/{id}")] {
        let fields = [("csrf", proof.as_str()), ("decision", "allow"), ("project", &server.seeded.apollo)];
        assert_eq!(victim.post(path, &fields).await.status, 403, "the proof that the attacker knew, at {path}");
    }
    assert!(is_pending(&server, &id).await);
    // What the browser itself was in the middle of goes on, and the answer is the victim's alone.
    let answer = allow(&victim, &id, &server.seeded.apollo).await;
    assert!(answer.sent("code").is_some());
    stays_here(&attacker.get(&format!("/consent/{id}")).await, "after the answer");
}

#[tokio::test]
async fn v11_a_planted_session_is_dead_after_sign_in() {
    let server = TestServer::start().await;
    let (attacker, victim) = (server.browser(), server.browser());
    attacker.sign_in("outsider@example.com", PASSWORD).await;
    assert_eq!(attacker.get("/connections").await.status, 200);
    victim.steal(&attacker);
    let planted = (attacker.cookie("session").unwrap(), attacker.cookie("browser").unwrap());
    let answer = sign_in(&victim, "member@example.com").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_ne!(victim.cookie("session").unwrap(), planted.0);
    assert_ne!(victim.cookie("browser").unwrap(), planted.1);
    assert!(
        victim.get("/").await.body.contains("member@example.com") || victim.get("/connections").await.status == 200
    );
    assert_eq!(
        attacker.get("/connections").await.location().as_deref(),
        Some("/sign-in"),
        "the planted session has ended"
    );
    let shown = attacker.open(&server.cli().authorize(&[])).await;
    assert!(is_sign_in(&shown), "{}", shown.body);
}

#[tokio::test]
async fn v11_signing_up_and_out_change_the_cookies_too() {
    let server = TestServer::without_mail().await;
    let (attacker, victim) = (server.browser(), server.browser());
    csrf(&attacker).await;
    victim.steal(&attacker);
    let form = victim.get("/sign-up").await;
    let made = victim
        .submit(&form, "/sign-up", &[("name", "Nia New"), ("email", "new@example.com"), ("password", PASSWORD)])
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_ne!(victim.cookie("browser"), attacker.cookie("browser"));
    let thief = server.browser();
    thief.steal(&victim);
    assert_eq!(thief.get("/connections").await.status, 200);
    let asked_out = victim.get("/sign-out").await;
    victim.submit(&asked_out, "/sign-out", &[]).await;
    assert_eq!(victim.cookie("session"), None);
    assert_eq!(
        thief.get("/connections").await.location().as_deref(),
        Some("/sign-in"),
        "signed out everywhere that cookie is"
    );
}

#[tokio::test]
async fn v11_a_session_in_the_address_or_twice_is_none() {
    let server = TestServer::start().await;
    let victim = server.signed_in().await;
    let (session, port) = (victim.cookie("session").unwrap(), server.address.port());
    let name = format!("lanyard-session-{port}");
    let bare = server.browser();
    for path in [
        format!("/connections?{name}={session}"),
        format!("/connections?session={session}&sid={session}&session_id={session}"),
        format!("/connections;{name}={session}"),
        format!("/connections?jsessionid={session}"),
    ] {
        let answer = bare.get(&path).await;
        assert!(answer.status == 404 || answer.location().as_deref() == Some("/sign-in"), "{path}: {}", answer.status);
    }
    let bearer = format!("Bearer {session}");
    let twice = format!("{name}={session}; {name}={session}");
    for header in [("authorization", bearer.as_str()), ("cookie", twice.as_str()), ("x-session", session.as_str())] {
        let answer = bare.get_with("/connections", &[header]).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in"), "{}", header.0);
    }
    let once = format!("{name}={session}");
    assert_eq!(server.browser().get_with("/connections", &[("cookie", &once)]).await.status, 200);
    asked(&victim, &server.cli().authorize(&[])).await;
}
