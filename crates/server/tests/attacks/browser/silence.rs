//! OIDC-04 to OIDC-07 and X-6: when a person is asked, when they are not, and who hears of an error without an act of theirs.

use std::time::Duration;

use super::flow::{APP, CLI, allow, asked, begin, claims, is_consent, is_pending, is_sign_in, link, sign_in};
use crate::harness::{Answer, PASSWORD, TestServer};

/// An error that went to `demo-app`.
fn told_the_app(server: &TestServer, answer: &Answer, error: &str) {
    assert_eq!(answer.status, 303, "{error}: {}", answer.body);
    assert!(
        answer.location().unwrap().starts_with(&format!("{APP}?error={error}&")),
        "{error}: {:?}",
        answer.location()
    );
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"), "{error}");
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()), "{error}");
    assert_eq!(answer.sent("code"), None, "{error}");
}

#[tokio::test]
async fn oidc04_prompt_none_shows_nothing() {
    let server = TestServer::start().await;
    let (browser, app) = (server.browser(), server.web_app());
    let none = app.authorize_identity("openid", &[("prompt", "none")]);
    told_the_app(&server, &browser.open(&none).await, "login_required");
    browser.sign_in("member@example.com", PASSWORD).await;
    told_the_app(&server, &browser.open(&none).await, "consent_required");
    app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await;
    let silent = browser.open(&none).await;
    assert!(silent.location().unwrap().starts_with(&format!("{APP}?code=")), "{:?}", silent.location());
    assert_eq!(silent.sent("state").as_deref(), Some("st-4711"));
    app.redeem(&silent).await;
    let wider = app.authorize_identity("openid email", &[("prompt", "none")]);
    told_the_app(&server, &browser.open(&wider).await, "consent_required");
    let with_a_project = app.authorize(&[("prompt", "none")]);
    told_the_app(&server, &browser.open(&with_a_project).await, "consent_required");
}

#[tokio::test]
async fn oidc04_a_request_that_may_show_nothing_cannot_be_turned_into_one_that_asks() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let id = begin(&browser, &app.authorize(&[("prompt", "none")])).await;
    told_the_app(&server, &browser.get(&format!("/consent/{id}")).await, "consent_required");
    told_the_app(&server, &allow(&browser, &id, &server.seeded.apollo).await, "consent_required");
    told_the_app(
        &server,
        &browser.get(&format!("/sign-in?authorization={id}&account=another")).await,
        "login_required",
    );
    assert!(is_pending(&server, &id).await);
}

#[tokio::test]
async fn oidc05_prompt_none_stands_alone() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.connect(&browser).await;
    for prompt in ["none login", "none consent", "select_account none", "none x"] {
        told_the_app(&server, &browser.open(&app.authorize(&[("prompt", prompt)])).await, "invalid_request");
    }
}

