//! V-53: a form of ours is taken only from the browser that was given it, and from our own pages.

use super::flow::{asked, csrf, is_pending};
use crate::harness::{PASSWORD, TestServer};

#[tokio::test]
async fn v53_a_yes_without_the_proof_of_this_browser_is_refused() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let other = server.browser();
    other.sign_in("outsider@example.com", PASSWORD).await;
    let id = asked(&browser, &cli.authorize(&[])).await.consent_id();
    let (own, theirs, strangers) = (csrf(&browser).await, csrf(&other).await, csrf(&server.browser()).await);
    let path = format!("/consent/{id}");
    for proof in ["", "x", "AAAA", &theirs, &strangers, &own[1..], &own.to_uppercase(), &format!("{own}=")] {
        let fields = [("csrf", proof), ("decision", "allow"), ("project", &server.seeded.apollo)];
        assert_eq!(browser.post(&path, &fields).await.status, 403, "{proof}");
    }
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    assert_eq!(browser.post(&path, &fields).await.status, 403, "none at all");
    assert_eq!(browser.post(&format!("{path}?csrf={own}"), &fields).await.status, 403, "in the address");
    assert!(is_pending(&server, &id).await);
}

#[tokio::test]
async fn v53_a_yes_from_another_site_is_refused_even_with_the_proof() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let id = asked(&browser, &cli.authorize(&[])).await.consent_id();
    let own = csrf(&browser).await;
    let (path, fields) =
        (format!("/consent/{id}"), [("csrf", own.as_str()), ("decision", "allow"), ("project", &server.seeded.apollo)]);
    let port = server.address.port();
    let (sibling, https, suffix) = (
        format!("http://localhost:{}", port ^ 1),
        format!("https://localhost:{port}"),
        format!("{}.evil.example", server.issuer),
    );
    for header in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", &sibling),
        ("origin", &https),
        ("origin", &suffix),
        ("origin", "http://127.0.0.1:4711"),
    ] {
        let refused = browser.post_with(&path, &[header], &fields).await;
        assert_eq!(refused.status, 403, "{header:?}");
    }
    assert!(is_pending(&server, &id).await);
    let ours = [("origin", server.issuer.as_str()), ("sec-fetch-site", "same-origin")];
    assert!(browser.post_with(&path, &ours, &fields).await.sent("code").is_some());
}

#[tokio::test]
async fn v53_no_form_of_ours_is_taken_without_its_proof() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let tokens = cli.connect(&browser).await;
    let connections = browser.get("/connections").await;
    let grant = crate::harness::page::grants(&connections.body).remove(0);
    let disconnect = format!("/connections/{grant}/disconnect");
    let own = csrf(&browser).await;
    for path in [
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/theme",
        "/forgotten",
        "/reset",
        "/confirm",
        "/account/verify",
        "/account/password",
        "/account/address",
        "/account/connections/end",
        "/account/sessions/end-others",
        "/account/export",
        "/account/delete",
        "/leaving",
        "/undo-address",
        "/prove",
        &disconnect,
        &format!("/notices/{grant}/read"),
        &format!("/confirm/{grant}"),
        &format!("/confirm/{grant}/again"),
    ] {
        let fields = [("email", "outsider@example.com"), ("password", PASSWORD), ("theme", "dark")];
        assert_eq!(browser.post(path, &fields).await.status, 403, "{path}");
        let with_proof = [&fields[..], &[("csrf", own.as_str())]].concat();
        assert_eq!(
            browser.post_with(path, &[("sec-fetch-site", "cross-site")], &with_proof).await.status,
            403,
            "{path}"
        );
        assert_eq!(
            browser.post_with(path, &[("origin", "https://evil.example")], &with_proof).await.status,
            403,
            "{path}"
        );
        let got = browser.get(path).await;
        assert!(matches!(got.status.as_u16(), 200 | 303 | 400 | 404 | 405 | 410), "{path}: {}", got.status);
    }
    assert_eq!(browser.get("/connections").await.status, 200, "still signed in, as the same person");
    assert!(server.api().accepts(&tokens.access).await, "still connected");
}

#[tokio::test]
async fn v53_a_form_of_another_type_is_refused() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let id = asked(&browser, &cli.authorize(&[])).await.consent_id();
    let own = csrf(&browser).await;
    let fields = [("csrf", own.as_str()), ("decision", "allow"), ("project", &server.seeded.apollo)];
    let cookies = ["browser", "session"]
        .map(|what| format!("lanyard-{what}-{}={}", server.address.port(), browser.cookie(what).unwrap()))
        .join("; ");
    // What a cross-site page may send without a preflight.
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        let request = crate::harness::browser::http(server.address).post(server.url(&format!("/consent/{id}")));
        let request = request
            .header("content-type", kind)
            .header("cookie", &cookies)
            .body(crate::harness::browser::encode(&fields));
        assert_eq!(crate::harness::Answer::of(request).await.status, 400, "{kind}");
    }
    assert!(is_pending(&server, &id).await);
}
