//! V-09: what is resumed is what was stored, whatever the browser brings back.

use super::flow::{
    APP, allow, asked, begin, csrf, is_consent, is_pending, is_sign_in, link, no_code, send, stays_here,
};
use crate::harness::{PASSWORD, TestServer, browser::encode, page};

/// What an attacker would like to be stored.
const THEIRS: [(&str, &str); 7] = [
    ("redirect_uri", "https://evil.example/callback"),
    ("client_id", "demo-cli"),
    ("scope", "issues:read issues:write"),
    ("state", "theirs"),
    ("response_type", "token"),
    ("response_mode", "fragment"),
    ("code_challenge", "0000000000000000000000000000000000000000000"),
];

#[tokio::test]
async fn v09_every_step_goes_on_with_the_stored_request_alone() {
    let server = TestServer::start().await;
    let (browser, app) = (server.browser(), server.web_app());
    let more = encode(&THEIRS);
    let id = begin(&browser, &app.authorize(&[])).await;

    let form = browser.get(&format!("/sign-in?authorization={id}&{more}")).await;
    assert!(is_sign_in(&form) && form.body.contains("Demo App"), "{}", form.body);
    assert!(!form.header("content-security-policy").contains("evil"));
    let mut fields = vec![("email", "member@example.com"), ("password", PASSWORD)];
    fields.extend(THEIRS);
    let signed_in = browser.submit(&form, "/sign-in", &fields).await;
    assert_eq!(signed_in.location(), Some(format!("/consent/{id}")));

    let shown = browser.get(&format!("/consent/{id}?decision=allow&project={}&{more}", server.seeded.apollo)).await;
    assert!(is_consent(&shown) && shown.body.contains("app.example.com"), "a GET decides nothing");
    assert!(is_pending(&server, &id).await);
    assert!(!shown.header("content-security-policy").contains("evil"));

    let mut fields = vec![("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    fields.extend(THEIRS);
    let answer = browser
        .post(&format!("/consent/{id}?{more}"), &[vec![("csrf", csrf(&browser).await.as_str())], fields].concat())
        .await;
    let location = answer.location().unwrap();
    assert!(location.starts_with(&format!("{APP}?code=")) && !location.contains('#'), "{location}");
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    // Only the verifier of the stored challenge redeems it.
    let tokens = app.redeem(&answer).await;
    assert_eq!(server.api().introspect(&tokens.access).await["scope"], "issues:read offline_access");
}

#[tokio::test]
async fn v09_a_tampered_cookie_leads_nowhere() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let id = begin(&browser, &cli.authorize(&[])).await;
    let (session, known) = (browser.cookie("session").unwrap(), browser.cookie("browser").unwrap());
    let proof = csrf(&browser).await;
    let port = server.address.port();
    let other = if known.starts_with('0') { known.replacen('0', "1", 1) } else { format!("0{}", &known[1..]) };
    for tampered in [other.as_str(), "", "x", &known[1..], &format!("{known}0"), &session, &format!("\"{known}\"")] {
        let cookie = format!("lanyard-session-{port}={session}; lanyard-browser-{port}={tampered}");
        let bare = server.browser();
        stays_here(&bare.get_with(&format!("/consent/{id}"), &[("cookie", &cookie)]).await, tampered);
        let fields = [("csrf", proof.as_str()), ("decision", "allow"), ("project", &server.seeded.apollo)];
        let refused = server.browser().post_with(&format!("/consent/{id}"), &[("cookie", &cookie)], &fields).await;
        assert_eq!(refused.status, 403, "{tampered}");
    }
    let two =
        format!("lanyard-session-{port}={session}; lanyard-browser-{port}={known}; lanyard-browser-{port}={known}");
    stays_here(&server.browser().get_with(&format!("/consent/{id}"), &[("cookie", &two)]).await, "two browser cookies");
    for tampered in [format!("{}0", &session[..64]), session.chars().rev().collect(), known.clone(), String::new()] {
        let cookie = format!("lanyard-session-{port}={tampered}; lanyard-browser-{port}={known}");
        let shown = server.browser().get_with(&format!("/consent/{id}"), &[("cookie", &cookie)]).await;
        if tampered != session {
            assert_eq!(shown.location(), Some(format!("/sign-in?authorization={id}")), "{tampered}");
        }
    }
    assert!(is_pending(&server, &id).await);
    assert!(allow(&browser, &id, &server.seeded.apollo).await.sent("code").is_some(), "the right cookies go on");
}

#[tokio::test]
async fn v09_a_tampered_handle_leads_nowhere() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let stranger = server.browser();
    let theirs = begin(&stranger, &cli.authorize(&[])).await;
    let own = begin(&browser, &cli.authorize(&[])).await;
    let unknown: String = own.chars().rev().collect();
    for handle in [theirs.as_str(), &unknown, "x", "0", "..", "%00", "%2e%2e", &"9".repeat(5000)] {
        for answer in [
            browser.open(&format!("/consent/{handle}")).await,
            send(&browser, &format!("/consent/{handle}"), &[("decision", "allow"), ("project", &server.seeded.apollo)])
                .await,
            browser.open(&format!("/sign-in?authorization={handle}")).await,
            browser.open(&format!("/sign-up?authorization={handle}")).await,
        ] {
            no_code(&answer, handle);
            assert!(!is_consent(&answer) && !is_sign_in(&answer), "{handle}: {}", answer.body);
        }
    }
    let form = browser.get("/sign-in?account=another").await;
    let taken = browser
        .submit(
            &form,
            "/sign-in",
            &[("email", "member@example.com"), ("password", PASSWORD), ("authorization", &theirs)],
        )
        .await;
    stays_here(&browser.follow(taken).await, "signed in with another browser's handle");
    assert!(is_pending(&server, &theirs).await && is_pending(&server, &own).await);
}

#[tokio::test]
async fn v09_nothing_but_a_code_in_the_query_is_ever_answered() {
    let server = TestServer::start().await;
    let (browser, app, cli) = (server.signed_in().await, server.web_app(), server.cli());
    // Even what a grant covers already.
    app.connect(&browser).await;
    for response_type in [
        "token",
        "id_token",
        "id_token token",
        "code token",
        "code id_token",
        "code id_token token",
        "none",
        "CODE",
        "code code",
        "Token",
    ] {
        let answer = browser.get(&app.authorize(&[("response_type", response_type)])).await;
        let location = answer.location().unwrap();
        assert!(
            location.starts_with(&format!("{APP}?error=unsupported_response_type&")) && !location.contains('#'),
            "{response_type}: {location}"
        );
        let shown = browser.get(&cli.authorize(&[("response_type", response_type)])).await;
        assert!(shown.location().is_none() && link(&shown).fragment().is_none(), "{response_type}");
    }
    for response_mode in ["fragment", "form_post", "query.jwt", "web_message", "none"] {
        let answer = browser.get(&app.authorize(&[("response_mode", response_mode)])).await;
        let location = answer.location().unwrap();
        assert!(
            location.starts_with(&format!("{APP}?error=")) && !location.contains('#'),
            "{response_mode}: {location}"
        );
    }
    let answer = browser.get(&app.authorize(&[("response_type", "")])).await;
    assert_eq!(answer.sent("error").as_deref(), Some("invalid_request"));
    let shown = asked(&browser, &cli.authorize(&[("response_mode", "query")])).await;
    assert!(page::has_id(&shown.body, "allow"));
}
