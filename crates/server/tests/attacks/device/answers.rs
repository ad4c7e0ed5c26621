//! What a device is told while it asks, and that its code is dead after the last answer.

use std::time::Duration;

use identity::admin::Act;

use crate::{
    clients::wire::error,
    harness::{Answer, TestServer, app::Tokens, device::DEVICE_CODE, seed::act},
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), error(answer))
}

#[tokio::test]
async fn dev08_pending_until_it_is_decided_and_who_asks_too_soon_waits_longer_ever_after() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    let pending = device.poll(&codes).await;
    assert_eq!(told(&pending), (400, "authorization_pending".to_owned()), "the first question may come at once");
    assert_eq!(pending.header("cache-control"), "no-store");
    server.advance(seconds(5));
    assert_eq!(error(&device.poll(&codes).await), "authorization_pending");
    server.advance(seconds(3));
    assert_eq!(told(&device.poll(&codes).await), (400, "slow_down".to_owned()));
    server.advance(seconds(5));
    assert_eq!(error(&device.poll(&codes).await), "slow_down", "five seconds are not enough any more");
    server.advance(seconds(15));
    assert_eq!(error(&device.poll(&codes).await), "authorization_pending");
    server.advance(seconds(14));
    assert_eq!(error(&device.poll(&codes).await), "slow_down", "and never are again");
    // The state is the database's: another process says the same.
    let other = server.second().await;
    let again = [("grant_type", DEVICE_CODE), ("device_code", &*codes.device_code), ("client_id", "demo-device")];
    assert_eq!(error(&crate::clients::codes::token_at(other, &again).await), "slow_down");
    browser.let_in(&codes, &server.seeded.apollo).await;
    Tokens::of(&device.poll(&codes).await);
}

#[tokio::test]
async fn dev09_a_denied_code_is_dead() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    browser.turn_away(&codes).await;
    assert_eq!(told(&device.poll(&codes).await), (400, "access_denied".to_owned()));
    server.advance(seconds(5));
    assert_eq!(error(&device.poll(&codes).await), "invalid_grant");
    assert_eq!(browser.enter(&codes.user_code).await.status, 422, "nor does anybody enter it again");
}

#[tokio::test]
async fn dev09_an_expired_code_is_dead_even_if_it_was_approved() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let (unseen, approved) = (device.begin().await, device.begin().await);
    browser.let_in(&approved, &server.seeded.apollo).await;
    server.advance(seconds(600));
    for codes in [&unseen, &approved] {
        assert_eq!(told(&device.poll(codes).await), (400, "expired_token".to_owned()));
        assert_eq!(error(&device.poll(codes).await), "invalid_grant");
    }
    assert_eq!(browser.enter(&unseen.user_code).await.status, 422);
}

#[tokio::test]
async fn dev09_what_was_entered_in_time_is_not_decided_late() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    let asked = browser.asked_of_device(&codes).await;
    server.advance(seconds(601));
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str()), ("own_device", "yes")];
    assert_eq!(browser.decide(&asked, &fields).await.status, 400);
    assert_eq!(error(&device.poll(&codes).await), "expired_token");
}

#[tokio::test]
async fn dev10_an_approved_code_is_good_once_and_for_its_client_alone() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    browser.let_in(&codes, &server.seeded.apollo).await;
    // V-15: another client that is listed too, and has the code.
    assert_eq!(error(&server.desktop().poll(&codes).await), "invalid_grant");
    // The code in the place of an authorization code.
    let as_code = [("grant_type", "authorization_code"), ("code", codes.device_code.as_str())];
    assert!(["invalid_grant", "unauthorized_client"].contains(&error(&device.token(&as_code).await).as_str()));
    let tokens = Tokens::of(&device.poll(&codes).await);
    assert!(server.api().accepts(&tokens.access).await);
    let tokens = device.refresh(&tokens).await;
    // Whoever has the code and the client's name, and not the tokens: what the code gave ends, as with an authorization code.
    assert_eq!(error(&device.poll(&codes).await), "invalid_grant");
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(error(&device.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
}

#[tokio::test]
async fn dev10_a_code_of_somebody_elses_making_is_no_code_and_has_no_effect() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    browser.let_in(&codes, &server.seeded.apollo).await;
    let good = &codes.device_code;
    for wrong in [
        String::new(),
        "lyd_dc_".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { '1' } else { '0' }),
        good.replace("lyd_dc_", "lyd_ac_"),
        codes.user_code.clone(),
    ] {
        let answer = device.token(&[("grant_type", DEVICE_CODE), ("device_code", &wrong)]).await;
        assert!(["invalid_grant", "invalid_request"].contains(&error(&answer).as_str()), "{wrong}: {}", answer.body);
    }
    Tokens::of(&device.poll(&codes).await);
}

#[tokio::test]
async fn v22_what_is_disabled_after_the_yes_gives_nothing() {
    for (what, act_of) in [
        ("user", Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }),
        ("organization", Act::OrganizationSetDisabled { organization: "acme".into(), disabled: true }),
        ("client", Act::ClientSetDisabled { client: "demo-device".into(), disabled: true }),
    ] {
        let server = TestServer::start().await;
        let (device, browser) = (server.device(), server.signed_in().await);
        let codes = device.begin().await;
        browser.let_in(&codes, &server.seeded.apollo).await;
        act(&server.authority, act_of).await;
        let refused = error(&device.poll(&codes).await);
        assert!(["access_denied", "invalid_client"].contains(&refused.as_str()), "{what}: {refused}");
    }
}

#[tokio::test]
async fn v07_no_parameter_of_a_device_comes_twice() {
    let server = TestServer::start().await;
    let device = server.device();
    for doubled in ["scope", "client_id"] {
        let fields = [("scope", "issues:read"), (doubled, "issues:read")];
        let answer = device.try_begin(&fields).await;
        assert_eq!(told(&answer), (400, "invalid_request".to_owned()), "{doubled}");
    }
    let answer = device.post("/device_authorization?scope=issues:read", &[("scope", "issues:read")]).await;
    assert_eq!(told(&answer), (400, "invalid_request".to_owned()));
}
