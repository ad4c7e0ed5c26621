//! V-45: every step of the way to an answer, at every moment: only one of them decides, once.

use std::time::Duration;

use super::flow::{allow, begin, deny, grants, send, stays_here, stored};
use crate::harness::{Answer, Browser, PASSWORD, TestServer};

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
    let server = TestServer::without_mail().await;
    let mut number = 0;
    for moment in MOMENTS {
        for act in ACTS {
            number += 1;
            let prepared = prepare(&server, moment).await;
            let before =
                (format!("{:?}", stored(&server, &prepared.id).await.state), grants(&server, "demo-cli").await);
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
            if matches!(
                moment,
                Moment::AllowedLongAgo | Moment::DeniedLongAgo | Moment::TooLate | Moment::OfAnotherBrowser
            ) {
                stays_here(&answer, &what);
            }
        }
    }
}

#[tokio::test]
async fn v45_only_who_gave_the_answer_hears_it_again() {
    let server = TestServer::without_mail().await;
    for act in [Act::SignInAsAnother, Act::SignUp] {
        let prepared = prepare(&server, Moment::Allowed).await;
        stays_here(&take(&server, act, &prepared, 0).await, &format!("{act:?}"));
    }
    let prepared = prepare(&server, Moment::Allowed).await;
    send(&prepared.browser, "/sign-out", &[]).await;
    stays_here(&take(&server, Act::Show, &prepared, 0).await, "signed out");
}
