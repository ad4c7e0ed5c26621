//! Verbs of these tests: what a browser goes through, and what the server has stored of it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Authorization, AuthorizationState, ClientId, Id};
use serde_json::Value;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page};

/// Where `demo-app` gets its answers.
pub const APP: &str = "https://app.example.com/callback";
/// Where `demo-cli` gets its answers.
pub const CLI: &str = "http://127.0.0.1:4711/callback";

/// Arrives at /authorize; the id of the running request.
pub async fn begin(browser: &Browser, address: &str) -> String {
    let answer = browser.get(address).await;
    let location = answer.location().unwrap_or_else(|| panic!("not begun: {} {}", answer.status, answer.body));
    let (_, id) = location.split_once("/consent/").unwrap_or_else(|| panic!("not begun: {location}"));
    id.to_owned()
}

/// The consent page at the end of this address.
pub async fn asked(browser: &Browser, address: &str) -> Answer {
    let shown = browser.open(address).await;
    assert!(is_consent(&shown), "no consent page: {} {:?} {}", shown.status, shown.location(), shown.body);
    shown
}

/// Whether a person is asked.
pub fn is_consent(answer: &Answer) -> bool {
    answer.status == 200 && page::has_id(&answer.body, "deny")
}

/// Whether a person is to sign in.
pub fn is_sign_in(answer: &Answer) -> bool {
    answer.status == 200 && page::has_id(&answer.body, "password") && page::has_id(&answer.body, "sign-in")
}

/// The proof that this browser's forms carry.
pub async fn csrf(browser: &Browser) -> String {
    let form = browser.get("/sign-in?account=another").await;
    let (_, hidden) = page::form(&form.body, "/sign-in").unwrap_or_else(|| panic!("no form: {}", form.body));
    hidden.into_iter().find(|(name, _)| name == "csrf").expect("a CSRF token").1
}

/// Sends a form of ours with the browser's own proof.
pub async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = csrf(browser).await;
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await
}

/// Says yes to this request, for this project, without having looked at the page.
pub async fn allow(browser: &Browser, id: &str, project: &str) -> Answer {
    send(browser, &format!("/consent/{id}"), &[("decision", "allow"), ("project", project)]).await
}

/// Says no.
pub async fn deny(browser: &Browser, id: &str) -> Answer {
    send(browser, &format!("/consent/{id}"), &[("decision", "deny")]).await
}

/// Signs in, also where somebody is signed in already.
pub async fn sign_in(browser: &Browser, email: &str) -> Answer {
    send(browser, "/sign-in", &[("email", email), ("password", PASSWORD)]).await
}

/// What is stored of a request.
pub async fn stored(server: &TestServer, id: &str) -> Authorization {
    let id = Id::parse(id).expect("an id");
    let mut read = server.authority.store().read().await.unwrap();
    read.authorization(id).await.unwrap().expect("a stored request")
}

/// Whether nobody has decided.
pub async fn is_pending(server: &TestServer, id: &str) -> bool {
    matches!(stored(server, id).await.state, AuthorizationState::Pending)
}

/// How many live grants the member has given this client.
pub async fn grants(server: &TestServer, client_id: &str) -> usize {
    let member = Id::parse(&server.seeded.member).expect("an id");
    let mut read = server.authority.store().read().await.unwrap();
    read.live_grants_to(member, &ClientId::new(client_id.to_owned())).await.unwrap().len()
}

/// A page that leads nowhere: no redirect, and no link to an app.
pub fn stays_here(answer: &Answer, what: &str) {
    assert_eq!(answer.location(), None, "{what}");
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.body);
    assert!(!page::has_id(&answer.body, "continue") && !answer.body.contains("href=\"http"), "{what}: {}", answer.body);
}

/// An answer by which nobody gets a code.
pub fn no_code(answer: &Answer, what: &str) {
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
    assert!(!answer.location().unwrap_or_default().contains("code="), "{what}: {:?}", answer.location());
}

/// The link of a page that an app's own mistake led to.
pub fn link(answer: &Answer) -> url::Url {
    let (_, tag) = answer
        .body
        .split_once("id=\"continue\" href=\"")
        .unwrap_or_else(|| panic!("no link: {} {}", answer.status, answer.body));
    let (href, _) = tag.split_once('"').unwrap();
    url::Url::parse(&href.replace("&#38;", "&").replace("&amp;", "&")).unwrap()
}

/// What an ID token says; nothing is verified.
pub fn claims(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
