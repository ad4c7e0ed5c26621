//! Signing in and out: nothing tells whether an account exists, attempts are counted, cookies are new.

use std::time::Duration;

use identity::account::{SignIn, SignInRefusal};
use model::{Authorization, AuthorizationState, ClientId, Id, Secret};
use protocol::{AuthorizationRequest, Confidential, Params};
use serde_json::json;

use crate::{
    sign_up::futures,
    stand::{DAY, MINUTE, PASSWORD, Stand, caller, whole},
};

#[tokio::test]
async fn v48_nothing_tells_whether_an_account_exists() {
    let stand = Stand::with(|settings| settings.sign_in_limits.per_account = 3).await;
    stand.user("member@example.com").await;
    stand.user("disabled@example.com").await;
    stand.act(json!({"user_set_disabled": {"user": "disabled@example.com", "disabled": true}})).await;
    stand.act(json!({"user_add": {"email": "federated@example.com", "name": null, "password": null, "email_verified": true}})).await;
    let answers = |email: &'static str, password: &'static str| {
        let stand = &stand;
        async move {
            let mut answers = Vec::new();
            for _ in 0..5 {
                answers.push(stand.sign_in(email, password).await.map(|new| new.session.id));
            }
            answers
        }
    };
    let existing = answers("member@example.com", "not their password").await;
    assert!(matches!(
        existing[..],
        [
            Err(SignInRefusal::Wrong),
            Err(SignInRefusal::Wrong),
            Err(SignInRefusal::Wrong),
            Err(SignInRefusal::TooMany { .. }),
            Err(SignInRefusal::TooMany { .. })
        ]
    ));
    for email in ["missing@example.com", "disabled@example.com", "federated@example.com", "no address"] {
        assert_eq!(answers(email, PASSWORD).await, existing, "{email}");
    }
    assert_eq!(
        stand.sign_in("member@example.com", PASSWORD).await.map(|new| new.user.id),
        Err(existing[4].unwrap_err()),
        "a correct password tells nothing either"
    );
}

#[tokio::test]
async fn v51_all_spellings_share_one_counter_until_a_success_or_the_window_ends() {
    let stand = Stand::with(|settings| settings.sign_in_limits.per_account = 3).await;
    stand.user("member@example.com").await;
    for email in ["member@example.com", " MEMBER@example.com", "member＠example.com"] {
        assert_eq!(stand.sign_in(email, "wrong").await.err(), Some(SignInRefusal::Wrong));
    }
    stand.clock.advance(5 * MINUTE);
    let retry_after = Duration::from_secs(10 * 60);
    assert_eq!(stand.sign_in("member@example.com", PASSWORD).await.err(), Some(SignInRefusal::TooMany { retry_after }));
    stand.clock.advance(10 * MINUTE);
    for _ in 0..3 {
        for _ in 0..2 {
            assert_eq!(stand.sign_in("member@example.com", "wrong").await.err(), Some(SignInRefusal::Wrong));
        }
        assert!(stand.sign_in("member@example.com", PASSWORD).await.is_ok(), "a success starts the counter anew");
    }
}

#[tokio::test]
async fn v51_parallel_guesses_do_not_slip_through() {
    let stand = Stand::with(|settings| {
        settings.sign_in_limits.per_account = 5;
        settings.sign_in_limits.per_address = 1_000;
    })
    .await;
    stand.user("member@example.com").await;
    let answers = futures((0..100).map(|_| stand.sign_in("member@example.com", "wrong")).collect()).await;
    let looked_at = answers.iter().filter(|answer| matches!(answer, Err(SignInRefusal::Wrong))).count();
    assert_eq!(looked_at, 5);
    assert!(answers.iter().all(Result::is_err));
}

#[tokio::test]
async fn one_address_has_a_limit_over_all_accounts_and_success_buys_no_guesses() {
    let stand = Stand::with(|settings| settings.sign_in_limits.per_address = 4).await;
    stand.user("member@example.com").await;
    for n in 0..4 {
        assert_eq!(stand.sign_in(&format!("nobody{n}@example.com"), "wrong").await.err(), Some(SignInRefusal::Wrong));
        if n < 3 {
            assert!(stand.sign_in("member@example.com", PASSWORD).await.is_ok());
        }
    }
    assert!(matches!(stand.sign_in("member@example.com", PASSWORD).await, Err(SignInRefusal::TooMany { .. })));
    assert!(
        stand.sign_in_from("198.51.100.9", "member@example.com", PASSWORD).await.is_ok(),
        "another address is another counter"
    );
    assert!(
        matches!(stand.sign_in_from("::ffff:192.0.2.1", "a@b.cd", "wrong").await, Err(SignInRefusal::TooMany { .. })),
        "the same in IPv6's dress"
    );
}

