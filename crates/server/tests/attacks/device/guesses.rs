//! How often codes may be guessed and asked for (DEV-04, C-08).

use std::time::Duration;

use crate::{
    clients::wire::error,
    harness::{Answer, Browser, TestServer, seed::RESOURCE},
};

/// The proxy of these tests, which tells where somebody comes from.
const PROXY: (&str, &str) = ("TRUSTED_PROXIES", "[\"127.0.0.1\"]");

/// The `at`th code that is none.
fn guess(at: usize) -> String {
    let letters = b"BCDFGHJKLMNPQRSTVWXZ";
    let digit = |place: u32| char::from(letters[(at / 20usize.pow(place)) % 20]);
    format!("ZZZZZ{}{}{}", digit(2), digit(1), digit(0))
}

/// Types a code from this address.
async fn enter_from(browser: &Browser, address: &str, code: &str) -> Answer {
    let csrf = crate::browser::flow::csrf(browser).await;
    let headers = [("x-forwarded-for", address)];
    browser.post_with("/device", &headers, &[("csrf", &csrf), ("user_code", code)]).await
}

#[tokio::test]
async fn dev04_after_five_wrong_codes_a_browser_waits_even_with_the_right_one() {
    let server = TestServer::start_with(&[PROXY]).await;
    let (codes, browser) = (server.device().begin().await, server.browser());
    for at in 0..5 {
        let wrong = enter_from(&browser, &format!("198.51.100.{at}"), &guess(at)).await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
    }
    let right = enter_from(&browser, "198.51.100.9", &codes.user_code).await;
    assert_eq!(right.status, 429);
    let wait: u64 = right.header("retry-after").parse().unwrap();
    assert!((500..=601).contains(&wait), "{wait}");
    assert_eq!(error(&server.device().poll(&codes).await), "authorization_pending", "it was not looked at");
    server.advance(Duration::from_secs(300));
    let codes = server.device().begin().await;
    server.advance(Duration::from_secs(301));
    assert_eq!(enter_from(&browser, "198.51.100.9", &codes.user_code).await.status, 303, "the window is over");
}

#[tokio::test]
async fn dev04_after_five_wrong_codes_an_address_waits_whatever_its_browsers() {
    let server = TestServer::start_with(&[PROXY]).await;
    let codes = server.device().begin().await;
    for at in 0..5 {
        assert_eq!(enter_from(&server.browser(), "198.51.100.1", &guess(at)).await.status, 422);
    }
    assert_eq!(enter_from(&server.browser(), "198.51.100.1", &codes.user_code).await.status, 429);
    assert_eq!(enter_from(&server.browser(), "198.51.100.2", &codes.user_code).await.status, 303);
}

#[tokio::test]
async fn dev04_after_five_wrong_codes_an_account_waits_wherever_it_is() {
    let server = TestServer::start_with(&[PROXY]).await;
    let codes = server.device().begin().await;
    for at in 0..5 {
        let browser = server.signed_in().await;
        assert_eq!(enter_from(&browser, &format!("198.51.100.{at}"), &guess(at)).await.status, 422);
    }
    assert_eq!(enter_from(&server.signed_in().await, "198.51.100.9", &codes.user_code).await.status, 429);
    assert_eq!(enter_from(&server.browser(), "198.51.100.10", &codes.user_code).await.status, 303);
}

#[tokio::test]
async fn dev04_a_distributed_guesser_meets_a_budget_of_everybody() {
    let server = TestServer::start_with(&[PROXY, ("DEVICE__WRONG_CODES_IN_ALL", "12")]).await;
    let codes = server.device().begin().await;
    for at in 0..12 {
        assert_eq!(enter_from(&server.browser(), &format!("198.51.100.{at}"), &guess(at)).await.status, 422);
    }
    // At another process too.
    assert_eq!(enter_from(&server.browser(), "198.51.100.99", &codes.user_code).await.status, 429);
    let other = Browser::new(&server.issuer, server.second().await);
    assert_eq!(enter_from(&other, "198.51.100.98", &codes.user_code).await.status, 429);
}

#[tokio::test]
async fn dev04_one_guesser_alone_does_not_use_up_everybodys_budget_and_right_codes_cost_nothing() {
    let server = TestServer::start_with(&[PROXY, ("DEVICE__WRONG_CODES_IN_ALL", "12")]).await;
    let mallory = server.browser();
    for at in 0..40 {
        let answer = enter_from(&mallory, "198.51.100.1", &guess(at)).await;
        assert_eq!(answer.status, if at < 5 { 422 } else { 429 }, "{at}");
    }
    let browser = server.signed_in().await;
    for _ in 0..15 {
        let codes = server.device().begin().await;
        assert_eq!(enter_from(&browser, "198.51.100.2", &codes.user_code).await.status, 303);
    }
}

#[tokio::test]
async fn v48_a_code_that_is_unknown_expired_spent_or_anothers_is_answered_alike() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let (expired, spent) = (device.begin().await, device.begin().await);
    browser.let_in(&spent, &server.seeded.apollo).await;
    assert_eq!(device.poll(&spent).await.status, 200);
    server.advance(Duration::from_secs(550));
    let taken = device.begin().await;
    assert_eq!(browser.enter(&taken.user_code).await.status, 303);
    server.advance(Duration::from_secs(51));
    let mut bodies = Vec::new();
    for code in [&guess(1), &expired.user_code, &spent.user_code, &taken.user_code] {
        let stranger = server.browser();
        let answer = stranger.enter(code).await;
        assert_eq!(answer.status, 422, "{code}");
        let csrf = crate::harness::page::form(&answer.body, "/device").unwrap().1.remove(0).1;
        bodies.push(answer.body.replace(code.as_str(), "CODE").replace(&csrf, "CSRF"));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:#?}");
}

#[tokio::test]
async fn c08_an_address_asks_for_so_many_codes_and_then_waits() {
    let server = TestServer::start_with(&[PROXY, ("DEVICE__PER_ADDRESS", "3/1h")]).await;
    let ask = async |address: &str| {
        let fields = [("client_id", "demo-device"), ("scope", "issues:read"), ("resource", RESOURCE)];
        let body = crate::harness::browser::encode(&fields);
        let request = server.http().post(server.url("/device_authorization")).header("x-forwarded-for", address);
        Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    };
    for _ in 0..3 {
        assert_eq!(ask("198.51.100.1").await.status, 200);
    }
    let refused = ask("198.51.100.1").await;
    assert_eq!((refused.status.as_u16(), error(&refused).as_str()), (429, "temporarily_unavailable"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 3000);
    assert_eq!(ask("198.51.100.2").await.status, 200);
    server.advance(Duration::from_secs(3601));
    assert_eq!(ask("198.51.100.1").await.status, 200);
}
