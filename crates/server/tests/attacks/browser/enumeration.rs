//! V-48: no form tells whether an address has an account, nor what has become of it. Status, headers, cookies and bytes are
//! equal, and so is the number of passwords that are hashed.
//!
//! What differs between any two answers is taken out by this rule: the values of `date` and `x-request-id`; the values of
//! cookies and of the form token, whose lengths stay; the ids behind `/confirm/`; and the address that was typed, which has the
//! same length for everybody.

use identity::admin::{Act, TypedPassword};
use model::Email;
use protocol::Confidential;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page, seed};

const CHOSEN: &str = "orchids by the tram stop";

/// One address for everything that can have become of an account, all of one length.
const STATES: [&str; 6] = [
    "existing@one.example",
    "missing1@one.example",
    "disabled@one.example",
    "noputpwd@one.example",
    "unproved@one.example",
    "leaving1@one.example",
];

async fn prepare(server: &TestServer) {
    for email in STATES.into_iter().filter(|email| !email.starts_with("missing")) {
        // Whoever signs in by another provider alone has no password.
        let password = (!email.starts_with("noputpwd")).then(|| TypedPassword(Confidential::new(PASSWORD)));
        let email_verified = !email.starts_with("unproved");
        let user = Act::UserAdd { email: email.into(), name: None, password, email_verified };
        seed::act(&server.authority, user).await;
    }
    seed::act(&server.authority, Act::UserSetDisabled { user: STATES[2].into(), disabled: true }).await;
    let leaving = server.browser();
    leaving.sign_in(STATES[5], PASSWORD).await;
    let shown = leaving.get("/account/delete").await;
    assert_eq!(leaving.submit(&shown, "/account/delete", &[("confirmation", STATES[5])]).await.status, 200);
    assert_eq!(server.mail(STATES[5]).await.kind, "account_left");
}

/// What is told, by the rule above.
fn told(answer: &Answer, typed: &str) -> (u16, Vec<String>, String) {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
        .map(|(name, value)| {
            let value = value.to_str().unwrap();
            match (name.as_str(), value.split_once('=')) {
                ("set-cookie", Some((cookie, rest))) => {
                    let (secret, attributes) = rest.split_once(';').unwrap_or((rest, ""));
                    format!("{name}: {cookie}={} characters;{attributes}", secret.len())
                }
                _ => format!("{name}: {}", without_ids(value)),
            }
        })
        .collect();
    headers.sort();
    let body = without_ids(&answer.body.replace(typed, "TYPED"));
    (answer.status.as_u16(), headers, without_token(&body))
}

/// The 22 characters behind each `/confirm/`.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("/confirm/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, rest| told + "/confirm/ID" + rest.get(22..).unwrap_or_default())
}

fn without_token(body: &str) -> String {
    let mut parts = body.split("name=\"csrf\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, rest| {
        let (token, rest) = rest.split_once('"').unwrap();
        format!("{told}name=\"csrf\" value=\"{} characters\"{rest}", token.len())
    })
}

/// How many passwords were judged, hashed or compared until now.
fn runs(server: &TestServer) -> u64 {
    let text = server.metrics.text().unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("lanyard_password_hash_seconds_count "));
    line.expect("hashes are measured").trim().parse().unwrap()
}

async fn form(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(path).await;
    browser.submit(&shown, path, fields).await
}

async fn signs_in(browser: &Browser, email: &str) -> Vec<Answer> {
    vec![form(browser, "/sign-in", &[("email", email), ("password", "not the password at all")]).await]
}

/// To the code that is wrong, and another mail.
async fn signs_up(browser: &Browser, email: &str) -> Vec<Answer> {
    let answer = form(browser, "/sign-up", &[("email", email), ("password", CHOSEN)]).await;
    let check = browser.follow(answer.clone()).await;
    let code = page::form(&check.body, "/again").map(|(to, _)| to.trim_end_matches("/again").to_owned()).unwrap();
    let wrong = browser.submit(&check, &code, &[("code", "12345")]).await;
    let again = browser.submit(&check, &format!("{code}/again"), &[]).await;
    vec![answer, check, wrong, again]
}

async fn forgets(browser: &Browser, email: &str) -> Vec<Answer> {
    vec![form(browser, "/forgotten", &[("email", email)]).await]
}

async fn the_same_to_everybody(
    flow: &str,
    statuses: &[u16],
    hashes: u64,
    take: impl AsyncFn(&Browser, &str) -> Vec<Answer>,
) {
    let server = TestServer::start().await;
    prepare(&server).await;
    let mut first = None;
    for email in STATES {
        let (browser, before) = (server.browser(), runs(&server));
        let answers = take(&browser, email).await;
        assert_eq!(runs(&server) - before, hashes, "{flow}: hashes for {email}");
        let all: Vec<_> = answers.iter().map(|answer| told(answer, email)).collect();
        assert_eq!(all.iter().map(|one| one.0).collect::<Vec<_>>(), statuses, "{flow}: {email}");
        assert_eq!(&all, first.get_or_insert_with(|| all.clone()), "{flow}: {email}");
        assert_eq!(browser.cookie("session"), None, "{flow}: {email}");
    }
    // The rule takes out no more than it says: another length would show.
    assert!(STATES.iter().all(|email| email.len() == STATES[0].len() && Email::parse(email).is_some()));
}

#[tokio::test]
async fn v48_signing_in_is_the_same_bytes_and_the_same_work_for_every_account() {
    the_same_to_everybody("sign-in", &[422], 1, signs_in).await;
}

#[tokio::test]
async fn v48_signing_up_is_the_same_bytes_and_the_same_work_for_every_account() {
    // One piece of work judges the password, one hashes it.
    the_same_to_everybody("sign-up", &[303, 200, 422, 303], 2, signs_up).await;
}

#[tokio::test]
async fn v48_a_forgotten_password_is_the_same_bytes_and_the_same_work_for_every_account() {
    the_same_to_everybody("reset", &[200], 0, forgets).await;
}
