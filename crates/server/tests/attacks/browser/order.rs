//! V-45: every step of the way to an answer, at every moment: only one of them decides, once.

use std::time::Duration;

use futures_util::future::join_all;

use super::flow::{allow, begin, deny, grants, is_pending, send, stays_here, stored};
use crate::harness::{Answer, Browser, PASSWORD, TestServer, page};

/// How far a request has come when the step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    NobodySignedIn,
    Asked,
    Allowed,
    AllowedLongAgo,
    Redeemed,
    Denied,
    DeniedLongAgo,
    TooLate,
    OfAnotherBrowser,
}

const MOMENTS: [Moment; 9] = [
    Moment::NobodySignedIn,
    Moment::Asked,
    Moment::Allowed,
    Moment::AllowedLongAgo,
    Moment::Redeemed,
    Moment::Denied,
    Moment::DeniedLongAgo,
    Moment::TooLate,
    Moment::OfAnotherBrowser,
];

/// What a browser can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Show,
    Allow,
    AllowAnotherProject,
    Deny,
    ShowSignIn,
    SignIn,
    SignInAsAnother,
    ShowSignUp,
    SignUp,
}

const ACTS: [Act; 9] = [
    Act::Show,
    Act::Allow,
    Act::AllowAnotherProject,
    Act::Deny,
    Act::ShowSignIn,
    Act::SignIn,
    Act::SignInAsAnother,
    Act::ShowSignUp,
    Act::SignUp,
];

struct Prepared {
    browser: Browser,
    id: String,
    code: Option<String>,
}

async fn prepare(server: &TestServer, moment: Moment) -> Prepared {
    let cli = server.cli();
    let browser = if moment == Moment::NobodySignedIn { server.browser() } else { server.signed_in().await };
    let other = server.browser();
    let began = if moment == Moment::OfAnotherBrowser { &other } else { &browser };
    let id = begin(began, &cli.authorize(&[])).await;
    let mut code = None;
    match moment {
        Moment::Allowed | Moment::AllowedLongAgo | Moment::Redeemed => {
            let answer = allow(&browser, &id, &server.seeded.apollo).await;
            code = answer.sent("code");
            if moment == Moment::Redeemed {
                cli.redeem(&answer).await;
            }
        }
        Moment::Denied | Moment::DeniedLongAgo => drop(deny(&browser, &id).await),
        _ => {}
    }
    server.advance(match moment {
        Moment::AllowedLongAgo | Moment::DeniedLongAgo => Duration::from_secs(31),
        Moment::TooLate => Duration::from_secs(3601),
        _ => Duration::from_secs(1),
    });
    Prepared { browser, id, code }
}

async fn take(server: &TestServer, act: Act, prepared: &Prepared, number: usize) -> Answer {
    let Prepared { browser, id, .. } = prepared;
    let newcomer = format!("new{number}@example.com");
    let form = |email| [("email", email), ("password", PASSWORD), ("authorization", id.as_str())];
    let answer = match act {
        Act::Show => browser.get(&format!("/consent/{id}")).await,
        Act::Allow => allow(browser, id, &server.seeded.apollo).await,
        Act::AllowAnotherProject => allow(browser, id, &server.seeded.gemini).await,
        Act::Deny => deny(browser, id).await,
        Act::ShowSignIn => browser.get(&format!("/sign-in?authorization={id}&account=another")).await,
        Act::SignIn => send(browser, "/sign-in", &form("member@example.com")).await,
        Act::SignInAsAnother => send(browser, "/sign-in", &form("owner@example.com")).await,
        Act::ShowSignUp => browser.get(&format!("/sign-up?authorization={id}")).await,
        Act::SignUp => send(browser, "/sign-up", &form(&newcomer)).await,
    };
    browser.follow(answer).await
}

#[tokio::test]
async fn v45_no_step_out_of_order_twice_or_too_late_changes_anything() {
    let server = TestServer::start().await;
    let mut number = 0;
    for moment in MOMENTS {
        for act in ACTS {
            number += 1;
            let prepared = prepare(&server, moment).await;
            let before = (format!("{:?}", stored(&server, &prepared.id).await.state), grants(&server, "demo-cli").await);
            let answer = take(&server, act, &prepared, number).await;
            let after = (format!("{:?}", stored(&server, &prepared.id).await.state), grants(&server, "demo-cli").await);
            let what = format!("{moment:?}, {act:?}: {} {:?}", answer.status, answer.location());
            assert!(!answer.status.is_server_error(), "{what}");
            let decides = moment == Moment::Asked && matches!(act, Act::Allow | Act::AllowAnotherProject | Act::Deny);
            assert_eq!(before.0 != after.0, decides, "{what}");
            if !decides {
                assert_eq!(before.1, after.1, "{what}");
                let repeats = matches!(moment, Moment::Allowed | Moment::Redeemed);
                let code = answer.sent("code");
                assert!(code.is_none() || (repeats && code == prepared.code), "{what}");
            }
            if matches!(moment, Moment::AllowedLongAgo | Moment::DeniedLongAgo | Moment::TooLate | Moment::OfAnotherBrowser) {
                stays_here(&answer, &what);
            }
        }
    }
}

#[tokio::test]
async fn v45_only_who_gave_the_answer_hears_it_again() {
    let server = TestServer::start().await;
    for act in [Act::SignInAsAnother, Act::SignUp] {
        let prepared = prepare(&server, Moment::Allowed).await;
        stays_here(&take(&server, act, &prepared, 0).await, &format!("{act:?}"));
    }
    let prepared = prepare(&server, Moment::Allowed).await;
    send(&prepared.browser, "/sign-out", &[]).await;
    stays_here(&take(&server, Act::Show, &prepared, 0).await, "signed out");
}

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
        let shown = super::flow::asked(&browser, &cli.authorize(&[])).await;
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
        let shown = super::flow::asked(&browser, &cli.authorize(&[])).await;
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
            assert_eq!((answer.status.as_u16(), answer.location()), (303, answers[0].location()), "{round}: {}", answer.body);
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
    assert!(answer.location().unwrap().starts_with(super::flow::APP));
    assert!(is_pending(&server, &other).await);
    assert_eq!((grants(&server, "demo-app").await, grants(&server, "demo-cli").await), (1, 0));
    let code = answer.sent("code").unwrap();
    assert_eq!(cli.try_redeem(&code).await.json()["error"], "invalid_grant", "the code of the one is none of the other's");
    app.redeem(&answer).await;
}
