//! V-48, V-51: signing in tells nobody whether an account exists, and guesses are counted whatever way they come.

use std::time::Duration;

use futures_util::future::join_all;
use identity::admin::Act;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, seed};

/// Status, headers and body, but for what differs between any two answers and the address that was typed.
fn told(answer: &Answer, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> =
        answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id" | "content-length"));
    headers.sort();
    (answer.status.as_u16(), headers, answer.body.replace(typed, "TYPED"))
}

async fn tries(browser: &Browser, email: &str, password: &str) -> Answer {
    super::flow::send(browser, "/sign-in", &[("email", email), ("password", password)]).await
}

async fn with_a_disabled_account(server: &TestServer) {
    for (email, password) in [("disabled@example.com", Some(PASSWORD)), ("without@example.com", None)] {
        let user = Act::UserAdd {
            email: email.into(),
            name: None,
            password: password.map(|password| identity::admin::TypedPassword(protocol::Confidential::new(password))),
            email_verified: true,
        };
        seed::act(&server.authority, user).await;
    }
    seed::act(&server.authority, Act::UserSetDisabled { user: "disabled@example.com".into(), disabled: true }).await;
}

#[tokio::test]
async fn v48_a_refused_sign_in_says_the_same_to_everybody() {
    let server = TestServer::start().await;
    with_a_disabled_account(&server).await;
    let browser = server.browser();
    let waiting = super::flow::begin(&browser, &server.cli().authorize(&[])).await;
    let attempts = [
        ("member@example.com", "wrong"),
        ("missing@example.com", "wrong"),
        ("missing@example.com", PASSWORD),
        ("disabled@example.com", PASSWORD),
        ("disabled@example.com", "wrong"),
        ("without@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("member@example.com", ""),
    ];
    for more in [None, Some(waiting.as_str())] {
        let mut first = None;
        for (email, password) in attempts {
            let mut fields = vec![("email", email), ("password", password)];
            fields.extend(more.map(|id| ("authorization", id)));
            let answer = super::flow::send(&browser, "/sign-in", &fields).await;
            assert_eq!(answer.status, 422);
            let told = told(&answer, email);
            assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{email}");
        }
    }
}

#[tokio::test]
async fn v48_a_lock_out_says_the_same_to_everybody() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "3/15m")]).await;
    with_a_disabled_account(&server).await;
    let browser = server.browser();
    let mut first = None;
    for email in
        ["member@example.com", "missing@example.com", "disabled@example.com", "without@example.com", "no address"]
    {
        for _ in 0..3 {
            assert_eq!(tries(&browser, email, "wrong").await.status, 422, "{email}");
        }
        for password in ["wrong", PASSWORD] {
            let answer = tries(&browser, email, password).await;
            assert_eq!(answer.status, 429, "{email}");
            let told = told(&answer, email);
            assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{email}");
        }
    }
}

#[tokio::test]
async fn v51_all_spellings_of_an_address_share_one_counter() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "5/15m")]).await;
    for [plain, capital, spaced, wide, mixed] in [
        [
            "member@example.com",
            "MEMBER@EXAMPLE.COM",
            "  member@example.com\t",
            "member＠example.com",
            "Ｍember@example.ＣOM",
        ],
        [
            "nobody@example.com",
            "NOBODY@EXAMPLE.COM",
            "  nobody@example.com\t",
            "nobody＠example.com",
            "Ｎobody@example.ＣOM",
        ],
    ] {
        // Each from a browser of its own.
        for spelling in [plain, capital, spaced, wide, mixed] {
            assert_eq!(tries(&server.browser(), spelling, "wrong").await.status, 422, "{spelling}");
        }
        for spelling in [plain, capital, spaced, wide, mixed] {
            assert_eq!(tries(&server.browser(), spelling, "wrong").await.status, 429, "{spelling}");
        }
    }
}

#[tokio::test]
async fn v51_the_right_password_during_a_lock_out_is_answered_like_a_wrong_one() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for _ in 0..10 {
        assert_eq!(tries(&browser, "member@example.com", "wrong").await.status, 422);
    }
    let (wrong, right) =
        (tries(&browser, "member@example.com", "wrong").await, tries(&browser, "member@example.com", PASSWORD).await);
    assert_eq!(told(&wrong, ""), told(&right, ""));
    assert_eq!(right.status, 429);
    assert_eq!(browser.cookie("session"), None);
    assert!(
        right.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=900).contains(&seconds)),
        "{}",
        right.header("retry-after")
    );
    // Nobody else is locked out, and the window ends.
    server.browser().sign_in("owner@example.com", PASSWORD).await;
    server.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(tries(&browser, "member@example.com", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn v51_of_thirty_parallel_guesses_no_more_than_allowed_are_looked_at() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let proof = super::flow::csrf(&browser).await;
    let guesses = (0..30).map(|number| {
        let (browser, proof) = (&browser, proof.as_str());
        async move {
            let password = if number == 29 { PASSWORD.to_owned() } else { format!("guess {number}") };
            let email = if number % 2 == 0 { "member@example.com" } else { "MEMBER@example.com" };
            // The right one comes when the others have been counted.
            if number == 29 {
                tokio::time::sleep(Duration::from_millis(1500)).await;
            }
            browser
                .post("/sign-in", &[("csrf", proof), ("email", email), ("password", &password)])
                .await
                .status
                .as_u16()
        }
    });
    let statuses = join_all(guesses).await;
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(422), count(429)), (10, 20), "{statuses:?}");
    assert_eq!(browser.cookie("session"), None);
}

#[tokio::test]
async fn v51_success_at_one_account_buys_no_guesses_at_another() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "5/15m")]).await;
    let attacker = server.browser();
    let mut looked_at = 0;
    for _ in 0..6 {
        for _ in 0..2 {
            looked_at += usize::from(tries(&server.browser(), "member@example.com", "wrong").await.status == 422);
        }
        assert_eq!(super::flow::sign_in(&attacker, "outsider@example.com").await.status, 303);
    }
    assert_eq!(looked_at, 5);
}
