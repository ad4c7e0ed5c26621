//! V-40, V-41: an address is read once, in one way, and an unverified one is never released as if it were verified.

use super::flow::claims;
use crate::harness::{Answer, Browser, PASSWORD, TestServer};

async fn signs_up(browser: &Browser, email: &str) -> Answer {
    super::flow::send(browser, "/sign-up", &[("name", "Nia New"), ("email", email), ("password", PASSWORD)]).await
}

#[tokio::test]
async fn v40_an_unverified_address_says_so_wherever_it_is_released() {
    let server = TestServer::without_mail().await;
    let app = server.web_app();
    for (email, verified) in [("new@example.com", false), ("member@example.com", true)] {
        let browser = server.browser();
        if verified {
            browser.sign_in(email, PASSWORD).await;
        } else {
            assert_eq!(signs_up(&browser, email).await.status, 303);
        }
        let tokens =
            app.redeem(&app.approve_at(&browser, &app.authorize_identity("openid email", &[]), None).await).await;
        let info = app.userinfo(&tokens.access).await.json();
        assert_eq!((info["email"].as_str(), info["email_verified"].as_bool()), (Some(email), Some(verified)));
        let id_token = claims(tokens.id.as_deref().unwrap());
        assert!(id_token.get("email").is_none() || id_token["email_verified"] == verified, "{id_token}");
    }
}

#[tokio::test]
async fn v40_without_the_scope_no_address_is_released() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let tokens = app.redeem(&app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await).await;
    let (info, id_token) = (app.userinfo(&tokens.access).await.json(), claims(tokens.id.as_deref().unwrap()));
    for told in [&info, &id_token] {
        assert!(
            told.get("email").is_none() && told.get("email_verified").is_none() && told.get("name").is_none(),
            "{told}"
        );
    }
}

#[tokio::test]
async fn v41_what_parsers_read_differently_makes_no_account() {
    let server = TestServer::start().await;
    for email in [
        "\"member@evil.example\"@example.com",
        "member@example.com,evil@evil.example",
        "member@example.com;evil@evil.example",
        "member@example.com evil@evil.example",
        "member@example.com\r\nBcc: evil@evil.example",
        "member@example.com\nevil",
        "member@example.com@evil.example",
        "member(x)@example.com",
        "member@example.com.",
        "member@example..com",
        "member@[127.0.0.1]",
        "<member@example.com>",
        "Mel <member@example.com>",
        "mailto:member@example.com",
        "member@еxample.com",
        "membеr@example.com",
        "member@xn--",
        "memberı@example.com",
        "@example.com",
        "member@",
        "member",
        "",
    ] {
        let browser = server.browser();
        let refused = signs_up(&browser, email).await;
        assert!(refused.status == 422, "{email:?}: {}", refused.status);
        assert_eq!(browser.cookie("session"), None, "{email:?}");
    }
    let browser = server.browser();
    assert_eq!(signs_up(&browser, "member\0@example.com").await.status, 400);
    assert_eq!(browser.cookie("session"), None);
}

#[tokio::test]
async fn v41_every_spelling_is_one_account() {
    let server = TestServer::without_mail().await;
    for email in [
        "MEMBER@example.com",
        " member@example.com ",
        "member＠example.com",
        "ｍember@example.com",
        "member@EXAMPLE.com",
    ] {
        let browser = server.browser();
        assert_eq!(signs_up(&browser, email).await.status, 422, "{email}: taken");
        assert_eq!(browser.cookie("session"), None, "{email}");
        let browser = server.browser();
        browser.sign_in(email, PASSWORD).await;
        assert_eq!(browser.get("/connections").await.status, 200, "{email}");
    }
}