#[tokio::test]
async fn oidc06_prompt_login_demands_the_password_again() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await;
    server.advance(Duration::from_secs(60));
    let address = app.authorize_identity("openid", &[("prompt", "login")]);
    let id = begin(&browser, &address).await;
    for path in [format!("/consent/{id}"), format!("/sign-in?authorization={id}")] {
        assert!(is_sign_in(&browser.open(&path).await), "{path}");
    }
    let skipped = allow(&browser, &id, "").await;
    assert_eq!(
        skipped.location(),
        Some(format!("/sign-in?authorization={id}")),
        "the consent form does not get round it"
    );
    assert!(is_pending(&server, &id).await);
    let form = browser.open(&format!("/consent/{id}")).await;
    let wrong = browser.submit(&form, "/sign-in", &[("email", "member@example.com"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert!(is_sign_in(&browser.open(&format!("/consent/{id}")).await), "a wrong password does not count");
    let right = browser.submit(&form, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
    let answer = browser.follow(right).await;
    let tokens = app.redeem(&answer).await;
    let expected = crate::harness::START.as_seconds() + 60;
    assert_eq!(claims(tokens.id.as_deref().unwrap())["auth_time"], expected);
}

#[tokio::test]
async fn oidc06_another_person_at_the_second_sign_in_gets_no_silent_answer() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await;
    server.advance(Duration::from_secs(60));
    let form = browser.open(&app.authorize_identity("openid", &[("prompt", "login")])).await;
    let other = browser.submit(&form, "/sign-in", &[("email", "owner@example.com"), ("password", PASSWORD)]).await;
    assert!(is_consent(&browser.follow(other).await), "what the member allowed is not the owner's");
}

#[tokio::test]
async fn oidc06_prompt_consent_and_select_account_ask_again() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.connect(&browser).await;
    assert!(browser.open(&app.authorize(&[])).await.sent("code").is_some());
    for prompt in ["consent", "select_account", "consent select_account"] {
        let shown = asked(&browser, &app.authorize(&[("prompt", prompt)])).await;
        assert!(shown.body.contains("use another account"), "{prompt}");
    }
    server.advance(Duration::from_secs(60));
    assert!(is_sign_in(&browser.open(&app.authorize(&[("prompt", "login consent")])).await));
    assert_eq!(sign_in(&browser, "member@example.com").await.status, 303);
    server.advance(Duration::from_secs(1));
    assert!(is_sign_in(&browser.open(&app.authorize(&[("prompt", "consent login")])).await));
}

#[tokio::test]
async fn oidc07_max_age_is_counted_to_the_second() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await;
    server.advance(Duration::from_secs(100));
    for (max_age, asks) in [("0", true), ("1", true), ("99", true), ("100", true), ("101", false), ("3600", false)] {
        let address = app.authorize_identity("openid", &[("max_age", max_age)]);
        let answer = browser.open(&address).await;
        assert_eq!(is_sign_in(&answer), asks, "{max_age}");
        assert_eq!(answer.sent("code").is_some(), !asks, "{max_age}");
        let none = browser.open(&app.authorize_identity("openid", &[("max_age", max_age), ("prompt", "none")])).await;
        assert_eq!(none.sent("error").as_deref(), asks.then_some("login_required"), "{max_age}");
    }
    for max_age in ["-1", "x", "1.5", "+1", " 1", "99999999999999999999999"] {
        told_the_app(
            &server,
            &browser.open(&app.authorize_identity("openid", &[("max_age", max_age)])).await,
            "invalid_request",
        );
    }
}

#[tokio::test]
async fn oidc07_after_max_age_the_id_token_says_when() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    server.advance(Duration::from_secs(100));
    let began = crate::harness::START.as_seconds();
    for (max_age, at) in [("1000", began), ("0", began + 100)] {
        let shown = browser.open(&app.authorize_identity("openid", &[("max_age", max_age)])).await;
        let answer = if is_sign_in(&shown) {
            let done =
                browser.submit(&shown, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
            browser.follow(done).await
        } else {
            let id = shown.consent_id();
            browser.submit(&shown, &format!("/consent/{id}"), &[("decision", "allow")]).await
        };
        let tokens = app.redeem(&answer).await;
        assert_eq!(claims(tokens.id.as_deref().unwrap())["auth_time"], at, "{max_age}");
    }
}

#[tokio::test]
async fn x6_an_error_without_an_act_is_told_to_an_oidc_client_and_shown_for_any_other() {
    let server = TestServer::start().await;
    let (app, cli) = (server.web_app(), server.cli());
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[("scope", "nothing:here")], "invalid_scope"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("resource", "https://other.example/")], "invalid_target"),
        (&[("request", "e30.e30.")], "request_not_supported"),
        (&[("request_uri", "https://evil.example/r")], "request_uri_not_supported"),
        (&[("prompt", "none")], "login_required"),
    ];
    let browser = server.browser();
    for (changes, error) in cases {
        told_the_app(&server, &browser.open(&app.authorize(changes)).await, error);
        let shown = browser.open(&cli.authorize(changes)).await;
        assert_eq!((shown.status.as_u16(), shown.location()), (200, None), "{error}");
        assert!(!shown.body.contains("http-equiv") && shown.header("refresh").is_empty());
        let link = link(&shown);
        let sent = |name: &str| link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert!(link.as_str().starts_with(CLI), "{link}");
        assert_eq!((sent("error").as_deref(), sent("state").as_deref()), (Some(error), Some("st-4711")));
        assert_eq!(sent("iss"), Some(server.issuer.clone()));
    }
}
