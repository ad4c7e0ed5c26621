//! V-45: the same answer twice, two answers at once, and two requests side by side.

use std::time::Duration;

use futures_util::future::join_all;

use super::flow::{APP, allow, asked, begin, deny, grants, is_pending, send, stays_here};
use crate::harness::{PASSWORD, TestServer, page};

#[tokio::test]
async fn v45_a_double_submit_gives_the_same_redirect_one_grant_and_one_code() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let id = begin(&browser, &cli.authorize(&[])).await;
    let first = allow(&browser, &id, &server.seeded.apollo).await;
    server.advance(Duration::from_secs(30));
    let again = [
        allow(&browser, &id, &server.seeded.apollo).await,
        allow(&browser, &id, &server.seeded.gemini).await,
        deny(&browser, &id).await,
        browser.get(&format!("/consent/{id}")).await,
    ];
    for answer in &again {
        assert_eq!((answer.status.as_u16(), answer.location()), (303, first.location()), "{}", answer.body);
    }
    assert_eq!(grants(&server, "demo-cli").await, 1);
    let tokens = cli.redeem(&first).await;
    assert_eq!(server.api().introspect(&tokens.access).await["project"], server.seeded.apollo.as_str());
    server.advance(Duration::from_secs(1));
    stays_here(&allow(&browser, &id, &server.seeded.apollo).await, "after 31 seconds");
    stays_here(&browser.get(&format!("/consent/{id}")).await, "after 31 seconds");
    assert!(server.api().accepts(&tokens.access).await, "asking again ended nothing");
}

#[tokio::test]
async fn v45_parallel_submits_give_the_same_redirect_one_grant_and_one_code() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    for round in 0..3 {
        let shown = asked(&browser, &cli.authorize(&[])).await;
        let id = shown.consent_id();
        let path = format!("/consent/{id}");
        let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
        let answers = join_all((0..12).map(|_| browser.submit(&shown, &path, &fields))).await;
        let first = answers[0].location();
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), answer.location()), (303, first.clone()), "{round}: {}", answer.body);
        }
        assert_eq!(grants(&server, "demo-cli").await, 1);
        cli.redeem(&answers[0]).await;
    }
}

#[tokio::test]
async fn v45_yes_and_no_at_once_are_one_of_them() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    for round in 0..3 {
        let shown = asked(&browser, &cli.authorize(&[])).await;
        let path = format!("/consent/{}", shown.consent_id());
        let answers = join_all((0..8).map(|number| {
            let (browser, shown, path, project) = (&browser, &shown, &path, server.seeded.apollo.as_str());
            async move {
                let decision = if number % 2 == 0 { "allow" } else { "deny" };
                browser.submit(shown, path, &[("decision", decision), ("project", project)]).await
            }
        }))
        .await;
        for answer in &answers {
            assert_eq!(
                (answer.status.as_u16(), answer.location()),
                (303, answers[0].location()),
                "{round}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn v45_a_connection_ends_once_and_by_its_own_person() {
    let server = TestServer::start().await;
    let (browser, cli, api) = (server.signed_in().await, server.cli(), server.api());
    let outsider = server.browser();
    outsider.sign_in("outsider@example.com", PASSWORD).await;
    let tokens = cli.connect(&browser).await;
    let grant = page::grants(&browser.get("/connections").await.body).remove(0);
    let path = format!("/connections/{grant}/disconnect");
    assert_eq!(send(&outsider, &path, &[]).await.status, 404, "another person's");
    assert_eq!(send(&server.browser(), &path, &[]).await.location().as_deref(), Some("/sign-in"), "nobody's");
    for other in ["x", "0", &grant.chars().rev().collect::<String>()] {
        assert_eq!(send(&browser, &format!("/connections/{other}/disconnect"), &[]).await.status, 404, "{other}");
    }
    assert!(api.accepts(&tokens.access).await);
    assert_eq!(send(&browser, &path, &[]).await.status, 303);
    assert!(!api.accepts(&tokens.access).await);
    let again = send(&browser, &path, &[]).await;
    assert!(again.status == 303 || again.status == 404, "{}", again.status);
    assert!(page::grants(&browser.get("/connections").await.body).is_empty());
}

#[tokio::test]
async fn v45_two_requests_of_one_browser_do_not_touch_each_other() {
    let server = TestServer::start().await;
    let (browser, app, cli) = (server.signed_in().await, server.web_app(), server.cli());
    let (one, other) = (begin(&browser, &app.authorize(&[])).await, begin(&browser, &cli.authorize(&[])).await);
    let answer = allow(&browser, &one, &server.seeded.apollo).await;
    assert!(answer.location().unwrap().starts_with(APP));
    assert!(is_pending(&server, &other).await);
    assert_eq!((grants(&server, "demo-app").await, grants(&server, "demo-cli").await), (1, 0));
    let code = answer.sent("code").unwrap();
    assert_eq!(
        cli.try_redeem(&code).await.json()["error"],
        "invalid_grant",
        "the code of the one is none of the other's"
    );
    app.redeem(&answer).await;
}
