//! A provider on loopback, that people sign in with: OpenID Connect, Microsoft's kind of it, or GitHub's API. It says what it
//! is told to say, the truth or not.

mod manner;
mod provider;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Email, User};
use serde_json::{Value, json};

use super::{Answer, Browser, TestServer};
pub use manner::{Manner, Says, Signs, Speaks};
pub use provider::Upstream;

/// Who the server is there.
pub const CLIENT: &str = "lanyard-at-the-provider";
/// And with which secret.
pub const SECRET: &str = "the secret that the provider gave";
/// A tenant of Microsoft's.
pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";
/// Another.
pub const OTHER_TENANT: &str = "66666666-7777-4888-8999-000000000000";
/// Somebody in a tenant.
pub const OID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

/// A server that offers it as `acme`, and whatever else is set.
pub async fn offering(upstream: &Upstream, kind: &str, changes: &[(&str, &str)]) -> TestServer {
    let own = upstream.settings("acme", kind);
    let mut all: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    all.extend(changes);
    TestServer::start_with(&all).await
}

/// Presses the button of `acme` on this page; where the browser is sent.
pub async fn leave_from(browser: &Browser, page: &Answer) -> String {
    let answer = browser.submit(page, "/sign-in/with/acme", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().unwrap()
}

/// Presses the button of `acme` on the sign-in page; where the browser is sent.
pub async fn leave(browser: &Browser) -> String {
    leave_from(browser, &browser.get("/sign-in?account=another").await).await
}

/// Signs in with `acme`, or whatever comes of it.
pub async fn through(browser: &Browser, upstream: &Upstream) -> Answer {
    let there = leave(browser).await;
    browser.get(&upstream.agree(&there)).await
}

/// Somebody whom an OpenID provider knows.
pub fn person(subject: &str, email: &str) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": true, "name": "Nia New" })
}

/// The member of this address, if there is one.
pub async fn account(server: &TestServer, email: &str) -> Option<User> {
    let email = Email::parse(email).unwrap();
    server.authority.store().read().await.unwrap().user_by_email(&email).await.unwrap()
}

/// Who is signed in in this browser.
pub async fn me(browser: &Browser) -> Option<String> {
    let page = browser.get("/account/security").await;
    let (_, rest) = page.body.split_once("<bdi class=\"top-email\">")?;
    Some(rest.split_once('<')?.0.to_owned())
}

/// What an ID token says; nothing is verified.
pub fn claims(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