#[tokio::test]
async fn v11_signing_in_makes_a_new_cookie_and_a_new_browser_secret() {
    let stand = Stand::new().await;
    stand.user("attacker@example.com").await;
    stand.user("member@example.com").await;
    let planted = stand.sign_in("attacker@example.com", PASSWORD).await.unwrap();
    let elsewhere = stand.sign_in("member@example.com", PASSWORD).await.unwrap();
    let waiting = waiting(&stand, &planted.browser).await;
    let ask = SignIn {
        email: "member@example.com".to_owned(),
        password: Confidential::new(PASSWORD),
        browser: planted.browser.clone(),
        replaces: Some(planted.session.id),
        caller: caller("192.0.2.1"),
    };
    let new = whole(stand.authority.sign_in(ask, stand.now()).await.unwrap().unwrap());
    assert_ne!(new.cookie.expose(), planted.cookie.expose());
    assert!(!stand.is_signed_in(&planted.cookie).await, "what was planted is dead");
    assert!(stand.is_signed_in(&new.cookie).await && stand.is_signed_in(&elsewhere.cookie).await);
    let bound =
        stand.authority.store().read().await.unwrap().authorization(waiting).await.unwrap().unwrap().browser_hash;
    assert!(
        bound == new.browser.hash() && bound != planted.browser.hash(),
        "what the browser was in the middle of goes on with the new secret only"
    );
}

async fn waiting(stand: &Stand, browser: &Secret) -> Id<Authorization> {
    let query = "client_id=app&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let authorization = Authorization {
        id: Id::new(stand.now()),
        client_id: ClientId::new("app"),
        request: AuthorizationRequest::parse(&Params::parse(query).unwrap()).unwrap(),
        redirect_uri: None,
        device_code_id: None,
        browser_hash: browser.hash(),
        created_at: stand.now(),
        expires_at: stand.now().plus(60 * MINUTE),
        state: AuthorizationState::Pending,
    };
    let id = authorization.id;
    stand
        .write(move |tx| {
            let authorization = authorization.clone();
            Box::pin(async move { tx.insert_authorization(&authorization).await })
        })
        .await;
    id
}

#[tokio::test]
async fn a_cookie_is_its_secret_not_its_id() {
    let stand = Stand::new().await;
    stand.user("member@example.com").await;
    let (mine, other) = (
        stand.sign_in("member@example.com", PASSWORD).await.unwrap(),
        stand.sign_in("member@example.com", PASSWORD).await.unwrap(),
    );
    let forged = format!("{}{}", mine.session.id, &other.cookie.expose()[22..]);
    assert!(!stand.is_signed_in(&Confidential::new(forged)).await);
    assert!(stand.authority.signed_in(None, stand.now()).await.unwrap().is_none());
    assert!(stand.authority.signed_in(Some("nonsense"), stand.now()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_ends_at_its_window_or_at_sign_out() {
    let stand = Stand::new().await;
    stand.user("member@example.com").await;
    let (one, two) = (
        stand.sign_in("member@example.com", PASSWORD).await.unwrap(),
        stand.sign_in("member@example.com", PASSWORD).await.unwrap(),
    );
    let signed_in = stand.authority.signed_in(Some(one.cookie.expose()), stand.now()).await.unwrap().unwrap();
    stand.authority.sign_out(&signed_in, stand.now()).await.unwrap();
    stand.authority.sign_out(&signed_in, stand.now()).await.unwrap();
    assert!(!stand.is_signed_in(&one.cookie).await);
    stand.clock.advance(13 * DAY);
    assert!(stand.is_signed_in(&two.cookie).await, "use does not end it");
    let seen =
        stand.authority.signed_in(Some(two.cookie.expose()), stand.now()).await.unwrap().unwrap().session.seen_at;
    assert_eq!(seen, stand.now());
    stand.clock.advance(DAY);
    assert!(!stand.is_signed_in(&two.cookie).await, "nor does it prolong it");
}

#[tokio::test]
async fn v22_whoever_is_disabled_is_out_and_stays_out() {
    let stand = Stand::new().await;
    stand.user("member@example.com").await;
    let session = stand.sign_in("member@example.com", PASSWORD).await.unwrap();
    stand.act(json!({"user_set_disabled": {"user": "member@example.com", "disabled": true}})).await;
    assert!(!stand.is_signed_in(&session.cookie).await);
    assert_eq!(stand.sign_in("member@example.com", PASSWORD).await.err(), Some(SignInRefusal::Wrong));
    assert!(stand.act(json!({"user_show": {"user": "member@example.com"}})).await["disabled_at"].is_i64());
    stand.act(json!({"user_set_disabled": {"user": "member@example.com", "disabled": false}})).await;
    assert!(!stand.is_signed_in(&session.cookie).await, "the old session does not come back");
    assert!(stand.sign_in("member@example.com", PASSWORD).await.is_ok());
}
